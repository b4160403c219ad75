"""Gravity 类别: minor 轻微, general 一般, serious 严重, and what of it is open.

Each kind of sanction points to a set of possible gravities; of several sanctions in one decision the heaviest counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from itertools import product

from rules.credit_repair.facts import Band, Facts, Kind, Procedure, Sanction
from rules.ways import OpenPoint


class Gravity(StrEnum):
    """类别 of a record."""

    MINOR = "minor"  # 轻微
    GENERAL = "general"  # 一般
    SERIOUS = "serious"  # 严重
    NONE = "none"  # the rule set knows no gravity here
    UNDETERMINED = "undetermined"  # several remain possible
    NOT_APPLICABLE = "n/a"  # settled before gravity mattered

    @property
    def chinese(self) -> str:
        return _CHINESE[self]


_CHINESE = {
    Gravity.MINOR: "轻微",
    Gravity.GENERAL: "一般",
    Gravity.SERIOUS: "严重",
    Gravity.NONE: "不分类别",
    Gravity.UNDETERMINED: "未确定",
    Gravity.NOT_APPLICABLE: "不涉及",
}
_WEIGHT = {Gravity.MINOR: 0, Gravity.GENERAL: 1, Gravity.NONE: 1, Gravity.SERIOUS: 2}

MINOR, GENERAL, SERIOUS = (frozenset({g}) for g in (Gravity.MINOR, Gravity.GENERAL, Gravity.SERIOUS))
ANY = MINOR | GENERAL | SERIOUS
UNDETERMINED, CONFLICT = "CLASS_UNDETERMINED", "CLASS_SOURCE_CONFLICT"


class Scheme(StrEnum):
    """Whose classes apply."""

    NDRC_36 = "NDRC-36"
    SAMR_107 = "SAMR-107"
    SAMR_2021 = "SAMR-2021"  # only minor, as SAMR-107 has it, and the rest
    NDRC_58 = "NDRC-58"  # none


@dataclass(frozen=True, slots=True)
class Classed:
    """The possible gravities that one sanction or kind points to, by which rule, and the code where they are open."""

    rule: str
    gravities: frozenset[Gravity]
    code: str | None = None


_ABNORMAL = Classed("CR-G1", MINOR)
_LISTED = Classed("CR-G2", SERIOUS)
_NO_SOURCE = Classed("CR-G3", ANY, UNDETERMINED)
_SIMPLE = Classed("CR-G4", MINOR)
_WARNED = Classed("CR-G5", MINOR)
_CONFISCATED = Classed("CR-G7", GENERAL)
_GRAVE = Classed("CR-G8", SERIOUS)
_CONFLICT = Classed("CR-G9", GENERAL | SERIOUS, CONFLICT)
_FINED = {
    Band.LOW: Classed("CR-G6", MINOR),
    Band.LARGE: Classed("CR-G6", GENERAL),
    Band.HUGE: Classed("CR-G6", SERIOUS),
}
_NOT_CLASSED = Classed("CR-G6", ANY, UNDETERMINED)

_SANCTIONS: Mapping[Sanction, Classed] = {
    Sanction.WARNING: _WARNED,
    Sanction.CRITICISM: _WARNED,
    Sanction.CONFISCATE_INCOME: _CONFISCATED,
    Sanction.CONFISCATE_GOODS: _CONFISCATED,
    Sanction.REVOKE_LICENCE: _GRAVE,
    Sanction.EMPLOYMENT_BAN: _GRAVE,
    Sanction.RESTRICT_BUSINESS: _GRAVE,
    Sanction.STOP_PRODUCTION: _GRAVE,
    Sanction.CLOSE: _GRAVE,
    Sanction.OTHER: Classed("CR-G12", ANY, UNDETERMINED),
}
_OF_SCHEME: Mapping[Scheme, Mapping[Sanction, Classed]] = {
    Scheme.NDRC_36: {
        **_SANCTIONS,
        Sanction.SUSPEND_LICENCE: _CONFLICT,
        Sanction.DOWNGRADE_QUALIFICATION: _CONFLICT,
    },
    Scheme.SAMR_107: {
        **_SANCTIONS,
        Sanction.SUSPEND_LICENCE: Classed("CR-G10", GENERAL),
        Sanction.DOWNGRADE_QUALIFICATION: Classed("CR-G11", SERIOUS),
    },
}
_KINDS: Mapping[Kind, Classed] = {
    Kind.ABNORMAL_LISTING: _ABNORMAL,
    Kind.SERIOUS_LISTING: _LISTED,
    Kind.OTHER_DISHONESTY: _NO_SOURCE,
    Kind.SPOT_CHECK: _NO_SOURCE,
}


@dataclass(frozen=True, slots=True)
class Classing:
    """分类 The gravity of a record as far as it is settled.

    `least`: the lightest that is possible. `points`: what is open, each with the gravities it may bring about.
    `several`: its sanctions point to different gravities. `used`: the rules that it rests on.
    `gravities`: for every combination of what is open; the heaviest counts.
    """

    least: Gravity
    points: tuple[OpenPoint[Gravity], ...]
    several: bool
    used: tuple[str, ...]
    gravities: tuple[Gravity, ...] = field(init=False)

    def __post_init__(self) -> None:
        taken = product(*(point.values for point in self.points))
        heaviest = (max((self.least, *values), key=_WEIGHT.__getitem__) for values in taken)
        object.__setattr__(self, "gravities", tuple(heaviest))


def classing(facts: Facts, band: Band | None, scheme: Scheme) -> Classing:
    """Class a record. `band`: of its fine, as the record or the sector's standard says."""
    return _classing(facts.kind, facts.procedure, facts.sanctions, band, scheme)


