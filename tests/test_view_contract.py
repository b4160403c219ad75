"""The view contract: the graph in memory and the graph in Neo4j answer every question alike, in the same order."""

import itertools
from collections.abc import Callable, Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from graph.ontology import LINK_TYPES, RECORD_TYPES, Basis, Ref
from graph.view import View

if TYPE_CHECKING:
    from graph.ledger import Ledger

Neo4jServer = Any
DAYS = (None, date(2026, 11, 24), date(2020, 1, 1))
PIECE = 20_000  # records asked about at once


@pytest.fixture(scope="module", params=["demo", "chain"])
def both(request: pytest.FixtureRequest, neo4j: Neo4jServer) -> Iterator[tuple[View, View]]:
    """The newest state of one ledger in both views."""
    from graph.memory_build import build
    from graph.views import one_state

    ledger: Ledger = request.getfixturevalue(f"{request.param}_ledger")
    with one_state(ledger, neo4j.hold(ledger)) as view:
        yield build(ledger), view


def handles(view: View, *types: str) -> np.ndarray[Any, np.dtype[np.int64]]:
    return np.concatenate([view.all_of(name) for name in types or RECORD_TYPES])


def told(view: View, link_type: str, asked: Any, direction: Any, **more: Any) -> list[Any]:
    """All that a view says of links, but the numbers that it gives them."""
    found = view.links(link_type, asked, direction, **more)
    columns = (found.origin, found.other, found.basis, np.nan_to_num(found.share, nan=-1.0))
    return [*(column.tolist() for column in columns), view.evidences(link_type, found.link.tolist())]


def alike(both: tuple[View, View], ask: Callable[[View], Any]) -> Any:
    one, other = (ask(view) for view in both)
    assert one == other
    return one


def test_position_and_data_sets(both: tuple[View, View]) -> None:
    assert alike(both, lambda view: (view.position, list(view.datasets)))[1]


def test_records_of_every_type_with_all_that_is_said_of_them(both: tuple[View, View]) -> None:
    for record_type in RECORD_TYPES:
        alike(both, lambda view, name=record_type: view.all_of(name).tolist())
        for one, other in zip(both[0].entities(record_type), both[1].entities(record_type), strict=True):
            assert one == other


def test_one_record_and_many(both: tuple[View, View]) -> None:
    some = handles(both[0])[::997].tolist()
    alike(both, lambda view: [view.ref(handle) for handle in some])
    alike(both, lambda view: [view.entity(handle) for handle in some[:20]])
    alike(both, lambda view: view.entities_of([*some, some[0]]))
    refs = [*both[0].refs(some[:20]), Ref("Enterprise", "nobody"), Ref("Product", "")]
    assert alike(both, lambda view: [view.handle(ref) for ref in refs])[-2:] == [None, None]


def test_records_in_the_order_of_their_keys(both: tuple[View, View]) -> None:
    some = handles(both[0])[::97][::-1]
    in_order = alike(both, lambda view: some[np.argsort(view.key_ranks(some), kind="stable")].tolist())
    keys = [ref.key for ref in both[0].refs(in_order)]
    assert keys == sorted(keys) != [ref.key for ref in both[0].refs(some)]


@pytest.mark.parametrize(("link_type", "direction"), list(itertools.product(LINK_TYPES, ("out", "in"))))
def test_links(both: tuple[View, View], link_type: str, direction: str) -> None:
    asked = handles(both[0])
    for start in range(0, len(asked), PIECE):
        alike(both, lambda view, s=start: told(view, link_type, asked[s : s + PIECE], direction, on=None))


def test_links_on_a_day_and_of_some_bases(both: tuple[View, View]) -> None:
    asked = handles(both[0], "Enterprise", "Institution", "Segment", "Need")[::5]
    counts = []
    for link_type, on, bases in itertools.product(LINK_TYPES, DAYS, ([Basis.OBSERVED], [Basis.CLAIMED], [])):
        found = alike(both, lambda view, t=link_type, d=on, b=bases: told(view, t, asked, "out", on=d, bases=b))
        counts.append(len(found[0]))
    assert any(counts)


def test_asked_twice_asked_in_another_order_and_asked_for_nothing(both: tuple[View, View]) -> None:
    some = handles(both[0], "Enterprise")[:40].tolist()
    for asked in ([*some[::-1], *some], [some[0]], []):
        alike(both, lambda view, h=asked: told(view, "Makes", h, "out", on=DAYS[1]))
    assert not len(both[1].links("Makes", [10**8], "out", on=None))


def test_filters(both: tuple[View, View]) -> None:
    some = handles(both[0], "Enterprise", "Institution", "Product")
    some = np.concatenate((some[:8000], some[-10:]))
    alike(both, lambda view: (view.division(some).tolist(), view.size(some).tolist(), view.closed(some).tolist()))


def test_hidden_links(both: tuple[View, View]) -> None:
    asked = handles(both[0], "Product")[:3000]
    whole = both[0].links("Makes", asked, "in", on=None)
    pairs = list(zip(asked[whole.origin].tolist(), whole.other.tolist(), strict=True))[::3]
    refs = [tuple(both[0].refs(pair)) for pair in pairs]
    hidden = tuple(view.hiding([*refs, (refs[0][0], Ref("Enterprise", "nobody"))], ["Makes"]) for view in both)
    left = alike(hidden, lambda view: told(view, "Makes", asked, "in", on=None))
    assert 0 < len(left[0]) <= len(whole) - len(pairs)
    alike(hidden, lambda view: told(view, "UpstreamOf", asked, "in", on=None))
    assert hidden[1].derived("x") is not both[1].derived("x")


def test_a_neighbourhood(both: tuple[View, View]) -> None:
    some = handles(both[0], "Enterprise", "Product")[:2000].tolist()

    def drawn(view: View) -> Any:
        graph = view.to_networkx(some, ["Makes", "Supplies", "UpstreamOf"], on=date(2026, 11, 24))
        edges = [(a, b, d["type"], d["basis"]) for a, b, d in graph.edges(data=True)]
        return list(graph.nodes(data=True)), edges

    alike(both, drawn)
