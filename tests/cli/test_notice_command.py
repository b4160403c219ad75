"""`lianxin repair notice`: a loaded penalty has its notice with dates the same day; and what is refused."""

import csv
import io
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from typer.testing import CliRunner

from cases import record_links
from cli import app
from graph.ledger import Ledger
from graph.memory_build import build
from lianxin.errors import BadQuestion, MissingSetting, NotKnown, StoreUnavailable
from loaders.penalties import SHUANGGONGSHI_2018
from loaders.run import run_load
from services.credit_records import event_handles
from services.notices import open_link

DAY = "2026-11-24"
BASE = "https://credit.example.gov.cn"
ROW = {
    "CF_XDR_MC": "杭州甲有限公司",
    "CF_XDR_LB": "法人及非法人组织",
    "CF_XDR_SHXYM": "91330113YANG00019U",
    "CF_WSH": "临建罚〔2026〕88号",
    "CF_WFXW": "未按规定备案",
    "CF_SY": "未按规定备案",
    "CF_YJ": "某条例",
    "CF_CFLB": "没收违法所得",
    "CF_NR": "没收违法所得 3000 元",
    "CF_JDRQ": "2026/11/24",
    "CF_YXQ": "2099/12/31",
    "CF_CFJG": "临平区住房和城乡建设局",
    "CF_CFJGDM": "",
    "CF_SJLY": "临平区住房和城乡建设局",
    "CF_SJLYDM": "",
}
CASE = {
    "case_id": "A1",
    "as_of": DAY,
    "kind": "penalty",
    "authority_system": "ndrc",
    "sanctions": "confiscate_income",
    "published": "yes",
    "document_date": DAY,
}


def write(path: Path, *rows: Mapping[str, str]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def words_of(document: bytes) -> str:
    body = Document(io.BytesIO(document)).element.body
    return "".join(each.text or "" for each in body.iter() if each.tag.endswith("}t"))


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Run a command that is set up with an address, raise its error or give what it printed."""
    monkeypatch.setenv("LIANXIN_BASE_URL", BASE)

    def command(*words: str) -> str:
        result = CliRunner().invoke(app, ["repair", "notice", *words], catch_exceptions=True)
        if result.exception is not None:
            raise result.exception
        return result.output

    return command


@pytest.fixture
def loaded(tmp_path: Path) -> str:
    """A ledger into which a penalty of the day was loaded."""
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    with closing(Ledger.open(url)) as ledger:
        run_load(ledger, SHUANGGONGSHI_2018, [write(tmp_path / "penalties.csv", ROW)])
    return url


def only_record(url: str) -> str:
    with closing(Ledger.open(url)) as ledger:
        view = build(ledger)
        (handle,) = event_handles(view)
        return f"{view.ref(handle).type}/{view.ref(handle).key}"


def links(url: str) -> int:
    with closing(Ledger.open(url)) as ledger:
        return len(record_links.links(ledger))


def test_a_loaded_penalty_has_its_notice_with_dates_the_same_day(
    run: Callable[..., str], loaded: str, tmp_path: Path
) -> None:
    out = tmp_path / "notice.docx"
    said = run(only_record(loaded), "--out", str(out), "--on", DAY, "--ledger", loaded)
    words = words_of(out.read_bytes())
    for word in ("杭州甲有限公司", "临建罚〔2026〕88号", "2027-02-25", "2027-02-24", "2027-11-24", f"{BASE}/r/"):
        assert word in words, word
    assert "合成数据" not in words
    token = words.partition(f"{BASE}/r/")[2][:22]
    assert token not in said, "the address opens the record: it is not printed where others read along"
    with closing(Ledger.open(loaded)) as ledger:
        opened = open_link(ledger, build(ledger), token, date.fromisoformat(DAY))
        assert opened.record is not None


def test_a_decision_of_a_case_file_has_its_notice_before_it_is_loaded(run: Callable[..., str], tmp_path: Path) -> None:
    url, out = f"sqlite:///{tmp_path / 'empty.db'}", tmp_path / "notice.docx"
    Ledger.open(url).close()
    cases = write(tmp_path / "cases.csv", CASE, {**CASE, "case_id": "A2", "sanctions": "warning"})
    named = ("--authority", "某局", "--number", "1 号", "--party", "乙公司", "--on", DAY, "--ledger", url)
    run("--cases", str(cases), "--case", "A1", "--out", str(out), *named)
    assert "2027-02-25" in words_of(out.read_bytes())
    assert "乙公司" in words_of(out.read_bytes())
    assert links(url) == 1
    with pytest.raises(BadQuestion, match="has 2 such rows; name one with --case"):
        run("--cases", str(cases), "--out", str(out), *named)
    with pytest.raises(BadQuestion, match="has 0 such rows"):
        run("--cases", str(cases), "--case", "A9", "--out", str(out), *named)
    assert links(url) == 1


@pytest.mark.parametrize(
    ("changed", "words", "error", "match"),
    [
        ({"document_date": "2026-02-30"}, (), BadQuestion, "row 1: document_date is refused"),
        ({"sanctions": ""}, (), BadQuestion, "row 1: sanctions is refused"),
        ({}, ("--number", ""), BadQuestion, "number: 1 to 100 characters"),
        ({}, ("--authority-code", "123"), BadQuestion, "not a unified social credit code"),
        ({}, ("--expires-on", "2026-11-23"), BadQuestion, "is over already"),
        ({}, ("Penalty/x",), BadQuestion, "and not both"),
        ({}, ("--base-url", "credit.example"), MissingSetting, "is no address"),
        ({}, ("--out", "{folder}/none/a.docx"), StoreUnavailable, "cannot be written"),
    ],
)
def test_what_is_refused_leaves_neither_file_nor_link(
    run: Callable[..., str],
    tmp_path: Path,
    changed: dict[str, str],
    words: tuple[str, ...],
    error: type[Exception],
    match: str,
) -> None:
    url, out = f"sqlite:///{tmp_path / 'empty.db'}", tmp_path / "notice.docx"
    Ledger.open(url).close()
    cases = write(tmp_path / "cases.csv", {**CASE, **changed})
    named = ["--authority", "某局", "--number", "1", "--on", DAY, "--ledger", url, "--out", str(out)]
    with pytest.raises(error, match=match):
        run("--cases", str(cases), *named, *(word.replace("{folder}", str(tmp_path)) for word in words))
    assert not out.exists()
    assert links(url) == 0


def test_an_unknown_record_and_nothing_at_all_are_refused(run: Callable[..., str], loaded: str, tmp_path: Path) -> None:
    out = ("--out", str(tmp_path / "a.docx"), "--ledger", loaded)
    with pytest.raises(NotKnown):
        run("Penalty/nobody", *out)
    with pytest.raises(BadQuestion, match="name a RECORD of the ledger, or --cases"):
        run(*out)


def test_without_an_address_it_says_what_to_set(
    run: Callable[..., str], loaded: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LIANXIN_BASE_URL")
    record: Any = only_record(loaded)
    with pytest.raises(MissingSetting, match="LIANXIN_BASE_URL=https://"):
        run(record, "--out", str(tmp_path / "a.docx"), "--ledger", loaded)
    run(record, "--out", str(tmp_path / "a.docx"), "--ledger", loaded, "--base-url", BASE)
