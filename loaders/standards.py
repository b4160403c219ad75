"""Sector classification standards 各领域分类标准: which fine is lower, larger or very large, as data with citation.

An increment: each row adds a standard or changes the one of its field, authority and first day, and none is retracted
because a later file leaves it out. A row that overlaps another is refused, since nobody could tell which of the two
classes a fine.
"""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Annotated, Any

from pydantic import Field

from graph import ontology
from lianxin.errors import BadFact
from loaders.credit import mark
from loaders.loader import Format, Notes, Refused, Row, SourceFile, Statement
from rules.credit_repair.standards import COLUMNS, SectorStandard, read_standard, refuse_overlap

NO_AUTHORITY = "standard without an authority: registers state no field, so that it classes no record of a register: "
"""Followed by the field."""
NO_PENALTY = "standard of an authority of which the ledger holds no penalty; is its name as the register writes it? "
"""Followed by the authority."""
_TYPE = "SectorStandard"


class SectorStandardRow(Row):
    """分类标准 One standard: field, authority (blank: every one of the field), days, two amounts in yuan, citation."""

    field: str | None = None
    authority: str | None = None
    first_day: Annotated[str | None, Field(alias="from")] = None
    last_day: Annotated[str | None, Field(alias="to")] = None
    low_up_to: str | None = None
    huge_from: str | None = None
    citation: str | None = None

    def standard(self) -> SectorStandard:
        """The row as the rules read it. Raises Refused naming the cell."""
        values = (self.field, self.authority, self.first_day, self.last_day)
        cells = (*values, self.low_up_to, self.huge_from, self.citation)
        try:
            return read_standard(dict(zip(COLUMNS, (cell or "" for cell in cells), strict=True)))
        except BadFact as bad:
            raise _refused(bad) from bad


def take_standard(row: SectorStandardRow, notes: Notes) -> Iterator[Statement]:
    """The standard, unless it overlaps one of an earlier row or load."""
    standard = row.standard()
    key = _key(standard)
    for other, known in _others(notes).items():
        if other != key:
            _refuse_overlap(standard, known)
    notes.alone(row, "from", _TYPE, key, standard.first_day.isoformat())
    _others(notes)[key] = standard
    mark(standard.citation, notes)
    if standard.authority is None:
        notes.note(NO_AUTHORITY + standard.field)
    elif not notes.parties.has_penalty_of(standard.authority):
        notes.note(NO_PENALTY + standard.authority)
    yield ontology.SectorStandard(
        key=key,
        field=standard.field,
        authority=standard.authority,
        first_day=standard.first_day,
        last_day=standard.last_day,
        low_up_to=standard.low_up_to,
        huge_from=standard.huge_from,
        citation=standard.citation,
    )


def standard_of(values: Mapping[str, Any]) -> SectorStandard:
    """A standard as the ledger holds it, as the rules read it."""
    cells: dict[str, Any] = {each.name: values.get(each.name) for each in fields(SectorStandard)}
    return SectorStandard(**cells)


def _others(notes: Notes) -> dict[str, SectorStandard]:
    """The standards so far: those of the ledger, with those of earlier rows in their place."""
    if not notes.standards:
        held = notes.parties.said(_TYPE)
        notes.standards.update({key: standard_of(said[0]) for key, said in held.items()})
    return notes.standards


def _key(standard: SectorStandard) -> str:
    return f"{standard.field}/{standard.authority or '-'}/{standard.first_day}"


def _refuse_overlap(standard: SectorStandard, known: SectorStandard) -> None:
    try:
        refuse_overlap(standard, [known])
    except BadFact as bad:
        raise _refused(bad) from bad


def _refused(bad: BadFact) -> Refused:
    return Refused(bad.field, bad.value, bad.problem, bad.problem_zh)


SECTOR_STANDARDS = Format(
    name="sector-standards",
    label="各领域分类标准",
    files=(
        SourceFile(
            ("sector_standards.csv", "sector_standards.csv.gz"), SectorStandardRow, take_standard, any_name=True
        ),
    ),
    mode="increment",
)
