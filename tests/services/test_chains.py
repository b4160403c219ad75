"""The chain map: who works in which segment, what is short, and by which rule."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING

import pytest

from graph.memory_build import build
from graph.memory_view import MemoryView
from graph.ontology import (
    Basis,
    Chain,
    Enterprise,
    InSegment,
    Link,
    PartOf,
    Product,
    Record,
    Ref,
    Segment,
    Side,
    Status,
    Supplies,
    UpstreamOf,
)
from lianxin.errors import NotKnown
from services.chains import SegmentCard, chain_map, chains, segment_members

if TYPE_CHECKING:
    from graph.ledger import Ledger

StatedView = Callable[..., MemoryView]
Statements = list[Record | Link]
ON, LINPING = date(2026, 11, 24), "330113"
OBSERVED, CLAIMED = Basis.OBSERVED, Basis.CLAIMED


@pytest.fixture(scope="module")
def demo(demo_ledger: "Ledger") -> MemoryView:
    return build(demo_ledger)


def _chain(*segments: str, links: Iterable[str] = ()) -> Statements:
    """A chain of segments named by letters; "AB" is a link from A to B."""
    stated: Statements = [Chain(key="C", name="纺织链")]
    for segment in segments:
        stated += [
            Segment(key=segment, name=f"环节{segment}"),
            PartOf(from_ref=_segment(segment), to_ref=Ref("Chain", "C")),
        ]
    return stated + [UpstreamOf(from_ref=_segment(pair[0]), to_ref=_segment(pair[1])) for pair in links]


def _segment(key: str) -> Ref:
    return Ref("Segment", key)


def _firm(key: str, *segments: str, basis: Basis = OBSERVED, division: str | None = LINPING) -> Statements:
    ref = Ref("Enterprise", key)
    inside = [InSegment(from_ref=ref, to_ref=_segment(segment), basis=basis) for segment in segments]
    return [Enterprise(key=key, name=f"企业{key}", division=division), *inside]


def _supplies(supplier: str, buyers: str, *, basis: Basis = OBSERVED, product: str | None = None) -> Statements:
    return [
        Supplies(from_ref=Ref("Enterprise", supplier), to_ref=Ref("Enterprise", buyer), basis=basis, product=product)
        for buyer in buyers
    ]


def _cards(view: MemoryView, on: date = ON, division: str = LINPING) -> dict[str, SegmentCard]:
    return {card.ref.key: card for card in chain_map(view, "C", on=on, division=division).segments}


def test_counts_keep_the_bases_apart_and_the_outside_out(stated: StatedView) -> None:
    view = stated(
        register=[
            *_chain("A"),
            *_firm("1", "A"),
            *_firm("2", "A", basis=CLAIMED),
            *_firm("3", "A", basis=CLAIMED),
            *_firm("4", "A", division="330110"),
            *_firm("5", "A", basis=CLAIMED, division="330110"),
            *_firm("6", "A", division=None),
        ]
    )
    card = _cards(view)["A"]
    assert card.counts == {OBSERVED: 1, CLAIMED: 2, Basis.PREDICTED: 0}
    assert card.outside == 2  # 4 and the one whose place is not known
    assert _cards(view, division="330100")["A"].counts[OBSERVED] == 2


def test_who_is_observed_and_claimed_is_counted_once_as_observed(stated: StatedView) -> None:
    view = stated(register=[*_chain("A"), *_firm("1", "A", basis=CLAIMED)], report=_firm("1", "A"))
    assert _cards(view)["A"].counts == {OBSERVED: 1, CLAIMED: 0, Basis.PREDICTED: 0}


def test_a_chain_counts_an_enterprise_of_two_segments_once(stated: StatedView) -> None:
    view = stated(register=[*_chain("A", "B"), *_firm("1", "A"), *_firm("1", "B", basis=CLAIMED)[1:], *_firm("2", "B")])
    (summary,) = chains(view, on=ON, division=LINPING)
    assert (summary.segments, summary.counts) == (2, {OBSERVED: 2, CLAIMED: 0, Basis.PREDICTED: 0})


def test_cancelled_and_revoked_enterprises_are_counted_apart(stated: StatedView) -> None:
    gone = [Enterprise(key=str(n), status=status) for n, status in ((1, Status.CANCELLED), (2, Status.REVOKED))]
    view = stated(register=[*_chain("A"), *_firm("1", "A"), *_firm("2", "A"), *_firm("3", "A")], state=gone)
    card = _cards(view)["A"]
    assert (card.counts[OBSERVED], card.closed) == (1, 2)
    members = segment_members(view, "A", on=ON, division=LINPING)
    assert [(m.ref.key, m.status) for m in members] == [("3", None), ("1", Status.CANCELLED), ("2", Status.REVOKED)]


def _with_one_supplier(
    buyers: str, *, basis: Basis = OBSERVED, product: str | None = None, extra: Sequence[Record | Link] = ()
) -> Statements:
    """Enterprise 1 alone in segment A supplies so many of four others."""
    firms = [statement for buyer in "6789" for statement in _firm(buyer)]
    supplies = _supplies("1", buyers, basis=basis, product=product)
    return [*_chain("A", "B"), *_firm("1", "A"), *firms, *supplies, *extra]


@pytest.mark.parametrize(("buyers", "warning"), [("67", None), ("678", "single_supplier"), ("6789", "single_supplier")])
def test_single_supplier_by_dependents(stated: StatedView, buyers: str, warning: str | None) -> None:
    card = _cards(stated(register=_with_one_supplier(buyers)))["A"]
    assert (card.warning, card.dependents) == (warning, len(buyers))
    assert f"供 {len(buyers)} 家下游" in card.why


def test_only_observed_supplies_that_hold_make_a_dependent(stated: StatedView) -> None:
    assert _cards(stated(register=_with_one_supplier("678", basis=CLAIMED)))["A"].dependents == 0


def test_an_ended_supply_makes_no_dependent(stated: StatedView) -> None:
    ended = Supplies(from_ref=Ref("Enterprise", "1"), to_ref=Ref("Enterprise", "9"), valid_to=date(2026, 11, 23))
    view = stated(register=_with_one_supplier("67", extra=[ended]))
    assert _cards(view)["A"].dependents == 2
    assert _cards(view, on=date(2026, 11, 23))["A"].dependents == 3


def test_a_product_of_another_segment_makes_no_dependent(stated: StatedView) -> None:
    products: Statements = [
        Product(key="纱", name="纱"),
        Product(key="布", name="布"),
        InSegment(from_ref=Ref("Product", "纱"), to_ref=_segment("A")),
        InSegment(from_ref=Ref("Product", "布"), to_ref=_segment("B")),
    ]
    both = [InSegment(from_ref=Ref("Enterprise", "1"), to_ref=_segment("B"))]
    extra: Statements = [*products, *both, *_supplies("1", "9", product="布")]
    cards = _cards(stated(register=_with_one_supplier("678", product="纱", extra=extra)))
    assert [(cards[key].dependents, cards[key].products, cards[key].warning) for key in "AB"] == [
        (3, 1, "single_supplier"),
        (1, 1, None),
    ]


def test_a_claimed_supplier_does_not_end_the_warning(stated: StatedView) -> None:
    claimed = _cards(stated(register=_with_one_supplier("678", extra=_firm("2", "A", basis=CLAIMED))))["A"]
    assert claimed.warning == "single_supplier"
    assert "另有自述 1 家，待核对" in claimed.why


def test_a_second_observed_supplier_ends_the_warning(stated: StatedView) -> None:
    assert _cards(stated(register=_with_one_supplier("678", extra=_firm("2", "A"))))["A"].warning is None


@pytest.mark.parametrize(("basis", "warning"), [(None, "empty"), (CLAIMED, None), (OBSERVED, None)])
def test_empty_is_nobody_local(stated: StatedView, basis: Basis | None, warning: str | None) -> None:
    local = _firm("1", "A", basis=basis) if basis else []
    view = stated(register=[*_chain("A"), *_firm("2", "A", division="310117"), *local])
    assert _cards(view)["A"].warning == warning
    assert chains(view, on=ON, division=LINPING)[0].empty == (warning == "empty")


def test_before_the_rules_begin_the_map_stands_without_warnings_and_says_why(stated: StatedView) -> None:
    card = _cards(stated(register=_chain("A")), on=date(2025, 12, 31))["A"]
    assert card.warning is None
    assert "自 2026-01-01 起施行" in card.why


def test_cuts_links_and_order_from_the_links_alone(stated: StatedView) -> None:
    view = stated(register=_chain("C", "B", "A", "D", links=["AB", "BC", "BD"]))
    found = chain_map(view, "纺织链", on=ON, division=LINPING)
    assert [(card.ref.key, card.side, card.order, card.cut) for card in found.segments] == [
        ("A", Side.UPSTREAM, 1, False),
        ("B", Side.MIDSTREAM, 2, True),
        ("C", Side.DOWNSTREAM, 3, False),
        ("D", Side.DOWNSTREAM, 3, False),
    ]
    assert [(up.key, down.key) for up, down in found.links] == [("A", "B"), ("B", "C"), ("B", "D")]
    assert found.segments[0].source is not None
    assert (found.segments[0].source.file, found.synthetic) == ("register.csv", False)


def test_a_chain_without_segments_and_a_ledger_without_chains(stated: StatedView) -> None:
    found = chain_map(stated(register=[Chain(key="C", name="空链")]), "空链", on=ON, division=LINPING)
    assert (found.segments, found.links, found.summary.segments) == ([], [], 0)


def test_the_chain_file_has_no_chains(chain_ledger: "Ledger") -> None:
    assert chains(build(chain_ledger), on=ON, division=LINPING) == []


def test_members_stand_local_first_then_observed_first(stated: StatedView) -> None:
    view = stated(
        register=[
            *_chain("A"),
            *_firm("1", "A", division="310117"),
            *_firm("2", "A", basis=CLAIMED),
            *_firm("3", "A"),
            *_firm("4", "A", division=None),
        ]
    )
    members = segment_members(view, "环节A", on=ON, division=LINPING)
    assert [(m.ref.key, m.basis, m.local, m.place) for m in members] == [
        ("3", OBSERVED, True, "杭州市临平区"),
        ("2", CLAIMED, True, "杭州市临平区"),
        ("1", OBSERVED, False, "上海市松江区"),
        ("4", OBSERVED, False, "未取得"),
    ]
    assert all(m.source.file == "register.csv" and m.source.row for m in members)


def test_unknown_chains_and_segments_are_refused(demo: MemoryView) -> None:
    with pytest.raises(NotKnown, match="chain"):
        chain_map(demo, "没有这条链", on=ON, division=LINPING)
    with pytest.raises(NotKnown, match="segment"):
        segment_members(demo, "没有这个环节", on=ON, division=LINPING)


# --- what is planted in the demo district -----------------------------------------------------------------------------


def test_the_planted_single_supplier_and_the_planted_gap(demo: MemoryView) -> None:
    cards = {card.name: card for card in chain_map(demo, "医疗器械", on=ON, division=LINPING).segments}
    assert {name: card.warning for name, card in cards.items() if card.warning} == {
        "医用高分子管材": "single_supplier",
        "灭菌服务": "empty",
    }
    tubes = cards["医用高分子管材"]
    assert tubes.counts == {OBSERVED: 1, CLAIMED: 0, Basis.PREDICTED: 0}
    assert tubes.dependents >= 4
    assert "CHAIN-02" in tubes.why
    assert "CHAIN-01" in cards["灭菌服务"].why


def test_demo_chains_add_up(demo: MemoryView) -> None:
    for summary in chains(demo, on=ON, division=LINPING):
        found = chain_map(demo, summary.ref.key, on=ON, division=LINPING)
        assert found.summary == summary
        assert found.synthetic
        assert found.until is not None
        assert [(card.side, card.order) for card in found.segments] == sorted(
            ((card.side, card.order) for card in found.segments),
            key=lambda place: (list(Side).index(place[0]), place[1]),
        )
        for card in found.segments:
            members = segment_members(demo, card.ref.key, on=ON, division=LINPING)
            active = [m for m in members if m.status not in (Status.CANCELLED, Status.REVOKED)]
            assert len(members) - len(active) == card.closed
            for basis in (OBSERVED, CLAIMED):
                assert card.counts[basis] == sum(m.local and m.basis is basis for m in active)
