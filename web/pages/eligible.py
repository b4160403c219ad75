"""现在可申请、尚未申请 Over all parties: whose day has come, so that an authority can call them."""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import Final

from flask import Blueprint, Response, render_template, request

from lianxin.errors import BadQuestion
from services.applications import Application
from services.oversight import Eligible, EligibleList, Stage, eligible
from services.through import SLICE_SECONDS
from web.acting import cases_reached
from web.pages import credit_words, frame
from web.pages.table_file import csv_file
from web.parameters import takes
from web.security import Permission, permission, reach
from web.state import platform

PAGE: Final = 20
ALL: Final = 1_000_000
FILE_SECONDS: Final = 20.0  # a file is asked for once, so it may take longer than a page
HEADS: Final = (
    "文号", "种类", "认定单位", "当事人", "统一社会信用代码", "日期", "到哪一步", "类别", "最早可申请", "还差什么",
    "企业自述", "案件",
)  # fmt: skip


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/repair/eligible", view_func=eligible_list)
    blueprint.add_url_rule("/repair/eligible.csv", view_func=eligible_file)
    blueprint.add_app_template_filter(left_to_do, "left_to_do")


@takes("authority", "stage", "cursor")
@permission(Permission.REPAIR_OVERSEE)
def eligible_list() -> str:
    """GET /repair/eligible?authority=&stage=&cursor="""
    found = _found(PAGE, request.args.get("cursor") or None)
    return render_template(
        "eligible.html",
        found=found,
        heading=heading(found),
        stages=[(stage, _url(found.authority, stage), stage is _stage()) for stage in Stage],
        whole=_url(found.authority, None),
        chosen=_stage(),
        searched=searched(found),
        again=_url(found.authority, _stage()),
        only=reach(Permission.REPAIR_OVERSEE).authorities,
        cases=cases_reached(),
    )


@takes("authority", "stage")
@permission(Permission.REPAIR_OVERSEE)
def eligible_file() -> Response:
    """GET /repair/eligible.csv, with the parameters of the list: all of it."""
    found = _found(ALL, None, FILE_SECONDS)
    return csv_file("lianxin-eligible", [heading(found), searched(found)], HEADS, _rows(found, cases_reached()))


def _found(limit: int, cursor: str | None, seconds: float = SLICE_SECONDS) -> EligibleList:
    authority = request.args.get("authority", "").strip()
    return eligible(
        platform().ledger,
        frame.view(),
        frame.asked_day(),
        authority=authority,
        stage=_stage(),
        limit=limit,
        cursor=cursor,
        reach=reach(Permission.REPAIR_OVERSEE),
        seconds=seconds,
    )


def _stage() -> Stage | None:
    text = request.args.get("stage", "").strip()
    if not text:
        return None
    try:
        return Stage(text)
    except ValueError as error:
        known = ", ".join(Stage)
        raise BadQuestion(f'stage: "{text}" is none of {known}', f"stage“{text}”没有这个值，可选：{known}") from error


def _url(authority: str, stage: Stage | None) -> str:
    return frame.go("pages.eligible_list", authority=authority, stage=stage and stage.value)


def heading(found: EligibleList) -> str:
    """How many, in one sentence; the three stages are never added into one promise."""
    ready, reached, perhaps = (found.counts[stage] for stage in (Stage.READY, Stage.DAY_REACHED, Stage.PERHAPS))
    if not found.complete:
        return f"已看 {found.read:,} / {found.total:,} 条，还没有看完"
    if not ready + reached + perhaps:
        return "没有日期已到的记录"
    parts = [f"{ready} 条条件都满足"] * bool(ready) + [f"{reached} 条日期已到"] * bool(reached)
    return "，".join(parts + [f"{perhaps} 条要看怎么定"] * bool(perhaps))


def searched(found: EligibleList) -> str:
    """What was searched, and of which applications nobody here knows."""
    part = "" if found.complete else f"只看了 {found.read:,} / {found.total:,} 条。"
    return (
        f"{part}{credit_words.searched(found.searched, found.not_loaded)}{found.records:,} 条记录逐条判过。"
        f"案件里已申请的 {found.applied:,} 条不列；没有在本平台建案的申请，这里不知道。"
    )


def application_word(case: Application, *, seen: bool) -> str:
    """How far the application of a record is, and why it was turned away for whoever may see the case."""
    if not seen:
        return case.filing.words.zh
    grounds = f"，{case.ground.zh}" if case.ground is not None else ""
    return f"{case.filing.words.zh}：第 {case.case} 号案件（{case.state.zh}）{grounds}"


def left_to_do(each: Eligible) -> str:
    """What is still to do, in a few words each."""
    return "；".join(step.title for step in each.to_do) or "没有了"


def _rows(found: EligibleList, cases: AbstractSet[int]) -> Iterator[Sequence[str]]:
    for each in found.found:
        record, case = each.record, each.application
        said = "；".join(f"{claim.fact.chinese} {claim.day}" for claim in each.claims)
        yield (
            record.number or "", record.kind_zh, record.authority,
            "个体工商户，不展示名称" if record.masked else record.party or "", record.enterprise or "",
            str(record.day or ""), each.stage.chinese, credit_words.gravity_word(each.gravity), str(each.since.day),
            left_to_do(each), said, "" if case is None else application_word(case, seen=case.case in cases),
        )  # fmt: skip
