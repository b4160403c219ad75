"""What the commands over files of cases share: the option, and how the outcome is written."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from cli.common import write_whole
from lianxin.errors import StoreUnavailable
from services.case_files import Refused, refused_csv

SOME_REFUSED = 3  # exit code: done, but rows of the file were set apart
OutOption = Annotated[Path, typer.Option("--out", metavar="OUT.csv", help="结果写到这里。Where to write.")]


def finish(path: Path, text: str, refused: Sequence[Refused]) -> None:
    """Write the table, and the rows that were set apart beside it; an error file of an earlier run is removed."""
    errors = path.with_suffix(".errors.csv")
    write_whole(path, text)
    if not refused:
        _remove(errors)
        return
    write_whole(errors, refused_csv(refused))
    typer.secho(f"{len(refused)} 行不合格，见 {errors}。{len(refused)} rows were set apart: {errors}", err=True)
    raise typer.Exit(SOME_REFUSED)


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        reason = error.strerror
        raise StoreUnavailable(f"{path}: cannot be removed ({reason})", f"{path}：删不掉（{reason}）") from error
