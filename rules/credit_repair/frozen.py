"""Rules as they stood when an application was filed 冻结的规则: which set, its digest, and its numbers.

A case keeps them as plain values with the event of the filing. What is decided later is asked under that set and with
those numbers, whatever has become of the file of numbers since. Code cannot be kept with a case: where the digest
differs and the numbers do not, the questions themselves were changed, and a page says that the digest differs.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

import orjson

from graph.identifiers import parse_day
from rules.credit_repair.matter import Matter, Regime
from rules.credit_repair.sets import BEFORE, REGIMES, RULE_SETS
from rules.parameters import Parameter, Period, Version, money, period, whole
from rules.rule import RuleSet

Plain = Mapping[str, Any]


class FrozenRules(NamedTuple):
    """The set under which an application was filed, and what of each set differs in numbers."""

    chosen: RuleSet[Matter]
    regimes: Mapping[str, Regime]


def freeze(chosen: RuleSet[Matter]) -> list[dict[str, Any]]:
    """A set, and the one before it with which a penalty may be compared, as they stand now."""
    sets = [each for each in (chosen, BEFORE.get(chosen.id)) if each is not None]
    return [
        {
            "id": each.id,
            "digest": each.digest,
            "numbers": {number.id: _versions(number) for number in REGIMES[each.id].parameters},
        }
        for each in sets
    ]


def _versions(number: Parameter[Any]) -> list[dict[str, Any]]:
    return [
        {
            "first_day": each.first_day.isoformat(),
            "last_day": None if each.last_day is None else each.last_day.isoformat(),
            "value": _plain(each.value),
        }
        for each in number.versions
    ]


def _plain(value: Any) -> Any:
    if isinstance(value, Period):
        return {"min": value.min, "max": value.max}
    return str(value) if isinstance(value, Decimal) else value


def thaw(kept: Sequence[Plain]) -> FrozenRules | None:
    """The rules of what `freeze` gave; None where this program no longer has the set."""
    return _thawed(orjson.dumps(kept, option=orjson.OPT_SORT_KEYS))


@lru_cache(maxsize=200)  # cases that were filed under the same rules share them, and the numbers worked out from them
def _thawed(text: bytes) -> FrozenRules | None:
    kept = orjson.loads(text)
    chosen = next((each for each in RULE_SETS if each.id == kept[0]["id"]), None)
    if chosen is None:
        return None
    return FrozenRules(chosen, {each["id"]: _regime(each) for each in kept if each["id"] in REGIMES})


def _regime(kept: Plain) -> Regime:
    now, numbers = REGIMES[kept["id"]], kept["numbers"]
    minor, general, serious, sector = (_number(each, numbers, period) for each in now.periods)
    return replace(
        now,
        periods=(minor, general, serious, sector),
        exclusion=None if now.exclusion is None else _number(now.exclusion, numbers, whole),
        sector_doubt=None if now.sector_doubt is None else _number(now.sector_doubt, numbers, whole),
        work_safety_fine=None if now.work_safety_fine is None else _number(now.work_safety_fine, numbers, money),
    )


def _number(now: Parameter[Any], numbers: Plain, read: Callable[[Any], Any]) -> Parameter[Any]:
    """A number with the values that it had; one that there was not yet stays as it is."""
    kept = numbers.get(now.id)
    return now if kept is None else replace(now, versions=tuple(_version(now, each, read) for each in kept))


def _version(now: Parameter[Any], kept: Plain, read: Callable[[Any], Any]) -> Version[Any]:
    first, last = parse_day(kept["first_day"]), kept["last_day"]
    cited = next((each.citation for each in now.versions if each.first_day == first), now.versions[0].citation)
    return Version(first, None if last is None else parse_day(last), read(kept["value"]), cited)
