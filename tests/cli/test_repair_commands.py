"""`lianxin repair` and `lianxin rules` on files: outputs, bad rows, exit codes."""

import csv
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import icalendar
import pytest
from typer.testing import CliRunner

from cli import app
from lianxin.errors import BadQuestion, UnknownField
from rules.credit_repair.facts import READERS
from services.batch import evaluate

COLUMNS = ("case_id", "as_of", *READERS)
GOOD = {
    "case_id": "A1",
    "as_of": "2026-08-16",
    "kind": "penalty",
    "authority_system": "ndrc",
    "sanctions": "fine",
    "fine_band": "large",
    "published": "yes",
    "document_date": "2026-05-15",
    "duties_done": "yes",
    "public_commitment": "yes",
}
ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def run() -> Any:
    """Run a command: its exit code and what was printed."""

    def command(*words: str) -> tuple[int, str]:
        result = CliRunner().invoke(app, list(words), catch_exceptions=True)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.output

    return command


def write(
    path: Path, rows: Sequence[Mapping[str, str]], columns: Sequence[str] = COLUMNS, encoding: str = "utf-8"
) -> str:
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return str(path)


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# check


def test_check_reproduces_the_worked_cases(run: Any, cases_dir: Path, tmp_path: Path) -> None:
    for name in ("credit_repair.csv", "credit_repair_drill.csv"):
        out = tmp_path / name
        assert run("repair", "check", "--cases", str(cases_dir / name), "--out", str(out)) == (0, "")
        expected = {row["case_id"]: row for row in read(cases_dir / name)}
        for row in read(out):
            wanted = expected.pop(row["case_id"])
            for column in ("answer", "gravity", "not_before", "last_day"):
                assert row[column] == wanted[f"expected_{column}"], row["case_id"]
            for column in ("reasons", "notes"):
                assert set(row[column].split(";")) == set(wanted[f"expected_{column}"].split(";")), row["case_id"]
        assert expected == {}


def test_a_bad_row_is_set_apart_and_the_others_go_on(run: Any, tmp_path: Path) -> None:
    bad = [
        GOOD | {"case_id": "B1", "kind": "fine"},
        GOOD | {"case_id": "B2", "as_of": "2026-02-30"},
        GOOD | {"case_id": "", "as_of": "2026-02-01"},
        GOOD | {"case_id": "B4", "as_of": "2026-05-14"},
        GOOD | {"case_id": "B5", "fine_yuan": "5万"},
    ]
    cases, out = write(tmp_path / "in.csv", [bad[0], GOOD, *bad[1:]]), tmp_path / "out.csv"
    code, said = run("repair", "check", "--cases", cases, "--out", str(out))
    assert code == 3
    assert "5 行不合格" in said
    assert [row["case_id"] for row in read(out)] == ["A1"]
    refused = [(row["case_id"], row["row"], row["field"], row["value"]) for row in read(tmp_path / "out.errors.csv")]
    assert refused == [
        ("B1", "1", "kind", "fine"),
        ("B2", "3", "as_of", "2026-02-30"),
        ("", "4", "case_id", ""),
        ("B4", "5", "document_date", "2026-05-15"),
        ("B5", "6", "fine_yuan", "5万"),
    ]
    assert all(row["problem"] for row in read(tmp_path / "out.errors.csv"))


def test_an_error_file_of_an_earlier_run_is_removed(run: Any, tmp_path: Path) -> None:
    old = tmp_path / "out.errors.csv"
    old.write_text("old")
    assert (
        run("repair", "check", "--cases", write(tmp_path / "in.csv", [GOOD]), "--out", str(tmp_path / "out.csv"))[0]
        == 0
    )
    assert not old.exists()


