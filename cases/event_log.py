"""The log of events 事件日志: appended under the write lock, one hash chain a case, checkpoints over all heads.

An event is hashed as canonical JSON (RFC 8785) with the hash of the one before it. What names persons lies in a table
that can be erased; the chain holds an HMAC-SHA-256 of it under a random key that is erased with it: a plain digest of a
name could be guessed. A chain proves nothing against the owner of its own database, so checkpoints leave the system.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from typing import Any, Final

import rfc8785
from sqlalchemy import Connection, Row, Select, delete, insert, select, update

from cases.case import Data, Event
from graph.ledger.commit import insert_row
from graph.ledger.schema import (
    case_checkpoint,
    case_document,
    case_event,
    case_file,
    case_head,
    case_personal,
    document,
)
from graph.ledger.store import Store
from lianxin.errors import NotKnown

GENESIS: Final = "0" * 64  # what the first event of a chain names as the one before it
KEY_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Entry:
    """What is to be appended. `personal`: what may have to be erased; `documents`: the numbers of kept documents."""

    at: datetime
    actor: str
    role: str
    action: str
    data: Data
    personal: Data = field(default_factory=dict)
    documents: Sequence[int] = ()


def canonical(value: Any) -> bytes:
    """Canonical JSON: the same value gives the same bytes everywhere."""
    return rfc8785.dumps(value)


def digest(value: Any) -> str:
    """SHA-256 of the canonical JSON."""
    return hashlib.sha256(canonical(value)).hexdigest()


def event_hash(event: Mapping[str, Any]) -> str:
    """The hash of an event: over all that it says, and the hash of the one before."""
    names = ("case", "seq", "actor", "role", "action", "data", "prev")
    return digest({**{name: event[name] for name in names}, "at": event["at"].isoformat()})


def _code(key: bytes, personal: Data) -> str:
    return hmac.new(key, canonical(personal), hashlib.sha256).hexdigest()


# --- appending --------------------------------------------------------------------------------------------------------


def new_file(connection: Connection, kind: str, enterprise: str | None, authority: str | None, at: datetime) -> int:
    """A number for a new case; its first event follows in the same transaction."""
    return insert_row(connection, case_file, kind=kind, enterprise=enterprise, authority=authority, opened_at=at)


def append(connection: Connection, case: int, last: Event | None, entry: Entry) -> tuple[int, Event]:
    """Append an event behind the last one of its case, which the caller has read under the write lock.

    Gives its number in the log and the event.
    """
    key = secrets.token_bytes(KEY_BYTES)
    data = dict(entry.data)
    if entry.personal:
        data["personal"] = _code(key, entry.personal)
    if entry.documents:
        data["documents"] = _described(connection, entry.documents)
    values: dict[str, Any] = {
        "case": case,
        "seq": 1 if last is None else last.seq + 1,
        "at": entry.at,
        "actor": entry.actor,
        "role": entry.role,
        "action": entry.action,
        "data": data,
        "prev": GENESIS if last is None else last.hash,
    }
    values["hash"] = event_hash(values)
    number = insert_row(connection, case_event, **{**values, "data": canonical(data).decode()})
    if entry.personal:
        content = canonical(entry.personal).decode()
        connection.execute(insert(case_personal).values(event=number, key=key, content=content))
    for each in dict.fromkeys(entry.documents):
        insert_row(connection, case_document, event=number, document=each)
    kept = {name: values[name] for name in ("case", "seq", "at", "actor", "role", "action", "hash")}
    return number, Event(**kept, data=data, personal=entry.personal)


def _described(connection: Connection, numbers: Sequence[int]) -> list[dict[str, Any]]:
    """Documents as an event names them: by their digest."""
    query = select(document.c.digest, document.c.media_type, document.c.size).where(document.c.id.in_(numbers))
    found = connection.execute(query.order_by(document.c.id))
    return [{"digest": row.digest, "media_type": row.media_type, "size": row.size} for row in found]


def set_head(connection: Connection, event: Event, state: str, *, ended: bool) -> None:
    """Keep where a case stands, to find it by."""
    values = {"seq": event.seq, "hash": event.hash, "state": state, "ended": ended}
    if event.seq == 1:
        connection.execute(insert(case_head).values(case=event.case, **values))
    else:
        connection.execute(update(case_head).where(case_head.c.case == event.case).values(**values))


# --- reading ----------------------------------------------------------------------------------------------------------


def events(connection: Connection, case: int) -> list[Event]:
    """The events of a case in order. Raises NotKnown."""
    found = [_event(row) for row in connection.execute(_all().where(case_event.c.case == case))]
    if not found:
        raise NotKnown("case", "案件", str(case))
    return found


def openings(connection: Connection, kind: str) -> list[Event]:
    """The first events of all cases of a kind, in the order in which they were opened."""
    of_kind = _all().join(case_file, case_file.c.id == case_event.c.case).where(case_file.c.kind == kind)
    return [_event(row) for row in connection.execute(of_kind.where(case_event.c.seq == 1))]


def _all() -> Select[Any]:
    joined = select(case_event, case_personal.c.key, case_personal.c.content).outerjoin(
        case_personal, case_personal.c.event == case_event.c.id
    )
    return joined.order_by(case_event.c.case, case_event.c.seq)


def _event(row: Row[Any]) -> Event:
    personal = {} if row.content is None else json.loads(row.content)
    return Event(
        case=row._mapping["case"],
        seq=row.seq,
        at=row.at,
        actor=row.actor,
        role=row.role,
        action=row.action,
        data=json.loads(row.data),
        personal=personal,
        hash=row.hash,
    )


def erase(ledger: Store, case: int, seq: int) -> bool:
    """Erase what names persons in an event, and its key: the chain holds. Gives whether there was anything.

    Raises NotKnown.
    """
    wanted = select(case_event.c.id).where((case_event.c.case == case) & (case_event.c.seq == seq))
    with ledger.changing() as connection:
        number = connection.execute(wanted).scalar()
        if number is None:
            raise NotKnown("event", "事件", f"{case}/{seq}")
        return connection.execute(delete(case_personal).where(case_personal.c.event == number)).rowcount > 0


# --- checkpoints ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """检查点 All heads up to an event of the log, as one digest that is kept outside the system too."""

    id: int
    day: date
    last_event: int
    cases: int
    prev: str
    digest: str


def checkpoint(ledger: Store, day: date, at: datetime) -> Checkpoint:
    """Make the checkpoint of a day; once a day, asked again it gives the same one."""
    with ledger.changing() as connection:
        made = _checkpoints(connection)
        if made and made[-1].day >= day:
            return made[-1]
        last = connection.execute(select(case_event.c.id).order_by(case_event.c.id.desc()).limit(1)).scalar() or 0
        prev = made[-1].digest if made else GENESIS
        heads = _heads(connection, last)
        values: dict[str, Any] = {"day": day, "last_event": last, "cases": len(heads), "prev": prev}
        values["digest"] = _over(heads, prev)
        return Checkpoint(insert_row(connection, case_checkpoint, **values, at=at), **values)


def checkpoints(ledger: Store) -> list[Checkpoint]:
    """All of them, the oldest first."""
    with ledger.reading() as connection:
        return _checkpoints(connection)


def _checkpoints(connection: Connection) -> list[Checkpoint]:
    names = ("id", "day", "last_event", "cases", "prev", "digest")
    rows = connection.execute(select(*(case_checkpoint.c[name] for name in names)).order_by(case_checkpoint.c.id))
    return [Checkpoint(*row) for row in rows]


def _heads(connection: Connection, last_event: int) -> dict[int, tuple[int, str]]:
    """The head of each case when this event was the last one of the log."""
    table = case_event.c
    query = select(table["case"], table.seq, table.hash).where(table.id <= last_event)
    return {case: (seq, hash) for case, seq, hash in connection.execute(query.order_by(table.id))}


def _over(heads: Mapping[int, tuple[int, str]], prev: str) -> str:
    return digest({"heads": [[case, *heads[case]] for case in sorted(heads)], "prev": prev})


# --- checking ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Broken:
    """A place where the log does not hold: the first one of a chain, or a checkpoint."""

    where: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Verified:
    """What was checked, and what does not hold, in the order of the cases."""

    cases: int
    events: int
    checkpoints: int
    broken: Sequence[Broken]


def verify(ledger: Store) -> Verified:
    """Check every chain, every head and every checkpoint."""
    with ledger.reading() as connection:
        files = {row.id: row for row in connection.execute(select(case_file))}
        heads = {row._mapping["case"]: row for row in connection.execute(select(case_head))}
        broken, events_, seen = list[Broken](), 0, set[int]()
        for case, group in groupby(connection.execute(_all()), lambda row: row._mapping["case"]):
            chain = list(group)
            seen.add(case)
            events_ += len(chain)
            broken += _first_broken(chain, files[case], heads.get(case))
        broken += [_lost(case) for case in sorted(files.keys() - seen)]
        points = _checkpoints(connection)
        broken += _broken_checkpoints(connection, points)
    return Verified(len(files), events_, len(points), broken)


def _lost(case: int) -> Broken:
    return Broken(f"{case}/1", "这个案件的事件不见了", "the events of this case are gone")


def _first_broken(chain: Sequence[Row[Any]], file: Row[Any], head: Row[Any] | None) -> Iterable[Broken]:
    """The first place where a chain does not hold, at most one."""
    prev = GENESIS
    for seq, row in enumerate(chain, start=1):
        said = _wrong(row, seq, prev)
        if said is not None:
            return [Broken(f"{row._mapping['case']}/{seq}", *said)]
        prev = row.hash
    first = json.loads(chain[0].data)
    if (file.kind, file.enterprise, file.authority) != tuple(first.get(n) for n in ("kind", "enterprise", "authority")):
        return [Broken(f"{file.id}/1", "案件的类别或当事人与首个事件不符", "the file is not the one that was opened")]
    if head is None or (head.seq, head.hash) != (len(chain), prev):
        after = len(chain) + 1
        return [Broken(f"{file.id}/{after}", "最后的事件不见了，或首尾不符", "the last events are gone: not its head")]
    return []


def _wrong(row: Row[Any], seq: int, prev: str) -> tuple[str, str] | None:
    """What is wrong with an event, in Chinese and in English."""
    if row.seq != seq:
        return "这个事件不见了", "this event is gone"
    if row.prev != prev:
        return "与前一个事件接不上", "does not follow the event before it"
    try:
        data = json.loads(row.data)
        right = row.data.encode() == canonical(data) and row.hash == event_hash({**row._mapping, "data": data})
    except ValueError:
        right = False
    if not right:
        return "内容被改过", "was changed"
    if row.content is not None and data.get("personal") != _code(row.key, json.loads(row.content)):
        return "个人信息部分被改过", "its personal part was changed"
    return None


def _broken_checkpoints(connection: Connection, points: Sequence[Checkpoint]) -> Iterator[Broken]:
    prev = GENESIS
    for point in points:
        heads = _heads(connection, point.last_event)
        if point.prev != prev or point.digest != _over(heads, prev) or point.cases != len(heads):
            where = f"checkpoint {point.day}"
            yield Broken(where, "与当时的全部案件不符", "is not the one over all cases as they stood")
        prev = point.digest
