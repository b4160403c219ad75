"""The view in memory: a state laid over an older one answers as one built from nothing, at every position."""

import threading
from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from graph import memory_build
from graph.ledger import Ledger, LoadOutcome
from graph.ledger.merge import Decision, Judgement
from graph.memory_build import MemoryViews, build
from graph.memory_view import MemoryView
from graph.ontology import Basis, Enterprise, Link, Makes, Product, Record, Ref, Size, Supplies, UpstreamOf
from lianxin.errors import NotKnown

if TYPE_CHECKING:
    from graph.view import Links

Put = Callable[..., LoadOutcome]
Everything = Callable[..., list[Any]]
DAY = date(2026, 6, 15)


def firm(key: str, **more: Any) -> Enterprise:
    return Enterprise(key=key, **more)


def supplies(supplier: str, buyer: str, **more: Any) -> Supplies:
    return Supplies(from_ref=Ref("Enterprise", supplier), to_ref=Ref("Enterprise", buyer), **more)


def handle(view: MemoryView, key: str, record_type: str = "Enterprise") -> int:
    found = view.handle(Ref(record_type, key))
    assert found is not None
    return found


def others(view: MemoryView, found: "Links") -> list[str]:
    return [view.ref(int(other)).key for other in found.other]


# --- any sequence of loads, undos and merges --------------------------------------------------------------------------

FIRMS, PRODUCTS = "ABC", "pqrs"
ENDS: list[list[Record | Link]] = [[firm(key)] for key in FIRMS] + [[Product(key=key)] for key in PRODUCTS]
STATEMENTS = st.one_of(
    st.builds(
        lambda key, name, division, size: firm(key, part="said", name=name, division=division, size=size),
        st.sampled_from(FIRMS),
        st.sampled_from(["one", "two", None]),
        st.sampled_from(["330113", "330110", None]),
        st.sampled_from([Size.SMALL, Size.LARGE, None]),
    ),
    st.builds(
        lambda a, b, share: Makes(from_ref=Ref("Enterprise", a), to_ref=Ref("Product", b), share=share),
        st.sampled_from(FIRMS),
        st.sampled_from(PRODUCTS),
        st.sampled_from([0.5, None]),
    ),
    st.builds(
        lambda a, b, basis, part: supplies(a, b, basis=basis, part=part),
        st.sampled_from(FIRMS),
        st.sampled_from(FIRMS),
        st.sampled_from(Basis),
        st.sampled_from(["", "again"]),
    ),
    st.builds(
        lambda a, b, start: UpstreamOf(from_ref=Ref("Product", a), to_ref=Ref("Product", b), valid_from=start),
        st.sampled_from(PRODUCTS),
        st.sampled_from(PRODUCTS),
        st.sampled_from([DAY, None]),
    ),
)


class Histories(RuleBasedStateMachine):
    """Loads of two data sets, undos and merges in any order; the view is asked after each."""

    open_ledger: Callable[[], Ledger]
    put: Put
    everything: Everything

    @initialize(known=st.booleans())
    def open(self, known: bool) -> None:
        self.ledger = type(self).open_ledger()
        if known:
            type(self).put(self.ledger, ENDS, "one")
        self.views = MemoryViews(self.ledger)

    @rule(
        dataset=st.sampled_from(["one", "two"]),
        drawn=st.lists(STATEMENTS, max_size=8),
        mode=st.sampled_from(["snapshot", "increment"]),
        trusted=st.booleans(),
    )
    def load(self, dataset: str, drawn: list[Record | Link], mode: str, trusted: bool) -> None:
        unique = {
            (type(s), getattr(s, "key", None), getattr(s, "from_ref", 0), getattr(s, "to_ref", 0), s.part): s
            for s in drawn
        }
        rows = [*ENDS, *([statement] for statement in unique.values())]
        type(self).put(self.ledger, rows, dataset, mode=mode, trust=60 if trusted else 50)

    @rule()
    def undo(self) -> None:
        standing = [load for load in self.ledger.loads() if load.undoes is None and load.undone_by is None]
        if standing:
            self.ledger.undo(standing[0].id)

    @rule(judgement=st.sampled_from(Judgement))
    def merge(self, judgement: Judgement) -> None:
        if self.views.newest().handle(Ref("Enterprise", "A")):
            self.ledger.decide(Decision(Ref("Enterprise", "A"), Ref("Enterprise", "B"), judgement, "r", "w"))

    @invariant()
    def overlay_equals_a_state_built_from_nothing(self) -> None:
        if hasattr(self, "views"):
            newest = self.views.newest()
            assert newest.position == self.ledger.position()
            assert type(self).everything(newest) == type(self).everything(build(self.ledger))

    @rule(share=st.floats(0, 1))
    def ask_for_the_past(self, share: float) -> None:
        position = int(share * self.ledger.position())
        asked = self.views.at(position)
        assert asked.position == position
        assert type(self).everything(asked) == type(self).everything(build(self.ledger, position))

    def teardown(self) -> None:
        if hasattr(self, "ledger"):
            self.ledger.close()


