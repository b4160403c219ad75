"""Links of one type in compressed adjacency arrays (CSR), both directions, about 37 bytes a link.

The links are sorted by (from, to); the other direction is a permutation of them. Days are proleptic Gregorian
ordinals; an unknown bound is the far past or the far future, so that the interval mask needs no special case.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import orjson

from graph.view import BASES, Direction, Ints

FAR_PAST, FAR_FUTURE = 0, 4_000_000  # outside every date that Python knows (ordinals 1 to 3,652,059)
_CODE = {basis.value: code for code, basis in enumerate(BASES)}


@dataclass(frozen=True, slots=True)
class LinkTable:
    """The links of one type among records 0 … n-1. `details[detail]` is the JSON of what has no array of its own."""

    out_start: Ints
    in_start: Ints
    in_order: npt.NDArray[np.int32]
    from_: npt.NDArray[np.int32]
    to: npt.NDArray[np.int32]
    valid_from: npt.NDArray[np.int32]
    valid_to: npt.NDArray[np.int32]
    basis: npt.NDArray[np.int8]
    share: npt.NDArray[np.float32]
    file: npt.NDArray[np.int32]
    row: npt.NDArray[np.int32]
    detail: npt.NDArray[np.int32]
    details: Sequence[str]

    def __len__(self) -> int:
        return len(self.to)

    @property
    def records(self) -> int:
        """How many records the adjacency speaks of; later ones have no link here."""
        return len(self.out_start) - 1

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays together."""
        return sum(getattr(self, name).nbytes for name in self.__slots__ if name != "details")

    def around(self, handles: Ints, direction: Direction) -> tuple[Ints, Ints]:
        """All links at these records: (index into handles, position of the link), in the table's order."""
        start = self.out_start if direction == "out" else self.in_start
        known = np.minimum(handles, self.records)  # a record newer than the table
        first = start[known]
        count = np.where(handles < self.records, start[np.minimum(known + 1, self.records)] - first, 0)
        origin = np.repeat(np.arange(len(handles)), count)
        # Within each run the positions count up from the run's first one.
        position = np.arange(len(origin)) + np.repeat(first - (np.cumsum(count) - count), count)
        return origin, position if direction == "out" else self.in_order[position].astype(np.int64)


class LinkRows:
    """Gathers links row by row, column-wise, before they become a table."""

    def __init__(self) -> None:
        self._columns: tuple[list[Any], ...] = tuple([] for _ in range(9))
        self._details: dict[str, int] = {"{}": 0}

    def add(
        self,
        from_: int,
        to: int,
        basis: str,
        valid_from: str | date | None,
        valid_to: str | date | None,
        body: str,
        file: int,
        row: int,
    ) -> None:
        """Gather one link as the ledger gives it."""
        share, rest = np.nan, body
        if '"share":' in body:
            values = orjson.loads(body)
            share = values.pop("share", np.nan)
            rest = orjson.dumps(values).decode()
        detail = self._details.setdefault(rest, len(self._details))
        days = (_ordinal(valid_from, FAR_PAST), _ordinal(valid_to, FAR_FUTURE))
        for column, value in zip(
            self._columns, (from_, to, *days, _CODE[basis], share, file, row, detail), strict=True
        ):
            column.append(value)

    def table(self, records: int) -> LinkTable:
        """The table over records 0 … records-1."""
        kinds = (np.int32, np.int32, np.int32, np.int32, np.int8, np.float32, np.int32, np.int32, np.int32)
        arrays = [np.array(column, kind) for column, kind in zip(self._columns, kinds, strict=True)]
        order = np.lexsort((arrays[1], arrays[0]))
        from_, to, valid_from, valid_to, basis, share, file, row, detail = (array[order] for array in arrays)
        in_order = np.lexsort((from_, to)).astype(np.int32)
        return LinkTable(
            out_start=_starts(from_, records),
            in_start=_starts(to, records),
            in_order=in_order,
            from_=from_,
            to=to,
            valid_from=valid_from,
            valid_to=valid_to,
            basis=basis,
            share=share,
            file=file,
            row=row,
            detail=detail,
            details=tuple(self._details),
        )

    @classmethod
    def of(cls, rows: Iterable[Sequence[Any]]) -> Self:
        """Gather rows of (from, to, basis, valid_from, valid_to, body, file, row)."""
        gathered = cls()
        for row in rows:
            gathered.add(*row)
        return gathered


def _ordinal(day: str | date | None, unknown: int) -> int:
    if day is None:
        return unknown
    return (date.fromisoformat(day) if isinstance(day, str) else day).toordinal()


def _starts(ends: npt.NDArray[np.int32], records: int) -> Ints:
    starts = np.zeros(records + 1, np.int64)
    np.cumsum(np.bincount(ends, minlength=records), out=starts[1:])
    return starts
