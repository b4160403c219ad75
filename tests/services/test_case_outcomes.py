"""What time and later loads do in a case that is decided: an exclusion ends, a settled record comes back, once."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from cases import accounts, notices
from cases.accounts import Duty, Role
from cases.actor import Actor, Order
from cases.case import Case
from cases.definitions.credit_repair import A, S
from cases.definitions.credit_repair.facts import exclusion_has_an_end
from cases.documents import Proof
from cases.engine import Engine
from graph.ledger import Ledger, LoadRequest, SourceFileInfo
from graph.memory_build import build
from graph.ontology import Against, Enterprise, Penalty, Ref, Sanction, TiedBy, Unknown, YesNo
from lianxin.errors import HeldBack
from lianxin.settings import Settings
from services.cases import engine, tick
from services.credit import credit

DAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 3, 0)
AUTHORITY = "局"
FIRM = Actor(Role.ENTERPRISE, "firm", "A")
UNIT = Actor(Role.REPAIR_AUTHORITY, "unit", authorities=frozenset({AUTHORITY}))
LEAD = Actor(Role.LEAD_DEPARTMENT, "lead")
PDF = Proof("a.pdf", b"%PDF-1")
FACTS: dict[str, Any] = {
    "record": "Penalty/p", "kind": "penalty", "authority_system": "ndrc", "sanctions": ["fine"], "fine_band": "low",
    "published": True, "document_date": "2026-10-12", "duties_done_on": "2026-11-01", "public_commitment": True,
}  # fmt: skip
TO_CLOSED: tuple[tuple[Actor, str, dict[str, Any]], ...] = (
    (UNIT, A.MAY_APPLY, {}),
    (FIRM, A.SUBMIT, {}),
    (UNIT, A.RECEIVE, {}),
    (UNIT, A.TAKE_ON, {}),
    (UNIT, A.APPROVE, {"day": "2026-11-24"}),
    (UNIT, A.STOP_DISPLAY, {}),
    (LEAD, A.RECHECKED, {}),
    (LEAD, A.RECHECKED_TWICE, {}),
    (LEAD, A.RECHECKED_LAST, {}),
)
Load = Callable[..., int]


def penalty(**more: Any) -> Penalty:
    values = {
        "authority": AUTHORITY, "document_no": "p", "document_date": date(2026, 10, 12),
        "sanctions": (Sanction.FINE,), "published": YesNo.YES,
    }  # fmt: skip
    return Penalty(key="p", **{**values, **more})


@pytest.fixture
def load(each_ledger: Ledger) -> Load:
    """`load(reaches=day)`: the register is loaded, with the penalty as it is; gives the number of the load."""

    def loaded(found: Penalty | None = None, *, reaches: date | None = DAY - timedelta(4)) -> int:
        against = Against(from_ref=Ref("Penalty", "p"), to_ref=Ref("Enterprise", "A"), tied_by=TiedBy.USCC)
        with each_ledger.staging() as staging:
            for row, each in enumerate((Enterprise(key="A", name="甲"), found or penalty(), against), start=1):
                staging.add(each, 0, row)
            file = SourceFileInfo("penalties.csv", "0" * 64, 1, 3)
            request = LoadRequest(
                "register", "shuanggongshi-2018", "双公示", "increment", [file], NOW, data_day=reaches
            )  # fmt: skip
            return staging.commit(request).load

    return loaded


@pytest.fixture
def over(each_ledger: Ledger, load: Load) -> Engine:
    """The engine over the register, with an account for each side."""
    load()
    for name, duty in {
        "firm": Duty(Role.ENTERPRISE, "A"),
        "unit": Duty(Role.REPAIR_AUTHORITY, authorities=(AUTHORITY,)),
        "lead": Duty(Role.LEAD_DEPARTMENT),
    }.items():
        accounts.add(each_ledger, name, duty, "no hash", NOW)
    return engine(each_ledger)


def act(over: Engine, number: int, by: Actor, action: str, values: dict[str, Any], on: date = DAY) -> Case:
    case = over.case(number)
    declared = case.definition.action(action)
    assert declared is not None
    proofs = [PDF] if declared.papers is not None and declared.papers.least else []
    return over.act(number, action, values, Order(by, on, NOW, case.version), proofs).case


def closed(over: Engine, **changes: Any) -> int:
    order = Order(UNIT, DAY, NOW)
    facts = {**FACTS, **changes}
    number = over.open("credit-repair", facts, order, enterprise="A", authority=AUTHORITY).case.id
    for by, action, values in TO_CLOSED:
        act(over, number, by, action, values)
    return number


def look(over: Engine, on: date = DAY) -> None:
    tick(over, Settings(), on, NOW)


def told(over: Engine, name: str, words: str) -> int:
    return sum(each.words.zh == words for each in notices.notices(over.ledger, name))


# --- a record that comes back -----------------------------------------------------------------------------------------

BACK = "已处理的记录又出现在登记里"


def test_a_settled_record_that_a_later_load_states_opens_its_case_again_once(over: Engine, load: Load) -> None:
    number = closed(over)
    look(over)
    assert over.case(number).state_name == S.CLOSED, "the load before the repair is none that states it again"
    again = load(reaches=DAY + timedelta(9))  # the very same row: no version of the record tells of it
    for _ in range(3):
        look(over)
    case = over.case(number)
    assert (case.state_name, case.events[-1].action, case.events[-1].data["load"]) == (
        S.SYNC_FAULT,
        A.REAPPEARED,
        again,
    )
    assert case.events[-1].values == {"where": f"双公示，第 {again} 次入库，penalties.csv 第 2 行"}
    assert [told(over, name, BACK) for name in ("firm", "unit", "lead")] == [1, 1, 1]
    act(over, number, LEAD, A.TAKEN_DOWN, {})
    look(over)
    assert over.case(number).state_name == S.CLOSED, "that load was taken up"
    load(reaches=DAY + timedelta(19))
    look(over)
    assert over.case(number).state_name == S.SYNC_FAULT
    assert told(over, "firm", BACK) == 2
    known = credit(build(over.ledger), "A", DAY)
    assert [each.kind.value for each in known.records[0].outcomes] == [
        "applied", "repaired", "still_shown", "taken_down", "still_shown",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("row", "reaches"),
    [
        ({}, DAY),  # it may have been written before the decision of that day
        ({"published": Unknown.NOT_OBTAINED}, DAY + timedelta(9)),  # what an authority keeps shows nothing
        ({"published": YesNo.NO}, DAY + timedelta(9)),
    ],
)
def test_a_row_that_does_not_show_it_opens_nothing(
    over: Engine, load: Load, row: dict[str, Any], reaches: date
) -> None:
    number = closed(over)
    load(penalty(**row), reaches=reaches)
    look(over)
    assert over.case(number).state_name == S.CLOSED


def test_a_record_that_is_not_settled_may_come_as_often_as_it_likes(over: Engine, load: Load) -> None:
    number = over.open("credit-repair", FACTS, Order(UNIT, DAY, NOW), enterprise="A", authority=AUTHORITY).case.id
    act(over, number, UNIT, A.MAY_APPLY, {})
    act(over, number, FIRM, A.SUBMIT, {})
    load(reaches=DAY + timedelta(9))
    look(over)
    assert over.case(number).state_name == S.SUBMITTED


# --- an exclusion that ends -------------------------------------------------------------------------------------------

OVER = "限制申请期满，可以再申请"


def excluded(over: Engine, **values: Any) -> int:
    number = closed(over)
    act(over, number, UNIT, A.REVOKE, {"day": "2026-11-24", "sentence": "材料虚假"})
    act(over, number, UNIT, A.EXCLUDE, {"day": "2026-11-20", **values})
    return number


@pytest.mark.parametrize(("values", "last"), [({}, date(2029, 11, 20)), ({"until": "2027-11-20"}, date(2027, 11, 20))])
def test_an_exclusion_ends_by_time_with_a_notice(over: Engine, values: dict[str, str], last: date) -> None:
    number = excluded(over, **values)
    assert over.case(number).events[-1].data["due"] == {"excluded_until": last.isoformat()}
    look(over, last)
    assert over.case(number).state_name == S.EXCLUDED, "its last day is one of it"
    for _ in range(2):
        look(over, last + timedelta(1))
    case = over.case(number)
    assert (case.state_name, case.last(A.EXCLUSION_OVER).role) == (S.PUBLISHED, "platform")  # type: ignore[union-attr]
    assert [told(over, name, OVER) for name in ("firm", "unit")] == [1, 1]
    known = credit(build(over.ledger), "A", last).records[0]
    assert known.facts is not None
    assert (known.facts.exclusion_decided_on, known.facts.repaired_on) == (date(2026, 11, 20), None)
    later = credit(build(over.ledger), "A", last + timedelta(1)).records[0]
    assert later.facts is not None
    assert later.facts.exclusion_decided_on is None


def test_where_no_rule_says_how_long_the_decision_has_to(over: Engine) -> None:
    number = closed(over)
    act(over, number, UNIT, A.REVOKE, {"day": "2026-11-24", "sentence": "材料虚假"})
    with pytest.raises(HeldBack, match="2026-03-31"):  # no rule of that day knows an exclusion
        act(over, number, UNIT, A.EXCLUDE, {"day": "2026-03-31"})
    market = {**FACTS, "authority_system": "samr", "published_on": "2026-10-12"}
    case = over.open("credit-repair", market, Order(UNIT, DAY, NOW), enterprise="A", authority=AUTHORITY).case
    held = exclusion_has_an_end(case, {"day": "2026-11-20"}, DAY)
    assert held is not None
    assert held.words.zh == "没有读到这类记录限制申请多久"
    assert exclusion_has_an_end(case, {"day": "2026-11-20", "until": "2027-11-20"}, DAY) is None
