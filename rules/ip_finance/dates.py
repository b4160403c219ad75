"""Date quantities 日期计算 of IP finance: one question each, by its name and its inputs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from lianxin.errors import BadFact, CalendarMissing
from rules.calendar import Calendar, working_from
from rules.facts import Number, fact, must
from rules.ip_finance import terms
from rules.ip_finance.terms import PATENTS, AssetKind, HolderType
from rules.json_facts import read_json

_PATENT_YEARS: Final = range(1, 41)  # with compensation a term is longer than its twenty years


@dataclass(frozen=True, slots=True, kw_only=True)
class _Patent:
    asset_kind: AssetKind = must("专利种类")
    filing_date: date = must("申请日")

    def __post_init__(self) -> None:
        if self.asset_kind not in PATENTS:
            raise BadFact("asset_kind", self.asset_kind, "is no patent", "不是专利")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fee:
    filing_date: date = must("申请日")
    patent_year: int = must("专利年度")

    def __post_init__(self) -> None:
        if self.patent_year not in _PATENT_YEARS:
            problem = f"is no patent year; they are {_PATENT_YEARS[0]} to {_PATENT_YEARS[-1]}"
            raise BadFact("patent_year", str(self.patent_year), problem, f"不是专利年度（1 至 {_PATENT_YEARS[-1]}）")

    @property
    def due(self) -> date:
        return terms.fee_due_day(self.filing_date, self.patent_year)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Paid:
    due: date = must("应缴日")
    paid_on: date = must("缴费日")
    full_fee: Number = must("全额年费（元）")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mark:
    registration_date: date = must("注册日")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Preserved:
    received_on: date = must("收到协助执行通知日")
    months: int | None = fact("保全月数", "最长期限")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    holder_type: HolderType = must("著作权人类型")
    first_publication_date: date | None = fact("首次发表日", "自然人的作品不用")
    author_death_year: int | None = fact("作者去世年", "法人的作品不用")

    @property
    def counted_from(self) -> int:
        """The year whose end the protection is counted from."""
        if self.holder_type is HolderType.NATURAL_PERSON:
            if self.author_death_year is None:
                raise BadFact(
                    "author_death_year", "", "is blank; a person's work is counted by it", "为空；自然人的作品按它计算"
                )
            terms.check_year("author_death_year", self.author_death_year)
            return self.author_death_year
        if self.first_publication_date is None:
            raise BadFact("first_publication_date", "", "is blank", "为空")
        return self.first_publication_date.year


def _surcharge_text(paid: _Paid, calendar: Calendar) -> str:
    percent = terms.surcharge(paid.due, paid.paid_on, calendar)
    if percent is None:
        return "lapsed"
    return f"{percent}% = {_plain(terms.surcharge_yuan(percent, paid.full_fee))}"


def _plain(amount: Decimal) -> str:
    return format(amount.normalize(), "f")


def _grace_last_day(mark: _Mark, calendar: Calendar) -> date:
    return working_from(calendar, terms.mark_grace_end(terms.mark_last_day(mark.registration_date)))


_QUANTITIES: Final[Mapping[str, tuple[type, Callable[[Any, Calendar], date | str]]]] = {
    "patent_last_day": (_Patent, lambda p, _: terms.patent_last_day(p.asset_kind, p.filing_date)),
    "annual_fee_due_day": (_Fee, lambda fee, _: fee.due),
    "annual_fee_last_payable_day": (_Fee, lambda fee, calendar: working_from(calendar, fee.due)),
    "late_fee_period_last_day": (_Fee, lambda fee, calendar: working_from(calendar, terms.late_fee_end(fee.due))),
    "annual_fee_surcharge_percent": (_Paid, _surcharge_text),
    "trademark_last_day": (_Mark, lambda mark, _: terms.mark_last_day(mark.registration_date)),
    "trademark_renewal_window_first_day": (_Mark, lambda m, _: terms.mark_renewal_first_day(m.registration_date)),
    "trademark_grace_last_day": (_Mark, _grace_last_day),
    "patent_preservation_last_day": (
        _Preserved,
        lambda p, _: terms.preservation_last_day("patent_preservation_months", p.received_on, p.months),
    ),
    "copyright_last_day": (_Work, lambda work, _: terms.copyright_last_day(work.counted_from)),
}
QUANTITIES: Final = tuple(_QUANTITIES)


def date_quantity(name: str, inputs: Any, calendar: Calendar) -> str:
    """The value of a quantity as text; `CALENDAR_MISSING(year)` where the working days of a year are not loaded.

    Raises BadFact for a quantity or an input that is none.
    """
    if name not in _QUANTITIES:
        known = ", ".join(QUANTITIES)
        raise BadFact("quantity", name, f"is none of {known}", f"不在代码表内：{known}")
    shape, value = _QUANTITIES[name]
    given: Any = read_json(shape, inputs)
    try:
        found = value(given, calendar)
    except CalendarMissing as missing:
        return f"CALENDAR_MISSING({missing.year})"
    return found.isoformat() if isinstance(found, date) else found
