"""What the enterprises do 生产与供货: segments, products with shares, and supplies that follow the materials."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from random import Random

from graph.ontology import Basis, Size
from loaders.demo_district import MARK, EnterpriseProductRow, EnterpriseSegmentRow, SupplyRow
from services.demo.draw import DEMO_DAY, chance, day_between, several, weighted
from services.demo.firms import Firm
from services.demo.vocabulary import PlantedEnterprise, Vocabulary

SUPPLIES = 3000

_BASIS = {Basis.OBSERVED: 60, Basis.CLAIMED: 40}
_PRODUCTS = {1: 34, 2: 28, 3: 20, 4: 12, 5: 6}
_REACH = {Size.LARGE: 24, Size.MEDIUM: 9, Size.SMALL: 3, Size.MICRO: 1, None: 1}
"""How often an enterprise of a size is drawn as a supplier, against a micro one."""
_NEAR = 3
"""A supplier of the buyer's own division is drawn so many times as often as one of another."""
_FIRST_STATEMENT = date(2024, 1, 2)
_FIRST_SUPPLY = date(2016, 1, 4)


def enterprise_segments(rng: Random, firms: Sequence[Firm], words: Vocabulary) -> list[EnterpriseSegmentRow]:
    """The main segment of every enterprise, and for about one in four a second one of the same chain."""
    rows: list[EnterpriseSegmentRow] = []
    for firm in firms:
        rows += _planted_segments(firm, firm.planted, words) if firm.planted else _drawn_segments(rng, firm, words)
    return rows


def _planted_segments(firm: Firm, planted: PlantedEnterprise, words: Vocabulary) -> Iterator[EnterpriseSegmentRow]:
    for s in planted.segments:
        key = words.segment_key(s.segment)
        yield EnterpriseSegmentRow(mark=MARK, uscc=firm.uscc, segment=key, basis=s.basis, stated_on=s.stated_on)


def _drawn_segments(rng: Random, firm: Firm, words: Vocabulary) -> Iterator[EnterpriseSegmentRow]:
    chain = words.segments[firm.segment].chain
    others = [k for k, s in words.segments.items() if s.chain is chain and k != firm.segment and not s.words.closed]
    for key in (firm.segment, *([rng.choice(others)] if chance(rng, 24) else [])):
        yield EnterpriseSegmentRow(
            mark=MARK, uscc=firm.uscc, segment=key, basis=weighted(rng, _BASIS), stated_on=_stated_on(rng, firm)
        )


def _stated_on(rng: Random, firm: Firm) -> date | None:
    return None if chance(rng, 5) else day_between(rng, max(firm.since, _FIRST_STATEMENT), DEMO_DAY)


def enterprise_products(
    rng: Random, firms: Sequence[Firm], memberships: Sequence[EnterpriseSegmentRow], words: Vocabulary
) -> list[EnterpriseProductRow]:
    """One to five products of the enterprise's segments; the earlier a product stands there, the more often."""
    segments: dict[str, list[str]] = defaultdict(list)
    for membership in memberships:
        segments[membership.uscc].append(membership.segment)
    rows: list[EnterpriseProductRow] = []
    for firm in firms:
        if firm.planted:
            rows += _planted_products(firm, firm.planted)
        else:
            rows += _drawn_products(rng, firm, segments[firm.uscc], words)
    return rows


def _planted_products(firm: Firm, planted: PlantedEnterprise) -> Iterator[EnterpriseProductRow]:
    for p in planted.products:
        yield EnterpriseProductRow(
            mark=MARK, uscc=firm.uscc, product=p.product, share=p.share, basis=p.basis, stated_on=p.stated_on
        )


def _drawn_products(
    rng: Random, firm: Firm, segments: Sequence[str], words: Vocabulary
) -> Iterator[EnterpriseProductRow]:
    options = [name for segment in segments for name in _sold_by_drawn(segment, words)]
    left = 100
    for product in several(rng, options, weighted(rng, _PRODUCTS)):
        share = rng.randint(2, max(2, left * 2 // 3))
        left = max(2, left - share)
        yield EnterpriseProductRow(
            mark=MARK,
            uscc=firm.uscc,
            product=product,
            share=None if chance(rng, 25) else share / 100,
            basis=weighted(rng, _BASIS),
            stated_on=_stated_on(rng, firm),
        )


def _sold_by_drawn(segment: str, words: Vocabulary) -> list[str]:
    """Products whose broader kind lies in a closed segment are left to the planted enterprises."""
    closed = {key for key, s in words.segments.items() if s.words.closed}
    return [
        name
        for name in words.sold(segment)
        if (kind := words.products[name].kind) is None or words.segment_of[kind] not in closed
    ]


def supplies(
    rng: Random, firms: Sequence[Firm], makes: Sequence[EnterpriseProductRow], words: Vocabulary
) -> list[SupplyRow]:
    """Planted supplies, then drawn ones: the supplier makes a material of a product that the buyer makes."""
    by_uscc = {firm.uscc: firm for firm in firms}
    rows = list(_planted_supplies(firms, words))
    taken = {(row.supplier, row.buyer, row.product) for row in rows}
    makers = _open_makers(makes, by_uscc)
    wants = [(buyer, m) for name, group in makers.items() for buyer in group for m in words.products[name].materials]
    rng.shuffle(wants)
    for buyer, material in wants:
        if len(rows) == SUPPLIES:
            break
        supplier = _supplier(rng, buyer, makers.get(material, ()))
        if supplier and (key := (supplier.uscc, buyer.uscc, material)) not in taken:
            taken.add(key)
            rows.append(_drawn_supply(rng, supplier, buyer, material))
    return rows


def _planted_supplies(firms: Sequence[Firm], words: Vocabulary) -> Iterator[SupplyRow]:
    code = {firm.planted.id: firm.uscc for firm in firms if firm.planted}
    for s in words.planted.supplies:
        yield SupplyRow(
            mark=MARK,
            supplier=code[s.supplier],
            buyer=code[s.buyer],
            product=s.product,
            basis=s.basis,
            valid_from=s.valid_from,
            valid_to=s.valid_to,
        )


def _open_makers(makes: Sequence[EnterpriseProductRow], by_uscc: Mapping[str, Firm]) -> dict[str, list[Firm]]:
    makers: dict[str, list[Firm]] = defaultdict(list)
    for row in makes:
        if by_uscc[row.uscc].open:
            makers[row.product].append(by_uscc[row.uscc])
    return dict(makers)


def _supplier(rng: Random, buyer: Firm, makers: Sequence[Firm]) -> Firm | None:
    weights = [
        0 if m is buyer else _REACH[m.row.size] * (_NEAR if m.row.division == buyer.row.division else 1) for m in makers
    ]
    return rng.choices(makers, weights)[0] if any(weights) else None


def _drawn_supply(rng: Random, supplier: Firm, buyer: Firm, product: str) -> SupplyRow:
    first = day_between(rng, max(supplier.since, buyer.since, _FIRST_SUPPLY), DEMO_DAY)
    ended = chance(rng, 8)
    return SupplyRow(
        mark=MARK,
        supplier=supplier.uscc,
        buyer=buyer.uscc,
        product=product,
        basis=weighted(rng, _BASIS),
        valid_from=first,
        valid_to=day_between(rng, first, DEMO_DAY) if ended else None,
    )
