"""`load undo` appends the reversal, after which every view equals the one before the load."""

from collections.abc import Callable
from typing import Any

import pytest

from graph.ledger import Ledger, LoadOutcome
from graph.memory_build import build
from graph.ontology import Enterprise, Link, Makes, Product, Record, Ref, UpstreamOf
from lianxin.errors import Conflict

Put = Callable[..., LoadOutcome]
Everything = Callable[..., list[Any]]
Rows = list[list[Record | Link]]


def firm(name: str, **more: Any) -> Enterprise:
    return Enterprise(key="E", name=name, **more)


def makes(share: float, **more: Any) -> Makes:
    return Makes(from_ref=Ref("Enterprise", "E"), to_ref=Ref("Product", "p"), share=share, **more)


P, Q = Product(key="p", name="p"), Product(key="q", name="q")
UP = UpstreamOf(from_ref=Ref("Product", "p"), to_ref=Ref("Product", "q"))
FIRST: Rows = [[firm("one")], [P], [Q], [makes(0.5)], [UP]]
SECOND_LOADS: dict[str, Rows] = {
    "nothing new": FIRST,
    "a changed record": [[firm("renamed")], *FIRST[1:]],
    "a changed link": [*FIRST[:3], [makes(0.25)], [UP]],
    "a vanished link": FIRST[:4],
    "a vanished record": [[firm("one")], [P], [makes(0.5)]],
    "a new record and link": [*FIRST, [Product(key="r")], [makes(0.1, part="second line")]],
    "everything at once": [[firm("renamed", size=None)], [P], [makes(0.9)], [Product(key="r")]],
}


@pytest.mark.parametrize("name", SECOND_LOADS)
def test_after_an_undo_the_whole_state_is_the_one_before(
    each_ledger: Ledger, put: Put, everything: Everything, name: str
) -> None:
    put(each_ledger, FIRST, "one")
    put(each_ledger, [[firm("as two says")], [P], [makes(0.75)]], "two")  # of equal trust: order must not move either
    before = everything(build(each_ledger))
    load = put(each_ledger, SECOND_LOADS[name], "one")
    assert (everything(build(each_ledger)) == before) == (name == "nothing new")
    reversal = each_ledger.undo(load.load)
    assert everything(build(each_ledger)) == before
    assert reversal.position == load.position + 1
    assert everything(build(each_ledger, load.position - 1)) == before


def test_what_is_restored_keeps_its_first_source(each_ledger: Ledger, put: Put) -> None:
    put(each_ledger, FIRST)
    load = put(each_ledger, [[P], [Q], [firm("renamed")]])
    each_ledger.undo(load.load)
    view = build(each_ledger)
    handle = view.handle(Ref("Enterprise", "E"))
    assert handle is not None
    assert [s.source.row for s in view.entity(handle).values["name"]] == [1]
    links = view.links("Makes", [handle], "out", on=None)
    assert view.evidence("Makes", int(links.link[0])).source.row == 4


def test_undoing_the_only_load_leaves_an_empty_state_and_the_manifest(each_ledger: Ledger, put: Put) -> None:
    load = put(each_ledger, FIRST)
    each_ledger.undo(load.load)
    view = build(each_ledger)
    assert not view.records.present.any()
    assert len(view.links("UpstreamOf", [1, 2, 3], "out", on=None)) == 0
    assert (list(view.datasets), each_ledger.datasets()) == ([], [])
    assert [(each.id, each.undoes, each.undone_by) for each in each_ledger.loads()] == [(2, 1, None), (1, None, 2)]


def test_load_undo_load_states_everything_anew(each_ledger: Ledger, put: Put, everything: Everything) -> None:
    load = put(each_ledger, FIRST)
    before = everything(build(each_ledger))
    each_ledger.undo(load.load)
    again = put(each_ledger, FIRST)
    assert (again.new, again.changed, again.unchanged) == (5, 0, 0)
    after = everything(build(each_ledger))
    assert after[1:] == before[1:]
    assert [d.name for d in after[0]] == [d.name for d in before[0]]
    each_ledger.undo(again.load)
    assert not build(each_ledger).records.present.any()


def test_loads_are_undone_from_the_newest_backwards(each_ledger: Ledger, put: Put, everything: Everything) -> None:
    states, loads = [], []
    for name in ("a changed record", "a changed link", "a vanished link"):
        states.append(everything(build(each_ledger)))
        loads.append(put(each_ledger, SECOND_LOADS[name]).load)
    with pytest.raises(Conflict, match=f"undo load {loads[2]} first"):
        each_ledger.undo(loads[0])
    for load, state in zip(reversed(loads), reversed(states), strict=True):
        each_ledger.undo(load)
        assert everything(build(each_ledger)) == state


def test_only_loads_of_the_same_data_set_stand_on_a_load(each_ledger: Ledger, put: Put) -> None:
    load = put(each_ledger, FIRST, "one")
    put(each_ledger, [[Product(key="other")]], "two")
    each_ledger.undo(load.load)
    view = build(each_ledger)
    assert [view.ref(int(h)).key for h in view.all_of("Product")] == ["other"]


def test_an_undo_cannot_be_undone_nor_a_load_twice(each_ledger: Ledger, put: Put) -> None:
    put(each_ledger, FIRST)
    load = put(each_ledger, SECOND_LOADS["a changed record"])
    reversal = each_ledger.undo(load.load)
    position = each_ledger.position()
    with pytest.raises(Conflict, match="itself the reversal") as of_undo:
        each_ledger.undo(reversal.load)
    with pytest.raises(Conflict, match="undone already") as twice:
        each_ledger.undo(load.load)
    assert "撤销" in of_undo.value.zh
    assert "撤销" in twice.value.zh
    assert each_ledger.position() == position


def test_a_link_of_another_data_set_outlives_an_undone_record(each_ledger: Ledger, put: Put) -> None:
    load = put(each_ledger, [[P], [Q]], "one")
    put(each_ledger, [[P], [UP]], "two")
    each_ledger.undo(load.load)
    view = build(each_ledger)
    at = view.handle(P.ref)
    assert at is not None
    found = view.links("UpstreamOf", [at], "out", on=None)
    entity = view.entity(int(found.other[0]))
    assert (entity.ref, entity.name, dict(entity.values)) == (Q.ref, "q", {})
    assert view.handle(Q.ref) is None
