"""Accounts 账户: who may come in, in which role, and for which enterprise or authorities.

An account is never deleted, only disabled: what was done under its name stays its own. Each change of it is an event
that stays on file, without any password.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, delete, select, update

from graph.ledger.commit import insert_row
from graph.ledger.schema import account, account_authority, account_event, account_session, record
from graph.ledger.store import Store
from lianxin.errors import BadQuestion, Conflict, NotKnown

OPERATOR: Final = "operator"  # who works at the command line
LONGEST_DISPLAY: Final = 64  # characters
LONGEST_AUTHORITY: Final = 100
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._@-]{1,63}")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")


class Role(StrEnum):
    """Who asks 角色: what an account may, and how far, hangs on it."""

    CHAIN_OFFICER = "chain_officer"
    ENTERPRISE = "enterprise"
    REPAIR_AUTHORITY = "repair_authority"
    BANK_OFFICER = "bank_officer"
    INSTITUTE = "institute"
    LEAD_DEPARTMENT = "lead_department"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


ROLE_NAMES: Final[Mapping[Role, str]] = {
    Role.CHAIN_OFFICER: "链专员",
    Role.ENTERPRISE: "企业",
    Role.REPAIR_AUTHORITY: "认定单位",
    Role.BANK_OFFICER: "银行",
    Role.INSTITUTE: "院所",
    Role.LEAD_DEPARTMENT: "牵头部门",
    Role.ADMINISTRATOR: "管理员",
    Role.AUDITOR: "审计",
}


class Act(StrEnum):
    """What was done to an account."""

    MADE = "made"
    ROLE_CHANGED = "role_changed"
    PASSWORD_SET = "password_set"
    DISABLED = "disabled"
    ENABLED = "enabled"
    KEY_MADE = "key_made"
    KEY_REVOKED = "key_revoked"

    @property
    def chinese(self) -> str:
        """How people say it."""
        return _ACTS[self]


_ACTS: Final = {
    Act.MADE: "建立",
    Act.ROLE_CHANGED: "换了角色",
    Act.PASSWORD_SET: "改了密码",
    Act.DISABLED: "停用",
    Act.ENABLED: "重新启用",
    Act.KEY_MADE: "发了密钥",
    Act.KEY_REVOKED: "作废了密钥",
}


@dataclass(frozen=True, slots=True)
class Duty:
    """In which role an account works, and for whom.

    `enterprise`: the key of the one that it acts for, in the role of an enterprise. `authorities`: the names, as
    registers write them, of the authorities that it works for, in the role of a repair authority.
    """

    role: Role
    enterprise: str | None = None
    authorities: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Account:
    """账户 One account. `password` is the hash. Times are UTC."""

    id: int
    name: str
    display_name: str
    duty: Duty
    password: str
    made_at: datetime
    disabled_at: datetime | None

    @property
    def role(self) -> Role:
        return self.duty.role

    def __repr__(self) -> str:  # a hash has no place in a traceback
        return f"Account({self.name!r}, {self.role.value})"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that was done to an account, by whom. `done_at` is UTC."""

    account: str
    act: Act
    detail: str
    done_by: str
    done_at: datetime


# --- what is on file --------------------------------------------------------------------------------------------------


def any_account(ledger: Store) -> bool:
    """Whether there is an account at all, disabled ones too: from then on people log in."""
    with ledger.reading() as connection:
        return connection.execute(select(account.c.id).limit(1)).first() is not None


def accounts(ledger: Store) -> list[Account]:
    """All of them, by name."""
    with ledger.reading() as connection:
        return _accounts(connection, select(account).order_by(account.c.name))


def find(ledger: Store, name: str) -> Account | None:
    """The account of a name as typed, disabled ones too."""
    with ledger.reading() as connection:
        return find_in(connection, name)


def find_in(connection: Connection, name: str) -> Account | None:
    """The same in a transaction."""
    if not _NAME.fullmatch(typed(name)):
        return None
    return next(iter(_accounts(connection, select(account).where(account.c.name == typed(name)))), None)


def by_id(connection: Connection, id: int) -> Account:
    """The account of a number that another row names."""
    (found,) = _accounts(connection, select(account).where(account.c.id == id))
    return found


