"""Who could supply a company, or buy from it: needs of products added up over companies.

score(A, B) = 1 − ∏ (1 − p(P, Q) · own(A, Q) · crowd(Q) · core(P, Q)) over P sold by A and Q sold by B: a noisy-or of
small, checkable steps *my product P → needs material Q → they sell Q*. See `needs` for what the figures mean.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Literal

import numpy as np
import numpy.typing as npt

from graph.matching.facts import ProductGraph, product_graph
from graph.matching.needs import KNOWN_LINK, Need, Needs
from graph.view import Ints, View

Doubles = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

OWN_PRODUCTION = 0.3  # the buyer sells the material itself; 1: nDCG .156, .3: .164, .1: .163 (Hits@10 unchanged)
CROWD_POWER = 0.2  # p · sellers(Q) ** −power: a material that everybody sells says little; 0: .272/.254, .2: .276/.265
CORE_SHARE = 0.05  # of turnover: below it a product is a side line (discovery: 78 % of true pairs touch one)
SIDE_LINE = 0.15  # what a side line counts when core business is asked for
SIMILAR_SELLER_FACTOR = 0.3  # B sells a product named like Q: only below all exact sellers, inside one sum it costs .05
SIMILAR_SELLER_MIN = 0.5  # similarity from which a product may stand in for a material
SIMILAR_SELLER_K = 20
FILL_NEEDS = 20  # the strongest needs for which similar sellers are looked up
REVERSE_USERS = 100  # products tried as unrecorded users of one that is sold; their needs are computed in full
FEW_USERS = 15  # the same for a material that is only similar to what is sold

DECIMALS = 9  # of a score: what lies below is noise of the arithmetic, and would decide before the key does
EXACT, SIMILAR, SIMILAR_SELLER = 0, 1, 2  # tiers in their order; the last two are both called similar
Direction = Literal["supplier", "customer"]


@dataclass(frozen=True, slots=True)
class ProductPath:
    """One way between two companies: P needs Q, and the supplying side sells `sold` (Q itself, or a product like it).

    `p`: what it contributes. `similarity` is None where `sold` is Q itself. `own`: the buying side sells Q, too.
    `buyer_share`, `seller_share`: of turnover, NaN where not stated.
    """

    product: int
    material: int
    sold: int
    p: float
    tier: int
    similarity: float | None
    own: bool
    buyer_share: float
    seller_share: float


@dataclass(frozen=True, slots=True)
class Entries:
    """Every product path found, as parallel arrays; `company` is the candidate's handle."""

    company: Ints
    product: Ints
    material: Ints
    sold: Ints
    p: Doubles
    tier: Ints
    similarity: Doubles  # NaN where the very material is sold
    own: Flags
    buyer_share: Doubles
    seller_share: Doubles

    def __len__(self) -> int:
        return len(self.company)

    def where(self, mask: Flags) -> "Entries":
        return Entries(*(getattr(self, f.name)[mask] for f in fields(self)))

    def with_(self, other: "Entries") -> "Entries":
        return Entries(*(np.concatenate((getattr(self, f.name), getattr(other, f.name))) for f in fields(self)))

    def path(self, i: int) -> ProductPath:
        similarity = float(self.similarity[i])
        return ProductPath(
            int(self.product[i]),
            int(self.material[i]),
            int(self.sold[i]),
            float(self.p[i]),
            int(self.tier[i]),
            None if np.isnan(similarity) else similarity,
            bool(self.own[i]),
            float(self.buyer_share[i]),
            float(self.seller_share[i]),
        )


@dataclass(frozen=True, slots=True)
class Ranking:
    """Candidates in order: parallel arrays of handle, score and tier.

    `direct`: basis code of a supply link that joins the two, or -1; `direct_links`: that link. `products`,
    `materials`: how many products of the asking company were followed to how many others.
    """

    handles: Ints
    scores: Doubles
    tiers: Ints
    direct: Ints
    direct_links: Mapping[int, int]
    products: int
    materials: int
    entries: Entries

    def paths_of(self, candidate: int) -> list[ProductPath]:
        """All product paths to a candidate, the strongest first."""
        found = [self.entries.path(int(i)) for i in np.flatnonzero(self.entries.company == candidate)]
        return sorted(found, key=lambda x: (x.tier, -x.p, x.product, x.material, x.sold))


@dataclass(frozen=True, slots=True)
class _Term:
    """That one product needs another, one of the two the asking company's; `share`: its share of turnover."""

    product: int
    material: int
    need: Need
    share: float


