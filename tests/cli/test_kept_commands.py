"""`lianxin repair links` and `erase`: a code is ended, what people wrote or handed in is taken out for good."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cases import documents, record_links, tout_reports
from cases.documents import Proof
from cases.record_links import LinkState
from cases.tout_reports import Told, draw_form
from cli import app
from graph.ledger import Ledger
from graph.ontology import Ref
from lianxin.errors import BadQuestion, Conflict, NotKnown

RECORD = Ref("Penalty", "临建罚〔2026〕88号")
SECRET = b"%PDF-1.7 a person of a name that stands nowhere else"


@pytest.fixture
def run(tmp_ledger: Ledger) -> Callable[..., str]:
    def command(*words: str) -> str:
        result = CliRunner().invoke(app, ["repair", *words, "--ledger", tmp_ledger.url])
        if result.exception is not None:
            raise result.exception
        return result.output

    return command


def test_links_are_listed_without_their_tokens_and_ended(run: Any, tmp_ledger: Ledger) -> None:
    assert "没有网址" in run("links", "list")
    token = record_links.make(tmp_ledger, RECORD, made_by="command", expires_on=date(2020, 1, 1))
    record_links.make(tmp_ledger, RECORD, made_by="command")
    listed = run("links", "list")
    assert token not in listed
    assert "过期" in listed
    assert "可用" in listed
    assert "没有网址" in run("links", "list", "--record", "别的记录")
    assert "已作废" in run("links", "end", "2")
    assert record_links.links(tmp_ledger)[0].state(date(2026, 11, 24)) is LinkState.ENDED
    with pytest.raises(Conflict):
        run("links", "end", "2")
    with pytest.raises(NotKnown):
        run("links", "end", "9")


def test_what_a_report_told_is_erased_and_the_report_stays(run: Any, tmp_ledger: Ledger) -> None:
    number = tout_reports.report(tmp_ledger, draw_form(), Told("要钱", contact="0571-0000 0000"))
    assert "备份" in run("erase", "report", number, "--yes")
    (left,) = tout_reports.reports(tmp_ledger)
    assert (left.number, left.told) == (number, None)
    with pytest.raises(Conflict):
        run("erase", "report", number, "--yes")
    for unknown in ("JB-000009", "JB-x"):
        with pytest.raises(NotKnown):
            run("erase", "report", unknown, "--yes")


def test_a_proof_is_erased_to_the_last_byte_and_may_be_handed_in_again(
    run: Any, tmp_ledger: Ledger, tmp_path: Path
) -> None:
    def keep() -> None:
        with tmp_ledger.changing() as connection:
            documents.keep(connection, Proof("a.pdf", SECRET))

    keep()
    digest = documents.hashlib.sha256(SECRET).hexdigest()
    assert documents.read(tmp_ledger, digest)[1] == SECRET
    assert "PDF" in run("erase", "proof", digest[:12], "--yes")
    with pytest.raises(NotKnown):
        documents.read(tmp_ledger, digest)
    with tmp_ledger.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    assert SECRET not in (tmp_path / "ledger.db").read_bytes()
    with pytest.raises(Conflict):
        run("erase", "proof", digest, "--yes")
    with pytest.raises(NotKnown):
        run("erase", "proof", "0" * 64, "--yes")
    with pytest.raises(BadQuestion):
        run("erase", "proof", "%", "--yes")
    keep()
    assert documents.read(tmp_ledger, digest)[1] == SECRET


def test_nothing_is_erased_without_a_yes(run: Any, tmp_ledger: Ledger) -> None:
    number = tout_reports.report(tmp_ledger, draw_form(), Told("要钱"))
    with pytest.raises((BadQuestion, SystemExit)):
        run("erase", "report", number)
    assert tout_reports.reports(tmp_ledger)[0].told is not None
