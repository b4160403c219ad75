"""A repair plan as a calendar file (iCalendar, RFC 5545) that office calendars take in."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time

from icalendar import Calendar, Event

from rules.calendar import DAY
from rules.credit_repair.codes import CODES
from rules.credit_repair.plan import OPEN_ZH, Filing, Plan
from services.credit import CreditPlan, CreditRecord

FREE = "信用修复不收取任何费用。Credit repair is free of charge."


def plan_ics(plan: Plan) -> str:
    """One all-day event for each first day of filing (at best and at worst, if they differ), and for each record that
    stops by itself. The same plan gives the same bytes: the stamp is the plan's own day."""
    calendar = Calendar()
    calendar.add("prodid", "-//lianxin//credit repair//ZH")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", "信用修复计划")
    for filing in plan.filings:
        for event in _events(filing):
            calendar.add_component(event)
    written: bytes = calendar.to_ical()
    return written.decode("utf-8")


def credit_plan_ics(made: CreditPlan) -> str:
    """The plan over the records of an enterprise, each record called as people call it."""
    filings = tuple(replace(each, id=_called(made, made.records[each.id])) for each in made.plan.filings)
    return plan_ics(replace(made.plan, filings=filings))


def _called(made: CreditPlan, record: CreditRecord) -> str:
    return f"{made.name}：{record.authority} {record.number or record.title}"


def _events(filing: Filing) -> Iterator[Event]:
    stamp = filing.finding.on
    if filing.stops_on is not None:
        yield _event(f"{filing.id} 自动停止公示，无须申请", filing.stops_on, stamp, FREE)
        return
    acts = [f"{CODES[code].act}。" for code in filing.acts]
    text = "".join(["申请前：", *acts] if acts else ["条件已经具备。"])
    if filing.earliest == filing.file_from:
        yield _event(f"{filing.id} 可以申请信用修复", filing.file_from, stamp, f"{text}{FREE}")
        return
    open_ones = "、".join(OPEN_ZH[name] for name in filing.hangs_on)
    text = f"哪一天取决于{open_ones}，先请认定单位定。{text}{FREE}"
    yield _event(f"{filing.id} 最早这天起可以申请信用修复（取决于{open_ones}）", filing.earliest, stamp, text)
    yield _event(f"{filing.id} 最迟这天起可以申请信用修复", filing.file_from, stamp, text)


def _event(summary: str, day: date, stamp: date, description: str) -> Event:
    event = Event()
    event.add("uid", hashlib.sha256(f"{summary}{day}".encode()).hexdigest()[:32] + "@lianxin")
    event.add("dtstamp", datetime.combine(stamp, time(), UTC))
    event.add("dtstart", day)
    event.add("dtend", day + DAY)
    event.add("summary", summary)
    event.add("description", description)
    event.add("transp", "TRANSPARENT")
    return event
