"""Enterprises of the demo district 企业: the planted ones as they are written, and about two thousand drawn ones.

Their codes 统一社会信用代码 have valid check characters and spell YANG (样, sample) where a real organisation code
has eight digits, or MA and six characters: they can be typed and checked, and belong to nobody.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from random import Random

from stdnum.cn import uscc as stdnum_uscc

from graph.ontology import Size, Status
from loaders.demo_district import MARK, EnterpriseRow, FormerNameRow
from services.demo.draw import DEMO_DAY, chance, day_between, low_in_range, mostly_first, weighted
from services.demo.vocabulary import DivisionWords, PlantedEnterprise, SegmentOf, Vocabulary

DRAWN = 2000
FIRST_DRAWN_NUMBER = 100
"""Numbers below are kept for planted enterprises, so that planting one more moves no code."""

_STATUS = {Status.ACTIVE: 960, Status.CANCELLED: 30, Status.REVOKED: 10}
_DECADES = {(1992, 1999): 6, (2000, 2009): 26, (2010, 2017): 38, (2018, 2025): 30}
_LATEST_ESTABLISHMENT = date(2025, 12, 31)


@dataclass(frozen=True, slots=True)
class Firm:
    """An enterprise while the files are drawn. `segment`: its main one; `open`: supplies may be drawn for it."""

    row: EnterpriseRow
    segment: str
    planted: PlantedEnterprise | None
    open: bool

    @property
    def uscc(self) -> str:
        return self.row.uscc

    @property
    def since(self) -> date:
        """Day of establishment; the files never tell of anything earlier."""
        return self.row.established_on or date(2015, 1, 1)


ENTERPRISE, SOLE_TRADER, AUTHORITY = "91", "92", "11"
"""First two characters of a unified social credit code 统一社会信用代码: who registered what (GB 32100)."""


def demo_uscc(division: str, number: int, kind: str = ENTERPRISE) -> str:
    """The code of an invented party: its kind, division, YANG and a number, two check characters."""
    organisation = f"YANG{number:04d}"
    front = f"{kind}{division}{organisation}{organisation_check(organisation)}"
    return front + stdnum_uscc.calc_check_digit(front)


def organisation_check(code: str) -> str:
    """Check character of an organisation code 组织机构代码 (GB 11714): letters count from A = 10, X stands for 10."""
    total = sum(int(c, 36) * weight for c, weight in zip(code, (3, 7, 9, 10, 5, 8, 4, 2), strict=True))
    return "0123456789X0"[11 - total % 11]


def make_firms(rng: Random, words: Vocabulary) -> list[Firm]:
    """All enterprises, in the order of enterprises.csv; only the planted namesakes share a full name."""
    firms = [_planted(planted, words) for planted in words.planted.enterprises]
    names = {firm.row.name for firm in firms}
    divisions = {d.division: d for d in words.names.divisions}
    segments = {key: s.words.weight for key, s in words.segments.items() if not s.words.closed}
    for number in range(FIRST_DRAWN_NUMBER, FIRST_DRAWN_NUMBER + DRAWN):
        division = divisions[weighted(rng, {d.division: d.weight for d in words.names.divisions})]
        segment = words.segments[weighted(rng, segments)]
        firms.append(_drawn(rng, number, division, segment, words, names))
    return firms


def _planted(planted: PlantedEnterprise, words: Vocabulary) -> Firm:
    row = EnterpriseRow(
        mark=MARK,
        uscc=demo_uscc(planted.division, planted.number),
        name=planted.name,
        short_name=planted.short_name,
        status=Status.ACTIVE,
        established_on=planted.established_on,
        capital_wan=planted.capital_wan,
        division=planted.division,
        address=planted.address,
        size=planted.size,
        employees=planted.employees,
    )
    return Firm(row, words.segment_key(planted.segments[0].segment), planted, planted.open)


def _drawn(
    rng: Random, number: int, division: DivisionWords, segment: SegmentOf, words: Vocabulary, names: set[str]
) -> Firm:
    size = weighted(rng, {size: s.weight for size, s in words.names.sizes.items()})
    name, short_name = _new_name(rng, size, division, segment, words, names)
    ranges = words.names.sizes[size]
    status = weighted(rng, _STATUS)
    row = EnterpriseRow(
        mark=MARK,
        uscc=demo_uscc(division.division, number),
        name=name,
        short_name=None if chance(rng, 10) else short_name,
        status=status,
        established_on=_established(rng),
        capital_wan=_round_capital(low_in_range(rng, ranges.capital)),
        division=division.division,
        address=None if chance(rng, 3) else _address(rng, division, words.names.roads),
        size=None if chance(rng, 2) else size,
        employees=None if chance(rng, 8) else low_in_range(rng, ranges.employees),
    )
    return Firm(row, segment.key, None, status is Status.ACTIVE)


def _new_name(
    rng: Random, size: Size, division: DivisionWords, segment: SegmentOf, words: Vocabulary, names: set[str]
) -> tuple[str, str]:
    while True:
        place, form = mostly_first(rng, division.places), weighted(rng, words.names.forms[size])
        brand, trade = _brand(rng, words), rng.choice(tuple(segment.words.trades))
        name = f"{place}{brand}{trade}（示例）{form}"
        if name not in names:
            names.add(name)
            return name, brand + segment.words.trades[trade]


def _brand(rng: Random, words: Vocabulary) -> str:
    first = rng.choice(words.names.first)
    return first + rng.choice(words.names.second.replace(first, ""))


def _established(rng: Random) -> date:
    first, last = weighted(rng, _DECADES)
    return day_between(rng, date(first, 1, 4), min(date(last, 12, 28), _LATEST_ESTABLISHMENT))


def _round_capital(amount: int) -> Decimal:
    step = 1000 if amount >= 10000 else 100 if amount >= 1000 else 10
    return Decimal(amount // step * step)


def _address(rng: Random, division: DivisionWords, roads: Sequence[str]) -> str:
    building = f"{rng.randint(1, 12)}幢" if chance(rng, 40) else ""
    return f"{division.city}{rng.choice(division.streets)}{rng.choice(roads)}{rng.randint(1, 480)}号{building}"


def former_names(rng: Random, firms: Sequence[Firm], words: Vocabulary) -> list[FormerNameRow]:
    """Planted former names, and for about one in sixteen drawn enterprises a former one, a few with two."""
    names = {firm.row.name for firm in firms}
    rows = [row for firm in firms if firm.planted for row in _planted_former(firm, firm.planted)]
    for firm in firms:
        if firm.planted is None and chance(rng, 6):
            rows += _drawn_former(rng, firm, words, names)
    return rows


def _planted_former(firm: Firm, planted: PlantedEnterprise) -> Iterator[FormerNameRow]:
    for former in planted.former_names:
        yield FormerNameRow(mark=MARK, uscc=firm.uscc, former_name=former.name, until=former.until)


def _drawn_former(rng: Random, firm: Firm, words: Vocabulary, names: set[str]) -> Iterator[FormerNameRow]:
    division = next(d for d in words.names.divisions if d.division == firm.row.division)
    since = firm.since
    for _ in range(2 if chance(rng, 8) else 1):
        name, _short = _new_name(rng, firm.row.size or Size.SMALL, division, words.segments[firm.segment], words, names)
        until = day_between(rng, since, DEMO_DAY)
        since = until
        yield FormerNameRow(mark=MARK, uscc=firm.uscc, former_name=name, until=None if chance(rng, 10) else until)
