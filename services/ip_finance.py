"""IP finance 知识产权质押融资 for files: date quantities. A bad case is set apart; the others go on."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

from lianxin.errors import BadFact
from rules.calendar import Calendar, Weekends, official_calendar
from rules.ip_finance.dates import date_quantity
from rules.json_facts import parse_json
from services.repair import Checked, case_rows, csv_text, take_row

DATE_COLUMNS = ("case_id", "quantity", "inputs")
DATE_REMARKS = frozenset({"expected", "status", "note"})


class CalendarName(StrEnum):
    """工作日历 Which days are rest days."""

    OFFICIAL = "official"  # as the State Council's notices say
    WEEKENDS = "weekends"  # Saturdays and Sundays only

    @property
    def calendar(self) -> Calendar:
        return official_calendar() if self is CalendarName.OFFICIAL else Weekends()


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
