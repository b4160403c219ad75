"""Keys of programs: shown once, until their last moment, and never after they or their account ended."""

from datetime import datetime, timedelta

import pytest

from cases import accounts, api_keys
from cases.accounts import Account, Act, Duty, Role
from graph.ledger import Ledger
from lianxin.errors import BadQuestion, Conflict, NotKnown

NOW = datetime(2026, 11, 24, 9, 0)
SECOND = timedelta(seconds=1)


@pytest.fixture
def account(each_ledger: Ledger) -> Account:
    return accounts.add(each_ledger, "portal", Duty(Role.CHAIN_OFFICER), "hash", NOW)


def test_a_key_lets_its_account_in(each_ledger: Ledger, account: Account) -> None:
    key = api_keys.make(each_ledger, "portal", " 门户 ", NOW)
    assert key.startswith("lx_")
    assert api_keys.owner(each_ledger, key, NOW + timedelta(days=3650)) == account
    (kept,) = api_keys.keys(each_ledger)
    assert (kept.id, kept.account, kept.label, kept.expires_at) == (1, "portal", "门户", None)
    with each_ledger.reading() as connection:
        assert key not in str(connection.exec_driver_sql("SELECT * FROM api_key").all())


@pytest.mark.parametrize(("left", "holds"), [(SECOND, True), (timedelta(0), False), (-SECOND, False)])
def test_a_key_expires_to_the_second(each_ledger: Ledger, account: Account, left: timedelta, holds: bool) -> None:
    end = NOW + timedelta(days=30)
    key = api_keys.make(each_ledger, account.name, "门户", NOW, expires_at=end)
    assert (api_keys.owner(each_ledger, key, end - left) is not None) is holds


def test_a_revoked_key_lets_nobody_in(each_ledger: Ledger, account: Account) -> None:
    key, other = (api_keys.make(each_ledger, account.name, label, NOW) for label in ("一", "二"))
    assert api_keys.revoke(each_ledger, 1, NOW).label == "一"
    assert api_keys.owner(each_ledger, key, NOW) is None
    assert api_keys.owner(each_ledger, other, NOW) == account
    with pytest.raises(Conflict, match="revoked before"):
        api_keys.revoke(each_ledger, 1, NOW)
    with pytest.raises(NotKnown, match="9"):
        api_keys.revoke(each_ledger, 9, NOW)
    told = [(each.act, each.detail) for each in accounts.events(each_ledger)]
    assert told[:3] == [(Act.KEY_REVOKED, "1 一"), (Act.KEY_MADE, "2 二"), (Act.KEY_MADE, "1 一")]
    assert [each.id for each in api_keys.keys(each_ledger, account.name)] == [2, 1]


def test_the_key_of_a_disabled_account_lets_nobody_in(each_ledger: Ledger, account: Account) -> None:
    key = api_keys.make(each_ledger, account.name, "门户", NOW)
    accounts.disable(each_ledger, account.name, NOW)
    assert api_keys.owner(each_ledger, key, NOW) is None
    with pytest.raises(Conflict, match="disabled"):
        api_keys.make(each_ledger, account.name, "门户", NOW)


@pytest.mark.parametrize("key", ["", "lx_", "lx_" + "A" * 43, "A" * 46, "lx_" + "号" * 43, "\x00"])
def test_a_made_up_key_lets_nobody_in(tmp_ledger: Ledger, key: str) -> None:
    assert api_keys.owner(tmp_ledger, key, NOW) is None


@pytest.mark.parametrize(
    ("label", "days", "words"),
    [
        ("", 1, "what the key is for"),
        ("a\nb", 1, "what the key is for"),
        ("字" * 61, 1, "at most 60"),
        ("x", 0, "is over already"),
    ],
)
def test_a_key_without_a_purpose_or_a_future_is_not_made(
    each_ledger: Ledger, account: Account, label: str, days: int, words: str
) -> None:
    with pytest.raises(BadQuestion, match=words):
        api_keys.make(each_ledger, account.name, label, NOW, expires_at=NOW + timedelta(days=days))
    assert api_keys.keys(each_ledger) == []
    with pytest.raises(NotKnown):
        api_keys.make(each_ledger, "nobody", "门户", NOW)
