"""A synthetic graph of a million enterprises: loading it, building the view of it, and asking it for partners.

    python benchmarks/million.py [--small] [--enterprises N] [--neo4j-lib FOLDER] [--keep FOLDER]

The graph: N enterprises, N/10 products and 5 N links (two fifths sales, one fifth product to product, two fifths
supplies) with skewed degrees: what many sell goes into many products. It comes from one seed (合成数据) and is held in
no file. Each part runs in a process of its own, so that each has its own peak of memory:

load    the statements, read from a file, go through the staging of a load; the bare side inserts the ready-made rows
        with `executemany` (fetched piece by piece, only the inserting is timed). Goal: at least half as fast.
        `memory`: peak of the whole load / peak of a tenth of it. Goal: below 1.2.
view    `build` from the ledger. Goals: 60 s, 4 GB, 40 bytes a link.
query   partners of an enterprise: what it sells → what goes into that → who sells that, a noisy-or, the best 20 with
        their keys. Beside it a bare gather of the same visited links with their count (goal: its p99 within 3 times),
        and the whole HTTP answer of `/api/partners`, which also estimates needs, scores, evidence and credit.
neo4j   the same question as one Cypher statement over Bolt, on a server of its own with the same graph (bulk import);
        only with `--neo4j-lib`, the folder of the server's jars. Goal: at least 80 times our p50. The answers of both
        are compared.

The last line is JSON: `ratio` = our load / the bare load, `neo4j_ratio` = p50 of Neo4j / our p50.
"""

import argparse
import json
import os
import random
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, redirect_stderr
from datetime import date
from io import StringIO
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from typing import Any

import numpy as np

from graph.ledger import Ledger, LoadRequest, SourceFileInfo
from graph.memory_build import build
from graph.memory_view import MemoryView
from graph.ontology import Basis, Enterprise, Link, Makes, Product, Record, Ref, Supplies, UpstreamOf
from lianxin.clock import utc_now

MILLION, SMALL = 1_000_000, 3_000
SEED = 20261120
ON = date(2026, 11, 20)
SKEW = 0.7  # Zipf exponent over all ranks; in chain_cn .69 for the sellers of a product, .78 for the uses of a material
QUESTIONS, TOP = 400, 20
CHUNK = 20_000
SUPPLIED = date(2020, 1, 1)  # from when on every supply holds
FORMS = {
    "Makes": ("E{:07d}", "P{:06d}"),
    "UpstreamOf": ("P{:06d}", "P{:06d}"),
    "Supplies": ("E{:07d}", "E{:07d}"),
}
CHARACTERS = "钢铝铜锂硅镍钴钛碳氟胶膜管板丝棒箔泵阀轴齿模芯片柜箱线缆机床炉塔罐槽轮簧架座壳盖环圈针销键"
TABLES = ("dataset", "load", "load_file", "record", "record_version", "link_version", "position")


# --- the graph --------------------------------------------------------------------------------------------------------


def ends(enterprises: int) -> dict[str, tuple[Any, Any]]:
    """Link type → numbers of its two ends, each pair once."""
    draw = np.random.default_rng(SEED)
    products = enterprises // 10

    def some(among: int, count: int) -> Any:
        return draw.integers(0, among, count)

    def skewed(order: Any, count: int) -> Any:
        reached = np.cumsum(np.arange(1, len(order) + 1) ** -SKEW)
        return order[np.searchsorted(reached, draw.random(count) * reached[-1])]

    def pairs(first: Any, second: Any, among: int) -> tuple[Any, Any]:
        both = np.unique(first * among + second)
        return both // among, both % among

    sought = draw.permutation(products)  # what many sell, many need
    known = draw.permutation(enterprises)
    return {
        "Makes": pairs(some(enterprises, 2 * enterprises), skewed(sought, 2 * enterprises), products),
        "UpstreamOf": pairs(skewed(sought, enterprises), some(products, enterprises), products),
        "Supplies": pairs(some(enterprises, 2 * enterprises), skewed(known, 2 * enterprises), enterprises),
    }


