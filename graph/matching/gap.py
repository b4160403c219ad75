"""Who could fill a product or a segment: sellers of it, then of narrower, broader and similar products, then companies
of segments that usually go together with it, and institutions that offer a service for it.

The order of the kinds follows the discovery figures (segment → company: Hits@10 .44 for "segments that go together");
the factors only order the list and are not measured.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from graph.matching.facts import NOTHING, ProductGraph, product_graph
from graph.matching.needs import KNOWN_LINK, Needs, Step, noisy_or
from graph.matching.partners import DECIMALS, EXACT, SIMILAR
from graph.view import View

NARROWER, BROADER, ALIKE = 0.7, 0.5, 0.5  # a narrower product surely is one; a broader or similar one may be
ALIKE_MIN = 0.35  # names less alike than this share a character, not a trade
ALIKE_K = 20
GOES_WITH_MIN_SHARE = 0.1  # of a segment's companies that are also in the wanted one


@dataclass(frozen=True, slots=True)
class GapPath:
    """Why somebody could fill the gap: steps from the wanted record to him, and what they contribute."""

    p: float
    tier: int
    steps: Sequence[Step]


@dataclass(frozen=True, slots=True)
class Filling:
    """One who could fill the gap, enterprise or institution, with all paths, the strongest first."""

    handle: int
    score: float
    tier: int
    paths: Sequence[GapPath]


@dataclass(frozen=True, slots=True)
class GapRanking:
    """Those who could fill a gap, in order, and which products were looked for."""

    fillings: Sequence[Filling]
    wanted: frozenset[int]
    considered: int


def fill(view: View, wanted: int, on: date) -> GapRanking:
    """Rank who could fill a product or a segment (its handle)."""
    graph = product_graph(view, on)
    needs = Needs.of_graph(graph)
    is_segment = view.ref(wanted).type == "Segment"
    products = _products_of(view, wanted, on) if is_segment else [wanted]
    found: defaultdict[int, list[GapPath]] = defaultdict(list)
    options = [(product, *option) for product in products for option in _options(graph, needs, product)]
    considered = {offered for _, offered, *_ in options}
    offering = _offering(graph, sorted(considered))
    for product, offered, factor, tier, steps in options:
        inside = [Step("InSegment", product, wanted)] if is_segment else []
        for link_type, who in offering[offered]:
            found[who].append(GapPath(factor, tier, [*inside, *steps, Step(link_type, who, offered)]))
    if is_segment:
        _add_neighbours(view, wanted, on, found)
    fillings = [_filling(handle, paths) for handle, paths in found.items()]
    keys = dict(zip(found, (ref.key for ref in view.refs(found)), strict=True))
    fillings.sort(key=lambda f: (f.tier, -f.score, keys[f.handle]))
    return GapRanking(fillings, frozenset(products), len(considered))


def _filling(handle: int, paths: Iterable[GapPath]) -> Filling:
    ordered = sorted(paths, key=lambda p: (p.tier, -p.p))
    return Filling(handle, round(noisy_or(p.p for p in ordered), DECIMALS), min(p.tier for p in ordered), ordered)


def _products_of(view: View, segment: int, on: date) -> list[int]:
    return sorted(_members(view, [segment], on, "Product")[segment])


def _options(graph: ProductGraph, needs: Needs, product: int) -> Iterable[tuple[int, float, int, list[Step]]]:
    """(product offered, factor, tier, steps from the wanted product to it)."""
    yield product, KNOWN_LINK, EXACT, []
    nearer: set[int] = {product}
    for narrower in sorted(graph.narrower.get(product, NOTHING)):
        nearer.add(narrower)
        yield narrower, NARROWER, SIMILAR, [Step("KindOf", narrower, product)]
    for broader in sorted(graph.broader.get(product, NOTHING)):
        nearer.add(broader)
        yield broader, BROADER, SIMILAR, [Step("KindOf", product, broader)]
    for alike, similarity in needs.similar_sold(product, ALIKE_K, ALIKE_MIN):
        if alike not in nearer:
            yield alike, ALIKE * similarity, SIMILAR, [Step("SimilarTo", product, alike, similarity)]


def _offering(graph: ProductGraph, products: Sequence[int]) -> Mapping[int, Sequence[tuple[str, int]]]:
    """Who offers each of these products, and by which link: sellers, then institutions."""
    asked = np.array(products, np.int64)
    offering: dict[int, list[tuple[str, int]]] = {product: [] for product in products}
    for link_type, links in (
        ("Makes", graph.sales_of(asked)),
        ("Offers", graph.view.links("Offers", asked, "in", on=graph.on)),
    ):
        for origin, who in sorted(set(zip(links.origin.tolist(), links.other.tolist(), strict=True))):
            offering[products[origin]].append((link_type, who))
    return offering


def _add_neighbours(view: View, segment: int, on: date, found: defaultdict[int, list[GapPath]]) -> None:
    """The segment's own companies, and those of segments that share companies with it."""
    members = _members(view, [segment], on, "Enterprise")[segment]
    for company in members:
        found[company].append(GapPath(KNOWN_LINK, EXACT, [Step("InSegment", company, segment)]))
    elsewhere = view.links("InSegment", sorted(members), "out", on=on)
    others = sorted(set(elsewhere.other.tolist()) - {segment})
    for other, companies in _members(view, others, on, "Enterprise").items():
        share = len(companies & members) / len(companies)
        if share >= GOES_WITH_MIN_SHARE:
            for company in sorted(companies - members):
                steps = [Step("GoesWith", segment, other, share), Step("InSegment", company, other)]
                found[company].append(GapPath(share, SIMILAR, steps))


def _members(view: View, segments: Sequence[int], on: date, record_type: str) -> dict[int, set[int]]:
    """The enterprises, or the products, of each of these segments."""
    found: dict[int, set[int]] = {segment: set() for segment in segments}
    links = view.links("InSegment", segments, "in", on=on)
    others = links.other.tolist()
    for origin, member, ref in zip(links.origin.tolist(), others, view.refs(others), strict=True):
        if ref.type == record_type:
            found[segments[origin]].add(member)
    return found