def rank(
    view: View, company: int, direction: Direction, on: date, *, core: bool = False, wanted: int | None = None
) -> Ranking:
    """All candidates of a company, in order, the company itself left out.

    `core`: count side lines of either side less. `wanted`: how many candidates are enough; only below it (always,
    when None) sellers of similar products fill up. Partners joined by a supply link are in it, marked by `direct`.
    """
    graph = product_graph(view, on)
    needs = Needs.of_graph(graph)
    own = _shares(graph, company)
    if direction == "supplier":
        terms = _supplier_terms(needs, own)
        entries = _sellers_of_materials(graph, terms, own)
    else:
        terms = _customer_terms(graph, needs, own)
        entries = _makers_of_products(graph, terms)
    entries = _weighted(graph, entries, core=core)
    entries = entries.where(entries.company != company)
    if wanted is None or len(np.unique(entries.company)) < wanted:
        similar = (
            _similar_sellers(graph, needs, terms, own)
            if direction == "supplier"
            else _users_of_similar(graph, needs, own)
        )
        filling = _weighted(graph, similar, core=core)
        fresh = (filling.company != company) & ~np.isin(filling.company, entries.company)
        entries = entries.with_(filling.where(fresh))
    direct = _direct(view, company, direction, on)
    return _ordered(view, entries, direct, len(own), len({t.material for t in terms}))


def _ordered(
    view: View, entries: Entries, direct: Mapping[int, tuple[int, int]], products: int, materials: int
) -> Ranking:
    joined = np.array(sorted(direct), np.int64)
    companies, at = np.unique(np.concatenate((entries.company, joined)), return_inverse=True)
    p = np.concatenate((entries.p, np.full(len(joined), KNOWN_LINK)))
    doubts = np.bincount(at, weights=np.log1p(-np.minimum(p, 0.9999)), minlength=len(companies))
    scores = (-np.expm1(doubts)).astype(np.float64).round(DECIMALS)
    tiers = np.full(len(companies), SIMILAR_SELLER, np.int64)
    np.minimum.at(tiers, at, np.concatenate((entries.tier, np.full(len(joined), EXACT))))
    order = np.lexsort((view.key_ranks(companies), -scores, tiers))
    handles = companies[order]
    basis = np.full(len(companies), -1, np.int64)
    basis[np.searchsorted(companies, joined)] = [direct[h][0] for h in joined.tolist()]
    bases = basis[order]
    links = {handle: link for handle, (_, link) in direct.items()}
    return Ranking(handles, scores[order], tiers[order], bases, links, products, materials, entries)


def _direct(view: View, company: int, direction: Direction, on: date) -> dict[int, tuple[int, int]]:
    """Who is joined to the company by a supply link: other → (surest basis code, that link)."""
    links = view.links("Supplies", [company], "in" if direction == "supplier" else "out", on=on)
    surest: dict[int, tuple[int, int]] = {}
    for other, basis, link in zip(links.other.tolist(), links.basis.tolist(), links.link.tolist(), strict=True):
        if other != company and (other not in surest or basis < surest[other][0]):
            surest[other] = (basis, link)
    return surest


def _shares(graph: ProductGraph, company: int) -> dict[int, float]:
    """What a company sells, with the largest stated share of turnover."""
    sales = graph.sales(company)
    shares: dict[int, float] = {}
    for product, share in zip(sales.other.tolist(), sales.share.tolist(), strict=True):
        shares[product] = float(np.fmax(share, shares.get(product, np.nan)))
    return shares


def _supplier_terms(needs: Needs, own: Mapping[int, float]) -> list[_Term]:
    return [
        _Term(product, material, need, own[product])
        for product in sorted(own)
        for material, need in needs.of(product).items()
    ]


def _customer_terms(graph: ProductGraph, needs: Needs, own: Mapping[int, float]) -> list[_Term]:
    """The same needs read backwards: which sold products need what the company sells."""
    return [
        _Term(product, material, need, own[material])
        for material in sorted(own)
        for product in _possible_users(graph, needs, material, REVERSE_USERS)
        if (need := needs.of(product).get(material)) is not None
    ]


def _possible_users(graph: ProductGraph, needs: Needs, material: int, limit: int) -> Sequence[int]:
    """Sold products that are recorded users of a material, then at most `limit` of those like many of its users."""
    recorded = sorted(graph.users.get(material, ()))
    likely: defaultdict[int, int] = defaultdict(int)
    for user in recorded[:limit]:
        for product in needs.like(user):
            likely[product] += 1
    sold = [user for user in recorded if graph.sellers[user]]
    others = sorted(set(likely) - set(sold), key=lambda h: (-likely[h], h))
    return sold + others[:limit]


def _sellers_of_materials(graph: ProductGraph, terms: Sequence[_Term], own: Mapping[int, float]) -> Entries:
    term, company, share = _joined(graph, [t.material for t in terms])
    material = np.array([t.material for t in terms], np.int64)[term]
    return Entries(
        company=company,
        product=np.array([t.product for t in terms], np.int64)[term],
        material=material,
        sold=material,
        p=np.array([t.need.p for t in terms])[term],
        tier=np.array([EXACT if t.need.recorded else SIMILAR for t in terms], np.int64)[term],
        similarity=np.full(len(term), np.nan),
        own=np.isin(material, list(own)),
        buyer_share=np.array([t.share for t in terms])[term],
        seller_share=share,
    )


