"""Drawing: one independent stream of random numbers for each file, and the few ways in which a value is drawn.

Only integer weights and whole numbers are drawn, no logarithms or exponentials: their last digits differ between
machines, and the files of one seed have to be the same everywhere.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from random import Random
from typing import TypeVar

T = TypeVar("T")

DEMO_DAY = date(2026, 11, 20)
"""数据截至 The day up to which the demo tells anything. Fixed: the files do not depend on a clock."""


def stream(seed: int, file: str) -> Random:
    """The random numbers of one file. A file that is added later draws from its own and moves no other."""
    return Random(f"{seed}/{file}")


def weighted(rng: Random, weights: Mapping[T, int]) -> T:
    """Draw one key by its weight."""
    return rng.choices(tuple(weights), tuple(weights.values()))[0]


def mostly_first(rng: Random, options: Sequence[T]) -> T:
    """The first option in about four of five draws, else one of the others."""
    if len(options) == 1 or rng.randrange(5):
        return options[0]
    return rng.choice(options[1:])


def several(rng: Random, options: Sequence[T], count: int) -> list[T]:
    """Draw different options, earlier ones more often (weight 1/2, 1/3, 1/4 …), in the order of the draw."""
    left = list(options)
    drawn: list[T] = []
    while left and len(drawn) < count:
        weights = [840 // (place + 2) for place in range(len(left))]
        drawn.append(left.pop(rng.choices(range(len(left)), weights)[0]))
    return drawn


def chance(rng: Random, percent: int) -> bool:
    """True in so many of a hundred draws."""
    return rng.randrange(100) < percent


def day_between(rng: Random, first: date, last: date) -> date:
    """A day of the interval, both ends included."""
    return first + timedelta(days=rng.randint(0, max(0, (last - first).days)))


def low_in_range(rng: Random, bounds: tuple[int, int]) -> int:
    """A whole number of the range, small ones more often (the lower of two draws)."""
    return min(rng.randint(*bounds), rng.randint(*bounds))