def test_remarks_are_ignored_and_any_other_unknown_column_is_an_error(run: Any, tmp_path: Path) -> None:
    remarks = ("expected_answer", "expected_anything", "basis", "reading", "note")
    cases = write(tmp_path / "in.csv", [GOOD], (*COLUMNS, *remarks))
    assert run("repair", "check", "--cases", cases, "--out", str(tmp_path / "out.csv"))[0] == 0
    unknown = write(tmp_path / "in.csv", [GOOD], (*COLUMNS, "remark"))
    with pytest.raises(UnknownField, match="unknown field remark"):
        run("repair", "check", "--cases", unknown, "--out", str(tmp_path / "other.csv"))
    assert not (tmp_path / "other.csv").exists()
    lacking = write(tmp_path / "in.csv", [], [name for name in COLUMNS if name != "as_of"])
    with pytest.raises(UnknownField, match="missing field as_of"):
        run("repair", "check", "--cases", lacking, "--out", str(tmp_path / "other.csv"))


def test_a_file_may_lack_columns_that_are_blank_throughout_and_be_gb18030(run: Any, tmp_path: Path) -> None:
    cases = write(tmp_path / "in.csv", [GOOD | {"field": "住建"}], (*GOOD, "field"), "gb18030")
    assert run("repair", "check", "--cases", cases, "--out", str(tmp_path / "out.csv"))[0] == 0
    assert read(tmp_path / "out.csv")[0]["answer"] == "yes"


def test_a_ragged_row_is_set_apart(run: Any, tmp_path: Path) -> None:
    cases = tmp_path / "in.csv"
    write(cases, [GOOD])
    cases.write_text(cases.read_text() + "Z9,2026-01-01\n")
    assert run("repair", "check", "--cases", str(cases), "--out", str(tmp_path / "out.csv"))[0] == 3
    assert [row["case_id"] for row in read(tmp_path / "out.errors.csv")] == ["Z9"]


def test_a_sector_standard_classes_the_fine(run: Any, tmp_path: Path) -> None:
    row = GOOD | {"field": "住建", "fine_band": "", "fine_yuan": "50000"}
    standard = {
        "field": "住建", "from": "2026-01-01", "low_up_to": "60000", "huge_from": "900000", "citation": "分类标准",
    }  # fmt: skip
    cases, file = write(tmp_path / "in.csv", [row]), write(tmp_path / "standard.csv", [standard], tuple(standard))
    arguments = ("repair", "check", "--cases", cases, "--out", str(tmp_path / "out.csv"), "--standards")
    assert run(*arguments, file)[0] == 0
    assert read(tmp_path / "out.csv")[0]["gravity"] == "minor"
    bad = write(tmp_path / "standard.csv", [standard | {"citation": ""}], tuple(standard))
    with pytest.raises(BadQuestion, match=r'standard\.csv, row 1: citation ""'):
        run(*arguments, bad)


def test_a_standard_of_one_authority_is_named_as_one_that_no_case_can_use(run: Any, tmp_path: Path) -> None:
    row = GOOD | {"field": "住建", "fine_band": "", "fine_yuan": "50000"}
    standard = {
        "field": "住建", "authority": "临平区住房和城乡建设局", "from": "2026-01-01", "low_up_to": "60000",
        "huge_from": "900000", "citation": "分类标准",
    }  # fmt: skip
    cases, file = write(tmp_path / "in.csv", [row]), write(tmp_path / "standard.csv", [standard], tuple(standard))
    out = str(tmp_path / "out.csv")
    code, said = run("repair", "check", "--cases", cases, "--out", out, "--standards", file)
    assert code == 0
    assert "第 1 行（住建，临平区住房和城乡建设局）用不上" in said
    assert read(tmp_path / "out.csv")[0]["gravity"] == "undetermined"


def test_a_day_before_the_document_is_named_and_the_row_taken(run: Any, tmp_path: Path) -> None:
    cases = write(tmp_path / "in.csv", [GOOD, GOOD | {"case_id": "odd", "measure_ends_on": "2020-01-01"}])
    code, said = run("repair", "check", "--cases", cases, "--out", str(tmp_path / "out.csv"))
    assert code == 0
    assert "第 2 行 odd：measure_ends_on“2020-01-01”早于文书日期" in said
    assert "第 1 行" not in said
    assert [row["case_id"] for row in read(tmp_path / "out.csv")] == [GOOD["case_id"], "odd"]


