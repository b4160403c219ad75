"""Months and working days."""

from datetime import date, timedelta

import chinese_calendar
import pytest

from lianxin.errors import BadParameter, CalendarMissing
from rules.calendar import months_after, official_calendar, read_calendar

CALENDAR = official_calendar()
YEAR_2026 = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2026-05-15", 3, "2026-08-15"),
        ("2026-08-31", 6, "2027-02-28"),
        ("2026-11-30", 3, "2027-02-28"),
        ("2026-11-29", 3, "2027-02-28"),
        ("2027-11-29", 3, "2028-02-29"),
        ("2027-11-30", 3, "2028-02-29"),
        ("2028-02-29", 12, "2029-02-28"),
        ("2028-02-29", 36, "2031-02-28"),
        ("2026-12-31", 3, "2027-03-31"),
        ("2026-12-31", 12, "2027-12-31"),
        ("2026-01-31", 0, "2026-01-31"),
    ],
)
def test_a_period_ends_on_the_corresponding_day_or_the_last_of_the_month(start: str, months: int, end: str) -> None:
    assert months_after(date.fromisoformat(start), months) == date.fromisoformat(end)


def test_2026_agrees_with_an_independent_calendar() -> None:
    ours = {day: CALENDAR.is_working(day) for day in YEAR_2026}
    assert ours == {day: chinese_calendar.is_workday(day) for day in YEAR_2026}


def test_the_start_day_is_not_counted_and_may_lie_in_an_unloaded_year() -> None:
    assert CALENDAR.after(date(2026, 4, 3), 0) == date(2026, 4, 3)
    assert CALENDAR.after(date(2025, 12, 31), 1) == date(2026, 1, 4)  # a Sunday that is worked


def test_counting_and_adding_agree() -> None:
    for count in range(1, 40):
        end = CALENDAR.after(date(2026, 4, 3), count)
        assert CALENDAR.is_working(end)
        assert CALENDAR.between(date(2026, 4, 3), end) == count


@pytest.mark.parametrize(("start", "year"), [("2026-12-31", 2027), ("2025-06-01", 2025)])
def test_a_year_that_is_not_loaded_is_refused(start: str, year: int) -> None:
    with pytest.raises(CalendarMissing) as refused:
        CALENDAR.after(date.fromisoformat(start), 1)
    assert refused.value.year == year
    assert str(year) in refused.value.zh


NOTICE = "{id: N, title: T, number: '1', place: '', mark: F}"


@pytest.mark.parametrize(
    ("year", "problem"),
    [
        ("{holidays: [], worked: []}", "needs exactly"),
        (f"{{notice: {NOTICE}, holidays: [[2030-01-03, 2030-01-01]], worked: []}}", "before it begins"),
        (f"{{notice: {NOTICE}, holidays: [[2031-01-01, 2031-01-01]], worked: []}}", "another year"),
        (f"{{notice: {NOTICE}, holidays: [], worked: [2030-01-01]}}", "no weekend day"),
        ("{notice: {id: N}, holidays: [], worked: []}", "a notice that needs exactly"),
        (f"{{notice: {NOTICE}, holidays: [[2030-02-30, 2030-03-01]], worked: []}}", "cannot be read"),
        (f"{{notice: {NOTICE}, holidays: [], worked: []}}\n2030: {{}}", "2030 stands twice"),
    ],
)
def test_a_bad_year_is_refused_by_name(year: str, problem: str) -> None:
    with pytest.raises(BadParameter, match=problem):
        read_calendar("calendar.yaml", f"2030: {year}")
