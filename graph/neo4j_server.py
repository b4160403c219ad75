"""One Neo4j database: its address, its driver, and what its failures are called. No Cypher stands here."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import SplitResult, unquote, urlsplit

from neo4j import READ_ACCESS, Driver, GraphDatabase, Transaction
from neo4j.exceptions import AuthError, ConfigurationError, DriverError, Neo4jError, ServiceUnavailable, SessionExpired

from graph.ledger.failures import without_password
from lianxin.errors import StoreUnavailable
from lianxin.version import VERSION

CONNECT_SECONDS = 5  # a server in the same network answers in milliseconds
SCHEMES = frozenset({"bolt", "bolt+s", "bolt+ssc", "neo4j", "neo4j+s", "neo4j+ssc"})


@dataclass(frozen=True, slots=True)
class Address:
    """Where a database is and as whom we enter, read from a URL like neo4j://user:password@host:7687/database."""

    uri: str
    user: str | None
    password: str | None
    database: str | None
    shown: str  # what messages and logs may say

    @classmethod
    def read(cls, url: str) -> Self:
        """Raises StoreUnavailable for what is no such URL."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            parts, port = SplitResult("", "", "", "", ""), None
        if parts.scheme not in SCHEMES or not parts.hostname:
            raise StoreUnavailable(
                f"{without_password(url)}: no address of a Neo4j server. "
                "Write it like neo4j://user:password@localhost:7687",
                f"{without_password(url)}：不是 Neo4j 服务器的地址，请写成 neo4j://用户:密码@localhost:7687 这样的形式",
            )
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        uri = f"{parts.scheme}://{host}:{port or 7687}"
        database = parts.path.strip("/") or None
        user, password = parts.username, parts.password
        return cls(uri, user and unquote(user), password and unquote(password), database, uri)


class Server:
    """A Neo4j database that answered. One instance may be shared by threads."""

    def __init__(self, address: Address, driver: Driver) -> None:
        self.address = address
        self._driver = driver

    @classmethod
    def open(cls, url: str) -> Self:
        """Connect. Raises StoreUnavailable with what to do when it does not answer or does not let us in."""
        address = Address.read(url)
        driver = GraphDatabase.driver(
            address.uri,
            auth=None if address.user is None else (address.user, address.password or ""),
            connection_timeout=CONNECT_SECONDS,
            connection_acquisition_timeout=2 * CONNECT_SECONDS,
            notifications_min_severity="OFF",  # labels that no data set has yet are no cause for warnings
            telemetry_disabled=True,
            user_agent=f"lianxin/{VERSION}",
        )
        server = cls(address, driver)
        try:
            with server.translated():
                driver.verify_connectivity()
        except StoreUnavailable:
            driver.close()
            raise
        return server

    def close(self) -> None:
        """Give the connections back."""
        self._driver.close()

    def read(self, query: str, **values: Any) -> list[Any]:
        """The one list that a question returns. Asked again once: a connection may have died while nobody used it."""
        with self.translated():
            try:
                return self._answer(query, values)
            except (ServiceUnavailable, SessionExpired):
                return self._answer(query, values)

    def _answer(self, query: str, values: dict[str, Any]) -> list[Any]:
        with self._driver.session(database=self.address.database, default_access_mode=READ_ACCESS) as session:
            found: list[Any] = session.run(query, values).single(strict=True).value()
            return found

    def run(self, statements: Sequence[str]) -> None:
        """Statements about the schema, each in a transaction of its own."""
        with self.translated(), self._driver.session(database=self.address.database) as session:
            for statement in statements:
                session.run(statement).consume()

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        """One transaction: all of it or nothing."""
        with (
            self.translated(),
            self._driver.session(database=self.address.database) as session,
            session.begin_transaction() as transaction,
        ):
            yield transaction
            transaction.commit()

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Turn what the driver and the server say into an error that says what to do."""
        try:
            yield
        except AuthError as error:
            raise StoreUnavailable(*_refused(self.address.shown)) from error
        except (ServiceUnavailable, SessionExpired, ConfigurationError) as error:
            raise StoreUnavailable(*_silent(self.address.shown)) from error
        except (Neo4jError, DriverError) as error:
            raise StoreUnavailable(*_other(self.address.shown, error)) from error


def _silent(where: str) -> tuple[str, str]:
    return (
        f"{where}: Neo4j does not answer. Nothing is lost: the ledger holds everything. Start Neo4j and repeat, or "
        "take LIANXIN_NEO4J away to answer from memory",
        f"{where}：Neo4j 没有应答。数据没有丢失，全部在账本里。请启动 Neo4j 后重试，或去掉 LIANXIN_NEO4J 改由内存回答",
    )


def _refused(where: str) -> tuple[str, str]:
    return (
        f"{where}: Neo4j does not take this user and password. Write them into LIANXIN_NEO4J: "
        "neo4j://user:password@host:7687",
        f"{where}：Neo4j 不接受这个用户名和密码。请在 LIANXIN_NEO4J 里写对：neo4j://用户:密码@主机:7687",
    )


def _other(where: str, error: Exception) -> tuple[str, str]:
    said = getattr(error, "message", None) or str(error)
    return f"{where}: Neo4j says {said}", f"{where}：Neo4j 报告 {said}"
