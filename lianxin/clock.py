"""The clock of the country: days of the law change at midnight in China, wherever the machine stands."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final

CHINA: Final = timezone(timedelta(hours=8))  # one zone, without summer time since 1991


def china_today() -> date:
    """Today in China. Only the command line and the start of the server ask; everything below is told the day."""
    return day_in_china(datetime.now(UTC))


def day_in_china(at: datetime) -> date:
    """The day in China at a moment that knows its zone."""
    return at.astimezone(CHINA).date()


def utc_now() -> datetime:
    """The moment in UTC, as the ledger keeps it: without its zone."""
    return datetime.now(UTC).replace(tzinfo=None)


def end_of_day_in_china(day: date) -> datetime:
    """The moment, as the ledger keeps it, when a day is over in China."""
    midnight = datetime.combine(day + timedelta(days=1), datetime.min.time(), CHINA)
    return midnight.astimezone(UTC).replace(tzinfo=None)
