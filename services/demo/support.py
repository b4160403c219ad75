"""Who helps and who asks 机构与需求: institutions, their services, and the needs of enterprises."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from random import Random

from graph.ontology import Service
from loaders.demo_district import MARK, EnterpriseProductRow, InstitutionRow, InstitutionServiceRow, NeedRow
from services.demo.draw import DEMO_DAY, chance, day_between
from services.demo.firms import Firm
from services.demo.vocabulary import InstitutionWords, Vocabulary

NEEDS = 60

_FIRST_NEED = date(2026, 1, 5)


def institutions(rng: Random, words: Vocabulary) -> list[InstitutionRow]:
    city = {d.division: d.city for d in words.names.divisions}
    return [
        InstitutionRow(
            mark=MARK,
            institution=institution_key(number),
            name=entry.name,
            short_name=entry.name.removesuffix("（示例）"),
            kind=entry.kind,
            division=entry.division,
            address=f"{city[entry.division]}{rng.choice(words.names.roads)}{rng.randint(1, 300)}号",
        )
        for number, entry in enumerate(words.names.institutions, 1)
    ]


def institution_key(number: int) -> str:
    return f"JG-{number:03d}"


def institution_services(rng: Random, words: Vocabulary) -> list[InstitutionServiceRow]:
    """Planted services, and eight to twenty drawn ones for each institution that offers any."""
    rows: list[InstitutionServiceRow] = []
    for number, entry in enumerate(words.names.institutions, 1):
        offered = {**_drawn_services(rng, entry, words), **entry.services}
        rows += [
            InstitutionServiceRow(mark=MARK, institution=institution_key(number), product=product, service=service)
            for product, service in offered.items()
        ]
    return rows


def _drawn_services(rng: Random, entry: InstitutionWords, words: Vocabulary) -> Mapping[str, Service]:
    if entry.offers is None:
        return {}
    options = [
        product
        for segment in words.segments.values()
        if segment.chain.chain in entry.chains and not segment.words.closed
        for product in segment.words.products
    ]
    return dict.fromkeys(rng.sample(options, rng.randint(8, 20)), entry.offers)


def needs(
    rng: Random, firms: Sequence[Firm], makes: Sequence[EnterpriseProductRow], words: Vocabulary
) -> list[NeedRow]:
    """Needs of open local enterprises, each for a material of a product that the enterprise makes."""
    made: dict[str, list[str]] = defaultdict(list)
    for row in makes:
        made[row.uscc].append(row.product)
    local = words.names.divisions[0].division
    askers = [
        (firm, materials)
        for firm in firms
        if firm.open and firm.row.division == local
        if (materials := [m for name in made[firm.uscc] for m in words.products[name].materials])
    ]
    return [
        _need(rng, number, firm, rng.choice(materials), words)
        for number, (firm, materials) in enumerate(rng.sample(askers, NEEDS), 1)
    ]


def _need(rng: Random, number: int, firm: Firm, product: str, words: Vocabulary) -> NeedRow:
    raised_on = day_between(rng, _FIRST_NEED, DEMO_DAY)
    return NeedRow(
        mark=MARK,
        need=f"XQ-2026-{number:03d}",
        title=rng.choice(words.names.needs).format(product=product),
        uscc=firm.uscc,
        product=product,
        raised_on=raised_on,
        until=None if chance(rng, 10) else raised_on + timedelta(days=rng.choice((90, 180, 365))),
    )
