"""The two writes that every transaction of the ledger is made of."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, insert

from graph.ledger import schema


def insert_row(connection: Connection, table: Any, **values: Any) -> int:
    inserted = connection.execute(insert(table).values(**values)).inserted_primary_key
    assert inserted is not None
    return int(inserted[0])


def take_position(connection: Connection, load: int) -> int:
    """The last statement before COMMIT, under the write lock: positions become visible in order."""
    return insert_row(connection, schema.position, load=load, committed_at=datetime.now(UTC).replace(tzinfo=None))
