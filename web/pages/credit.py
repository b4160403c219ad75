"""信用记录 All records of an enterprise with what to do by when, one finding as a walk, and whom to tell of a tout."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from graph.identifiers import parse_day
from lianxin.errors import BadQuestion, CalendarMissing, NotInForce, NotKnown
from rules.answer import Answer
from rules.calendar import official_calendar
from rules.credit_repair.codes import CODES
from rules.credit_repair.deadlines import DAYS, deadlines
from rules.credit_repair.finding import RepairFinding
from rules.credit_repair.plan import Plan
from rules.law import Citation, ReadingMark
from services import credit as credit_service
from services.calendar_file import plan_ics
from services.credit import Change, Credit, CreditPlan, CreditRecord, StripState
from services.credit_records import RecordKind
from web.pages import asking, credit_words, frame, timeline
from web.pages.credit_walk import not_asked, walk_rows
from web.security import Permission, permission

ICS: Final = "text/calendar"
_THIS: Final = {
    RecordKind.PENALTY: "这条处罚",
    RecordKind.ABNORMAL_LISTING: "这条异常名录记录",
    RecordKind.SERIOUS_LISTING: "这条严重失信名单记录",
}
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
        day = self.day(on)
        found = [Change("on", day)]
        if self.done is not None:
            found.append(Change("duties_done_on", self.done, record))
        if self.commit is not None and self.commit <= day:
            found.append(Change("public_commitment", True, record))
        return found


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


@permission(Permission.CREDIT_READ)
def credit_page(key: str) -> str | AnyResponse:
    """GET /enterprises/<key>/credit?done=&commit=&file="""
    known = _known(key)
    if not isinstance(known, Credit):
        return _elsewhere(key, "pages.credit_page")
    if known.ref.key != key:
        return redirect(frame.go("pages.credit_page", key=known.ref.key))
    asked = _asked()
    plan = credit_service.credit_plan(frame.view(), key, known.on)
    todos = list(_todos(known, plan.plan))
    return render_template(
        "credit.html",
        known=known,
        line=credit_words.strip_line(known.strip),
        heading=heading(known, plan.plan, todos),
        todos=todos,
        plan=plan,
        picture=timeline.draw(known.records, known.on),
        limits=_limits(plan.plan),
        asked=asked,
        otherwise=_otherwise(known, asked, None) if asked.given else [],
        day=asked.day(known.on),
    )


@permission(Permission.CREDIT_READ)
def credit_ics(key: str) -> Response:
    """GET /enterprises/<key>/credit.ics: the plan as a calendar file."""
    made = credit_service.credit_plan(frame.view(), key, frame.asked_day())
    headers = {"Content-Disposition": 'attachment; filename="lianxin-credit.ics"'}
    return Response(plan_ics(_named(made)), mimetype=ICS, headers=headers)


@permission(Permission.CREDIT_READ)
def credit_record(key: str, record: str) -> str | AnyResponse:
    """GET /enterprises/<key>/credit/<record>?done=&commit=&file="""
    known = _known(key)
    if not isinstance(known, Credit):
        return _elsewhere(key, "pages.credit_page")
    found = known.record(record)
    if found is None:
        raise NotKnown("credit record", "信用记录", record)
    if known.ref.key != key:
        return redirect(frame.go("pages.credit_record", key=known.ref.key, record=record))
    asked = _asked()
    return render_template(
        "credit_record.html",
        known=known,
        record=found,
        question=f"{_THIS.get(found.kind, '这条记录')}现在能申请修复吗？",
        sentence=sentence(found.finding, found.no_finding),
        walk=[] if found.finding is None else walk_rows(found.finding),
        skipped=[] if found.finding is None else not_asked(found.finding),
        position=frame.view().position,
        asked=asked,
        otherwise=_otherwise(known, asked, found.id) if asked.given else [],
        day=asked.day(known.on),
        reading_words=credit_words.MARK_MEANING,
    )


@permission(Permission.PUBLIC)
def report_page() -> str:
    """GET /repair/report: whom to tell of somebody who asks for money."""
    return render_template("report.html")


@permission(Permission.PUBLIC)
def report_sheet() -> Response:
    """GET /repair/report.txt: what a report has to say, as a sheet to fill in."""
    headers = {"Content-Disposition": 'attachment; filename="lianxin-report.txt"'}
    return Response(render_template("report.txt"), mimetype="text/plain", headers=headers)


# --- addresses --------------------------------------------------------------------------------------------------------


def _known(key: str) -> Credit | None:
    """The credit of an enterprise; None where several bear the name."""
    try:
        return credit_service.credit(frame.view(), key, frame.asked_day())
    except BadQuestion:
        if len(asking.namesakes(key, ("Enterprise",))) < 2:
            raise
        return None


def _elsewhere(name: str, endpoint: str) -> str:
    """Which of several enterprises of one name is meant."""
    namesakes = asking.namesakes(name, ("Enterprise",))
    options = [(each, frame.go(endpoint, key=each.ref.key)) for each in namesakes]
    return render_template("choose.html", name=name, options=options)


def _asked() -> Asked:
    return Asked(_day("done", "履行完义务的日子"), _day("commit", "作公开承诺的日子"), _day("file", "提交申请的日子"))


def _day(name: str, label: str) -> date | None:
    text = request.args.get(name, "").strip()
    if not text:
        return None
    try:
        return parse_day(text)
    except ValueError as error:
        raise BadQuestion(f'{name}: "{text}" {error}', f"{label}“{text}”不是日期，请写成 2026-11-24 这样") from error


# --- what to do -------------------------------------------------------------------------------------------------------


def _todos(known: Credit, plan: Plan) -> Iterator[Todo]:
    """What the enterprise has to do first, then what others do; each thing once, with its records."""
    by_id = {record.id: record for record in known.records}
    days = {filing.id: filing.file_from for filing in plan.filings}
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
    if len(ready) == strip.shown:
        return f"{shown}，{acts}{_from(max(each.file_from for each in ready), known.on)}能申请修复"
    return f"{shown}，{acts}{len(ready)} 条能申请，{strip.shown - len(ready)} 条先判定"


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


def _limits(plan: Plan) -> list[Limit]:
    """The limits after the first filing; none where nothing is filed, or the day lies before these rules."""
    ready = [filing for filing in plan.filings if filing.stops_on is None]
    if not ready:
        return []
    day = ready[0].file_from
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


def open_points(record: CreditRecord) -> list[str]:
    """What is still to do or to find out before the record can be filed, in a few words each."""
    if record.finding is None:
        return []
    answer = record.finding.answer
    acts = sorted(record.finding.reasons) if answer is Answer.NOT_YET else []
    return [CODES[code].act or CODES[code].zh for code in acts] + [
        title for name, (title, *_) in _OPEN_POINTS.items() if _hangs_on(record, name)
    ]


def gravity_why(record: CreditRecord) -> tuple[str, Sequence[ReadingMark]]:
    """Why the record has its gravity, and how the places that say so were read."""
    steps = () if record.finding is None else record.finding.walk()
    step = next((each for each in steps if each.number == "g"), None)
    if step is None:
        return "", ()
    return step.how, tuple(dict.fromkeys(citation.mark for citation in step.citations))


def _otherwise(known: Credit, asked: Asked, id: str | None) -> list[Otherwise]:
    """What the records, or one of them, would come to."""
    changes = asked.changes(known.on, id)
    made = credit_service.credit_plan(frame.view(), known.ref.key, known.on, changes)
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
        if id in (None, record.id)
    ]


def _findings(made: CreditPlan) -> dict[str, RepairFinding]:
    plan = made.plan
    return {
        **{filing.id: filing.finding for filing in plan.filings},
        **dict(plan.to_clarify),
        **dict(plan.nothing_to_file),
    }


def _named(made: CreditPlan) -> Plan:
    """The plan with records called as people call them, for a calendar."""
    filings = tuple(replace(each, id=_called(made, made.records[each.id])) for each in made.plan.filings)
    return replace(made.plan, filings=filings)


def _called(made: CreditPlan, record: CreditRecord) -> str:
    return f"{made.name}：{record.authority} {record.number or record.title}"


FILTERS: Mapping[str, Callable[..., Any]] = {
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
