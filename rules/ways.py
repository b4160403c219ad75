"""What is not known is tried every way 未知即逐一试算.

An open point is a fact that nobody has stated, with every value that it may have. A matter is decided for every
combination. Same answer every way: that is the answer. Otherwise a person must decide, and the finding names the open
points that change the answer when they alone are varied.
"""

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from rules.answer import Answer

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class OpenPoint(Generic[T]):
    """未知事项 One fact that is not known: its code, and every value that it may have (at least two).

    `noted`: where it changes nothing, it is a note.
    """

    code: str
    values: tuple[T, ...]
    noted: bool = False


class Tried(Protocol):
    """What was decided for one combination."""

    @property
    def answer(self) -> Answer: ...
    @property
    def reasons(self) -> frozenset[str]: ...
    @property
    def notes(self) -> frozenset[str]: ...


class Merged(NamedTuple):
    """All combinations together."""

    answer: Answer
    reasons: frozenset[str]
    notes: frozenset[str]


def merge(points: Sequence[OpenPoint[Any]], tried: Sequence[Tried]) -> Merged:
    """The answer over all combinations: the common one, or `review` with the points that decide.

    `tried`: one for each combination of the points' values, in the order of `itertools.product`.
    """
    answers = tuple([each.answer for each in tried])
    notes = _union({each.notes for each in tried})
    if len(set(answers)) == 1:
        open_notes = frozenset(point.code for point in points if point.noted)
        return Merged(answers[0], _common_or_all({each.reasons for each in tried}), notes | open_notes)
    deciding = _deciding(tuple([len(point.values) for point in points]), answers)
    return Merged(Answer.REVIEW, frozenset(points[n].code for n in deciding), notes)


def _union(sets: Set[frozenset[str]]) -> frozenset[str]:
    return frozenset[str]().union(*sets)


def _common_or_all(sets: Set[frozenset[str]]) -> frozenset[str]:
    """Those common to all ways, or all of them when none is common."""
    return frozenset.intersection(*sets) or _union(sets)


@lru_cache(maxsize=10_000)  # what is open differs little between records
def _deciding(sizes: tuple[int, ...], answers: tuple[Answer, ...]) -> tuple[int, ...]:
    """The places of the points, with so many values each, that change the answer when they alone are varied."""
    combinations = list(product(*(range(size) for size in sizes)))
    return tuple(n for n in range(len(sizes)) if _changes(n, combinations, answers))


def _changes(n: int, combinations: Sequence[tuple[int, ...]], answers: Sequence[Answer]) -> bool:
    """Whether the nth point alone changes the answer, for some value of the others."""
    first: dict[tuple[int, ...], Answer] = {}
    for at, answer in zip(combinations, answers, strict=True):
        if first.setdefault(at[:n] + at[n + 1 :], answer) is not answer:
            return True
    return False


def agreed(values: Iterable[T]) -> T | None:
    """The value on which all ways agree; None where they differ."""
    distinct = set(values)
    return distinct.pop() if len(distinct) == 1 else None
