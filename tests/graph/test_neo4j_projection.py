"""Projecting into Neo4j: killed, overtaken, cut off, or over another ledger, nothing is lost and it says what to do."""

import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from graph.ledger import Ledger
from graph.ledger.merge import Decision, Judgement
from graph.memory_build import build
from graph.neo4j_projection import Projection, applied, checked
from graph.neo4j_server import Address, Server
from graph.neo4j_views import Neo4jViews
from graph.ontology import LINK_TYPES, RECORD_TYPES, Enterprise, Makes, Product, Ref, Supplies, link_name
from lianxin.errors import Conflict, LianxinError, NotKnown, StoreUnavailable, ViewMismatch

Neo4jServer = Any
Put = Callable[..., Any]
SMALL_BATCHES = """
import sys
from graph import neo4j_projection
from graph.ledger import Ledger
from graph.neo4j_server import Server
neo4j_projection.BATCH = 40
ledger, server = Ledger.open(sys.argv[1]), Server.open(sys.argv[2])
neo4j_projection.Projection(ledger, server).catch_up(lambda done, total: print(done, flush=True))
"""


@pytest.fixture
def server(empty_neo4j: Neo4jServer) -> Iterator[Server]:
    with closing(Server.open(empty_neo4j.url)) as opened:
        yield opened


def firm(number: int, **more: Any) -> Enterprise:
    return Enterprise(key=f"f{number}", name=f"临平{number}号厂", **more)


def makes(number: int, product: int, **more: Any) -> Makes:
    return Makes(from_ref=Ref("Enterprise", f"f{number}"), to_ref=Ref("Product", f"p{product}"), **more)


def supplies(a: int, b: int, **more: Any) -> Supplies:
    return Supplies(from_ref=Ref("Enterprise", f"f{a}"), to_ref=Ref("Enterprise", f"f{b}"), **more)


@pytest.fixture
def history(tmp_ledger: Ledger, put: Put) -> Ledger:
    """Loads, a retraction, an undo and a merge over a few hundred records."""
    firms, products = range(150), range(100)
    whole = [*([firm(n)] for n in firms), *([Product(key=f"p{n}")] for n in products)]
    whole += [[makes(n, (n * 7) % 100, share=0.25), makes(n, (n * 3) % 100)] for n in firms]
    whole += [[supplies(n, (n + 1) % 150, valid_from=date(2026, 1, 1))] for n in firms]
    put(tmp_ledger, whole)
    put(tmp_ledger, [[firm(n, division="330113")] for n in range(0, 150, 2)], "register", trust=60)
    put(tmp_ledger, [row for number, row in enumerate(whole) if number < 250 or number % 9])
    tmp_ledger.decide(Decision(Ref("Enterprise", "f1"), Ref("Enterprise", "f2"), Judgement.SAME, "r", "w"))
    last = put(tmp_ledger, [[firm(n, division="330110")] for n in range(60)], "register", trust=60)
    tmp_ledger.undo(last.load)
    return tmp_ledger


def dump(neo4j: Neo4jServer) -> list[Any]:
    """All that stands in the graph, but who wrote it."""
    nodes = "MATCH (n) WHERE NOT n:Applied RETURN labels(n), properties(n)"
    links = "MATCH (a)-[r]->(b) RETURN type(r), properties(r), properties(a), properties(b)"
    return sorted(repr(row) for query in (nodes, links) for row in neo4j.run(query))


# --- what is declared -------------------------------------------------------------------------------------------------


def test_every_declared_type_has_its_constraint(server: Server, history: Ledger, empty_neo4j: Neo4jServer) -> None:
    Projection(history, server).catch_up()
    rows = empty_neo4j.run(
        "SHOW CONSTRAINTS YIELD type, labelsOrTypes, properties RETURN labelsOrTypes[0], properties[0]"
    )
    found = {tuple(row) for row in rows}
    assert {(name, "key") for name in RECORD_TYPES} <= found
    assert {(link_name(name), "version") for name in LINK_TYPES} <= found
    assert ("Record", "handle") in found


