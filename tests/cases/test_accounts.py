"""Accounts: who may come in, what is refused by name, and what stays on file; in both databases."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from cases import accounts, sessions
from cases.accounts import Act, Duty, Role
from graph.ledger import Ledger
from lianxin.errors import BadQuestion, Conflict, NotKnown

NOW = datetime(2026, 11, 24, 9, 0)
OFFICER = Duty(Role.CHAIN_OFFICER)
FIRM = "91330113YANG00019U"


def made(ledger: Ledger, name: str = "zhang.wei", duty: Duty = OFFICER) -> accounts.Account:
    return accounts.add(ledger, name, duty, "hash", NOW)


def test_an_account_is_kept_under_its_name_in_small_letters(each_ledger: Ledger) -> None:
    assert not accounts.any_account(each_ledger)
    account = accounts.add(each_ledger, " Zhang.Wei ", OFFICER, "hash", NOW, display_name="张伟 产业科")
    assert (account.name, account.display_name, account.role) == ("zhang.wei", "张伟 产业科", Role.CHAIN_OFFICER)
    assert (account.made_at, account.disabled_at) == (NOW, None)
    assert accounts.any_account(each_ledger)
    assert accounts.find(each_ledger, "ZHANG.wei ") == account
    assert accounts.find(each_ledger, "zhang") is None
    assert accounts.accounts(each_ledger) == [account]
    assert "hash" not in repr(account)


def test_a_name_is_taken_once(each_ledger: Ledger) -> None:
    made(each_ledger)
    with pytest.raises(Conflict, match="choose another"):
        made(each_ledger, "ZHANG.WEI")
    assert len(accounts.events(each_ledger)) == 1


@pytest.mark.parametrize("name", ["", "a", ".a", "a b", "张伟", "a" * 65, "a\n", "a/b", "-a"])
def test_a_name_that_is_none_is_refused(tmp_ledger: Ledger, name: str) -> None:
    with pytest.raises(BadQuestion, match="no name of an account") as refused:
        made(tmp_ledger, name + ("\x00" if name.endswith("\n") else ""))
    assert "不能作账户名" in refused.value.zh


@pytest.mark.parametrize("name", ["ab", "a" * 64, "9.x_y-z@q"])
def test_a_name_of_any_allowed_length(tmp_ledger: Ledger, name: str) -> None:
    assert made(tmp_ledger, name).name == name


@pytest.mark.parametrize(
    ("duty", "words"),
    [
        (Duty(Role.ENTERPRISE), "--for KEY"),
        (Duty(Role.CHAIN_OFFICER, FIRM), "--for KEY"),
        (Duty(Role.REPAIR_AUTHORITY), "--authority NAME"),
        (Duty(Role.AUDITOR, authorities=("某局",)), "--authority NAME"),
        (Duty(Role.REPAIR_AUTHORITY, authorities=("某局", " ")), "no name of an authority"),
        (Duty(Role.REPAIR_AUTHORITY, authorities=("局" * 101,)), "no name of an authority"),
        (Duty(Role.REPAIR_AUTHORITY, authorities=("某\n局",)), "no name of an authority"),
    ],
)
def test_a_duty_says_for_whom_and_no_more(tmp_ledger: Ledger, duty: Duty, words: str) -> None:
    with pytest.raises(BadQuestion, match=words):
        made(tmp_ledger, duty=duty)
    account = made(tmp_ledger)
    with pytest.raises(BadQuestion, match=words):
        accounts.change_duty(tmp_ledger, account.name, duty, NOW)


def test_the_display_name_stands_on_one_line(tmp_ledger: Ledger) -> None:
    accounts.add(tmp_ledger, "ab", OFFICER, "hash", NOW, display_name="字" * 64)
    for text in ("字" * 65, "a\nb"):
        with pytest.raises(BadQuestion, match="name to show"):
            accounts.add(tmp_ledger, "cd", OFFICER, "hash", NOW, display_name=text)


def test_an_enterprise_must_be_in_the_ledger(recorded: Ledger) -> None:
    with pytest.raises(NotKnown, match=FIRM):
        made(recorded, duty=Duty(Role.ENTERPRISE, FIRM))
    assert accounts.accounts(recorded) == []
    duty = Duty(Role.ENTERPRISE, "A")
    assert made(recorded, duty=duty).duty == duty


def test_authorities_are_kept_in_order_and_once(each_ledger: Ledger) -> None:
    account = made(each_ledger, duty=Duty(Role.REPAIR_AUTHORITY, authorities=("乙局", "甲局", "乙局")))
    assert sorted(account.duty.authorities) == sorted(["甲局", "乙局"])
    accounts.change_duty(each_ledger, account.name, OFFICER, NOW)
    assert accounts.find(each_ledger, account.name) is not None
    assert accounts.accounts(each_ledger)[0].duty == OFFICER


def test_everything_that_is_done_stays_on_file(each_ledger: Ledger) -> None:
    account = made(each_ledger)
    accounts.change_duty(each_ledger, account.name, Duty(Role.REPAIR_AUTHORITY, authorities=("甲局",)), NOW)
    accounts.set_password(each_ledger, account.name, "another hash", NOW, by="zhang.wei")
    accounts.disable(each_ledger, account.name, NOW)
    accounts.enable(each_ledger, account.name, NOW)
    found = [(each.act, each.detail, each.done_by) for each in reversed(accounts.events(each_ledger))]
    assert found == [
        (Act.MADE, "chain_officer", "operator"),
        (Act.ROLE_CHANGED, "repair_authority 甲局", "operator"),
        (Act.PASSWORD_SET, "", "zhang.wei"),
        (Act.DISABLED, "", "operator"),
        (Act.ENABLED, "", "operator"),
    ]
    assert {act.chinese for act in Act} == set(accounts._ACTS.values())


def test_what_contradicts_what_is_on_file_changes_nothing(each_ledger: Ledger) -> None:
    account = made(each_ledger)
    with pytest.raises(Conflict, match="not disabled"):
        accounts.enable(each_ledger, account.name, NOW)
    accounts.disable(each_ledger, account.name, NOW)
    with pytest.raises(Conflict, match="is disabled"):
        accounts.disable(each_ledger, account.name, NOW + timedelta(days=1))
    assert accounts.accounts(each_ledger)[0].disabled_at == NOW
    assert len(accounts.events(each_ledger)) == 2


def test_an_unknown_name_is_not_known(tmp_ledger: Ledger) -> None:
    for act in (
        lambda: accounts.disable(tmp_ledger, "nobody", NOW),
        lambda: accounts.enable(tmp_ledger, "nobody", NOW),
        lambda: accounts.set_password(tmp_ledger, "nobody", "hash", NOW),
        lambda: accounts.change_duty(tmp_ledger, "nobody", OFFICER, NOW),
    ):
        with pytest.raises(NotKnown, match="nobody"):
            act()


@pytest.mark.parametrize(
    "act",
    [
        lambda ledger: accounts.disable(ledger, "zhang.wei", NOW),
        lambda ledger: accounts.set_password(ledger, "zhang.wei", "another", NOW),
        lambda ledger: accounts.change_duty(ledger, "zhang.wei", Duty(Role.ADMINISTRATOR), NOW),
    ],
)
def test_a_change_ends_the_sessions_of_that_account_alone(each_ledger: Ledger, act: Any) -> None:
    mine, other = made(each_ledger), made(each_ledger, "li.na")
    tokens = [sessions.start(each_ledger, each, NOW) for each in (mine, mine, other)]
    act(each_ledger)
    assert [sessions.find(each_ledger, token, NOW) is not None for token in tokens] == [False, False, True]
