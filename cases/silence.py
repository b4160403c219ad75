"""Silence 逾期: what the platform does by itself when a day comes. Reminder, superior, lead department, and the end
of a clock; never an automatic grant of what the law gives to an authority.

A tick may come at any time and as often as one likes: what it has done stands in the events, so nothing is done twice.
A day that rests on a missing calendar only reminds; what follows waits until the calendar is there.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection

from cases import notices
from cases.accounts import Account, Role
from cases.actor import Actor, Order
from cases.case import PLATFORM, Case, Own, Proposal, Standing
from cases.clock import Due, Reading, after, before, readings
from cases.definition import Opening, Words
from cases.engine import Engine, Plan, told_of
from cases.local_targets import LEAD_AFTER, REMINDER_BEFORE, SUPERIOR_AFTER
from cases.negotiation import waiting_for
from lianxin.errors import LianxinError
from rules.calendar import WorkingDays

REMINDER, SUPERIOR, LEAD = "reminder", "superior", "lead_department"
MOST_AT_ONCE = 50  # of one case in one tick: a definition that goes round in a ring by time would never end


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be done now: the event, who is told in which words, whether it is a reminder that one may refuse.

    `to`: a role that acts; `over`: a role whose superiors are told.
    """

    plan: Plan
    words: Words
    to: Role | None = None
    over: Role | None = None
    reminder: bool = False


@dataclass(frozen=True, slots=True)
class Failed:
    """A case that a tick could not look after, and why."""

    case: int
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Ticked:
    """What a tick did: cases looked at, events appended, cases that failed."""

    cases: int
    events: int
    failed: Sequence[Failed]


def tick(engine: Engine, on: date, at: datetime) -> Ticked:
    """Do what is due by a day, in all cases that have not ended."""
    order = Order(Actor(Role.ADMINISTRATOR, PLATFORM), on, at)
    heads, events, failed = engine.heads(ended=False), 0, list[Failed]()
    for head in heads:
        try:
            events += _look_after(engine, head.id, order)
        except LianxinError as error:
            failed.append(Failed(head.id, error.zh, error.en))
    return Ticked(len(heads), events, failed)


def _look_after(engine: Engine, number: int, order: Order) -> int:
    if next(_steps(engine.case(number), engine.calendar, order.on), None) is None:
        return 0  # nobody has to wait for the lock
    done = 0
    with engine.ledger.changing() as connection:
        case = engine.folded(connection, number)
        while (step := next(_steps(case, engine.calendar, order.on), None)) is not None and done < MOST_AT_ONCE:
            made = engine.by_platform(connection, case, step.plan, order)
            _tell(connection, made.case, step)
            case, done = made.case, done + 1
    return done


def _tell(connection: Connection, case: Case, step: Step) -> None:
    told: list[Account] = []
    if step.to is not None:
        told += notices.in_charge(connection, case, step.to)
    if step.over is not None:
        told += notices.superiors(connection, case, step.over)
    event = case.events[-1]
    notices.tell(connection, notices.number_of(connection, event), event, told, step.words, reminder=step.reminder)


# --- what is due ------------------------------------------------------------------------------------------------------


def _steps(case: Case, calendar: WorkingDays, on: date) -> Iterator[Step]:
    """What is to be done now; only the first counts, for it changes the case."""
    for each in readings(calendar, case, on):
        if each.due is not None:
            yield from _of_clock(case, each, each.due, calendar, on)
    for proposal in case.proposals.values():
        if proposal.standing is Standing.OPEN:
            yield from _of_proposal(case, proposal, calendar, on)
    for opening in case.definition.openings:
        yield from _of_opening(case, opening, on)


