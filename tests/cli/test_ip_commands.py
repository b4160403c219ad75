"""`lianxin ip` on files: outputs, bad cases, exit codes."""

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
FACTS = {
    "asset_kind": "SOFTWARE_COPYRIGHT",
    "consent_status": "granted",
    "consent_scope": ["ip_pledge"],
    "consent_valid_until": "2027-01-01",
    "register_owners": ["LP-1"],
    "pledgors": ["LP-1"],
    "holder_type": "LEGAL_PERSON",
    "first_publication_date": "2020-06-01",
    "registration_certificate": True,
    "entity_status": "OPERATING",
    "bankruptcy": "none",
    "penalties_displayed": "none",
    "debtor_is_pledgor": True,
    "debt_end": "2028-11-30",
}


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(path: Path, lines: Sequence[Any]) -> Path:
    path.write_text("".join(f"{each if isinstance(each, str) else json.dumps(each)}\n" for each in lines), "utf-8")
    return path


def case(id: str, **changed: Any) -> Mapping[str, Any]:
    return {"case_id": id, "as_of": "2026-11-23", "facts": {**FACTS, **changed}}


# check


def test_check_reproduces_the_worked_cases(run: Run, cases_dir: Path, tmp_path: Path) -> None:
    given, out = cases_dir / "ip_finance.jsonl", tmp_path / "out.csv"
    assert run("ip", "check", "--cases", given, "--out", out, "--calendar", "weekends").returncode == 0
    found = {row.pop("case_id"): row for row in read(out)}
    assert len(found) == 155
    for line in given.read_text("utf-8").splitlines():
        wanted = json.loads(line)
        expected, row = wanted["expected"], found[wanted["case_id"]]
        for name in ("failed", "review", "warnings"):
            assert row[name] == ";".join(expected[name]), wanted["case_id"]
        assert row["answer"] == expected["answer"]
        assert row["credit_repair_path"] == ("yes" if expected["credit_repair_path"] else "no")
        assert row["right_last_day"] == expected["right_last_day"]
        assert json.loads(row["asset_answers"]) == expected["asset_answers"]


def test_a_bad_case_is_set_apart_by_field_and_value_and_the_others_go_on(run: Run, tmp_path: Path) -> None:
    bad = {
        "B1": {"debt_start": "2028-12-01"},
        "B2": {"holder_type": "COMPANY"},
        "B3": {"debt_end": "2028-02-30"},
        "B4": {"loan_amount": -1},
        "B5": {"colour": "red"},
        "B6": {"assets": {"A1": {"grant_announcement_date": "2019-01-01", "filing_date": "2019-01-02"}}},
    }
    lines: list[Any] = [case(id, **changed) for id, changed in bad.items()]
    lines += [
        "{",
        {"case_id": "B7", "facts": {}},
        {**case("B8"), "as_of": "2026-13-01"},
        {**case("B9"), "colour": 1},
        "[]",
    ]
    lines += [
        '{"case_id": "B10", "case_id": "B11"}',
        "",
        {**case("G1"), "title": "t", "expected": {}, "why": "w", "reading": "F"},
    ]
    out = tmp_path / "out.csv"
    ran = run("ip", "check", "--cases", write(tmp_path / "cases.jsonl", lines), "--out", out)
    assert ran.returncode == 3
    assert [(row["case_id"], row["answer"]) for row in read(out)] == [("G1", "yes")]
    refused = [
        (each["case_id"], each["row"], each["field"], each["value"]) for each in read(tmp_path / "out.errors.csv")
    ]
    assert refused == [
        ("B1", "1", "debt_end", "2028-11-30"),
        ("B2", "2", "holder_type", "COMPANY"),
        ("B3", "3", "debt_end", "2028-02-30"),
        ("B4", "4", "loan_amount", "-1"),
        ("B5", "5", "colour", "red"),
        ("B6", "6", "assets.A1.grant_announcement_date", "2019-01-01"),
        ("", "7", "", "{"),
        ("B7", "8", "as_of", ""),
        ("B8", "9", "as_of", "2026-13-01"),
        ("B9", "10", "colour", "1"),
        ("", "11", "", "[]"),
        ("", "12", "", '{"case_id": "B10", "case_id": "B11"}'),
    ]
    assert all(each["problem"] for each in read(tmp_path / "out.errors.csv"))


