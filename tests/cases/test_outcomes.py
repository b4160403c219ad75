"""Outcomes of cases in the ledger: once, in the transaction of their event, about records of the parties alone."""

import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

from cases import event_log, outcomes
from cases.accounts import Role
from cases.actor import Actor, Order
from cases.definitions import registry
from cases.definitions.credit_repair import A
from cases.documents import Proof
from cases.engine import Engine
from graph.ledger import Ledger, LoadRequest, SourceFileInfo, schema
from graph.memory_build import build
from graph.memory_view import MemoryView
from graph.ontology import Against, Basis, Enterprise, OutcomeKind, Penalty, Ref, Sanction, TiedBy, YesNo
from rules.calendar import official_calendar

DAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 3, 0)
AUTHORITY = "局"
FIRM = Actor(Role.ENTERPRISE, "firm", "A")
UNIT = Actor(Role.REPAIR_AUTHORITY, "unit", authorities=frozenset({AUTHORITY}))
PDF = Proof("a.pdf", b"%PDF-1")
FACTS: dict[str, Any] = {
    "record": "Penalty/p", "kind": "penalty", "authority_system": "ndrc", "sanctions": ["fine"], "fine_band": "low",
    "published": True, "document_date": "2026-10-12", "duties_done_on": "2026-11-01", "public_commitment": True,
}  # fmt: skip
REGISTER = (
    Enterprise(key="A", name="甲"),
    Enterprise(key="B", name="乙"),
    *(
        Penalty(
            key=key, authority=AUTHORITY, document_no=key, document_date=date(2026, 10, 12),
            sanctions=(Sanction.FINE,), published=YesNo.YES,
        )
        for key in ("p", "q")
    ),
    Against(from_ref=Ref("Penalty", "p"), to_ref=Ref("Enterprise", "A"), tied_by=TiedBy.USCC),
    Against(from_ref=Ref("Penalty", "q"), to_ref=Ref("Enterprise", "B"), tied_by=TiedBy.USCC),
)  # fmt: skip
TO_APPROVAL: tuple[tuple[Actor, str, dict[str, Any]], ...] = (
    (UNIT, A.MAY_APPLY, {}),
    (FIRM, A.SUBMIT, {}),
    (UNIT, A.RECEIVE, {}),
    (UNIT, A.TAKE_ON, {}),
    (UNIT, A.APPROVE, {"day": "2026-11-24"}),
)


def load(ledger: Ledger, statements: Any = REGISTER) -> None:
    with ledger.staging() as staging:
        for row, statement in enumerate(statements, start=1):
            staging.add(statement, 0, row)
        file = SourceFileInfo("penalties.csv", "0" * 64, 1, len(statements))
        at = datetime(2026, 11, 20)
        staging.commit(LoadRequest("register", "shuanggongshi-2018", "双公示", "increment", [file], at))


def over(ledger: Ledger) -> Engine:
    return Engine(ledger, registry(), official_calendar())


def opened(engine: Engine, **changes: Any) -> int:
    order = Order(UNIT, DAY, NOW)
    return engine.open("credit-repair", {**FACTS, **changes}, order, enterprise="A", authority=AUTHORITY).case.id


def act(engine: Engine, number: int, by: Actor, action: str, values: dict[str, Any], on: date = DAY) -> Any:
    papers = engine.case(number).definition.action(action)
    assert papers is not None
    proofs = [PDF] if papers.papers is not None and papers.papers.least else []
    return engine.act(number, action, values, Order(by, on, NOW, engine.case(number).version), proofs)


def approved(engine: Engine, **changes: Any) -> int:
    number = opened(engine, **changes)
    for by, action, values in TO_APPROVAL:
        act(engine, number, by, action, values)
    return number


@pytest.fixture
def ledger(each_ledger: Ledger) -> Ledger:
    load(each_ledger)
    return each_ledger


def told(view: MemoryView) -> list[tuple[str, Basis, Ref, date | None]]:
    """Every outcome: its kind, basis, what it is about, and its day."""
    handles = view.all_of("Outcome")
    links = view.links("Settles", handles, "out", on=None)
    ends = view.evidences("Settles", links.link.tolist())
    kinds = {entity.ref: entity.get("kind") for entity in view.entities("Outcome")}
    return [(kinds[each.from_ref], each.basis, each.to_ref, each.valid_from) for each in ends]


def test_what_came_of_each_step_with_its_basis_and_source(ledger: Ledger) -> None:
    engine = over(ledger)
    number = approved(engine)
    view, about = build(ledger), Ref("Penalty", "p")
    assert told(view) == [
        (OutcomeKind.APPLIED, Basis.CLAIMED, about, DAY),
        (OutcomeKind.REPAIRED, Basis.OBSERVED, about, DAY),
    ]
    event = engine.case(number).last(A.APPROVE)
    assert event is not None
    handle = view.handle(Ref("Outcome", f"{number}/{event.seq}"))
    assert handle is not None
    source = view.entity(handle).values["kind"][0].source
    assert (source.dataset, source.file, source.row) == (outcomes.DATASET, f"案件 {number}", event.seq)
    assert source.digest == event.hash, "the source of an outcome is the event in its chain"
    assert outcomes.catch_up(ledger, registry()) == 0
    assert event_log.verify(ledger).broken == []


