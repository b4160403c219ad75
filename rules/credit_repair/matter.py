"""One record under one rule set in one way: what the questions are asked about, with its periods worked out."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from rules.calendar import DAY, months_after
from rules.credit_repair.facts import Bankruptcy, Facts, Kind, Known, Sector
from rules.credit_repair.gravity import Classing, Gravity, Scheme
from rules.credit_repair.standards import FineClassing
from rules.credit_repair.texts import ALL
from rules.parameters import Book, Parameter, Period, money, period, whole

BOOK = Book("rules.credit_repair", "numbers.yaml", ALL)

NO_LIMITS = Period(0, None)  # abnormal listings: no minimum, no maximum
_STOPPING = frozenset({Kind.PENALTY, Kind.SPOT_CHECK})
FOOD_DRUG_EQUIPMENT = frozenset({Sector.FOOD, Sector.DRUG, Sector.SPECIAL_EQUIPMENT})


class Values(NamedTuple):
    """What a finding of credit repair says beside its answer.

    `not_before`: first day on which the calendar alone allows an application. `last_day`: of the maximum period.
    """

    gravity: Gravity
    not_before: date | None
    last_day: date | None


class Numbers(NamedTuple):
    """The numbers of one rule set on one day. `exclusion`: None where the set does not know it."""

    minor: Period
    general: Period
    serious: Period
    sector: Period
    exclusion: int | None
    sector_doubt: int | None
    work_safety_fine: Decimal | None


@dataclass(frozen=True, eq=False)
class Regime:
    """What differs between the rule sets beside their lists of questions.

    `period_of`: the period and whether the special sector is its reason. `numbers`: the parameters, by what they are.
    `bankruptcy`: whether bankruptcy counts under it.
    """

    id: str
    scheme: Scheme
    period_of: Callable[[Facts, Gravity, Numbers], tuple[Period, bool]]
    periods: tuple[Parameter[Period], Parameter[Period], Parameter[Period], Parameter[Period]]
    exclusion: Parameter[int] | None
    sector_doubt: Parameter[int] | None
    work_safety_fine: Parameter[Decimal] | None
    bankruptcy: bool

    @property
    def parameters(self) -> tuple[Parameter[Period] | Parameter[int] | Parameter[Decimal], ...]:
        others = (self.exclusion, self.sector_doubt, self.work_safety_fine)
        return (*dict.fromkeys(self.periods), *(each for each in others if each is not None))


@lru_cache(maxsize=10_000)
def numbers_on(regime: Regime, law_day: date) -> Numbers:
    """The numbers of a rule set on a day of its law. Raises NotInForce."""
    minor, general, serious, sector = (each.on(law_day) for each in regime.periods)
    return Numbers(
        minor,
        general,
        serious,
        sector,
        None if regime.exclusion is None else regime.exclusion.on(law_day),
        None if regime.sector_doubt is None else regime.sector_doubt.on(law_day),
        None if regime.work_safety_fine is None else regime.work_safety_fine.on(law_day),
    )


@dataclass(slots=True)  # not frozen: thousands a second are made, and freezing would double the time that takes
class Matter:
    """事项 One record under one rule set in one way. Read only.

    `min_end`: last day of the minimum period; `doubt_end`: last day on which a sector's minimum is in doubt.
    `law_day`: on which its numbers are read.
    `stops_by_itself`: a minor penalty, or spot check, of market regulation.
    `law_changed`: an application was filed under this rule set and the law changed before it was decided.
    """

    known: Known
    facts: Facts
    on: date
    regime: Regime
    law_day: date
    gravity: Gravity
    fine: FineClassing
    several: bool
    classed_by: tuple[str, ...]
    published: bool
    done: bool
    law_changed: bool
    period: Period
    sector_period: bool
    min_end: date | None
    not_before: date | None
    last_day: date | None
    past_last_day: bool
    exclusion_end: date | None
    excluded: bool
    doubt_end: date | None
    measure_runs: bool
    bankruptcy: Bankruptcy | None
    stops_by_itself: bool

    @property
    def start(self) -> date:
        return self.known.start

    @property
    def assumed(self) -> bool:
        return self.known.assumed

    @property
    def market_regulation(self) -> bool:
        return self.known.market_regulation

    @property
    def listed_by_market_regulation(self) -> bool:
        """A serious listing of market regulation: a measure that runs is a condition there, elsewhere a doubt."""
        return self.known.market_regulation and self.facts.kind is Kind.SERIOUS_LISTING

    @property
    def plan_runs(self) -> bool:
        """A reorganisation plan or a settlement is being carried out."""
        return self.bankruptcy in (Bankruptcy.PLAN_APPROVED, Bankruptcy.SETTLEMENT_RECOGNISED)


def matter(
    known: Known, regime: Regime, law_day: date, gravity: Gravity, fine: FineClassing, classing: Classing,
    published: bool, done: bool, law_changed: bool,
) -> Matter:  # fmt: skip
    """A record under a rule set in one way, with its periods. Raises NotInForce."""
    numbers, facts, on = numbers_on(regime, law_day), known.facts, known.on
    period, sector_period = regime.period_of(facts, gravity, numbers)
    min_end, not_before, last_day = span(known.start, period.min, period.max)
    exclusion_end, measure_end = None, facts.measure_ends_on
    if numbers.exclusion is not None and known.excluded_on is not None:
        exclusion_end = months_after(known.excluded_on, numbers.exclusion)
        not_before = _later(not_before, exclusion_end + DAY)
    if measure_end is not None and known.market_regulation and facts.kind is Kind.SERIOUS_LISTING:
        not_before = _later(not_before, measure_end + DAY)
    return Matter(
        known,
        facts,
        on,
        regime,
        law_day,
        gravity,
        fine,
        classing.several,
        classing.used,
        published,
        done,
        law_changed,
        period,
        sector_period,
        min_end,
        not_before,
        last_day,
        last_day is not None and on > last_day,
        exclusion_end,
        exclusion_end is not None and on <= exclusion_end,
        None if numbers.sector_doubt is None else months_after(known.start, numbers.sector_doubt),
        measure_end is not None and measure_end >= on,
        known.bankruptcy if regime.bankruptcy else None,
        gravity is Gravity.MINOR and known.market_regulation and facts.kind in _STOPPING,
    )


class Span(NamedTuple):
    """The days that follow from a start day and a period alone."""

    min_end: date | None
    not_before: date | None
    last_day: date | None


@lru_cache(maxsize=50_000)  # a district's records start on some thousand days, and few periods are in force
def span(start: date, least: int | None, most: int | None) -> Span:
    """The days of a period of so many months at least and at most."""
    last_day = None if most is None else months_after(start, most)
    if not least:
        return Span(None, None if least is None else start, last_day)
    min_end = months_after(start, least)
    return Span(min_end, min_end + DAY, last_day)


def _later(one: date | None, other: date) -> date:
    return other if one is None or other > one else one


# --- The four regimes -------------------------------------------------------------------------------------------------


def _by_gravity(facts: Facts, gravity: Gravity, numbers: Numbers) -> tuple[Period, bool]:
    if facts.kind is Kind.ABNORMAL_LISTING:
        return NO_LIMITS, False
    if gravity is Gravity.MINOR:
        return numbers.minor, False
    return (numbers.general if gravity is Gravity.GENERAL else numbers.serious), False


def _ndrc_58(facts: Facts, gravity: Gravity, numbers: Numbers) -> tuple[Period, bool]:  # noqa: ARG001 (it knows none)
    sector, fine = facts.special_sector, facts.fine_yuan
    if sector is Sector.WORK_SAFETY:
        enough = numbers.work_safety_fine is not None and fine is not None and fine >= numbers.work_safety_fine
        return (numbers.sector, True) if enough else (numbers.general, False)
    return (numbers.general, False) if sector is None else (numbers.sector, True)


def _samr_2021(facts: Facts, gravity: Gravity, numbers: Numbers) -> tuple[Period, bool]:
    if facts.kind is Kind.ABNORMAL_LISTING:
        return NO_LIMITS, False
    if facts.kind is Kind.SERIOUS_LISTING:
        return numbers.serious, False
    if gravity is Gravity.MINOR:
        return numbers.minor, False
    if facts.special_sector in FOOD_DRUG_EQUIPMENT:
        return numbers.sector, True
    return numbers.general, False


def _p(id: str) -> Parameter[Period]:
    return BOOK.parameter(id, period)


NDRC_36 = Regime(
    id="NDRC-36",
    scheme=Scheme.NDRC_36,
    period_of=_by_gravity,
    periods=(_p("NDRC-36.minor"), _p("NDRC-36.general"), _p("NDRC-36.serious"), _p("NDRC-36.serious")),
    exclusion=BOOK.parameter("exclusion", whole),
    sector_doubt=None,
    work_safety_fine=None,
    bankruptcy=True,
)
NDRC_58 = Regime(
    id="NDRC-58",
    scheme=Scheme.NDRC_58,
    period_of=_ndrc_58,
    periods=(_p("NDRC-58.penalty"), _p("NDRC-58.penalty"), _p("NDRC-58.penalty"), _p("NDRC-58.sector")),
    exclusion=None,
    sector_doubt=BOOK.parameter("NDRC-58.sector_doubt", whole),
    work_safety_fine=BOOK.parameter("NDRC-58.work_safety_fine", money),
    bankruptcy=False,
)
SAMR_107 = Regime(
    id="SAMR-107",
    scheme=Scheme.SAMR_107,
    period_of=_by_gravity,
    periods=(_p("SAMR-107.minor"), _p("SAMR-107.general"), _p("SAMR-107.serious"), _p("SAMR-107.serious")),
    exclusion=None,
    sector_doubt=BOOK.parameter("SAMR-107.sector_doubt", whole),
    work_safety_fine=None,
    bankruptcy=True,
)
SAMR_2021 = Regime(
    id="SAMR-2021",
    scheme=Scheme.SAMR_2021,
    period_of=_samr_2021,
    periods=(_p("SAMR-2021.minor"), _p("SAMR-2021.penalty"), _p("SAMR-2021.listing"), _p("SAMR-2021.sector")),
    exclusion=None,
    sector_doubt=None,
    work_safety_fine=None,
    bankruptcy=False,
)
TAX_CURED_DAYS = BOOK.parameter("tax_cured_days", whole)
