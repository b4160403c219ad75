"""全部记录 All credit records of a ledger, worked through a slice at a time.

A question over a large ledger is answered within a bounded time, with what was worked out so far and how far that is;
the same question goes on where the last one ended. What was worked out is kept with the state of the view.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from threading import Lock
from typing import Final, Generic, TypeVar

from cases.reach import EVERYTHING, Reach
from graph.ontology import Ref
from graph.view import View
from services.credit.facts import text_of
from services.credit.find import authority_of, record_id
from services.credit_records import KIND_ZH, CreditEventOf, RecordKind, event_handles, events, existed

SLICE_SECONDS: Final = 2.0  # one answer takes no longer, and a bit
_STEP: Final = 200  # records between two looks at the clock: a tenth of a second
_KEPT: Final = 4  # questions whose work is kept: the work of one is as large as the register
T = TypeVar("T")


@dataclass(slots=True)
class Through(Generic[T]):
    """The work on one question: `done` of `handles` records are read, `found` is what came of them."""

    handles: Sequence[int]
    done: int = 0
    found: list[T] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    @property
    def complete(self) -> bool:
        return self.done == len(self.handles)


def work_through(
    view: View,
    name: str,
    key: object,
    on: date,
    take: Callable[[Sequence[tuple[int, CreditEventOf]]], Iterable[T]],
    seconds: float = SLICE_SECONDS,
) -> Through[T]:
    """Go on with a question until its time is over. `take`: what comes of some records that existed on the day."""
    work: Through[T] = _kept(view, name, key)
    end = time.monotonic() + seconds
    with work.lock:
        while not work.complete:
            part = work.handles[work.done : work.done + _STEP]
            read = zip(part, events(view, part), strict=True)
            work.found.extend(take([(handle, event) for handle, event in read if existed(event, on)]))
            work.done += len(part)
            if time.monotonic() > end:
                break
    return work


def _kept(view: View, name: str, key: object) -> Through[T]:
    """The work on a question so far; of several questions the newest are kept."""
    kept: dict[object, Through[T]] = view.derived(name)
    if key not in kept:
        while len(kept) >= _KEPT:
            kept.pop(next(iter(kept)), None)
        kept[key] = Through(event_handles(view))
    return kept[key]


@dataclass(frozen=True, slots=True)
class Brief:
    """一行 One record in a list over all parties. `party`: None where it may not be shown; `enterprise`: its key."""

    id: str
    ref: Ref
    kind: RecordKind
    authority: str
    number: str | None
    day: date | None
    party: str | None
    enterprise: str | None
    masked: bool

    @property
    def kind_zh(self) -> str:
        return KIND_ZH[self.kind]


def brief(view: View, event: CreditEventOf) -> Brief:
    """A record in one line."""
    tied = None if event.tie is None else event.tie.to_ref
    handle = None if tied is None else view.handle(tied)
    name = text_of(event.get("party_name")) if handle is None else view.entity(handle).name
    return Brief(
        id=record_id(event),
        ref=event.ref,
        kind=event.kind,
        authority=authority_of(event),
        number=text_of(event.get("document_no")) or text_of(event.get("list_id")),
        day=event.day,
        party=None if event.masked else name,
        enterprise=None if tied is None or event.masked else tied.key,
        masked=event.masked,
    )


@dataclass(frozen=True, slots=True)
class Newest:
    """最近入库的记录 `complete`: the whole ledger was looked through, else the time was over."""

    records: Sequence[Brief]
    complete: bool


def newest(
    view: View, on: date, authority: str, limit: int, reach: Reach = EVERYTHING, seconds: float = SLICE_SECONDS
) -> Newest:
    """The records that came into the ledger last, of authorities whose name contains this and who are reached."""
    handles, found = event_handles(view)[::-1], list[Brief]()
    end = time.monotonic() + seconds
    for first in range(0, len(handles), _STEP):
        part = events(view, handles[first : first + _STEP])
        theirs = [event for event in part if authority in authority_of(event) and reach.recognises(authority_of(event))]
        found += [brief(view, event) for event in theirs if existed(event, on)]
        if len(found) >= limit or time.monotonic() > end:
            return Newest(found[:limit], len(found) <= limit and first + _STEP >= len(handles))
    return Newest(found, True)
