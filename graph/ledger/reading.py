"""Reading the ledger: data sets, loads, and the versions that hold at a position."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson
from sqlalchemy import Connection, func, select

from graph.ledger import database, schema
from graph.ontology import Ref
from lianxin.errors import NotKnown

FETCH = 50_000  # rows per fetch: bounds the memory of reading a large ledger


@dataclass(frozen=True, slots=True)
class Load:
    """One load (or reversal) with its report and files. Times are UTC; `data_day`: None where no source said one."""

    id: int
    dataset: str
    format: str
    label: str
    synthetic: bool
    mode: str
    undoes: int | None
    undone_by: int | None
    started_at: datetime
    committed_at: datetime
    position: int
    report: dict[str, Any]
    files: Sequence[dict[str, Any]]
    data_day: date | None = None


@dataclass(frozen=True, slots=True)
class Dataset:
    """A data set, when and up to which position it was last loaded, and up to which day its data reach (None: its
    source does not say)."""

    id: int
    name: str
    format: str
    label: str
    trust: int
    synthetic: bool
    last_load: int
    loaded_at: datetime
    data_day: date | None


def newest_position(connection: Connection) -> int:
    """The newest position, 0 for an empty ledger."""
    return int(connection.execute(select(func.max(schema.position.c.position))).scalar() or 0)


def committed_at(connection: Connection, position: int) -> datetime | None:
    """When a position was committed (UTC), None where the ledger has no such position."""
    query = select(schema.position.c.committed_at).where(schema.position.c.position == position)
    found: datetime | None = connection.execute(query).scalar()
    return found


def loads(connection: Connection) -> list[Load]:
    """All loads, newest first."""
    return _loads(connection, None)


def load(connection: Connection, wanted: int) -> Load:
    """One load. Raises NotKnown."""
    found = _loads(connection, wanted)
    if not found:
        raise NotKnown("load", "入库批次", str(wanted))
    return found[0]


def _loads(connection: Connection, wanted: int | None) -> list[Load]:
    reversal = schema.load.alias("reversal")
    query = (
        select(
            schema.load,
            schema.dataset.c.name,
            schema.dataset.c.format,
            schema.dataset.c.label,
            schema.dataset.c.synthetic,
            reversal.c.id.label("undone_by"),
            schema.position.c.position,
            schema.position.c.committed_at,
        )
        .join_from(schema.load, schema.dataset, schema.dataset.c.id == schema.load.c.dataset)
        .join(schema.position, schema.position.c.load == schema.load.c.id)
        .outerjoin(reversal, reversal.c.undoes == schema.load.c.id)
        .order_by(schema.load.c.id.desc())
    )
    if wanted is not None:
        query = query.where(schema.load.c.id == wanted)
    found = connection.execute(query).mappings().all()
    files: dict[int, list[dict[str, Any]]] = {}
    for file in connection.execute(select(schema.load_file).order_by(schema.load_file.c.id)).mappings():
        files.setdefault(file["load"], []).append(
            {"name": file["name"], "digest": file["digest"], "size": file["size"], "rows": file["rows"]}
        )
    return [
        Load(
            id=row["id"],
            dataset=row["name"],
            format=row["format"],
            label=row["label"],
            synthetic=row["synthetic"],
            mode=row["mode"],
            undoes=row["undoes"],
            undone_by=row["undone_by"],
            started_at=row["started_at"],
            committed_at=row["committed_at"],
            position=row["position"],
            report={"load": row["id"], **orjson.loads(row["report"])},
            files=files.get(row["id"], []),
            data_day=row["data_day"],
        )
        for row in found
    ]


def datasets(connection: Connection, upto: int | None = None) -> list[Dataset]:
    """The data sets that have a load standing (not undone) at a position (default: the newest)."""
    newest: dict[str, Load] = {}
    known = [each for each in loads(connection) if upto is None or each.position <= upto]
    undone = {each.undoes for each in known}
    for each in reversed(known):
        if each.undoes is None and each.id not in undone:
            newest[each.dataset] = each
    return [
        Dataset(
            id=row.id,
            name=row.name,
            format=row.format,
            label=row.label,
            trust=row.trust,
            synthetic=row.synthetic,
            last_load=newest[row.name].id,
            loaded_at=newest[row.name].committed_at,
            data_day=newest[row.name].data_day,
        )
        for row in connection.execute(select(schema.dataset).order_by(schema.dataset.c.id))
        if row.name in newest
    ]


def record_number(connection: Connection, ref: Ref) -> int:
    """The number of a record. Raises NotKnown for one that the ledger does not have."""
    table = schema.record
    found = connection.execute(select(table.c.id).where(table.c.type == ref.type, table.c.key == ref.key)).scalar()
    if found is None:
        raise NotKnown("record", "记录", ref.key)
    return int(found)


def trust(connection: Connection) -> dict[int, int]:
    """Data set → its trust: where two state a property, the higher is taken."""
    return {row.id: row.trust for row in connection.execute(select(schema.dataset.c.id, schema.dataset.c.trust))}


# --- versions at a position: what the views are built from -----------------------------------------------------

_RECORD_FIELDS = "v.record, v.part, v.dataset, v.body, v.file, v.row"
_LINK_FIELDS = "v.type, v.from_record, v.to_record, v.basis, v.valid_from, v.valid_to, v.body, v.file, v.row"
_RECORD_IDENTITY = "v.record, v.dataset, v.part"
_LINK_IDENTITY = "v.from_record, v.to_record, v.type, v.dataset, v.part"
_POSITION = "JOIN position p ON p.load = v.load"
_OF_TYPE = "SELECT id FROM record WHERE type = :type"
# What the positions after one up to another touched, whatever became of it.
_TOUCHED_RECORDS = (
    f"SELECT v.record FROM record_version v {_POSITION} WHERE p.position > :after AND p.position <= :upto"
)
_TOUCHED_LINKS = (
    f"SELECT v.from_record, v.to_record FROM link_version v {_POSITION}"
    " WHERE p.position > :after AND p.position <= :upto"
)


def _heads(table: str, identity: str, fields: str, touched: str, joined: str = "") -> str:
    """The versions that hold at a position; absent ones are left out.

    Their order is that of data sets, parts and records, never of versions: an undo appends what it restores as new
    versions. Records decide where two of one party are stated by the same part of a data set.
    """
    latest = f"SELECT max(v.id) AS id FROM {table} v {_POSITION} WHERE p.position <= :upto{touched} GROUP BY {identity}"
    order = "v.record" if table == "record_version" else "v.from_record, v.to_record"
    heads = f"{table} v JOIN ({latest}) h ON h.id = v.id{joined}"
    return f"SELECT {fields} FROM {heads} WHERE v.present ORDER BY v.dataset, v.part, {order}"


def record_keys(connection: Connection, after: int = 0) -> Iterator[Sequence[Any]]:
    """Every record that any version speaks of: (type, key), in the order of its number."""
    yield from rows_of(connection, "SELECT type, key, id FROM record WHERE id > :after ORDER BY id", {"after": after})


def record_heads(connection: Connection, upto: int, after: int | None = None) -> Iterator[Sequence[Any]]:
    """What is said of records at a position: (record, part, dataset, body, file, row).

    With `after`, only of the records that later positions touched.
    """
    touched = "" if after is None else f" AND v.record IN ({_TOUCHED_RECORDS})"
    query = _heads("record_version", _RECORD_IDENTITY, _RECORD_FIELDS, touched)
    yield from rows_of(connection, query, {"upto": upto, "after": after or 0})


def link_heads(connection: Connection, upto: int, after: int | None = None) -> Iterator[Sequence[Any]]:
    """The links that hold at a position: (type, from, to, basis, valid_from, valid_to, body, file, row).

    With `after`, only those between records whose links later positions touched.
    """
    touched = "" if after is None else f" AND (v.from_record, v.to_record) IN ({_TOUCHED_LINKS})"
    query = _heads("link_version", _LINK_IDENTITY, _LINK_FIELDS, touched)
    yield from rows_of(connection, query, {"upto": upto, "after": after or 0})


def said_of(connection: Connection, record_type: str) -> Iterator[Sequence[str]]:
    """What every data set says of the records of a type at the newest position: (key, body)."""
    joined = " JOIN record r ON r.id = v.record"
    query = _heads("record_version", _RECORD_IDENTITY, "r.key, v.body", f" AND v.record IN ({_OF_TYPE})", joined)
    yield from rows_of(connection, query, {"upto": newest_position(connection), "type": record_type})


def ends_of(connection: Connection, link_type: str) -> Iterator[Sequence[str]]:
    """The ends of the links of a type at the newest position: (type and key of the first, key of the second)."""
    joined = " JOIN record a ON a.id = v.from_record JOIN record b ON b.id = v.to_record"
    query = _heads("link_version", _LINK_IDENTITY, "a.type, a.key, b.key", " AND v.type = :type", joined)
    yield from rows_of(connection, query, {"upto": newest_position(connection), "type": link_type})


def touched_records(connection: Connection, after: int, upto: int) -> set[int]:
    """The records of which something was said between two positions."""
    return {record for (record,) in rows_of(connection, _TOUCHED_RECORDS, {"after": after, "upto": upto})}


def touched_links(connection: Connection, after: int, upto: int) -> set[tuple[int, int]]:
    """The pairs of records between which a link changed between two positions."""
    return {(left, right) for left, right in rows_of(connection, _TOUCHED_LINKS, {"after": after, "upto": upto})}


def files(connection: Connection) -> dict[int, tuple[int, str, str, datetime]]:
    """Every file loaded: its number → (data set, name, digest, time of the load)."""
    query = select(
        schema.load_file.c.id,
        schema.load.c.dataset,
        schema.load_file.c.name,
        schema.load_file.c.digest,
        schema.load.c.started_at,
    ).join_from(schema.load_file, schema.load, schema.load.c.id == schema.load_file.c.load)
    return {row[0]: (row[1], row[2], row[3], row[4]) for row in connection.execute(query)}


def dataset_labels(connection: Connection) -> dict[int, tuple[str, str, bool]]:
    """Every data set: its number → (name, label, synthetic)."""
    query = select(schema.dataset.c.id, schema.dataset.c.name, schema.dataset.c.label, schema.dataset.c.synthetic)
    return {row[0]: (row[1], row[2], row[3]) for row in connection.execute(query)}


def rows_of(connection: Connection, query: str, values: dict[str, Any]) -> Iterator[Any]:
    """The rows of a query as plain tuples, fetched piece by piece."""
    yield from database.stream(connection, query, values, FETCH)
