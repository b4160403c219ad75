"""A record that a case holds an application for is no longer in the list; one that is prepared or turned away is."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

import pytest

from cases.accounts import Role
from cases.actor import Actor, Order
from cases.definitions.credit_repair import A, S
from cases.definitions.credit_repair.filing import FILINGS, Filing
from cases.documents import Proof
from cases.engine import Engine
from graph.ledger import Ledger
from graph.memory_view import MemoryView
from graph.ontology import Against, Enterprise, Penalty, Ref, Sanction, TiedBy, YesNo
from services.applications import applications
from services.cases import engine
from services.oversight import Eligible, EligibleList, eligible
from services.oversight_json import eligible as eligible_json

ON, NOW = date(2026, 11, 24), datetime(2026, 11, 24, 3, 0)
UNIT_NAME = "临平区住房和城乡建设局"
ONE, TWO = Ref("Enterprise", "91330113YANG00019U"), Ref("Enterprise", "91330113YANG00094L")
UNIT = Actor(Role.REPAIR_AUTHORITY, "unit", authorities=frozenset({UNIT_NAME}))
FIRM, STRANGER = Actor(Role.ENTERPRISE, "firm", ONE.key), Actor(Role.ENTERPRISE, "stranger", TWO.key)
LEAD = Actor(Role.LEAD_DEPARTMENT, "lead")
PAPER = Proof("a.pdf", b"%PDF-1")
RECORD = "Penalty/one"
FACTS = {
    "record": RECORD, "kind": "penalty", "authority_system": "ndrc", "sanctions": ["confiscate_income"],
    "published": True, "document_date": "2026-08-20", "duties_done_on": "2026-08-30", "public_commitment": True,
}  # fmt: skip
RETURNED = {"code": "papers_missing", "sentence": "缺缴款凭证"}
Act = tuple[Actor, str, Mapping[str, Any]]
READY: Act = (FIRM, A.MAY_APPLY, {})
FILED: tuple[Act, ...] = (READY, (FIRM, A.SUBMIT, {}))
RECEIVED: tuple[Act, ...] = (*FILED, (UNIT, A.RECEIVE, {}))
TAKEN: tuple[Act, ...] = (*RECEIVED, (UNIT, A.TAKE_ON, {}))
GRANTED: tuple[Act, ...] = (*TAKEN, (UNIT, A.APPROVE, {"day": "2026-11-24"}))


@pytest.fixture
def view(stated: Callable[..., MemoryView]) -> MemoryView:
    events = [
        Penalty(
            key=key, authority=UNIT_NAME, document_date=date(2026, 8, 20), published=YesNo.YES,
            sanctions=(Sanction.CONFISCATE_INCOME,),
        )
        for key in ("one", "two")
    ]  # fmt: skip
    ties = [Against(from_ref=each.ref, to_ref=ONE, tied_by=TiedBy.USCC) for each in events]
    return stated(
        register=[
            Enterprise(key=ONE.key, name="甲有限公司"),
            Enterprise(key=TWO.key, name="乙有限公司"),
            *events,
            *ties,
        ]
    )


@pytest.fixture
def over(tmp_ledger: Ledger, view: MemoryView) -> Engine:
    assert view
    return engine(tmp_ledger)


def opened(
    over: Engine, by: Actor = UNIT, enterprise: str = ONE.key, on: date = ON, unit: str = UNIT_NAME, **facts: Any
) -> int:
    return over.open(
        "credit-repair", {**FACTS, **facts}, Order(by, on, NOW), enterprise=enterprise, authority=unit
    ).case.id  # fmt: skip


def run(over: Engine, number: int, *acts: Act, on: date = ON) -> None:
    for by, action, values in acts:
        asked = over.case(number).definition.action(action)
        assert asked is not None
        proofs = [PAPER] if asked.papers is not None else []
        over.act(number, action, values, Order(by, on, NOW, over.case(number).version), proofs)


def listed(ledger: Ledger, view: MemoryView, on: date = ON) -> tuple[EligibleList, Mapping[str, Eligible]]:
    found = eligible(ledger, view, on)
    return found, {each.record.id: each for each in found.found}


def test_every_state_says_how_far_the_application_is() -> None:
    assert set(FILINGS) == set(S) - {S.OBJECTION}


def test_a_case_that_is_prepared_is_no_application(tmp_ledger: Ledger, view: MemoryView, over: Engine) -> None:
    number = opened(over)
    for acts, state in [((), "公示中"), ((READY,), "可以申请"), (((FIRM, A.CONSULT, {}),), "磋商辅导中")]:
        run(over, number, *acts)
        found, records = listed(tmp_ledger, view)
        application = records[RECORD].application
        assert application is not None
        assert (application.case, application.filing, application.state.zh) == (number, Filing.PREPARING, state)
        assert application.ground is None
        assert (found.applied, len(records)) == (0, 2)
    assert records["Penalty/two"].application is None


@pytest.mark.parametrize("acts", [FILED, RECEIVED, TAKEN, GRANTED], ids=["filed", "received", "accepted", "granted"])
def test_what_is_applied_for_leaves_the_list(
    tmp_ledger: Ledger, view: MemoryView, over: Engine, acts: tuple[Act, ...]
) -> None:
    run(over, opened(over), *acts)
    found, records = listed(tmp_ledger, view)
    assert (set(records), found.applied, found.records) == ({"Penalty/two"}, 1, 2)
    assert sum(found.counts.values()) == 1


@pytest.mark.parametrize(
    ("acts", "ground"),
    [
        ((*RECEIVED, (UNIT, A.RETURN, RETURNED)), "不予受理：材料不全"),
        ((*TAKEN, (UNIT, A.REJECT, {"code": "not_corrected", "sentence": "现场仍未整改"})), "不予修复：没有纠正"),
    ],
)
def test_what_was_turned_away_comes_back_with_its_ground(
    tmp_ledger: Ledger, view: MemoryView, over: Engine, acts: tuple[Act, ...], ground: str
) -> None:
    number = opened(over)
    run(over, number, *acts)
    found, records = listed(tmp_ledger, view)
    application = records[RECORD].application
    assert application is not None
    assert (application.filing, found.applied) == (Filing.TURNED_AWAY, 0)
    assert application.ground is not None
    assert application.ground.zh == ground, "the coded reason, and not the free text"
    run(over, number, (FIRM, A.APPLY_AGAIN, {}))
    again = listed(tmp_ledger, view)[1][RECORD].application
    assert again is not None
    assert (again.filing, again.ground) == (Filing.PREPARING, application.ground)
    run(over, number, (FIRM, A.SUBMIT, {}))
    assert RECORD not in listed(tmp_ledger, view)[1]


def test_a_repair_that_was_revoked_is_applied_for_no_longer(tmp_ledger: Ledger, view: MemoryView, over: Engine) -> None:
    number = opened(over)
    closed = (
        (UNIT, A.STOP_DISPLAY, {}), (LEAD, A.RECHECKED, {}), (LEAD, A.RECHECKED_TWICE, {}),
        (LEAD, A.RECHECKED_LAST, {}),
    )  # fmt: skip
    run(over, number, *GRANTED, *closed)
    assert listed(tmp_ledger, view)[0].applied == 1
    run(over, number, (UNIT, A.REVOKE, {"day": "2026-11-24", "sentence": "材料不实"}))
    application = listed(tmp_ledger, view)[1][RECORD].application
    assert application is not None
    assert application.ground is not None
    assert (application.filing, application.ground.zh) == (Filing.TURNED_AWAY, "撤销修复")


def test_an_objection_leaves_the_application_as_far_as_it_was(
    tmp_ledger: Ledger, view: MemoryView, over: Engine
) -> None:
    number = opened(over)
    objection = (FIRM, A.OBJECT, {"what": "period", "sentence": "期限有误"})
    run(over, number, objection)
    assert RECORD in listed(tmp_ledger, view)[1]
    run(over, number, (UNIT, A.UPHOLD, {"sentence": "无误"}), *FILED, objection)
    assert RECORD not in listed(tmp_ledger, view)[1]


def test_a_case_counts_on_the_day_that_is_asked_about(tmp_ledger: Ledger, view: MemoryView, over: Engine) -> None:
    number = opened(over, on=date(2026, 11, 22))
    run(over, number, READY, on=date(2026, 11, 23))
    run(over, number, FILED[1])
    assert RECORD not in listed(tmp_ledger, view)[1]
    before = listed(tmp_ledger, view, date(2026, 11, 23))[1][RECORD].application
    assert before is not None
    assert (before.filing, before.state.zh) == (Filing.PREPARING, "可以申请")
    assert listed(tmp_ledger, view, date(2026, 11, 21))[1][RECORD].application is None


def test_nobody_takes_the_record_of_another_out_of_the_list(tmp_ledger: Ledger, view: MemoryView, over: Engine) -> None:
    foreign = opened(over, STRANGER, TWO.key)
    run(over, foreign, (STRANGER, A.MAY_APPLY, {}), (STRANGER, A.SUBMIT, {}))
    other_unit = opened(over, FIRM, unit="临平区应急管理局")
    run(over, other_unit, *FILED)
    found, records = listed(tmp_ledger, view)
    assert (found.applied, records[RECORD].application) == (0, None)


def test_of_several_cases_the_one_that_is_applied_for_counts_else_the_newest(over: Engine) -> None:
    parties = {RECORD: (ONE.key, UNIT_NAME)}
    first = opened(over)
    second = opened(over)
    assert applications(over, parties, ON)[RECORD].case == second
    run(over, first, *FILED)
    assert applications(over, parties, ON)[RECORD].case == first
    opened(over, record="Penalty/none")
    assert set(applications(over, parties, ON)) == {RECORD}


def test_whoever_may_not_see_the_case_learns_only_how_far_it_is(
    tmp_ledger: Ledger, view: MemoryView, over: Engine
) -> None:
    number = opened(over)
    run(over, number, *RECEIVED, (UNIT, A.RETURN, RETURNED))
    found = listed(tmp_ledger, view)[0]

    def told(cases: set[int]) -> Any:
        rows: Any = eligible_json(found, cases)["found"]
        return next(each["application"] for each in rows if each["id"] == RECORD)

    assert told(set()) == {"filing": "turned_away", "case": None, "state": None, "ground": None}
    seen = told({number})
    assert (seen["case"], seen["state"]["zh"], seen["ground"]["zh"]) == (number, "不予受理", "不予受理：材料不全")