def test_overlay_and_build_agree_after_any_history(
    tmp_path_factory: pytest.TempPathFactory, put: Put, everything: Everything, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory_build, "OVERLAY_LIMIT", float("inf"))  # the overlay is tested, not its replacement

    def open_ledger() -> Ledger:
        return Ledger.open(f"sqlite:///{tmp_path_factory.mktemp('history') / 'ledger.db'}")

    Histories.open_ledger, Histories.put, Histories.everything = map(staticmethod, (open_ledger, put, everything))  # type: ignore[assignment]
    run_state_machine_as_test(Histories, settings=settings(max_examples=25, stateful_step_count=8, deadline=None))


# --- a large overlay is folded into a new base ------------------------------------------------------------------------


@pytest.fixture
def grown(each_ledger: Ledger, put: Put) -> tuple[Ledger, MemoryViews]:
    """Views on 100 links, after which a load adds as many as the test wants."""
    rows: list[list[Record | Link]] = [[Product(key=f"p{n}")] for n in range(101)]
    rows += [[UpstreamOf(from_ref=Ref("Product", f"p{n}"), to_ref=Ref("Product", f"p{n + 1}"))] for n in range(100)]
    put(each_ledger, rows)
    return each_ledger, MemoryViews(each_ledger)


def more_links(count: int) -> list[list[Record | Link]]:
    return [
        [UpstreamOf(from_ref=Ref("Product", f"p{n}"), to_ref=Ref("Product", "p0"), part="more")]
        for n in range(2, 2 + count)
    ]


def settled() -> None:
    for thread in threading.enumerate():
        if thread.name == "memory-view-rebuild":
            thread.join(10)


def layers(views: MemoryViews) -> int:
    return len(views.newest().layers["UpstreamOf"])


def test_an_overlay_of_two_in_a_hundred_stays(grown: tuple[Ledger, MemoryViews], put: Put) -> None:
    ledger, views = grown
    put(ledger, more_links(2), "more")
    views.newest()
    settled()
    assert layers(views) == 2


def test_a_larger_overlay_is_rebuilt_in_the_background_and_answers_stay_equal(
    grown: tuple[Ledger, MemoryViews], put: Put, everything: Everything
) -> None:
    ledger, views = grown
    put(ledger, more_links(3), "more")
    laid_over = views.newest()
    settled()
    rebuilt = views.newest()
    assert layers(views) == 1
    assert rebuilt is not laid_over
    assert everything(rebuilt) == everything(laid_over)


