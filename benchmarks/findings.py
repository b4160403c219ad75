"""Findings of credit repair a second in one process, full walk included, beside the procedure as plain code.

    python benchmarks/findings.py [--small]

The plain side (plain_repair.py) has its numbers in the code, and neither walk nor citations nor dated law. Both sides
are asked the same drawn records, none of them equal, in turn; the median of the rounds counts. Then the same records
over a process pool, and with every pattern twenty times, where equal ones are judged once. The last line is JSON:
`ratio` = our findings a second / plain ones (goal: 20,000 findings a second in one process).
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


def rate(ask: Callable[[], object], count: int) -> float:
    """Questions a second. The collector rests meanwhile, so that neither side pays for the other's garbage."""
    gc.collect()
    gc.disable()
    began = time.perf_counter()
    ask()
    seconds = time.perf_counter() - began
    gc.enable()
    return count / seconds


def compare(questions: Sequence[Question], rounds: int) -> tuple[float, float]:
    ours, theirs = [], []
    for number in range(rounds):
        ours.append(rate(lambda: [assess(facts, on) for facts, on in questions], len(questions)))
        theirs.append(rate(lambda: [plain(facts, on) for facts, on in questions], len(questions)))
        print(f"round {number + 1}: engine {ours[-1]:,.0f}/s, plain code {theirs[-1]:,.0f}/s")
    return statistics.median(ours), statistics.median(theirs)


def main() -> None:
    small = "--small" in sys.argv[1:]
    questions = draw(2_000 if small else 40_000)
    ours, theirs = compare(questions, 1 if small else ROUNDS)
    pooled = rate(lambda: evaluate(outcome, questions, processes=2), len(questions))
    repeated = questions[: len(questions) // 20] * 20
    equal = rate(lambda: evaluate_batch(outcome, repeated), len(repeated))
    print(f"two processes, starting them included: {pooled:,.0f}/s; every pattern twenty times: {equal:,.0f}/s")
    figures = {"findings_per_s": round(ours), "plain_per_s": round(theirs), "goal_per_s": 20_000}
    others = {"two_processes_per_s": round(pooled), "repeated_per_s": round(equal), "records": len(questions)}
    print(json.dumps({"benchmark": "findings", "ratio": round(ours / theirs, 3), **figures, **others}))


if __name__ == "__main__":
    main()