def test_a_day_at_the_end_of_the_calendar_stops_no_file(run: Any, tmp_path: Path) -> None:
    far = GOOD | {"case_id": "far", "as_of": "9999-12-31", "document_date": "9999-12-01"}
    cases = write(tmp_path / "in.csv", [far, GOOD])
    assert run("repair", "check", "--cases", cases, "--out", str(tmp_path / "out.csv"))[0] == 3
    assert [row["case_id"] for row in read(tmp_path / "out.csv")] == [GOOD["case_id"]]
    (refused,) = read(tmp_path / "out.errors.csv")
    assert (refused["case_id"], refused["value"]) == ("far", "9999-12-31")
    assert "年份应在 1949 到 2200 之间" in refused["problem"]
    assert run("repair", "plan", cases, "--on", "2026-11-24")[0] == 3


# deadlines


def test_deadlines_reproduce_the_worked_cases(run: Any, cases_dir: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    assert run("repair", "deadlines", "--cases", str(cases_dir / "working_days.csv"), "--out", str(out)) == (0, "")
    expected = [
        {name.removeprefix("expected_"): value for name, value in row.items()}
        for row in read(cases_dir / "working_days.csv")
    ]
    assert read(out) == expected
    again = tmp_path / "again.csv"
    assert run("repair", "deadlines", "--cases", str(out), "--out", str(again)) == (0, "")
    assert read(again) == expected


def test_deadlines_set_bad_days_apart(run: Any, tmp_path: Path) -> None:
    columns = ("submitted_on",)
    cases = write(tmp_path / "in.csv", [{"submitted_on": "2026-13-01"}, {"submitted_on": "2026-04-03"}], columns)
    assert run("repair", "deadlines", "--cases", cases, "--out", str(tmp_path / "out.csv"))[0] == 3
    assert len(read(tmp_path / "out.csv")) == 1
    assert read(tmp_path / "out.errors.csv")[0]["field"] == "submitted_on"
    unknown = write(tmp_path / "in.csv", [], ("submitted_on", "received_on"))
    with pytest.raises(UnknownField, match="received_on"):
        run("repair", "deadlines", "--cases", unknown, "--out", str(tmp_path / "out.csv"))


# plan


def _records() -> Iterator[dict[str, str]]:
    yield GOOD | {"case_id": "P3", "as_of": ""}
    yield GOOD | {"case_id": "P2", "fine_band": "huge", "document_date": "2025-09-01", "public_commitment": "no"}
    yield GOOD | {"case_id": "P1", "fine_band": "low", "document_date": "2026-08-01", "public_commitment": ""}
    yield GOOD | {"case_id": "P4", "document_date": "2026-07-01", "duties_done": "no"}
    yield GOOD | {"case_id": "P5", "fine_band": "", "published": ""}
    yield GOOD | {"case_id": "P6", "published": "no"}
    yield GOOD | {
        "case_id": "P7",
        "sanctions": "warning",
        "document_date": "2026-08-10",
        "exclusion_decided_on": "2026-04-02",
    }


def test_a_plan_orders_by_day_then_gravity_then_id_and_lists_acts_once(run: Any, tmp_path: Path) -> None:
    cases, ics = write(tmp_path / "in.csv", list(_records())), tmp_path / "plan.ics"
    code, said = run("repair", "plan", cases, "--on", "2026-09-05", "--ics", str(ics))
    assert code == 0
    lines = said.splitlines()
    shown = [line.split()[0] for line in lines if line.strip().startswith("P")]
    assert shown == ["P2", "P3", "P1", "P4", "P7", "P5", "P6"]
    assert said.count("签署并公开信用承诺书") == 1
    assert "签署并公开信用承诺书（P2、P1）" in said
    assert re.search("P7 +不用申请，2026-11-11 起不再公示", said)
    assert "信用修复不收取任何费用" in said


def test_a_plan_leaves_as_a_calendar_file(run: Any, tmp_path: Path) -> None:
    cases, ics = write(tmp_path / "in.csv", list(_records())), tmp_path / "plan.ics"
    run("repair", "plan", cases, "--on", "2026-09-05", "--ics", str(ics))
    once = ics.read_bytes()
    events = list(icalendar.Calendar.from_ical(once).walk("VEVENT"))
    told = {str(event["summary"]): event.decoded("dtstart") for event in events}
    assert told["P4 可以申请信用修复"] == date(2026, 10, 2)
    assert told["P7 自动停止公示，无须申请"] == date(2026, 11, 11)
    assert all("free of charge" in str(event["description"]) for event in events)
    assert len({str(event["uid"]) for event in events}) == len(events) == 5
    run("repair", "plan", cases, "--on", "2026-09-05", "--ics", str(ics))
    assert ics.read_bytes() == once


def test_a_plan_needs_one_id_for_each_record(run: Any, tmp_path: Path) -> None:
    with pytest.raises(BadQuestion, match="A1 stands twice"):
        run("repair", "plan", write(tmp_path / "in.csv", [GOOD, GOOD]))


# rules


def test_the_table_is_printed_as_it_is_committed(run: Any) -> None:
    assert run("rules", "table") == (0, (ROOT / "docs" / "rules.md").read_text("utf-8"))
    code, said = run("rules", "table", "--format", "json")
    assert code == 0
    assert json.loads(said) == json.loads((ROOT / "docs" / "rules.json").read_text("utf-8"))


@pytest.mark.parametrize(
    ("changed", "change", "first"),
    [
        ({"fine_band": "low", "document_date": "2026-06-01"}, "gains", "2026-06-01"),
        ({"document_date": "2025-06-01", "public_commitment": "no"}, "gains", "2026-04-01"),
        ({"fine_band": "huge"}, "loses", "2027-05-16"),
        ({"fine_band": ""}, "review", "2026-04-01"),
        ({}, "same", ""),
        ({"public_commitment": "no"}, "same", ""),
    ],
)
def test_the_impact_of_a_change_of_law(
    run: Any, tmp_path: Path, changed: dict[str, str], change: str, first: str
) -> None:
    cases, out = write(tmp_path / "in.csv", [GOOD | changed]), tmp_path / "out.csv"
    arguments = ("rules", "impact", "--cases", cases, "--old", "NDRC-58", "--new", "NDRC-36", "--out", str(out))
    assert run(*arguments)[0] == 0
    (told,) = read(out)
    assert (told["change"], told["from"]) == (change, first)


def test_impact_takes_its_day_and_names_the_rule_sets(run: Any, tmp_path: Path) -> None:
    cases, out = write(tmp_path / "in.csv", [GOOD | {"as_of": "never"}]), tmp_path / "out.csv"
    arguments = ["rules", "impact", "--cases", cases, "--old", "NDRC-58", "--out", str(out), "--new"]
    assert run(*arguments, "NDRC-36", "--on", "2026-06-01")[0] == 0
    assert read(out)[0]["old_answer"] == "not_yet"
    with pytest.raises(BadQuestion, match="NDRC-58, NDRC-36, SAMR-2021, SAMR-107"):
        run(*arguments, "NDRC-37")


# The pool


def square(number: int) -> int:
    return number * number


def test_a_pool_answers_in_order_as_one_process_does() -> None:
    questions = [5, 3, 5, 8, 3]
    assert (
        evaluate(square, questions) == evaluate(abs(2).__pow__ and square, questions, processes=1) == [25, 9, 25, 64, 9]
    )
    assert evaluate(abs, [-5, 3, -5], processes=2) == [5, 3, 5]
