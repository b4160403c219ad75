"""Sector classification standards 各领域分类标准: which fine is lower, larger or very large in a field.

No such standard with amounts has been found; they are loaded as data, row by row with their citation. A band that the
record itself states wins; where the standard says otherwise, the contradiction is shown.
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache

from graph.identifiers import parse_day
from lianxin.errors import BadFact
from rules.credit_repair.facts import READERS, Band, Facts

COLUMNS = ("field", "authority", "from", "to", "low_up_to", "huge_from", "citation")


@dataclass(frozen=True, slots=True)
class SectorStandard:
    """One row. `low_up_to`: fines up to and including it are lower; `huge_from`: from it on, very large. In yuan 元.

    `authority` None: for every authority of the field. `last_day` None: until further notice.
    """

    field: str
    authority: str | None
    first_day: date
    last_day: date | None
    low_up_to: Decimal
    huge_from: Decimal
    citation: str

    def band(self, fine: Decimal) -> Band:
        if fine <= self.low_up_to:
            return Band.LOW
        return Band.HUGE if fine >= self.huge_from else Band.LARGE

    def in_force(self, on: date) -> bool:
        return self.first_day <= on and (self.last_day is None or on <= self.last_day)

    def overlaps(self, other: "SectorStandard") -> bool:
        same = (self.field, plain_authority(self.authority or "")) == (
            other.field,
            plain_authority(other.authority or ""),
        )
        return (
            same and self.first_day <= (other.last_day or date.max) and other.first_day <= (self.last_day or date.max)
        )


def read_standard(row: Mapping[str, str]) -> SectorStandard:
    """Read a row of text. Raises BadFact: a standard without citation, an end before its start, bands that cross."""
    cells = {name: row.get(name, "").strip() for name in COLUMNS}
    for name in ("field", "from", "low_up_to", "huge_from", "citation"):
        if not cells[name]:
            raise BadFact(name, "", "is blank", "为空")
    first, last = _day("from", cells["from"]), _day("to", cells["to"]) if cells["to"] else None
    if last is not None and last < first:
        raise BadFact("to", cells["to"], f"lies before the first day {first}", f"早于首日 {first}")
    low, huge = _yuan("low_up_to", cells["low_up_to"]), _yuan("huge_from", cells["huge_from"])
    if huge <= low:
        raise BadFact("huge_from", cells["huge_from"], f"is not above low_up_to {low}", f"没有高于 low_up_to {low}")
    return SectorStandard(cells["field"], cells["authority"] or None, first, last, low, huge, cells["citation"])


def _day(name: str, text: str) -> date:
    try:
        return parse_day(text)
    except ValueError as error:
        raise BadFact(name, text, str(error), "不是日期（YYYY-MM-DD）") from error


def _yuan(name: str, text: str) -> Decimal:
    try:
        amount: Decimal = READERS["fine_yuan"](text)
    except ValueError as error:
        raise BadFact(name, text, str(error), "不是以元计的金额") from error
    return amount


@dataclass(frozen=True, slots=True)
class FineClassing:
    """The band of a fine and where it comes from. `contradicts`: the standard that says otherwise.

    `disagree`: several standards fit equally and give different bands, so that none of them classes it.
    """

    band: Band | None
    standard: SectorStandard | None = None
    contradicts: SectorStandard | None = None
    disagree: tuple[SectorStandard, ...] = ()


@cache
def _stated(band: Band | None) -> FineClassing:
    """The band as the record states it, no standard being loaded."""
    return FineClassing(band)


class Standards:
    """Loaded standards; `of` narrows them to the records of one authority.

    Facts name a field and no authority, a register's row names an authority and no field. Therefore a row that names
    an authority classes only its own fines, and its field is taken from the row; a row without one classes every fine
    of its field.
    """

    def __init__(self, rows: Sequence[SectorStandard] = ()) -> None:
        self.rows = tuple(rows)
        self._whose: frozenset[str] = frozenset()
        self._narrowed: dict[frozenset[str], Standards] = {}

    def of(self, *authority: str) -> "Standards":
        """The same for the records of an authority, by its name and its code."""
        if not self.rows:
            return self
        whose = frozenset(plain_authority(each) for each in authority)
        if whose not in self._narrowed:
            narrowed = Standards(
                [row for row in self.rows if row.authority is None or plain_authority(row.authority) in whose]
            )
            narrowed._whose = whose
            self._narrowed[whose] = narrowed
        return self._narrowed[whose]

    def classing(self, facts: Facts, day: date) -> FineClassing:
        """The band of a record's fine, by the standard in force on a day."""
        fitting = self._fitting(facts, day) if self.rows and facts.fine_yuan is not None else ()
        if not fitting or facts.fine_yuan is None:
            return _stated(facts.fine_band)
        bands = {row: row.band(facts.fine_yuan) for row in fitting}
        if facts.fine_band is not None:
            return FineClassing(facts.fine_band, None, _other(bands, facts.fine_band))
        if len(set(bands.values())) > 1:
            return FineClassing(None, disagree=fitting)
        return FineClassing(bands[fitting[0]], fitting[0])

    def _fitting(self, facts: Facts, day: date) -> tuple[SectorStandard, ...]:
        """The authority's own standards before the field's."""
        in_force = [row for row in self.rows if row.in_force(day) and facts.field in (row.field, None)]
        own = tuple(row for row in in_force if row.authority is not None and self._whose)
        return own or tuple(row for row in in_force if row.authority is None and row.field == facts.field)


def _other(bands: Mapping[SectorStandard, Band], stated: Band) -> SectorStandard | None:
    return next((row for row, band in bands.items() if band is not stated), None)


def plain_authority(authority: str) -> str:
    """A name or code without spaces, in one width of characters."""
    return "".join(unicodedata.normalize("NFKC", authority).split())


def refuse_overlap(row: SectorStandard, others: Iterable[SectorStandard]) -> None:
    """Raises BadFact for a row that overlaps another: nobody could tell which of them classes a fine."""
    if clash := next((other for other in others if row.overlaps(other)), None):
        known = f"{clash.field} {clash.first_day}"
        raise BadFact("from", row.first_day.isoformat(), f"overlaps the row {known}", f"与 {known} 的一行重叠")


NO_STANDARDS = Standards()
