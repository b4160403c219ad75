"""What leaves as a file: the candidates as a workbook, and as one printed page."""

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import xlsxwriter
from flask import Blueprint, Response, render_template
from xlsxwriter.worksheet import Worksheet

from graph.ontology import chinese
from lianxin.errors import BadQuestion
from services.partners import Candidate, Named, PartnerAnswer, Question, find
from web.pages import asking, credit_words, frame, words
from web.pages.partners import choice_page, credit_of, credit_searched, grouped, heading, searched
from web.pages.paths import brief, walk
from web.parameters import takes
from web.security import Permission, permission

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WORKBOOK_TOP = 1000
PRINTED = 5  # as many as fit on one page with a path, its sources and an open credit strip each
CANDIDATE_HEADS = (
    "序号", "企业", "代码", "依据", "匹配", "分值", "所在地", "规模", "已有合作", "补位方式", "证据路径", "信用"
)  # fmt: skip
HOP_HEADS = (
    "候选序号", "企业", "路径", "跳", "起点", "关系", "终点", "依据", "相似度", "写明日期", "来源", "文件", "行", "摘要"
)  # fmt: skip
CANDIDATE_WIDTHS = (6, 38, 22, 10, 8, 8, 20, 10, 10, 14, 70, 90)
HOP_WIDTHS = (9, 38, 6, 5, 34, 12, 34, 10, 8, 12, 20, 30, 8, 66)

Cell = str | int | float | None


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/partners.xlsx", view_func=partner_xlsx)
    blueprint.add_url_rule("/partners/print", view_func=partner_print)


@takes("key", "relation", "place", "size", "basis", "credit", "known", "top")
@permission(Permission.PARTNERS_READ)
def partner_xlsx() -> Response | str:
    """GET /partners.xlsx, with the parameters of the list: all its candidates, up to a thousand."""
    asked = _asked()
    try:
        answer = find(frame.view(), replace(asked, top=WORKBOOK_TOP))
    except BadQuestion:
        return choice_page(asked)
    headers = {"Content-Disposition": 'attachment; filename="lianxin-partners.xlsx"'}
    answer = replace(answer, candidates=grouped(answer.candidates))
    return Response(workbook(answer), mimetype=XLSX, headers=headers)


@takes("key", "relation", "place", "size", "basis", "credit", "known", "top")
@permission(Permission.PARTNERS_READ)
def partner_print() -> str:
    """GET /partners/print, with the parameters of the list: its first candidates on one A4 page."""
    asked = _asked()
    try:
        answer = find(frame.view(), replace(asked, top=PRINTED))
    except BadQuestion:
        return choice_page(asked)
    answer = replace(answer, candidates=grouped(answer.candidates))
    return render_template(
        "partners_print.html",
        answer=answer,
        heading=heading(answer),
        searched=searched(answer),
        rows=[
            (n, c, path_text(answer, c, brief), _sources(c), credit_words.brief_text(credit_of(c)))
            for n, c in enumerate(answer.candidates, 1)
        ],
        read_credit=credit_words.HOW_TO_READ,
        credit_searched=credit_searched(answer),
        relations=words.RELATIONS,
        tiers=words.TIERS,
        fillers=words.FILLERS,
        meaning=words.BASIS_MEANING,
        position=frame.view().position,
        conditions=[choice.label for choice in answer.choices if choice.chosen],
        back=frame.go("pages.partner_list", **asking.parameters(asked)),
        labels=sorted({hop.source.label for c in answer.candidates for p in c.paths[:1] for hop in p.hops}),
    )


def path_text(answer: PartnerAnswer, found: Candidate, name: Callable[[Named], str] = lambda who: who.name) -> str:
    """The strongest path in one line of words: A →能生产→ B ←上游← C."""
    if not found.paths or not found.paths[0].hops:
        return ""
    row = walk(found.paths[0], answer.subject.ref, found.ref)
    steps = (f" {_arrow(step.hop.label, step.forward)} {name(step.to)}" for step in row.steps)
    return name(row.start) + "".join(steps)


