"""Rules that a case keeps from its filing: numbers that change later change nothing in it, and it says so."""

from dataclasses import replace
from datetime import date, datetime
from importlib.resources import files
from typing import Any

import pytest

from cases.accounts import Role
from cases.actor import Actor, Order
from cases.case import Case
from cases.definition import Refusal
from cases.definitions.credit_repair import A, S
from cases.definitions.credit_repair import facts as rules_of_case
from cases.documents import Proof
from cases.engine import Engine
from lianxin.errors import HeldBack
from rules.credit_repair import frozen, sets
from rules.credit_repair.matter import NDRC_36, Regime
from rules.credit_repair.texts import ALL
from rules.parameters import Book, period
from rules.rule import RuleSet
from services import cases as told

DAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 3, 0)
FIRM = Actor(Role.ENTERPRISE, "firm", "A")
BUREAU = Actor(Role.REPAIR_AUTHORITY, "bureau", authorities=frozenset({"局"}))
PDF = Proof("a.pdf", b"%PDF-1")
FACTS: dict[str, Any] = {
    "record": "Penalty/p", "kind": "penalty", "authority_system": "ndrc", "sanctions": ["fine"], "fine_band": "large",
    "published": True, "document_date": "2026-07-24", "duties_done_on": "2026-11-01", "public_commitment": True,
}  # fmt: skip


def act(engine: Engine, number: int, by: Actor, action: str, values: dict[str, Any] | None = None) -> Case:
    case = engine.case(number)
    declared = case.definition.action(action)
    assert declared is not None
    proofs = [PDF] if declared.papers is not None and declared.papers.least else []
    return engine.act(number, action, values or {}, Order(by, DAY, NOW, case.version), proofs).case


def opened(engine: Engine) -> int:
    return engine.open("credit-repair", FACTS, Order(BUREAU, DAY, NOW), enterprise="A", authority="局").case.id


@pytest.fixture
def filed(engine: Engine) -> int:
    """A case that was filed: a general penalty, four months after its document; three are the least."""
    number = opened(engine)
    act(engine, number, BUREAU, A.MAY_APPLY)
    act(engine, number, FIRM, A.SUBMIT)
    return number


def general_of_six_months() -> Regime:
    """The numbers as a changed file has them: six months at the least for a general penalty."""
    text = (files("rules.credit_repair") / "numbers.yaml").read_text("utf-8")
    head, found, tail = text.partition("NDRC-36.general:")
    assert found
    assert "{min: 3, max: 12}" in tail
    book = Book.of("changed.yaml", head + found + tail.replace("{min: 3, max: 12}", "{min: 6, max: 12}", 1), ALL)
    minor, _, serious, sector = NDRC_36.periods
    return replace(NDRC_36, periods=(minor, book.parameter("NDRC-36.general", period), serious, sector))


@pytest.fixture
def changed(monkeypatch: pytest.MonkeyPatch) -> RuleSet[Any]:
    """Afterwards the rules have another number."""
    regime = general_of_six_months()
    monkeypatch.setitem(sets.REGIMES, NDRC_36.id, regime)
    now = replace(sets.NDRC_36, parameters=regime.parameters)
    (law,) = (each for each in told.LAWS if each.id == "credit-repair")
    others = tuple(each for each in law.rule_sets if each.id != now.id)
    monkeypatch.setattr(told, "LAWS", (replace(law, rule_sets=(*others, now)),))
    frozen._thawed.cache_clear()
    return now


def rules(case: Case) -> list[tuple[str, bool]]:
    event = case.last(A.SUBMIT)
    assert event is not None
    return [(each.id, each.changed) for each in told.kept_rules(event)]


def test_the_filing_keeps_the_set_its_digest_and_its_numbers(engine: Engine, filed: int) -> None:
    event = engine.case(filed).last(A.SUBMIT)
    assert event is not None
    assert rules(engine.case(filed)) == [("NDRC-36", False), ("NDRC-58", False)]
    (chosen, before) = event.data["rules"]
    assert (chosen["digest"], before["digest"]) == (sets.NDRC_36.digest, sets.NDRC_58.digest)
    assert chosen["numbers"]["NDRC-36.general"][0]["value"] == {"min": 3, "max": 12}
    thawed = frozen.thaw(event.data["rules"])
    assert thawed is not None
    for id, regime in thawed.regimes.items():
        assert [each.versions for each in regime.parameters] == [each.versions for each in sets.REGIMES[id].parameters]


def test_a_number_that_changes_later_holds_for_others_and_not_for_what_was_filed(
    engine: Engine, filed: int, request: pytest.FixtureRequest
) -> None:
    fresh = opened(engine)
    request.getfixturevalue("changed")
    with pytest.raises(HeldBack, match="2027-01-25"):
        act(engine, fresh, BUREAU, A.MAY_APPLY)
    act(engine, filed, BUREAU, A.RECEIVE)
    act(engine, filed, BUREAU, A.TAKE_ON)
    found = rules_of_case.finding(engine.case(filed), DAY)
    assert not isinstance(found, Refusal)
    assert found.values.not_before == date(2026, 10, 25)
    case = act(engine, filed, BUREAU, A.APPROVE, {"day": "2026-11-24"})
    assert case.state_name == S.APPROVED
    assert rules(case) == [("NDRC-36", True), ("NDRC-58", False)]


def test_another_application_is_filed_under_the_rules_of_its_own_day(
    engine: Engine, filed: int, request: pytest.FixtureRequest
) -> None:
    act(engine, filed, BUREAU, A.RECEIVE)
    act(engine, filed, BUREAU, A.RETURN, {"code": "papers_missing", "sentence": "缺材料"})
    act(engine, filed, FIRM, A.APPLY_AGAIN)
    request.getfixturevalue("changed")
    with pytest.raises(HeldBack, match="2027-01-25"):
        act(engine, filed, FIRM, A.SUBMIT)


def test_a_set_that_is_no_longer_there_leaves_the_present_rules(engine: Engine, filed: int) -> None:
    event = engine.case(filed).last(A.SUBMIT)
    assert event is not None
    assert frozen.thaw([{**event.data["rules"][0], "id": "NDRC-1"}]) is None
