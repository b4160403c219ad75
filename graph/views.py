"""Which view answers: the graph in memory, or the one in Neo4j where a server is named."""

from graph.ledger import Ledger
from graph.view import View, Views


def open_views(ledger: Ledger, neo4j: str | None) -> Views:
    """The states of a ledger's graph. Raises StoreUnavailable when the server does not answer."""
    if neo4j is None:
        from graph.memory_build import MemoryViews

        return MemoryViews(ledger)
    from graph.neo4j_server import Server  # here: who answers from memory does not wait for the driver
    from graph.neo4j_views import Neo4jViews

    return Neo4jViews(ledger, Server.open(neo4j))


def one_state(ledger: Ledger, neo4j: str | None, known_at: int | None) -> View:
    """One state for one command, the newest unless a position is named. Raises NotKnown for a position to come."""
    if neo4j is None:
        from graph.memory_build import build

        return build(ledger, known_at)
    views = open_views(ledger, neo4j)
    return views.newest() if known_at is None else views.at(known_at)
