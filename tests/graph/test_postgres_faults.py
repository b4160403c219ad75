"""What goes wrong with a PostgreSQL server, and what people are told: it is down, goes away, is locked, is not ours."""

import shutil
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from graph.ledger import Ledger, LoadOutcome
from graph.ledger import database as databases
from graph.memory_build import MemoryViews, build
from graph.ontology import Link, Product, Record, Ref, UpstreamOf
from lianxin.errors import LedgerTooNew, StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Sequence

Put = Callable[..., LoadOutcome]
Loading = Callable[[str, str, int], Any]
ROOT = Path(__file__).parents[2]


def products(count: int, first: int = 0) -> list[list[Record | Link]]:
    return [[Product(key=f"P{n}", name="x")] for n in range(first, first + count)]


@pytest.fixture
def own_server(postgres: Any, postgres_programs: Path) -> Iterator[Any]:
    """A server that this test may stop."""
    with tempfile.TemporaryDirectory(prefix="lianxin-pg-") as folder:
        server = type(postgres)(postgres_programs, Path(folder))
        yield server
        server.stop()


def test_a_server_that_is_down_is_named_with_what_to_do(own_server: Any) -> None:
    url = own_server.new()
    own_server.stop()
    with pytest.raises(StoreUnavailable) as error:
        Ledger.open(url)
    own_server.start()
    assert "cannot be reached" in error.value.en
    assert "请启动服务器" in error.value.zh
    assert "psycopg" not in error.value.en


def test_a_server_that_goes_away_during_a_load_leaves_nothing_and_is_found_again(own_server: Any, put: Put) -> None:
    with closing(Ledger.open(own_server.new())) as ledger:
        put(ledger, products(3), "before")
        with ledger.staging() as staging:
            for n in range(10):
                staging.add(Product(key=f"Q{n}", name="x"), 0, n + 1)
            own_server.stop()
            with pytest.raises(StoreUnavailable, match="went away"):
                staging._flush()
        own_server.start()
        assert ledger.position() == 1, "the next question finds the server"
        assert put(ledger, [[Product(key="Q", name="x")]], "after").new == 1
        assert len(build(ledger).all_of("Product")) == 4


def test_a_server_that_goes_away_under_a_view_is_named_and_the_view_goes_on_afterwards(
    own_server: Any, put: Put
) -> None:
    with closing(Ledger.open(own_server.new())) as ledger:
        put(ledger, products(3))
        views = MemoryViews(ledger)
        own_server.stop()
        with pytest.raises(StoreUnavailable):
            views.newest()
        own_server.start()
        assert len(views.newest().all_of("Product")) == 3


@contextmanager
def holding_the_lock(ledger: Ledger) -> Iterator[None]:
    held, end = threading.Event(), threading.Event()

    def hold() -> None:
        with ledger.engine.connect() as connection, ledger.writing(connection):
            held.set()
            end.wait(30)

    thread = threading.Thread(target=hold)
    thread.start()
    assert held.wait(10)
    try:
        yield
    finally:
        end.set()
        thread.join()


