"""Silence and clocks: working days of both sides, reminders, superiors, lead department; a tick does nothing twice."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from cases import accounts, event_log, notices
from cases.accounts import Duty, Role
from cases.actor import Actor, Order
from cases.case import PLATFORM, Case, Own, Run, Stretch
from cases.clock import after, before, reading, readings
from cases.definition import Clock, Unit, Words
from cases.definitions.credit_repair import A as Repair
from cases.definitions.credit_repair import S as RepairState
from cases.definitions.hr_channel import A, S
from cases.documents import Proof
from cases.engine import Engine
from cases.local_targets import ANSWER
from cases.negotiation import propose
from cases.notices import Contact
from cases.silence import tick
from rules.calendar import WorkingDays, Year, official_calendar

NOW = datetime(2026, 11, 24, 3, 0)
FIRM, LEAD = Actor(Role.ENTERPRISE, "firm", "A"), Actor(Role.LEAD_DEPARTMENT, "lead")
BUREAU = Actor(Role.REPAIR_AUTHORITY, "bureau", authorities=frozenset({"局"}))
DEMAND = {"topic": "training", "demand": "焊工培训的名额不够"}
PDF = Proof("a.pdf", b"%PDF-1")
SAID = {"sentence": "请写明人数"}
FACTS: dict[str, Any] = {
    "record": "Penalty/p", "kind": "penalty", "authority_system": "ndrc", "sanctions": ["fine"], "fine_band": "low",
    "published": True, "document_date": "2026-03-12", "duties_done_on": "2026-03-20", "public_commitment": True,
}  # fmt: skip


def opened(engine: Engine, on: date) -> int:
    return engine.open("hr-channel", DEMAND, Order(FIRM, on, NOW)).case.id


def act(engine: Engine, number: int, by: Actor, action: str, on: date, values: Any = None, papers: Any = ()) -> Case:
    order = Order(by, on, NOW, engine.case(number).version)
    return engine.act(number, action, values or {}, order, papers).case


def ticked(engine: Engine, *days: date) -> list[tuple[str, str]]:
    """What the platform did: action and step, in order."""
    for day in days:
        done = tick(engine, day, NOW)
        assert done.failed == []
        assert tick(engine, day, NOW).events == 0, "a second tick finds nothing to do"
    with engine.ledger.reading() as connection:
        events = [e for head in engine.heads() for e in event_log.events(connection, head.id) if e.actor == PLATFORM]
    return [(each.action, each.data.get("step", "")) for each in events]


def told(engine: Engine, name: str) -> list[str]:
    return [each.words.zh for each in reversed(notices.notices(engine.ledger, name))]


def days(first: date, last: date) -> Sequence[date]:
    return [first + timedelta(n) for n in range((last - first).days + 1)]


# --- counting ---------------------------------------------------------------------------------------------------------


def test_the_limits_of_the_law_sheet(engine: Engine) -> None:
    """Submitted, received and accepted as the sheet has them; the day of receipt is not counted."""
    for submitted, accept, decide, feedback in (
        ("2026-04-03", "2026-04-09", "2026-04-20", "2026-04-20"),
        ("2026-04-29", "2026-05-07", "2026-05-15", "2026-05-15"),
        ("2026-06-17", "2026-06-23", "2026-07-02", "2026-07-02"),
        ("2026-09-30", "2026-10-10", "2026-10-20", "2026-10-20"),
        ("2026-12-24", "2026-12-29", "2027-01-05?", "2027-01-05?"),
    ):
        on, accepted = date.fromisoformat(submitted), date.fromisoformat(accept)
        number = engine.open("credit-repair", FACTS, Order(BUREAU, on, NOW), enterprise="A").case.id
        act(engine, number, FIRM, Repair.MAY_APPLY, on)
        act(engine, number, FIRM, Repair.SUBMIT, on, papers=[PDF])
        case = act(engine, number, BUREAU, Repair.RECEIVE, on)
        due = {name: run.told for name, run in case.runs.items()}
        assert due == {"feedback_by": feedback, "accept_by": accept}
        case = act(engine, number, BUREAU, Repair.TAKE_ON, accepted)
        assert case.runs["decide_by"].told == decide


def test_a_clock_stands_still_while_the_other_side_completes(engine: Engine) -> None:
    number = opened(engine, date(2026, 11, 2))
    act(engine, number, LEAD, A.TAKE, date(2026, 11, 2))  # Monday
    case = act(engine, number, LEAD, A.ASK, date(2026, 11, 4), {"code": "unclear", **SAID})
    assert case.runs["answer_by"].told == "", "a clock that stands has no last day"
    standing = {each.clock.name: each for each in readings(engine.calendar, case, date(2026, 11, 10))}
    assert (standing["answer_by"].used, standing["answer_by"].stood, standing["answer_by"].due) == (2, 4, None)
    case = act(engine, number, FIRM, A.ADD, date(2026, 11, 10), SAID)
    assert case.runs["answer_by"].told == "2026-11-13", "three of five days are left"
    (now,) = readings(engine.calendar, case, date(2026, 11, 12))
    assert (now.limit, now.used, now.stood) == (5, 4, 4)


def test_a_clock_that_goes_on_gives_nobody_more_time(engine: Engine) -> None:
    on = date(2026, 11, 2)
    number = engine.open("credit-repair", FACTS, Order(BUREAU, on, NOW), enterprise="A").case.id
    act(engine, number, FIRM, Repair.MAY_APPLY, on)
    act(engine, number, FIRM, Repair.SUBMIT, on, papers=[PDF])
    due = act(engine, number, BUREAU, Repair.RECEIVE, on).runs["accept_by"].told
    case = act(engine, number, FIRM, Repair.OBJECT, date(2026, 11, 4), {"what": "content", **SAID})
    assert (case.state_name, case.runs["accept_by"].told) == (RepairState.OBJECTION, due)
    case = act(engine, number, BUREAU, Repair.UPHOLD, date(2026, 11, 5), SAID)
    assert (case.state_name, case.runs["accept_by"].told) == (RepairState.PUSHED, due)


def test_days_before_and_after_are_each_others_inverse() -> None:
    calendar = official_calendar()
    for day in days(date(2026, 1, 5), date(2026, 11, 30)):
        for count in (1, 2, 5):
            due = after(calendar, day, count).day
            back = before(calendar, due, count)
            assert after(calendar, back, count).day == due


def test_a_missing_year_is_counted_so_that_the_day_can_only_move_back() -> None:
    calendar = official_calendar()
    due = after(calendar, date(2026, 12, 30), 5)
    assert (due.day, due.missing, due.provisional) == (date(2027, 1, 4), (2027,), True)
    assert due.text() == "2027-01-04?"
    assert after(calendar, date(2026, 12, 30), 5, Unit.CALENDAR_DAYS).missing == ()


def test_used_and_stood_together_are_all_days() -> None:
    clock = Clock("c", Words("字", "w"), frozenset({"a"}), Role.ENTERPRISE, ANSWER)
    turns = [date(2026, 9, 21), date(2026, 9, 24), date(2026, 9, 30), date(2026, 10, 9), date(2026, 10, 12)]
    stretches = tuple(
        Stretch(n % 2 == 0, start, end) for n, (start, end) in enumerate(zip(turns, [*turns[1:], None], strict=True))
    )
    calendar = official_calendar()
    for day in days(date(2026, 10, 12), date(2026, 11, 20)):
        found = reading(calendar, clock, Run("c", 1, stretches), day)
        assert found.used + found.stood == calendar.between(turns[0], day)


# --- what follows -----------------------------------------------------------------------------------------------------


def test_reminder_superior_lead_department_on_their_days(engine: Engine) -> None:
    number = opened(engine, date(2026, 11, 2))  # to be taken in hand by Monday, the 9th
    accounts.add(engine.ledger, "lead.boss", Duty(Role.LEAD_DEPARTMENT), "h", NOW)
    notices.set_contact(engine.ledger, "lead", Contact(superior="lead.boss"))
    steps = {}
    for day in days(date(2026, 11, 2), date(2026, 11, 20)):
        for found in ticked(engine, day):
            steps.setdefault(found, day)
    assert steps == {
        ("step", "reminder"): date(2026, 11, 5),
        ("step", "superior"): date(2026, 11, 10),
        ("step", "lead_department"): date(2026, 11, 12),
    }
    assert engine.case(number).state_name == S.SAID, "silence grants nothing"
    overdue = "“受理”已在 2026-11-09 到期，还没有办"
    assert told(engine, "lead") == ["收到新的诉求", "“受理”在 2026-11-09 到期", overdue, overdue]
    assert told(engine, "firm") == []
    assert event_log.verify(engine.ledger).broken == []


def test_a_tick_that_was_late_makes_up_for_all_of_it(engine: Engine) -> None:
    opened(engine, date(2026, 11, 2))
    found = ticked(engine, date(2026, 11, 20))
    assert [step for _, step in found] == ["reminder", "superior", "lead_department"]


def test_what_is_done_in_time_reminds_nobody(engine: Engine) -> None:
    number = opened(engine, date(2026, 11, 2))
    act(engine, number, LEAD, A.TAKE, date(2026, 11, 3))
    act(engine, number, LEAD, A.ANSWER, date(2026, 11, 4), SAID)
    assert ticked(engine, *days(date(2026, 11, 4), date(2026, 11, 30))) == []


def test_a_clock_that_ends_does_its_action_after_its_last_day(engine: Engine) -> None:
    number = opened(engine, date(2026, 11, 2))
    act(engine, number, LEAD, A.TAKE, date(2026, 11, 3))
    act(engine, number, LEAD, A.ANSWER, date(2026, 11, 4), SAID)
    ticked(engine, date(2026, 12, 4))
    assert engine.case(number).state_name == S.ANSWERED
    assert ticked(engine, date(2026, 12, 5))[-1] == ("lapse", "")
    case = engine.case(number)
    assert (case.state_name, case.events[-1].role) == (S.CLOSED, PLATFORM)
    assert tick(engine, date(2027, 6, 1), NOW).cases == 0


def test_where_no_limit_was_read_a_reminder_comes_every_thirty_days(engine: Engine) -> None:
    engine.open("credit-repair", FACTS, Order(BUREAU, date(2026, 9, 1), NOW), enterprise="A")
    assert ticked(engine, *days(date(2026, 9, 1), date(2026, 11, 20))) == [("may_now", ""), *[("anew", "")] * 2]
    opened_up = "今天起可以申请修复。还要备 2 样材料：履行义务的证明、信用修复承诺书"
    watched = "“公示中，定期查看”：请查看这个案件"
    assert told(engine, "firm") == ["信用修复案件已建立", opened_up, watched, watched]


def test_who_wants_no_reminders_is_told_of_what_follows_all_the_same(engine: Engine) -> None:
    notices.set_contact(engine.ledger, "lead", Contact(reminders=False))
    opened(engine, date(2026, 11, 2))
    ticked(engine, date(2026, 11, 6))
    assert told(engine, "lead") == ["收到新的诉求"]
    ticked(engine, date(2026, 11, 12))
    assert len(told(engine, "lead")) == 3


def test_a_deputy_is_told_too(engine: Engine) -> None:
    accounts.add(engine.ledger, "lead.two", Duty(Role.LEAD_DEPARTMENT), "h", NOW)
    number = opened(engine, date(2026, 11, 2))
    engine.hand_over(number, Role.LEAD_DEPARTMENT, "lead", Order(LEAD, date(2026, 11, 2), NOW, 1))
    ticked(engine, date(2026, 11, 6))
    assert "“受理”在 2026-11-09 到期" not in told(engine, "lead.two"), "it is in other hands"
    notices.set_contact(engine.ledger, "lead", Contact(deputy="lead.two"))
    ticked(engine, date(2026, 11, 10))
    assert "“受理”已在 2026-11-09 到期，还没有办" in told(engine, "lead.two")


def test_a_proposal_without_an_answer_reminds_and_rises(engine: Engine) -> None:
    on = date(2026, 11, 2)
    number = engine.open("credit-repair", FACTS, Order(BUREAU, on, NOW), enterprise="A").case.id
    values = {"fetched": ["缴款凭证"], "until": "2026-12-01"}
    propose(engine, number, "proofs", values, "省一趟", Order(FIRM, on, NOW, 1))  # to be answered by the 9th
    assert ticked(engine, date(2026, 11, 5)) == [("step", "reminder"), ("may_now", "")]
    assert ticked(engine, date(2026, 11, 12))[2:] == [("step", "superior"), ("step", "lead_department")]
    assert told(engine, "bureau")[-1] == "“答复关于证明材料由谁取得的提议”已在 2026-11-09 到期，还没有办"
    assert told(engine, "lead")[-1] == told(engine, "bureau")[-1]


# --- the calendar -----------------------------------------------------------------------------------------------------


def with_year(number: int, off: Sequence[date]) -> WorkingDays:
    calendar = official_calendar()
    made = Year(frozenset(off), frozenset(), calendar.years[2026].citation)
    return WorkingDays({**calendar.years, number: made})


def test_a_year_without_a_calendar_reminds_and_asks_but_does_nothing(engine: Engine) -> None:
    number = opened(engine, date(2026, 12, 29))
    assert engine.case(number).runs["take_by"].told == "2027-01-03?"
    found = ticked(engine, date(2026, 12, 29), date(2027, 1, 3), date(2027, 2, 1))
    assert found == [("calendar_task", ""), ("step", "reminder")], "nothing rests on a day that is guessed"
    assert told(engine, "admin") == ["缺 2027 年的工作日历，期限暂定"]
    later = replace(engine, calendar=with_year(2027, days(date(2027, 1, 1), date(2027, 1, 3))))
    found = ticked(later, date(2027, 1, 4))
    assert found[2:] == [("due_moved", "")]
    moved = later.case(number).events[-1]
    assert moved.data["due"] == {"take_by": "2027-01-06"}
    assert moved.data["from"] == "2027-01-03?"
    assert ticked(later, date(2027, 1, 11))[3:] == [("step", "superior"), ("step", "lead_department")]


def test_a_changed_calendar_moves_open_days_and_says_so(engine: Engine) -> None:
    number = opened(engine, date(2026, 11, 24))
    assert engine.case(number).runs["take_by"].told == "2026-12-01"
    year = official_calendar().years[2026]
    changed = WorkingDays({2026: replace(year, off=year.off | {date(2026, 11, 30)})})
    later = replace(engine, calendar=changed)
    assert ticked(later, date(2026, 11, 25)) == [("due_moved", "")]
    assert later.case(number).runs["take_by"].told == "2026-12-02"
    assert "“受理”的最后一天改为 2026-12-02" in told(engine, "lead")


def test_a_case_that_fails_keeps_no_other_from_being_looked_after(engine: Engine) -> None:
    from cases.definitions import Registry

    opened(engine, date(2026, 11, 2))
    engine.open("credit-repair", FACTS, Order(BUREAU, date(2026, 9, 1), NOW), enterprise="A")
    only = replace(engine, registry=Registry([engine.registry.newest("credit-repair")]))
    done = tick(only, date(2026, 11, 20), NOW)
    (failed,) = done.failed
    assert (done.events, failed.case) == (2, 1)
    assert "hr-channel" in failed.en


def test_own_events_are_never_acts_of_people(engine: Engine) -> None:
    number = opened(engine, date(2026, 11, 2))
    ticked(engine, date(2026, 11, 20))
    assert {each.actor for each in engine.case(number).events if each.action == Own.STEP} == {PLATFORM}


@pytest.mark.parametrize("kind", ["hr-channel", "credit-repair"])
def test_every_state_is_left_or_reminded_of_by_time_alone(engine: Engine, kind: str) -> None:
    """In every state that is no end, a clock runs that does something when nobody does anything."""
    definition = engine.registry.newest(kind)
    for state in definition.states:
        running = [clock for clock in definition.clocks if state.name in clock.runs_in]
        assert state.end or running


# --- days that come ---------------------------------------------------------------------------------------------------


def test_who_waits_for_a_day_is_told_on_it_once_with_what_is_left_to_do(engine: Engine) -> None:
    three_months = {**{k: v for k, v in FACTS.items() if k != "fine_band"}, "sanctions": ["confiscate_income"]}
    opened_on = Order(BUREAU, date(2026, 4, 1), NOW)
    number = engine.open("credit-repair", three_months, opened_on, enterprise="A").case.id
    before_it, day = date(2026, 6, 12), date(2026, 6, 13)
    assert Own.MAY_NOW not in dict(ticked(engine, *days(date(2026, 4, 2), before_it)))
    assert ticked(engine, day, day + timedelta(1)).count((Own.MAY_NOW, "")) == 1
    said = "今天起可以申请修复。还要备 2 样材料：履行义务的证明、信用修复承诺书"
    assert told(engine, "firm").count(said) == 1
    assert engine.case(number).state_name == RepairState.PUBLISHED, "it is told, and nothing is decided"


def test_a_day_that_was_told_is_told_again_only_after_the_case_came_back(engine: Engine) -> None:
    on = date(2026, 7, 1)
    number = engine.open("credit-repair", FACTS, Order(BUREAU, on, NOW), enterprise="A").case.id
    assert ticked(engine, on).count((Own.MAY_NOW, "")) == 1
    act(engine, number, FIRM, Repair.OBJECT, on, {"what": "content", **SAID})
    assert ticked(engine, on).count((Own.MAY_NOW, "")) == 1
    act(engine, number, BUREAU, Repair.UPHOLD, on, SAID)
    assert ticked(engine, on).count((Own.MAY_NOW, "")) == 2
