"""The range of value 估值区间 of a right, with what drives it: relief from royalty 许可费节省法, before tax, mid-year.

    value = Σ t=1..T  r0·(1+g)^t · s · rho · (1-lambda)^t / (1+r)^(t-½)

Low takes every pessimistic end, high every optimistic end. Never a single number, never from registry facts alone: it
needs the audited revenue of the products that use the right, and a band with its source for each parameter.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal, localcontext
from enum import StrEnum
from typing import Any, Final

from lianxin.errors import BadFact
from rules.facts import fact
from rules.ip_finance.terms import AssetKind
from rules.json_facts import read_json, shown

_DIGITS: Final = 50
_MOST_YEARS: Final = 200


class Driver(StrEnum):
    """驱动因素 The parameters of the range, in the order of the formula."""

    RHO = "rho"  # 许可费率
    S = "s"  # 收入中依靠这项权利的部分
    T = "t"  # 经济寿命（年）
    G = "g"  # 收入增长率
    R = "r"  # 折现率
    LAMBDA = "lambda"  # 每年失去权利或用途的可能

    @property
    def chinese(self) -> str:
        return _CHINESE[self]


_CHINESE: Final[Mapping[Driver, str]] = {
    Driver.RHO: "许可费率",
    Driver.S: "收入依赖比例",
    Driver.T: "经济寿命（年）",
    Driver.G: "收入增长率",
    Driver.R: "折现率",
    Driver.LAMBDA: "每年失权概率",
}
_LESS_IS_MORE: Final = frozenset({Driver.R, Driver.LAMBDA})
_LIMITS: Final[Mapping[Driver, tuple[Decimal, Decimal]]] = {
    Driver.RHO: (Decimal(0), Decimal(1)),
    Driver.S: (Decimal(0), Decimal(1)),
    Driver.T: (Decimal(0), Decimal(_MOST_YEARS)),
    Driver.G: (Decimal(-1), Decimal(10)),
    Driver.R: (Decimal(0), Decimal(10)),
    Driver.LAMBDA: (Decimal(0), Decimal(1)),
}
_IN_THE_STANDARD: Final = frozenset({AssetKind.INVENTION, AssetKind.UTILITY_MODEL})


@dataclass(frozen=True, slots=True)
class Band:
    """取值区间 One parameter: its pessimistic end, its base and its optimistic end, with their source and status."""

    low: Decimal
    base: Decimal
    high: Decimal
    source: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Given:
    """The head of the facts of a valuation; amounts and bands are read on their own."""

    asset_kind: AssetKind | None = fact("知识产权种类", "未知")


@dataclass(frozen=True, slots=True)
class ValueFacts:
    """估值的事实 What a range is worked out from. `bands`: as far as they are known."""

    asset_kind: AssetKind | None
    r0: Decimal | None
    legal_life_years: Decimal | None
    bands: Mapping[Driver, Band]


@dataclass(frozen=True, slots=True)
class Swing:
    """One driver moved alone from base: the value at its pessimistic and at its optimistic end, in whole yuan."""

    name: Driver
    low: int
    high: int

    @property
    def swing(self) -> int:
        return self.high - self.low


@dataclass(frozen=True, slots=True)
class ValueRange:
    """估值区间 In whole yuan, half up; None where it is unknown. `drivers`: largest first."""

    low: int | None
    base: int | None
    high: int | None
    drivers: tuple[Swing, ...]
    unknown: tuple[str, ...]
    notes: tuple[str, ...]

    def json(self) -> dict[str, Any]:
        """Plain values for JSON."""
        drivers = [{"name": d.name.value, "low": d.low, "high": d.high, "swing": d.swing} for d in self.drivers]
        ends = {"low": self.low, "base": self.base, "high": self.high}
        return {**ends, "drivers": drivers, "unknown": list(self.unknown), "notes": list(self.notes)}


# --- Reading ----------------------------------------------------------------------------------------------------------

_KEYS: Final = frozenset({"asset_kind", "r0", "legal_life_years", "parameters"})
_BAND_KEYS: Final = ("low", "base", "high", "source", "status")


def read_value_facts(given: Any) -> ValueFacts:
    """Read the facts of a valuation from parsed JSON. Raises BadFact."""
    if not isinstance(given, dict):
        raise BadFact("facts", shown(given), "is no JSON object", "不是 JSON 对象")
    for key in given:
        if key not in _KEYS:
            raise BadFact(key, shown(given[key]), "is no declared fact", "不是已登记的事实")
    kind = read_json(_Given, {"asset_kind": given.get("asset_kind")}).asset_kind
    bands = _bands(given.get("parameters") or {})
    revenue, life = (_amount(name, given.get(name)) for name in ("r0", "legal_life_years"))
    if revenue is None and not bands:
        problem = (
            "is missing, and so are all parameters: a register does not tell a value. Give audited revenue and bands"
        )
        raise BadFact("r0", "", problem, "没有，参数也都没有：只凭登记信息不能估值。请给出经审计的收入和各参数的区间")
    if bands and all(band.low == band.base == band.high for band in bands.values()):
        problem = "has no band at all: a value is never one number. Give a low and a high end"
        raise BadFact("parameters", "", problem, "没有任何区间：不给单一数值。请给出下限和上限")
    return ValueFacts(kind, revenue, life, bands)


def _amount(name: str, given: Any) -> Decimal | None:
    if given is None:
        return None
    amount = _number(name, given)
    if amount < 0:
        raise BadFact(name, shown(given), "is negative", "是负数")
    return amount


def _number(name: str, given: Any) -> Decimal:
    if isinstance(given, bool) or not isinstance(given, int | Decimal):
        raise BadFact(name, shown(given), "is no number", "不是数")
    return Decimal(given)


def _bands(given: Any) -> Mapping[Driver, Band]:
    if not isinstance(given, dict):
        raise BadFact("parameters", shown(given), "is no JSON object", "不是 JSON 对象")
    known = [each.value for each in Driver]
    for name in given:
        if name not in known:
            names = ", ".join(known)
            raise BadFact(f"parameters.{name}", shown(given[name]), f"is none of {names}", f"不在代码表内：{names}")
    return {Driver(name): _band(Driver(name), each) for name, each in given.items() if each is not None}


def _band(driver: Driver, given: Any) -> Band:
    name = f"parameters.{driver.value}"
    if not isinstance(given, dict):
        raise BadFact(name, shown(given), "is no JSON object", "不是 JSON 对象")
    for key in given:
        if key not in _BAND_KEYS:
            raise BadFact(f"{name}.{key}", shown(given[key]), "is no declared fact", "不是已登记的事实")
    for key in ("source", "status"):
        if not isinstance(given.get(key), str) or not given[key].strip():
            raise BadFact(f"{name}.{key}", shown(given.get(key, "")), "is blank", "为空")
    ends = [_number(f"{name}.{key}", given.get(key)) for key in ("low", "base", "high")]
    least, most = _LIMITS[driver]
    for key, end in zip(("low", "base", "high"), ends, strict=True):
        if not least <= end <= most:
            raise BadFact(
                f"{name}.{key}", shown(given[key]), f"lies outside {least} to {most}", f"不在 {least} 至 {most} 之间"
            )
    low, high = sorted((ends[0], ends[2]), reverse=driver in _LESS_IS_MORE)
    if not min(low, high) <= ends[1] <= max(low, high):
        raise BadFact(f"{name}.base", shown(given["base"]), "lies outside its own band", "不在自己的区间内")
    return Band(low, ends[1], high, given["source"], given["status"])


# --- The range --------------------------------------------------------------------------------------------------------


def value_range(facts: ValueFacts) -> ValueRange:
    """The range with its drivers; without revenue, remaining life or a parameter it is unknown, and says of what."""
    missing = [name for name in ("r0", "legal_life_years") if getattr(facts, name) is None]
    unknown = (*missing, *(driver.value for driver in Driver if driver not in facts.bands))
    if unknown or facts.r0 is None or facts.legal_life_years is None:
        return ValueRange(None, None, None, (), unknown, ("估值未知：缺少上列各项", *_notes(facts)))
    with localcontext() as context:
        context.prec = _DIGITS
        low, base, high = (
            {d: getattr(band, end) for d, band in facts.bands.items()} for end in ("low", "base", "high")
        )
        ends = [_yuan(_value(facts.r0, facts.legal_life_years, each)) for each in (low, base, high)]
        moved = {
            d: [_value(facts.r0, facts.legal_life_years, {**base, d: end[d]}) for end in (low, high)] for d in Driver
        }
        largest_first = sorted(Driver, key=lambda d: moved[d][0] - moved[d][1])
        drivers = tuple(Swing(d, _yuan(moved[d][0]), _yuan(moved[d][1])) for d in largest_first)
    return ValueRange(ends[0], ends[1], ends[2], drivers, (), _notes(facts))


def _value(r0: Decimal, legal_life: Decimal, at: Mapping[Driver, Decimal]) -> Decimal:
    """The value at one point, over whole years."""
    years = int(min(legal_life, at[Driver.T]).to_integral_value(ROUND_FLOOR))
    first = r0 * at[Driver.S] * at[Driver.RHO]
    grown, discount = (1 + at[Driver.G]) * (1 - at[Driver.LAMBDA]), 1 + at[Driver.R]
    return sum((first * grown**t * discount.sqrt() / discount**t for t in range(1, years + 1)), Decimal(0))


def _yuan(value: Decimal) -> int:
    return int(value.quantize(Decimal(1), ROUND_HALF_UP))


def _notes(facts: ValueFacts) -> tuple[str, ...]:
    notes = ["区间，不是一个数：悲观一端取各参数的悲观值，乐观一端取各参数的乐观值"]
    life, economic = facts.legal_life_years, facts.bands.get(Driver.T)
    for years, what in ((life, "剩余法定年限"), *((end, "经济寿命") for end in _ends(economic))):
        if years is not None and years != years.to_integral_value():
            whole = years.to_integral_value(ROUND_FLOOR)
            notes.append(f"{what} {years} 年只计 {whole} 个整年，余下 {years - whole} 年不计")
    if life is not None and economic is not None and life < max(_ends(economic)):
        notes.append(f"年数以剩余法定年限 {life} 年为限")
    if facts.asset_kind is not None and facts.asset_kind not in _IN_THE_STANDARD:
        notes.append("不在《专利评估指引》（GB/T 42748-2023）范围内，只作参考")
    if facts.asset_kind is AssetKind.DESIGN:
        notes.append("外观设计只作为产品线的一部分估值")
    for driver in Driver:
        band = facts.bands.get(driver)
        if band is not None and "U" in band.status.split("/"):
            notes.append(f"{driver.chinese}（{driver.value}）未核实，来源：{band.source}")
    return tuple(notes)


def _ends(band: Band | None) -> tuple[Decimal, ...]:
    return () if band is None else tuple(dict.fromkeys((band.low, band.base, band.high)))
