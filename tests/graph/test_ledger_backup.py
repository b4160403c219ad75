"""A backup is one state of the ledger, whole; a restored ledger answers as the one that was backed up."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from graph.ledger import Ledger, LoadOutcome
from graph.ledger.backup import backup, restore
from graph.memory_build import MemoryViews, build
from graph.ontology import Product
from lianxin.errors import Conflict, StoreUnavailable

Put = Callable[..., LoadOutcome]


def silent(_done: int, _whole: int) -> None: ...


def products(count: int, name: str = "x") -> list[list[Product]]:
    return [[Product(key=f"P{n}", name=name)] for n in range(count)]


def test_a_restored_ledger_answers_as_the_one_backed_up(
    tmp_ledger: Ledger, tmp_path: Path, put: Put, everything: Callable[..., Any]
) -> None:
    put(tmp_ledger, products(30))
    put(tmp_ledger, products(20), yes=True)
    before, file = everything(build(tmp_ledger)), tmp_path / "backup.db"
    assert backup(tmp_ledger, file, silent).position == 2
    put(tmp_ledger, products(40, "later"))
    with closing(Ledger.open(f"sqlite:///{tmp_path / 'other.db'}")) as other:
        assert restore(file, other, silent).kept is None
        assert everything(build(other)) == before
        assert [load.position for load in other.loads()] == [2, 1]
        assert put(other, products(3), "after").position == 3


def test_a_ledger_that_holds_something_is_replaced_only_with_yes_and_is_kept(
    tmp_ledger: Ledger, tmp_path: Path, put: Put
) -> None:
    put(tmp_ledger, products(3))
    file = tmp_path / "backup.db"
    backup(tmp_ledger, file, silent)
    put(tmp_ledger, products(3), "more")
    with pytest.raises(Conflict, match="--yes"):
        restore(file, tmp_ledger, silent)
    assert tmp_ledger.position() == 2
    copied = restore(file, tmp_ledger, silent, yes=True)
    assert tmp_ledger.position() == 1
    assert copied.kept is not None
    with closing(Ledger.open(f"sqlite:///{copied.kept}")) as former:
        assert former.position() == 2
    assert restore(copied.kept, tmp_ledger, silent, yes=True).kept != copied.kept


def test_a_view_that_is_ahead_of_a_restored_ledger_is_built_anew(
    tmp_ledger: Ledger, tmp_path: Path, put: Put, everything: Callable[..., Any]
) -> None:
    put(tmp_ledger, products(5))
    file = tmp_path / "backup.db"
    backup(tmp_ledger, file, silent)
    put(tmp_ledger, products(3), "lost")
    views = MemoryViews(tmp_ledger)
    views.at(1)
    restore(file, tmp_ledger, silent, yes=True)
    assert views.newest().position == 1
    assert everything(views.newest()) == everything(build(tmp_ledger))
    put(tmp_ledger, [[Product(key="other", name="x")]], "lost")
    assert everything(views.newest()) == everything(build(tmp_ledger))


def test_a_view_is_built_anew_though_the_restored_ledger_has_grown_past_it(
    tmp_ledger: Ledger, tmp_path: Path, put: Put, everything: Callable[..., Any]
) -> None:
    put(tmp_ledger, products(5))
    file = tmp_path / "backup.db"
    backup(tmp_ledger, file, silent)
    put(tmp_ledger, products(3), "lost")
    views = MemoryViews(tmp_ledger)
    restore(file, tmp_ledger, silent, yes=True)
    put(tmp_ledger, [[Product(key="b", name="x")]], "b")
    put(tmp_ledger, [[Product(key="c", name="x")]], "c")
    assert everything(views.newest()) == everything(build(tmp_ledger))


def test_a_backup_overwrites_nothing_and_leaves_no_half_file(tmp_ledger: Ledger, tmp_path: Path, put: Put) -> None:
    put(tmp_ledger, products(3))
    (tmp_path / "there.db").write_text("mine")
    with pytest.raises(Conflict, match="overwrites nothing"):
        backup(tmp_ledger, tmp_path / "there.db", silent)
    assert (tmp_path / "there.db").read_text() == "mine"

    def stop(_done: int, _whole: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        backup(tmp_ledger, tmp_path / "new.db", stop)
    assert {path.name for path in tmp_path.iterdir() if "new" in path.name} == set()


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\0" + b"\0" * 5000])
def test_what_is_no_ledger_is_not_restored(tmp_ledger: Ledger, tmp_path: Path, put: Put, content: bytes) -> None:
    put(tmp_ledger, products(3))
    (tmp_path / "wrong.db").write_bytes(content)
    with pytest.raises(StoreUnavailable):
        restore(tmp_path / "wrong.db", tmp_ledger, silent, yes=True)
    with pytest.raises(StoreUnavailable, match="no such file"):
        restore(tmp_path / "none.db", tmp_ledger, silent, yes=True)
    assert tmp_ledger.position() == 1


def test_a_damaged_backup_is_not_restored(tmp_ledger: Ledger, tmp_path: Path, put: Put) -> None:
    put(tmp_ledger, products(2000))
    file = tmp_path / "backup.db"
    backup(tmp_ledger, file, silent)
    damaged = bytearray(file.read_bytes())
    damaged[40_000:60_000] = b"\xff" * 20_000
    file.write_bytes(damaged)
    with closing(Ledger.open(f"sqlite:///{tmp_path / 'other.db'}")) as other:
        with pytest.raises(StoreUnavailable, match="damaged"):
            restore(file, other, silent)
        assert other.position() == 0


def test_a_ledger_in_use_is_backed_up(tmp_ledger: Ledger, tmp_path: Path, put: Put) -> None:
    put(tmp_ledger, products(3))
    with closing(sqlite3.connect(str(tmp_ledger.engine.url.database), isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        assert backup(tmp_ledger, tmp_path / "backup.db", silent).position == 1


def test_a_ledger_on_a_server_is_left_to_the_server(tmp_postgres_ledger: Ledger, tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="pg_dump"):
        backup(tmp_postgres_ledger, tmp_path / "backup.db", silent)
