"""IP finance: the worked dates, and the edges of every period that they are counted by."""

import csv
import json
from datetime import date
from pathlib import Path

import pytest

from lianxin.errors import BadFact, CalendarMissing
from rules.calendar import Weekends, is_over, official_calendar, working_from
from rules.ip_finance.dates import date_quantity
from rules.json_facts import parse_json


def test_every_worked_date_is_reproduced(cases_dir: Path) -> None:
    with (cases_dir / "ip_dates.csv").open(encoding="utf-8-sig", newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert len(rows) == 30
    found = {row["case_id"]: _value(row["quantity"], **json.loads(row["inputs"])) for row in rows}
    assert found == {row["case_id"]: row["expected"] for row in rows}


def _value(quantity: str, **inputs: object) -> str:
    return date_quantity(quantity, parse_json(json.dumps(inputs)), Weekends())


@pytest.mark.parametrize(
    ("paid_on", "said"),
    [
        ("2026-05-19", "0% = 0"),
        ("2026-06-21", "5% = 45"),
        ("2026-07-20", "5% = 45"),
        ("2026-09-20", "15% = 135"),
        ("2026-10-21", "25% = 225"),
        ("2026-11-20", "25% = 225"),
        ("2026-11-21", "lapsed"),
    ],
)
def test_the_surcharge_rises_with_each_month_begun(paid_on: str, said: str) -> None:
    assert _value("annual_fee_surcharge_percent", due="2026-05-20", full_fee=900, paid_on=paid_on) == said


def test_late_months_that_end_on_a_saturday_end_on_the_monday() -> None:
    paid = {"due": "2026-06-05", "full_fee": 90}
    assert _value("annual_fee_surcharge_percent", **paid, paid_on="2026-12-07") == "25% = 22.5"
    assert _value("annual_fee_surcharge_percent", **paid, paid_on="2026-12-08") == "lapsed"


def test_by_the_official_calendar_a_last_day_leaves_the_holiday() -> None:
    inputs = {"filing_date": "2020-10-01", "patent_year": 7}
    assert date_quantity("annual_fee_last_payable_day", inputs, official_calendar()) == "2026-10-08"
    assert date_quantity("annual_fee_last_payable_day", inputs, Weekends()) == "2026-10-01"
    later = inputs | {"patent_year": 8}
    assert date_quantity("annual_fee_last_payable_day", later, official_calendar()) == "CALENDAR_MISSING(2027)"


def test_one_working_day_of_a_loaded_year_is_enough_to_know_that_a_period_is_over() -> None:
    official = official_calendar()
    assert is_over(official, date(2025, 12, 31), date(2026, 1, 6))  # 4 January 2026 is worked
    assert not is_over(official, date(2026, 10, 1), date(2026, 10, 8))
    assert is_over(official, date(2026, 10, 1), date(2026, 10, 9))
    with pytest.raises(CalendarMissing):
        is_over(official, date(2025, 12, 31), date(2026, 1, 2))
    assert working_from(Weekends(), date(2026, 8, 15)) == date(2026, 8, 17)


@pytest.mark.parametrize(
    ("quantity", "inputs", "field"),
    [
        ("patent_first_day", {}, "quantity"),
        ("patent_last_day", {"asset_kind": "TRADEMARK", "filing_date": "2020-01-01"}, "asset_kind"),
        ("patent_last_day", {"asset_kind": "DESIGN", "filing_date": "2021-02-30"}, "filing_date"),
        ("patent_last_day", {"asset_kind": "DESIGN"}, "filing_date"),
        ("annual_fee_due_day", {"filing_date": "2020-01-01", "patent_year": 0}, "patent_year"),
        ("annual_fee_due_day", {"filing_date": "2020-01-01", "patent_year": -1}, "patent_year"),
        ("trademark_last_day", {"registration_date": "2020-01-01", "n": 1}, "n"),
        ("trademark_last_day", [], "facts"),
        ("annual_fee_due_day", {"filing_date": "2020-01-01", "patent_year": 41}, "patent_year"),
        ("copyright_last_day", {"holder_type": "LEGAL_PERSON"}, "first_publication_date"),
        ("copyright_last_day", {"holder_type": "NATURAL_PERSON", "author_death_year": 9999}, "author_death_year"),
    ],
)
def test_what_is_no_input_is_refused_by_its_name(quantity: str, inputs: object, field: str) -> None:
    with pytest.raises(BadFact) as refused:
        date_quantity(quantity, inputs, Weekends())
    assert refused.value.field == field
