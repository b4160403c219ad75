"""Wrong passwords 试错: so many for one name, and from one address, within a quarter of an hour.

An attempt is counted before the password is looked at, so that many at once are not more than one after the other.
What was typed and where from is kept as a digest, and cleared away when its time is over.
"""

import hashlib
import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, delete, select

from cases.accounts import typed
from graph.ledger.commit import insert_row
from graph.ledger.schema import login_attempt
from graph.ledger.store import Store
from lianxin.errors import TooManyAttempts

WITHIN: Final = timedelta(minutes=15)
OF_A_NAME: Final = 10  # somebody who has mixed up two passwords needs four or five
OF_AN_ADDRESS: Final = 50  # an office of a hundred people shares one address


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt, under the digests of its name and its address."""

    name: str
    address: str

    @property
    def limits(self) -> tuple[tuple[str, int], ...]:
        return (self.name, OF_A_NAME), (self.address, OF_AN_ADDRESS)


def begin(ledger: Store, name: str, address: str, now: datetime) -> Attempt:
    """Count an attempt. Raises TooManyAttempts, which is not counted itself."""
    attempt = Attempt(_digest("name", typed(name)), _digest("address", _network(address)))
    with ledger.changing() as connection:
        connection.execute(delete(login_attempt).where(login_attempt.c.at <= now - WITHIN))
        for subject, most in attempt.limits:
            _refuse(connection, subject, most, now)
        for subject, _ in attempt.limits:
            insert_row(connection, login_attempt, subject=subject, at=now)
    return attempt


def succeeded(connection: Connection, attempt: Attempt) -> None:
    """The password was right: the name begins anew. Of the address one attempt is taken back, not those before it."""
    connection.execute(delete(login_attempt).where(login_attempt.c.subject == attempt.name))
    mine = select(login_attempt.c.id).where(login_attempt.c.subject == attempt.address)
    newest = connection.execute(mine.order_by(login_attempt.c.id.desc()).limit(1)).scalar()
    connection.execute(delete(login_attempt).where(login_attempt.c.id == newest))


def _refuse(connection: Connection, subject: str, most: int, now: datetime) -> None:
    query = select(login_attempt.c.at).where(login_attempt.c.subject == subject).order_by(login_attempt.c.at.desc())
    times = connection.execute(query.limit(most)).scalars().all()
    if len(times) == most:
        raise TooManyAttempts(times[-1] + WITHIN, now)


def _network(address: str) -> str:
    """The address, or the network of IPv6 that one line is given."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        mapped = parsed.ipv4_mapped
        return str(mapped or ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


def _digest(kind: str, text: str) -> str:
    return hashlib.sha256(f"{kind} {text}".encode()).hexdigest()
