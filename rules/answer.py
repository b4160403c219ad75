"""What a rule set says of one matter on one day: an answer, every reason, and the walk that led there.

    Finding ─┬─ answer, reasons, notes, values (of this law: gravity, days …)
             ├─ opening: steps that were asked before anything had to be tried
             └─ ways: one for each combination of what is not known, each with its own answer, values and walk

A finding holds the facts, the day and the rule set that it was computed from, so it can be computed again from itself.
The steps of a walk are shared objects; what they say of this one matter is worked out when somebody reads them
(`walk`, `why`, `why_not`; citations of the reasons, what to do and what to confirm: explain.py).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, Protocol, TypeVar

from rules.law import Citation, Text

if TYPE_CHECKING:
    from rules.rule import RuleSet

C = TypeVar("C")  # the matter under one rule set in one way: what rules are asked about
V = TypeVar("V")  # the values that this law's findings carry
F = TypeVar("F")  # the facts


class Answer(StrEnum):
    """答复 The five answers."""

    YES = "yes"  # 可以
    NOT_YET = "not_yet"  # 尚未: a named day or act would change it
    NO = "no"  # 不可以: no ordinary cure
    REVIEW = "review"  # 需人工判定
    NOT_APPLICABLE = "not_applicable"  # 不适用: nothing needed or possible here

    @property
    def chinese(self) -> str:
        return _CHINESE[self]


_CHINESE = {
    Answer.YES: "可以",
    Answer.NOT_YET: "尚未",
    Answer.NO: "不可以",
    Answer.REVIEW: "需人工判定",
    Answer.NOT_APPLICABLE: "不适用",
}


@dataclass(frozen=True, slots=True)
class Code:
    """A reason or a note: its code, what it says, and for a reason that can be cured the act 怎么办."""

    code: str
    zh: str
    en: str
    act: str = ""


class Asked(Protocol):
    """What a step of a walk stands for."""

    def told(self, case: Any, step: "Step", texts: frozenset[Text] | None) -> "ToldStep":
        """The step in words, with the citations from these texts."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """Something that was asked, and whether it applied; `codes`: the reasons it gave, `answer`: its own answer."""

    asked: Asked
    applied: bool
    codes: frozenset[str] = frozenset()
    answer: Answer | None = None


@dataclass(frozen=True, slots=True)
class ToldStep:
    """A step in words, for a page or for JSON."""

    number: str
    rules: tuple[str, ...]
    question: str
    said: str
    how: str
    applied: bool
    reasons: tuple[str, ...]
    citations: tuple[Citation, ...]
    values: Mapping[str, str]


class Way(NamedTuple, Generic[C, V]):
    """情形 One combination of what is not known.

    `assumed`: open point → the value tried. `older`: the same way under the rule set before, where both were compared;
    `compared`: the steps of that comparison, asked about `comparison`.
    """

    assumed: Mapping[str, str]
    ruleset: "RuleSet[C]"
    case: C
    answer: Answer
    reasons: frozenset[str]
    notes: frozenset[str]
    values: V
    walk: tuple[Step, ...]
    older: "Way[C, V] | None" = None
    compared: tuple[Step, ...] = ()
    comparison: Any = None

    def steps(self) -> Iterator[tuple[Step, Any]]:
        """The steps, each with the case that it was asked about."""
        for step in self.walk:
            yield step, self.case
        for step in self.compared:
            yield step, self.comparison

    def told(self) -> Iterator[ToldStep]:
        """The walk in words."""
        for step, case in self.steps():
            yield step.asked.told(case, step, self.ruleset.texts)


@dataclass(frozen=True, slots=True)
class RuleSetVersion:
    """Which rule set, and the digest of its rules, numbers and code."""

    id: str
    digest: str


class Finding(NamedTuple, Generic[F, C, V]):
    """结论 What the rules say of one matter on one day. `answer`, `reasons`, `notes` and `values` over all ways."""

    facts: F
    on: date
    ruleset: "RuleSet[C] | None"
    answer: Answer
    reasons: frozenset[str]
    notes: frozenset[str]
    values: V
    opening: tuple[Step, ...]
    opening_case: Any
    ways: tuple[Way[C, V], ...] = ()

    @property
    def scenarios(self) -> Sequence[Way[C, V]]:
        """The ways side by side, where something is not known; empty where there is only one."""
        return self.ways if len(self.ways) > 1 else ()

    @property
    def version(self) -> RuleSetVersion | None:
        """The rule set and the digest of its version; None where none is loaded."""
        return None if self.ruleset is None else RuleSetVersion(self.ruleset.id, self.ruleset.digest)

    def walk(self, way: Way[C, V] | None = None) -> Iterator[ToldStep]:
        """怎么判的 All steps in words: the opening, then those of one way (the first, where none is named)."""
        for step in self.opening:
            yield step.asked.told(self.opening_case, step, None)
        for each in (way,) if way is not None else self.ways[:1]:
            yield from each.told()

    def why(self) -> Iterator[ToldStep]:
        """为什么 The steps that decided: those that applied and gave a reason; for `yes`, all that were passed."""
        for step in self._steps():
            if step.reasons or (not self.reasons and not step.applied):
                yield step

    def why_not(self, answer: Answer) -> Iterator[ToldStep]:
        """为什么不是 The steps that stood in the way of an answer: those that gave a reason in a way without it."""
        for way in self.ways:
            if way.answer is not answer:
                yield from (step for step in way.told() if step.reasons)
        if not self.ways and self.answer is not answer:
            yield from (step for step in self._steps() if step.reasons)

    def _steps(self) -> Iterator[ToldStep]:
        for step in self.opening:
            yield step.asked.told(self.opening_case, step, None)
        for way in self.ways:
            yield from way.told()