def _of_clock(case: Case, each: Reading, due: Due, calendar: WorkingDays, on: date) -> Iterator[Step]:
    clock, name = each.clock, each.clock.words
    if each.run.told != due.text():
        data = {"clock": clock.name, "from": each.run.told, "due": {clock.name: due.text()}}
        words = Words(f"“{name.zh}”的最后一天改为 {due.day}", f"{name.en}: the last day is now {due.day}")
        yield Step(Plan(Own.DUE_MOVED, data), words, to=clock.against)
    for year in due.missing:
        if not _asked_for(case, year):
            words = Words(
                f"缺 {year} 年的工作日历，期限暂定", f"the calendar of {year} is missing: a day is provisional"
            )
            yield Step(Plan(Own.CALENDAR_TASK, {"year": year, "clock": clock.name}), words, to=Role.ADMINISTRATOR)
    about = {"clock": clock.name}
    if clock.repeats:
        if on >= due.day:
            words = Words(f"“{name.zh}”：请查看这个案件", f"{name.en}: look at this case")
            yield Step(Plan(Own.ANEW, about), words, to=clock.against, reminder=True)
        return
    yield from _reminder(about, each.run.steps, due.day, clock.against, name, calendar, on)
    if due.provisional or on <= due.day:
        return
    if clock.on_expiry is not None:
        yield _expired(case, clock.on_expiry, about, clock.against)
    else:
        yield from _overdue(about, each.run.steps, due.day, clock.against, name, calendar, on)


def _asked_for(case: Case, year: int) -> bool:
    return any(each.action == Own.CALENDAR_TASK and each.data["year"] == year for each in case.events)


def _expired(case: Case, name: str, about: dict[str, str], against: Role) -> Step:
    action = case.definition.action(name)
    assert action is not None
    assert isinstance(action.target, str)
    words = Words(f"期限已过：{action.words.zh}", f"a limit has passed: {action.words.en}")
    plan = Plan(name, {**about, "to": action.target, "values": {}}, tell=told_of(case.definition, name))
    return Step(plan, words, to=None if against in plan.tell else against)


def _of_proposal(case: Case, proposal: Proposal, calendar: WorkingDays, on: date) -> Iterator[Step]:
    about, matter = {"proposal": proposal.number}, case.definition.matter(proposal.matter)
    assert matter is not None
    name = Words(f"答复关于{matter.words.zh}的提议", f"the answer to the proposal on {matter.words.en}")
    against = waiting_for(case, proposal)
    yield from _reminder(about, proposal.steps, proposal.reply_by, against, name, calendar, on)
    if on > proposal.reply_by:
        yield from _overdue(about, proposal.steps, proposal.reply_by, against, name, calendar, on)


def _of_opening(case: Case, opening: Opening, on: date) -> Iterator[Step]:
    """Somebody who waits for a day learns of it on that day. A guard that asks about values is asked about none."""
    action = case.definition.action(opening.action)
    assert action is not None
    told = (each.action == Own.MAY_NOW and each.data["action"] == action.name for each in case.here())
    if case.state_name not in action.sources or any(told) or any(guard(case, {}, on) for guard in action.guards):
        return
    left = opening.left(case, on)
    words = Words(f"{opening.words.zh}。{left.zh}", f"{opening.words.en}. {left.en}")
    yield Step(Plan(Own.MAY_NOW, {"action": action.name}), words, to=opening.to)


def _reminder(
    about: dict[str, str] | dict[str, int], taken: frozenset[str], due: date, against: Role, name: Words,
    calendar: WorkingDays, on: date,
) -> Iterator[Step]:  # fmt: skip
    if REMINDER not in taken and on >= before(calendar, due, REMINDER_BEFORE.on(on)):
        words = Words(f"“{name.zh}”在 {due} 到期", f"{name.en}: due on {due}")
        yield Step(Plan(Own.STEP, {**about, "step": REMINDER}), words, to=against, reminder=True)


def _overdue(
    about: dict[str, str] | dict[str, int], taken: frozenset[str], due: date, against: Role, name: Words,
    calendar: WorkingDays, on: date,
) -> Iterator[Step]:  # fmt: skip
    words = Words(f"“{name.zh}”已在 {due} 到期，还没有办", f"{name.en} was due on {due} and is not done")
    first, second = after(calendar, due, SUPERIOR_AFTER.on(on)), after(calendar, due, LEAD_AFTER.on(on))
    if SUPERIOR not in taken and not first.provisional and on >= first.day:
        yield Step(Plan(Own.STEP, {**about, "step": SUPERIOR}), words, to=against, over=against)
    if LEAD not in taken and not second.provisional and on >= second.day:
        yield Step(Plan(Own.STEP, {**about, "step": LEAD}), words, to=Role.LEAD_DEPARTMENT)
