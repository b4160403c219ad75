"""py2neo: the graph that lianxin projects into Neo4j as py2neo's own objects, for people who have code on it.

Its author declared py2neo end-of-life in 2021: new code takes the official `neo4j` driver, as all of lianxin does.
Nothing in lianxin imports this module, and it needs the extra `py2neo`. It reads only: the graph is made from the
ledger, and what is written into it by hand is gone with the next rebuild.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from graph.neo4j_server import Address
from graph.ontology import Ref, link_name
from lianxin.errors import StoreUnavailable

if TYPE_CHECKING:
    from py2neo import Graph, Node, Relationship


def open_graph(url: str) -> "Graph":
    """The graph at an address like that of LIANXIN_NEO4J. Raises StoreUnavailable with what to do."""
    try:
        from py2neo import Graph
        from py2neo.errors import ConnectionUnavailable
    except ImportError as error:
        raise StoreUnavailable(*_NOT_INSTALLED) from error
    address = Address.read(url)
    auth = None if address.user is None else (address.user, address.password or "")
    try:
        return Graph(address.uri, name=address.database, auth=auth)
    except ConnectionUnavailable as error:
        raise StoreUnavailable(*_closed(address.shown)) from error


def node(graph: "Graph", ref: Ref) -> "Node | None":
    """The node of a record that the graph holds today, None for a record that it does not hold."""
    return graph.nodes.match(ref.type, key=ref.key).where("_.until IS NULL").first()


def links(graph: "Graph", ref: Ref, link_type: str) -> Sequence["Relationship"]:
    """The links of a type that leave or reach a record and that the ledger holds today, whatever their days."""
    query = (
        f"MATCH (n:{ref.type} {{key: $key}})-[r:{link_name(link_type)}]-(other:Record)"
        " WHERE r.until IS NULL RETURN DISTINCT r, other.handle ORDER BY other.handle"
    )
    return [found for found, _ in graph.run(query, key=ref.key)]


_NOT_INSTALLED = (
    "py2neo is not installed: install lianxin with the extra py2neo, or use the official neo4j driver",
    "没有安装 py2neo：请连同附加依赖 py2neo 一起安装链信，或改用官方的 neo4j 驱动",
)


def _closed(where: str) -> tuple[str, str]:  # py2neo tells a wrong password and a server that is down in one word
    return (
        f"{where}: py2neo gets no connection. Is Neo4j running, and are user and password right?",
        f"{where}：py2neo 连不上。请确认 Neo4j 已启动，用户名和密码是否正确",
    )
