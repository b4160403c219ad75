"""Full load of chain_cn and of the demo district, beside a bare `executemany` of the same ledger rows.

    python benchmarks/load.py [--data FOLDER] [--small]

The bare side gets the rows ready-made, in memory, and inserts them into an empty ledger with the same tables, indexes,
triggers and durability, in one transaction. Both sides run in a process of their own, in turn. The last line is JSON:
`ratio` = our rows a second / bare rows a second, both counted in source rows, of chain_cn and the demo loaded one after
the other (goal: at least a third); `slower`: that of the slower of the two alone. The demo alone is short of a third:
what a load does once (files, manifests, temporary tables, comparison) and checks of cells weigh more on 14,000 rows.
"""

import json
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from resource import RUSAGE_SELF, getrusage

from graph.ledger import Ledger
from loaders.formats import FORMATS
from loaders.run import run_load
from services.demo import write_demo

ROUNDS = 3
TABLES = ("dataset", "load", "load_file", "record", "record_version", "link_version", "position")


def ours(format_name: str, folder: Path, target: Path) -> dict[str, float]:
    ledger = Ledger.open(f"sqlite:///{target}")
    began = time.perf_counter()
    outcome = run_load(ledger, FORMATS[format_name], [folder])
    return {"seconds": time.perf_counter() - began, "rows": outcome.rows}


def bare(loaded: Path, target: Path) -> dict[str, float]:
    Ledger.open(f"sqlite:///{target}").close()
    source = sqlite3.connect(loaded)
    rows = {table: source.execute(f"SELECT * FROM {table}").fetchall() for table in TABLES}
    connection = sqlite3.connect(target, isolation_level=None)
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")
    began = time.perf_counter()
    connection.execute("BEGIN IMMEDIATE")
    for table, values in rows.items():
        if values:
            marks = ", ".join("?" * len(values[0]))
            connection.executemany(f"INSERT INTO {table} VALUES ({marks})", values)
    connection.execute("COMMIT")
    return {"seconds": time.perf_counter() - began}


def measured(*arguments: str) -> dict[str, float]:
    """Run one side in a process of its own; adds its peak memory in MB."""
    done = subprocess.run([sys.executable, __file__, *arguments], capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def compare(format_name: str, folder: Path, rounds: int) -> dict[str, float]:
    """Both sides in turn; the median of each and their ratio."""
    our_seconds, bare_seconds, peak, rows = [], [], 0.0, 0.0
    for round_ in range(rounds):
        with tempfile.TemporaryDirectory() as scratch:
            loaded, target = Path(scratch, "ours.db"), Path(scratch, "bare.db")
            side = measured("ours", format_name, str(folder), str(loaded))
            our_seconds.append(side["seconds"])
            rows, peak = side["rows"], max(peak, side["peak_mb"])
            bare_seconds.append(measured("bare", str(loaded), str(target))["seconds"])
        print(f"{format_name} round {round_ + 1}: ours {our_seconds[-1]:.2f} s, bare {bare_seconds[-1]:.2f} s")
    mine, theirs = sorted(our_seconds)[rounds // 2], sorted(bare_seconds)[rounds // 2]
    print(f"{format_name}: {rows:,.0f} rows, {rows / mine:,.0f} rows/s, peak {peak:.0f} MB, ratio {theirs / mine:.2f}")
    return {
        "rows": rows,
        "seconds": round(mine, 3),
        "bare_seconds": round(theirs, 3),
        "rows_per_s": round(rows / mine),
        "peak_mb": round(peak),
        "ratio": round(theirs / mine, 3),
    }


def main() -> None:
    arguments = sys.argv[1:]
    if arguments and arguments[0] in ("ours", "bare"):
        side = (
            ours(arguments[1], Path(arguments[2]), Path(arguments[3]))
            if arguments[0] == "ours"
            else bare(Path(arguments[1]), Path(arguments[2]))
        )
        print(json.dumps({**side, "peak_mb": getrusage(RUSAGE_SELF).ru_maxrss / 1024}))
        return
    small = "--small" in arguments
    data = Path(arguments[arguments.index("--data") + 1]) if "--data" in arguments else Path("../shared/data/chain_cn")
    figures = {}
    with tempfile.TemporaryDirectory() as scratch:
        write_demo(Path(scratch))
        figures["demo-district"] = compare("demo-district", Path(scratch), 1 if small else ROUNDS)
    if not small:
        figures["chain-cn"] = compare("chain-cn", data, ROUNDS)
    together = sum(f["bare_seconds"] for f in figures.values()) / sum(f["seconds"] for f in figures.values())
    slower = min(f["ratio"] for f in figures.values())
    print(json.dumps({"benchmark": "load", "ratio": round(together, 3), "slower": slower, "goal": 0.333, **figures}))


if __name__ == "__main__":
    main()
