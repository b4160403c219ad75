"""信用记录 All records of an enterprise with what to do by when, one finding as a walk, and whom to tell of a tout."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import Any, Final

from flask import Blueprint, Response, redirect, render_template, request
from markupsafe import Markup, escape
from werkzeug.wrappers import Response as AnyResponse

from lianxin.errors import BadQuestion, CalendarMissing, NotInForce
from rules.answer import Answer
from rules.calendar import official_calendar
from rules.credit_repair.codes import CODES
from rules.credit_repair.deadlines import DAYS, deadlines
from rules.credit_repair.finding import RepairFinding
from rules.credit_repair.plan import OPEN_ZH, WAITING, Filing, Plan
from rules.credit_repair.texts import FREE
from rules.law import Citation, ReadingMark
from services import credit as credit_service
from services.calendar_file import credit_plan_ics
from services.credit import Change, Credit, CreditPlan, CreditRecord, StripState
from services.credit_records import RecordKind
from web.pages import asking, credit_words, frame, timeline
from web.pages.credit_walk import not_asked, walk_rows
from web.parameters import takes
from web.security import Permission, permission, reach

Page = str | tuple[str, int] | AnyResponse
ICS: Final = "text/calendar"
MINE, THEIRS, WAIT = "企业办", "单位办", "等日子"
_THIS: Final = {
    RecordKind.PENALTY: "这条处罚",
    RecordKind.ABNORMAL_LISTING: "这条异常名录记录",
    RecordKind.SERIOUS_LISTING: "这条严重失信名单记录",
}
_DAYS_ASKED: Final = {"done": "履行完义务的日子", "commit": "作公开承诺的日子", "file": "提交申请的日子"}
_OPEN_POINTS: Final[Mapping[str, tuple[str, str, bool]]] = {
    "duties_done": (
        "拿出义务履行完毕的凭证",
        "登记没有写义务是否履行完。已履行的，交凭证由认定单位核对；没有履行的，先履行。",
        True,
    ),
    "gravity": ("定下类别", "登记定不出类别，由认定单位定；定了才有确定的日期。", False),
    "published": ("查明是否公示", "登记没有写是否公示，由数据来源单位说明。", False),
}
"""What is not known → what to do, why, and whether the enterprise does it."""


@dataclass(frozen=True, slots=True)
class Todo:
    """One thing to do before filing. `by`: the day before which; None where sooner is better. `mine`: the enterprise
    does it, else the authority."""

    title: str
    why: str
    by: date | None
    left: str
    records: Sequence[CreditRecord]
    mine: bool


@dataclass(frozen=True, slots=True)
class Need:
    """What is still to do, to find out or to wait for before one record can be filed.

    `who`: in Chinese whose turn it is. `from_day`: from when on it can help.
    """

    title: str
    why: str
    from_day: date | None
    who: str


@dataclass(frozen=True, slots=True)
class Limit:
    """A time limit after filing: its last day or why it cannot be told, how many working days, and who says so."""

    title: str
    day: str
    count: str
    citation: Citation


@dataclass(frozen=True, slots=True)
class Asked:
    """What-if 如果…… in the address: the days on which the acts are done, and the day of filing."""

    done: date | None
    commit: date | None
    file: date | None

    @property
    def given(self) -> bool:
        return any((self.done, self.commit, self.file))

    def day(self, on: date) -> date:
        """The day of filing; without one, the last of the acts, or the day asked for."""
        return self.file or max(day for day in (self.done, self.commit, on) if day is not None)

    def changes(self, on: date, record: str | None) -> list[Change]:
        """The facts that would be other ones."""
        found = [Change("on", self.day(on))]
        if self.done is not None:
            found.append(Change("duties_done_on", self.done, record))
        if self.commit is not None:
            found.append(Change("public_commitment", True, record))
        return found


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The what-if of a page: what was asked, the day it is asked for, what would be; `refused`: why it was not asked.

    An address without a what-if has none of them.
    """

    asked: Asked
    day: date
    otherwise: Sequence["Otherwise"]
    refused: str


@dataclass(frozen=True, slots=True)
class Otherwise:
    """What a record would come to; `refused`: in Chinese why that cannot be asked."""

    record: CreditRecord
    finding: RepairFinding | None
    sentence: str
    refused: str
    changed: bool


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/enterprises/<key>/credit", view_func=credit_page)
    blueprint.add_url_rule("/enterprises/<key>/credit.ics", view_func=credit_ics)
    blueprint.add_url_rule("/enterprises/<key>/credit/<path:record>", view_func=credit_record)
    blueprint.add_url_rule("/repair/report", view_func=report_page)
    blueprint.add_url_rule("/repair/report.txt", view_func=report_sheet)
    for name, function in FILTERS.items():
        blueprint.add_app_template_filter(function, name)


