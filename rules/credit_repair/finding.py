"""The finding of credit repair: may this record be repaired on this day?

facts, day ─ known_on ─ opening questions ─ rule set of the day that counts
    └─ for every way of what is not known (gravity, published, duties):
           the questions of the rule set; for a penalty from before it, those of the set before too
    └─ all ways together: answer, reasons, notes, gravity, days
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import product
from typing import Any, Final, NamedTuple

from lianxin.errors import BadFact
from rules.answer import Answer, Finding, Way
from rules.credit_repair.facts import READERS, Facts, Kind, Known, known_on
from rules.credit_repair.gravity import Classing, Gravity, Scheme, classing
from rules.credit_repair.matter import Matter, Values, matter
from rules.credit_repair.questions import CHANGE, OPENING, Change, Opening
from rules.credit_repair.sets import BEFORE, REGIMES, SAMR_2021, covers, set_on
from rules.credit_repair.standards import NO_STANDARDS, FineClassing, Standards
from rules.rule import RuleSet
from rules.ways import Merged, OpenPoint, Tried, agreed, combinations, merge

RepairWay = Way[Matter, Values]
RepairFinding = Finding[Facts, Matter, Values]

_SETTLED_EARLY: Final = Values(Gravity.NOT_APPLICABLE, None, None)
_BOTH: Final = (True, False)
PUBLISHED: Final = OpenPoint("MISSING_FACT:published", _BOTH)
DUTIES: Final = OpenPoint("MISSING_FACT:duties_done", _BOTH)
_FACTS_OPEN: Final = frozenset({PUBLISHED.code, DUTIES.code})


def assess(facts: Facts, on: date, standards: Standards = NO_STANDARDS) -> RepairFinding:
    """What the rules say of a record on a day. Raises BadFact where no start day on or before it is left."""
    known = known_on(facts, on)
    day = known.filed_on or on
    chosen = set_on(known, day)
    if chosen is None:
        return _opened(known, None, None, False, day, standards)
    older = BEFORE.get(chosen.id) if facts.kind is Kind.PENALTY and known.start < chosen.first_day else None
    law_changed = known.filed_on is not None and set_on(known, on) is not chosen
    return _opened(known, chosen, older, law_changed, day, standards)


def assess_under(rules: RuleSet[Matter], facts: Facts, on: date, standards: Standards = NO_STANDARDS) -> RepairFinding:
    """The same under one rule set, applied directly: whatever the day, and without a comparison of rule sets."""
    known = known_on(facts, on)
    return _opened(known, rules if covers(rules, known) else None, None, False, known.filed_on or on, standards)


def _opened(
    known: Known, chosen: RuleSet[Matter] | None, older: RuleSet[Matter] | None, law_changed: bool, day: date,
    standards: Standards,
) -> RepairFinding:  # fmt: skip
    """Ask the opening questions, then the rule set."""
    opening, facts, on = Opening(known, chosen), known.facts, known.on
    early = OPENING.ask(opening)
    if early is not None:
        answer, reasons = early.said.answer, early.said.reasons
        return Finding(facts, on, chosen, answer, reasons, frozenset(), _SETTLED_EARLY, early.walk, opening)
    assert chosen is not None, "the last opening question asks for the rule set"
    fine = standards.classing(facts, day)
    record = _Record(known, chosen, older, law_changed, day, fine, classing(facts, fine.band, _scheme(chosen)), {}, {})
    ways, merged = _every_way(record)
    answer, reasons, notes = merged
    return Finding(facts, on, chosen, answer, reasons, notes, _agreed(ways), OPENING.passed, opening, ways)


def _agreed(ways: Sequence[RepairWay]) -> Values:
    """What all ways say: the gravity is undetermined, a day is blank, where they differ."""
    if len(ways) == 1:
        return ways[0].values
    return Values(
        agreed(way.values.gravity for way in ways) or Gravity.UNDETERMINED,
        agreed(way.values.not_before for way in ways),
        agreed(way.values.last_day for way in ways),
    )


def _scheme(rules: RuleSet[Matter]) -> Scheme:
    return REGIMES[rules.id].scheme


class _Record(NamedTuple):
    """A record and the rule set that it is judged under. `older`: the one before, where both are compared.

    `day`: the day that counts for numbers and standards: of the application, else the one asked for.
    `kept`: what was judged already; gravities that an older rule set does not tell apart come to the same there.
    """

    known: Known
    chosen: RuleSet[Matter]
    older: RuleSet[Matter] | None
    law_changed: bool
    day: date
    fine: FineClassing
    classing: Classing
    kept: dict[tuple[str, Gravity, bool, bool], RepairWay]
    matters: dict[tuple[str, Gravity], Matter]

    def way(self, gravity: Gravity, published: bool, done: bool, assumed: Mapping[str, str]) -> RepairWay:
        """Judge it in one way, and compare with the rule set before where there is one."""
        new = self._judged(self.chosen, gravity, published, done, assumed)
        if self.older is None:
            return new
        old = self._judged_before(self.older, _in_scheme(gravity, self.older), published, done)
        change = Change(old, new)
        compared = CHANGE.ask(change)
        assert compared is not None, "the last question of a change of rules always answers"
        (answer, reasons), walk = compared
        return Way(assumed, self.chosen, new.case, answer, reasons, new.notes, new.values, new.walk, old, walk, change)

    def _judged_before(self, older: RuleSet[Matter], gravity: Gravity, published: bool, done: bool) -> RepairWay:
        way = older.id, gravity, published, done
        if way not in self.kept:
            self.kept[way] = self._judged(older, gravity, published, done, {})
        return self.kept[way]

    def _judged(
        self, rules: RuleSet[Matter], gravity: Gravity, published: bool, done: bool, assumed: Mapping[str, str]
    ) -> RepairWay:
        case = self._matter(rules, gravity, published, done)
        (answer, reasons), walk = rules.decide(case)
        return Way(assumed, rules, case, answer, reasons, rules.notes_on(case), _values(case), walk)

    def _matter(self, rules: RuleSet[Matter], gravity: Gravity, published: bool, done: bool) -> Matter:
        """The record under a rule set in one way: its days do not hang on what is published and done."""
        known = self.matters.get((rules.id, gravity))
        if known is not None:
            return known.varied(published, done)
        regime = REGIMES[rules.id]
        classed = self.classing if rules is self.chosen else classing(self.known.facts, self.fine.band, regime.scheme)
        law_day = rules.law_day(self.day)
        made = matter(self.known, regime, law_day, gravity, self.fine, classed, published, done, self.law_changed)
        self.matters[rules.id, gravity] = made
        return made


def _in_scheme(gravity: Gravity, rules: RuleSet[Matter]) -> Gravity:
    """The gravity of a way as an older rule set knows it."""
    if rules.id == SAMR_2021.id and gravity is Gravity.MINOR:
        return gravity
    return Gravity.NONE


def _values(case: Matter) -> Values:
    """Gravity and days as far as the questions went."""
    if not case.published:
        return Values(case.gravity, None, None)
    if not case.law_changed and (case.stops_by_itself or case.facts.non_repairable_basis is not None):
        return Values(case.gravity, None, case.last_day)
    return Values(case.gravity, case.not_before, case.last_day)


def _every_way(record: _Record) -> tuple[tuple[RepairWay, ...], Merged]:
    """Judge the record for every value of what is not known. Ways that come to the same are judged once."""
    known, classed = record.known, record.classing
    if not classed.points and known.done is not None and known.facts.published is not None:
        way = record.way(classed.least, known.facts.published, known.done, {})
        return (way,), Merged(way.answer, way.reasons, way.notes)
    points: list[OpenPoint[Any]] = list(classed.points)
    gravities = [classed.at(values) for values in product(*(point.values for point in classed.points))]
    published = _values_of(known.facts.published, PUBLISHED, points)
    done = _values_of(known.done, DUTIES, points)
    judged: dict[tuple[Gravity, bool, bool], RepairWay] = {}
    tried = []
    for at, values in zip(combinations(points), product(gravities, published, done), strict=True):
        if values not in judged:
            judged[values] = record.way(*values, _assumed(points, *values))
        each = judged[values]
        tried.append(Tried(at, each.answer, each.reasons, each.notes))
    return tuple(judged.values()), merge(points, tried)


def _values_of(fact: bool | None, point: OpenPoint[bool], points: list[OpenPoint[Any]]) -> Sequence[bool]:
    """The values of a fact: the known one, or every value, which makes it an open point."""
    if fact is not None:
        return (fact,)
    points.append(point)
    return point.values


def _assumed(points: Sequence[OpenPoint[Any]], gravity: Gravity, published: bool, done: bool) -> Mapping[str, str]:
    """What a way takes for granted, by the name of the fact."""
    codes = {point.code for point in points}
    taken = {}
    if not codes <= _FACTS_OPEN:
        taken["gravity"] = gravity.value
    if PUBLISHED.code in codes:
        taken["published"] = "yes" if published else "no"
    if DUTIES.code in codes:
        taken["duties_done"] = "yes" if done else "no"
    return taken


def what_if(facts: Facts, on: date, standards: Standards = NO_STANDARDS, **changes: object) -> RepairFinding:
    """如果…… The same call with changed facts: what the rules would say. Raises BadFact for a fact that is none.

    What an enterprise claims and nobody has checked is asked in this way too: it changes no answer of the record.
    """
    for name, value in changes.items():
        if name not in READERS:
            raise BadFact(name, str(value), "is no fact of a credit record", "不是信用记录的事实")
    return assess(replace(facts, **changes), on, standards)  # type: ignore[arg-type]


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
