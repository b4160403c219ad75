"""What several groups of commands share: the ledger option, tables, and writing a file whole or not at all."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from graph.ledger import Ledger
from graph.view import View
from graph.views import lag, one_state
from lianxin.errors import StoreUnavailable
from lianxin.settings import read_settings

LedgerOption = Annotated[
    str | None,
    typer.Option(
        "--ledger",
        metavar="URL",
        help="账本地址（SQLAlchemy URL），默认取 LIANXIN_LEDGER。Ledger URL.",
        show_default=False,
    ),
]

KnownAtOption = Annotated[
    int | None,
    typer.Option(
        "--known-at",
        metavar="POSITION",
        min=0,
        help="只用到这个账本位置为止的数据，默认最新。Only what was loaded up to this ledger position.",
        show_default=False,
    ),
]

WIDE = 400  # columns where nobody looks: a table in a file or a pipe is not cut
out = Console(soft_wrap=True, width=None if sys.stdout.isatty() else WIDE)
progress_console = Console(stderr=True)


def open_ledger(url: str | None, *, create: bool = False) -> Ledger:
    """The ledger of the option, else of the environment. Only a load makes one where there is none: a mistyped path
    would answer every question with nothing. Raises StoreUnavailable."""
    return Ledger.open(url or read_settings().ledger, create=create)


@contextmanager
def opened_view(ledger: str | None, known_at: int | None = None) -> Iterator[View]:
    """The state that a command asks: of the Neo4j server that LIANXIN_NEO4J names, else in memory.

    Raises StoreUnavailable, NotKnown for a position that the ledger has not reached.
    """
    with (
        closing(open_ledger(ledger)) as opened,
        one_state(opened, read_settings().neo4j, known_at) as view,
    ):
        if known_at is None and (behind := lag(opened, view)):
            count, reached = behind.positions, view.position
            typer.secho(
                f"图落后账本 {count} 个位置，答案到位置 {reached} 为止（lianxin view update 可补上）。\n"
                f"The graph is {count} behind the ledger; this is position {reached}: lianxin view update",
                err=True,
                fg="yellow",
            )
        yield view


@contextmanager
def counted_bar(title: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar that is told (done, in all); nothing is drawn where nobody looks."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=progress_console, disable=not progress_console.is_terminal) as progress:
        task = progress.add_task(title, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def check_writable(path: Path) -> None:
    """Before long work whose outcome goes to this file. Raises StoreUnavailable."""
    if path.is_dir() or not os.access(path.parent, os.W_OK):
        raise StoreUnavailable(
            f"{path}: cannot be written. Name a file in a folder that exists and is yours to write",
            f"{path}：写不进去。请给出一个文件，所在文件夹要存在并且可写",
        )


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file under a temporary name and rename it: a reader never sees half of it."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        temporary.write_bytes(content.encode() if isinstance(content, str) else content)
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise StoreUnavailable(
            f"{path}: cannot be written ({error.strerror})", f"{path}：写不进去（{error.strerror}）"
        ) from error