def events(ledger: Store) -> list[Event]:
    """What was done to all accounts, the newest first."""
    query = select(account.c.name, account_event).join_from(
        account_event, account, account.c.id == account_event.c.account
    )
    with ledger.reading() as connection:
        return [
            Event(row.name, Act(row.act), row.detail, row.done_by, row.done_at)
            for row in connection.execute(query.order_by(account_event.c.id.desc()))
        ]


def typed(name: str) -> str:
    """A name as it is kept: people type capitals and spaces."""
    return name.strip().lower()


def _accounts(connection: Connection, query: Select[Any]) -> list[Account]:
    rows = connection.execute(query).all()
    held = select(account_authority).where(account_authority.c.account.in_([row.id for row in rows]))
    authorities: dict[int, list[str]] = {}
    for each in connection.execute(held.order_by(account_authority.c.authority)):
        authorities.setdefault(each.account, []).append(each.authority)
    return [_account(row, authorities.get(row.id, ())) for row in rows]


def _account(row: Row[Any], authorities: Sequence[str]) -> Account:
    duty = Duty(Role(row.role), row.enterprise, tuple(authorities))
    return Account(row.id, row.name, row.display_name, duty, row.password, row.made_at, row.disabled_at)


# --- what is done to them ---------------------------------------------------------------------------------------------


def add(
    ledger: Store, name: str, duty: Duty, password: str, now: datetime, *, display_name: str = "", by: str = OPERATOR
) -> Account:
    """Make an account. `password`: its hash.

    Raises BadQuestion (name, duty), NotKnown (no such enterprise), Conflict (the name is taken).
    """
    name = _checked_name(name)
    _check_duty(duty)
    shown = _checked_display(display_name or name)
    with ledger.changing() as connection:
        if find_in(connection, name) is not None:
            raise Conflict(
                f"there is an account {name} already; choose another name", f"账户名 {name} 已经有了，请换一个"
            )
        _check_enterprise(connection, duty)
        values = {"name": name, "display_name": shown, "role": duty.role.value, "enterprise": duty.enterprise}
        id = insert_row(connection, account, **values, password=password, made_at=now)
        _set_authorities(connection, id, duty)
        note(connection, id, Act.MADE, _told(duty), by, now)
        return by_id(connection, id)


def change_duty(ledger: Store, name: str, duty: Duty, now: datetime, *, by: str = OPERATOR) -> None:
    """Give an account another role, enterprise or authorities; whoever is logged in logs in anew.

    Raises as `add`, NotKnown.
    """
    _check_duty(duty)
    with ledger.changing() as connection:
        found = known(connection, name)
        _check_enterprise(connection, duty)
        values = {"role": duty.role.value, "enterprise": duty.enterprise}
        connection.execute(update(account).where(account.c.id == found.id).values(**values))
        connection.execute(delete(account_authority).where(account_authority.c.account == found.id))
        _set_authorities(connection, found.id, duty)
        _end_sessions(connection, found.id, now)
        note(connection, found.id, Act.ROLE_CHANGED, _told(duty), by, now)


def set_password(ledger: Store, name: str, password: str, now: datetime, *, by: str = OPERATOR) -> None:
    """Keep the hash of a new password; all sessions of the account end. Raises NotKnown."""
    with ledger.changing() as connection:
        set_password_in(connection, known(connection, name), password, now, by=by)


def set_password_in(connection: Connection, of: Account, password: str, now: datetime, *, by: str) -> None:
    """The same in a transaction."""
    connection.execute(update(account).where(account.c.id == of.id).values(password=password))
    _end_sessions(connection, of.id, now)
    note(connection, of.id, Act.PASSWORD_SET, "", by, now)


def disable(ledger: Store, name: str, now: datetime, *, by: str = OPERATOR) -> None:
    """Let nobody in any more under this name: its sessions end, its keys stop. Raises NotKnown, Conflict."""
    _able(ledger, name, now, by, disabled=True)


def enable(ledger: Store, name: str, now: datetime, *, by: str = OPERATOR) -> None:
    """Let a disabled account in again; keys that were not revoked work again. Raises NotKnown, Conflict."""
    _able(ledger, name, now, by, disabled=False)