@takes("done", "commit", "file")
@permission(Permission.CREDIT_READ)
def credit_page(key: str) -> Page:
    """GET /enterprises/<key>/credit?done=&commit=&file="""
    known = _known(key)
    if not isinstance(known, Credit):
        return _elsewhere(key, "pages.credit_page")
    if known.ref.key != key:
        return redirect(frame.go("pages.credit_page", key=known.ref.key))
    what_if = _what_if(known, None)
    plan = credit_service.plan_of(known)
    todos = todos_of(known, plan.plan)
    page = render_template(
        "credit.html",
        known=known,
        line=credit_words.strip_line(known.strip),
        heading=heading(known, plan.plan, todos),
        todos=todos,
        plan=plan,
        picture=timeline.draw(known.records, known.on),
        first=first_filing(plan.plan),
        OPEN_ZH=OPEN_ZH,
        only=reach(Permission.CREDIT_READ).authorities,
        limits=_limits(plan.plan),
        what_if=what_if,
    )
    return _answered(page, what_if)


@permission(Permission.CREDIT_READ)
def credit_ics(key: str) -> Response:
    """GET /enterprises/<key>/credit.ics: the plan as a calendar file."""
    made = credit_service.credit_plan(frame.view(), key, frame.asked_day(), reach=reach(Permission.CREDIT_READ))
    headers = {"Content-Disposition": 'attachment; filename="lianxin-credit.ics"'}
    return Response(credit_plan_ics(made), mimetype=ICS, headers=headers)


@takes("done", "commit", "file")
@permission(Permission.CREDIT_READ)
def credit_record(key: str, record: str) -> Page:
    """GET /enterprises/<key>/credit/<record>?done=&commit=&file="""
    known = _known(key)
    if not isinstance(known, Credit):
        return _elsewhere(key, "pages.credit_page")
    found = credit_service.record_of(known, record, reach(Permission.CREDIT_READ))
    if known.ref.key != key:
        return redirect(frame.go("pages.credit_record", key=known.ref.key, record=record))
    what_if = _what_if(known, found)
    page = render_template(
        "credit_record.html",
        known=known,
        record=found,
        question=question_of(found),
        sentence=sentence(found.finding, found.no_finding),
        walk=[] if found.finding is None else walk_rows(found.finding),
        skipped=[] if found.finding is None else not_asked(found.finding),
        needs=needs(found),
        position=frame.view().position,
        what_if=what_if,
        reading_words=credit_words.MARK_MEANING,
    )
    return _answered(page, what_if)


@permission(Permission.PUBLIC)
def report_page() -> str:
    """GET /repair/report: whom to tell of somebody who asks for money."""
    return render_template("report.html", free_of_charge=FREE)


@permission(Permission.PUBLIC)
def report_sheet() -> Response:
    """GET /repair/report.txt: what a report has to say, as a sheet to fill in."""
    headers = {"Content-Disposition": 'attachment; filename="lianxin-report.txt"'}
    return Response(render_template("report.txt", free_of_charge=FREE), mimetype="text/plain", headers=headers)


# --- addresses --------------------------------------------------------------------------------------------------------


def _known(key: str) -> Credit | None:
    """The credit of an enterprise; None where several bear the name."""
    try:
        return credit_service.credit(frame.view(), key, frame.asked_day(), reach(Permission.CREDIT_READ))
    except BadQuestion:
        if len(asking.namesakes(key, ("Enterprise",))) < 2:
            raise
        return None


def _elsewhere(name: str, endpoint: str) -> str:
    """Which of several enterprises of one name is meant."""
    namesakes = asking.namesakes(name, ("Enterprise",))
    options = [(each, frame.go(endpoint, key=each.ref.key)) for each in namesakes]
    return render_template("choose.html", name=name, options=options)


# --- what if ----------------------------------------------------------------------------------------------------------


def _answered(page: str, what_if: WhatIf) -> Page:
    """The page; as an answer that refuses where the what-if was refused."""
    return (page, HTTPStatus.UNPROCESSABLE_ENTITY) if what_if.refused else page


def _what_if(known: Credit, record: CreditRecord | None) -> WhatIf:
    """The what-if in the address, over one record or all; what is refused is said beside the form."""
    asked = Asked(None, None, None)
    try:
        asked = _asked()
        _refuse_disorder(asked)
        if asked.given and record is not None and record.facts is None:
            raise BadQuestion(f"{record.id} has no facts to change", f"这条记录没有可以改的：{record.no_finding}")
        otherwise = _otherwise(known, asked, record) if asked.given else []
    except BadQuestion as refused:
        return WhatIf(asked, asked.day(known.on), [], refused.zh)
    return WhatIf(asked, asked.day(known.on), otherwise, "")


