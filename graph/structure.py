"""Structure 结构 of a chain: the graph of its segments, what holds it together, and the order along it (networkx)."""

from collections.abc import Mapping, Sequence
from datetime import date

import networkx as nx

from graph.ontology import Basis
from graph.view import Ints, View

STATED = (Basis.OBSERVED, Basis.CLAIMED)
"""What the map of a chain draws: never what we only computed."""


def segment_graph(view: View, segments: Sequence[int] | Ints, on: date) -> "nx.DiGraph[int]":
    """The segments (by handle) and the links upstream → downstream among them that hold on a day."""
    drawn = view.to_networkx([int(segment) for segment in segments], ("UpstreamOf",), on=on, bases=STATED)
    return nx.DiGraph(drawn)


def cut_vertices(graph: "nx.DiGraph[int]") -> frozenset[int]:
    """割点 The segments without which their part of the chain falls apart, whatever the direction of the links."""
    return frozenset(nx.articulation_points(graph.to_undirected()))


def depths(graph: "nx.DiGraph[int]") -> Mapping[int, int]:
    """How many steps of the longest way lead to a segment, 0 at the source; segments of a circle share their depth."""
    circles = nx.condensation(graph)
    depth: dict[int, int] = {}
    for circle in nx.topological_sort(circles):
        depth[circle] = max((depth[before] + 1 for before in circles.predecessors(circle)), default=0)
    return {segment: depth[circle] for circle in circles for segment in circles.nodes[circle]["members"]}
