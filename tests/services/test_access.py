"""Coming in: one answer to all that is wrong, limits of attempts at their edges, many at once; in both databases."""

import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from cases import accounts, sessions
from cases.accounts import Account, Duty, Role
from cases.login_attempts import OF_A_NAME, OF_AN_ADDRESS, WITHIN
from cases.passwords import LONGEST, SHORTEST, Passwords
from graph.ledger import Ledger
from lianxin.errors import BadQuestion, LoginRefused, TooManyAttempts
from services.access import LoggedIn, change_password, log_in

NOW = datetime(2026, 11, 24, 9, 0)
SECOND = timedelta(seconds=1)
GOOD, OTHER = "correct horse battery", "another good password"
HOME = "10.0.0.7"
CHEAP = Passwords(cheap=True)


@pytest.fixture
def account(each_ledger: Ledger) -> Account:
    return accounts.add(each_ledger, "zhang.wei", Duty(Role.CHAIN_OFFICER), CHEAP.hash(GOOD), NOW)


def come(
    ledger: Ledger, password: str = GOOD, name: str = "zhang.wei", address: str = HOME, now: datetime = NOW
) -> LoggedIn:
    return log_in(ledger, CHEAP, name, password, address, now)


def fail(ledger: Ledger, times: int, *, name: str = "zhang.wei", address: str = HOME, now: datetime = NOW) -> None:
    for _ in range(times):
        with pytest.raises(LoginRefused):
            come(ledger, "wrong", name, address, now)


# --- passwords --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("length", "taken"), [(SHORTEST - 1, False), (SHORTEST, True), (SHORTEST + 1, True), (LONGEST - 1, True),
                          (LONGEST, True), (LONGEST + 1, False)],
)  # fmt: skip
def test_a_password_has_a_length(length: int, taken: bool) -> None:
    if taken:
        assert CHEAP.fits(CHEAP.hash("密" * length), "密" * length)
        return
    with pytest.raises(BadQuestion, match="a password has at") as refused:
        CHEAP.hash("密" * length)
    assert "密密" not in refused.value.zh + refused.value.en


def test_a_password_fits_only_itself_however_wide_it_is_typed() -> None:
    kept = CHEAP.hash(GOOD)
    assert GOOD not in kept
    assert kept.startswith("$argon2id$")
    assert kept != CHEAP.hash(GOOD)
    assert CHEAP.fits(kept, "ｃｏｒｒｅｃｔ horse battery")
    for wrong in ("", GOOD + " ", GOOD.upper(), GOOD[:-1], "\ud800", GOOD * 100):
        assert not CHEAP.fits(kept, wrong)
    longest = CHEAP.hash("x" * LONGEST)
    assert not CHEAP.fits(longest, "x" * (LONGEST + 1))
    assert not CHEAP.fits("no hash", GOOD)


def test_nobody_has_no_password_either() -> None:
    assert not CHEAP.fits(None, "nobody has this password")


def test_an_installation_hashes_at_full_cost() -> None:
    kept = Passwords().hash(GOOD)
    assert "m=65536,t=3" in kept
    assert Passwords().fits(kept, GOOD)


def test_an_unknown_name_takes_as_long_as_a_wrong_password() -> None:
    passwords = Passwords()
    kept = passwords.hash(GOOD)

    def seconds(hash_: str | None) -> float:
        started = time.perf_counter()
        passwords.fits(hash_, "wrong")
        return time.perf_counter() - started

    times = [(seconds(kept), seconds(None)) for _ in range(7)]
    known, unknown = (statistics.median(each) for each in zip(*times, strict=True))
    assert 0.5 < known / unknown < 2


# --- coming in --------------------------------------------------------------------------------------------------------


def test_name_and_password_begin_a_session(each_ledger: Ledger, account: Account) -> None:
    came = come(each_ledger, name=" ZHANG.wei")
    assert came.account == account
    found = sessions.find(each_ledger, came.token, NOW)
    assert found is not None
    assert found.account == account
    assert come(each_ledger).token != came.token
    assert sessions.find(each_ledger, came.token, NOW) is not None


def test_whatever_is_wrong_the_answer_is_one(each_ledger: Ledger, account: Account) -> None:
    accounts.add(each_ledger, "li.na", Duty(Role.AUDITOR), CHEAP.hash(GOOD), NOW)
    accounts.disable(each_ledger, "li.na", NOW)
    said = set()
    for name, password in (("nobody", GOOD), (account.name, "wrong"), ("li.na", GOOD), ("", ""), ("\x00", GOOD)):
        with pytest.raises(LoginRefused) as refused:
            come(each_ledger, password, name)
        said.add((refused.value.zh, refused.value.en))
    assert len(said) == 1


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize(("times", "let_in"), [(OF_A_NAME - 1, True), (OF_A_NAME, False)])
def test_a_name_has_so_many_attempts(each_ledger: Ledger, times: int, let_in: bool) -> None:
    fail(each_ledger, times)
    if let_in:
        come(each_ledger)
        fail(each_ledger, OF_A_NAME)  # it began anew
        return
    with pytest.raises(TooManyAttempts, match="15 min") as refused:
        come(each_ledger)
    assert refused.value.until == NOW + WITHIN
    assert "15 分钟" in refused.value.zh
    assert refused.value.seconds == 900
    with pytest.raises(TooManyAttempts):
        come(each_ledger, address="10.0.0.8")
    with pytest.raises(LoginRefused):
        come(each_ledger, name="nobody")