def test_a_load_during_the_rebuild_is_seen_and_nothing_older_comes_back(
    grown: tuple[Ledger, MemoryViews], put: Put, everything: Everything, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger, views = grown
    loaded, built = threading.Event(), memory_build.build

    def slow_build(*arguments: Any) -> MemoryView:
        state = built(*arguments)
        assert loaded.wait(10)
        return state

    monkeypatch.setattr(memory_build, "build", slow_build)
    put(ledger, more_links(3), "more")
    views.newest()
    put(ledger, more_links(1), "still more")
    newest = views.newest()
    loaded.set()
    settled()
    assert views.newest().position == newest.position == 3
    assert everything(views.newest()) == everything(built(ledger))
    put(ledger, more_links(2), "still more")
    assert everything(views.newest()) == everything(built(ledger))


def test_a_state_in_hand_does_not_change(grown: tuple[Ledger, MemoryViews], put: Put, everything: Everything) -> None:
    ledger, views = grown
    held = views.newest()
    before = everything(held)
    put(ledger, [[Product(key="p0", name="renamed")]], "two")
    put(ledger, [[Product(key="p1")]])
    views.newest()
    assert everything(held) == before


def test_threads_that_ask_during_loads_see_whole_loads_only(grown: tuple[Ledger, MemoryViews], put: Put) -> None:
    ledger, views = grown
    done, odd = threading.Event(), list[int]()

    def ask() -> None:
        while not done.is_set():
            view = views.newest()
            if len(view.all_of("Enterprise")) % 5:
                odd.append(view.position)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for n in range(8):
        put(ledger, [[firm(f"{n}-{m}")] for m in range(5)], f"set {n}")
    done.set()
    for thread in threads:
        thread.join()
    assert odd == []
    assert len(views.newest().all_of("Enterprise")) == 40


# --- past positions ---------------------------------------------------------------------------------------------------


def test_a_past_state_is_kept_and_the_least_recently_used_goes(each_ledger: Ledger, put: Put) -> None:
    for n in range(7):
        put(each_ledger, [[firm(str(n))]])
    views = MemoryViews(each_ledger)
    first = views.at(1)
    for position in (2, 3, 4, 1, 5):
        views.at(position)
    assert views.at(1) is first
    assert views.at(7) is views.newest()
    for position in range(1, 7):
        state = views.at(position)
        assert [state.ref(int(h)).key for h in state.all_of("Enterprise")] == [str(position - 1)]
    assert views.at(1) is not first


def test_a_position_not_reached_yet_is_not_known_and_is_right_when_it_comes(each_ledger: Ledger, put: Put) -> None:
    put(each_ledger, [[firm("A")]])
    views = MemoryViews(each_ledger)
    for position in (2, -1):
        with pytest.raises(NotKnown):
            views.at(position)
    put(each_ledger, [[firm("A")], [firm("B")]])
    assert len(views.at(2).all_of("Enterprise")) == 2
    assert len(views.at(0).all_of("Enterprise")) == 0


# --- days, bases, hiding ----------------------------------------------------------------------------------------------

FROM, TO = date(2026, 3, 1), date(2026, 9, 30)
ONE = timedelta(days=1)


@pytest.mark.parametrize(
    ("days", "on", "holds"),
    [
        ((FROM, TO), FROM - ONE, False),
        ((FROM, TO), FROM, True),
        ((FROM, TO), FROM + ONE, True),
        ((FROM, TO), TO - ONE, True),
        ((FROM, TO), TO, True),
        ((FROM, TO), TO + ONE, False),
        ((FROM, None), FROM - ONE, False),
        ((FROM, None), date.max, True),
        ((None, TO), date.min, True),
        ((None, TO), TO + ONE, False),
        ((None, None), date.min, True),
        ((None, None), date.max, True),
        ((FROM, TO), None, True),
    ],
)
@pytest.mark.parametrize("direction", ["out", "in"])
def test_a_link_holds_from_its_first_to_its_last_day(
    each_ledger: Ledger, put: Put, days: tuple[date | None, date | None], on: date | None, holds: bool, direction: Any
) -> None:
    put(each_ledger, [[firm("A")], [firm("B")], [supplies("A", "B", valid_from=days[0], valid_to=days[1])]])
    view = build(each_ledger)
    found = view.links("Supplies", [handle(view, "A" if direction == "out" else "B")], direction, on=on)
    assert len(found) == holds
    if on is None:
        told = view.evidence("Supplies", int(found.link[0]))
        assert (told.valid_from, told.valid_to) == days


@pytest.fixture
def bases(each_ledger: Ledger, put: Put) -> MemoryView:
    rows: list[list[Record | Link]] = [[firm(key)] for key in "ABCD"]
    rows += [[supplies("A", buyer, basis=basis)] for buyer, basis in zip("BCD", Basis, strict=True)]
    put(each_ledger, rows)
    return build(each_ledger)


@pytest.mark.parametrize(
    ("wanted", "left"),
    [(list(Basis), "BCD"), ([Basis.OBSERVED], "B"), ([Basis.PREDICTED, Basis.CLAIMED], "CD"), ([], "")],
)
def test_links_are_filtered_by_basis(bases: MemoryView, wanted: list[Basis], left: str) -> None:
    found = bases.links("Supplies", [handle(bases, "A")], "out", on=None, bases=wanted)
    assert "".join(others(bases, found)) == left


@pytest.mark.parametrize("overlay", [False, True])
def test_hiding_takes_both_directions_of_a_pair_and_nothing_else(each_ledger: Ledger, put: Put, overlay: bool) -> None:
    ends: list[list[Record | Link]] = [[firm(key)] for key in "ABC"]
    both = [[supplies("A", "B")], [supplies("B", "A")], [supplies("A", "C")], [supplies("A", "B", part="again")]]
    put(each_ledger, [*ends, *([] if overlay else both)])
    views = MemoryViews(each_ledger)
    if overlay:
        put(each_ledger, both, "more")
    view = views.newest()
    assert len(view.layers["Supplies"]) == 1 + overlay
    a, b = handle(view, "A"), handle(view, "B")
    for pair in ((Ref("Enterprise", "A"), Ref("Enterprise", "B")), (Ref("Enterprise", "B"), Ref("Enterprise", "A"))):
        hidden = view.hiding([pair, (pair[0], Ref("Enterprise", "nobody"))], ["Supplies"])
        assert others(hidden, hidden.links("Supplies", [a, b], "out", on=None)) == ["C"]
        assert others(hidden, hidden.links("Supplies", [a, b], "in", on=None)) == []
        assert hidden.derived("x") is not view.derived("x")
    assert others(view, view.links("Supplies", [a, b], "out", on=None)) == ["B", "B", "C", "A"], (
        "the view itself is whole"
    )
    untouched = view.hiding([(Ref("Enterprise", "A"), Ref("Enterprise", "B"))], ["Makes"])
    assert len(untouched.links("Supplies", [a], "out", on=None)) == 3


@pytest.fixture(scope="module")
def chain_view(chain_ledger: Ledger) -> MemoryView:
    return build(chain_ledger)


def test_hiding_half_of_a_large_table_hides_exactly_that_half(chain_view: MemoryView) -> None:
    view = chain_view
    products = view.all_of("Product")
    whole = view.links("UpstreamOf", products, "out", on=None)
    pairs = list(zip(products[whole.origin].tolist(), whole.other.tolist(), strict=True))
    dropped = pairs[::2]
    hidden = view.hiding([(view.ref(a), view.ref(b)) for a, b in dropped], ["UpstreamOf"])
    left = hidden.links("UpstreamOf", products, "out", on=None)
    gone = set(dropped) | {(b, a) for a, b in dropped}
    assert list(zip(products[left.origin].tolist(), left.other.tolist(), strict=True)) == [
        p for p in pairs if p not in gone
    ]


# --- what is said of records ------------------------------------------------------------------------------------------


def test_the_more_trusted_value_is_taken_and_the_other_is_kept(each_ledger: Ledger, put: Put) -> None:
    put(each_ledger, [[firm("A", name="low", division="330110")]], "low", trust=40)
    put(each_ledger, [[firm("A", name="high", division="330113")]], "high", trust=60)
    view = build(each_ledger)
    entity = view.entity(handle(view, "A"))
    assert [(s.value, s.source.dataset) for s in entity.values["name"]] == [("high", "high"), ("low", "low")]
    assert view.division(np.array([handle(view, "A")])).tolist() == [330113]


def test_of_equal_trust_the_data_set_loaded_first_is_taken_whatever_was_loaded_again(
    each_ledger: Ledger, put: Put
) -> None:
    put(each_ledger, [[firm("A", name="first")]], "first")
    put(each_ledger, [[firm("A", name="second")]], "second")
    put(each_ledger, [[firm("A", name="first, changed")]], "first")
    view = build(each_ledger)
    assert view.entity(handle(view, "A")).name == "first, changed"


def test_a_property_beside_the_share_is_not_lost() -> None:
    from graph.link_table import LinkRows

    table = LinkRows.of([(0, 1, "observed", None, None, '{"share":0.5,"product":"p"}', 1, 1)]).table()
    assert table.share.tolist() == [0.5]
    assert table.details[table.detail[0]] == '{"product":"p"}'


def test_a_share_is_told_as_the_source_states_it(each_ledger: Ledger, put: Put) -> None:
    shares = [0.0, 0.1, 0.333333, 0.97125, 3.198109, 1.0]
    rows: list[list[Record | Link]] = [[firm("A")], *([Product(key=str(n))] for n in range(len(shares)))]
    rows += [
        [Makes(from_ref=Ref("Enterprise", "A"), to_ref=Ref("Product", str(n)), share=s)] for n, s in enumerate(shares)
    ]
    put(each_ledger, rows)
    view = build(each_ledger)
    found = view.links("Makes", [handle(view, "A")], "out", on=None)
    assert [view.evidence("Makes", int(link)).properties["share"] for link in found.link] == shares


def test_to_networkx_holds_the_links_among_the_given_records_that_hold_on_the_day(
    each_ledger: Ledger, put: Put
) -> None:
    rows: list[list[Record | Link]] = [[firm(key)] for key in "ABC"]
    rows += [
        [supplies("A", "B")],
        [supplies("B", "A", valid_to=FROM)],
        [supplies("A", "C")],
        [supplies("A", "B", part="2")],
    ]
    put(each_ledger, rows)
    view = build(each_ledger)
    a, b = handle(view, "A"), handle(view, "B")
    graph = view.to_networkx([b, a, a], ["Supplies", "Makes"], on=TO)
    assert {n: d["key"] for n, d in graph.nodes(data=True)} == {a: "A", b: "B"}
    assert [(u, v, d["type"], d["basis"]) for u, v, d in graph.edges(data=True)] == [
        (a, b, "Supplies", Basis.OBSERVED)
    ] * 2


def test_every_view_takes_fewer_than_200_bytes_a_link(chain_view: MemoryView) -> None:
    count, size = chain_view.link_bytes
    assert count > 140_000
    assert size / count < 200, "37 a link, and 16 for each record and link type"