def test_an_error_file_of_an_earlier_run_is_removed(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    assert run("ip", "check", "--cases", write(tmp_path / "bad.jsonl", ["{"]), "--out", out).returncode == 3
    assert (tmp_path / "out.errors.csv").exists()
    assert run("ip", "check", "--cases", write(tmp_path / "good.jsonl", [case("G1")]), "--out", out).returncode == 0
    assert not (tmp_path / "out.errors.csv").exists()


def test_the_official_calendar_is_the_default_and_a_missing_year_asks_a_person(run: Run, tmp_path: Path) -> None:
    patent = {
        "asset_kind": "INVENTION",
        "legal_status": "GRANTED",
        "filing_date": "2019-10-01",
        "grant_announcement_date": "2021-08-10",
        "term_compensation_status": "none",
        "fees_paid_through_year": 7,
    }
    lines = [{**case("holiday", **patent), "as_of": "2026-10-08"}, {**case("2027", **patent), "as_of": "2027-04-02"}]
    lines[1]["facts"]["consent_valid_until"] = "2028-01-01"
    given = write(tmp_path / "cases.jsonl", lines)
    said = {}
    for calendar in ("official", "weekends", None):
        words = () if calendar is None else ("--calendar", calendar)
        assert run("ip", "check", "--cases", given, "--out", tmp_path / "out.csv", *words).returncode == 0
        said[calendar] = [(row["answer"], row["failed"], row["review"]) for row in read(tmp_path / "out.csv")]
    assert said["official"] == [("yes", "", ""), ("review", "", "P-05;CALENDAR_MISSING")]
    assert said["weekends"] == [("not_yet", "P-05", ""), ("review", "", "P-05")]
    assert said[None] == said["official"]


# dates


def test_dates_reproduces_the_worked_dates(run: Run, cases_dir: Path, tmp_path: Path) -> None:
    given, out = cases_dir / "ip_dates.csv", tmp_path / "out.csv"
    assert run("ip", "dates", "--cases", given, "--out", out, "--calendar", "weekends").returncode == 0
    with given.open(encoding="utf-8-sig", newline="") as file:
        expected = [{"case_id": row["case_id"], "value": row["expected"]} for row in csv.DictReader(file)]
    assert read(out) == expected


def test_a_bad_quantity_is_set_apart(run: Run, tmp_path: Path) -> None:
    rows = [
        ("D1", "patent_last_day", '{"asset_kind": "DESIGN", "filing_date": "2021-02-29"}'),
        ("D2", "patent_first_day", "{}"),
        ("D3", "annual_fee_due_day", "{"),
        ("D4", "trademark_last_day", '{"registration_date": "2016-05-21"}'),
    ]
    given, out = tmp_path / "dates.csv", tmp_path / "out.csv"
    with given.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("case_id", "quantity", "inputs"), *rows])
    assert run("ip", "dates", "--cases", given, "--out", out).returncode == 3
    assert read(out) == [{"case_id": "D4", "value": "2026-05-20"}]
    refused = [(each["case_id"], each["row"], each["field"]) for each in read(tmp_path / "out.errors.csv")]
    assert refused == [("D1", "1", "filing_date"), ("D2", "2", "quantity"), ("D3", "3", "inputs")]


# value


def _band(low: float, base: float, high: float) -> dict[str, Any]:
    return {"low": low, "base": base, "high": high, "source": "worked example", "status": "CFG/U"}


EXAMPLE = {
    "asset_kind": "INVENTION",
    "r0": 20_000_000,
    "legal_life_years": 12.5,
    "parameters": {
        "rho": _band(0.02, 0.03, 0.05),
        "s": _band(0.3, 0.4, 0.5),
        "t": _band(4, 6, 8),
        "g": _band(-0.05, 0, 0.05),
        "r": _band(0.25, 0.20, 0.15),
        "lambda": _band(0.08, 0.05, 0.03),
    },
}


def test_value_prints_the_worked_range(run: Run, tmp_path: Path) -> None:
    given = write(tmp_path / "facts.json", [EXAMPLE])
    ran = run("ip", "value", "--facts", given, "--json")
    found = json.loads(ran.stdout)
    assert (ran.returncode, found["low"], found["base"], found["high"]) == (0, 237_324, 753_100, 2_580_900)
    assert found["drivers"][0] == {"name": "rho", "low": 502_067, "high": 1_255_167, "swing": 753_100}
    assert "237,324 至 2,580,900 元" in run("ip", "value", "--facts", given).stdout


@pytest.mark.parametrize(
    ("given", "named"),
    [({"asset_kind": "INVENTION", "legal_life_years": 12.5}, "登记信息"), ({**EXAMPLE, "r0": -1}, "r0"), ("{", "JSON")],
)
def test_a_value_without_its_basis_is_refused(run: Run, tmp_path: Path, given: Any, named: str) -> None:
    ran = run("ip", "value", "--facts", write(tmp_path / "facts.json", [given]), "--json")
    assert ran.returncode in (1, 2)
    assert named in ran.stderr
    assert ran.stdout == ""
