"""规则变化的影响 What a change of law does to all records of the ledger: counts, and whom it touches."""

from collections.abc import Iterator, Sequence
from typing import Final

from flask import Blueprint, Response, render_template, request

from lianxin.errors import BadQuestion
from rules.credit_repair.impact import Change
from rules.credit_repair.sets import RULE_SETS
from services.oversight import ImpactList, law_impact
from services.repair import rule_set
from services.through import SLICE_SECONDS
from web.pages import credit_words, frame
from web.pages.table_file import csv_file
from web.parameters import takes
from web.security import Permission, permission, reach

PAGE: Final = 20
ALL: Final = 1_000_000
FILE_SECONDS: Final = 20.0  # a file is asked for once, so it may take longer than a page
OLD, NEW = "NDRC-58", "NDRC-36"  # the newest change of law that touches most records
CHANGES: Final = {
    Change.GAINS: "有利",
    Change.LOSES: "不利",
    Change.REVIEW: "需人工判定",
    Change.SAME: "不变",
}
MEANING: Final = {
    Change.GAINS: "原来不行的行了，或日期提前",
    Change.LOSES: "原来行的不行了，或日期推后",
    Change.REVIEW: "新旧规则中有一套要由人判定",
    Change.SAME: "答复和日期都一样",
}
HEADS: Final = (
    "文号", "种类", "认定单位", "当事人", "统一社会信用代码", "日期", "变化", "旧规则", "旧规则最早", "新规则",
    "新规则最早", "从哪天起",
)  # fmt: skip


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/repair/impact", view_func=impact_list)
    blueprint.add_url_rule("/repair/impact.csv", view_func=impact_file)


@takes("old", "new", "change", "cursor")
@permission(Permission.REPAIR_OVERSEE)
def impact_list() -> str:
    """GET /repair/impact?old=&new=&change=&cursor="""
    found = _found(PAGE, _cursor())
    return render_template(
        "impact.html",
        found=found,
        heading=heading(found),
        sets=RULE_SETS,
        changes=[(each, CHANGES[each], MEANING[each], _url(found, each), each is _change()) for each in Change],
        words=CHANGES,
        whole=_url(found, None),
        chosen=_change(),
        again=_url(found, _change()),
        searched=searched(found),
        only=reach(Permission.REPAIR_OVERSEE).authorities,
    )


@takes("old", "new", "change")
@permission(Permission.REPAIR_OVERSEE)
def impact_file() -> Response:
    """GET /repair/impact.csv, with the parameters of the page: every record that changes."""
    found = _found(ALL, 0, FILE_SECONDS)
    return csv_file("lianxin-impact", [heading(found), searched(found)], HEADS, _rows(found))


def _found(limit: int, cursor: int, seconds: float = SLICE_SECONDS) -> ImpactList:
    old, new = (rule_set(request.args.get(name, "").strip() or given) for name, given in (("old", OLD), ("new", NEW)))
    return law_impact(
        frame.view(),
        old,
        new,
        frame.asked_day(),
        change=_change(),
        limit=limit,
        cursor=cursor,
        reach=reach(Permission.REPAIR_OVERSEE),
        seconds=seconds,
    )


def _change() -> Change | None:
    text = request.args.get("change", "").strip()
    if not text:
        return None
    try:
        return Change(text)
    except ValueError as error:
        known = ", ".join(Change)
        raise BadQuestion(f'change: "{text}" is none of {known}', f"change“{text}”没有这个值，可选：{known}") from error


def _cursor() -> int:
    text = request.args.get("cursor", "").strip() or "0"
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise BadQuestion("cursor: is no place in the list", "cursor 不是列表里的位置")
    return int(text)


def _url(found: ImpactList, change: Change | None) -> str:
    return frame.go("pages.impact_list", old=found.old.id, new=found.new.id, change=change and change.value)


def heading(found: ImpactList) -> str:
    """The finding as a sentence."""
    if not found.complete:
        return f"已算 {found.read:,} / {found.total:,} 条，还没有算完"
    touched = [f"{CHANGES[each]} {found.counts[each]:,} 条" for each in (Change.GAINS, Change.LOSES, Change.REVIEW)]
    compared = sum(found.counts.values())
    return f"{compared:,} 条里，{'、'.join(touched)}" if compared else "没有归这两套规则管的记录"


def searched(found: ImpactList) -> str:
    """What was compared, what could not be, and where nobody has looked."""
    left = "；".join(f"{why.chinese} {count:,} 条" for why, count in found.unjudged.items() if count)
    not_compared = f"没有比较的：{left}。" if left else ""
    part = "" if found.complete else f"只算了 {found.read:,} / {found.total:,} 条。"
    both = f"{found.on} 有 {found.records:,} 条记录，按 {found.old.id} 和 {found.new.id} 各判一遍。"
    return f"{part}{both}{not_compared}{credit_words.searched(found.searched, found.not_loaded)}"


def _rows(found: ImpactList) -> Iterator[Sequence[str]]:
    for row in found.rows:
        record, outcome = row.record, row.outcome
        yield (
            record.number or "", record.kind_zh, record.authority,
            "个体工商户，不展示名称" if record.masked else record.party or "", record.enterprise or "",
            str(record.day or ""), CHANGES[outcome.change], outcome.old.chinese, str(outcome.old_first or ""),
            outcome.new.chinese, str(outcome.new_first or ""), str(outcome.from_day or ""),
        )  # fmt: skip