@lru_cache(maxsize=10_000)  # records differ mostly in their days, which do not matter here
def _classing(
    kind: Kind, procedure: Procedure | None, sanctions: frozenset[Sanction], band: Band | None, scheme: Scheme
) -> Classing:
    if scheme is Scheme.NDRC_58:
        return Classing(Gravity.NONE, (), False, ("CR-G14",))
    if scheme is Scheme.SAMR_2021:
        return _collapsed(_classing(kind, procedure, sanctions, band, Scheme.SAMR_107))
    classed = _all_classed(kind, procedure, sanctions, band, scheme)
    several = len({each.gravities for each in classed}) > 1
    used = tuple(sorted({each.rule for each in classed} | ({"CR-G13"} if several else set())))
    least = max((min(each.gravities, key=_WEIGHT.__getitem__) for each in classed), key=_WEIGHT.__getitem__)
    return Classing(least, _points(classed, least), several, used)


def _all_classed(
    kind: Kind, procedure: Procedure | None, sanctions: frozenset[Sanction], band: Band | None, scheme: Scheme
) -> Sequence[Classed]:
    """By kind; a penalty by its procedure, else by its sanctions."""
    if kind in _KINDS:
        return [_KINDS[kind]]
    if procedure is Procedure.SIMPLE:
        return [_SIMPLE]
    fine = _NOT_CLASSED if band is None else _FINED[band]
    return [fine if each is Sanction.FINE else _OF_SCHEME[scheme][each] for each in sanctions]


def _points(classed: Sequence[Classed], least: Gravity) -> tuple[OpenPoint[Gravity], ...]:
    """One open point for each code whose sanctions may still raise the gravity."""
    points = []
    for code in (UNDETERMINED, CONFLICT):
        possible = {_heavier(g, least) for each in classed if each.code == code for g in each.gravities}
        if len(possible) > 1:
            points.append(OpenPoint(code, tuple(sorted(possible, key=_WEIGHT.__getitem__)), noted=True))
    return tuple(points)


def _heavier(one: Gravity, other: Gravity) -> Gravity:
    return max(one, other, key=_WEIGHT.__getitem__)


def _collapsed(full: Classing) -> Classing:
    """The same record where only `minor` is told from the rest; serious listings stand among the rest."""
    points = []
    for point in full.points:
        values = tuple(dict.fromkeys(_minor_or_none(value) for value in point.values))
        if len(values) > 1:
            points.append(OpenPoint(point.code, values, noted=True))
    used = tuple(rule for rule in full.used if rule != "CR-G13")
    return Classing(_minor_or_none(full.least), tuple(points), False, used)


def _minor_or_none(gravity: Gravity) -> Gravity:
    return Gravity.MINOR if gravity is Gravity.MINOR else Gravity.NONE
