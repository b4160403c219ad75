"""Processes that are killed (SIGKILL) while they load into the ledger and while they project it into Neo4j.

    python benchmarks/kills.py --neo4j URL [--loads 100] [--projections 50] [--ledger URL] [--small]

`--neo4j`: a server whose graph may be thrown away. `--ledger`: an empty ledger, else a SQLite file of its own.
`--small`: 10 loads and 5 projections. Each process dies at a moment drawn between its first word and its expected end.

After each killed load: its load is whole or absent; the view in memory that was kept all along, one built anew and the
one in Neo4j answer alike. After each killed projection: the next one goes on, and what stands in the graph is, property
by property, the graph of a rebuild; the same once more after all loads. The first difference ends the run with exit
code 1. Who ended before the signal came does not count. The last line is JSON: how many were killed and how many had
ended before, how many loads were found whole and how many absent, how many graphs unfinished; `ratio`: those that left
everything right, of all (goal: 1).
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from neo4j import GraphDatabase

from graph import neo4j_projection
from graph.ledger import Ledger, LoadRequest, SourceFileInfo
from graph.memory_build import MemoryViews, build
from graph.neo4j_projection import Projection
from graph.neo4j_server import Address, Server
from graph.neo4j_views import Neo4jViews
from graph.ontology import Product, Ref, UpstreamOf
from graph.view import View

COUNT = 400  # products of a load, with a link from each to another
BATCH = 100  # rows of a transaction in a projection that is killed: eight or more of them for each load
ROUNDS = 3  # loads in the ledger whose projection is killed
SEED = 20261124
DATASET = "killed"


# --- the processes that are killed ------------------------------------------------------------------------------------


def load(url: str, round_: int) -> None:
    """A snapshot in which every product has a name of this round, and every link another end than before."""
    with closing(Ledger.open(url)) as ledger, ledger.staging() as staging:
        print("begun", flush=True)
        for number in range(COUNT):
            staging.add(Product(key=f"p{number}", name=f"round {round_}"), 0, number + 1)
            ends = Ref("Product", f"p{number}"), Ref("Product", f"p{(number + 1 + round_) % COUNT}")
            staging.add(UpstreamOf(from_ref=ends[0], to_ref=ends[1]), 0, number + 1)
        file = SourceFileInfo("rows", "0" * 64, 1, COUNT)
        staging.commit(LoadRequest(DATASET, "toy", "样例", "snapshot", [file], datetime.now()), yes=True)
    print("ended", flush=True)


def project(url: str, neo4j: str) -> None:
    """A rebuild in small transactions."""
    neo4j_projection.BATCH = BATCH
    with closing(Ledger.open(url)) as ledger, closing(Server.open(neo4j)) as server:
        print("begun", flush=True)
        Projection(ledger, server).rebuild()
    print("ended", flush=True)


class Victims:
    """Runs such processes and kills each at a moment drawn from how long the last ones took."""

    def __init__(self, *arguments: object) -> None:
        self._arguments = [str(each) for each in arguments]
        self._drawn = random.Random(SEED)
        self._seconds = self._left_alone()
        self.killed = self.ended = 0

    def rounds(self, count: int) -> Iterator[int]:
        """Numbers from 1, until so many were killed before their end."""
        while self.killed < count:
            yield self.killed + self.ended + 1

    def run(self, *more: object) -> None:
        """Run one and kill it."""
        with self._begun(*more) as process:
            time.sleep(self._drawn.uniform(0, self._seconds))
            os.kill(process.pid, signal.SIGKILL)
            assert process.stdout is not None
            killed = process.stdout.readline() != "ended\n"
        self.killed += killed
        self.ended += not killed
        self._seconds *= 1.1 if killed else 0.7  # the server grows warm, the machine busy

    def _left_alone(self) -> float:
        with self._begun("0") as process:
            began = time.monotonic()
            assert process.stdout is not None
            assert process.stdout.readline() == "ended\n"
            return time.monotonic() - began

    @contextmanager
    def _begun(self, *more: object) -> "Iterator[subprocess.Popen[str]]":
        command = [sys.executable, __file__, *self._arguments, *map(str, more)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "begun\n"
            yield process


# --- what has to be right afterwards ----------------------------------------------------------------------------------


class Broken(Exception):
    """Something was lost, half-written or different."""


def told(view: View) -> list[Any]:
    """All that the loads of this run put into a view."""
    products = view.all_of("Product")
    links = view.links("UpstreamOf", products, "out", on=None)
    evidence = [(each.from_ref, each.to_ref, each.source) for each in view.evidences("UpstreamOf", links.link.tolist())]
    return [view.position, list(view.datasets), list(view.entities("Product")), evidence]


def round_in(view: View) -> int:
    """Which round's load the view holds in whole. Raises Broken when it holds parts of several."""
    names = {entity.name for entity in view.entities("Product")}
    links = view.links("UpstreamOf", view.all_of("Product"), "out", on=None)
    if len(names) != 1 or len(view.all_of("Product")) != COUNT or len(links) != COUNT:
        raise Broken(f"half a load: {len(view.all_of('Product'))} products of {sorted(names)}, {len(links)} links")
    return int(names.pop().removeprefix("round "))


