"""What is not known is tried every way 未知即逐一试算.

An open point is a fact that nobody has stated, with every value that it may have. A matter is decided for every
combination. Same answer every way: that is the answer. Otherwise a person must decide, and the finding names the open
points that change the answer when they alone are varied.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Generic, NamedTuple, TypeVar

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


class Tried(NamedTuple):
    """One combination decided: the index of the value taken at each open point, the answer, its reasons and notes."""

    at: tuple[int, ...]
    answer: Answer
    reasons: frozenset[str]
    notes: frozenset[str]


class Merged(NamedTuple):
    """All combinations together."""

    answer: Answer
    reasons: frozenset[str]
    notes: frozenset[str]


def combinations(points: Sequence[OpenPoint[T]]) -> Iterable[tuple[int, ...]]:
    """Every combination of the open points' values, by index; one empty combination where nothing is open."""
    return product(*(range(len(point.values)) for point in points))


def merge(points: Sequence[OpenPoint[T]], tried: Sequence[Tried]) -> Merged:
    """The answer over all combinations: the common one, or `review` with the points that decide."""
    notes = frozenset[str]().union(*(each.notes for each in tried))
    if len({each.answer for each in tried}) == 1:
        open_notes = frozenset(point.code for point in points if point.noted)
        return Merged(tried[0].answer, _common_or_all(each.reasons for each in tried), notes | open_notes)
    deciding = frozenset(point.code for n, point in enumerate(points) if _changes(n, tried))
    return Merged(Answer.REVIEW, deciding, notes)


def _common_or_all(reasons: Iterable[frozenset[str]]) -> frozenset[str]:
    """Those common to all ways, or all of them when none is common."""
    sets = list(reasons)
    return frozenset.intersection(*sets) or frozenset().union(*sets)


def _changes(n: int, tried: Sequence[Tried]) -> bool:
    """Whether the nth open point changes the answer when it alone is varied, for some value of the others."""
    answers: dict[tuple[int, ...], Answer] = {}
    for each in tried:
        others = each.at[:n] + each.at[n + 1 :]
        if answers.setdefault(others, each.answer) is not each.answer:
            return True
    return False


def agreed(values: Iterable[T]) -> T | None:
    """The value on which all ways agree; None where they differ."""
    distinct = set(values)
    return distinct.pop() if len(distinct) == 1 else None
