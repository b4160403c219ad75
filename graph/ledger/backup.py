"""Backing up a ledger in a file while it is in use, and putting a backup in its place."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from graph.ledger.database import Sqlite
from graph.ledger.failures import translated
from graph.ledger.ledger import Ledger
from lianxin.errors import Conflict, StoreUnavailable

PAGES = 2_000  # copied between two words to the progress: 8 MB

Progress = Callable[[int, int], None]
"""Is told (pages copied, pages in all)."""


@dataclass(frozen=True, slots=True)
class Copied:
    """What was copied: the newest position in it and its size in bytes. `kept`: where the replaced ledger lies."""

    position: int
    size: int
    kept: Path | None = None


def backup(ledger: Ledger, target: Path, progress: Progress) -> Copied:
    """Write one consistent state of a ledger into a new file; others may read and write meanwhile.

    The copy is checked before it takes its name: an interrupted backup leaves none. Raises Conflict where the file
    is there already, StoreUnavailable where it cannot be written or the ledger is on a server.
    """
    source = _file_of(ledger)
    if target.exists():
        raise Conflict(
            f"{target}: is there already; a backup overwrites nothing. Give another name",
            f"{target}：已经存在；备份不覆盖任何文件，请换一个名字",
        )
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with translated(f"sqlite:///{target}"):
            _copy(source, part, progress)
            position = _checked(part)
            with part.open("rb") as file:
                os.fsync(file.fileno())
            part.replace(target)
    except OSError as error:
        raise StoreUnavailable(
            f"{target}: cannot be written ({error.strerror})", f"{target}：写不进去（{error.strerror}）"
        ) from error
    finally:
        for rest in (part, *(part.with_name(part.name + end) for end in ("-wal", "-shm", "-journal"))):
            rest.unlink(missing_ok=True)
    return Copied(position, target.stat().st_size)


def restore(source: Path, ledger: Ledger, progress: Progress, *, yes: bool = False) -> Copied:
    """Put a backup in the place of a ledger, in one transaction: readers see the one or the other.

    What the ledger held is kept beside it. Raises Conflict where it holds something (unless `yes`), StoreUnavailable
    for a file that is no whole ledger.
    """
    target = _file_of(ledger)
    if not source.is_file():
        raise StoreUnavailable(f"{source}: there is no such file", f"{source}：没有这个文件")
    if source.resolve() == target.resolve():
        raise Conflict(f"{source}: is the ledger itself", f"{source}：就是账本本身")
    with translated(f"sqlite:///{source}"):
        position = _checked(source)
    held, kept = ledger.position(), None
    if held:
        if not yes:
            raise Conflict(
                f"{target}: holds a ledger up to position {held}, the backup reaches {position}. "
                "Give --yes to put the backup in its place; what it holds is kept beside it",
                f"{target}：里面有账本，到位置 {held}；备份到位置 {position}。"
                "要用备份替换请加 --yes；原来的内容会另存一份",
            )
        kept = _free_name(target, held)
        backup(ledger, kept, progress)
    with translated(ledger.url):
        _copy(source, target, progress)
    return Copied(position, source.stat().st_size, kept)


def _free_name(target: Path, position: int) -> Path:
    names = (
        target.with_name(f"{target.stem}.before-restore-{position}{more}.db")
        for more in ("", *map(str, range(2, 1000)))
    )
    return next(name for name in names if not name.exists())


def _file_of(ledger: Ledger) -> Path:
    database = ledger.engine.url.database
    if not isinstance(ledger.database, Sqlite) or database is None:
        raise StoreUnavailable(
            "a ledger on a PostgreSQL server is backed up and restored by the server's own pg_dump and pg_restore",
            "PostgreSQL 服务器上的账本请用服务器自带的 pg_dump 备份、pg_restore 恢复",
        )
    return Path(database)


def _copy(source: Path, target: Path, progress: Progress) -> None:
    def told(_status: int, left: int, whole: int) -> None:
        progress(whole - left, whole)

    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target, timeout=10)) as new:
        old.backup(new, pages=PAGES, progress=told, sleep=0.01)


def _checked(file: Path) -> int:
    """The newest position of a file. Raises sqlite3.DatabaseError where it is no whole ledger."""
    with closing(sqlite3.connect(f"file:{file.resolve()}?mode=ro", uri=True)) as connection:
        said = connection.execute("PRAGMA integrity_check").fetchone()[0]
        if said != "ok":
            raise sqlite3.DatabaseError(f"database disk image is malformed: {said}")
        names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if not {"alembic_version", "position"} <= names:
            raise sqlite3.DatabaseError("file is not a database")
        return int(connection.execute("SELECT coalesce(max(position), 0) FROM position").fetchone()[0])
