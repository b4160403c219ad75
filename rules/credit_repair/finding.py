"""The finding of credit repair: may this record be repaired on this day?

facts, day ─ known_on ─ opening questions ─ rule set of the day that counts
    └─ for every way of what is not known (gravity, published, duties):
           the questions of the rule set; for a penalty from before it, those of the set before too
    └─ all ways together: answer, reasons, notes, gravity, days
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from itertools import product
from typing import Any, Final, NamedTuple

from lianxin.errors import BadFact
from rules.answer import Answer, Finding, Way
from rules.credit_repair.facts import READERS, Facts, Kind, Known, known_on
from rules.credit_repair.frozen import FrozenRules
from rules.credit_repair.gravity import Classing, Gravity, classing
from rules.credit_repair.matter import Matter, Regime, Values, matter
from rules.credit_repair.questions import CHANGE, OPENING, Change, Opening
from rules.credit_repair.sets import BEFORE, REGIMES, SAMR_2021, covers, set_on
from rules.credit_repair.standards import NO_STANDARDS, FineClassing, Standards
from rules.rule import RuleSet
from rules.ways import Merged, OpenPoint, agreed, merge

RepairWay = Way[Matter, Values]
RepairFinding = Finding[Facts, Matter, Values]

_SETTLED_EARLY: Final = Values(Gravity.NOT_APPLICABLE, None, None)
_BOTH: Final = (True, False)
PUBLISHED: Final = OpenPoint("MISSING_FACT:published", _BOTH)
DUTIES: Final = OpenPoint("MISSING_FACT:duties_done", _BOTH)


def assess(
    facts: Facts, on: date, standards: Standards = NO_STANDARDS, frozen: FrozenRules | None = None
) -> RepairFinding:
    """What the rules say of a record on a day. `frozen`: the rules as they stood when the application was filed.

    Raises BadFact where no start day on or before it is left.
    """
    known = known_on(facts, on)
    day = known.filed_on or on
    kept = frozen if frozen is not None and covers(frozen.chosen, known) else None
    chosen = set_on(known, day) if kept is None else kept.chosen
    regimes = REGIMES if kept is None else {**REGIMES, **kept.regimes}
    if chosen is None:
        return _opened(known, None, None, False, day, standards)
    older = BEFORE.get(chosen.id) if facts.kind is Kind.PENALTY and known.start < chosen.first_day else None
    law_changed = known.filed_on is not None and set_on(known, on) is not chosen
    return _opened(known, chosen, older, law_changed, day, standards, regimes)


def assess_under(rules: RuleSet[Matter], facts: Facts, on: date, standards: Standards = NO_STANDARDS) -> RepairFinding:
    """The same under one rule set, applied directly: whatever the day, and without a comparison of rule sets."""
    known = known_on(facts, on)
    return _opened(known, rules if covers(rules, known) else None, None, False, known.filed_on or on, standards)


def _opened(
    known: Known, chosen: RuleSet[Matter] | None, older: RuleSet[Matter] | None, law_changed: bool, day: date,
    standards: Standards, regimes: Mapping[str, Regime] = REGIMES,
) -> RepairFinding:  # fmt: skip
    """Ask the opening questions, then the rule set."""
    opening, facts, on = Opening(known, chosen), known.facts, known.on
    early = OPENING.ask(opening)
    if early is not None:
        answer, reasons = early.said.answer, early.said.reasons
        return Finding(facts, on, chosen, answer, reasons, frozenset(), _SETTLED_EARLY, early.walk, opening)
    assert chosen is not None, "the last opening question asks for the rule set"
    new = _under(chosen, regimes, known, day, law_changed, standards)
    old = None if older is None else _under(older, regimes, known, day, law_changed, standards)
    ways, (answer, reasons, notes) = _every_way(new, old)
    return Finding(facts, on, chosen, answer, reasons, notes, _agreed(ways), OPENING.passed, opening, ways)


def _agreed(ways: Sequence[RepairWay]) -> Values:
    """What all ways say: the gravity is undetermined, a day is blank, where they differ."""
    first = ways[0].values
    if len(ways) == 1 or all(way.values == first for way in ways):
        return first
    gravity, not_before, last_day = map(agreed, zip(*(way.values for way in ways), strict=True))
    return Values(gravity or Gravity.UNDETERMINED, not_before, last_day)


@dataclass(slots=True)
class _Under:
    """A record under one rule set, to be judged in several ways. `law_day`: on which its numbers are read."""

    rules: RuleSet[Matter]
    regime: Regime
    known: Known
    law_day: date
    law_changed: bool
    fine: FineClassing
    classing: Classing

    def way(self, gravity: Gravity, published: bool, done: bool, assumed: Mapping[str, str]) -> RepairWay:
        """Judge it in one way."""
        rules = self.rules
        case = matter(
            self.known, self.regime, self.law_day, gravity, self.fine, self.classing, published, done, self.law_changed
        )
        (answer, reasons), walk = rules.decide(case)
        return Way(assumed, rules, case, answer, reasons, rules.notes_on(case), _values(case), walk)


def _under(
    rules: RuleSet[Matter], regimes: Mapping[str, Regime], known: Known, day: date, law_changed: bool,
    standards: Standards,
) -> _Under:  # fmt: skip
    """`day`: the one that counts for numbers and standards: of the application, else the one asked for."""
    regime, fine = regimes[rules.id], standards.classing(known.facts, day)
    classed = classing(known.facts, fine.band, regime.scheme)
    return _Under(rules, regime, known, rules.law_day(day), law_changed, fine, classed)


def _in_scheme(gravity: Gravity, rules: RuleSet[Matter]) -> Gravity:
    """The gravity of a way as an older rule set knows it."""
    if rules is SAMR_2021 and gravity is Gravity.MINOR:
        return gravity
    return Gravity.NONE


def _values(case: Matter) -> Values:
    """Gravity and days as far as the questions went."""
    if not case.published:
        return Values(case.gravity, None, None)
    if not case.law_changed and (case.stops_by_itself or case.facts.non_repairable_basis is not None):
        return Values(case.gravity, None, case.last_day)
    return Values(case.gravity, case.not_before, case.last_day)


def _every_way(new: _Under, old: _Under | None) -> tuple[tuple[RepairWay, ...], Merged]:
    """Judge the record for every value of what is not known. Ways that come to the same are judged once."""
    classed, published, done = new.classing, new.known.facts.published, new.known.done
    if not classed.points and published is not None and done is not None:
        way = _compared(new, old, {}, classed.least, published, done, {})
        return (way,), Merged(way.answer, way.reasons, way.notes)
    kept: dict[tuple[Gravity, bool, bool], RepairWay] = {}
    judged: dict[tuple[Gravity, bool, bool], RepairWay] = {}
    tried = []
    for values in product(classed.gravities, _values_of(published), _values_of(done)):
        if values not in judged:
            assumed = _assumed(bool(classed.points), published is None, done is None, *values)
            judged[values] = _compared(new, old, kept, *values, assumed)
        tried.append(judged[values])
    points: list[OpenPoint[Any]] = list(classed.points)
    if published is None:
        points.append(PUBLISHED)
    if done is None:
        points.append(DUTIES)
    return tuple(judged.values()), merge(points, tried)


def _values_of(fact: bool | None) -> Sequence[bool]:
    return _BOTH if fact is None else (fact,)


def _compared(
    new: _Under, old: _Under | None, kept: dict[tuple[Gravity, bool, bool], RepairWay],
    gravity: Gravity, published: bool, done: bool, assumed: Mapping[str, str],
) -> RepairWay:  # fmt: skip
    """Judge it in one way, and compare with the rule set before where there is one.

    `kept`: what was judged under that one; gravities that it does not tell apart come to the same there.
    """
    way = new.way(gravity, published, done, assumed)
    if old is None:
        return way
    before = _in_scheme(gravity, old.rules), published, done
    if before not in kept:
        kept[before] = old.way(*before, {})
    older = kept[before]
    change = Change(older, way)
    compared = CHANGE.ask(change)
    assert compared is not None, "the last question of a change of rules always answers"
    (answer, reasons), walk = compared
    return Way(assumed, new.rules, way.case, answer, reasons, way.notes, way.values, way.walk, older, walk, change)


@cache
def _assumed(
    gravity_open: bool, published_open: bool, done_open: bool, gravity: Gravity, published: bool, done: bool
) -> Mapping[str, str]:
    """What a way takes for granted, by the name of the fact. Shared, so read only."""
    taken = {}
    if gravity_open:
        taken["gravity"] = gravity.value
    if published_open:
        taken["published"] = "yes" if published else "no"
    if done_open:
        taken["duties_done"] = "yes" if done else "no"
    return taken


def what_if(facts: Facts, on: date, standards: Standards = NO_STANDARDS, **changes: object) -> RepairFinding:
    """如果…… The same call with changed facts: what the rules would say. Raises BadFact for a fact that is none.

    What an enterprise claims and nobody has checked is asked in this way too: it changes no answer of the record.
    """
    for name, value in changes.items():
        if name not in READERS:
            raise BadFact(name, str(value), "is no fact of a credit record", "不是信用记录的事实")
    return assess(replace(facts, **changes), on, standards)  # type: ignore[arg-type]  # fields by their names, which mypy cannot follow


class Question(NamedTuple):
    """A record and the day it is asked for: what equal patterns are told by."""

    facts: Facts
    on: date


class Outcome(NamedTuple):
    """What a finding comes to: all that a long list shows. The finding itself is computed again when it is opened."""

    answer: Answer
    reasons: frozenset[str]
    notes: frozenset[str]
    values: Values


def outcome(question: Question) -> Outcome | BadFact:
    """What the finding comes to, or why a fact is refused on this day: one bad record must not stop a batch."""
    try:
        finding = assess(question.facts, question.on)
    except BadFact as refused:
        return refused
    return outcome_of(finding)


def outcome_of(finding: RepairFinding) -> Outcome:
    return Outcome(finding.answer, finding.reasons, finding.notes, finding.values)
