"""What a change of law does to a record: both rule sets applied directly to the same facts on the same day."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from rules.answer import Answer
from rules.credit_repair.facts import Facts
from rules.credit_repair.finding import RepairFinding, assess_under
from rules.credit_repair.matter import Matter
from rules.credit_repair.standards import NO_STANDARDS, Standards
from rules.rule import RuleSet

_GOOD = (Answer.YES, Answer.NOT_APPLICABLE)


class Change(StrEnum):
    """变化 for the party."""

    GAINS = "gains"  # 有利: possible, or needless, where it was not; or an earlier day
    LOSES = "loses"  # 不利: the reverse
    SAME = "same"  # 不变
    REVIEW = "review"  # 需人工判定: a person must decide under one of the two, so that they cannot be compared


@dataclass(frozen=True, slots=True)
class Impact:
    """Both findings, what changes, and from which day on it does (None: nothing changes)."""

    old: RepairFinding
    new: RepairFinding
    change: Change
    from_day: date | None


def impact(
    facts: Facts, on: date, old: RuleSet[Matter], new: RuleSet[Matter], standards: Standards = NO_STANDARDS
) -> Impact:
    """Compare two rule sets for one record. Raises BadFact where no start day on or before the day is left."""
    before, after = assess_under(old, facts, on, standards), assess_under(new, facts, on, standards)
    change = _change(before, after)
    return Impact(before, after, change, None if change is Change.SAME else _from(after, new))


def _change(before: RepairFinding, after: RepairFinding) -> Change:
    was, now = before.answer in _GOOD, after.answer in _GOOD
    if (now and not was) or _earlier(after, before):
        return Change.GAINS
    if after.answer is Answer.REVIEW and before.answer is not Answer.REVIEW:
        return Change.REVIEW
    if (was and not now) or _earlier(before, after):
        return Change.LOSES
    return Change.REVIEW if before.answer is Answer.REVIEW and before.answer is not after.answer else Change.SAME


def _earlier(one: RepairFinding, other: RepairFinding) -> bool:
    first, second = one.values.not_before, other.values.not_before
    return first is not None and second is not None and first < second


def _from(after: RepairFinding, new: RuleSet[Matter]) -> date:
    """The first day of the new rule set, or of an application under it where that comes later."""
    return max(new.first_day, after.values.not_before or new.first_day)
