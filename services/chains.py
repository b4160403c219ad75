"""Industry chains 产业链: the map of a chain, what is short in it, and by which rule."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from graph.ontology import Basis, Ref, Side, Status
from graph.view import Source, View


@dataclass(frozen=True, slots=True)
class SegmentCard:
    """One segment on the map. `counts`: local enterprises by basis (predicted is always 0 here: it is not drawn).

    `warning`: "empty" (CHAIN-01), "single_supplier" (CHAIN-02) or None; `why`: in Chinese. `dependents`: downstream
    enterprises with an observed supply link from the segment's observed local enterprises. `products`: how many
    belong to it. `cut`: whether the chain falls apart without it (a cut vertex of the segment graph, by networkx).
    `closed`: enterprises that are registered as cancelled or revoked 注销 吊销: in no other number of the card.
    """

    ref: Ref
    name: str
    side: Side
    order: int
    counts: Mapping[Basis, int]
    outside: int
    dependents: int
    products: int
    warning: str | None
    why: str
    cut: bool
    source: Source | None
    closed: int = 0


@dataclass(frozen=True, slots=True)
class ChainSummary:
    """One chain in the list: segments, local enterprises by basis, warnings."""

    ref: Ref
    name: str
    segments: int
    counts: Mapping[Basis, int]
    single_suppliers: int
    empty: int


@dataclass(frozen=True, slots=True)
class ChainMap:
    """链图 A chain with its segments (by side, then order) and the links between them (upstream, downstream)."""

    summary: ChainSummary
    segments: Sequence[SegmentCard]
    links: Sequence[tuple[Ref, Ref]]
    synthetic: bool
    until: date | None


@dataclass(frozen=True, slots=True)
class SegmentMember:
    """An enterprise of a segment, with the basis and source of that. `status`: None where it is not known."""

    ref: Ref
    name: str
    basis: Basis
    place: str
    local: bool
    source: Source
    status: Status | None = None


def chains(view: View, *, on: date, division: str) -> list[ChainSummary]:
    """All chains, by name."""
    raise NotImplementedError


def chain_map(view: View, key: str, *, on: date, division: str) -> ChainMap:
    """One chain by key or name. Raises NotKnown."""
    raise NotImplementedError


def segment_members(view: View, segment: str, *, on: date, division: str) -> list[SegmentMember]:
    """The enterprises of a segment, local ones first, observed before claimed. Raises NotKnown."""
    raise NotImplementedError
