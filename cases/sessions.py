"""Sessions 登录: who is logged in. The token in the cookie has 128 random bits; only its SHA-256 is kept.

A session ends when nobody has used it for eight hours, a day after the login, when somebody logs out, and with every
change of the account.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, select, update

from cases.accounts import Account, by_id
from cases.tokens import TokenKind, digest
from graph.ledger.commit import insert_row
from graph.ledger.schema import account_session
from graph.ledger.store import Store
from lianxin.errors import StoreUnavailable

TOKEN: Final = TokenKind(size=16)
IDLE: Final = timedelta(hours=8)  # a working day with its breaks
LONGEST: Final = timedelta(hours=24)
SEEN_EVERY: Final = timedelta(minutes=1)  # that it was used is written so often: not every page is worth a write


@dataclass(frozen=True, slots=True)
class Session:
    """登录 One session with its account. Times are UTC."""

    id: int
    account: Account
    made_at: datetime
    seen_at: datetime
    ended_at: datetime | None

    def open(self, now: datetime) -> bool:
        """Whether it lets somebody in: to the second in which its time is over, and no longer."""
        over = self.ended_at is not None or self.account.disabled_at is not None
        return not over and now - self.seen_at < IDLE and now - self.made_at < LONGEST


def start(ledger: Store, account: Account, now: datetime) -> str:
    """Begin a session and give its token, which is kept nowhere."""
    with ledger.changing() as connection:
        return start_in(connection, account, now)


def start_in(connection: Connection, account: Account, now: datetime) -> str:
    """The same in a transaction; sessions whose day is over are cleared away."""
    connection.execute(delete(account_session).where(account_session.c.made_at <= now - LONGEST))
    token = TOKEN.draw()
    insert_row(connection, account_session, digest=digest(token), account=account.id, made_at=now, seen_at=now)
    return token


def find(ledger: Store, token: str, now: datetime) -> Session | None:
    """The session of a token where it is open, and note that it was used; else None."""
    if not TOKEN.may_be(token):
        return None
    with ledger.reading() as connection:
        row = connection.execute(select(account_session).where(account_session.c.digest == digest(token))).first()
        found = None if row is None else _session(connection, row)
    if found is None or not found.open(now):
        return None
    if now - found.seen_at >= SEEN_EVERY:
        _see(ledger, found, now)
    return found


def end(ledger: Store, token: str, now: datetime) -> None:
    """Log out: the token opens nothing any more. An unknown one opened nothing before."""
    mine = (account_session.c.digest == digest(token)) & account_session.c.ended_at.is_(None)
    with ledger.changing() as connection:
        connection.execute(update(account_session).where(mine).values(ended_at=now))


def _see(ledger: Store, session: Session, now: datetime) -> None:
    with suppress(StoreUnavailable), ledger.changing_at_once() as connection:  # a load is running: the next page tells
        mine = account_session.c.id == session.id
        connection.execute(update(account_session).where(mine).values(seen_at=now))


def _session(connection: Connection, row: Row[Any]) -> Session:
    return Session(row.id, by_id(connection, row.account), row.made_at, row.seen_at, row.ended_at)