def test_no_label_of_ours_is_the_name_of_a_record_type() -> None:
    assert not {"Record", "File", "Load", "Dataset", "Applied"} & set(RECORD_TYPES)


def test_a_rebuild_leaves_what_is_not_ours(server: Server, history: Ledger, empty_neo4j: Neo4jServer) -> None:
    empty_neo4j.run("CREATE (:Somebody {name: 'else'})")
    for _ in range(2):
        assert Projection(history, server).rebuild() == history.position()
    assert empty_neo4j.run("MATCH (n:Somebody) RETURN n.name") == [["else"]]
    assert empty_neo4j.run("MATCH (n:Enterprise) RETURN count(*)") == [[150]]


# --- killed, overtaken, cut off ---------------------------------------------------------------------------------------


def test_position_by_position_gives_the_graph_of_a_rebuild(
    server: Server, tmp_ledger: Ledger, put: Put, empty_neo4j: Neo4jServer
) -> None:
    projection = Projection(tmp_ledger, server)
    for rows in ([[firm(1)], [firm(2)], [supplies(1, 2)]], [[firm(1)], [firm(2)]], [[firm(1)]]):
        put(tmp_ledger, rows)
        projection.catch_up()
    stepwise = dump(empty_neo4j)
    projection.rebuild()
    assert dump(empty_neo4j) == stepwise


def test_killed_at_any_point_it_goes_on_and_the_graph_is_that_of_a_rebuild(
    server: Server, history: Ledger, empty_neo4j: Neo4jServer
) -> None:
    drawn, cut = random.Random(5), 0
    for _ in range(5):
        command = [sys.executable, "-c", SMALL_BATCHES, history.url, empty_neo4j.url]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            for _ in range(drawn.randint(1, 5)):
                child.stdout.readline()
            time.sleep(drawn.random() * 0.05)  # between two transactions, or within one
            child.kill()
        found = applied(server)
        cut += found is None or found.position != history.position()
    assert cut >= 3, "the kills came too late to prove anything"
    Projection(history, server).catch_up()
    resumed = dump(empty_neo4j)
    Projection(history, server).rebuild()
    assert dump(empty_neo4j) == resumed


