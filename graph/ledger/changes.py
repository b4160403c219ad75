"""What each position of the ledger changed, for views that are brought forward position by position."""

from collections.abc import Collection, Iterator
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, select, text

from graph.ledger import schema
from graph.ledger.reading import rows_of


class Position(NamedTuple):
    """One commit of the ledger: a load (an undo is one too) or a merge decision."""

    position: int
    load: int | None
    committed_at: datetime


class RecordVersion(NamedTuple):
    """A version of a record that holds at a position; `present` false: the data set no longer states the record.

    `load`: which load appended it. `ends`: the version before it of the same data set and part.
    """

    record: int
    type: str
    key: str
    part: str
    dataset: int
    trust: int
    body: str
    file: int
    row: int
    version: int
    present: bool
    load: int
    ends: int | None


class LinkVersion(NamedTuple):
    """A version of a link that a load appended; `present` and `ends` as for records."""

    version: int
    type: str
    from_: int
    to: int
    dataset: int
    part: str
    basis: str
    valid_from: str | date | None
    valid_to: str | date | None
    body: str
    file: int
    row: int
    present: bool
    ends: int | None


def positions(connection: Connection, after: int) -> list[Position]:
    """The positions after one, in their order."""
    table = schema.position
    query = select(table.c.position, table.c.load, table.c.committed_at).where(table.c.position > after)
    return [Position(*row) for row in connection.execute(query.order_by(table.c.position))]


def versions_after(connection: Connection, position: int) -> int:
    """How many versions of records and links the positions after one appended."""
    counted = "SELECT count(*) FROM {} v JOIN position p ON p.load = v.load WHERE p.position > :after"
    return sum(
        int(connection.execute(text(counted.format(table)), {"after": position}).scalar_one())
        for table in ("record_version", "link_version")
    )


_FIELDS = "v.record, r.type, r.key, v.part, v.dataset, d.trust, v.body, v.file, v.row, v.id, v.present, v.load"
_ENDS_RECORD = (
    "(SELECT max(e.id) FROM record_version e WHERE e.record = v.record AND e.dataset = v.dataset AND e.part = v.part"
    " AND e.id < v.id)"
)
_ENDS_LINK = (
    "(SELECT max(e.id) FROM link_version e WHERE e.from_record = v.from_record AND e.to_record = v.to_record"
    " AND e.type = v.type AND e.dataset = v.dataset AND e.part = v.part AND e.id < v.id)"
)


def _record_heads(of_records: str) -> str:
    """The versions that hold at a position of some records, absent ones too, record by record."""
    latest = (
        "SELECT max(v.id) AS id FROM record_version v JOIN position p ON p.load = v.load"
        f" WHERE p.position <= :upto AND v.record IN {of_records} GROUP BY v.record, v.dataset, v.part"
    )
    return (
        f"SELECT {_FIELDS}, {_ENDS_RECORD} FROM record_version v JOIN ({latest}) h ON h.id = v.id"
        " JOIN record r ON r.id = v.record JOIN dataset d ON d.id = v.dataset ORDER BY v.record, v.dataset, v.part"
    )


_OF_LOAD = _record_heads("(SELECT record FROM record_version WHERE load = :load AND record > :after)")
_OF_RECORDS = text(_record_heads(":records")).bindparams(bindparam("records", expanding=True))
_LINKS = (
    "SELECT v.id, v.type, v.from_record, v.to_record, v.dataset, v.part, v.basis, v.valid_from, v.valid_to, v.body,"
    f" v.file, v.row, v.present, {_ENDS_LINK} FROM link_version v WHERE v.load = :load AND v.id > :after ORDER BY v.id"
)


def touched_records(connection: Connection, at: Position, after: int) -> Iterator[RecordVersion]:
    """All that holds at a position of the records its load touched, by record; only those numbered above `after`."""
    found = rows_of(connection, _OF_LOAD, {"load": at.load, "upto": at.position, "after": after})
    yield from map(RecordVersion._make, found)


def records_at(connection: Connection, upto: int, records: Collection[int]) -> Iterator[RecordVersion]:
    """All that holds of these records at a position."""
    yield from map(RecordVersion._make, connection.execute(_OF_RECORDS, {"upto": upto, "records": list(records)}))


def touched_links(connection: Connection, load: int, after: int) -> Iterator[LinkVersion]:
    """The versions of links that a load appended, in their order; only those numbered above `after`."""
    yield from map(LinkVersion._make, rows_of(connection, _LINKS, {"load": load, "after": after}))
