"""What goes wrong around a ledger: killed processes, full disks, locks, wrong files; nothing is lost."""

import os
import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from graph.ledger import Ledger, LoadOutcome, database
from graph.ledger.merge import Decision, Judgement
from graph.memory_build import build
from graph.ontology import Link, Product, Record, Ref
from lianxin.errors import LedgerTooNew, StoreUnavailable

Put = Callable[..., LoadOutcome]
Loading = Callable[[str, str, int], Any]
ROOT = Path(__file__).parents[2]


def products(first: int, count: int, name: str = "") -> list[list[Record | Link]]:
    return [[Product(key=f"P{n}", name=name or f"P{n}")] for n in range(first, first + count)]


def url(file: Path) -> str:
    return f"sqlite:///{file}"


def loaded(ledger: Ledger) -> int:
    return len(build(ledger).all_of("Product"))


def speaks_to_both(error: StoreUnavailable | LedgerTooNew, en: str, zh: str) -> None:
    assert en in error.en
    assert zh in error.zh
    assert "sqlite3." not in error.en + error.zh
    assert "sqlalche.me" not in error.en + error.zh


# --- a process that dies ----------------------------------------------------------------------------------------------

COUNT = 8_000


@pytest.fixture(scope="module")
def time_to_write(tmp_path_factory: pytest.TempPathFactory, loading: Loading) -> float:
    """How long the child takes from its last row to the end, so that kills fall into it."""
    with loading(url(tmp_path_factory.mktemp("timed") / "l.db"), "p", COUNT) as process:
        process.said("reading")
        process.said("writing")
        start = time.monotonic()
        process.said("loaded")
        return time.monotonic() - start


@pytest.mark.parametrize("moment", [-1, 0.05, 0.35, 0.65, 0.98])
def test_a_killed_load_is_whole_or_absent_and_the_next_one_works(
    tmp_path: Path, put: Put, loading: Loading, time_to_write: float, moment: float
) -> None:
    file = tmp_path / "ledger.db"
    with closing(Ledger.open(url(file))) as ledger:
        put(ledger, products(0, 5), "before")
    with loading(url(file), "p", COUNT) as process:
        process.said("reading")
        if moment >= 0:
            process.said("writing")
            time.sleep(time_to_write * random.uniform(moment - 0.05, moment + 0.05))
        else:
            time.sleep(random.uniform(0, 0.02))
        process.kill()
    with closing(Ledger.open(url(file))) as ledger:
        loads = len(ledger.loads())
        view = build(ledger)
        whole = (5 + COUNT, COUNT - 1) if loads == 2 else (5, 0)
        assert (len(view.all_of("Product")), len(view.layers["UpstreamOf"][0].table)) == whole
        assert ledger.position() == loads
        with ledger.reading() as connection:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
            assert connection.exec_driver_sql("SELECT count(*) FROM record").scalar() == whole[0]
        assert put(ledger, [*products(0, 5), *products(7, 1)], "before").new == 1


def test_two_processes_that_load_at_once_both_end_whole_in_order(tmp_path: Path, loading: Loading) -> None:
    file = tmp_path / "ledger.db"  # it does not exist: both create it
    with loading(url(file), "a", 2000) as first, loading(url(file), "b", 2000) as second:
        for process in (first, second):
            for word in ("reading", "writing", "loaded"):
                process.said(word)
    with closing(Ledger.open(url(file))) as ledger:
        assert loaded(ledger) == 4000
        loads = list(reversed(ledger.loads()))
        assert [load.position for load in loads] == [1, 2]
        assert loads[0].committed_at <= loads[1].committed_at
        assert [load.report["new"] for load in loads] == [3999, 3999]


def test_an_exception_while_reading_leaves_nothing(tmp_ledger: Ledger, put: Put) -> None:
    put(tmp_ledger, products(0, 3))

    def breaks_off() -> None:
        with tmp_ledger.staging() as staging:
            staging.add(Product(key="new"), 0, 1)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        breaks_off()
    assert (len(tmp_ledger.loads()), loaded(tmp_ledger)) == (1, 3)
    put(tmp_ledger, products(0, 4))
    assert loaded(tmp_ledger) == 4