def _asked() -> Asked:
    return Asked(_day("done"), _day("commit"), _day("file"))


def _day(name: str) -> date | None:
    text = request.args.get(name, "").strip()
    return frame.read_day(text, name, _DAYS_ASKED[name]) if text else None


def _refuse_disorder(asked: Asked) -> None:
    """An act after the day of filing cannot count on that day."""
    for name, day in (("done", asked.done), ("commit", asked.commit)):
        if day is not None and asked.file is not None and day > asked.file:
            raise BadQuestion(
                f"{name}: {day} lies after the day of filing {asked.file}",
                f"{_DAYS_ASKED[name]} {day} 晚于{_DAYS_ASKED['file']} {asked.file}，请改其中一个",
            )


def _otherwise(known: Credit, asked: Asked, only: CreditRecord | None) -> list[Otherwise]:
    """What the records, or one of them, would come to."""
    changes = asked.changes(known.on, None if only is None else only.id)
    made = credit_service.plan_of(known, changes)
    found = _findings(made)
    return [
        Otherwise(
            record,
            found.get(record.id),
            sentence(found.get(record.id), made.left_out.get(record.id, "")),
            made.left_out.get(record.id, ""),
            record.id in made.changed,
        )
        for record in known.records
        if only is None or record.id == only.id
    ]


def _findings(made: CreditPlan) -> dict[str, RepairFinding]:
    plan = made.plan
    return {
        **{filing.id: filing.finding for filing in plan.filings},
        **dict(plan.to_clarify),
        **dict(plan.nothing_to_file),
    }


# --- what to do -------------------------------------------------------------------------------------------------------


def question_of(record: CreditRecord) -> str:
    """What a page about one record asks."""
    return f"{_THIS.get(record.kind, '这条记录')}现在能申请修复吗？"


def todos_of(known: Credit, plan: Plan) -> list[Todo]:
    """What has to be done, each thing once."""
    return list(_todos(known, plan))


def _todos(known: Credit, plan: Plan) -> Iterator[Todo]:
    """What the enterprise has to do first, then what others do; each thing once, with its records."""
    by_id = {record.id: record for record in known.records}
    days = {filing.id: filing.earliest for filing in plan.filings}
    for act in plan.acts:
        first = min((days[id] for id in act.ids if id in days), default=None)
        ahead = first if first is not None and first > known.on else None
        reason = f"不做的话：{CODES[act.code].zh}。"
        yield Todo(act.what, reason, ahead, _working_days(known.on, ahead), [by_id[id] for id in act.ids], True)
    for name, (title, why, mine) in _OPEN_POINTS.items():
        if records := [record for record in known.records if _hangs_on(record, name)]:
            yield Todo(title, why, None, "", records, mine)


def _hangs_on(record: CreditRecord, name: str) -> bool:
    """Whether the finding of a record that is shown has this open point."""
    return record.shown and any(name in way.assumed for way in record.ways)


def _working_days(start: date, end: date | None) -> str:
    """还有 7 个工作日, as far as the calendar is loaded."""
    if end is None:
        return ""
    try:
        return f"还有 {official_calendar().between(start, end)} 个工作日"
    except CalendarMissing as missing:
        return f"{missing.year} 年日历未载入，不数工作日"


def heading(known: Credit, plan: Plan, todos: Sequence[Todo]) -> str:
    """The finding as a sentence."""
    strip = known.strip
    if strip.state is not StripState.SHOWN:
        return _nothing_shown(known)
    mine = sum(todo.mine for todo in todos)
    ready = [filing for filing in plan.filings if filing.stops_on is None]
    shown = f"{strip.shown} 条记录展示中"
    if not ready:
        return f"{shown}，日期要先判定" if plan.to_clarify else f"{shown}，不用申请"
    acts = f"办完 {mine} 件事，" if mine else ""
    since = _since(ready, known.on)
    if len(ready) == strip.shown:
        return f"{shown}，{acts}{since}能申请修复"
    return f"{shown}，{acts}{since} {len(ready)} 条能申请，{strip.shown - len(ready)} 条先判定"


def _since(ready: Sequence[Filing], on: date) -> str:
    """From when all of them can be filed; at best, where that hangs on what is not known: the plan has both days."""
    first, last = max(each.earliest for each in ready), max(each.file_from for each in ready)
    if first == last:
        return _from(first, on)
    return f"最早{'' if first <= on else ' '}{_from(first, on)}"


