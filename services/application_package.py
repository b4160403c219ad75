"""What leaves with an application 申请材料包: letters to be signed, the filled form, and all papers with their digests.

lianxin files nothing itself: whoever applies hands the package in at the official door.
"""

import hashlib
import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from cases import documents, forms
from cases.case import Case
from cases.definition import Material
from cases.negotiation import clause
from graph.ledger import Ledger
from services.preparing import Holding, Paper, Preparation
from services.word_paper import BLANK, as_file, heading, line, new_paper, signed, table, title_line

HOLDING_ZH: Final = {Holding.HERE: "已备", Holding.FETCHED: "由单位调取", Holding.MISSING: "还缺"}
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)  # of every file in a package: equal contents make equal packages
_DRAFT: Final = "本稿由平台按已知事实填写，官方格式没有读到；交前请核对。"


@dataclass(frozen=True, slots=True)
class About:
    """Whom and what an application is about, in words."""

    case: Case
    party: str
    on: date


def letter_docx(about: About, material: Material) -> bytes:
    """A letter of the enterprise, to be signed."""
    paper = new_paper(material.words.zh, about.on)
    title_line(paper, material.words.zh)
    line(paper, f"{about.case.authority or BLANK}：")
    line(paper, f"{about.party}（{about.case.enterprise or BLANK}）就{_subject(about.case)}，郑重承诺：")
    for number, each in enumerate(material.letter, 1):
        line(paper, f"{number}. {each.zh}")
    line(paper, f"依据：{clause(material.law)}", small=True)
    line(paper, _DRAFT, small=True)
    signed(paper, about.party)
    return as_file(paper)


def form_docx(about: About, made: Preparation) -> bytes:
    """The application as it is filled, with the list of its papers and what is still missing."""
    name = f"{about.case.definition.words.zh}申请表"
    paper = new_paper(name, about.on)
    title_line(paper, name)
    heading(paper, "一、申请人和事项")
    case = about.case
    parties = [("企业代码", case.enterprise or "没有写"), ("受理单位", case.authority or "没有写")]
    table(paper, None, [("申请人", about.party), *parties, ("案件", f"第 {case.id} 号")])
    heading(paper, "二、写明的事实和来源")
    table(paper, ("事项", "内容", "来源"), list(_facts(made)))
    heading(paper, "三、材料")
    table(paper, ("材料", "在哪里", "依据"), [_paper_row(each) for each in made.papers])
    line(paper, _DRAFT, small=True)
    signed(paper, about.party)
    return as_file(paper)


def package(ledger: Ledger, about: About, made: Preparation) -> bytes:
    """All of it as one ZIP, with a list of the SHA-256 of each file. Raises NotKnown where a paper was erased."""
    files = [("申请表.docx", form_docx(about, made)), *_papers(ledger, made)]
    listed = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\r\n" for name, content in files)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as parts:
        for name, content in (*files, ("清单 SHA-256.txt", ("\ufeff" + listed).encode())):
            parts.writestr(zipfile.ZipInfo(name, _EPOCH), content, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def _papers(ledger: Ledger, made: Preparation) -> Iterator[tuple[str, bytes]]:
    for number, each in enumerate(made.papers, 1):
        for place, paper in enumerate(each.documents, 1):
            found, content = documents.read(ledger, paper.digest)
            yield f"材料{number}-{each.material.words.zh}-{place}.{found.media_type.name.lower()}", content


# --- the parts --------------------------------------------------------------------------------------------------------


def _subject(case: Case) -> str:
    record = case.opened.get("record")
    return f"第 {case.id} 号案件" + (f"（记录 {record}）" if record else "")


def _facts(made: Preparation) -> Iterator[tuple[str, str, str]]:
    for known in made.known:
        yield known.field.words.zh, forms.shown(known.field, known.value), known.source
    for each in made.questions:
        answered = "没有填" if each.value is None else forms.shown(each.field, each.value)
        yield each.field.words.zh, answered, "申请人填写"


def _paper_row(each: Paper) -> Sequence[str]:
    digests = "\n".join(f"SHA-256 {paper.digest}" for paper in each.documents)
    where = f"{HOLDING_ZH[each.holding]}{f'，{each.source}' if each.source else ''}"
    return each.material.words.zh, f"{where}\n{digests}" if digests else where, clause(each.material.law)
