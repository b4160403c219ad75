"""`lianxin user`: accounts and keys as an operator makes them; no password is an argument, an output or on file."""

import io
import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cases import accounts, api_keys
from cases.accounts import Act, Duty, Role
from cases.passwords import Passwords
from cli.user import _asked
from graph.ledger import Ledger
from lianxin.clock import end_of_day_in_china, utc_now
from lianxin.errors import BadQuestion

GOOD = "correct horse battery"
ADD = ("add", "zhang.wei", "--role", "chain_officer")
Done = subprocess.CompletedProcess[str]
Run = Callable[..., Done]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """`run("list", typed="…")`: the command in this process; `typed` stands on standard input."""
    monkeypatch.setenv("LIANXIN_LEDGER", f"sqlite:///{tmp_path / 'ledger.db'}")
    import cli

    def called(*arguments: str, typed: str = "") -> Done:
        monkeypatch.setattr(sys, "argv", ["lianxin", "user", *arguments])
        with CliRunner().isolation(input=typed) as streams:
            code = 0
            try:
                cli.main()
            except SystemExit as end:
                code = end.code if isinstance(end.code, int) else int(end.code is not None)
            said, wrong = (stream.getvalue().decode() for stream in streams[:2])
        assert GOOD not in said + wrong
        return subprocess.CompletedProcess(arguments, code, said, wrong)

    return called


@pytest.fixture
def ledger(tmp_path: Path) -> Any:
    with closing(Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}")) as opened:
        yield opened


def test_the_first_account_is_made_and_says_what_follows(run: Run, ledger: Ledger) -> None:
    done = run(*ADD, "--shown", "张伟 产业科", typed=GOOD + "\n")
    assert done.returncode == 0, done
    assert "已建账户 zhang.wei（链专员）" in done.stdout
    assert "From now on everybody has to log in" in done.stdout
    (made,) = accounts.accounts(ledger)
    assert (made.display_name, made.duty) == ("张伟 产业科", Duty(Role.CHAIN_OFFICER))
    assert Passwords().fits(made.password, GOOD)
    second = run("add", "li.na", "--role", "auditor", typed=GOOD + "\r\n")
    assert "From now on" not in second.stdout
    listed = run("list").stdout
    assert re.search(r"zhang\.wei.+张伟 产业科.+chain_officer.+可用", listed)
    assert re.search(r"li\.na.+auditor", listed)
    assert "argon2" not in listed


@pytest.mark.parametrize("typed", ["", "\n", "short\n", "x" * 11, "x" * 257])
def test_a_bad_password_makes_no_account(run: Run, ledger: Ledger, typed: str) -> None:
    done = run(*ADD, typed=typed)
    assert done.returncode == 2
    assert "密码" in done.stderr
    assert "characters" in done.stderr
    assert accounts.accounts(ledger) == []


def test_a_password_is_no_argument(run: Run, ledger: Ledger) -> None:
    assert run(*ADD, "--password", "anything at all").returncode == 2
    assert run(*ADD, "anything at all").returncode == 2
    assert accounts.accounts(ledger) == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--role", "enterprise"), "--for KEY"),
        (("--role", "enterprise", "--for", "91330113NOBODY000X"), "no enterprise"),
        (("--role", "auditor", "--for", "A"), "--for KEY"),
        (("--role", "repair_authority"), "--authority NAME"),
        (("--role", "root"), "chain_officer"),
    ],
)
def test_a_duty_that_is_none_is_refused(run: Run, ledger: Ledger, arguments: tuple[str, ...], words: str) -> None:
    done = run("add", "somebody", *arguments, typed=GOOD)
    assert done.returncode in (1, 2)
    assert words in done.stderr
    assert accounts.accounts(ledger) == []


def test_authorities_may_be_several_and_a_role_changes(run: Run, ledger: Ledger) -> None:
    run(*ADD, typed=GOOD)
    done = run("role", "zhang.wei", "--role", "repair_authority", "--authority", "甲局", "--authority", "乙局")
    assert done.returncode == 0, done
    (made,) = accounts.accounts(ledger)
    assert sorted(made.duty.authorities) == sorted(["甲局", "乙局"])
    assert "甲局" in run("list").stdout