def _nothing_shown(known: Credit) -> str:
    strip = known.strip
    if strip.state is StripState.UNKNOWN:
        return f"信用记录{credit_words.NOT_CLEAN}"
    if strip.state is StripState.PERHAPS:
        return f"未见已关联的记录，有 {strip.perhaps} 条同名的未能关联"
    return f"查了 {strip.sources_searched} 个来源，未见展示中的失信信息"


def _from(day: date, on: date) -> str:
    if day <= on:
        return "查询日起"
    return f"{day.month} 月 {day.day} 日起" if day.year == on.year else f"{day} 起"


def first_filing(plan: Plan) -> date | None:
    """The first day on which something can be filed, at best."""
    return next((filing.earliest for filing in plan.filings if filing.stops_on is None), None)


def _limits(plan: Plan) -> list[Limit]:
    """The limits after the first filing; none where nothing is filed, or the day lies before these rules."""
    day = first_filing(plan)
    if day is None:
        return []
    try:
        found = deadlines(day, official_calendar())
        versions = [parameter.version(day) for parameter in DAYS]
    except NotInForce:
        return []
    days = (found.accept_by, found.decide_by, found.feedback_by)
    return [
        Limit(
            title,
            f"{last.year} 年日历未载入，定不出" if isinstance(last, CalendarMissing) else last.isoformat(),
            f"{version.value} {parameter.unit}",
            version.citation,
        )
        for title, last, version, parameter in zip(
            ("受理最迟", "决定最迟", "信用中国反馈最迟"), days, versions, DAYS, strict=True
        )
    ]


# --- the answer of one record -----------------------------------------------------------------------------------------


def sentence(finding: RepairFinding | None, no_finding: str) -> str:
    """The answer with its day and what stands in the way, in one sentence."""
    if finding is None:
        return f"没有判定：{no_finding}。"
    if finding.answer is Answer.YES:
        return f"{finding.on} 起可以申请修复。"
    if finding.answer is Answer.NOT_YET:
        return _not_yet(finding)
    return f"{'要由认定单位判定：' if finding.answer is Answer.REVIEW else ''}{_reasons(finding)}。"


def _not_yet(finding: RepairFinding) -> str:
    first = finding.values.not_before
    acts = [CODES[code].act for code in sorted(finding.reasons) if code != "MIN_PERIOD_NOT_ELAPSED"]
    first_do = f"先{'、'.join(acts)}" if acts else ""
    if first is not None and first > finding.on:
        return f"{first} 起可以{f'，{first_do}' if acts else ''}。"
    return f"{'日期已到，' if first is not None else ''}{first_do or _reasons(finding)}。"


def _reasons(finding: RepairFinding) -> str:
    return "；".join(CODES[code].zh for code in sorted(finding.reasons))


def needs(record: CreditRecord) -> list[Need]:
    """What is still to do, to find out or to wait for before the record can be filed."""
    acts = () if record.explanation is None else record.explanation.to_do
    return [
        *(
            Need(act.what, f"{CODES[act.code].zh}。", act.from_day, WAIT if act.code in WAITING else MINE)
            for act in acts
        ),
        *(
            Need(title, why, None, MINE if mine else THEIRS)
            for name, (title, why, mine) in _OPEN_POINTS.items()
            if _hangs_on(record, name)
        ),
    ]


def open_points(record: CreditRecord) -> list[str]:
    """The same in a few words each."""
    return [need.title for need in needs(record)]


def gravity_why(record: CreditRecord) -> tuple[str, Sequence[ReadingMark]]:
    """Why the record has its gravity, and how the places that say so were read."""
    steps = () if record.finding is None else record.finding.walk()
    step = next((each for each in steps if each.number == "g"), None)
    if step is None:
        return "", ()
    return step.how, tuple(dict.fromkeys(citation.mark for citation in step.citations))


_DAY_IN_WORDS: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def days_kept(text: str) -> Markup:
    """A sentence whose days never break over two lines."""
    return Markup(_DAY_IN_WORDS.sub(r'<span class="nowrap">\g<0></span>', str(escape(text))))


FILTERS: Mapping[str, Callable[..., Any]] = {
    "days_kept": days_kept,
    "credit_line": credit_words.strip_line,
    "day_lines": credit_words.day_lines,
    "last_lines": credit_words.last_lines,
    "gravity_word": credit_words.gravity_word,
    "gravity_why": gravity_why,
    "open_points": open_points,
    "reason_word": lambda code: CODES[code].zh,
    "answer_icon": credit_words.ICONS.__getitem__,
    "restriction_text": credit_words.restriction_text,
}
