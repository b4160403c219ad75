"""The two databases that a ledger may lie in, SQLite and PostgreSQL, and all that differs between them."""

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from graph.ledger.failures import without_password
from lianxin.errors import StoreUnavailable

BUSY_TIMEOUT_MS: Final = 10_000  # a load holds the write lock for a second or two; ten times that is a stuck process
CACHE_KB: Final = 16_384  # SQLite's own 2 MB slow a load; 65 MB make it no faster, and each sort takes as much again
CONNECT_TIMEOUT_S: Final = 10
WRITE_LOCK: Final = 0x6C69616E78696E  # "lianxin": the number of the advisory lock that writers of one database share


class Database(ABC):
    """What a ledger asks of its database beyond common SQL.

    `text`: the type of what identifies a statement, compared and ordered by its bytes. `loop`: the word that joins a
    large table to a few rows. `add_records`: the statement that adds the records of `stage_record` that the ledger
    does not know, in their order.
    """

    text: str
    loop: str
    add_records: str

    @abstractmethod
    def engine(self, url: URL) -> Engine:
        """The engine, with its transactions prepared: those that write hold the write lock from their first statement.

        The others read one consistent state.
        """

    @abstractmethod
    def insert_many(self, connection: Connection, table: str, rows: Sequence[Sequence[Any]]) -> None:
        """Insert rows of all columns of a table."""

    @abstractmethod
    def look_at(self, connection: Connection, *tables: str) -> None:
        """Let the database count what lies in tables just filled, where its planner needs to know."""


class Sqlite(Database):
    """A ledger in one file."""

    text = "TEXT"
    loop = "CROSS JOIN"  # keeps SQLite from building an index on the large side
    add_records = "INSERT INTO record (type, key) SELECT type, key FROM stage_record WHERE true ON CONFLICT DO NOTHING"

    def engine(self, url: URL) -> Engine:
        engine = create_engine(url)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine

    def insert_many(self, connection: Connection, table: str, rows: Sequence[Sequence[Any]]) -> None:
        marks = ", ".join("?" * len(rows[0]))
        connection.exec_driver_sql(f"INSERT INTO {table} VALUES ({marks})", rows)

    def look_at(self, connection: Connection, *tables: str) -> None:
        """Nothing: the order of the joins is written into the statements."""


class Postgres(Database):
    """A ledger on a PostgreSQL server, or on one that speaks its protocol."""

    text = 'TEXT COLLATE "C"'
    loop = "JOIN"
    # ON CONFLICT would use up a number for each record known already, and views have a place for every number.
    add_records = (
        "INSERT INTO record (type, key) SELECT s.type, s.key FROM stage_record s WHERE NOT EXISTS"
        " (SELECT 1 FROM record r WHERE r.type = s.type AND r.key = s.key) GROUP BY s.type, s.key ORDER BY min(s.seq)"
    )

    def engine(self, url: URL) -> Engine:
        engine = create_engine(
            url.set(drivername="postgresql+psycopg"),
            pool_pre_ping=True,  # after a restart of the server the next question finds it again
            connect_args={"connect_timeout": CONNECT_TIMEOUT_S, "application_name": "lianxin"},
        )
        event.listen(engine, "begin", _begin_postgres)
        return engine

    def insert_many(self, connection: Connection, table: str, rows: Sequence[Sequence[Any]]) -> None:
        import psycopg  # here: who keeps a ledger in a file does not wait for it

        statement, driver = f"COPY {table} FROM STDIN", connection.connection.driver_connection
        assert isinstance(driver, psycopg.Connection)
        try:
            with driver.cursor() as cursor, cursor.copy(statement) as copy:
                for row in rows:
                    copy.write_row(row)
        except psycopg.Error as error:  # the driver's own: SQLAlchemy did not see the statement
            raise DBAPIError(statement, None, error) from error

    def look_at(self, connection: Connection, *tables: str) -> None:
        for table in tables:
            connection.exec_driver_sql(f"ANALYZE {table}")


_DATABASES: Final = {"sqlite": Sqlite(), "postgresql": Postgres()}


