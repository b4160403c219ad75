"""Terms of rights 权利期限 and of annual fees 年费: last days, due days, ends of grace, surcharge.

A last day of a term is the day before the corresponding day, or the last day of the month where it has none, and does
not move. The last day of a period for an act moves to the next working day (is_over, working_from in calendar.py).
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from lianxin.errors import BadFact
from rules.calendar import DAY, Calendar, is_over, months_after
from rules.ip_finance.texts import ALL
from rules.json_facts import YEARS
from rules.parameters import Book, Parameter, whole

BOOK: Final = Book("rules.ip_finance", "numbers.yaml", ALL)
NUMBERS: Final[Mapping[str, Parameter[int]]] = {id: BOOK.parameter(id, whole) for id in BOOK.ids}
YEAR: Final = 12  # months


class AssetKind(StrEnum):
    """知识产权种类 Kind of the right."""

    INVENTION = "INVENTION"  # 发明
    UTILITY_MODEL = "UTILITY_MODEL"  # 实用新型
    DESIGN = "DESIGN"  # 外观设计
    TRADEMARK = "TRADEMARK"  # 商标
    SOFTWARE_COPYRIGHT = "SOFTWARE_COPYRIGHT"  # 软件著作权
    WORK_COPYRIGHT = "WORK_COPYRIGHT"  # 作品著作权
    IC_LAYOUT = "IC_LAYOUT"  # 集成电路布图设计
    DATA_IP = "DATA_IP"  # 数据知识产权
    TRADE_SECRET = "TRADE_SECRET"  # 商业秘密
    GEOGRAPHICAL_INDICATION = "GEOGRAPHICAL_INDICATION"  # 地理标志
    OTHER = "OTHER"  # 其他


class HolderType(StrEnum):
    """著作权人类型 Whose life or publication the protection of a work is counted by."""

    LEGAL_PERSON = "LEGAL_PERSON"  # 法人
    NATURAL_PERSON = "NATURAL_PERSON"  # 自然人


_PATENT_YEARS: Final = {
    AssetKind.INVENTION: "invention_years",
    AssetKind.UTILITY_MODEL: "utility_model_years",
    AssetKind.DESIGN: "design_years",
}
PATENTS: Final = frozenset(_PATENT_YEARS)
COPYRIGHTS: Final = frozenset({AssetKind.SOFTWARE_COPYRIGHT, AssetKind.WORK_COPYRIGHT})


def check_year(name: str, year: int) -> None:
    """Raises BadFact for a year that no day can be counted from."""
    if year not in YEARS:
        problem = f"lies outside the years that are taken ({YEARS[0]} to {YEARS[-1]})"
        raise BadFact(name, str(year), problem, f"年份超出范围（{YEARS[0]} 至 {YEARS[-1]}）")


def number(id: str, on: date) -> int:
    """A number on a day; before its first day the first one: the older texts say the same as far as they were read."""
    parameter = NUMBERS[id]
    return parameter.on(max(on, parameter.versions[0].first_day))


def _last_day(first: date, years: int) -> date:
    """The day before the corresponding day so many years on; without one, the last day of the month."""
    corresponding = months_after(first, years * YEAR)
    return corresponding - DAY if corresponding.day == first.day else corresponding


# --- Patents ----------------------------------------------------------------------------------------------------------


def patent_years(kind: AssetKind, filing_date: date) -> int:
    """How many years a patent lasts."""
    return number(_PATENT_YEARS[kind], filing_date)


def patent_last_day(kind: AssetKind, filing_date: date) -> date:
    """The last day of its term, without compensation."""
    return _last_day(filing_date, patent_years(kind, filing_date))


def fee_due_day(filing_date: date, patent_year: int) -> date:
    """The day on which the fee of a patent year is due: the anniversary on which that year begins. Not moved."""
    return months_after(filing_date, (patent_year - 1) * YEAR)


def late_fee_end(due: date) -> date:
    """The end of the months in which a fee can still be paid with surcharge 滞纳期. Not moved."""
    return months_after(due, number("late_fee_months", due))


def restoration_end(notice_received: date) -> date:
    """The end of the months in which restoration 恢复权利 can be requested. Not moved."""
    return months_after(notice_received, number("restoration_months", notice_received))


def surcharge(due: date, paid_on: date, calendar: Calendar) -> int | None:
    """The surcharge 滞纳金 in percent of the full fee; None: the right has lapsed. Raises CalendarMissing."""
    if is_over(calendar, late_fee_end(due), paid_on):
        return None
    free, most = number("surcharge_free_months", due), number("late_fee_months", due)
    begun = next((n for n in range(free, most) if paid_on <= months_after(due, n)), most)
    return (begun - free) * number("surcharge_percent", due)


def surcharge_yuan(percent: int, full_fee: Decimal) -> Decimal:
    """The surcharge in yuan."""
    return full_fee * percent / 100


# --- Trademarks -------------------------------------------------------------------------------------------------------


def mark_last_day(registration_date: date) -> date:
    """The last day of a mark's validity."""
    return _last_day(registration_date, number("mark_years", registration_date))


def mark_renewal_first_day(registration_date: date) -> date:
    """The first day on which its renewal 续展 can be applied for."""
    last = mark_last_day(registration_date)
    return months_after(last, -number("mark_renewal_months", last))


def mark_grace_end(last_day: date) -> date:
    """The end of the grace period 宽展期. Not moved."""
    return months_after(last_day, number("mark_grace_months", last_day))


# --- Copyright, and what stops a right for a time ---------------------------------------------------------------------


def copyright_last_day(counted_from_year: int) -> date:
    """31 December of the last year of protection."""
    return date(counted_from_year + number("copyright_years", date(counted_from_year, 12, 31)), 12, 31)


def preservation_last_day(number_id: str, received_on: date, months: int | None) -> date:
    """The last day of a court preservation 财产保全: of the order's own months, else of the longest possible."""
    return months_after(received_on, number(number_id, received_on) if months is None else months)


def suspension_last_day(requested_on: date, extended_until: date | None) -> date:
    """The last day of a suspension 中止 for a dispute over ownership."""
    end = months_after(requested_on, number("suspension_months", requested_on))
    return end if extended_until is None else max(end, extended_until)


PARAMETERS: Final[tuple[Parameter[Any], ...]] = tuple(NUMBERS.values())
