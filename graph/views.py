"""Which view answers: the graph in memory, or the one in Neo4j where a server is named."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

from graph.ledger import Ledger
from graph.view import View, Views
from lianxin.errors import LianxinError


def open_views(ledger: Ledger, neo4j: str | None, trouble: Callable[[LianxinError], None]) -> Views:
    """The states of a ledger's graph, kept up to the ledger; `trouble` is told what keeps them from that.

    Raises StoreUnavailable when the server does not answer.
    """
    if neo4j is None:
        from graph.memory_build import MemoryViews

        return MemoryViews(ledger)
    from graph.neo4j_server import Server  # here: who answers from memory does not wait for the driver
    from graph.neo4j_views import Neo4jViews

    views = Neo4jViews(ledger, Server.open(neo4j))
    views.follow(trouble)
    return views


@contextmanager
def one_state(ledger: Ledger, neo4j: str | None, known_at: int | None = None) -> Iterator[View]:
    """One state for one command, the newest unless a position is named. Raises NotKnown for a position to come."""
    if neo4j is None:
        from graph.memory_build import build

        yield build(ledger, known_at)
        return
    from graph.neo4j_server import Server
    from graph.neo4j_views import Neo4jViews

    with closing(Neo4jViews(ledger, Server.open(neo4j))) as views:
        yield views.newest() if known_at is None else views.at(known_at)
