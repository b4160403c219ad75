"""Structure of a chain: cut vertices and depths of its segment graph."""

from datetime import date
from typing import TYPE_CHECKING

import networkx as nx
import pytest

from graph.structure import cut_vertices, depths, segment_graph

if TYPE_CHECKING:
    from graph.ledger import Ledger


def _graph(*links: tuple[int, int]) -> "nx.DiGraph[int]":
    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_edges_from(links)
    return graph


def test_the_middle_of_a_line_is_cut() -> None:
    assert cut_vertices(_graph((1, 2), (2, 3))) == {2}


def test_a_ring_has_no_cut() -> None:
    assert cut_vertices(_graph((1, 2), (2, 3), (3, 1))) == frozenset()


def test_two_rings_are_held_by_what_they_share() -> None:
    assert cut_vertices(_graph((1, 2), (2, 3), (3, 1), (3, 4), (4, 5), (5, 3))) == {3}


def test_a_link_to_itself_changes_nothing() -> None:
    assert cut_vertices(_graph((1, 1), (1, 2))) == frozenset()


def test_depth_is_the_longest_way() -> None:
    assert depths(_graph((1, 2), (2, 3), (1, 3))) == {1: 0, 2: 1, 3: 2}


def test_a_circle_shares_its_depth() -> None:
    assert depths(_graph((1, 2), (2, 3), (3, 2), (3, 4))) == {1: 0, 2: 1, 3: 1, 4: 2}


def test_no_segments() -> None:
    assert cut_vertices(_graph()) == frozenset()
    assert depths(_graph()) == {}


def test_the_demo_chains_are_graphs_of_their_segments(demo_ledger: "Ledger") -> None:
    from graph.memory_build import build

    view, on = build(demo_ledger), date(2026, 11, 24)
    for chain in view.all_of("Chain"):
        segments = view.links("PartOf", [int(chain)], "in", on=on).other
        graph = segment_graph(view, segments, on)
        assert set(graph) == set(segments.tolist())
        assert graph.number_of_edges() > len(graph) / 2
        for segment in graph:
            falls_apart = _parts(graph, {segment}) > _parts(graph, set())
            assert (segment in cut_vertices(graph)) is falls_apart


def _parts(graph: "nx.DiGraph[int]", without: set[int]) -> int:
    left: nx.Graph[int] = graph.to_undirected()
    left.remove_nodes_from(without)
    return nx.number_connected_components(left)


@pytest.mark.parametrize("direction", ["out", "in"])
def test_links_of_any_day_include_the_ended_ones(direction: str, demo_ledger: "Ledger") -> None:
    from graph.memory_build import build

    view = build(demo_ledger)
    everybody = view.all_of("Enterprise")
    on = date(2026, 11, 24)
    that_day = view.links("Supplies", everybody, direction, on=on)  # type: ignore[arg-type]
    any_day = view.links("Supplies", everybody, direction, on=None)  # type: ignore[arg-type]
    assert set(that_day.link.tolist()) < set(any_day.link.tolist())
    ended = set(any_day.link.tolist()) - set(that_day.link.tolist())
    for link in ended:
        evidence = view.evidence("Supplies", link)
        first, last = evidence.valid_from or on, evidence.valid_to or on
        assert not first <= on <= last