def test_an_exception_while_appending_leaves_nothing(
    tmp_ledger: Ledger, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_ledger, products(0, 3))

    def fail(*_: Any, **__: Any) -> int:
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr("graph.ledger.load.take_position", fail)
        with pytest.raises(ZeroDivisionError):
            put(tmp_ledger, products(0, 9))
    assert (len(tmp_ledger.loads()), loaded(tmp_ledger)) == (1, 3)
    put(tmp_ledger, products(0, 4))
    assert loaded(tmp_ledger) == 4


# --- a full disk ------------------------------------------------------------------------------------------------------


@contextmanager
def full_after(ledger: Ledger, pages: int) -> Iterator[None]:
    """Every connection refuses to let the file grow by more than these pages."""
    with ledger.reading() as connection:
        now = connection.exec_driver_sql("PRAGMA page_count").scalar_one()

    def limit(connection: sqlite3.Connection, _record: object, _proxy: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {now + pages}")

    ledger.engine.dispose()
    event.listen(ledger.engine, "checkout", limit)
    try:
        yield
    finally:
        event.remove(ledger.engine, "checkout", limit)
        ledger.engine.dispose()


@pytest.mark.parametrize("pages", [0, 1, 20])
def test_a_disk_that_fills_during_a_load_loses_nothing(tmp_ledger: Ledger, put: Put, pages: int) -> None:
    put(tmp_ledger, products(0, 50))
    with full_after(tmp_ledger, pages), pytest.raises(StoreUnavailable) as error:
        put(tmp_ledger, products(0, 5000))
    speaks_to_both(error.value, "the disk is full. Nothing was half-written; free some space", "磁盘已满")
    assert (len(tmp_ledger.loads()), loaded(tmp_ledger)) == (1, 50)
    assert put(tmp_ledger, products(0, 5000)).new == 4950


def test_a_disk_that_fills_during_an_undo_or_a_decision_loses_nothing(tmp_ledger: Ledger, put: Put) -> None:
    load = put(tmp_ledger, products(0, 5000))
    decision = Decision(Ref("Product", "P1"), Ref("Product", "P2"), Judgement.SAME, "r" * 50_000, "w")
    with full_after(tmp_ledger, 0):
        for act in (lambda: tmp_ledger.undo(load.load), lambda: tmp_ledger.decide(decision)):
            with pytest.raises(StoreUnavailable, match="disk is full"):
                act()
    assert (tmp_ledger.position(), loaded(tmp_ledger), tmp_ledger.decisions()) == (1, 5000, [])
    assert tmp_ledger.decide(decision) == 2
    tmp_ledger.undo(load.load)
    assert loaded(tmp_ledger) == 0


# --- another process --------------------------------------------------------------------------------------------------


@pytest.fixture
def locked(tmp_path: Path, put: Put, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Ledger, sqlite3.Connection]]:
    """A ledger of three products whose write lock somebody else holds."""
    monkeypatch.setattr(database, "BUSY_TIMEOUT_MS", 50)
    file = tmp_path / "ledger.db"
    with closing(Ledger.open(url(file))) as ledger, closing(sqlite3.connect(file, isolation_level=None)) as other:
        put(ledger, products(0, 3))
        other.execute("BEGIN IMMEDIATE")
        yield ledger, other


def test_a_lock_held_for_too_long_is_said_and_nothing_is_lost(
    locked: tuple[Ledger, sqlite3.Connection], put: Put
) -> None:
    ledger, other = locked
    for act in (lambda: put(ledger, products(0, 9)), lambda: ledger.undo(1)):
        with pytest.raises(StoreUnavailable) as error:
            act()
        speaks_to_both(error.value, "another process has been writing", "另一个进程占用写锁")
    assert loaded(ledger) == 3, "reading goes on meanwhile"
    other.execute("ROLLBACK")
    assert put(ledger, products(0, 9)).new == 6


def test_an_existing_ledger_opens_while_another_process_writes(locked: tuple[Ledger, sqlite3.Connection]) -> None:
    ledger, _ = locked
    with closing(Ledger.open(ledger.url)) as second:
        assert loaded(second) == 3


# --- wrong files ------------------------------------------------------------------------------------------------------


def test_a_file_that_is_no_database_is_named_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("这不是账本\n" * 100)
    before = file.read_bytes()
    with pytest.raises(StoreUnavailable) as error:
        Ledger.open(url(file))
    speaks_to_both(error.value, "notes.txt: is not a ledger", "不是账本文件")
    assert file.read_bytes() == before


