"""`partners find` on the chain of listed companies beside a bare two-hop gather over the same view.

    python benchmarks/partners.py [--data FOLDER] [--small]

The peer reads, in bare numpy, what the company sells, what goes into that, and who sells that: three gathers over the
arrays of the view, without estimates, scores, order, names or sources. Both are asked for the same companies; `cold` is
the first time that a company is asked for (its products' needs are not estimated yet), `warm` the second. `http`: the
whole answer of `/api/partners` through Flask's test client, warm. The last line is JSON: `ratio` = p50 of a warm find /
p50 of the bare gather.
"""

import json
import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr
from datetime import date
from io import StringIO
from pathlib import Path
from resource import RUSAGE_SELF, getrusage

import numpy as np

from graph.ledger import Ledger
from graph.matching.facts import product_graph
from graph.memory_build import build
from graph.view import View
from loaders.formats import FORMATS
from loaders.run import run_load
from services.demo import write_demo
from services.partners import Question, Relation, find
from web import create_app

COMPANIES = 300
SEED = 1  # of the choice of companies
ON = date(2026, 11, 20)
DATA = Path("../shared/data/chain_cn")


def loaded(small: bool, data: Path, scratch: Path) -> Ledger:
    """A ledger with the chain data set, or with the demo district where it has to be quick."""
    ledger = Ledger.open(f"sqlite:///{scratch / 'ledger.db'}")
    if small:
        write_demo(scratch / "demo")
    run_load(ledger, FORMATS["demo-district" if small else "chain-cn"], [scratch / "demo" if small else data])
    return ledger


def companies_of(view: View, count: int) -> list[str]:
    """Keys of companies that sell something, drawn with a fixed seed."""
    enterprises = view.all_of("Enterprise")
    selling = enterprises[np.unique(product_graph(view, ON).sales_by(enterprises).origin)].tolist()
    return [view.ref(handle).key for handle in random.Random(SEED).sample(selling, min(count, len(selling)))]


def bare(view: View, company: int) -> int:
    """Who sells what goes into what the company sells: how many."""
    products = view.links("Makes", [company], "out", on=ON).other
    materials = view.links("UpstreamOf", np.unique(products), "in", on=ON).other
    return len(np.unique(view.links("Makes", np.unique(materials), "in", on=ON).other))


def timed(ask: Callable[[str], object], keys: Sequence[str]) -> dict[str, float]:
    """Milliseconds for each key: median and 95th percentile."""
    taken = []
    for key in keys:
        began = time.perf_counter()
        ask(key)
        taken.append(1000 * (time.perf_counter() - began))
    return {"p50_ms": round(float(np.percentile(taken, 50)), 3), "p95_ms": round(float(np.percentile(taken, 95)), 3)}


def peak_mb() -> int:
    return getrusage(RUSAGE_SELF).ru_maxrss // 1024


def measure(ledger: Ledger, count: int) -> dict[str, object]:
    before = peak_mb()
    view = build(ledger)
    keys = companies_of(view, count)
    handles = {view.ref(int(h)).key: int(h) for h in view.all_of("Enterprise")}
    began = time.perf_counter()
    find(view, Question(keys[0], Relation.SUPPLIER, ON))
    first = round(time.perf_counter() - began, 2)

    def ask(key: str) -> object:
        return find(view, Question(key, Relation.SUPPLIER, ON))

    figures: dict[str, object] = {
        "first_question_s": first,
        "cold": timed(ask, keys[1:]),
        "warm": timed(ask, keys[1:]),
        "bare": timed(lambda key: bare(view, handles[key]), keys[1:]),
        "memory_mb": {"before": before, "peak": peak_mb()},
    }
    client = create_app(ledger, today=lambda: ON).test_client()

    def http(key: str) -> None:
        answer = client.get("/api/partners", query_string={"key": key, "relation": "supplier"})
        assert answer.status_code == 200, answer.text

    with redirect_stderr(StringIO()):  # where the log of requests goes
        timed(http, keys)
        return figures | {"http": timed(http, keys[1:])}


def main() -> None:
    arguments = sys.argv[1:]
    small = "--small" in arguments
    data = Path(arguments[arguments.index("--data") + 1]) if "--data" in arguments else DATA
    count = 12 if small else COMPANIES
    with tempfile.TemporaryDirectory() as scratch:
        figures = measure(loaded(small, data, Path(scratch)), count)
    for name, figure in figures.items():
        print(f"{name}: {figure}")
    warm, peer = figures["warm"], figures["bare"]
    assert isinstance(warm, dict)
    assert isinstance(peer, dict)
    ratio = round(warm["p50_ms"] / peer["p50_ms"], 1)
    print(json.dumps({"benchmark": "partners", "ratio": ratio, "companies": count, **figures}))


if __name__ == "__main__":
    main()
