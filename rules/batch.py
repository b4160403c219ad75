"""Many questions at once: equal ones are answered once, and their finding is shared.

Pure: no processes here. A pool maps `answer_each` over the parts (services/batch.py), a larger run over partitions.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

Q = TypeVar("Q", bound=Hashable)
R = TypeVar("R")


def distinct(questions: Iterable[Q]) -> tuple[list[Q], list[int]]:
    """The different questions in order of appearance, and for each question the place of its equal among them."""
    places: dict[Q, int] = {}
    where = [places.setdefault(question, len(places)) for question in questions]
    return list(places), where


def answer_each(answer: Callable[[Q], R], questions: Sequence[Q]) -> list[R]:
    """The answer to each question, in order, without looking for equal ones."""
    return [answer(question) for question in questions]


def evaluate_batch(answer: Callable[[Q], R], questions: Iterable[Q]) -> list[R]:
    """The answer to each question, in order; equal questions are answered once. `answer` may return its error."""
    different, where = distinct(questions)
    answers = answer_each(answer, different)
    return [answers[place] for place in where]
