"""Periods in months 月 and in Chinese working days 工作日.

A period of n months ends on the corresponding day n months later or, where that month has none, on its last day.
Working days include the make-up Saturdays and Sundays 调休上班 and leave out the public holidays, as the notice of the
State Council says for each year (calendar.yaml). The start day is not counted. A year without its notice is refused,
never guessed.
"""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Protocol

from lianxin.errors import BadParameter, CalendarMissing
from rules.declared import read_declared
from rules.law import Citation, ReadingMark, Text

DAY = timedelta(days=1)
SATURDAY = 5


@lru_cache(maxsize=50_000)  # a district's records begin on some thousand days
def months_after(day: date, months: int) -> date:
    """The corresponding day so many months later, or the last day of that month: 31 August + 6 = 28 February."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    month += 1
    if day.day > 28:  # every month has 28 days; only later days need the length of theirs
        return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
    return date(year, month, day.day)


@dataclass(frozen=True, slots=True)
class Year:
    """The notice of one year: days off 放假, and weekend days on which one works 调休上班."""

    off: frozenset[date]
    working: frozenset[date]
    citation: Citation


class WorkingDays:
    """工作日历 The years that are loaded. All questions raise CalendarMissing for a day of any other."""

    def __init__(self, years: Mapping[int, Year]) -> None:
        self.years = years

    def is_working(self, day: date) -> bool:
        year = self.year(day.year)
        return day in year.working or (day.weekday() < SATURDAY and day not in year.off)

    def year(self, number: int) -> Year:
        if number not in self.years:
            raise CalendarMissing(number)
        return self.years[number]

    def after(self, start: date, count: int) -> date:
        """The last day of a limit of so many working days; the start day is not counted and may lie in any year."""
        day = start
        while count > 0:
            day += DAY
            count -= self.is_working(day)
        return day

    def between(self, start: date, end: date) -> int:
        """How many working days lie after `start`, up to and including `end`."""
        return sum(self.is_working(start + DAY * n) for n in range(1, (end - start).days + 1))


@cache
def official_calendar() -> WorkingDays:
    """The calendar of calendar.yaml. Raises BadParameter for a year without its notice."""
    return read_calendar("rules/calendar.yaml", (files("rules") / "calendar.yaml").read_text("utf-8"))


def read_calendar(name: str, yaml_text: str) -> WorkingDays:
    """Read the years of a calendar file. Raises BadParameter."""
    return WorkingDays({year: _read_year(name, year, given) for year, given in read_declared(name, yaml_text).items()})


def _read_year(name: str, year: int, given: Mapping[str, Any]) -> Year:
    if not isinstance(given, dict) or given.keys() != {"notice", "holidays", "worked"}:
        raise BadParameter(
            name, str(year), "needs exactly notice, holidays, worked", "应有且只有 notice、holidays、worked"
        )
    off = frozenset(day for first, last in given["holidays"] for day in _days(name, first, last))
    loaded = Year(off, frozenset(given["worked"]), _notice(name, year, given["notice"]))
    if wrong := sorted(day for day in loaded.off | loaded.working if day.year != year):
        raise BadParameter(name, str(year), f"{wrong[0]} lies in another year", f"{wrong[0]} 不在这一年")
    if wrong := sorted(day for day in loaded.working if day in off or day.weekday() < SATURDAY):
        raise BadParameter(
            name, str(year), f"{wrong[0]} is no weekend day that is worked", f"{wrong[0]} 不是调休上班日"
        )
    return loaded


def _days(name: str, first: date, last: date) -> list[date]:
    if last < first:
        raise BadParameter(name, str(first), f"ends on {last}, before it begins", f"止于 {last}，早于首日")
    return [first + DAY * n for n in range((last - first).days + 1)]


def _notice(name: str, year: int, given: Any) -> Citation:
    needed = {"id", "title", "number", "place", "mark"}
    if not isinstance(given, dict) or given.keys() != needed:
        names = ", ".join(sorted(needed))
        raise BadParameter(name, str(year), f"has a notice that needs exactly {names}", f"notice 应有且只有 {names}")
    text = Text(given["id"], given["title"], given["number"])
    return text.at(given["place"], ReadingMark(given["mark"]))


# --- A last day that is a rest day 期满日遇休息日 ---------------------------------------------------------------------


class Calendar(Protocol):
    """What tells working days from rest days."""

    def is_working(self, day: date) -> bool:
        """Raises CalendarMissing for a day of a year that is not loaded."""
        ...


class Weekends:
    """周末历 Saturdays and Sundays are the only rest days: for tables of days that were written so."""

    def is_working(self, day: date) -> bool:
        return day.weekday() < SATURDAY


def working_from(calendar: Calendar, day: date) -> date:
    """The day itself, or the next working day where it is a rest day. Raises CalendarMissing."""
    while not calendar.is_working(day):
        day += DAY
    return day


def is_over(calendar: Calendar, last_day: date, on: date) -> bool:
    """Whether a period is over on a day, if a last day that is a rest day moves to the next working day.

    One working day between them is enough to know. Raises CalendarMissing only where none of a loaded year is.
    """
    missing: CalendarMissing | None = None
    day = on - DAY
    while day >= last_day:
        try:
            if calendar.is_working(day):
                return True
        except CalendarMissing as not_loaded:
            missing = missing or not_loaded
        day -= DAY
    if missing is not None:
        raise missing
    return False