def test_disable_enable_and_another_password(run: Run, ledger: Ledger) -> None:
    run(*ADD, typed=GOOD)
    assert run("disable", "zhang.wei").returncode == 0
    assert "停用 disabled" in run("list").stdout
    again = run("disable", "zhang.wei")
    assert again.returncode == 1
    assert "已经停用" in again.stderr
    assert run("enable", "zhang.wei").returncode == 0
    assert run("password", "zhang.wei", typed="another good password").returncode == 0
    assert Passwords().fits(accounts.accounts(ledger)[0].password, "another good password")
    assert run("password", "nobody", typed=GOOD).returncode == 1
    told = run("history").stdout
    assert [each.act for each in accounts.events(ledger)] == [Act.PASSWORD_SET, Act.ENABLED, Act.DISABLED, Act.MADE]
    assert "password_set" in told
    assert "operator" in told
    assert "another good" not in told


def test_a_key_is_shown_once_and_alone(run: Run, ledger: Ledger) -> None:
    run(*ADD, typed=GOOD)
    done = run("key", "add", "zhang.wei", "--label", "门户", "--expires", "2099-12-31")
    key = done.stdout.strip()
    assert api_keys.owner(ledger, key, utc_now()) is not None, "standard output holds the key and nothing else"
    assert "cannot be shown again" in done.stderr
    listed = run("key", "list").stdout
    assert key not in listed
    assert re.search(r"1.+zhang\.wei.+门户.+可用.+2099-12-31 16:00", listed)
    assert run("key", "list", "nobody").returncode == 1
    assert run("key", "revoke", "1").returncode == 0
    assert api_keys.owner(ledger, key, utc_now()) is None
    assert "作废 revoked" in run("key", "list", "zhang.wei").stdout
    assert run("key", "revoke", "1").returncode == 1


@pytest.mark.parametrize("day", ["2020-01-01", "2099-02-30", "soon"])
def test_a_key_without_a_future_is_not_made(run: Run, ledger: Ledger, day: str) -> None:
    run(*ADD, typed=GOOD)
    assert run("key", "add", "zhang.wei", "--label", "x", "--expires", day).returncode == 2
    assert api_keys.keys(ledger) == []


def test_a_day_ends_at_midnight_in_china() -> None:
    assert end_of_day_in_china(date(2026, 12, 31)) == datetime(2026, 12, 31, 16)
    assert abs((utc_now() - datetime.now(UTC).replace(tzinfo=None)).total_seconds()) < 5


# --- at a terminal ----------------------------------------------------------------------------------------------------


def test_at_a_terminal_it_is_asked_for_twice_and_shown_to_nobody(tmp_path: Path) -> None:
    """The command on a terminal of its own, as an operator has it."""
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    child, terminal = pty.fork()
    if child == 0:
        command = [sys.executable, "-c", "import cli; cli.main()", "user", *ADD]
        os.execve(sys.executable, command, {**os.environ, "LIANXIN_LEDGER": url})
    seen = _until(terminal, "Password: ")  # the space stands there once nothing is shown any more
    os.write(terminal, f"{GOOD}\n".encode())
    seen += _until(terminal, "Again: ")
    os.write(terminal, f"{GOOD}\n".encode())
    seen += _until(terminal, "everybody has to log in")
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    os.close(terminal)
    assert GOOD not in seen
    with closing(Ledger.open(url)) as ledger:
        assert Passwords().fits(accounts.accounts(ledger)[0].password, GOOD)


def _until(terminal: int, words: str) -> str:
    seen = io.StringIO()
    while words not in seen.getvalue():
        seen.write(os.read(terminal, 1024).decode(errors="replace"))
    return seen.getvalue()


def test_two_that_differ_are_refused() -> None:
    typed = iter([GOOD, GOOD + "!"])
    with pytest.raises(BadQuestion, match="not the same"):
        _asked(lambda *_, **__: next(typed))
    with pytest.raises(BadQuestion, match="at least 12"):
        _asked(lambda *_, **__: "short")