def _able(ledger: Store, name: str, now: datetime, by: str, *, disabled: bool) -> None:
    with ledger.changing() as connection:
        found = known(connection, name)
        if (found.disabled_at is not None) == disabled:
            en, zh = ("disabled", "已经停用") if disabled else ("not disabled", "没有停用")
            raise Conflict(f"the account {found.name} is {en}", f"账户 {found.name} {zh}")
        at = now if disabled else None
        connection.execute(update(account).where(account.c.id == found.id).values(disabled_at=at))
        _end_sessions(connection, found.id, now)
        note(connection, found.id, Act.DISABLED if disabled else Act.ENABLED, "", by, now)


def known(connection: Connection, name: str) -> Account:
    """The account of a name. Raises NotKnown."""
    found = find_in(connection, name)
    if found is None:
        raise NotKnown("account", "账户", typed(name)[:64])
    return found


def note(connection: Connection, id: int, act: Act, detail: str, by: str, now: datetime) -> None:
    """Put on file what is done, in the transaction in which it is done."""
    insert_row(connection, account_event, account=id, act=act.value, detail=detail, done_by=by, done_at=now)


def _told(duty: Duty) -> str:
    """A duty as it stands in an event: the role, and for whom."""
    return " ".join([duty.role.value, *([duty.enterprise] if duty.enterprise else []), *sorted(duty.authorities)])


def _end_sessions(connection: Connection, id: int, now: datetime) -> None:
    open_ = (account_session.c.account == id) & account_session.c.ended_at.is_(None)
    connection.execute(update(account_session).where(open_).values(ended_at=now))


def _set_authorities(connection: Connection, id: int, duty: Duty) -> None:
    for each in dict.fromkeys(duty.authorities):
        connection.execute(account_authority.insert().values(account=id, authority=each))


# --- what is refused --------------------------------------------------------------------------------------------------


def _checked_name(name: str) -> str:
    plain = typed(name)
    if not _NAME.fullmatch(plain):
        raise BadQuestion(
            f'"{name[:64]}" is no name of an account: 2 to 64 letters, digits, dots, hyphens, underscores or @, '
            "beginning with a letter or a digit",
            f"“{name[:64]}”不能作账户名：2 到 64 个字母、数字、点、横线、下划线或 @，以字母或数字开头",
        )
    return plain


def _checked_display(text: str) -> str:
    if len(text) > LONGEST_DISPLAY or _CONTROL.search(text):
        raise BadQuestion(
            f"the name to show has at most {LONGEST_DISPLAY} characters on one line",
            f"显示的名称最多 {LONGEST_DISPLAY} 个字，写在一行里",
        )
    return text


def _check_duty(duty: Duty) -> None:
    """An account of an enterprise says which one, one of a repair authority which authorities; the others neither."""
    if (duty.enterprise is not None) != (duty.role is Role.ENTERPRISE):
        raise BadQuestion(
            "an account of an enterprise, and no other, names the one enterprise that it acts for (--for KEY)",
            "企业账户（只有它）要写明替哪一家企业办事（--for 代码）",
        )
    if bool(duty.authorities) != (duty.role is Role.REPAIR_AUTHORITY):
        raise BadQuestion(
            "an account of a repair authority, and no other, names its authorities (--authority NAME, may be repeated)",
            "认定单位账户（只有它）要写明是哪些单位（--authority 名称，可以写几次）",
        )
    for name in duty.authorities:
        if not name.strip() or len(name) > LONGEST_AUTHORITY or _CONTROL.search(name):
            raise BadQuestion(f'"{name[:40]}" is no name of an authority', f"“{name[:40]}”不是单位名称")


def _check_enterprise(connection: Connection, duty: Duty) -> None:
    """A mistyped key would open another enterprise's records one day, so it must be one that the ledger knows."""
    if duty.enterprise is None:
        return
    wanted = (record.c.type == "Enterprise") & (record.c.key == duty.enterprise)
    if connection.execute(select(record.c.id).where(wanted)).first() is None:
        raise NotKnown("enterprise", "企业", duty.enterprise[:64])
