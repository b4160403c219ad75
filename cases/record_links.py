"""Links of single records 一条记录的网址: a token that opens one record without a login, as the code on a notice does.

A token has 128 random bits. A link may name a record that is not loaded yet: then what was stated of it lies with the
link, until the record is there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

import orjson
from sqlalchemy import Row, Select, select

from cases.tokens import TokenKind, digest
from graph.ledger import schema
from graph.ledger.commit import insert_row
from graph.ledger.store import Store
from graph.ontology import Ref
from lianxin.clock import utc_now
from lianxin.errors import Conflict, NotKnown

TOKEN: Final = TokenKind(size=16)


class LinkState(StrEnum):
    """Whether a link opens its record."""

    OPEN = "open"
    ENDED = "ended"  # 已作废: somebody ended it
    EXPIRED = "expired"  # 已过期: its last day is over


@dataclass(frozen=True, slots=True)
class RecordLink:
    """网址 One link. `snapshot`: what was stated of a record that was not loaded. Times are UTC."""

    id: int
    record: Ref
    snapshot: Mapping[str, Any] | None
    expires_on: date | None
    made_by: str
    made_at: datetime
    ended_at: datetime | None

    def state(self, on: date) -> LinkState:
        """Whether it opens on a day."""
        if self.ended_at is not None:
            return LinkState.ENDED
        expired = self.expires_on is not None and self.expires_on < on
        return LinkState.EXPIRED if expired else LinkState.OPEN


def make(
    ledger: Store,
    record: Ref,
    *,
    made_by: str,
    snapshot: Mapping[str, Any] | None = None,
    expires_on: date | None = None,
    token: str | None = None,
) -> str:
    """Store a link and give its token, which is kept nowhere. `token`: one drawn before."""
    token = token or TOKEN.draw()
    text = None if snapshot is None else orjson.dumps(snapshot, option=orjson.OPT_SORT_KEYS).decode()
    with ledger.changing() as connection:
        insert_row(
            connection,
            schema.record_link,
            digest=digest(token),
            type=record.type,
            key=record.key,
            snapshot=text,
            expires_on=expires_on,
            made_by=made_by,
            made_at=utc_now(),
        )
    return token


def find(ledger: Store, token: str) -> RecordLink | None:
    """The link of a token, whatever its state; None where there is no such token."""
    if not TOKEN.may_be(token):
        return None
    with ledger.reading() as connection:
        found = connection.execute(_links().where(schema.record_link.c.digest == digest(token))).first()
    return None if found is None else _link(found)


def links(ledger: Store, records: Sequence[Ref] | None = None) -> list[RecordLink]:
    """The links of these records or of all, the newest first."""
    wanted = None if records is None else set(records)
    with ledger.reading() as connection:
        found = [_link(row) for row in connection.execute(_links().order_by(schema.record_link.c.id.desc()))]
    return [each for each in found if wanted is None or each.record in wanted]


def end(ledger: Store, link: int, ended_by: str) -> None:
    """End a link 作废: its token opens nothing any more. Raises NotKnown, Conflict where it was ended before."""
    ends = schema.record_link_end
    with ledger.changing() as connection:
        if connection.execute(select(schema.record_link.c.id).where(schema.record_link.c.id == link)).first() is None:
            raise NotKnown("link of a record", "记录的网址", str(link))
        if connection.execute(select(ends.c.id).where(ends.c.link == link)).first() is not None:
            raise Conflict(f"link {link} was ended before", f"第 {link} 号网址已经作废过")
        insert_row(connection, ends, link=link, ended_by=ended_by, ended_at=utc_now())


def _links() -> Select[Any]:
    table, ends = schema.record_link, schema.record_link_end
    return select(table, ends.c.ended_at).outerjoin(ends, ends.c.link == table.c.id)


def _link(row: Row[Any]) -> RecordLink:
    snapshot = None if row.snapshot is None else orjson.loads(row.snapshot)
    return RecordLink(row.id, Ref(row.type, row.key), snapshot, row.expires_on, row.made_by, row.made_at, row.ended_at)
