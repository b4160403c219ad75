"""Erasing 删除: what people wrote or handed in is taken out for good; the row that says that it was there stays.

Backups made before still hold it: whoever erases says so to whoever keeps them.
"""

from sqlalchemy import Column, Table

from graph.ledger.store import Store


def erase(ledger: Store, table: Table, owner: Column[int], id: int) -> bool:
    """Take the content of a row out; False where it was not there, or is gone already."""
    with ledger.changing() as connection:
        if connection.dialect.name == "sqlite":  # else the pages that it lay on keep it until they are used again
            connection.exec_driver_sql("PRAGMA secure_delete = ON")
        return connection.execute(table.delete().where(owner == id)).rowcount > 0
