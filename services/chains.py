"""Industry chains 产业链: the map of a chain, what is short in it, and by which rule."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import networkx as nx

from graph.ontology import Basis, Ref, Side, Status
from graph.places import covers, place_name
from graph.structure import STATED, cut_vertices, depths, segment_graph
from graph.view import BASES, Entity, Evidence, Ints, Source, View
from lianxin.errors import NotInForce
from rules.chain.shortage import SegmentFacts, Shortage, assess, why
from services.search import resolve
from services.sources import Reach, reach


@dataclass(frozen=True, slots=True)
class SegmentCard:
    """One segment on the map.

    `counts`: local enterprises by basis; who is both observed and claimed is observed, and predicted is always 0: it is
    not drawn. `outside`: observed enterprises outside the district. `warning`: "empty" (CHAIN-01), "single_supplier"
    (CHAIN-02) or None; `why`: in Chinese. `dependents`: downstream enterprises with an observed supply link, for a
    product of the segment, from its observed local enterprises. `products`: how many belong to it. `cut`: whether the
    chain falls apart without it (a cut vertex of the segment graph, by networkx). `closed`: enterprises registered as
    cancelled or revoked 注销 吊销: they are in no other number of the card.
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
    """One chain in the list: segments, local enterprises by basis (each once, by its surest), warnings."""

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
    until_stated: bool


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


CLOSED = frozenset({Status.CANCELLED, Status.REVOKED})


@dataclass(frozen=True, slots=True)
class _Member:
    """An enterprise of a segment by its surest link."""

    handle: int
    basis: Basis
    link: int
    local: bool
    status: Status | None


@dataclass(slots=True)
class _Segment:
    """What is gathered of one segment before it becomes a card."""

    entity: Entity
    members: list[_Member] = field(default_factory=list)
    products: set[str] = field(default_factory=set)

    def active(self, *, local: bool) -> list[_Member]:
        return [m for m in self.members if m.local is local and m.status not in CLOSED]

    def counts(self) -> dict[Basis, int]:
        return _by_basis(member.basis for member in self.active(local=True))


def chains(view: View, *, on: date, division: str) -> list[ChainSummary]:
    """All chains, by name."""
    found = [_map(view, int(handle), on, division).summary for handle in view.all_of("Chain")]
    return sorted(found, key=lambda chain: (chain.name, chain.ref.key))


def chain_map(view: View, key: str, *, on: date, division: str) -> ChainMap:
    """One chain by key or name. Raises NotKnown."""
    return _map(view, resolve(view, key, ("Chain",)), on, division)


def segment_members(view: View, segment: str, *, on: date, division: str) -> list[SegmentMember]:
    """The enterprises of a segment, local ones first, observed before claimed. Raises NotKnown."""
    handle = resolve(view, segment, ("Segment",))
    members = _gather(view, [handle], on, division)[handle].members
    entities = view.entities_of(member.handle for member in members)
    stated = view.evidences("InSegment", (member.link for member in members))
    shown = [_shown(*each) for each in zip(members, entities, stated, strict=True)]
    return sorted(shown, key=_member_order)


def _member_order(member: SegmentMember) -> tuple[bool, bool, int, str, str]:
    return member.status in CLOSED, not member.local, BASES.index(member.basis), member.name, member.ref.key


def _shown(member: _Member, entity: Entity, evidence: Evidence) -> SegmentMember:
    place = place_name(entity.get("division"))
    return SegmentMember(entity.ref, entity.name, member.basis, place, member.local, evidence.source, member.status)


def _map(view: View, chain: int, on: date, division: str) -> ChainMap:
    entity = view.entity(chain)
    handles = view.links("PartOf", [chain], "in", on=on, bases=STATED).other
    graph = segment_graph(view, handles, on)
    segments = _gather(view, [int(handle) for handle in handles], on, division)
    cut, places = cut_vertices(graph), _places(segments, graph)
    ordered = sorted(segments, key=lambda handle: (*places[handle], segments[handle].entity.ref.key))
    sides = list(Side)
    cards = [
        _card(view, segments[handle], sides[places[handle][0]], places[handle][1], handle in cut, on)
        for handle in ordered
    ]
    rank = {handle: number for number, handle in enumerate(ordered)}
    links = sorted(graph.edges, key=lambda ends: (rank[ends[0]], rank[ends[1]]))
    sources = [source for each in (entity, *(s.entity for s in segments.values())) for source in _sources(each)]
    return ChainMap(
        _summary(entity, segments, cards),
        cards,
        [(segments[up].entity.ref, segments[down].entity.ref) for up, down in links],
        any(source.synthetic for source in sources),
        *_reach(view, sources),
    )


def _summary(chain: Entity, segments: Mapping[int, _Segment], cards: Sequence[SegmentCard]) -> ChainSummary:
    surest: dict[int, Basis] = {}
    for segment in segments.values():
        for member in segment.active(local=True):
            known = surest.get(member.handle, member.basis)
            surest[member.handle] = min(known, member.basis, key=BASES.index)
    warnings = [card.warning for card in cards]
    return ChainSummary(
        chain.ref,
        chain.name,
        len(cards),
        _by_basis(surest.values()),
        single_suppliers=warnings.count("single_supplier"),
        empty=warnings.count("empty"),
    )


