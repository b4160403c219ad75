"""The two writes that every transaction of the ledger is made of."""

from typing import Any

from sqlalchemy import Connection, insert

from graph.ledger import schema
from lianxin.clock import utc_now


def insert_row(connection: Connection, table: Any, **values: Any) -> int:
    inserted = connection.execute(insert(table).values(**values)).inserted_primary_key
    assert inserted is not None
    return int(inserted[0])


def take_position(connection: Connection, *, load: int | None = None, decision: int | None = None) -> int:
    """Of a load or a decision: the last statement before COMMIT, under the write lock. So positions become visible in
    order."""
    return insert_row(connection, schema.position, load=load, decision=decision, committed_at=utc_now())
