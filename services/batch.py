"""Many questions to the rules, over several processes."""

import multiprocessing
import os
from collections.abc import Callable, Hashable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import TypeVar

from rules.batch import answer_each, distinct

Q = TypeVar("Q", bound=Hashable)
R = TypeVar("R")

PART = 2_000  # questions in one piece of work: a tenth of a second each, so that all processes end together
WORTH_A_POOL = 100_000  # below, starting the processes takes longer than the work: several seconds for a command


def evaluate(answer: Callable[[Q], R], questions: Iterable[Q], *, processes: int | None = None) -> list[R]:
    """The answer to each question, in order; equal ones are answered once.

    `answer` is a function of a module, and what it answers travels between processes: a summary, better than all that
    a finding holds. `processes`: None takes one for each processor where the work is worth it.
    """
    different, where = distinct(questions)
    count = processes or (os.cpu_count() or 1 if len(different) >= WORTH_A_POOL else 1)
    answers = answer_each(answer, different) if count == 1 else _pooled(answer, different, count)
    return [answers[place] for place in where]


def _pooled(answer: Callable[[Q], R], questions: Sequence[Q], count: int) -> list[R]:
    parts = [questions[n : n + PART] for n in range(0, len(questions), PART)]
    # Not forked: a server has threads, and a lock that one of them holds would stay locked in the copy for ever.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(count, len(parts) or 1), mp_context=context) as pool:
        return [each for answers in pool.map(partial(answer_each, answer), parts) for each in answers]
