"""Opening the database of a ledger, and its transactions."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, inspect
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from graph.ledger.failures import translated, without_password
from lianxin.errors import LedgerTooNew, StoreUnavailable

BUSY_TIMEOUT_MS = 10_000  # a load holds the write lock for a second or two; ten times that is a stuck process
CACHE_KB = 65_536  # holds the indexes of 300,000 links while a load appends to them; the default of 2 MB does not
WRITE = {"lianxin_write": True}


class Store:
    """The database at one URL: its transactions and its schema. One instance may be shared by threads."""

    def __init__(self, url: str, engine: Engine) -> None:
        self.url = url
        self.engine = engine

    @classmethod
    def open(cls, url: str) -> Self:
        """Open a ledger, creating an empty one or migrating an older one.

        Raises StoreUnavailable when it cannot be opened, LedgerTooNew when a newer lianxin wrote it.
        """
        ledger = cls(url, _engine(url))
        with translated(url):
            ledger._migrate()
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

    def _migrate(self) -> None:
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
                    "Name the ledger's own file, or a new one",
                    f"{without_password(self.url)}：是别的程序的数据库（{'、'.join(tables[:3])}……）。"
                    "请指定账本自己的文件，或一个新文件",
                )
            with self.writing(connection):
                config.attributes["connection"] = connection
                command.upgrade(config, "head")


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
        engine = create_engine(parsed)
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise StoreUnavailable(
            f"{without_password(url)}: not a ledger URL that works here ({error}). Write it like sqlite:///lianxin.db",
            f"{without_password(url)}：不是可用的账本地址，请写成 sqlite:///lianxin.db 这样的形式",
        ) from error
    if engine.dialect.name != "sqlite" or parsed.database in (None, "", ":memory:"):
        # A ledger in memory would be gone with its first connection; a server needs locks and triggers of its own.
        raise StoreUnavailable(
            f"{without_password(url)}: a ledger is an SQLite file. Write it like sqlite:///lianxin.db",
            f"{without_password(url)}：账本是一个 SQLite 文件，请写成 sqlite:///lianxin.db 这样的形式",
        )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # we begin transactions ourselves: pysqlite would begin them too late
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")  # an acknowledged commit survives a power cut
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute(f"PRAGMA cache_size = {-CACHE_KB}")


def _begin_sqlite(connection: Connection) -> None:
    # Two readers that upgrade to writers would deadlock; a writer takes its lock at once.
    write = connection.get_execution_options().get("lianxin_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