def write(folder: Path, enterprises: int) -> dict[str, Any]:
    """The graph as lines of one file, so that a load reads it piece by piece: kind, then keys or names."""
    named, linked, rows = random.Random(SEED), ends(enterprises), 0
    with (folder / "graph.tsv").open("w", encoding="utf-8") as file:
        for n in range(enterprises):
            rows += file.write(f"Enterprise\tE{n:07d}\t{''.join(named.choices(CHARACTERS, k=4))}（示例）有限公司\n") > 0
        for n in range(enterprises // 10):
            rows += file.write(f"Product\tP{n:06d}\t{''.join(named.choices(CHARACTERS, k=5))}\n") > 0
        for kind, (one, other) in linked.items():
            first, second = FORMS[kind]
            for a, b in zip(one, other, strict=True):
                rows += file.write(f"{kind}\t{first.format(a)}\t{second.format(b)}\n") > 0
    return {"rows": rows}


def statements(file: Path) -> Iterator[Record | Link]:
    """The records, then the links, as a loader gives them."""
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            kind, one, other = line.rstrip("\n").split("\t")
            yield _MADE[kind](one, other)


_MADE: dict[str, Callable[[str, str], Record | Link]] = {
    "Enterprise": lambda key, name: Enterprise(key=key, name=name, division="330113"),
    "Product": lambda key, name: Product(key=key, name=name),
    "Makes": lambda a, b: Makes(from_ref=Ref("Enterprise", a), to_ref=Ref("Product", b), share=0.5),
    "UpstreamOf": lambda a, b: UpstreamOf(from_ref=Ref("Product", a), to_ref=Ref("Product", b)),
    "Supplies": lambda a, b: Supplies(
        from_ref=Ref("Enterprise", a), to_ref=Ref("Enterprise", b), basis=Basis.CLAIMED, valid_from=SUPPLIED
    ),
}


# --- loading ----------------------------------------------------------------------------------------------------------


def load(folder: Path) -> dict[str, Any]:
    with closing(Ledger.open(f"sqlite:///{folder / 'ledger.db'}")) as ledger:
        began, row = time.perf_counter(), 0
        with ledger.staging() as staging:
            for row, statement in enumerate(statements(folder / "graph.tsv"), start=1):
                staging.add(statement, 0, row)
            file = SourceFileInfo("synthetic", "0" * 64, 0, row)
            started = utc_now()
            staging.commit(LoadRequest("million", "synthetic", "合成数据", "snapshot", [file], started, synthetic=True))
        return {"rows": row, "seconds": time.perf_counter() - began}


def bare(folder: Path) -> dict[str, Any]:
    """The rows of the loaded ledger once more, into an empty one with the same indexes, triggers and durability."""
    target = folder / "bare.db"
    Ledger.open(f"sqlite:///{target}").close()
    source, seconds = sqlite3.connect(folder / "ledger.db"), 0.0
    connection = sqlite3.connect(target, isolation_level=None)
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("BEGIN IMMEDIATE")
    for table in TABLES:
        cursor = source.execute(f"SELECT * FROM {table}")
        while rows := cursor.fetchmany(CHUNK):
            marks = ", ".join("?" * len(rows[0]))
            began = time.perf_counter()
            connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
            seconds += time.perf_counter() - began
    began = time.perf_counter()
    connection.execute("COMMIT")
    seconds += time.perf_counter() - began
    connection.close()
    target.unlink()
    return {"seconds": seconds}


# --- asking -----------------------------------------------------------------------------------------------------------


def partners(view: MemoryView, company: int) -> list[tuple[str, float]]:
    """The best 20 who sell what goes into what the company sells: (key, score), by score, then key."""
    products = view.links("Makes", [company], "out", on=ON).other
    materials = np.unique(view.links("UpstreamOf", products, "in", on=ON).other)
    sellers = view.links("Makes", materials, "in", on=ON)
    of_each = np.bincount(sellers.origin, minlength=len(materials))
    doubt = np.log1p(-1 / (1 + np.maximum(of_each, 1)))
    companies, doubts = added_up(sellers.other, sellers.origin, doubt)
    doubts[companies == company] = 0
    if len(doubts) > TOP:  # all that are as good as the twentieth, so that keys decide among equals
        best = doubts <= np.partition(doubts, TOP)[TOP - 1] + 1e-8
        companies, doubts = companies[best], doubts[best]
    score = np.round(-np.expm1(doubts), 9)
    order = np.lexsort((view.key_ranks(companies), -score))[:TOP]
    found = zip(companies[order].tolist(), score[order].tolist(), strict=True)
    return [(view.ref(company).key, s) for company, s in found if s > 0]


def added_up(companies: Any, origins: Any, values: Any) -> tuple[Any, Any]:
    """Each company once with the sum of the values of its origins. Company and origin are sorted as one number."""
    pairs = np.sort(companies << 32 | origins)
    company = pairs >> 32
    first = np.flatnonzero(np.diff(company, prepend=-1))
    return company[first], np.add.reduceat(values[pairs & 0xFFFFFFFF], first) if len(first) else first


def visited(view: MemoryView, company: int) -> list[tuple[Any, Any]]:
    """The links that the question goes along: (other ends of a table, places in them), for the bare gather."""
    makes, upstream = view.layers["Makes"][0].table, view.layers["UpstreamOf"][0].table
    first = makes.places(np.array([company]), "out")[1]
    second = upstream.places(makes.to[first].astype(np.int64), "in")[1]
    third = makes.places(np.unique(upstream.in_from[second]).astype(np.int64), "in")[1]
    return [(makes.to, first), (upstream.in_from, second), (makes.in_from, third)]


def gather(links: Sequence[tuple[Any, Any]], among: int) -> int:
    *_, sellers = (ends[places] for ends, places in links)
    if 30 * len(sellers) < among:
        return len(np.unique(sellers, return_counts=True)[0])
    return int(np.count_nonzero(np.bincount(sellers, minlength=among)))


def timed(ask: Callable[[Any], object], questions: Sequence[Any]) -> dict[str, float]:
    taken = []
    for question in questions:
        began = time.perf_counter()
        ask(question)
        taken.append(1000 * (time.perf_counter() - began))
    return {f"p{p}_ms": round(float(np.percentile(taken, p)), 3) for p in (50, 99)}


def view_figures(folder: Path, neo4j_lib: str | None) -> dict[str, Any]:
    with closing(Ledger.open(f"sqlite:///{folder / 'ledger.db'}")) as ledger:
        began = time.perf_counter()
        view = build(ledger)
        seconds, peak = time.perf_counter() - began, peak_mb()
        links, size = view.link_bytes
        drawn = random.Random(SEED).sample(view.all_of("Enterprise").tolist(), QUESTIONS)
        companies = [c for c in drawn if len(view.links("Makes", [c], "out", on=ON))]
        among = len(view.records.keys)
        gathers = [visited(view, company) for company in companies]
        timed(lambda c: partners(view, c), companies[:20])
        figures: dict[str, Any] = {
            "view": {
                "seconds": round(seconds, 1),
                "peak_mb": peak,
                "links": links,
                "bytes_a_link": round(size / links, 1),
            },
            "visited": {
                f"p{p}": int(np.percentile([sum(len(at) for _, at in each) for each in gathers], p)) for p in (50, 99)
            },
            "query": timed(lambda c: partners(view, c), companies),
            "gather": timed(lambda each: gather(each, among), gathers),
        }
        keys = [view.ref(company).key for company in companies]
        if neo4j_lib is not None:
            figures["neo4j"] = neo4j_figures(folder, Path(neo4j_lib), keys, [partners(view, c) for c in companies])
        figures["http"] = http_figures(ledger, keys[:60])
    return figures


def http_figures(ledger: Ledger, keys: Sequence[str]) -> dict[str, Any]:
    from web import create_app

    began = time.perf_counter()
    client = create_app(ledger, today=lambda: ON).test_client()

    def ask(key: str) -> None:
        answer = client.get("/api/partners", query_string={"key": key, "relation": "supplier"})
        assert answer.status_code == 200, answer.text

    with redirect_stderr(StringIO()):  # where the log of requests goes
        ask(keys[0])
        first = time.perf_counter() - began
        return {"first_s": round(first, 1), "cold": timed(ask, keys[1:]), "warm": timed(ask, keys[1:])}


# --- the same question in Neo4j ---------------------------------------------------------------------------------------

CYPHER = """
MATCH (a:Enterprise {key: $key})-[k:Makes]->(:Product)<-[u:UpstreamOf]-(m:Product)
WHERE k.first <= $on AND $on <= k.last AND u.first <= $on AND $on <= u.last
WITH DISTINCT a, m
CALL (m) { MATCH (m)<-[k:Makes]-(:Enterprise) WHERE k.first <= $on AND $on <= k.last RETURN count(k) AS sellers }
WITH a, m, log(1.0 - 1.0 / (1 + sellers)) AS doubt
MATCH (m)<-[k:Makes]-(b:Enterprise)
WHERE k.first <= $on AND $on <= k.last AND b <> a
WITH b, sum(doubt) AS doubts
RETURN b.key AS key, round(1.0 - exp(doubts), 9) AS score ORDER BY score DESC, key LIMIT 20
"""
CONF = """server.bolt.listen_address=127.0.0.1:{port}
server.bolt.advertised_address=127.0.0.1:{port}
server.http.enabled=false
server.https.enabled=false
dbms.security.auth_enabled=false
dbms.usage_report.enabled=false
server.memory.pagecache.size=1g
db.tx_log.preallocate=false
internal.dbms.bolt.netty_server_shutdown_quiet_period=0
"""


def neo4j_figures(
    folder: Path, lib: Path, keys: Sequence[str], ours: Sequence[list[tuple[str, float]]]
) -> dict[str, Any]:
    with neo4j_server(folder / "neo4j", lib) as session:

        def ask(key: str) -> list[tuple[str, float]]:
            return [(row["key"], row["score"]) for row in session.run(CYPHER, key=key, on=ON.toordinal())]

        timed(ask, keys[:40])
        figures = timed(ask, keys)
        theirs = [ask(key) for key in keys]
    different = sum(not same(one, other) for one, other in zip(ours, theirs, strict=True))
    return {**figures, "different_answers": different}


def same(one: Sequence[tuple[str, float]], other: Sequence[tuple[str, float]]) -> bool:
    """Equal scores in order, and equal keys but among those that tie at the edge by rounding."""
    return len(one) == len(other) and all(abs(a[1] - b[1]) < 1e-6 for a, b in zip(one, other, strict=True))


@contextmanager
def neo4j_server(home: Path, lib: Path) -> Iterator[Any]:
    from neo4j import GraphDatabase
    from neo4j.exceptions import DriverError, ServiceUnavailable

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (home / "conf").mkdir(parents=True)
    (home / "conf" / "neo4j.conf").write_text(CONF.format(port=port))
    environment = {**os.environ, "NEO4J_HOME": str(home), "NEO4J_CONF": str(home / "conf")}
    files = [f"--nodes={label}={home.parent / label}.csv" for label in ("Enterprise", "Product")]
    files += [f"--relationships={kind}={home.parent / kind}.csv" for kind in ("Makes", "UpstreamOf", "Supplies")]
    tool = ["java", "-cp", f"{lib}/*", "org.neo4j.cli.AdminTool", "database", "import", "full", "neo4j"]
    subprocess.run(
        [*tool, "--id-type=integer", "--overwrite-destination=true", *files],
        env=environment,
        check=True,
        capture_output=True,
    )
    with (home / "console.log").open("wb") as log:
        server = subprocess.Popen(
            [
                "java",
                "-Xmx2g",
                "-cp",
                f"{lib}/*",
                "org.neo4j.server.CommunityEntryPoint",
                f"--home-dir={home}",
                f"--config-dir={home / 'conf'}",
                "--console-mode",
            ],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        with GraphDatabase.driver(f"bolt://127.0.0.1:{port}") as driver:
            end = time.monotonic() + 120
            while True:
                try:
                    driver.verify_connectivity()
                    break
                except (ServiceUnavailable, DriverError):
                    if time.monotonic() > end or server.poll() is not None:
                        raise RuntimeError((home / "console.log").read_text()[-2000:]) from None
                    time.sleep(0.3)
            with driver.session() as session:
                for label in ("Enterprise", "Product"):
                    session.run(f"CREATE CONSTRAINT FOR (n:{label}) REQUIRE n.key IS UNIQUE").consume()
                session.run("CALL db.awaitIndexes(300)").consume()
                yield session
    finally:
        server.terminate()
        server.wait(30)


def write_import(folder: Path, enterprises: int) -> None:
    """The files of the bulk import. Days as numbers, as the arrays of the view hold them."""
    numbers = {"Enterprise": range(enterprises), "Product": range(enterprises, enterprises + enterprises // 10)}
    for label, form in (("Enterprise", "E{:07d}"), ("Product", "P{:06d}")):
        with (folder / f"{label}.csv").open("w") as file:
            file.write(f"id:ID({label[0]}),key\n")
            file.writelines(f"{n},{form.format(i)}\n" for i, n in enumerate(numbers[label]))
    spaces = {"Makes": "EP", "UpstreamOf": "PP", "Supplies": "EE"}
    for kind, (first, second) in ends(enterprises).items():
        one, other = spaces[kind]
        shifted = [numbers["Enterprise" if s == "E" else "Product"].start for s in (one, other)]
        with (folder / f"{kind}.csv").open("w") as file:
            file.write(f":START_ID({one}),:END_ID({other}),first:int,last:int\n")
            begins = SUPPLIED.toordinal() if kind == "Supplies" else 0
            for a, b in zip((first + shifted[0]).tolist(), (second + shifted[1]).tolist(), strict=True):
                file.write(f"{a},{b},{begins},4000000\n")


# --- processes --------------------------------------------------------------------------------------------------------


def peak_mb() -> int:
    return getrusage(RUSAGE_SELF).ru_maxrss // 1024


def measured(*arguments: object) -> dict[str, Any]:
    """Run one part in a process of its own."""
    command = [sys.executable, __file__, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr[-3000:])
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    print(f"{arguments[1]}: {found}", flush=True)
    return found


def part(name: str, folder: Path, enterprises: int, neo4j_lib: str | None) -> dict[str, Any]:
    if name == "write":
        return write(folder, enterprises)
    if name == "load":
        return {**load(folder), "peak_mb": peak_mb()}
    if name == "bare":
        return bare(folder)
    return view_figures(folder, neo4j_lib)


def whole(folder: Path, enterprises: int, neo4j_lib: str | None) -> dict[str, Any]:
    tenth = folder / "tenth"
    tenth.mkdir()
    for folder_, count in ((tenth, enterprises // 10), (folder, enterprises)):
        measured("--part", "write", "--enterprises", count, "--keep", folder_)
    lesser = measured("--part", "load", "--enterprises", enterprises // 10, "--keep", tenth)
    shutil.rmtree(tenth)
    loaded = measured("--part", "load", "--enterprises", enterprises, "--keep", folder)
    peer = measured("--part", "bare", "--enterprises", enterprises, "--keep", folder)
    if neo4j_lib is not None:
        write_import(folder, enterprises)
    more = ["--neo4j-lib", neo4j_lib] if neo4j_lib is not None else []
    asked = measured("--part", "view", "--enterprises", enterprises, "--keep", folder, *more)
    figures = {
        "benchmark": "million",
        "ratio": round(peer["seconds"] / loaded["seconds"], 3),
        "goal": 0.5,
        "rows": loaded["rows"],
        "rows_per_s": round(loaded["rows"] / loaded["seconds"]),
        "memory_ratio": round(loaded["peak_mb"] / lesser["peak_mb"], 2),
        "p99_to_gather": round(asked["query"]["p99_ms"] / asked["gather"]["p99_ms"], 1),
        **asked,
    }
    if "neo4j" in asked:
        figures["neo4j_ratio"] = round(asked["neo4j"]["p50_ms"] / asked["query"]["p50_ms"], 1)
    else:
        print("Neo4j was not asked: give the folder of its jars with --neo4j-lib")
    return figures


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--enterprises", type=int)
    parser.add_argument("--neo4j-lib", default=os.environ.get("LIANXIN_NEO4J_LIB"))
    parser.add_argument("--keep")
    parser.add_argument("--part")
    given = parser.parse_args()
    enterprises = given.enterprises or (SMALL if given.small else MILLION)
    lib = None if given.small else given.neo4j_lib
    if given.part:
        print(json.dumps(part(given.part, Path(given.keep), enterprises, lib)))
        return
    with tempfile.TemporaryDirectory() as scratch:
        print(json.dumps(whole(Path(given.keep or scratch), enterprises, lib)))


if __name__ == "__main__":
    main()
