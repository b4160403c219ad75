"""Reading the ledger: data sets, loads, and the versions that hold at a position."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, func, select, text

from graph.ledger import schema
from lianxin.errors import NotKnown

FETCH = 50_000  # rows per fetch: bounds the memory of reading a large ledger


@dataclass(frozen=True, slots=True)
class Load:
    """One load (or reversal) with its report and files. Times are UTC."""

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


@dataclass(frozen=True, slots=True)
class Dataset:
    """A data set, and when and up to which position it was last loaded."""

    id: int
    name: str
    format: str
    label: str
    trust: int
    synthetic: bool
    last_load: int
    loaded_at: datetime


def newest_position(connection: Connection) -> int:
    """The newest position, 0 for an empty ledger."""
    return int(connection.execute(select(func.max(schema.position.c.position))).scalar() or 0)


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
        )
        for row in found
    ]


def datasets(connection: Connection) -> list[Dataset]:
    """The data sets that have a load standing (not undone)."""
    newest: dict[str, Load] = {}
    for each in reversed(loads(connection)):
        if each.undoes is None and each.undone_by is None:
            newest[each.dataset] = each
    rows = connection.execute(select(schema.dataset).order_by(schema.dataset.c.id))
    return [
        Dataset(
            row.id, row.name, row.format, row.label, row.trust, row.synthetic, newest[row.name].id, newest[row.name].committed_at
        )
        for row in rows
        if row.name in newest
    ]


# --- versions at a position: what the views are built from -------------------------------------------------------------

_RECORD_FIELDS = "v.id, v.record, v.dataset, v.part, v.present, v.body, v.file, v.row"
_LINK_FIELDS = (
    "v.id, v.type, v.from_record, v.to_record, v.dataset, v.part, v.basis, v.valid_from, v.valid_to, v.present,"
    " v.body, v.file, v.row"
)
_UP_TO = "JOIN position p ON p.load = v.load WHERE p.position <= :upto"
_RECORD_HEADS = f"SELECT max(v.id) AS id FROM record_version v {_UP_TO} GROUP BY v.record, v.dataset, v.part"
_LINK_HEADS = (
    f"SELECT max(v.id) AS id FROM link_version v {_UP_TO} GROUP BY v.from_record, v.to_record, v.type, v.dataset, v.part"
)


def record_keys(connection: Connection) -> Iterator[Sequence[Any]]:
    """Every record that any version speaks of: (id, type, key), by id."""
    yield from _stream(connection, "SELECT id, type, key FROM record ORDER BY id", {})


def record_heads(connection: Connection, upto: int) -> Iterator[Sequence[Any]]:
    """The versions of records that hold at a position; absent ones are left out."""
    query = f"SELECT {_RECORD_FIELDS} FROM record_version v JOIN ({_RECORD_HEADS}) h ON h.id = v.id WHERE v.present"
    yield from _stream(connection, f"{query} ORDER BY v.id", {"upto": upto})


def link_heads(connection: Connection, upto: int) -> Iterator[Sequence[Any]]:
    """The versions of links that hold at a position; absent ones are left out."""
    query = f"SELECT {_LINK_FIELDS} FROM link_version v JOIN ({_LINK_HEADS}) h ON h.id = v.id WHERE v.present"
    yield from _stream(connection, f"{query} ORDER BY v.id", {"upto": upto})


def record_changes(connection: Connection, after: int, upto: int) -> Iterator[Sequence[Any]]:
    """The versions of records appended after one position up to another, in order; absent ones included."""
    yield from _stream(connection, f"SELECT {_RECORD_FIELDS} FROM record_version v {_BETWEEN}", {"after": after, "upto": upto})


def link_changes(connection: Connection, after: int, upto: int) -> Iterator[Sequence[Any]]:
    """The versions of links appended after one position up to another, in order; absent ones included."""
    yield from _stream(connection, f"SELECT {_LINK_FIELDS} FROM link_version v {_BETWEEN}", {"after": after, "upto": upto})


_BETWEEN = "JOIN position p ON p.load = v.load WHERE p.position > :after AND p.position <= :upto ORDER BY v.id"


def files(connection: Connection) -> dict[int, tuple[str, str, str, datetime]]:
    """Every file loaded: id → (data set, name, digest, time of the load)."""
    query = (
        select(schema.load_file.c.id, schema.dataset.c.name, schema.load_file.c.name, schema.load_file.c.digest, schema.load.c.started_at)
        .join_from(schema.load_file, schema.load, schema.load.c.id == schema.load_file.c.load)
        .join(schema.dataset, schema.dataset.c.id == schema.load.c.dataset)
    )
    return {row[0]: (row[1], row[2], row[3], row[4]) for row in connection.execute(query)}


def _stream(connection: Connection, query: str, values: dict[str, int]) -> Iterator[Sequence[Any]]:
    result = connection.execute(text(query), values)
    while batch := result.cursor.fetchmany(FETCH):  # raw tuples: SQLAlchemy's row objects cost twice the time here
        yield from batch
