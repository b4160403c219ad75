"""What stands behind a finding: each reason with its citations, what to do and from when, what nobody has verified.

A `Law` gathers what a field of law declares; from it come explanations, the rule table and the documentation.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Generic, TypeVar

from rules.answer import Answer, Code, Finding, Way
from rules.law import Citation
from rules.parameters import Parameter
from rules.rule import Questions, Rule, RuleSet, Shown

F = TypeVar("F")
C = TypeVar("C")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Law(Generic[F, C, V]):
    """A field of law 领域: its questions, rule sets, numbers and words.

    `open_points`: code of what is not known → the rules that would settle it.
    `act_day`: from which day on an act can help, in one way.
    `numbers`: the parameters that one way rests on, each with the day on which it was read.
    `unverified`: further facts of a finding that nobody has verified.
    `facts`: the declared facts; `words`: the Chinese word of every code in their lists.
    """

    id: str
    title: str
    codes: Mapping[str, Code]
    opening: Questions[Any]
    rule_sets: Sequence[RuleSet[C]]
    change: Questions[Any] | None
    parameters: Sequence[Parameter[Any]]
    open_points: Mapping[str, Sequence[Rule[C]]]
    act_day: Callable[[Way[C, V], str], date | None]
    numbers: Callable[[Way[C, V]], Sequence[tuple[Parameter[Any], date]]]
    unverified: Callable[[Finding[F, C, V]], Sequence["ToConfirm"]]
    facts: type[F]
    words: Mapping[StrEnum, str]

    @property
    def rules(self) -> Sequence[Rule[Any]]:
        """Every rule once, in the order in which they are asked."""
        change = self.change.rules if self.change is not None else ()
        every = [*self.opening.rules, *(rule for each in self.rule_sets for rule in each.rules), *change]
        return tuple(dict.fromkeys(every))


@dataclass(frozen=True, slots=True)
class Reason:
    """理由 One reason with the citations of the rules that gave it."""

    code: Code
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Act:
    """怎么办 What to do about one reason, and from which day on (None: no day is known)."""

    code: str
    what: str
    from_day: date | None


@dataclass(frozen=True, slots=True)
class ToConfirm:
    """待核实 A rule, number or fact that the finding rests on and that nobody has verified."""

    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """What stands behind one finding."""

    reasons: tuple[Reason, ...]
    notes: tuple[Reason, ...]
    to_do: tuple[Act, ...]
    to_confirm: tuple[ToConfirm, ...]


def explain(law: Law[F, C, V], finding: Finding[F, C, V]) -> Explanation:
    """Every reason and note with its citations, the acts that would change the answer, and what is not verified."""
    given = _rules_by_code(law, finding)
    return Explanation(
        tuple(Reason(law.codes[code], given.get(code, ())) for code in sorted(finding.reasons)),
        tuple(Reason(law.codes[code], given.get(code, ())) for code in sorted(finding.notes)),
        tuple(_acts(law, finding)),
        tuple(dict.fromkeys([*law.unverified(finding), *_unverified_law(law, finding)])),
    )


def _rules_by_code(law: Law[F, C, V], finding: Finding[F, C, V]) -> Mapping[str, tuple[Citation, ...]]:
    """Code → the citations of the rules that gave it."""
    found: dict[str, dict[Citation, None]] = {}

    def cite(codes: Iterable[str], citations: Iterable[Citation]) -> None:
        for code in codes:
            found.setdefault(code, {}).update(dict.fromkeys(citations))

    for step in finding.opening:
        told = step.asked.told(finding.opening_case, step, None)
        cite(told.reasons, told.citations)
    for way in finding.ways:
        for told in way.told():
            cite(told.reasons, told.citations)
        for rule in way.ruleset.notes:
            cite(way.notes & set(rule.codes), rule.cited_in(way.ruleset.texts))
    for code in (finding.reasons | finding.notes) & law.open_points.keys():
        cite([code], (c for rule in law.open_points[code] for c in rule.citations))
    return {code: tuple(citations) for code, citations in found.items()}


def _ways(finding: Finding[F, C, V]) -> Iterable[Way[C, V]]:
    for way in finding.ways:
        yield way
        if way.older is not None:
            yield way.older


def _acts(law: Law[F, C, V], finding: Finding[F, C, V]) -> Iterable[Act]:
    if finding.answer is not Answer.NOT_YET:
        return
    for code in sorted(finding.reasons):
        days = {law.act_day(way, code) for way in finding.ways if code in way.reasons}
        yield Act(code, law.codes[code].act, days.pop() if len(days) == 1 else None)


def _unverified_law(law: Law[F, C, V], finding: Finding[F, C, V]) -> Iterable[ToConfirm]:
    """The rules that applied, those that values rest on and the numbers used, as far as nobody has read them."""
    for step in finding.opening:
        if step.applied:
            told = step.asked.told(finding.opening_case, step, None)
            yield from _to_confirm(told.how, told.citations)
    for way in _ways(finding):
        texts = way.ruleset.texts
        for step, case in way.steps():
            for rule in _rested_on(step.asked, case) if step.applied else ():
                yield from _to_confirm(rule.how, rule.cited_in(texts))
        for rule in way.ruleset.notes:
            if way.notes & set(rule.codes):
                yield from _to_confirm(rule.how, rule.cited_in(texts))
        for number, day in law.numbers(way):
            version = number.version(day)
            yield from _to_confirm(f"{number.title}：{version.value} {number.unit}", [version.citation])


def _rested_on(asked: Any, case: Any) -> Sequence[Rule[Any]]:
    return asked.derived_by(case) if isinstance(asked, Shown) else [asked]


def _to_confirm(what: str, citations: Iterable[Citation]) -> Iterable[ToConfirm]:
    for citation in citations:
        if citation.mark.to_confirm:
            yield ToConfirm(what, f"{citation}（{citation.mark.value} {citation.mark.chinese}）")