def _card(view: View, segment: _Segment, side: Side, order: int, cut: bool, on: date) -> SegmentCard:
    counts, entity = segment.counts(), segment.entity
    dependents = len(_dependents(view, segment, on))
    shortage, reason = _short(SegmentFacts(counts[Basis.OBSERVED], counts[Basis.CLAIMED], dependents), on)
    outside = _by_basis(member.basis for member in segment.active(local=False))
    return SegmentCard(
        ref=entity.ref,
        name=entity.name,
        side=side,
        order=order,
        counts=counts,
        outside=outside[Basis.OBSERVED],
        dependents=dependents,
        products=len(segment.products),
        warning=None if shortage is None else shortage.value,
        why=reason,
        cut=cut,
        source=next(iter(_sources(entity)), None),
        closed=sum(member.status in CLOSED for member in segment.members),
    )


def _short(facts: SegmentFacts, on: date) -> tuple[Shortage | None, str]:
    """What is short, and why; on a day before the first rule the map is shown without warnings, and says why."""
    try:
        finding = assess(facts, on)
    except NotInForce as refusal:
        return None, refusal.zh
    return finding.values, why(finding)


def _dependents(view: View, segment: _Segment, on: date) -> set[int]:
    """Whom the observed local enterprises of a segment supply, by observed links, with a product of the segment.

    A link that names no product counts; one that names a product of another segment says nothing about this one.
    """
    suppliers = [m.handle for m in segment.active(local=True) if m.basis is Basis.OBSERVED]
    links = view.links("Supplies", suppliers, "out", on=on, bases=(Basis.OBSERVED,))
    found = set()
    for other, stated in zip(links.other.tolist(), view.evidences("Supplies", links.link.tolist()), strict=True):
        product = stated.properties.get("product")
        if product is None or product in segment.products:
            found.add(other)
    others = found - set(suppliers)
    return {other for other, status in _statuses(view, others).items() if status not in CLOSED}


def _gather(view: View, handles: Sequence[int], on: date, division: str) -> dict[int, _Segment]:
    """The segments with their enterprises and products, by handle."""
    segments = {entity.handle: _Segment(entity) for entity in view.entities_of(handles)}
    links = view.links("InSegment", handles, "in", on=on, bases=STATED)
    local = _local(view, links.other, division)
    others = links.other.tolist()
    refs = view.refs(others)
    statuses = _statuses(view, (other for other, ref in zip(others, refs, strict=True) if ref.type != "Product"))
    seen: set[tuple[int, int]] = set()
    for at in sorted(range(len(links)), key=lambda at: int(links.basis[at])):  # the surest of several links first
        segment, other, ref = handles[int(links.origin[at])], others[at], refs[at]
        if ref.type == "Product":
            segments[segment].products.add(ref.key)
        elif (segment, other) not in seen:
            seen.add((segment, other))
            basis = BASES[links.basis[at]]
            member = _Member(other, basis, int(links.link[at]), bool(local[at]), statuses[other])
            segments[segment].members.append(member)
    return segments


def _local(view: View, handles: Ints, division: str) -> list[bool]:
    codes = view.division(handles).tolist()
    inside = {code: covers(division, code) for code in set(codes)}
    return [inside[code] for code in codes]


def _statuses(view: View, enterprises: Iterable[int]) -> dict[int, Status | None]:
    """Registration statuses; kept with the view's state, since every map of every chain asks for them."""
    kept: dict[int, Status | None] = view.derived("status")
    asked = list(dict.fromkeys(enterprises))
    new = [handle for handle in asked if handle not in kept]
    kept.update((entity.handle, entity.get("status")) for entity in view.entities_of(new))
    return {handle: kept[handle] for handle in asked}


def _places(segments: Mapping[int, _Segment], graph: "nx.DiGraph[int]") -> dict[int, tuple[int, int]]:
    """Side (as an index into Side) and order of each segment, from the links where the source does not say them."""
    depth, sides = depths(graph), list(Side)
    places = {}
    for handle, segment in segments.items():
        side, order = segment.entity.get("side"), segment.entity.get("order")
        by_links = side if side is not None else _side_by_links(graph, handle)
        places[handle] = (sides.index(by_links), order if order is not None else depth[handle] + 1)
    return places


def _side_by_links(graph: "nx.DiGraph[int]", segment: int) -> Side:
    if not graph.in_degree(segment):
        return Side.UPSTREAM
    return Side.MIDSTREAM if graph.out_degree(segment) else Side.DOWNSTREAM


def _by_basis(bases: Iterable[Basis]) -> dict[Basis, int]:
    counts = dict.fromkeys(BASES, 0)
    for basis in bases:
        counts[basis] += 1
    return counts


def _sources(entity: Entity) -> list[Source]:
    return [stated.source for values in entity.values.values() for stated in values]


def _reach(view: View, sources: Iterable[Source]) -> Reach:
    """Up to which day the data sets that describe the chain reach."""
    used = {source.dataset for source in sources}
    return reach([dataset for dataset in view.datasets if dataset.name in used])
