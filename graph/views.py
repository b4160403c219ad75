"""Which view answers: the graph in memory, or the one in Neo4j where a server is named."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime

from graph.ledger import Ledger, reading
from graph.view import View, Views
from lianxin.errors import LianxinError


@dataclass(frozen=True, slots=True)
class Lag:
    """落后 How far a state lies behind its ledger: how many positions, and since when (UTC)."""

    positions: int
    since: datetime


def lag(ledger: Ledger, view: View) -> Lag | None:
    """How far the newest state of a view lies behind the ledger, None where it does not."""
    with ledger.reading() as connection:
        positions = reading.newest_position(connection) - view.position
        since = reading.committed_at(connection, view.position + 1)
    return Lag(positions, since) if positions > 0 and since is not None else None


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
