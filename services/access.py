"""Coming in 登录: a name and a password become a session; a password becomes another one."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from cases import accounts, login_attempts, sessions
from cases.accounts import Account
from cases.login_attempts import Attempt
from cases.passwords import Passwords
from graph.ledger import Ledger
from lianxin.errors import LoginRefused


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """Who came in, and the token of the session, which is kept nowhere."""

    account: Account
    token: str


def log_in(ledger: Ledger, passwords: Passwords, name: str, password: str, address: str, now: datetime) -> LoggedIn:
    """Begin a session. `address`: where the request comes from.

    Raises LoginRefused (one message whatever was wrong), TooManyAttempts.
    """
    attempt = login_attempts.begin(ledger, name, address, now)
    found = accounts.find(ledger, name)
    fits = passwords.fits(None if found is None else found.password, password)
    if found is None or not fits or found.disabled_at is not None:
        raise LoginRefused
    with ledger.changing() as connection:
        return _come_in(connection, _still(connection, found), attempt, now)


def change_password(
    ledger: Ledger, passwords: Passwords, account: Account, old: str, new: str, address: str, now: datetime
) -> LoggedIn:
    """Give an account another password; its sessions end, and one begins anew.

    Raises LoginRefused where the old one is wrong, TooManyAttempts, BadQuestion.
    """
    kept = passwords.hash(new)
    attempt = login_attempts.begin(ledger, account.name, address, now)
    if not passwords.fits(account.password, old):
        raise LoginRefused
    with ledger.changing() as connection:
        held = _still(connection, account)
        accounts.set_password_in(connection, held, kept, now, by=held.name)
        return _come_in(connection, held, attempt, now)


def _still(connection: Connection, found: Account) -> Account:
    """The account as it stands now. Raises LoginRefused where it was changed while its password was checked."""
    held = accounts.by_id(connection, found.id)
    if held.disabled_at is not None or held.password != found.password:
        raise LoginRefused
    return held


def _come_in(connection: Connection, account: Account, attempt: Attempt, now: datetime) -> LoggedIn:
    login_attempts.succeeded(connection, attempt)
    return LoggedIn(account, sessions.start_in(connection, account, now))
