"""Accounts of the demo 演示账户: one for each role, each with a password that is drawn anew at every start."""

import secrets
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Final

from cases import accounts
from cases.accounts import ROLE_NAMES, Duty, Role
from cases.passwords import Passwords
from graph.ledger import Ledger
from lianxin.errors import BadQuestion, NotKnown

ENTERPRISE: Final = "91330113YANG00086R"  # planted in the demo district with one record, of this authority
AUTHORITY: Final = "临平区应急管理局（示例）"
_PREFIX: Final = "demo."


def name_of(role: Role) -> str:
    """The name of the demo's account in a role."""
    return f"{_PREFIX}{role.value}"


def make_accounts(ledger: Ledger, passwords: Passwords, now: datetime) -> Mapping[str, str]:
    """Make the accounts, or set other passwords where they are there. Gives name → password, which is kept nowhere.

    A ledger without the demo district has no enterprise for one of them, which is left out. Raises BadQuestion where
    people have accounts of their own.
    """
    _refuse_people(ledger)
    made = {}
    for role in Role:
        password = secrets.token_urlsafe(12)
        with suppress(NotKnown):
            _make(ledger, role, passwords.hash(password), now)
            made[name_of(role)] = password
    return made


def _make(ledger: Ledger, role: Role, kept: str, now: datetime) -> None:
    if accounts.find(ledger, name_of(role)) is not None:
        accounts.set_password(ledger, name_of(role), kept, now)
        return
    accounts.add(ledger, name_of(role), _duty(role), kept, now, display_name=f"演示{ROLE_NAMES[role]}")


def _duty(role: Role) -> Duty:
    if role is Role.ENTERPRISE:
        return Duty(role, ENTERPRISE)
    return Duty(role, authorities=[AUTHORITY] if role is Role.REPAIR_AUTHORITY else ())


def _refuse_people(ledger: Ledger) -> None:
    """In the demo anybody may log in as anybody: nobody who has an account may meet that."""
    if any(not each.name.startswith(_PREFIX) for each in accounts.accounts(ledger)):
        raise BadQuestion(
            "--demo lets anybody log in as anybody, and this ledger has accounts of people. Leave out --demo, or name "
            "another ledger",
            "--demo 允许任何人以任何账户登录，而这个账本里有人在用的账户。请去掉 --demo，或换一个账本",
        )