def test_a_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "other.db"
    with closing(sqlite3.connect(file)) as other:
        other.execute("CREATE TABLE invoices (id)")
    with pytest.raises(StoreUnavailable) as error:
        Ledger.open(url(file))
    speaks_to_both(error.value, "another program (invoices", "别的程序的数据库")
    with closing(sqlite3.connect(file)) as other:
        assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("invoices",)]


def test_a_missing_folder_is_said_and_not_created(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable) as error:
        Ledger.open(url(tmp_path / "nowhere" / "ledger.db"))
    speaks_to_both(error.value, "Does the folder exist", "请确认文件夹存在")
    assert not (tmp_path / "nowhere").exists()


def test_a_folder_is_no_ledger(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable) as error:
        Ledger.open(url(tmp_path))
    speaks_to_both(error.value, "cannot be opened", "打不开")


def test_a_read_only_ledger_can_be_read_and_says_why_it_cannot_be_written(tmp_path: Path, put: Put) -> None:
    file = tmp_path / "ledger.db"
    with closing(Ledger.open(url(file))) as ledger:
        put(ledger, products(0, 3))
    with closing(Ledger.open(f"sqlite:///file:{file}?mode=ro&uri=true")) as ledger:
        assert loaded(ledger) == 3
        for act in (lambda: put(ledger, products(0, 9)), lambda: ledger.undo(1)):
            with pytest.raises(StoreUnavailable) as error:
                act()
            speaks_to_both(error.value, "is read-only", "只读")
    with closing(Ledger.open(url(file))) as ledger:
        assert put(ledger, products(0, 9)).new == 6


def test_a_damaged_ledger_is_said(tmp_path: Path, put: Put) -> None:
    file = tmp_path / "ledger.db"
    with closing(Ledger.open(url(file))) as ledger:
        put(ledger, products(0, 3000))
    content = bytearray(file.read_bytes())
    content[8192:] = os.urandom(len(content) - 8192)
    file.write_bytes(content)
    with pytest.raises(StoreUnavailable) as error, closing(Ledger.open(url(file))) as ledger:
        loaded(ledger)
    speaks_to_both(error.value, "Restore it from a backup", "备份")


def test_a_ledger_of_a_newer_version_is_refused_and_left_alone(tmp_path: Path, put: Put) -> None:
    file = tmp_path / "ledger.db"
    with closing(Ledger.open(url(file))) as ledger:
        put(ledger, products(0, 3))
    with closing(sqlite3.connect(file)) as other, other:
        (ours,) = other.execute("SELECT version_num FROM alembic_version").fetchone()
        other.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(LedgerTooNew) as error:
        Ledger.open(url(file))
    speaks_to_both(error.value, "newer lianxin (schema 9999). Install the newer version", "请安装新版本")
    with closing(sqlite3.connect(file)) as other, other:
        assert other.execute("SELECT count(*) FROM record").fetchone() == (3,)
        other.execute("UPDATE alembic_version SET version_num = ?", (ours,))
    with closing(Ledger.open(url(file))) as ledger:
        assert loaded(ledger) == 3


@pytest.mark.parametrize("wrong", ["ledger.db", "nosuch:///x", "", "sqlite+nosuch:///x"])
def test_an_address_that_is_no_url_says_how_one_is_written(wrong: str) -> None:
    with pytest.raises(StoreUnavailable) as error:
        Ledger.open(wrong)
    speaks_to_both(error.value, "Write it like sqlite:///lianxin.db", "请写成 sqlite:///lianxin.db")


def test_no_message_shows_a_password() -> None:
    with pytest.raises(StoreUnavailable) as error:
        Ledger.open("nosuch://officer:geheim@host/ledger")
    assert "geheim" not in error.value.en + error.value.zh


def test_a_ledger_file_that_vanishes_is_said(tmp_path: Path, put: Put) -> None:
    file = tmp_path / "folder" / "ledger.db"
    file.parent.mkdir()
    with closing(Ledger.open(url(file))) as ledger:
        put(ledger, products(0, 3))
        ledger.engine.dispose()
        for left in file.parent.iterdir():
            left.unlink()
        file.parent.rmdir()
        for act in (ledger.loads, lambda: put(ledger, products(0, 9)), lambda: ledger.undo(1)):
            with pytest.raises(StoreUnavailable) as error:
                act()
            speaks_to_both(error.value, "cannot be opened", "打不开")
