"""The cases that a lawyer can read, and what they must cover: sole reasons and edges.

A reason that never decides alone may be a condition that was pasted, inverted or shadowed. A number without a case on,
one below and one above it lets `<` stand for `<=`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from lianxin.errors import BadFact
from rules.credit_repair.codes import CODES, OPEN_POINTS
from rules.credit_repair.facts import Sector, known_on, read_facts
from rules.credit_repair.finding import RepairFinding, RepairWay, assess
from rules.credit_repair.law import CREDIT_REPAIR
from rules.credit_repair.matter import TAX_CURED_DAYS
from rules.credit_repair.sets import RULE_SETS, covers
from rules.parameters import Period

FOLDER = Path(__file__).parent / "cases"
DAY = timedelta(days=1)
Edge = tuple[str, str]
ADDITIVE = {"accept_days", "decide_days", "feedback_days"}
"""Numbers of working days are added to a day, and nothing is compared with them: test_deadlines tries each sum."""


@dataclass(frozen=True)
class LegalCase:
    """One line of a case: the statement, the facts, the day, and what is expected."""

    law: str
    facts: Mapping[str, str]
    on: date
    answer: str
    reasons: frozenset[str]
    others: Mapping[str, str]

    @property
    def finding(self) -> RepairFinding:
        return assess(read_facts(self.facts), self.on)


def _read(entry: Mapping[str, Any]) -> Iterator[LegalCase]:
    always = {name: entry[name] for name in ("gravity", "notes", "not_before", "last_day") if name in entry}
    for day, said in entry["on"].items():
        others = always | {name: entry[f"{name}_on"][day] for name in ("gravity", "notes") if _has(entry, name, day)}
        varied = {"": said} if "vary" not in entry else said
        for value, expected in varied.items():
            facts = {**entry["facts"], entry["vary"]: value} if "vary" in entry else entry["facts"]
            error = isinstance(expected, dict)
            answer, *reasons = ["error", expected["error"]] if error else expected.split()
            yield LegalCase(entry["law"], facts, date.fromisoformat(day), answer, frozenset(reasons), others)


def _has(entry: Mapping[str, Any], name: str, day: str) -> bool:
    return day in entry.get(f"{name}_on", {})


def _all() -> Iterator[LegalCase]:
    for file in sorted(FOLDER.glob("*.yaml")):
        # As text throughout: YAML's own reading would turn yes, no and days into something else.
        for entry in yaml.load(file.read_text("utf-8"), Loader=yaml.BaseLoader):
            yield from _read(entry)


CASES = list(_all())
DECIDED = [case for case in CASES if case.answer != "error"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.law[:30]} {case.on}")
def test_the_law_is_followed(case: LegalCase) -> None:
    if case.answer == "error":
        with pytest.raises(BadFact) as refused:
            _ = case.finding
        assert {refused.value.field} == case.reasons
        return
    finding = case.finding
    assert (finding.answer.value, finding.reasons) == (case.answer, case.reasons)
    values = finding.values
    said = {"gravity": values.gravity.value, "notes": " ".join(sorted(finding.notes))}
    said |= {name: str(getattr(values, name) or "") for name in ("not_before", "last_day")}
    assert {name: said[name] for name in case.others} == dict(case.others)


def test_every_reason_decides_alone_somewhere() -> None:
    alone = {next(iter(case.reasons)) for case in DECIDED if len(case.reasons) == 1}
    may_give = {code for rule in CREDIT_REPAIR.rules if rule.answers for code in rule.codes}
    assert may_give - OPEN_POINTS - alone == set()


def test_every_code_is_declared_and_given_by_a_rule() -> None:
    given = {code for rule in CREDIT_REPAIR.rules for code in rule.codes}
    assert given | OPEN_POINTS == set(CODES)


def test_a_rule_gives_only_the_answers_and_codes_that_it_declares() -> None:
    for case in DECIDED:
        for way in case.finding.ways:
            for step in way.walk:
                assert step.codes <= set(getattr(step.asked, "codes", step.codes))


def test_every_rule_decides_or_is_rested_on_somewhere() -> None:
    used: set[str] = set()
    for case in DECIDED:
        finding = case.finding
        used |= {id for step in finding.walk() if step.applied for id in step.rules}
        for way in _ways(finding):
            used |= {id for step in way.told() if step.applied for id in step.rules}
            used |= {rule.id for rule in way.ruleset.notes if way.notes & set(rule.codes)}
    assert {rule.id for rule in CREDIT_REPAIR.rules} - used == set()


# Edges


def test_every_number_and_first_day_has_a_case_on_below_and_above_it() -> None:
    tried: dict[Edge, set[str]] = {}
    for case in DECIDED:
        for edge, position in _edges_of(case):
            tried.setdefault(edge, set()).add(position)
    missing = {edge: sorted(needed - tried.get(edge, set())) for edge, needed in _needed().items()}
    assert {edge: positions for edge, positions in missing.items() if positions} == {}


def _needed() -> dict[Edge, set[str]]:
    """Every edge that the declared numbers make, and the positions that a case must take."""
    three = {"below", "on", "above"}
    needed: dict[Edge, set[str]] = {}
    for parameter in CREDIT_REPAIR.parameters:
        if parameter.id in ADDITIVE:
            continue
        for version in parameter.versions:
            if not isinstance(version.value, Period):
                needed[parameter.id, "value"] = three
                continue
            if version.value.max is not None:
                needed[parameter.id, "max"] = three
            if version.value.min is not None:
                # Nothing lies before the start day, so a minimum of 0 has no case below.
                needed[parameter.id, "min"] = three if version.value.min else {"on", "above"}
    for ruleset in RULE_SETS:
        needed[ruleset.id, "first day"] = three
    for id in ("NDRC-36", "SAMR-107"):
        needed[id, "start before it"] = three
        needed[id, "filed before it"] = three if id == "NDRC-36" else set()
    return needed


def _edges_of(case: LegalCase) -> Iterator[tuple[Edge, str]]:
    facts = read_facts(case.facts)
    known = known_on(facts, case.on)
    for ruleset in RULE_SETS:
        if covers(ruleset, known):
            yield from _position(ruleset.id, "first day", known.filed_on or case.on, ruleset.first_day)
            yield from _position(ruleset.id, "start before it", known.start, ruleset.first_day)
            if known.filed_on is not None:
                yield from _position(ruleset.id, "filed before it", known.filed_on, ruleset.first_day)
    if facts.tax_cured_within_days is not None:
        allowed = TAX_CURED_DAYS.on(case.on)
        yield (TAX_CURED_DAYS.id, "value"), _compared(facts.tax_cured_within_days - allowed)
    for way in _ways(case.finding):
        yield from _edges_of_way(way, case.on)


def _edges_of_way(way: RepairWay, on: date) -> Iterator[tuple[Edge, str]]:
    matter, regime = way.case, way.case.regime
    for number, _ in CREDIT_REPAIR.numbers(way):
        if isinstance(number.versions[0].value, Period):
            if matter.min_end or number.versions[0].value.min == 0:
                yield from _position(number.id, "min", on, matter.min_end or matter.start)
            if matter.last_day:
                yield from _position(number.id, "max", on, matter.last_day)
    if regime.exclusion is not None and matter.exclusion_end is not None:
        yield from _position(regime.exclusion.id, "value", on, matter.exclusion_end)
    if regime.sector_doubt is not None and matter.doubt_end is not None and matter.facts.special_sector is not None:
        yield from _position(regime.sector_doubt.id, "value", on, matter.doubt_end)
    if regime.work_safety_fine is not None and matter.facts.special_sector is Sector.WORK_SAFETY:
        fine = matter.facts.fine_yuan
        if fine is not None:
            number = regime.work_safety_fine
            yield (number.id, "value"), _compared(int(fine - number.on(matter.law_day)))


def _position(id: str, what: str, day: date, edge: date) -> Iterator[tuple[Edge, str]]:
    if abs((day - edge).days) <= 1:
        yield (id, what), _compared((day - edge).days)


def _compared(difference: int) -> str:
    return {-1: "below", 0: "on", 1: "above"}.get(difference, "far")


def _ways(finding: RepairFinding) -> Iterator[RepairWay]:
    for way in finding.ways:
        yield way
        if way.older is not None:
            yield way.older