def dump(address: str) -> list[str]:
    """All that stands in a graph, but how far it is and who wrote it."""
    at = Address.read(address)
    auth = None if at.user is None else (at.user, at.password or "")
    asked = (
        "MATCH (n) WHERE NOT n:Applied RETURN labels(n), properties(n)",
        "MATCH (a)-[r]->(b) RETURN type(r), properties(r), properties(a), properties(b)",
    )
    with GraphDatabase.driver(at.uri, auth=auth) as driver, driver.session(database=at.database) as session:
        return sorted(repr(row) for query in asked for row in session.run(query).values())


def require(equal: bool, what: str) -> None:
    if not equal:
        raise Broken(what)


# --- the two runs -----------------------------------------------------------------------------------------------------


def killed_loads(ledger: Ledger, neo4j: str, count: int) -> dict[str, Any]:
    """Kill loads until `count` died before their end; after each, ask all three views."""
    victims, found = Victims("load", ledger.url), Counter[str]()
    with closing(Server.open(neo4j)) as server:
        kept, projection = MemoryViews(ledger), Projection(ledger, server)
        projection.rebuild()
        graph = Neo4jViews(ledger, server)
        held = round_in(kept.newest())
        for round_ in victims.rounds(count):
            victims.run(round_)
            now = round_in(kept.newest())
            require(now in (held, round_), f"after the kill of round {round_} the view holds round {now}, not {held}")
            found["whole" if now == round_ else "absent"] += 1
            held = now
            require(len(ledger.loads()) == ledger.position(), "a load without its position, or the other way round")
            projection.catch_up()
            answers = [told(view) for view in (kept.newest(), build(ledger), graph.newest())]
            require(answers[0] == answers[1], "the view that was kept differs from one that is built anew")
            require(answers[2] == answers[1], "the view in Neo4j differs from the one in memory")
            print(f"load {round_}: {'whole' if now == round_ else 'absent'}", flush=True)
        stepwise = dump(neo4j)
        projection.rebuild()
        require(dump(neo4j) == stepwise, "the graph that was brought forward differs from a rebuilt one")
    return {"killed": victims.killed, "ended": victims.ended, **found}


def killed_projections(url: str, neo4j: str, count: int) -> dict[str, Any]:
    """Kill rebuilds of a few loads until `count` died before their end; after each, let the next one go on."""
    for round_ in range(ROUNDS):
        load(url, round_)
    with closing(Ledger.open(url)) as ledger, closing(Server.open(neo4j)) as server:
        projection = Projection(ledger, server)
        projection.rebuild()
        right, newest = dump(neo4j), told(build(ledger))
        victims, unfinished = Victims("project", ledger.url, neo4j), 0
        for round_ in victims.rounds(count):
            victims.run()
            applied = neo4j_projection.applied(server)
            unfinished += applied is None or applied.position != ledger.position()
            projection.catch_up()
            require(dump(neo4j) == right, "the graph that the next projection finished differs from a rebuilt one")
            require(told(Neo4jViews(ledger, server).newest()) == newest, "the view in Neo4j differs from a fresh one")
            print(f"projection {round_}: goes on from {applied and applied.position}", flush=True)
    return {"killed": victims.killed, "ended": victims.ended, "unfinished": unfinished}


def measured(folder: Path, given: argparse.Namespace) -> dict[str, Any]:
    loads, projections = given.loads or (10 if given.small else 100), given.projections or (5 if given.small else 50)
    began = time.monotonic()
    with closing(Ledger.open(given.ledger or f"sqlite:///{folder / 'loaded.db'}")) as ledger:
        found = killed_loads(ledger, given.neo4j, loads)
    projected = killed_projections(f"sqlite:///{folder / 'projected.db'}", given.neo4j, projections)
    return {"load": found, "projection": projected, "seconds": round(time.monotonic() - began)}


def main() -> None:
    if sys.argv[1] == "load":
        return load(sys.argv[2], int(sys.argv[3]))
    if sys.argv[1] == "project":
        return project(sys.argv[2], sys.argv[3])
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--neo4j", required=True)
    parser.add_argument("--ledger")
    parser.add_argument("--loads", type=int)
    parser.add_argument("--projections", type=int)
    parser.add_argument("--small", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        try:
            figures = measured(Path(folder), given)
        except Broken as error:
            sys.exit(str(error))
    print(json.dumps({"benchmark": "kills", "ratio": 1.0, "goal": 1.0, **figures}))
    return None


if __name__ == "__main__":
    main()
