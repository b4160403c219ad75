"""What tests share: components that a machine may lack, and ledgers that are filled once.

With CI=true in the environment a skipped test fails, so that a green run is a complete one. A test that may be skipped
even there says so: `@pytest.mark.may_skip("reason")`.
"""

import itertools
import os
import shutil
import socket
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

if TYPE_CHECKING:  # at run time inside the fixtures: a test that needs no ledger must not wait for one, or fail with it
    from neo4j import Driver

    from graph.ledger import Ledger
    from loaders.loader import Format

ROOT = Path(__file__).parent.parent
IN_CI = os.environ.get("CI") == "true"
T = TypeVar("T")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "may_skip(reason): this test may be skipped in CI too")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and not item.get_closest_marker("may_skip"):
        _fail_in_ci(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    # pytest.importorskip at the head of a module ends here and not in a test.
    report = yield
    if report.skipped:
        _fail_in_ci(report)
    return report


def _fail_in_ci(report: pytest.TestReport | pytest.CollectReport) -> None:
    if IN_CI:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{reason}\nWith CI=true a skipped test fails: install what is missing, or mark it may_skip."


@pytest.fixture(scope="session")
def needs() -> Callable[[str, T | None, str], T]:
    """`needs("chromium", path_or_none, "apt install chromium")`: the component, or the end of the test."""

    def component(name: str, found: T | None, remedy: str) -> T:
        if found is None:
            message = f"{name} IS MISSING, this test did not run: {remedy}"
            if IN_CI:
                pytest.fail(message, pytrace=False)
            pytest.skip(message)
        return found

    return component


@pytest.fixture(scope="session")
def chain_cn_dir(needs: Callable[[str, Path | None, str], Path]) -> Path:
    """The original files of the chain data set. They have no licence and therefore lie outside the repository."""
    folder = ROOT.parent / "shared" / "data" / "chain_cn"
    return needs("chain_cn", folder if folder.is_dir() else None, "put its files into ../shared/data/chain_cn")


@pytest.fixture(scope="session")
def cases_dir(needs: Callable[[str, Path | None, str], Path]) -> Path:
    """The worked cases of the law (CSV), which are kept outside the repository."""
    folder = ROOT.parent / "shared" / "cases"
    return needs("worked cases", folder if folder.is_dir() else None, "put them into ../shared/cases")


@pytest.fixture(scope="session")
def chromium(needs: Callable[[str, str | None, str], str]) -> str:
    """The path of the browser that the system installed."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    return needs("chromium", found, "apt install chromium, or any of: " + ", ".join(names))


class PostgresServer:
    """A PostgreSQL server of our own: its files in one folder, reached through a socket in it."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs, self._folder = programs, folder
        self._numbers = itertools.count(1)
        if os.geteuid() == 0:  # the server refuses to be root: the account that its package made runs it
            shutil.chown(folder, "postgres", "postgres")
        self._run("initdb", "--no-sync", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--username=lianxin")
        self.start()

    def _run(self, program: str, *arguments: str) -> None:
        as_account = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        command = [*as_account, str(self._programs / program), "-D", str(self._folder / "data"), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, cwd=self._folder)
        assert done.returncode == 0, done.stdout + done.stderr

    def start(self) -> None:
        # Without fsync: what is tried here is the client's death, not the machine's.
        options = f"-k {self._folder} -c listen_addresses= -c fsync=off -c shared_buffers=64MB"
        self._run("pg_ctl", "--wait", "-o", options, "-l", str(self._folder / "log"), "start")

    def stop(self, mode: str = "immediate") -> None:
        self._run("pg_ctl", "--wait", "-m", mode, "stop")

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://lianxin@/{database}?host={self._folder}"

    def new(self, template: str = "template1") -> str:
        """The URL of a database of its own: an empty one, or a copy of another."""
        import psycopg

        name = f"ledger_{next(self._numbers)}"
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
        return self.url(name)


def _postgres_programs() -> Path | None:
    """The folder of the server's programs: Debian keeps them outside the path."""
    folders = [Path(found).parent for found in [shutil.which("initdb")] if found]
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    return next((folder for folder in folders if (folder / "initdb").exists()), None)


@pytest.fixture(scope="session")
def postgres_programs(needs: Callable[[str, Path | None, str], Path]) -> Path:
    return needs("postgresql", _postgres_programs(), "apt install postgresql")


@pytest.fixture(scope="session")
def postgres(postgres_programs: Path) -> Iterator[PostgresServer]:
    """A real PostgreSQL server that runs while the tests do; `postgres.new()`: the URL of an empty database on it."""
    # Not in pytest's folder: only its owner may enter that, and the path of a socket must be short.
    with tempfile.TemporaryDirectory(prefix="lianxin-pg-") as folder:
        server = PostgresServer(postgres_programs, Path(folder))
        yield server
        server.stop()


@pytest.fixture(scope="session")
def postgres_template(postgres: PostgresServer) -> str:
    """The name of a database with an empty ledger: a copy of it is there sooner than a new one."""
    from graph.ledger import Ledger

    url = postgres.new()
    Ledger.open(url).close()
    return url.partition("?")[0].rpartition("/")[2]


class Neo4jServer:
    """A Neo4j server of our own on a free port: its files in one folder, gone with it.

    `url`: where it answers, with user and password; `address`: the same without.
    """

    CONF = """
server.bolt.listen_address=127.0.0.1:{port}
server.bolt.advertised_address=127.0.0.1:{port}
server.http.enabled=false
server.https.enabled=false
dbms.security.auth_enabled=true
dbms.security.auth_max_failed_attempts=0
dbms.usage_report.enabled=false
server.memory.pagecache.size=128m
db.transaction.timeout=60s
db.tx_log.preallocate=false
internal.dbms.bolt.netty_server_shutdown_quiet_period=0
"""  # the last two: 3 MB instead of 517 MB on disk, and a stop of 1 s instead of 10
    USER, PASSWORD = "neo4j", "only-for-tests"
    # The first compiler alone: for the minute that tests run, the second one costs more processor time than it saves.
    JAVA = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xms256m", "-Xmx768m")

    def __init__(self, jars: Path, folder: Path) -> None:
        self._jars, self._folder = jars, folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        (folder / "conf").mkdir()
        (folder / "conf" / "neo4j.conf").write_text(self.CONF.format(port=port), encoding="utf-8")
        self.address = f"bolt://127.0.0.1:{port}"
        self.url = f"bolt://{self.USER}:{self.PASSWORD}@127.0.0.1:{port}"
        self.start(password="neo4j")
        with self._driver("neo4j") as driver, driver.session(database="system") as session:
            session.run("ALTER CURRENT USER SET PASSWORD FROM 'neo4j' TO $password", password=self.PASSWORD).consume()

    def _driver(self, password: str | None = None) -> "Driver":
        from neo4j import GraphDatabase

        auth = (self.USER, password or self.PASSWORD)
        return GraphDatabase.driver(self.address, auth=auth, notifications_min_severity="OFF")

    def start(self, password: str | None = None) -> None:
        command = ["java", *self.JAVA, "-cp", f"{self._jars}/*", "org.neo4j.server.CommunityEntryPoint"]
        command += [f"--home-dir={self._folder}", f"--config-dir={self._folder / 'conf'}", "--console-mode"]
        with (self._folder / "console.log").open("ab") as log:  # a file, never a pipe that nobody reads
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
        self._await(password)

    def _await(self, password: str | None) -> None:
        from neo4j.exceptions import DriverError

        end = time.monotonic() + 90  # 5 s on a quiet machine, 17 s on one with other work
        while True:
            assert self._process.poll() is None, (self._folder / "console.log").read_text()[-3000:]
            try:
                with self._driver(password) as driver:
                    return driver.verify_connectivity()
            except DriverError:
                assert time.monotonic() < end
                time.sleep(0.1)

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def run(self, query: str, **values: Any) -> list[list[Any]]:
        """Ask in Cypher, as people do who explore."""
        with self._driver() as driver, driver.session() as session:
            return session.run(query, values).values()

    def hold(self, ledger: "Ledger") -> str:
        """Let the graph of this ledger stand in it, projected only where another one does; gives the URL."""
        from graph.neo4j_projection import Projection, checked
        from graph.neo4j_server import Server
        from lianxin.errors import ViewMismatch

        with closing(Server.open(self.url)) as server:
            with suppress(ViewMismatch):
                found = checked(ledger, server)
                if found is not None and found.position == ledger.position() and found.writer is None:
                    return self.url
            Projection(ledger, server).rebuild()
        return self.url

    def clear(self) -> None:
        """An empty database, without its constraints and indexes too."""
        self.run("MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS")
        for kind, name in self.run("SHOW CONSTRAINTS YIELD name RETURN 'CONSTRAINT', name"):
            self.run(f"DROP {kind} {name}")
        for kind, name in self.run("SHOW INDEXES YIELD name, type WHERE type <> 'LOOKUP' RETURN 'INDEX', name"):
            self.run(f"DROP {kind} {name}")


@pytest.fixture(scope="session")
def neo4j(
    needs: Callable[[str, Path | None, str], Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Neo4jServer]:
    """A real Neo4j server that runs while the tests do; what stands in it is the test's before."""
    given = os.environ.get("LIANXIN_NEO4J_LIB")
    folders = [Path(given)] if given else sorted((Path.home() / ".cache" / "lianxin").glob("neo4j-*[0-9]"))
    jars = next((folder for folder in reversed(folders) if folder.is_dir()), None)
    server = Neo4jServer(needs("neo4j", jars, "scripts/neo4j/fetch"), tmp_path_factory.mktemp("neo4j"))
    yield server
    server.stop()


@pytest.fixture
def demo_graph(neo4j: Neo4jServer, demo_ledger: "Ledger") -> str:
    """The URL of the server with the graph of the demo district in it, for reading only."""
    return neo4j.hold(demo_ledger)


@pytest.fixture
def empty_neo4j(neo4j: Neo4jServer) -> Neo4jServer:
    """The server with nothing in it."""
    neo4j.clear()
    return neo4j


@pytest.fixture
def tmp_ledger(tmp_path: Path) -> Iterator["Ledger"]:
    """An empty ledger in a file."""
    with _opened(f"sqlite:///{tmp_path / 'ledger.db'}") as ledger:
        yield ledger


@pytest.fixture
def tmp_postgres_ledger(postgres: PostgresServer, postgres_template: str) -> Iterator["Ledger"]:
    """An empty ledger on a PostgreSQL server."""
    with _opened(postgres.new(postgres_template)) as ledger:
        yield ledger


@pytest.fixture(params=["sqlite", "postgresql"])
def each_ledger(request: pytest.FixtureRequest) -> "Ledger":
    """An empty ledger in each of the two databases: tests that take it run twice."""
    name = "tmp_ledger" if request.param == "sqlite" else "tmp_postgres_ledger"
    found: Ledger = request.getfixturevalue(name)
    return found


@pytest.fixture(scope="session")
def demo_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the demo district, generated once."""
    from services.demo import write_demo

    folder = tmp_path_factory.mktemp("demo")
    write_demo(folder)
    return folder


@pytest.fixture(scope="session")
def demo_ledger(demo_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator["Ledger"]:
    """A ledger with all files of the demo district, for reading only: whoever writes takes `own_demo_ledger`."""
    from services.demo import DEMO_DAY, DEMO_FORMATS

    yield from _shared(DEMO_FORMATS, demo_dir, tmp_path_factory, DEMO_DAY)


@pytest.fixture(scope="session")
def chain_ledger(chain_cn_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator["Ledger"]:
    """A ledger with the whole chain data set, for reading only: whoever writes takes `own_chain_ledger`."""
    from loaders.chain_cn import CHAIN_CN

    yield from _shared([CHAIN_CN], chain_cn_dir, tmp_path_factory)


@pytest.fixture
def own_demo_ledger(demo_ledger: "Ledger", tmp_path: Path) -> Iterator["Ledger"]:
    """A copy of the demo ledger that this test may write to."""
    with _opened(f"sqlite:///{_copy(demo_ledger, tmp_path / 'ledger.db')}") as ledger:
        yield ledger


@pytest.fixture(scope="module")
def module_demo_ledger(demo_ledger: "Ledger", tmp_path_factory: pytest.TempPathFactory) -> Iterator["Ledger"]:
    """A copy of the demo ledger that the tests of one module may write to."""
    with _opened(f"sqlite:///{_copy(demo_ledger, tmp_path_factory.mktemp('module') / 'ledger.db')}") as ledger:
        yield ledger


@pytest.fixture
def own_chain_ledger(chain_ledger: "Ledger", tmp_path: Path) -> Iterator["Ledger"]:
    """A copy of the chain ledger that this test may write to."""
    with _opened(f"sqlite:///{_copy(chain_ledger, tmp_path / 'ledger.db')}") as ledger:
        yield ledger


def _shared(
    sources: "Sequence[Format]", files: Path, factory: pytest.TempPathFactory, data_day: date | None = None
) -> Iterator["Ledger"]:
    from loaders.run import run_load

    name = sources[0].name
    with _opened(f"sqlite:///{factory.mktemp(name) / 'ledger.db'}") as ledger:
        for source in sources:
            run_load(ledger, source, [files], data_day=data_day)
        loaded = ledger.position()
        yield ledger
        assert ledger.position() == loaded, f"a test wrote to the shared {name} ledger: let it take own_…"


@contextmanager
def _opened(url: str) -> Iterator["Ledger"]:
    from graph.ledger import Ledger

    with closing(Ledger.open(url)) as ledger:
        yield ledger


def _copy(ledger: "Ledger", target: Path) -> Path:
    # Through SQLite: a copied file would lack what still lies in the write-ahead log.
    source = ledger.engine.url.database
    assert source is not None
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)
    return target
