"""Word documents 公文 that offices look over and seal: how they are set, and their parts.

Fonts are 仿宋 and 黑体, as official documents have them; other systems take their nearest.
"""

import io
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any, Final

from docx import Document
from docx.document import Document as Paper
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

BODY, HEADING = "FangSong", "SimHei"
BLANK: Final = "＿" * 12  # to be filled in by hand


def new_paper(title: str, on: date) -> Paper:
    """An A4 document as offices set them."""
    paper = Document()
    section = paper.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(26)
    section.top_margin = section.bottom_margin = Mm(24)
    style = paper.styles["Normal"]
    _set_font(style, BODY)
    style.font.size = Pt(12)
    style.paragraph_format.space_after = Pt(4)
    about = paper.core_properties
    about.title, about.author, about.language = title, "lianxin", "zh-CN"
    about.created = about.modified = datetime.combine(on, time())
    return paper


def _set_font(styled: Any, name: str) -> None:
    """Word keeps a font of its own for each script: without the last, Chinese would be set in whatever is there."""
    styled.font.name = name
    fonts = styled.element.get_or_add_rPr().get_or_add_rFonts()
    for script in ("w:ascii", "w:hAnsi", "w:eastAsia"):
        fonts.set(qn(script), name)


def run(paragraph: Paragraph, text: str, *, size: float = 12, bold: bool = False, font: str = BODY) -> None:
    """Words in a paragraph; `size` in points."""
    added = paragraph.add_run(text)
    _set_font(added, font)
    added.font.size, added.font.bold = Pt(size), bold


def title_line(paper: Paper, text: str) -> None:
    """What the paper is, across its head."""
    head = paper.add_paragraph()
    head.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run(head, text, size=22, font=HEADING)


def signed(paper: Paper, party: str) -> None:
    """Where it is sealed, and the day, at its end."""
    for text in (f"{party}（盖章）", f"{BLANK[:4]} 年 {BLANK[:2]} 月 {BLANK[:2]} 日"):
        end = paper.add_paragraph()
        end.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        run(end, text)


def as_file(paper: Paper) -> bytes:
    """The document as a file."""
    file = io.BytesIO()
    paper.save(file)
    return file.getvalue()


def heading(paper: Paper, text: str) -> None:
    """A heading that stays with what follows."""
    above = paper.add_paragraph()
    above.paragraph_format.space_before = Pt(8)
    above.paragraph_format.keep_with_next = True
    run(above, text, size=14, font=HEADING)


def line(paper: Paper, text: str, *, small: bool = False, bold: bool = False) -> None:
    """A paragraph of its own."""
    run(paper.add_paragraph(), text, size=10 if small else 12, bold=bold)


def table(paper: Paper, heads: Sequence[str] | None, rows: Sequence[Sequence[str]]) -> None:
    """A table with a row of heads, or, without one, with the heads in its first column."""
    columns = len(heads or rows[0])
    made: Table = paper.add_table(rows=0, cols=columns, style="Table Grid")
    if heads is not None:
        _row(made, heads, bold=True)
    for row in rows:
        _row(made, row, bold=False, head=heads is None)
    if heads is None:
        for cell in made.columns[0].cells:
            cell.width = Mm(24)
        for cell in made.columns[1].cells:
            cell.width = Mm(134)
    paper.add_paragraph().paragraph_format.space_after = Pt(0)


def _row(table: Table, texts: Sequence[str], *, bold: bool, head: bool = False) -> None:
    cells: Sequence[_Cell] = table.add_row().cells  # type: ignore[no-untyped-call]  # python-docx declares none here
    for place, (cell, text) in enumerate(zip(cells, texts, strict=True)):
        for number, part in enumerate(text.split("\n")):
            text_line = cell.paragraphs[0] if number == 0 else cell.add_paragraph()
            text_line.paragraph_format.space_after = Pt(0)
            run(text_line, part, size=11 if number == 0 else 9, bold=bold or (head and place == 0))