def of(url: str) -> tuple[Database, Engine]:
    """The database at a URL and its engine. Raises StoreUnavailable for a URL that is none."""
    try:
        parsed = make_url(url)
        database = _DATABASES[parsed.get_backend_name()]
        engine = database.engine(parsed)
    except (ArgumentError, NoSuchModuleError, ImportError, KeyError, ValueError) as error:
        raise _not_a_ledger(url) from error
    if isinstance(database, Sqlite) and parsed.database in (None, "", ":memory:"):
        raise _not_a_ledger(url)  # a ledger in memory would be gone with its first connection
    return database, engine


def is_there(url: str) -> bool:
    """Whether there is a database at a URL: a file, where it is one; of a server only a connection can tell."""
    parsed = make_url(url)
    return parsed.get_backend_name() != "sqlite" or Path(parsed.database or "").is_file()


def none_there(url: str) -> StoreUnavailable:
    """The error of one who asks a ledger that is not there."""
    parsed = make_url(url)
    where = str(Path(parsed.database or "").absolute()) if parsed.get_backend_name() == "sqlite" else ""
    place = where or without_password(url)
    return StoreUnavailable(
        f"{place}: there is no ledger here. Check the path (--ledger, else LIANXIN_LEDGER), or load first: "
        "lianxin load FORMAT PATH",
        f"{place}：这里没有账本。请核对路径（--ledger，没有则取 LIANXIN_LEDGER），或先入库：lianxin load 格式 路径",
    )


def _not_a_ledger(url: str) -> StoreUnavailable:
    return StoreUnavailable(
        f"{without_password(url)}: not a ledger URL that works here. "
        "Write it like sqlite:///lianxin.db or postgresql://user@host/database",
        f"{without_password(url)}：不是可用的账本地址，"
        "请写成 sqlite:///lianxin.db 或 postgresql://用户@主机/库名 这样的形式",
    )


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # we begin transactions ourselves: pysqlite would begin them too late
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")  # an acknowledged commit survives a power cut
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute(f"PRAGMA cache_size = {-CACHE_KB}")


def _writes(connection: Connection) -> bool:
    return bool(connection.get_execution_options().get("lianxin_write", False))


def _patience(connection: Connection) -> int:
    """For how many milliseconds this writer waits for the lock."""
    return int(connection.get_execution_options().get("lianxin_wait_ms", BUSY_TIMEOUT_MS))


def _begin_sqlite(connection: Connection) -> None:
    if not _writes(connection):
        connection.exec_driver_sql("BEGIN")
        return
    # Two readers that upgrade to writers would deadlock; a writer takes its lock at once.
    connection.exec_driver_sql(f"PRAGMA busy_timeout = {_patience(connection)}")
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    finally:
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")  # the connection goes back to the pool


def _begin_postgres(connection: Connection) -> None:
    if _writes(connection):
        # READ COMMITTED: a repeatable snapshot would be taken before the lock is had, and miss what the last holder
        # committed.
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {_patience(connection)}")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITE_LOCK})")
    else:
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")


def stream(connection: Connection, query: str, values: Mapping[str, Any], size: int) -> Iterator[Sequence[Any]]:
    """The rows of a query as plain sequences, fetched so many at a time: memory stays flat."""
    result = connection.execute(text(query), values, execution_options={"stream_results": True})
    if connection.dialect.name != "sqlite":
        for rows in result.partitions(size):
            yield from rows
        return
    while batch := result.cursor.fetchmany(size):  # raw tuples: SQLAlchemy's row objects cost twice the time here
        yield from batch


# --- append-only tables -----------------------------------------------------------------------------------------------


def refusing_changes(dialect: str, table: str) -> Iterable[str]:
    """The statements, for a migration, after which a table refuses every change of what it holds."""
    if dialect == "sqlite":
        for act in ("UPDATE", "DELETE"):
            yield (
                f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: {act} on {table} refused'); END"
            )
        return
    yield (
        "CREATE OR REPLACE FUNCTION lianxin_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " RAISE EXCEPTION 'the ledger is append-only: % on % refused', TG_OP, TG_TABLE_NAME; END $$"
    )
    yield (
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION lianxin_refuse_change()"
    )
