"""Keys of programs 密钥: what a program sends instead of a login. Shown once, then kept as SHA-256."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, select, update

from cases.accounts import OPERATOR, Account, Act, by_id, known, note
from cases.tokens import TokenKind, digest
from graph.ledger.commit import insert_row
from graph.ledger.schema import account, api_key
from graph.ledger.store import Store
from lianxin.errors import BadQuestion, Conflict, KeyRefused, NotKnown

KEY: Final = TokenKind(size=32, prefix="lx_")  # so that people and scanners of leaked secrets know it for one
LONGEST_LABEL: Final = 60  # characters
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class ApiKey:
    """密钥 One key, without itself. `account`: its name. Times are UTC."""

    id: int
    account: str
    label: str
    made_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None

    def holds(self, now: datetime) -> bool:
        """Whether it lets a program in, as far as the key goes: its account may be disabled."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


def make(
    ledger: Store, name: str, label: str, now: datetime, *, expires_at: datetime | None = None, by: str = OPERATOR
) -> str:
    """Make a key of an account and give it, this once. `label`: what it is for.

    Raises NotKnown, BadQuestion, Conflict (the account is disabled).
    """
    if not label.strip() or len(label) > LONGEST_LABEL or _CONTROL.search(label):
        raise BadQuestion(
            f"say what the key is for, in at most {LONGEST_LABEL} characters",
            f"请写明密钥作什么用，最多 {LONGEST_LABEL} 个字",
        )
    if expires_at is not None and expires_at <= now:
        raise BadQuestion(f"{expires_at:%Y-%m-%d} is over already", f"到期日 {expires_at:%Y-%m-%d} 已经过去")
    key = KEY.draw()
    with ledger.changing() as connection:
        owner = known(connection, name)
        if owner.disabled_at is not None:
            raise Conflict(f"the account {owner.name} is disabled", f"账户 {owner.name} 已经停用")
        values = {"account": owner.id, "label": label.strip(), "made_at": now, "expires_at": expires_at}
        number = insert_row(connection, api_key, digest=digest(key), **values)
        note(connection, owner.id, Act.KEY_MADE, f"{number} {label.strip()}", by, now)
    return key


def revoke(ledger: Store, number: int, now: datetime, *, by: str = OPERATOR) -> ApiKey:
    """Let a key open nothing any more. Raises NotKnown, Conflict where it was revoked before."""
    with ledger.changing() as connection:
        row = connection.execute(_keys().where(api_key.c.id == number)).first()
        if row is None:
            raise NotKnown("API key", "密钥", str(number))
        if row.revoked_at is not None:
            raise Conflict(f"key {number} was revoked before", f"第 {number} 号密钥已经作废过")
        connection.execute(update(api_key).where(api_key.c.id == number).values(revoked_at=now))
        note(connection, row.account, Act.KEY_REVOKED, f"{number} {row.label}", by, now)
    return _key(row)


def keys(ledger: Store, name: str | None = None) -> list[ApiKey]:
    """The keys of an account or of all, the newest first. Raises NotKnown."""
    query = _keys().order_by(api_key.c.id.desc())
    with ledger.reading() as connection:
        if name is not None:
            query = query.where(api_key.c.account == known(connection, name).id)
        return [_key(row) for row in connection.execute(query)]


def owner(ledger: Store, key: str, now: datetime) -> Account | None:
    """The account that a key lets in; None where the key or the account does not hold."""
    try:
        return let_in(ledger, key, now)
    except KeyRefused:
        return None


def let_in(ledger: Store, key: str, now: datetime) -> Account:
    """The account that a key lets in. Raises KeyRefused, which says why."""
    if not KEY.may_be(key):
        raise KeyRefused("unknown")
    with ledger.reading() as connection:
        row = connection.execute(_keys().where(api_key.c.digest == digest(key))).first()
        if row is None:
            raise KeyRefused("unknown")
        if not _key(row).holds(now):
            raise KeyRefused("revoked" if row.revoked_at is not None else "expired")
        found = by_id(connection, row.account)
    if found.disabled_at is not None:
        raise KeyRefused("disabled")
    return found


def _keys() -> Any:
    return select(api_key, account.c.name).join_from(api_key, account, account.c.id == api_key.c.account)


def _key(row: Row[Any]) -> ApiKey:
    return ApiKey(row.id, row.name, row.label, row.made_at, row.expires_at, row.revoked_at)
