"""A plan over all records of an enterprise 修复计划: in which order to file, what to do before, what may be left alone.

Filed in the order of the first day on which each can be filed, then heavier gravity, then id; where what is not known
makes that day differ, the earliest counts. All may run in parallel: every record is an application of its own. An act
that several records need is listed once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from rules.answer import Answer
from rules.calendar import DAY
from rules.credit_repair.codes import CODES
from rules.credit_repair.finding import RepairFinding
from rules.credit_repair.gravity import Gravity

_WEIGHT: Final = {Gravity.SERIOUS: 0, Gravity.UNDETERMINED: 1, Gravity.GENERAL: 2, Gravity.NONE: 2, Gravity.MINOR: 3}
"""Order of gravities in a plan; an open one may still turn out serious."""
_NO_DAY: Final = frozenset({"MAX_ELAPSED_UNFULFILLED"})
WAITING: Final = frozenset({"MIN_PERIOD_NOT_ELAPSED", "EXCLUDED_FALSE_COMMITMENT", "MGMT_MEASURE_NOT_EXPIRED"})
"""Reasons that only time cures."""


OPEN_ZH: Final[Mapping[str, str]] = {
    "gravity": "类别",
    "published": "是否公示",
    "duties_done": "义务是否履行完毕",
}
"""What may not be known, in Chinese."""


@dataclass(frozen=True, slots=True)
class Filing:
    """One record that is to be filed. `earliest`: the first day at best; `file_from`: whatever is still open.

    `hangs_on`: what is not known and makes the two differ (keys of OPEN_ZH). `acts`: codes of what has to be done
    before. `stops_on`: first day on which it is no longer published, where it stops by itself before it can be filed.
    """

    id: str
    finding: RepairFinding
    file_from: date
    earliest: date
    hangs_on: tuple[str, ...]
    acts: tuple[str, ...]
    stops_on: date | None


@dataclass(frozen=True, slots=True)
class SharedAct:
    """An act with the records that need it."""

    code: str
    what: str
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan of a day: what to file in which order, what to do, what has to be clarified, what needs nothing."""

    on: date | None
    filings: tuple[Filing, ...]
    acts: tuple[SharedAct, ...]
    to_clarify: tuple[tuple[str, RepairFinding], ...]
    nothing_to_file: tuple[tuple[str, RepairFinding], ...]


def plan(findings: Mapping[str, RepairFinding], on: date | None = None) -> Plan:
    """Plan over the findings of records by id. `on`: the day of the plan, where all have the same."""
    filings, unclear, nothing = [], [], []
    for id, finding in findings.items():
        filing = _filing(id, finding)
        if filing is not None:
            filings.append(filing)
        elif finding.answer in (Answer.REVIEW, Answer.NOT_YET):
            unclear.append((id, finding))
        else:
            nothing.append((id, finding))
    filings.sort(key=_order)
    return Plan(on, tuple(filings), _shared(filings, unclear), tuple(sorted(unclear)), tuple(sorted(nothing)))


def _filing(id: str, finding: RepairFinding) -> Filing | None:
    """How a record is filed; None where no day can be told, or nothing is to be filed."""
    if finding.answer not in (Answer.YES, Answer.NOT_YET) or finding.reasons & _NO_DAY:
        return None
    days = [way.values.not_before for way in finding.ways]
    known = [max(day, finding.on) for day in days if day is not None]
    if len(known) < len(days):
        return None
    first = max(known)
    ends = [way.values.last_day for way in finding.ways]
    latest = max((day for day in ends if day is not None), default=None) if None not in ends else None
    stops = latest + DAY if latest is not None and latest < first else None
    acts = tuple(sorted(finding.reasons - WAITING))
    return Filing(id, finding, first, min(known), _hangs_on(finding), acts, stops)


def _hangs_on(finding: RepairFinding) -> tuple[str, ...]:
    """What is not known and moves the first day."""
    return tuple(name for name in finding.ways[0].assumed if _moves(finding, name))


def _moves(finding: RepairFinding, name: str) -> bool:
    """Whether the first days differ between the values of what is not known."""
    days: dict[str, set[date | None]] = {}
    for way in finding.ways:
        day = way.values.not_before
        days.setdefault(way.assumed[name], set()).add(None if day is None else max(day, finding.on))
    return len(set(map(frozenset, days.values()))) > 1


def _order(filing: Filing) -> tuple[date, int, str]:
    return filing.earliest, _WEIGHT[filing.finding.values.gravity], filing.id


def _shared(filings: Sequence[Filing], unclear: Sequence[tuple[str, RepairFinding]]) -> tuple[SharedAct, ...]:
    """Every act once, with the records that need it."""
    needed: dict[str, list[str]] = {}
    for filing in filings:
        for code in filing.acts:
            needed.setdefault(code, []).append(filing.id)
    for id, finding in unclear:
        for code in finding.reasons - WAITING if finding.answer is Answer.NOT_YET else ():
            needed.setdefault(code, []).append(id)
    return tuple(SharedAct(code, CODES[code].act, tuple(ids)) for code, ids in sorted(needed.items()))