def test_an_outcome_is_undone_as_any_load_and_not_written_again(ledger: Ledger) -> None:
    approved(over(ledger))
    newest = ledger.loads()[0]
    assert newest.dataset == outcomes.DATASET
    ledger.undo(newest.id)
    assert [kind for kind, *_ in told(build(ledger))] == [OutcomeKind.APPLIED]
    assert outcomes.catch_up(ledger, registry()) == 0


@pytest.mark.parametrize(
    "changes", [{"record": "Penalty/q"}, {"record": "记录"}, {"record": "Enterprise/B"}, {"record": "Penalty/x"}]
)
def test_a_case_changes_nothing_about_records_of_others(ledger: Ledger, changes: dict[str, str]) -> None:
    approved(over(ledger), **changes)
    assert told(build(ledger)) == []
    assert outcomes.catch_up(ledger, registry()) == 0


def test_nor_about_a_record_of_another_authority(each_ledger: Ledger) -> None:
    load(each_ledger, _by("别的局"))
    approved(over(each_ledger))
    assert told(build(each_ledger)) == []


def _by(authority: str) -> list[Any]:
    return [Penalty(key=each.key, authority=authority) if isinstance(each, Penalty) else each for each in REGISTER]


def test_an_outcome_waits_for_a_record_that_is_not_loaded_yet(each_ledger: Ledger) -> None:
    load(each_ledger, [Enterprise(key="A", name="甲")])
    approved(over(each_ledger))
    assert told(build(each_ledger)) == []
    load(each_ledger)
    assert [outcomes.catch_up(each_ledger, registry()) for _ in range(2)] == [2, 0]
    assert len(told(build(each_ledger))) == 2


def test_replayed_from_the_events_alone_the_views_are_the_same(ledger: Ledger, tmp_path: Path) -> None:
    engine = over(ledger)
    number = approved(engine)
    act(engine, number, UNIT, A.STOP_DISPLAY, {})
    act(engine, number, FIRM, A.STILL_SHOWN, {"where": "某平台"})
    with closing(Ledger.open(f"sqlite:///{tmp_path / 'again.db'}")) as again:
        load(again)
        _copy_events(ledger, again)
        assert event_log.verify(again).broken == []
        outcomes.catch_up(again, registry())
        one, other = build(ledger), build(again)
        assert _all(one) == _all(other)
        assert len(told(other)) == 3


def _copy_events(old: Ledger, new: Ledger) -> None:
    tables = (schema.case_file, schema.case_event, schema.case_personal, schema.case_head)
    with old.reading() as source, new.changing() as target:
        for table in tables:
            for row in source.execute(select(table)).mappings():
                target.execute(insert(table).values(**row))


def _all(view: MemoryView) -> Any:
    """All that a view says of outcomes and of what they are about, without the numbers of its ledger."""
    return [
        [(each.ref, each.values) for name in ("Outcome", "Penalty", "Enterprise") for each in view.entities(name)],
        view.evidences("Settles", view.links("Settles", view.all_of("Outcome"), "out", on=None).link.tolist()),
        [each.name for each in view.datasets],
    ]


# --- killed -----------------------------------------------------------------------------------------------------------

CHILD = """
    import os, signal, sys
    sys.path[:0] = {path!r}
    from test_outcomes import *
    from cases import engine as module

    real, calls = outcomes.{name}, []
    def killed(*values, **named):
        done = real(*values, **named) if {after} else None
        if values[2].action == A.APPROVE:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*values, **named) if done is None else done
    outcomes.{name} = killed
    approved(over(Ledger.open({url!r})))
"""


@pytest.mark.parametrize("after", [False, True], ids=["before it is written", "before the commit"])
def test_killed_between_the_event_and_its_outcome_both_are_gone_and_done_again_once(
    ledger: Ledger, after: bool
) -> None:
    code = CHILD.format(name="write", after=after, url=ledger.engine.url.render_as_string(False), path=[_HERE])
    child = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], cwd=_ROOT, capture_output=True, text=True)
    assert child.returncode == -signal.SIGKILL, child.stderr
    engine = over(ledger)
    (head,) = engine.heads()
    assert engine.case(head.id).last(A.APPROVE) is None
    outcomes.catch_up(ledger, registry())
    assert [kind for kind, *_ in told(build(ledger))] == [OutcomeKind.APPLIED]
    act(engine, head.id, UNIT, A.APPROVE, {"day": "2026-11-24"})
    assert [outcomes.catch_up(ledger, registry()) for _ in range(2)] == [0, 0]
    assert [kind for kind, *_ in told(build(ledger))] == [OutcomeKind.APPLIED, OutcomeKind.REPAIRED]


_HERE = str(Path(__file__).parent)
_ROOT = Path(__file__).parent.parent.parent


def test_two_that_catch_up_at_once_write_once(each_ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    load(each_ledger, [Enterprise(key="A", name="甲")])
    approved(over(each_ledger))
    load(each_ledger)
    real: Callable[..., Iterator[Any]] = outcomes._unwritten
    inside = []

    def meanwhile(connection: Any, known: Any, number: int | None = None) -> Iterator[Any]:
        found = list(real(connection, known, number))
        if number is None and not inside:
            inside.append(True)
            monkeypatch.setattr(outcomes, "_unwritten", real)
            assert outcomes.catch_up(each_ledger, known) == 2
        yield from found

    monkeypatch.setattr(outcomes, "_unwritten", meanwhile)
    assert outcomes.catch_up(each_ledger, registry()) == 0
    assert len(told(build(each_ledger))) == 2
