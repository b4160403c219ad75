"""IP finance 知识产权质押融资 for files: which rights may back which loans, date quantities, a value.

A bad case is set apart with its field, value and problem; the others go on.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

from lianxin.errors import BadFact, BadQuestion, UnreadableFile
from rules.calendar import Calendar, Weekends, official_calendar
from rules.ip_finance.dates import date_quantity
from rules.ip_finance.facts import Request, read_request
from rules.ip_finance.finding import Eligibility, assess
from rules.ip_finance.value import ValueRange, read_value_facts, value_range
from rules.json_facts import parse_json, read_value, shown
from services.case_files import Checked, case_rows, csv_text, day_text, refused_row, take_row

CASE_KEYS = ("case_id", "as_of", "facts")
CASE_REMARKS = frozenset({"title", "expected", "why", "reading"})

DATE_COLUMNS = ("case_id", "quantity", "inputs")
DATE_REMARKS = frozenset({"expected", "status", "note"})


class CalendarName(StrEnum):
    """工作日历 Which days are rest days."""

    OFFICIAL = "official"  # as the State Council's notices say
    WEEKENDS = "weekends"  # Saturdays and Sundays only

    @property
    def calendar(self) -> Calendar:
        return official_calendar() if self is CalendarName.OFFICIAL else Weekends()


# --- Which rights may back which loans --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Case:
    """One line of a case file."""

    id: str
    on: date
    request: Request


def check(path: Path, calendar: Calendar) -> Checked[Eligibility]:
    """The answer to every case of a file of JSON lines. Raises UnreadableFile."""
    found: Checked[Eligibility] = Checked()
    for row, line in _lines(path):
        id = ""
        try:
            given = _case_object(line)
            id = shown(given.get("case_id", "")).strip()
            case = _case(given)
            found.taken.append((case.id, assess(case.request, case.on, calendar)))
        except BadFact as bad:
            found.refused.append(refused_row(id, row, bad))
    return found


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines of a file that are not blank, each with its number from 1."""
    try:
        with path.open(encoding="utf-8-sig") as file:
            yield from ((number, line) for number, line in enumerate(file, 1) if line.strip())
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFile(
            path.name, None, f"cannot be read as UTF-8: {error}", f"不能按 UTF-8 读取：{error}"
        ) from error


def _case_object(line: str) -> Mapping[str, Any]:
    try:
        given = parse_json(line)
    except (ValueError, RecursionError) as error:
        raise BadFact("", line.strip()[:80], f"is no JSON: {error}", f"不是 JSON：{error}") from error
    if not isinstance(given, dict):
        raise BadFact("", shown(given)[:80], "is no JSON object", "不是 JSON 对象")
    return given


def _case(given: Mapping[str, Any]) -> Case:
    for key in given:
        if key not in CASE_KEYS and key not in CASE_REMARKS:
            raise BadFact(key, shown(given[key]), "is no declared key", "不是已登记的键")
    for key in CASE_KEYS:
        if given.get(key) in (None, ""):
            raise BadFact(key, "", "is blank", "为空")
    on = read_value(date, given["as_of"], "as_of")
    return Case(shown(given["case_id"]).strip(), on, read_request(given["facts"]))


def checked_csv(found: Checked[Eligibility]) -> str:
    """case_id, answer, failed, review, warnings, credit_repair_path, right_last_day, asset_answers (JSON)."""
    heading = ("case_id", "answer", "failed", "review", "warnings", "credit_repair_path", "right_last_day")
    return csv_text((*heading, "asset_answers"), ([id, *_cells(each)] for id, each in found.taken))


def _cells(each: Eligibility) -> list[str]:
    lists = (";".join(codes) for codes in (each.failed, each.review, each.warnings))
    path = "yes" if each.credit_repair_path else "no"
    answers = json.dumps(dict(each.asset_answers), ensure_ascii=False)
    return [each.answer, *lists, path, day_text(each.right_last_day), answers]


# --- Dates ------------------------------------------------------------------------------------------------------------


def check_dates(path: Path, calendar: Calendar) -> Checked[str]:
    """The value of every date quantity of a file. Raises UnknownField, UnreadableFile."""
    found: Checked[str] = Checked()
    for row, cells in case_rows(path, DATE_COLUMNS, DATE_COLUMNS, DATE_REMARKS.__contains__):
        take_row(found, row, cells, lambda cells: _quantity(cells, calendar))
    return found


def _quantity(cells: Mapping[str, str], calendar: Calendar) -> str:
    if not cells["case_id"].strip():
        raise BadFact("case_id", "", "is blank", "为空")
    try:
        inputs = parse_json(cells["inputs"])
    except ValueError as error:
        raise BadFact("inputs", cells["inputs"], f"is no JSON: {error}", f"不是 JSON：{error}") from error
    return date_quantity(cells["quantity"].strip(), inputs, calendar)


def dates_csv(found: Checked[str]) -> str:
    """case_id, value."""
    return csv_text(("case_id", "value"), found.taken)


# --- Value ------------------------------------------------------------------------------------------------------------


def value_of(path: Path) -> ValueRange:
    """The range of value from the facts of a JSON file. Raises BadQuestion for a refused fact, UnreadableFile."""
    try:
        given = parse_json(path.read_text("utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise UnreadableFile(path.name, None, f"is no JSON: {error}", f"不是 JSON：{error}") from error
    try:
        return value_range(read_value_facts(given))
    except BadFact as bad:
        raise BadQuestion(f"{path.name}: {bad.en}", f"{path.name}：{bad.zh}") from bad