def test_of_two_projections_the_earlier_one_stops_and_nothing_is_double(
    server: Server, history: Ledger, empty_neo4j: Neo4jServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graph.neo4j_projection.BATCH", 100)
    done = []

    def overtaken(_done: int, _total: int) -> None:
        if not done:
            done.append(Projection(history, server).catch_up())

    with pytest.raises(Conflict, match="another process"):
        Projection(history, server).catch_up(overtaken)
    assert done == [history.position()]
    graph = dump(empty_neo4j)
    Projection(history, server).rebuild()
    assert dump(empty_neo4j) == graph


def test_without_a_server_it_says_what_to_do_and_hides_the_password() -> None:
    began = time.monotonic()
    with pytest.raises(StoreUnavailable, match="Start Neo4j") as refused:
        Server.open("bolt://somebody:secret@127.0.0.1:9/")
    assert time.monotonic() - began < 10
    assert "LIANXIN_NEO4J" in refused.value.zh
    assert "secret" not in refused.value.en + refused.value.zh


@pytest.mark.parametrize("url", ["", "localhost:7687", "http://localhost:7474", "bolt://", "bolt://a:b@c:port"])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(StoreUnavailable, match="no address of a Neo4j server"):
        Server.open(url)


def test_an_address_with_all_its_parts() -> None:
    read = Address.read("neo4j+s://us%40er:p%3Aw@[::1]:7000/graph")
    assert (read.uri, read.user, read.password, read.database) == ("neo4j+s://[::1]:7000", "us@er", "p:w", "graph")
    assert Address.read("bolt://host").uri == "bolt://host:7687"


def test_a_server_that_stops_in_the_middle_loses_nothing(
    empty_neo4j: Neo4jServer, history: Ledger, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graph.neo4j_projection.BATCH", 100)
    with closing(Server.open(empty_neo4j.url)) as server:
        views, projection = Neo4jViews(history, server), Projection(history, server)
        with pytest.raises(StoreUnavailable, match="does not answer"):
            projection.catch_up(lambda *done: empty_neo4j.stop() if done[0] > 300 else None)
        try:
            with pytest.raises(StoreUnavailable, match="Nothing is lost"):
                views.newest()
            put(history, [[firm(900)]], "later")  # the ledger goes on
        finally:
            empty_neo4j.start()
        assert projection.catch_up() == history.position()
        after = dump(empty_neo4j)
        projection.rebuild()
        assert dump(empty_neo4j) == after
        assert views.newest().handle(Ref("Enterprise", "f900")) is not None


# --- another ledger ---------------------------------------------------------------------------------------------------


def test_a_graph_ahead_of_a_restored_ledger_is_named_and_rebuilt(
    server: Server, tmp_ledger: Ledger, put: Put, tmp_path: Path
) -> None:
    from graph.ledger.backup import backup, restore

    put(tmp_ledger, [[firm(1)]])
    backup(tmp_ledger, tmp_path / "copy.db", lambda *_: None)
    put(tmp_ledger, [[firm(1)], [firm(2)]])
    projection, views = Projection(tmp_ledger, server), Neo4jViews(tmp_ledger, server)
    projection.catch_up()
    assert views.newest().position == 2
    restore(tmp_path / "copy.db", tmp_ledger, lambda *_: None, yes=True)
    for ask in (views.newest, projection.catch_up, lambda: checked(tmp_ledger, server)):
        with pytest.raises(ViewMismatch, match="lianxin view rebuild") as refused:
            ask()
        assert (refused.value.applied, refused.value.newest) == (2, 1)
    put(tmp_ledger, [[firm(1)], [firm(3)]])  # as long as the graph again, and yet another history
    with pytest.raises(ViewMismatch):
        views.newest()
    projection.rebuild()
    assert views.newest().handle(Ref("Enterprise", "f2")) is None
    assert views.newest().handle(Ref("Enterprise", "f3")) is not None


def test_a_graph_that_is_not_built_says_so(server: Server, history: Ledger) -> None:
    views = Neo4jViews(history, server)
    with pytest.raises(StoreUnavailable, match="lianxin view rebuild"):
        views.newest()
    Projection(history, server).catch_up()
    assert views.newest().position == history.position()


def test_a_position_to_come_is_not_known_and_one_not_reached_is_waited_for(
    server: Server, history: Ledger, put: Put
) -> None:
    Projection(history, server).catch_up()
    views, reached = Neo4jViews(history, server), history.position()
    put(history, [[firm(900)]], "later")
    assert views.newest().position == reached
    for position in (-1, reached + 2):
        with pytest.raises(NotKnown):
            views.at(position)
    with pytest.raises(StoreUnavailable, match="caught up"):
        views.at(reached + 1)


def test_a_view_follows_its_ledger(empty_neo4j: Neo4jServer, history: Ledger, put: Put) -> None:
    troubles: list[LianxinError] = []
    with closing(Neo4jViews(history, Server.open(empty_neo4j.url))) as views:
        views.follow(troubles.append)
        for number in (900, 901):
            put(history, [[firm(number)]], f"later {number}")
            end = time.monotonic() + 60
            while _position(views) != history.position():
                assert time.monotonic() < end
                time.sleep(0.05)
            assert views.newest().handle(Ref("Enterprise", f"f{number}")) is not None
    assert troubles == []
    assert len(build(history).all_of("Enterprise")) == 151


def _position(views: Neo4jViews) -> int:
    try:
        return views.newest().position
    except StoreUnavailable:  # not built yet
        return -1
