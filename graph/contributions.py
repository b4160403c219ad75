"""Contributions 来源载明: what each data set says of a record, and how that becomes one record with all its values.

Every view reads them from its own store and puts them together here, so that no two views can disagree.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

import orjson
from sqlalchemy import Connection

from graph.ledger import reading
from graph.ontology import PROPERTIES, RECORD_TYPES, Ref, Size, Status, Unknown, read_body
from graph.view import DatasetInfo, Entity, Source, Stated
from lianxin.clock import day_in_china

FILTERED = frozenset(t for t in RECORD_TYPES if any(p.name == "division" for p in PROPERTIES[t]))
"""The record types that a question can filter by place."""

Filters = tuple[int, int, bool]  # division (0: not known), index into Size (-1: not known), closed

_SIZES = {size.value: code for code, size in enumerate(Size)}
_CLOSED = frozenset({Status.CANCELLED.value, Status.REVOKED.value})


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one data set says of a record in one row: JSON body, file and row."""

    rank: tuple[int, int, str]  # higher trust first, then the data set loaded first, then its parts by name
    body: str
    file: int
    row: int


def entity(handle: int, ref: Ref, said: Iterable[Contribution], sources: Mapping[int, Source]) -> Entity:
    """A record with the values of all its contributions, which come in the order of their rank."""
    values: dict[str, list[Stated]] = {}
    for each in said:
        source = replace(sources[each.file], row=each.row)
        for name, value in read_body(ref.type, each.body).items():
            values.setdefault(name, []).append(Stated(value, source))
    for name, stated in values.items():
        if isinstance(stated[0].value, Unknown):  # a source that knows is taken before one that does not
            values[name] = sorted(stated, key=lambda s: isinstance(s.value, Unknown))
    return Entity(handle, ref, values)


def filters(said: Iterable[Contribution]) -> Filters:
    """What a record can be filtered by, from contributions in the order of their rank."""
    division, size, status = 0, -1, None
    for each in said:
        values = orjson.loads(each.body)
        status = status or values.get("status")
        division = division or int(values.get("division", 0))
        size = _SIZES.get(values.get("size"), -1) if size < 0 else size
    return division, size, status in _CLOSED


def china_day(at: datetime) -> date:
    """The day in China of a time in UTC: what was loaded at seven in the morning was loaded today."""
    return day_in_china(at.replace(tzinfo=UTC))


def sources(connection: Connection) -> dict[int, Source]:
    """Every file of the ledger as a source, by its number."""
    labels = reading.dataset_labels(connection)
    return {
        file: Source(labels[dataset][0], labels[dataset][1], name, None, digest, china_day(at), labels[dataset][2])
        for file, (dataset, name, digest, at) in reading.files(connection).items()
    }


def datasets(connection: Connection, upto: int) -> Sequence[DatasetInfo]:
    """The data sets that stand at a position."""
    return [
        DatasetInfo(d.name, d.label, d.format, d.synthetic, china_day(d.loaded_at), d.data_day)
        for d in reading.datasets(connection, upto)
    ]
