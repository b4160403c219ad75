"""Files of cases 案卷文件: a bad row is set apart with its field, value and problem, the others go on."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Generic, TypeVar

from lianxin.errors import BadFact
from loaders.reading import OpenedFile, read_csv

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that was set apart: its case, its number (the heading not counted), field, value and problem."""

    case_id: str
    row: int
    field: str
    value: str
    problem: str


@dataclass(slots=True)
class Checked(Generic[R]):
    """What came of a file: the rows that were taken, each with its case, and those set apart."""

    taken: list[tuple[str, R]] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)


# --- Reading ----------------------------------------------------------------------------------------------------------


def take_row(read: Checked[R], row: int, cells: Mapping[str, str] | Sequence[str], take: Callable[..., R]) -> None:
    """Take a row, or set it apart."""
    if not isinstance(cells, Mapping):
        problem = f"has {len(cells)} cells, another number than the heading", f"有 {len(cells)} 格，与表头不符"
        read.refused.append(refused_row(cells[0] if cells else "", row, BadFact("", "", *problem)))
        return
    id = cells.get("case_id", "").strip()
    try:
        read.taken.append((id, take(cells)))
    except BadFact as bad:
        read.refused.append(refused_row(id, row, bad))


def refused_row(id: str, row: int, bad: BadFact) -> Refused:
    return Refused(id, row, bad.field, bad.value, f"{bad.problem_zh} {bad.problem}")


def case_rows(
    path: Path, columns: tuple[str, ...], must: Iterable[str], ignored: Callable[[str], bool]
) -> Iterator[tuple[int, Mapping[str, str] | Sequence[str]]]:
    """The rows of a CSV file as text, without the columns that are ignored. Any other unknown column is refused."""
    extra = tuple(dict.fromkeys(name for name in _heading(path) if ignored(name)))
    optional = frozenset({*columns, *extra} - set(must))
    for row, cells in read_csv(OpenedFile(path), columns + extra, lambda _: None, optional=optional):
        yield row, {name: cell or "" for name, cell in cells.items()} if isinstance(cells, dict) else cells


def _heading(path: Path) -> Sequence[str]:
    """The first line's cells: enough to see which columns are to be ignored; the reader itself judges the file."""
    try:
        with path.open("rb") as file:
            return next(csv.reader([file.readline().decode("utf-8-sig", "replace")]), [])
    except (OSError, csv.Error):
        return []


# --- Tables that leave ------------------------------------------------------------------------------------------------


def refused_csv(refused: Sequence[Refused]) -> str:
    """case_id, row, field, value, problem."""
    rows = ([each.case_id, str(each.row), each.field, each.value, each.problem] for each in refused)
    return csv_text(("case_id", "row", "field", "value", "problem"), rows)


def day_text(day: date | None) -> str:
    return "" if day is None else day.isoformat()


def csv_text(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(heading)
    writer.writerows(rows)
    return text.getvalue()
