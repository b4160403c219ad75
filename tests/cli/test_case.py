"""`lianxin case`: a case is opened, acted in, shown, ticked and verified; wrong questions end with the code 2."""

import json
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from cases import accounts, event_log, notices
from cases.accounts import Duty, Role
from graph.ledger import Ledger
from lianxin.clock import utc_now

DEMAND = json.dumps({"topic": "training", "demand": "焊工培训的名额不够"})
FIRM = "91330113YANG00019U"
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(own_demo_ledger: Ledger) -> Run:
    """Run a command on a ledger of its own, as people do."""

    def command(*arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        whole = [sys.executable, "-c", "from cli import main; main()", "case", *arguments]
        done = subprocess.run(
            [*whole, "--ledger", own_demo_ledger.url], capture_output=True, text=True, check=False, timeout=120
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done

    return command


def opened(run: Run) -> None:
    run("open", "hr-channel", "--as", "enterprise", "--enterprise", FIRM, "--values", DEMAND, "--key", "k")


def test_a_case_from_the_command_line(run: Run, own_demo_ledger: Ledger, tmp_path: Path) -> None:
    opened(run)
    opened(run)  # the same key: one case
    assert "第 1 号案件到第 2 版" in run("act", "1", "take", "--as", "lead_department", "--version", "1").stdout
    paper = tmp_path / "a.pdf"
    paper.write_bytes(b"%PDF-1")
    run("act", "1", "answer", "--as", "lead_department", "--version", "2",
        "--values", '{"sentence": "名额增加"}', "--file", str(paper))  # fmt: skip
    shown = run("show", "1").stdout
    assert "已答复" in shown
    assert "名额增加" in shown
    assert "content  满意，办结（提出诉求的企业）" in shown
    assert "人力资源服务诉求" in run("list").stdout
    assert "已答复" not in run("list", "--ended").stdout
    assert "1 cases, 3 events, 0 checkpoints: all hold" in run("verify").stdout
    assert "1 open cases" in run("tick", "--on", "2027-06-01").stdout
    assert "已办结" in run("list", "--ended").stdout
    assert "1 checkpoints" in run("verify").stdout
    with closing(Ledger.open(own_demo_ledger.url)) as ledger:
        assert event_log.checkpoints(ledger)[-1].digest in run("checkpoint").stdout


def test_what_is_refused_says_why_in_both_languages(run: Run) -> None:
    opened(run)
    stale = run("act", "1", "take", "--as", "lead_department", "--version", "7", code=1).stderr
    assert "不再是第 7 版" in stale
    assert "is at version 1, not 7" in stale
    assert "open now: take" in run("act", "1", "answer", "--as", "lead_department", "--version", "1", code=1).stderr
    for values in ("x", "[]"):
        run("act", "1", "take", "--as", "lead_department", "--version", "1", "--values", values, code=2)
    run("act", "1", "take", "--as", "lead_department", "--version", "1", "--file", "/none", code=2)
    run("show", "9", code=1)
    run("tick", "--on", "2026-13-01", code=2)


def test_handing_over_and_who_is_told(run: Run, own_demo_ledger: Ledger) -> None:
    opened(run)
    for name in ("lead", "lead.two"):
        accounts.add(own_demo_ledger, name, Duty(Role.LEAD_DEPARTMENT), "no hash", utc_now())
    run("contact", "lead", "--address", "lead@linping.example", "--no-reminders", "--deputy", "lead.two",
        "--from", "2026-12-01", "--to", "2026-12-05")  # fmt: skip
    found = notices.contact(own_demo_ledger, "lead")
    assert (found.address, found.reminders, found.superior) == ("lead@linping.example", False, None)
    assert (found.deputy_on(date(2026, 12, 5)), found.deputy_on(date(2026, 12, 6))) == ("lead.two", None)
    run("contact", "lead", "--address", "nowhere", code=2)
    run("hand-over", "1", "--as", "lead_department", "--to", "lead", "--version", "1")
    assert "移交" in run("show", "1").stdout or "hand_over" in run("show", "1").stdout
    run("hand-over", "1", "--as", "enterprise", "--to", "lead", "--version", "2", code=2)


def test_a_broken_chain_ends_with_a_code_and_names_the_event(run: Run, own_demo_ledger: Ledger) -> None:
    opened(run)
    with own_demo_ledger.engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER case_event_no_update")
        connection.exec_driver_sql("UPDATE case_event SET actor = 'x'")
    assert "1/1: was changed" in run("verify", code=1).stderr


def test_definitions_are_checked_and_drawn(run: Run) -> None:
    opened(run)
    found = run("lint").stdout
    assert "credit-repair" in found
    assert "hr-channel" in found
    done = subprocess.run(
        [sys.executable, "-c", "from cli import main; main()", "case", "diagram", "credit-repair"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.startswith("%% credit-repair")
