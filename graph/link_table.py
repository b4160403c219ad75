"""Links of one type in compressed adjacency arrays (CSR), both directions, at most 37 bytes a link.

The links are sorted by (from, to); the other direction is a permutation of them. The first ends stand in the order of
the other direction, so that the neighbours of a record lie side by side in either. Days are proleptic Gregorian
ordinals; an unknown bound is the far past or the far future, so that the interval mask needs no special case.
A column that says the same of every link, such as a bound that no link has, is held once. Offsets reach as far as the
last record with such a link: a type without links takes no room.
"""

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import orjson

from graph.view import BASES, Direction, Ints

FAR_PAST, FAR_FUTURE = 0, 4_000_000  # outside every date that Python knows (ordinals 1 to 3,652,059)
Offsets = npt.NDArray[np.signedinteger[Any]]  # 32 bits where that is enough: half the room
_CODE = {basis.value: code for code, basis in enumerate(BASES)}


@dataclass(frozen=True, slots=True)
class LinkTable:
    """The links of one type among records 0 … n-1. `details[detail]` is the JSON of what has no array of its own."""

    out_start: Offsets
    in_start: Offsets
    in_order: npt.NDArray[np.int32]
    in_from: npt.NDArray[np.int32]  # the first ends, in_order
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
        """How many records may have a link that goes out; later ones have none here."""
        return len(self.out_start) - 1

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays together."""
        columns = (getattr(self, name) for name in self.__slots__ if name != "details")
        return sum(column.itemsize if held_once(column) else column.nbytes for column in columns)

    def around(self, handles: Ints, direction: Direction) -> tuple[Ints, Ints]:
        """All links at these records: (index into handles, position of the link), in the table's order."""
        origin, place = self.places(handles, direction)
        return origin, place if direction == "out" else self.in_order[place].astype(np.int64)

    def neighbours(self, handles: Ints, direction: Direction) -> tuple[Ints, Ints, Ints]:
        """All links at these records: (index into handles, position of the link, record at the other end)."""
        origin, place = self.places(handles, direction)
        if direction == "out":
            return origin, place, self.to[place].astype(np.int64)
        return origin, self.in_order[place].astype(np.int64), self.in_from[place].astype(np.int64)

    def first_ends(self, positions: Ints) -> Ints:
        """The records from which these links go."""
        return np.searchsorted(self.out_start, positions, side="right") - 1

    def places(self, handles: Ints, direction: Direction) -> tuple[Ints, Ints]:
        """Where the links at these records stand in the order of a direction, with the index into handles."""
        start = self.out_start if direction == "out" else self.in_start
        end = len(start) - 1  # records from here on have no link
        first = start[np.minimum(handles, end)]
        count = start[np.minimum(handles + 1, end)] - first
        if len(handles) == 1:
            return np.zeros(count[0], np.int64), np.arange(first[0], first[0] + count[0], dtype=np.int64)
        # Within each run the places count up from the run's first one.
        origin = np.repeat(np.arange(len(handles)), count)
        return origin, np.arange(len(origin)) + (first - (np.cumsum(count) - count))[origin]


_KINDS = "iiiibfiii"  # from, to, valid from, valid to, basis, share, file, row, detail: of 4 bytes, the basis of 1


class LinkRows:
    """Gathers links row by row, column-wise and as small as they will be, before they become a table."""

    def __init__(self) -> None:
        self._columns: tuple[array[Any], ...] = tuple(array(kind) for kind in _KINDS)
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

    def table(self) -> LinkTable:
        """The table of the links gathered."""
        arrays = [np.frombuffer(column, column.typecode) for column in self._columns]
        order = np.lexsort((arrays[1], arrays[0]))
        from_, to, valid_from, valid_to, basis, share, file, row, detail = (column[order] for column in arrays)
        in_order = np.lexsort((from_, to)).astype(np.int32)
        return LinkTable(
            out_start=_starts(from_),
            in_start=_starts(to),
            in_order=in_order,
            in_from=from_[in_order],
            to=to,
            valid_from=_kept(valid_from),
            valid_to=_kept(valid_to),
            basis=_kept(basis),
            share=_kept(share),
            file=_kept(file),
            row=row,
            detail=_kept(detail),
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


def _starts(ends: npt.NDArray[np.int32]) -> Offsets:
    """Where the links of each record begin among links sorted by this end."""
    counts = np.bincount(ends)
    starts: Offsets = np.zeros(len(counts) + 1, np.int64 if len(ends) > np.iinfo(np.int32).max else np.int32)
    np.cumsum(counts, out=starts[1:])
    return starts


def _kept(column: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The column, held once where it says the same of every link."""
    once = np.broadcast_to(column[:1].copy(), column.shape) if len(column) else column
    return once if np.array_equal(once, column, equal_nan=column.dtype.kind == "f") else column


def values_at(column: npt.NDArray[Any], positions: Ints) -> npt.NDArray[Any]:
    """The values of a column at these positions, read only where the column is held once."""
    return np.broadcast_to(column[:1], positions.shape) if held_once(column) else column[positions]


def held_once(column: npt.NDArray[Any]) -> bool:
    """Whether the column says the same of every link."""
    return column.strides == (0,)
