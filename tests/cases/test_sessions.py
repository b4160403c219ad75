"""Sessions: their edges in time, what ends them, what is kept of them; in both databases."""

import sqlite3
import time
from contextlib import closing
from datetime import datetime, timedelta

import pytest

from cases import accounts, sessions
from cases.accounts import Account, Duty, Role
from cases.sessions import IDLE, LONGEST, SEEN_EVERY
from graph.ledger import Ledger

NOW = datetime(2026, 11, 24, 9, 0)
SECOND = timedelta(seconds=1)


@pytest.fixture
def account(each_ledger: Ledger) -> Account:
    return accounts.add(each_ledger, "zhang.wei", Duty(Role.CHAIN_OFFICER), "hash", NOW)


@pytest.mark.parametrize(
    ("after", "open_"), [(IDLE - SECOND, True), (IDLE, False), (IDLE + SECOND, False), (timedelta(0), True)]
)
def test_a_session_nobody_uses_ends(each_ledger: Ledger, account: Account, after: timedelta, open_: bool) -> None:
    token = sessions.start(each_ledger, account, NOW)
    assert (sessions.find(each_ledger, token, NOW + after) is not None) is open_


@pytest.mark.parametrize(("left", "open_"), [(SECOND, True), (timedelta(0), False), (-SECOND, False)])
def test_a_session_in_use_ends_after_a_day(each_ledger: Ledger, account: Account, left: timedelta, open_: bool) -> None:
    token = sessions.start(each_ledger, account, NOW)
    for hours in (7, 14, 21):
        assert sessions.find(each_ledger, token, NOW + timedelta(hours=hours)) is not None
    assert (sessions.find(each_ledger, token, NOW + LONGEST - left) is not None) is open_


@pytest.mark.parametrize(
    ("after", "written"), [(SEEN_EVERY - SECOND, False), (SEEN_EVERY, True), (SEEN_EVERY + SECOND, True)]
)
def test_that_it_was_used_is_written_every_minute(
    each_ledger: Ledger, account: Account, after: timedelta, written: bool
) -> None:
    token = sessions.start(each_ledger, account, NOW)
    sessions.find(each_ledger, token, NOW + after)
    again = sessions.find(each_ledger, token, NOW + after)
    assert again is not None
    assert again.seen_at == (NOW + after if written else NOW)


def test_logging_out_ends_one_session(each_ledger: Ledger, account: Account) -> None:
    mine, other = (sessions.start(each_ledger, account, NOW) for _ in range(2))
    sessions.end(each_ledger, mine, NOW)
    sessions.end(each_ledger, mine, NOW + SECOND)
    sessions.end(each_ledger, "A" * 22, NOW)
    assert sessions.find(each_ledger, mine, NOW) is None
    assert sessions.find(each_ledger, other, NOW) is not None


def test_an_enabled_account_does_not_open_its_old_sessions(each_ledger: Ledger, account: Account) -> None:
    token = sessions.start(each_ledger, account, NOW)
    accounts.disable(each_ledger, account.name, NOW)
    accounts.enable(each_ledger, account.name, NOW)
    assert sessions.find(each_ledger, token, NOW) is None


@pytest.mark.parametrize("token", ["", "A" * 22, "A" * 21, "x' OR 1=1 --", "\x00" * 22, "号" * 22, "A" * 100_000])
def test_a_made_up_token_opens_nothing(tmp_ledger: Ledger, token: str) -> None:
    assert sessions.find(tmp_ledger, token, NOW) is None


def test_the_token_is_kept_nowhere(tmp_ledger: Ledger) -> None:
    account = accounts.add(tmp_ledger, "zhang.wei", Duty(Role.AUDITOR), "hash", NOW)
    tokens = {sessions.start(tmp_ledger, account, NOW) for _ in range(3)}
    assert len(tokens) == 3
    with tmp_ledger.reading() as connection:
        kept = str(connection.exec_driver_sql("SELECT * FROM account_session").all())
    assert len(kept) > 3 * 64
    assert not any(token in kept for token in tokens)


def test_sessions_whose_day_is_over_are_cleared_away(each_ledger: Ledger, account: Account) -> None:
    sessions.start(each_ledger, account, NOW)
    sessions.start(each_ledger, account, NOW + SECOND)
    sessions.start(each_ledger, account, NOW + LONGEST)
    with each_ledger.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM account_session").scalar() == 2


def test_a_page_does_not_wait_for_a_load_to_note_that_it_was_used(tmp_ledger: Ledger) -> None:
    account = accounts.add(tmp_ledger, "zhang.wei", Duty(Role.AUDITOR), "hash", NOW)
    token = sessions.start(tmp_ledger, account, NOW)
    later = NOW + timedelta(hours=1)
    with closing(sqlite3.connect(str(tmp_ledger.engine.url.database), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        started = time.monotonic()
        assert sessions.find(tmp_ledger, token, later) is not None
        assert time.monotonic() - started < 2  # an ordinary write waits for ten seconds
    assert sessions.find(tmp_ledger, token, later) is not None
    found = sessions.find(tmp_ledger, token, later)
    assert found is not None
    assert found.seen_at == later


def test_a_connection_waits_again_after_an_act_that_did_not(tmp_ledger: Ledger) -> None:
    with tmp_ledger.changing_at_once():
        pass
    with tmp_ledger.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 10_000
