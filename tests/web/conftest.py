"""What tests of the web share: the demo as it is served, with its accounts and cases, and logging in without a form."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from flask_openapi.openapi import OpenAPI
from werkzeug.test import TestResponse

from cases import accounts, sessions
from cases.accounts import Role
from cases.passwords import Passwords
from graph.ledger import Ledger
from lianxin.clock import utc_now
from services.demo.accounts import make_accounts, name_of
from services.demo.cases import open_cases
from web import create_app
from web.state import platform_of
from web.visitor import COOKIE

AsRole = Callable[[FlaskClient, Role], None]
AsAccount = Callable[[FlaskClient, str], str]
Sent = Callable[..., TestResponse]
DAY = date(2026, 11, 24)


@pytest.fixture(scope="session")
def served_ledger(demo_ledger: Ledger, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    """A copy of the demo ledger with the demo's accounts in it."""
    with closing(_copy(demo_ledger, tmp_path_factory)) as ledger:
        make_accounts(ledger, Passwords(cheap=True), utc_now())
        open_cases(ledger, DAY, utc_now())
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


@pytest.fixture(scope="module")
def ledger(module_demo_ledger: Ledger) -> Ledger:
    """A copy of the demo ledger of the module's own, with the demo's accounts."""
    make_accounts(module_demo_ledger, Passwords(cheap=True), utc_now())
    return module_demo_ledger


@pytest.fixture(scope="module")
def app(ledger: Ledger) -> OpenAPI:
    """The demo over it, whose forms need no token."""
    made = create_app(ledger, demo=True, today=lambda: DAY)
    made.config["WTF_CSRF_ENABLED"] = False
    return made


@pytest.fixture
def go(app: OpenAPI, as_role: AsRole) -> Sent:
    """`go(FIRM, "/cases/1")`, `go(FIRM, address, {form})`: the answer; each time from another browser."""

    def ask(role: Role, address: str, form: Any = None) -> TestResponse:
        client = app.test_client()
        as_role(client, role)
        return client.get(address) if form is None else client.post(address, data=form)

    return ask
