"""Opening the database of a ledger, and its transactions."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect

from graph.ledger import database as databases
from graph.ledger.database import Database
from graph.ledger.failures import translated, without_password
from lianxin.errors import LedgerTooNew, StoreUnavailable

WRITE = {"lianxin_write": True}
AT_ONCE = {"lianxin_wait_ms": 1}  # 0 would be without end on PostgreSQL


class Store:
    """The database at one URL: its transactions and its schema. One instance may be shared by threads."""

    def __init__(self, url: str, database: Database, engine: Engine) -> None:
        self.url = url
        self.database = database
        self.engine = engine

    @classmethod
    def open(cls, url: str, *, create: bool = True) -> Self:
        """Open a ledger, migrating an older one; where there is none, an empty one is made if `create`.

        Raises StoreUnavailable when it cannot be opened or is not there, LedgerTooNew when a newer lianxin wrote it.
        """
        ledger = cls(url, *databases.of(url))
        try:
            if not create and not databases.is_there(url):
                raise databases.none_there(url)
            with translated(url):
                ledger._migrate(create=create)
        except BaseException:
            ledger.close()
            raise
        return ledger

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that reads one consistent state."""
        with translated(self.url), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self, connection: Connection) -> Iterator[None]:
        """A transaction that holds the write lock from its first statement."""
        with translated(self.url):
            connection.execution_options(**WRITE)
            with connection.begin():
                yield

    @contextmanager
    def changing(self) -> Iterator[Connection]:
        """A connection in a transaction that writes, for an act of a few statements."""
        with translated(self.url), self.engine.connect() as connection, self.writing(connection):
            yield connection

    @contextmanager
    def changing_at_once(self) -> Iterator[Connection]:
        """The same for what is not worth waiting for. Raises StoreUnavailable while somebody else writes."""
        with translated(self.url), self.engine.connect() as connection:
            connection.execution_options(**AT_ONCE)
            with self.writing(connection):
                yield connection

    def _migrate(self, *, create: bool) -> None:
        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
        head = ScriptDirectory.from_config(config).get_current_head()
        with self.engine.connect() as connection:
            current = MigrationContext.configure(connection).get_current_revision()
            tables = inspect(connection).get_table_names()
            connection.rollback()
            if current == head:
                return
            known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
            if current is not None and current not in known:
                raise LedgerTooNew(without_password(self.url), current)
            if current is None and tables:
                raise StoreUnavailable(
                    f"{without_password(self.url)}: is a database of another program ({', '.join(tables[:3])} …). "
                    "Name the ledger's own, or an empty one",
                    f"{without_password(self.url)}：是别的程序的数据库（{'、'.join(tables[:3])}……）。"
                    "请指定账本自己的库，或一个空库",
                )
            if current is None and not create:
                raise databases.none_there(self.url)
            with self.writing(connection):
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
