"""Notices 通知: who is told of an event. They are made in its transaction, shown to the account, and mailed afterwards.

A notice names the case and what happened, never a value that somebody stated: mail leaves the platform. Whoever wants
no reminders gets none; what follows silence is no reminder.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, insert, select, update

from cases import accounts
from cases.accounts import Account, Role
from cases.actor import Actor
from cases.case import Case, Event
from cases.definition import Words
from graph.ledger.commit import insert_row
from graph.ledger.schema import account, account_contact, case_event, case_notice
from graph.ledger.store import Store
from lianxin.errors import BadQuestion, NotKnown

MOST_TRIES: Final = 20  # of one mail: with a tick every few minutes more than an hour


@dataclass(frozen=True, slots=True)
class Notice:
    """通知 One notice of one account. Times are UTC."""

    id: int
    case: int
    words: Words
    made_at: datetime
    read_at: datetime | None
    mailed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Contact:
    """How an account is told: its mail address, whether it wants reminders, who is told when it stays silent.

    `deputy` acts for it from `deputy_from` up to and including `deputy_to`.
    """

    address: str | None = None
    reminders: bool = True
    superior: str | None = None
    deputy: str | None = None
    deputy_from: date | None = None
    deputy_to: date | None = None

    def deputy_on(self, day: date) -> str | None:
        """Who acts for the account on a day."""
        begun = self.deputy_from is None or self.deputy_from <= day
        over = self.deputy_to is not None and self.deputy_to < day
        return self.deputy if begun and not over else None


# --- how an account is told -------------------------------------------------------------------------------------------


def set_contact(ledger: Store, name: str, contact: Contact) -> None:
    """Say how an account is told. Raises NotKnown, BadQuestion."""
    if contact.address is not None and ("@" not in contact.address or any(c.isspace() for c in contact.address)):
        raise BadQuestion(f'"{contact.address[:60]}" is no mail address', f"“{contact.address[:60]}”不是邮箱地址")
    with ledger.changing() as connection:
        own = accounts.known(connection, name)
        values = {
            "address": contact.address,
            "reminders": contact.reminders,
            "superior": None if contact.superior is None else accounts.known(connection, contact.superior).id,
            "deputy": None if contact.deputy is None else _deputy(connection, own, contact.deputy),
            "deputy_from": contact.deputy_from,
            "deputy_to": contact.deputy_to,
        }
        changed = connection.execute(
            update(account_contact).where(account_contact.c.account == own.id).values(**values)
        ).rowcount
        if not changed:
            connection.execute(insert(account_contact).values(account=own.id, **values))


def _deputy(connection: Connection, of: Account, name: str) -> int:
    """A deputy has the same role and reaches the same."""
    found = accounts.known(connection, name)
    if found.duty.role is not of.duty.role or found.duty.enterprise != of.duty.enterprise or found.id == of.id:
        raise BadQuestion(
            f"{found.name} cannot stand in for {of.name}: a deputy is another account of the same role and enterprise",
            f"{found.name} 不能代办 {of.name} 的事：代办人要是同一角色、同一单位的另一个账户",
        )
    return found.id


def contact(ledger: Store, name: str) -> Contact:
    """How an account is told. Raises NotKnown."""
    with ledger.reading() as connection:
        return contact_in(connection, accounts.known(connection, name))


def contact_in(connection: Connection, of: Account) -> Contact:
    """The same in a transaction."""
    found = connection.execute(select(account_contact).where(account_contact.c.account == of.id)).first()
    if found is None:
        return Contact()
    superior, deputy = (
        None if each is None else accounts.by_id(connection, each).name for each in (found.superior, found.deputy)
    )
    return Contact(found.address, found.reminders, superior, deputy, found.deputy_from, found.deputy_to)


# --- making -----------------------------------------------------------------------------------------------------------


def in_charge(connection: Connection, case: Case, role: Role) -> list[Account]:
    """The accounts that act for a role in a case: the one in whose hands it is, else all that reach it."""
    holder = case.holders.get(role)
    if holder is not None:
        return [accounts.known(connection, holder)]
    query = select(account.c.name).where((account.c.role == role.value) & account.c.disabled_at.is_(None))
    found = [accounts.known(connection, name) for name in connection.execute(query).scalars()]
    return [each for each in found if Actor.of(each).reaches(case.enterprise, case.authority)]


def superiors(connection: Connection, case: Case, role: Role) -> list[Account]:
    """Who is told when a role stays silent; where nobody is named, the lead department."""
    named = [contact_in(connection, each).superior for each in in_charge(connection, case, role)]
    found = [accounts.known(connection, name) for name in dict.fromkeys(named) if name is not None]
    return found or in_charge(connection, case, Role.LEAD_DEPARTMENT)


def tell(
    connection: Connection, number: int, event: Event, to: Collection[Account], words: Words, *, reminder: bool = False
) -> None:
    """Make the notices of an event, one for each account and for its deputy of the day."""
    told: dict[int, Account] = {}
    for each in to:
        said = contact_in(connection, each)
        if reminder and not said.reminders:
            continue
        told[each.id] = each
        if (deputy := said.deputy_on(event.on)) is not None:
            stands_in = accounts.known(connection, deputy)
            told[stands_in.id] = stands_in
    values = {"event": number, "case": event.case, "zh": words.zh, "en": words.en, "reminder": reminder}
    for each in told.values():
        if each.name != event.actor:
            insert_row(connection, case_notice, **values, account=each.id, made_at=event.at, tries=0)


# --- reading ----------------------------------------------------------------------------------------------------------


def notices(ledger: Store, name: str, *, unread: bool = False) -> list[Notice]:
    """The notices of an account, the newest first. Raises NotKnown."""
    with ledger.reading() as connection:
        of = accounts.known(connection, name)
        query = select(case_notice).where(case_notice.c.account == of.id).order_by(case_notice.c.id.desc())
        if unread:
            query = query.where(case_notice.c.read_at.is_(None))
        return [_notice(row) for row in connection.execute(query)]


def read(ledger: Store, name: str, numbers: Sequence[int], at: datetime) -> None:
    """Mark notices of an account as read, all or none. Raises NotKnown where one is not its own."""
    with ledger.changing() as connection:
        account = accounts.known(connection, name).id
        for number in numbers:
            own = (case_notice.c.id == number) & (case_notice.c.account == account)
            if not connection.execute(update(case_notice).where(own).values(read_at=at)).rowcount:
                raise NotKnown("notice", "通知", str(number))


def to_mail(connection: Connection) -> Sequence[tuple[Notice, str]]:
    """The notices that wait to be mailed, with their addresses, the oldest first."""
    query = _unmailed().order_by(case_notice.c.id)
    return [(_notice(row), row.address) for row in connection.execute(query)]


def _unmailed() -> Select[Any]:
    joined = select(case_notice, account_contact.c.address).join(
        account_contact, account_contact.c.account == case_notice.c.account
    )
    waiting = case_notice.c.mailed_at.is_(None) & (case_notice.c.tries < MOST_TRIES)
    return joined.where(waiting & account_contact.c.address.is_not(None))


def mailed(ledger: Store, number: int, at: datetime | None) -> None:
    """Keep that a notice was mailed, or (None) that it was tried in vain."""
    values = {"tries": case_notice.c.tries + 1} if at is None else {"mailed_at": at}
    with ledger.changing() as connection:
        connection.execute(update(case_notice).where(case_notice.c.id == number).values(**values))


def _notice(row: Row[Any]) -> Notice:
    case = row._mapping["case"]
    return Notice(row.id, case, Words(row.zh, row.en), row.made_at, row.read_at, row.mailed_at)


def number_of(connection: Connection, event: Event) -> int:
    """The number of an event in the log."""
    wanted = (case_event.c["case"] == event.case) & (case_event.c.seq == event.seq)
    return int(connection.execute(select(case_event.c.id).where(wanted)).scalar_one())
