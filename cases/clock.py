"""Clocks 时限: how many days have been used and by which side, and which day is the last.

A day of a year whose holidays are not loaded is counted as a working day: the last day is then the earliest possible
one, and provisional 暂定. Nothing is guessed: it can only move back.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from cases.case import Case, Run, Stretch
from cases.definition import Clock, Unit
from lianxin.errors import CalendarMissing
from rules.calendar import DAY, WorkingDays, months_after


@dataclass(frozen=True, slots=True)
class Due:
    """The last day of a limit. `missing`: the years without a calendar that it rests on; then it is provisional."""

    day: date
    missing: tuple[int, ...] = ()

    @property
    def provisional(self) -> bool:
        return bool(self.missing)

    def text(self) -> str:
        """As an event tells it: the day, with a mark where it is provisional."""
        return self.day.isoformat() + ("?" if self.provisional else "")


@dataclass(frozen=True, slots=True)
class Reading:
    """How a clock stands on a day. `used` by the one it runs against, `stood` by the other side; in days of its unit.

    `due`: None while it stands still.
    """

    clock: Clock
    run: Run
    limit: int
    used: int
    stood: int
    due: Due | None


def _counts(calendar: WorkingDays, unit: Unit, day: date) -> tuple[bool, int | None]:
    """Whether a day counts, and its year where no calendar says so."""
    if unit is Unit.CALENDAR_DAYS:
        return True, None
    try:
        return calendar.is_working(day), None
    except CalendarMissing:
        return True, day.year


def after(calendar: WorkingDays, start: date, count: int, unit: Unit = Unit.WORKING_DAYS) -> Due:
    """The last day of so many days, or months; the start day is not counted."""
    if unit is Unit.MONTHS:
        return Due(months_after(start, count))
    day, missing = start, set[int]()
    while count > 0:
        day += DAY
        counts, year = _counts(calendar, unit, day)
        count -= counts
        missing |= set() if year is None else {year}
    return Due(day, tuple(sorted(missing)))


def before(calendar: WorkingDays, day: date, count: int) -> date:
    """The day that lies so many working days before another; a day of a year without a calendar counts."""
    while count > 0:
        day -= DAY
        count -= _counts(calendar, Unit.WORKING_DAYS, day)[0]
    return day


def between(calendar: WorkingDays, start: date, end: date, unit: Unit) -> int:
    """How many days, or whole months, lie after `start`, up to and including `end`."""
    if unit is Unit.MONTHS:
        months = max(0, (end.year - start.year) * 12 + end.month - start.month)
        return months if months == 0 or months_after(start, months) <= end else months - 1
    return sum(_counts(calendar, unit, start + DAY * n)[0] for n in range(1, (end - start).days + 1))


def reading(calendar: WorkingDays, clock: Clock, run: Run, on: date) -> Reading:
    """How a clock stands on a day. Raises NotInForce where its number is not in force when it starts."""
    until = run.until
    limit = clock.days.on(run.started) if until is None else between(calendar, run.started, until, clock.unit)
    closed = [each for each in run.stretches if each.runs and each.end is not None]
    last = run.stretches[-1]
    left = max(0, limit - _sum(calendar, clock.unit, closed, on))
    due = _due(calendar, clock, run, left) if last.runs else None
    used = _sum(calendar, clock.unit, (each for each in run.stretches if each.runs), on)
    stood = _sum(calendar, clock.unit, (each for each in run.stretches if not each.runs), on)
    return Reading(clock, run, limit, used, stood, due)


def _due(calendar: WorkingDays, clock: Clock, run: Run, left: int) -> Due:
    return Due(run.until) if run.until is not None else after(calendar, run.stretches[-1].start, left, clock.unit)


def _sum(calendar: WorkingDays, unit: Unit, stretches: Iterable[Stretch], on: date) -> int:
    return sum(between(calendar, each.start, each.end or on, unit) for each in stretches)


def readings(calendar: WorkingDays, case: Case, on: date) -> list[Reading]:
    """All clocks of a case, as its definition orders them."""
    return [
        reading(calendar, clock, case.runs[clock.name], on)
        for clock in case.definition.clocks
        if clock.name in case.runs
    ]


def told(calendar: WorkingDays, case: Case, on: date) -> dict[str, str]:
    """The last days of the clocks that run, as an event tells them."""
    return {each.clock.name: each.due.text() for each in readings(calendar, case, on) if each.due is not None}