def test_unknown_names_are_limited_alike(each_ledger: Ledger) -> None:
    fail(each_ledger, OF_A_NAME, name="nobody")
    with pytest.raises(TooManyAttempts):
        come(each_ledger, name="nobody")


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize(("after", "let_in"), [(WITHIN - SECOND, False), (WITHIN, True), (WITHIN + SECOND, True)])
def test_after_a_quarter_of_an_hour_it_begins_anew(each_ledger: Ledger, after: timedelta, let_in: bool) -> None:
    fail(each_ledger, OF_A_NAME)
    if let_in:
        come(each_ledger, now=NOW + after)
        return
    with pytest.raises(TooManyAttempts, match="1 min"):
        come(each_ledger, now=NOW + after)


def test_an_address_has_so_many_attempts(tmp_ledger: Ledger) -> None:
    accounts.add(tmp_ledger, "zhang.wei", Duty(Role.CHAIN_OFFICER), CHEAP.hash(GOOD), NOW)
    for n in range(OF_AN_ADDRESS - 1):
        fail(tmp_ledger, 1, name=f"n{n}", address="2001:db8::1")
    come(tmp_ledger, address="2001:db8::2")  # the same network; a good one takes back only itself
    fail(tmp_ledger, 1, name="last", address="2001:db8::3")
    with pytest.raises(TooManyAttempts):
        come(tmp_ledger, address="2001:db8::ffff")
    come(tmp_ledger, address="2001:db8:0:1::1")
    come(tmp_ledger)


def test_what_was_typed_is_not_kept(tmp_ledger: Ledger) -> None:
    with pytest.raises(LoginRefused):
        come(tmp_ledger, "a secret phrase", "my password by mistake", "192.0.2.77")
    with tmp_ledger.reading() as connection:
        kept = str(connection.exec_driver_sql("SELECT * FROM login_attempt").all())
    assert len(kept) > 2 * 64
    for typed in ("secret", "mistake", "192.0.2.77"):
        assert typed not in kept


@pytest.mark.usefixtures("account")
def test_many_at_once_are_not_more_than_one_after_the_other(each_ledger: Ledger) -> None:
    def attempt(_: int) -> type[Exception]:
        try:
            come(each_ledger, "wrong")
        except (LoginRefused, TooManyAttempts) as refused:
            return type(refused)
        raise AssertionError("a wrong password let somebody in")

    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(attempt, range(3 * OF_A_NAME)))
    assert said.count(LoginRefused) == OF_A_NAME


@pytest.mark.usefixtures("account")
def test_two_may_log_in_at_once(each_ledger: Ledger) -> None:
    with ThreadPoolExecutor(4) as pool:
        tokens = list(pool.map(lambda _: come(each_ledger).token, range(4)))
    assert len(set(tokens)) == 4
    assert all(sessions.find(each_ledger, token, NOW) for token in tokens)


# --- another password -------------------------------------------------------------------------------------------------


def test_another_password_ends_all_sessions_but_the_new_one(each_ledger: Ledger, account: Account) -> None:
    old = [come(each_ledger).token for _ in range(2)]
    came = change_password(each_ledger, CHEAP, account, GOOD, OTHER, HOME, NOW)
    assert [sessions.find(each_ledger, token, NOW) for token in old] == [None, None]
    assert sessions.find(each_ledger, came.token, NOW) is not None
    fail(each_ledger, 1)
    with pytest.raises(LoginRefused):
        come(each_ledger, GOOD)
    come(each_ledger, OTHER)


def test_another_password_needs_the_old_one_and_has_its_limit(each_ledger: Ledger, account: Account) -> None:
    token = come(each_ledger).token
    with pytest.raises(BadQuestion, match="at least 12"):
        change_password(each_ledger, CHEAP, account, GOOD, "short", HOME, NOW)
    for _ in range(OF_A_NAME):
        with pytest.raises(LoginRefused):
            change_password(each_ledger, CHEAP, account, "wrong", OTHER, HOME, NOW)
    with pytest.raises(TooManyAttempts):
        change_password(each_ledger, CHEAP, account, GOOD, OTHER, HOME, NOW)
    assert sessions.find(each_ledger, token, NOW) is not None


def test_a_password_that_was_changed_meanwhile_is_not_changed_again(each_ledger: Ledger, account: Account) -> None:
    accounts.set_password(each_ledger, account.name, CHEAP.hash(OTHER), NOW)
    with pytest.raises(LoginRefused):
        change_password(each_ledger, CHEAP, account, GOOD, "a third good password", HOME, NOW)
    come(each_ledger, OTHER)