def _arrow(label: str, forward: bool) -> str:
    return f"→{label}→" if forward else f"←{label}←"


def _sources(found: Candidate) -> str:
    """Where each hop of the strongest path stands, and from which day it is stated."""
    hops = found.paths[0].hops if found.paths else ()
    return "；".join(
        words.place_in_file(hop.source) + (f"（{hop.stated_on.isoformat()} 起）" if hop.stated_on else "")
        for hop in hops
    )


def workbook(answer: PartnerAnswer) -> bytes:
    """The answer as a workbook: a sheet of candidates and a sheet with the source of every hop."""
    target = io.BytesIO()
    # Texts are written as texts: a name that begins with = must not run on the reader's machine.
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(target, options) as book:
        bold = book.add_format({"bold": True, "bottom": 1})
        head = _head(answer)
        for name, widths, headings, rows in (
            ("候选", CANDIDATE_WIDTHS, CANDIDATE_HEADS, _candidate_rows(answer)),
            ("每一跳的来源", HOP_WIDTHS, HOP_HEADS, _hop_rows(answer)),
        ):
            sheet = book.add_worksheet(name)
            for column, width in enumerate(widths):
                sheet.set_column(column, column, width)
            _write(sheet, 0, [(line,) for line in head])
            for column, text in enumerate(headings):
                sheet.write_string(len(head), column, text, bold)
            _write(sheet, len(head) + 1, rows)
    return target.getvalue()


def _asked() -> Question:
    asked = asking.question()
    if asked is None:
        raise BadQuestion("key is missing: whose partners are asked for?", "缺少 key：请先在“找伙伴”里说明要为谁找")
    return asked


def _head(answer: PartnerAnswer) -> list[str]:
    """What stands above both tables."""
    asked = answer.question
    synthetic = frame.synthetic_words(answer.searched.datasets)
    chosen = "、".join(choice.label for choice in answer.choices if choice.chosen) or "没有"
    return [
        *([synthetic] if synthetic else []),
        heading(answer),
        f"{words.RELATIONS[asked.relation]}；查询日 {asked.on.isoformat()}；条件：{chosen}；"
        f"账本位置 {frame.view().position}",
        searched(answer) + "；".join(answer.searched.stopped),
        f"{credit_words.HOW_TO_READ}。{credit_searched(answer)}",
    ]


def _candidate_rows(answer: PartnerAnswer) -> Iterator[Sequence[Cell]]:
    for number, found in enumerate(answer.candidates, 1):
        yield (
            number,
            found.name,
            found.ref.key,
            chinese(found.basis),
            words.TIERS[found.tier],
            found.score,
            found.place,
            words.size(found.size),
            "是" if found.known else "否",
            words.FILLERS[found.filler] if found.filler else None,
            path_text(answer, found),
            credit_words.line_text(credit_of(found)),
        )


def _hop_rows(answer: PartnerAnswer) -> Iterator[Sequence[Cell]]:
    for number, found in enumerate(answer.candidates, 1):
        for place, path in enumerate(found.paths, 1):
            for step, hop in enumerate(path.hops, 1):
                source = hop.source
                stated = hop.stated_on.isoformat() if hop.stated_on else "未写明"
                yield (
                    number, found.name, place, step, hop.from_.name, hop.label, hop.to.name, chinese(hop.basis),
                    hop.score, stated, source.label, source.file, source.row, source.digest,
                )  # fmt: skip


def _write(sheet: Worksheet, first: int, rows: Iterator[Sequence[Cell]] | Sequence[Sequence[Cell]]) -> None:
    for line, row in enumerate(rows, first):
        for column, cell in enumerate(row):
            if isinstance(cell, str):
                sheet.write_string(line, column, cell)
            elif cell is not None:
                sheet.write_number(line, column, cell)
