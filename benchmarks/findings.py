"""Findings of credit repair a second in one process, full walk included, beside the procedure as plain code.

    python benchmarks/findings.py [--small]

The plain side (plain_repair.py) has its numbers in the code, and neither walk nor citations nor dated law. Both sides
are asked the same drawn records, none of them equal, in turn; the median of the rounds counts. Then the same records
over a process pool, and with every pattern twenty times, where equal ones are judged once. Then a flat part of the
procedure (flat_peers.py) beside a query in DuckDB and decision tables in zen-engine: the same answers, checked.

One process is measured in seconds of its processor, so that whatever else the machine does is not counted; the pool in
seconds of the clock. The last line is JSON: `ratio` = our findings a second / plain ones (goal: 20,000 findings a
second in one process); `flat_ratio` = our findings a second / what each other engine does of the flat part
alone, null for one that is not installed.
"""

import gc
import json
import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from flat_peers import PEERS, Flat, row
from plain_repair import plain

from lianxin.errors import BadFact
from rules.batch import evaluate_batch
from rules.credit_repair import facts as f
from rules.credit_repair.finding import Question, assess, outcome
from services.batch import evaluate

ROUNDS = 5
SEED = 20260401


def draw(count: int) -> list[Question]:
    """Different records as a district has them: mostly penalties, some facts unknown, some law changed meanwhile."""
    dice = random.Random(SEED)
    drawn: dict[Question, None] = {}
    while len(drawn) < count:
        on = date(2025, 6, 1) + timedelta(days=dice.randrange(1400))
        try:
            question = Question(_record(dice, on), on)
            assess(*question)
        except BadFact:
            continue
        drawn[question] = None
    return list(drawn)


def _record(dice: random.Random, on: date) -> f.Facts:
    def day(likely: float) -> date | None:
        return on - timedelta(days=dice.randrange(1300)) if dice.random() < likely else None

    def maybe(codes: Any, likely: float) -> Any:
        return dice.choice(list(codes)) if dice.random() < likely else None

    kind = f.Kind.PENALTY if dice.random() < 0.8 else dice.choice(sorted(f.MARKET_REGULATION))
    return f.Facts(
        kind=kind,
        authority_system=f.System.NDRC if dice.random() < 0.7 else f.System.SAMR,
        sanctions=frozenset(dice.sample(list(f.Sanction), dice.choice([1, 1, 1, 2]))),
        procedure=maybe(f.Procedure, 0.2),
        fine_yuan=Decimal(dice.randrange(200, 200_000)),
        fine_band=maybe(f.Band, 0.7),
        published=maybe([True], 0.9),
        document_date=day(0.95),
        published_on=day(0.7),
        listed_on=day(1.0) if kind in f.LISTINGS else None,
        duties_done=maybe([True, False], 0.8),
        public_commitment=maybe([True, False], 0.8),
        measure_ends_on=day(0.1),
        special_sector=maybe(f.Sector, 0.3),
        bankruptcy_stage=maybe(f.Bankruptcy, 0.05),
        bankruptcy_on=on,
        exclusion_decided_on=day(0.03),
    )


SIMPLE_SANCTIONS = [each for each in f.Sanction if each not in ("other", "suspend_licence", "downgrade_qualification")]


def draw_flat(count: int) -> list[Question]:
    """Penalties of Credit China of which all is known: gravity and days are all that there is to say."""
    dice = random.Random(SEED)
    drawn: dict[Question, None] = {}
    while len(drawn) < count:
        on = date(2024, 7, 1) + timedelta(days=dice.randrange(1200))
        facts = f.Facts(
            kind=f.Kind.PENALTY,
            authority_system=f.System.NDRC,
            sanctions=frozenset([dice.choice(SIMPLE_SANCTIONS)]),
            procedure=dice.choice([None, None, f.Procedure.SIMPLE]),
            fine_yuan=Decimal(dice.randrange(200, 200_000)),
            fine_band=dice.choice(list(f.Band)),
            published=True,
            document_date=on - timedelta(days=dice.randrange(1300)),
            duties_done=True,
            public_commitment=True,
            special_sector=dice.choice([None, *f.Sector]),
        )
        drawn[Question(facts, on)] = None
    return list(drawn)


def rate(ask: Callable[[], object], count: int, clock: Callable[[], float] = time.process_time) -> float:
    """Questions a second. The collector rests meanwhile, so that neither side pays for the other's garbage."""
    gc.collect()
    gc.disable()
    began = clock()
    ask()
    seconds = clock() - began
    gc.enable()
    return count / seconds


def compare(questions: Sequence[Question], rounds: int) -> tuple[float, float]:
    ours, theirs = [], []
    for number in range(rounds):
        ours.append(rate(lambda: [assess(facts, on) for facts, on in questions], len(questions)))
        theirs.append(rate(lambda: [plain(facts, on) for facts, on in questions], len(questions)))
        print(f"round {number + 1}: engine {ours[-1]:,.0f}/s, plain code {theirs[-1]:,.0f}/s")
    return statistics.median(ours), statistics.median(theirs)


def compare_flat(questions: Sequence[Question], rounds: int) -> tuple[float, dict[str, float | None]]:
    """Our records a second, and those of each other engine; None for one that is not installed.

    All must say the same of every record.
    """
    ours = statistics.median(rate(lambda: [assess(*each) for each in questions], len(questions)) for _ in range(rounds))
    found = [assess(*question).values for question in questions]
    expected = [Flat(values.gravity.value, *values[1:]) for values in found]
    rows = [row(*question) for question in questions]
    others: dict[str, float | None] = {}
    for name, prepare in PEERS.items():
        try:
            ask = prepare(rows)
        except ImportError:
            others[name] = None
            continue
        assert ask() == expected, f"{name} says something else"
        others[name] = statistics.median(rate(ask, len(rows)) for _ in range(rounds))
    return ours, others


def main() -> None:
    small = "--small" in sys.argv[1:]
    questions, rounds = draw(2_000 if small else 40_000), 1 if small else ROUNDS
    ours, theirs = compare(questions, rounds)
    pooled = rate(lambda: evaluate(outcome, questions, processes=2), len(questions), time.perf_counter)
    repeated = questions[: len(questions) // 20] * 20
    equal = rate(lambda: evaluate_batch(outcome, repeated), len(repeated))
    print(f"two processes, starting them included: {pooled:,.0f}/s; every pattern twenty times: {equal:,.0f}/s")
    flat, others = compare_flat(draw_flat(1_000 if small else 20_000), rounds)
    shown = [
        f"{name} {'not installed, skipped' if each is None else f'{each:,.0f}/s'}" for name, each in others.items()
    ]
    print(f"gravity and days alone: engine (the whole finding) {flat:,.0f}/s, {', '.join(shown)}")
    figures = {
        "findings_per_s": round(ours),
        "plain_per_s": round(theirs),
        "goal_per_s": 20_000,
        "two_processes_per_s": round(pooled),
        "repeated_per_s": round(equal),
        "records": len(questions),
        "flat_per_s": {"engine": round(flat)} | {name: each and round(each) for name, each in others.items()},
        "flat_ratio": {name: each and round(flat / each, 3) for name, each in others.items()},
    }
    print(json.dumps({"benchmark": "findings", "ratio": round(ours / theirs, 3), **figures}))


if __name__ == "__main__":
    main()
