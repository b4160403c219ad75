"""扫码看的一条记录 What the code on a notice opens: one record, without a login, on a phone.

No name of a party, no other record. The address is the key, so it is told to nobody: no referrer leaves the page, no
cache keeps it, and the request log knows only the pattern of the address.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from flask import Blueprint, Response, render_template

from cases.record_links import LinkState
from lianxin.errors import NotKnown
from rules.answer import Answer
from rules.credit_repair import guidance
from rules.credit_repair.plan import plan
from services import notices
from services.calendar_file import plan_ics
from services.credit import RepairDay
from services.notices import Opened
from services.one_record import OneRecord, days, may_be_filed, steps, whys
from web.pages import credit_words
from web.pages.credit_walk import walk_rows
from web.security import Permission, permission
from web.state import platform

ICS: Final = "text/calendar"
SAID: Final = {
    Answer.YES: "现在可以申请",
    Answer.NOT_YET: "现在还不能申请",
    Answer.NO: "不能申请修复",
    Answer.REVIEW: "要由认定单位判定",
    Answer.NOT_APPLICABLE: "不用申请",
}


@dataclass(frozen=True, slots=True)
class Closed:
    """Why a code opens no record, and what to do. `status`: of the answer."""

    status: int
    title: str
    why: str


NO_SUCH: Final = Closed(404, "没有这个码", "网址不完整、抄错了，或不是这个平台的码。")
GONE: Final = Closed(404, "登记里没有这条记录了", "这条记录已被提供数据的单位撤下，或正在更正。")
CLOSED: Final = {
    LinkState.ENDED: Closed(410, "这个码已作废", "认定单位作废了它，通常是因为换了新的告知书。"),
    LinkState.EXPIRED: Closed(410, "这个码已过期", "它的有效期已经过去。"),
}


blueprint = Blueprint("phone", __name__)  # apart from the other pages: messengers append parameters to an address


@blueprint.get("/r/<token>")
@permission(Permission.PUBLIC)
def phone_page(token: str) -> Response:
    """GET /r/<token>"""
    opened = _opened(token)
    record = opened.record
    if record is None:
        return _closed(opened)
    found = days(record)
    page = render_template(
        "phone.html",
        token=token,
        record=record,
        said=SAID[record.finding.answer] if record.finding is not None else "没有判定",
        day=record.only_day,
        several=[] if record.only_day else record.first_days,
        first=first_line(record),
        steps=steps(record),
        filed=may_be_filed(record),
        ahead=_ahead(record),
        whys=whys(record),
        ways=found if len(found) > 1 else [],
        walk=[] if record.finding is None else walk_rows(record.finding),
        told=guidance,
        gravity_word=credit_words.gravity_word,
    )
    return _private(Response(page, mimetype="text/html"))


@blueprint.get("/r/<token>/calendar.ics")
@permission(Permission.PUBLIC)
def phone_calendar(token: str) -> Response:
    """GET /r/<token>/calendar.ics: the day of this one record, for the calendar of the phone. Raises NotKnown."""
    record = _opened(token).record
    if record is None or record.finding is None or not _ahead(record):
        raise NotKnown("day of a record", "可加到日历的日子", "")
    name = f"{record.authority} {record.number or record.day}"
    made = Response(plan_ics(plan({name: record.finding}, record.on)), mimetype=ICS)
    made.headers["Content-Disposition"] = 'attachment; filename="lianxin-record.ics"'
    return _private(made)


def _opened(token: str) -> Opened:
    return notices.open_link(platform().ledger, platform().view(), token, platform().today())


def _closed(opened: Opened) -> Response:
    """The page of a code that opens nothing: whatever the reason, it has the shape of the others."""
    closed = NO_SUCH if opened.state is None else CLOSED.get(opened.state, GONE)
    page = render_template("phone_closed.html", closed=closed, told=guidance)
    response = _private(Response(page, mimetype="text/html"))
    response.status_code = closed.status
    return response


def _private(response: Response) -> Response:
    response.headers["Referrer-Policy"] = "no-referrer"  # the address opens the record
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _ahead(record: OneRecord) -> bool:
    """Whether there is a day to come that is the same in every way: only such a day goes into a calendar."""
    return record.only_day is not None and record.only_day.day > record.on


def first_line(record: OneRecord) -> str:
    """How long it still is, and how much there is to do."""
    todo = sum(step.mine for step in steps(record))
    day = record.only_day
    parts = [f"还有 {(day.day - record.on).days} 天"] if day is not None and day.day > record.on else []
    if todo:
        parts.append(f"还差 {todo} 件事要您办")
    return "，".join(parts) + "。" if parts else ""


def long_day(day: date, on: date) -> str:
    """12 月 3 日, with the year where it is not this one."""
    year = "" if day.year == on.year else f"{day.year} 年 "
    return f"{year}{day.month} 月 {day.day} 日"


def day_word(day: RepairDay, on: date) -> str:
    """最早, or that it stops by itself."""
    if day.automatic:
        return "不用申请，自动停止公示："
    return "最早" if day.day > on else "日期已到，从"


def several_lines(record: OneRecord) -> Sequence[str]:
    """The first days where they differ, each with what it hangs on."""
    return [
        f"若{credit_words.gravity_word(each.gravity)}：{each.day} 起{'自动停止公示' if each.automatic else '可以申请'}"
        for each in record.first_days
    ]


FILTERS: Final[Mapping[str, Callable[..., Any]]] = {
    "long_day": long_day,
    "day_word": day_word,
    "several_lines": several_lines,
}
for _name, _function in FILTERS.items():
    blueprint.add_app_template_filter(_function, _name)
