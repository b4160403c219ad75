"""The clock of the country: in the last eight hours of a UTC day it is the next day in China."""

from datetime import UTC, date, datetime
from pathlib import Path

from lianxin.clock import day_in_china

ROOT = Path(__file__).parent.parent
FLOORS = ("lianxin", "graph", "rules", "cases", "loaders", "services", "web", "cli")


def test_the_day_changes_at_midnight_in_china() -> None:
    assert day_in_china(datetime(2026, 11, 24, 15, 59, 59, tzinfo=UTC)) == date(2026, 11, 24)
    assert day_in_china(datetime(2026, 11, 24, 16, 0, 0, tzinfo=UTC)) == date(2026, 11, 25)


def test_nobody_asks_the_machine_for_its_own_day() -> None:
    asking = [
        str(path.relative_to(ROOT))
        for floor in FLOORS
        for path in (ROOT / floor).rglob("*.py")
        if "date.today" in path.read_text(encoding="utf-8")
    ]
    assert asking == []