def _users_of_similar(graph: ProductGraph, needs: Needs, own: Mapping[int, float]) -> Entries:
    """Makers of products that need a material named like what the company sells."""
    found = [
        (_Term(product, material, need, own[sold]), sold, similarity)
        for sold in sorted(own)
        for material, similarity in needs.similar_material(sold, SIMILAR_SELLER_K, SIMILAR_SELLER_MIN)
        for product in _possible_users(graph, needs, material, FEW_USERS)
        if (need := needs.of(product).get(material)) is not None
    ]
    # Of several things sold that resemble one material the most similar stands for all: the need is one.
    best: dict[tuple[int, int], tuple[_Term, int, float]] = {}
    for term, sold, similarity in sorted(found, key=lambda f: -f[2]):
        best.setdefault((term.product, term.material), (term, sold, similarity))
    entries = _makers_of_products(graph, [term for term, _, _ in best.values()])
    chosen = [best[pair][1:] for pair in zip(entries.product.tolist(), entries.material.tolist(), strict=True)]
    similarities = np.array([similarity for _, similarity in chosen])
    return replace(
        entries,
        sold=np.array([sold for sold, _ in chosen], np.int64),
        p=entries.p * similarities * SIMILAR_SELLER_FACTOR,
        tier=np.full(len(entries), SIMILAR_SELLER, np.int64),
        similarity=similarities,
    )


def _makers_of_products(graph: ProductGraph, terms: Sequence[_Term]) -> Entries:
    term, company, share = _joined(graph, [t.product for t in terms])
    material = np.array([t.material for t in terms], np.int64)[term]
    sellers = graph.sales_of(np.unique(material))
    both = set(zip(np.unique(material)[sellers.origin].tolist(), sellers.other.tolist(), strict=True))
    own = [pair in both for pair in zip(material.tolist(), company.tolist(), strict=True)]
    return Entries(
        company=company,
        product=np.array([t.product for t in terms], np.int64)[term],
        material=material,
        sold=material,
        p=np.array([t.need.p for t in terms])[term],
        tier=np.array([EXACT if t.need.recorded else SIMILAR for t in terms], np.int64)[term],
        similarity=np.full(len(term), np.nan),
        own=np.array(own, bool),
        buyer_share=share,
        seller_share=np.array([t.share for t in terms])[term],
    )


def _similar_sellers(graph: ProductGraph, needs: Needs, terms: Sequence[_Term], own: Mapping[int, float]) -> Entries:
    """Sellers of products named like the materials that are needed most."""
    strongest = sorted(terms, key=lambda t: (-t.need.p, t.product, t.material))[:FILL_NEEDS]
    found = [
        (term, sold, similarity)
        for term in strongest
        for sold, similarity in needs.similar_sold(term.material, SIMILAR_SELLER_K, SIMILAR_SELLER_MIN)
    ]
    at, company, share = _joined(graph, [sold for _, sold, _ in found])
    material = np.array([t.material for t, _, _ in found], np.int64)[at]
    similarity = np.array([s for _, _, s in found])[at]
    return Entries(
        company=company,
        product=np.array([t.product for t, _, _ in found], np.int64)[at],
        material=material,
        sold=np.array([sold for _, sold, _ in found], np.int64)[at],
        p=np.array([t.need.p for t, _, _ in found])[at] * similarity * SIMILAR_SELLER_FACTOR,
        tier=np.full(len(at), SIMILAR_SELLER, np.int64),
        similarity=similarity,
        own=np.isin(material, list(own)),
        buyer_share=np.array([t.share for t, _, _ in found])[at],
        seller_share=share,
    )


def _joined(graph: ProductGraph, products: Sequence[int]) -> tuple[Ints, Ints, Doubles]:
    """Join a list of products with their sellers: (index into the list, company, largest share of turnover)."""
    distinct, at = np.unique(np.array(products, np.int64), return_inverse=True)
    sold = graph.sales_of(distinct)
    # Two breakdowns may state one sale: the largest share is taken, one that is not stated (NaN) last.
    sale = sold.origin << 32 | sold.other  # ascending, as links come
    first = np.flatnonzero(np.diff(sale, prepend=-1))
    sellers = sold.other[first]
    shares = np.fmax.reduceat(sold.share.astype(np.float64), first) if len(first) else sold.share.astype(np.float64)
    starts = np.searchsorted(sold.origin[first], np.arange(len(distinct) + 1))
    counts = (starts[1:] - starts[:-1])[at]
    index = np.repeat(np.arange(len(products)), counts)
    run = np.arange(len(index)) - np.repeat(np.cumsum(counts) - counts, counts)
    rows = starts[at][index] + run
    return index, sellers[rows], shares[rows]


def _weighted(graph: ProductGraph, entries: Entries, *, core: bool) -> Entries:
    """The entries with what weakens them: a crowd of sellers, own production, side lines."""
    p = entries.p * np.maximum(graph.sellers[entries.sold], 1.0) ** -CROWD_POWER
    p = np.where(entries.own, p * OWN_PRODUCTION, p)
    if core:
        side = (entries.buyer_share < CORE_SHARE) | (entries.seller_share < CORE_SHARE)
        p = np.where(side, p * SIDE_LINE, p)
    return replace(entries, p=p)
