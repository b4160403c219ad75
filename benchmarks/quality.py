"""Quality of the supplier ranking on the development split, beside popularity, text similarity and PageRank.

    python benchmarks/quality.py [--data FOLDER] [--small]

Hidden product links have to be found again: Hits@10 as mean over a hidden link's company pairs, then over links, since
41 % of the pairs hang on one link. The last line is JSON: `ratio` = ours / popularity (goal: above 1, ours from .15).
`--small` hides links of the demo district instead, whose figures say nothing: it only shows that the measuring works.
"""

import json
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import numpy as np

from graph.ledger import Ledger
from graph.matching.facts import product_graph
from graph.memory_build import build
from graph.view import View
from loaders.formats import FORMATS
from loaders.run import run_load
from services.demo import write_demo
from services.quality import OURS, PairFile, measure

ON = date(2026, 11, 20)
DATA = Path("../shared/data/chain_cn")
SPLIT = ("dev_partner_truth.tsv", "dev_partner_known.tsv", "dev_hidden_edges.tsv")
SMALL_HIDDEN = 8  # links of the demo that are hidden


def split_of(view: View, folder: Path) -> list[PairFile]:
    """A split of a small graph: some links with two sold ends are hidden, pairs by the other links are known."""
    graph = product_graph(view, ON)
    edges = [(p, q) for p, materials in sorted(graph.materials.items()) for q in sorted(materials)]
    sold = [(p, q) for p, q in edges if graph.sellers[p] and graph.sellers[q]]
    hidden = sold[:: max(len(sold) // SMALL_HIDDEN, 1)][:SMALL_HIDDEN]
    sellers = {x: set(graph.sales_of(np.array([x], np.int64)).other.tolist()) for edge in sold for x in edge}

    def pairs(chosen: list[tuple[int, int]]) -> set[tuple[int, int]]:
        return {(a, b) for p, q in chosen for a in sellers[p] for b in sellers[q] if a != b}

    known = pairs([edge for edge in sold if edge not in set(hidden)])
    tables = (pairs(hidden) - known, known, hidden)
    for name, table in zip(SPLIT, tables, strict=True):
        lines = (f"{view.ref(a).key}\t{view.ref(b).key}\n" for a, b in sorted(table))
        (folder / name).write_text("".join(lines), encoding="utf-8")
    return [PairFile.read(folder / name) for name in SPLIT]


def main() -> None:
    arguments = sys.argv[1:]
    small = "--small" in arguments
    data = Path(arguments[arguments.index("--data") + 1]) if "--data" in arguments else DATA
    with tempfile.TemporaryDirectory() as scratch:
        ledger = Ledger.open(f"sqlite:///{Path(scratch, 'ledger.db')}")
        if small:
            data = Path(scratch, "demo")
            write_demo(data)
        run_load(ledger, FORMATS["demo-district" if small else "chain-cn"], [data])
        view = build(ledger)
        truth, known, hidden = split_of(view, data) if small else [PairFile.read(data / name) for name in SPLIT]
        began = time.perf_counter()
        found = measure(view, truth, known, hidden, on=ON)
        seconds = time.perf_counter() - began
    for name, figures in found.methods.items():
        print(f"{name}: {figures}")
    print(f"{found.pairs} pairs of {found.companies} companies, {found.edges} hidden links, {seconds:.1f} s")
    ours, popularity = (found.methods[name].edge_hits_10 for name in (OURS, "popularity"))
    ratio = round(ours / popularity, 2) if popularity else None
    print(json.dumps({"benchmark": "quality", "ratio": ratio, "ours": ours, "goal": 0.15, **found.as_json()}))


if __name__ == "__main__":
    main()
