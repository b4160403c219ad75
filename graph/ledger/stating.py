"""Stating a few facts within a transaction that writes more: what an act in a case comes to, beside its event.

A load of a file is compared and appended in sets; a handful of statements is appended row by row, under the write lock
that the transaction already holds. Either stands in the ledger as a load of its data set, with a position of its own.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select

from graph.ledger import schema
from graph.ledger.commit import insert_row, take_position
from graph.ledger.load import dataset_number, insert_file, insert_load
from graph.ledger.reading import record_number
from graph.ledger.request import LoadRequest
from graph.ontology import Link, Record, Ref, body, read_body


def state(connection: Connection, request: LoadRequest, row: int, statements: Sequence[Record | Link]) -> int:
    """Append statements that all stand in one row of the request's only file, and give their position.

    What is stated must be new. Raises NotKnown where a link names a record that the ledger does not have.
    """
    dataset = dataset_number(connection, request)
    (info,) = request.files
    counts = {"rows": 1, "new": 1, "changed": 0, "unchanged": 0, "retracted": 0}
    report = {**counts, "noted": {}, "skipped": {}, "refused": []}
    load = insert_load(connection, request, dataset, report)
    file = insert_file(connection, load, info)
    place: dict[str, Any] = {"dataset": dataset, "present": True, "load": load, "file": file, "row": row}
    for each in statements:
        stated = {**place, "part": each.part, "body": body(each)}
        if isinstance(each, Record):
            insert_row(connection, schema.record_version, record=_numbered(connection, each.ref), **stated)
        else:
            insert_row(connection, schema.link_version, **_link(connection, each), **stated)
    return take_position(connection, load=load)


def _link(connection: Connection, link: Link) -> dict[str, Any]:
    return {
        "type": type(link).__name__,
        "from_record": record_number(connection, link.from_ref),
        "to_record": record_number(connection, link.to_ref),
        "basis": link.basis.value,
        "valid_from": link.valid_from,
        "valid_to": link.valid_to,
    }


def _numbered(connection: Connection, ref: Ref) -> int:
    table = schema.record
    known = select(table.c.id).where(table.c.type == ref.type, table.c.key == ref.key)
    found = connection.execute(known).scalar()
    return insert_row(connection, table, type=ref.type, key=ref.key) if found is None else int(found)


def said_of_one(connection: Connection, ref: Ref) -> list[dict[str, Any]]:
    """What the data sets say of a record now, each as its properties; empty where none states it."""
    version = schema.record_version.alias("v")
    query = (
        select(version.c.body)
        .join(schema.record, schema.record.c.id == version.c.record)
        .where(schema.record.c.type == ref.type, schema.record.c.key == ref.key, version.c.present)
        .where(_newest(version, "record", "dataset", "part"))
        .order_by(version.c.dataset, version.c.part)
    )
    return [read_body(ref.type, text) for text in connection.execute(query).scalars()]


def linked(connection: Connection, link_type: str, start: Ref) -> list[Ref]:
    """The records to which links of a type lead now from another."""
    version, other = schema.link_version.alias("v"), schema.record.alias("other")
    query = (
        select(other.c.type, other.c.key)
        .join(schema.record, schema.record.c.id == version.c.from_record)
        .join(other, other.c.id == version.c.to_record)
        .where(schema.record.c.type == start.type, schema.record.c.key == start.key)
        .where(version.c.type == link_type, version.c.present)
        .where(_newest(version, "from_record", "to_record", "type", "dataset", "part"))
    )
    return [Ref(*row) for row in connection.execute(query.select_from(version))]


def _newest(version: Any, *identity: str) -> Any:
    """That no later version of the same stands."""
    later = version.element.alias("w")
    same = [later.c[name] == version.c[name] for name in identity]
    return ~select(later.c.id).where(*same, later.c.id > version.c.id).exists()