def test_a_lock_held_by_another_process_is_named(
    tmp_postgres_ledger: Ledger, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(databases, "BUSY_TIMEOUT_MS", 100)
    with holding_the_lock(tmp_postgres_ledger), pytest.raises(StoreUnavailable, match="another process"):
        put(tmp_postgres_ledger, products(1))
    assert put(tmp_postgres_ledger, products(1)).new == 1


def test_a_reader_is_not_held_up_by_a_writer_and_sees_one_state(tmp_postgres_ledger: Ledger, put: Put) -> None:
    put(tmp_postgres_ledger, products(2))
    with holding_the_lock(tmp_postgres_ledger):
        assert tmp_postgres_ledger.position() == 1
    with tmp_postgres_ledger.reading() as connection:
        before = connection.exec_driver_sql("SELECT count(*) FROM record").scalar_one()
        put(tmp_postgres_ledger, products(2, first=5), "more")
        assert connection.exec_driver_sql("SELECT count(*) FROM record").scalar_one() == before == 2


def test_positions_become_visible_in_order_though_the_first_to_begin_commits_last(
    tmp_postgres_ledger: Ledger, put: Put
) -> None:
    """The second load waits for the first, which holds the lock: no view can pass over a position that comes later."""
    views = MemoryViews(tmp_postgres_ledger)
    began, go = threading.Event(), threading.Event()
    outcomes: list[int] = []

    def first() -> None:
        from graph.ledger.commit import insert_row, take_position
        from graph.ledger.schema import dataset, load

        with tmp_postgres_ledger.engine.connect() as connection, tmp_postgres_ledger.writing(connection):
            began.set()
            assert go.wait(20)
            named = insert_row(connection, dataset, name="f", format="x", label="x", trust=1, synthetic=False)
            from datetime import datetime

            made = insert_row(
                connection, load, dataset=named, mode="increment", started_at=datetime(2026, 9, 1), report="{}"
            )
            outcomes.append(take_position(connection, load=made))

    def second() -> None:
        outcomes.append(put(tmp_postgres_ledger, products(2), "second").position)

    threads = [threading.Thread(target=first), threading.Thread(target=second)]
    threads[0].start()
    assert began.wait(10)
    threads[1].start()
    threads[1].join(0.3)
    assert threads[1].is_alive(), "it waits for the lock"
    assert views.newest().position == 0
    go.set()
    for thread in threads:
        thread.join(20)
    assert outcomes == [1, 2]
    assert views.newest().position == 2


def test_rows_cannot_be_changed_deleted_or_truncated(tmp_postgres_ledger: Ledger, put: Put) -> None:
    put(tmp_postgres_ledger, products(1))
    for statement in ("UPDATE record SET key = 'x'", "DELETE FROM record_version", "TRUNCATE link_version"):
        with (
            pytest.raises(StoreUnavailable, match="append-only"),
            tmp_postgres_ledger.engine.connect() as connection,
            tmp_postgres_ledger.writing(connection),
        ):
            connection.exec_driver_sql(statement)


def test_a_second_load_uses_up_no_record_numbers(tmp_postgres_ledger: Ledger, put: Put) -> None:
    put(tmp_postgres_ledger, products(50))
    put(tmp_postgres_ledger, products(50))
    put(tmp_postgres_ledger, [*products(50), [Product(key="new", name="x")]])
    with tmp_postgres_ledger.reading() as connection:
        assert connection.exec_driver_sql("SELECT max(id) FROM record").scalar_one() == 51


def test_what_is_no_ledger_of_ours_is_left_alone(postgres: Any) -> None:
    import psycopg

    url = postgres.new()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE invoices (id int)")
    with pytest.raises(StoreUnavailable, match="another program"):
        Ledger.open(url)


def test_a_ledger_of_a_newer_version_is_refused(tmp_postgres_ledger: Ledger) -> None:
    import psycopg

    with psycopg.connect(tmp_postgres_ledger.url, autocommit=True) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(LedgerTooNew):
        Ledger.open(tmp_postgres_ledger.url)


def test_a_database_that_does_not_exist_is_named_without_the_password(postgres: Any) -> None:
    url = postgres.url("nowhere").replace("lianxin@", "lianxin:secret@")
    with pytest.raises(StoreUnavailable, match="no such database") as error:
        Ledger.open(url)
    assert "secret" not in error.value.en + error.value.zh


@pytest.mark.parametrize("wait", [0.0, 0.05, 0.1, 0.2, 0.4])
def test_a_killed_load_is_whole_or_absent(tmp_postgres_ledger: Ledger, put: Put, loading: Loading, wait: float) -> None:
    put(tmp_postgres_ledger, products(5), "before")
    with loading(tmp_postgres_ledger.url, "Q", 3000) as process:
        process.said("reading")
        process.said("writing")
        threading.Event().wait(wait)
        process.kill()
    # The write lock is free again as soon as the server has seen the connection end.
    assert put(tmp_postgres_ledger, products(6), "before").new == 1
    loads = len(tmp_postgres_ledger.loads())
    view = build(tmp_postgres_ledger)
    products_there, links = len(view.all_of("Product")), sum(len(each.table) for each in view.layers["UpstreamOf"])
    assert (products_there, links) == ((3006, 2999) if loads == 3 else (6, 0))


def test_both_databases_give_one_view(
    tmp_ledger: Ledger, tmp_postgres_ledger: Ledger, put: Put, everything: Any
) -> None:
    """Order included, though keys are of several scripts: text that identifies is ordered by its bytes in both."""
    names = ["齿轮", "Ärger", "b", "B", "_", "zz", "电机", "ａ"]
    rows: Sequence[Any] = [
        *[[Product(key=name, name=name)] for name in names],
        *[
            [UpstreamOf(from_ref=Ref("Product", "b"), to_ref=Ref("Product", "B"), part=part)]
            for part in ("甲", "Z", "a", "乙", "_", "é")
        ],
    ]
    for ledger in (tmp_ledger, tmp_postgres_ledger):
        put(ledger, rows)
        put(ledger, rows[:-1])
    one, other = (everything(build(ledger)) for ledger in (tmp_ledger, tmp_postgres_ledger))
    assert str(one).replace(_times(tmp_ledger), "") == str(other).replace(_times(tmp_postgres_ledger), "")


def _times(ledger: Ledger) -> str:
    return str(ledger.datasets()[0].loaded_at)


# --- a full disk ------------------------------------------------------------------------------------------------------


@pytest.fixture
def small_disk(postgres_programs: Path) -> Iterator[Path]:
    """A disk of 20 MB for the server's files."""
    del postgres_programs  # its package made the account
    with tempfile.TemporaryDirectory(prefix="lianxin-disk-") as folder:
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=20m", "tmpfs", folder], capture_output=True, text=True
        )
        if done.returncode:
            pytest.skip(f"no disk can be mounted here: {done.stderr.strip()}")
        try:
            shutil.chown(folder, "postgres", "postgres")
            yield Path(folder)
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.mark.may_skip("mounting needs more rights than some containers give")
def test_a_disk_that_fills_during_a_load_loses_nothing(own_server: Any, small_disk: Path, put: Put) -> None:
    import psycopg

    with psycopg.connect(own_server.url(), autocommit=True) as connection:
        connection.execute(f"CREATE TABLESPACE small LOCATION '{small_disk}'".encode())
        connection.execute(b"CREATE DATABASE filling TABLESPACE small")
    with closing(Ledger.open(own_server.url("filling"))) as ledger:
        put(ledger, products(5), "before")
        with pytest.raises(StoreUnavailable) as error:
            put(ledger, products(60_000))
        assert "the server's disk is full. Nothing was half-written; free some space there" in error.value.en
        assert "服务器磁盘已满。没有写入一半的数据" in error.value.zh
        assert (ledger.position(), len(ledger.loads()), len(build(ledger).all_of("Product"))) == (1, 1, 5)
        subprocess.run(["mount", "-o", "remount,size=400m", small_disk], check=True)
        assert put(ledger, products(60_000)).new == 60_000
        assert len(build(ledger).all_of("Product")) == 60_000
