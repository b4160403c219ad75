"""What tests of the web share: the demo as it is served, with its accounts and cases, and logging in without a form."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date

import pytest
from flask.testing import FlaskClient

from cases import accounts, sessions
from cases.accounts import Role
from cases.passwords import Passwords
from graph.ledger import Ledger
from lianxin.clock import utc_now
from services.demo.accounts import make_accounts, name_of
from services.demo.cases import open_cases
from web.state import platform_of
from web.visitor import COOKIE

AsRole = Callable[[FlaskClient, Role], None]
AsAccount = Callable[[FlaskClient, str], str]


@pytest.fixture(scope="session")
def served_ledger(demo_ledger: Ledger, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    """A copy of the demo ledger with the demo's accounts in it."""
    with closing(_copy(demo_ledger, tmp_path_factory)) as ledger:
        make_accounts(ledger, Passwords(cheap=True), utc_now())
        open_cases(ledger, date(2026, 11, 24), utc_now())
        yield ledger


@pytest.fixture(scope="module")
def operated_ledger(demo_ledger: Ledger, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    """A copy of the demo ledger without any account: whoever sits at the machine is the administrator."""
    with closing(_copy(demo_ledger, tmp_path_factory)) as ledger:
        yield ledger


def _copy(ledger: Ledger, factory: pytest.TempPathFactory) -> Ledger:
    source, target = ledger.engine.url.database, factory.mktemp("copy") / "ledger.db"
    assert source is not None
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)
    return Ledger.open(f"sqlite:///{target}")


@pytest.fixture(scope="session")
def as_account() -> AsAccount:
    """`as_account(client, "zhang.wei")`: from now on the client is logged in. Gives the token of the session."""

    def log_in(client: FlaskClient, name: str) -> str:
        ledger = platform_of(client.application).ledger
        account = accounts.find(ledger, name)
        assert account is not None, name
        token = sessions.start(ledger, account, utc_now())
        client.set_cookie(COOKIE, token)
        return token

    return log_in


@pytest.fixture(scope="session")
def as_role(as_account: AsAccount) -> AsRole:
    """`as_role(client, Role.AUDITOR)`: from now on the client is logged in as the demo's account of the role."""
    return lambda client, role: (as_account(client, name_of(role)), None)[1]
