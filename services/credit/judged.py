"""What the rules say of events: findings, equal patterns evaluated once, and the days of every way 情形."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple

from graph.ontology import Ref, Sanction, Term
from graph.view import View
from lianxin.errors import BadFact
from rules.answer import Answer
from rules.batch import evaluate_batch
from rules.calendar import DAY
from rules.credit_repair.facts import Facts
from rules.credit_repair.finding import RepairFinding, RepairWay, assess
from rules.credit_repair.gravity import Gravity
from rules.credit_repair.law import CREDIT_REPAIR
from rules.credit_repair.questions import PERIOD_NONE
from rules.credit_repair.standards import Standards
from rules.law import Citation
from services.credit.answer import RepairDay, Restriction, WayOfRecord
from services.credit.facts import FromRegister, from_register, refusal, taken_from, text_of
from services.credit.standards import sector_standards
from services.credit_records import CreditEventOf
from services.outcomes import OutcomeOf, hidden_by

_FINDINGS_KEPT: Final = 20_000  # distinct facts and days: a district has some hundreds
_ENDED: Final = frozenset({"PENALTY_REVOKED", "ALREADY_REPAIRED", "NOT_PUBLISHED", "MAX_PERIOD_ELAPSED_AUTO_STOP"})
_BY_ITSELF: Final = "AUTO_NO_APPLICATION"
_NO_DAY: Final = frozenset({"MAX_ELAPSED_UNFULFILLED"})

RESTRICTING: Final = frozenset(
    {
        Sanction.SUSPEND_LICENCE,
        Sanction.DOWNGRADE_QUALIFICATION,
        Sanction.REVOKE_LICENCE,
        Sanction.RESTRICT_BUSINESS,
        Sanction.STOP_PRODUCTION,
        Sanction.CLOSE,
        Sanction.EMPLOYMENT_BAN,
    }
)
"""Kinds of penalty that are a restriction in themselves. Registers of listings state no restriction at all."""


class Judged(NamedTuple):
    """One event with the facts of its row and what the rules say of them. `why_not`: why there is no finding.

    `hidden_by`: the outcome of a case for which it is not displayed.
    """

    event: CreditEventOf
    read: FromRegister
    finding: RepairFinding | None
    why_not: str
    ways: Sequence[WayOfRecord]
    shown: bool
    restriction: Restriction | None
    hidden_by: OutcomeOf | None = None

    @property
    def gravity(self) -> Gravity:
        return Gravity.NOT_APPLICABLE if self.finding is None else self.finding.values.gravity

    @property
    def days(self) -> list[RepairDay]:
        """The days of all ways, the earliest first."""
        return sorted((way.day for way in self.ways if way.day is not None), key=lambda each: each.day)

    @property
    def earliest(self) -> RepairDay | None:
        return next(iter(self.days), None)

    @property
    def latest(self) -> RepairDay | None:
        """The last of its days, where the ways differ."""
        days = self.days
        return days[-1] if days and days[-1].day != days[0].day else None

    @property
    def day_open(self) -> bool:
        """Whether in one of its ways it can be repaired, but no day can be told."""
        open_ways = (way for way in self.ways if not way.ended and way.answer is not Answer.NOT_APPLICABLE)
        return self.shown and (self.finding is None or any(way.day is None for way in open_ways))


def judge(view: View, events: Sequence[CreditEventOf], on: date) -> list[Judged]:
    """The findings of events on a day, in their order. Facts with equal patterns are evaluated once."""
    loaded = sector_standards(view)
    read = [from_register(event, on, loaded) for event in events]
    found = _findings(view, [_Asked(each.facts, on, each.standards) for each in read if each.facts is not None])
    return [
        _judged(event, each, None if each.facts is None else found[_Asked(each.facts, on, each.standards)], on)
        for event, each in zip(events, read, strict=True)
    ]


class _Asked(NamedTuple):
    """A record, the day, and the standards that may class its fine: what equal patterns are told by."""

    facts: Facts
    on: date
    standards: Standards


def _findings(view: View, questions: Sequence[_Asked]) -> Mapping[_Asked, RepairFinding | BadFact]:
    """The finding of every question; kept with the state of the view."""
    kept: dict[_Asked, RepairFinding | BadFact] = view.derived("credit findings")
    known = {question: kept.get(question) for question in questions}
    open_ones = [question for question, found in known.items() if found is None]
    new = dict(zip(open_ones, evaluate_batch(_finding, open_ones), strict=True))
    if len(kept) + len(new) > _FINDINGS_KEPT:
        kept.clear()  # another thread may be reading: nobody counts on what is kept
    kept.update(new)
    return {question: new[question] if found is None else found for question, found in known.items()}


def _finding(question: _Asked) -> RepairFinding | BadFact:
    """The finding, or why a fact is refused on this day: one bad record must not keep the others from a list."""
    try:
        return assess(*question)
    except BadFact as refused:
        return refused


def _judged(event: CreditEventOf, read: FromRegister, found: RepairFinding | BadFact | None, on: date) -> Judged:
    hidden = hidden_by(event.outcomes, on)
    if found is None or isinstance(found, BadFact):
        why = read.why_not if found is None else refusal(found)
        shown = not read.removed and hidden is None
        return Judged(event, read, None, why, (), shown, _restriction(event) if shown else None, hidden)
    ways = list(ways_of(event.ref, found, on))
    shown = hidden is None and any(not way.ended for way in ways)
    return Judged(event, read, found, "", ways, shown, _restriction(event) if shown else None, hidden)


def ways_of(ref: Ref, finding: RepairFinding, on: date) -> Iterator[WayOfRecord]:
    """The ways of a finding side by side, each with its day."""
    if not finding.ways:  # settled before anything had to be tried
        reasons, values = tuple(sorted(finding.reasons)), finding.values
        ended = bool(finding.reasons & _ENDED)
        yield WayOfRecord({}, finding.answer, reasons, values.gravity, None, None, ended, None)
    for way in finding.ways:
        values, ended = way.values, _is_ended(way, on)
        yield WayOfRecord(
            way.assumed,
            way.answer,
            tuple(sorted(way.reasons)),
            values.gravity,
            values.not_before,
            values.last_day,
            ended,
            None if ended else _day(ref, way),
        )


def _is_ended(way: RepairWay, on: date) -> bool:
    """Whether it is no longer shown in this way."""
    last = way.values.last_day
    return bool(way.reasons & _ENDED) or (_BY_ITSELF in way.reasons and last is not None and last < on)


def _day(ref: Ref, way: RepairWay) -> RepairDay | None:
    first, last = way.values.not_before, way.values.last_day
    automatic = _BY_ITSELF in way.reasons or (first is not None and last is not None and last < first)
    day = last + DAY if automatic and last is not None else first
    if day is None or way.reasons & _NO_DAY or way.answer is Answer.NO:
        return None
    return RepairDay(day, way.values.gravity, automatic, way.case.assumed, clause(way), ref)


def clause(way: RepairWay) -> Citation:
    """What the day of a way rests on: the citation of its period; for an abnormal listing, of why it has none."""
    for number, day in CREDIT_REPAIR.numbers(way):
        return number.version(day).citation
    return PERIOD_NONE.citations[0]


def _restriction(event: CreditEventOf) -> Restriction | None:
    """What the row itself says that the party may not do."""
    if not RESTRICTING.intersection(event.get("sanctions") or ()):
        return None
    name = next((each for each in ("content", "kinds") if text_of(event.get(each))), None)
    if name is None:
        return None
    until = event.get("effective_until") if event.get("effective") is Term.UNTIL else None
    return Restriction(
        str(event.get(name)), until if isinstance(until, date) else None, event.ref, taken_from(event, name)
    )
