"""Time limits 时限 after an application: acceptance, decision, feedback, in working days.

Three from receipt for acceptance; seven more for the decision, counted from the last day for acceptance; ten from
submission for Credit China's feedback. The day of submission is taken as the day of receipt.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from lianxin.errors import CalendarMissing
from rules.calendar import DAY, WorkingDays
from rules.credit_repair.matter import BOOK
from rules.parameters import whole

ACCEPT: Final = BOOK.parameter("accept_days", whole)
DECIDE: Final = BOOK.parameter("decide_days", whole)
FEEDBACK: Final = BOOK.parameter("feedback_days", whole)
DAYS: Final = (ACCEPT, DECIDE, FEEDBACK)

Limit = date | CalendarMissing


@dataclass(frozen=True, slots=True)
class Deadlines:
    """The last day of each limit, or which year's calendar is missing to tell it."""

    submitted_on: date
    accept_by: Limit
    decide_by: Limit
    feedback_by: Limit


def deadlines(submitted_on: date, calendar: WorkingDays) -> Deadlines:
    """The limits of an application submitted, and received, on a day."""
    try:
        calendar.year((submitted_on + DAY).year)  # the first day that may count; the start day does not
    except CalendarMissing as missing:
        return Deadlines(submitted_on, missing, missing, missing)
    accept = _limit(calendar, submitted_on, ACCEPT.on(submitted_on))
    decide = _limit(calendar, accept, DECIDE.on(submitted_on))
    return Deadlines(submitted_on, accept, decide, _limit(calendar, submitted_on, FEEDBACK.on(submitted_on)))


def _limit(calendar: WorkingDays, start: Limit, count: int) -> Limit:
    if isinstance(start, CalendarMissing):
        return start
    try:
        return calendar.after(start, count)
    except CalendarMissing as missing:
        return missing
