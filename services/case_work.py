"""What waits for whom 待办: over the cases that somebody reaches, by the day on which it is due."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import Connection

from cases.accounts import Role
from cases.actor import Order
from cases.case import Case, Standing
from cases.clock import readings
from cases.definition import Words
from cases.engine import Engine
from cases.negotiation import agreements, waiting_for
from lianxin.errors import IllegalAction
from rules.calendar import WorkingDays

MOST_CASES: Final = 300  # that one list looks through; it says so where there are more


@dataclass(frozen=True, slots=True)
class Wait:
    """待办 One thing that a case waits for, and from whom. `due`: None where no day was set.

    `watch`: no limit, only a reminder to look at the case.
    """

    words: Words
    of: Role
    due: date | None
    provisional: bool = False
    watch: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """A case with what it waits for, the first first."""

    case: Case
    waits: Sequence[Wait]


@dataclass(frozen=True, slots=True)
class Work:
    """The open cases of somebody: those in which he has to do something, and the others. `looked` of `total` cases."""

    mine: Sequence[Waiting]
    others: Sequence[Waiting]
    looked: int
    total: int


def waits(calendar: WorkingDays, case: Case, on: date) -> list[Wait]:
    """All that a case waits for, the first first."""
    return sorted(_waits(calendar, case, on), key=_due)


def work(over: Engine, order: Order) -> Work:
    """What waits for whoever asks, by the day on which it is due."""
    heads = over.heads(order.by, ended=False)
    mine, others = list[Waiting](), list[Waiting]()
    with over.ledger.reading() as connection:
        for head in heads[:MOST_CASES]:
            case = over.folded(connection, head.id)
            all_of_it = waits(over.calendar, case, order.on)
            own = [each for each in all_of_it if each.of is order.by.role]
            if own and _in_hand(over, connection, case, order):
                mine.append(Waiting(case, own))
            else:
                others.append(Waiting(case, all_of_it))
    return Work(sorted(mine, key=_first), sorted(others, key=_first), len(heads[:MOST_CASES]), len(heads))


def _waits(calendar: WorkingDays, case: Case, on: date) -> Iterator[Wait]:
    for each in readings(calendar, case, on):
        if each.due is not None:
            clock = each.clock
            yield Wait(clock.words, clock.against, each.due.day, each.due.provisional, clock.repeats)
    for proposal in case.proposals.values():
        matter = case.definition.matter(proposal.matter)
        if matter is not None and proposal.standing is Standing.OPEN:
            words = Words(f"答复关于“{matter.words.zh}”的提议", f"answer the proposal on {matter.words.en}")
            yield Wait(words, waiting_for(case, proposal), proposal.reply_by)
    for proposal in agreements(case):
        matter = case.definition.matter(proposal.matter)
        for role in () if matter is None else sorted(matter.between - proposal.confirmed):
            assert matter is not None
            words = Words(f"确认关于“{matter.words.zh}”的约定", f"confirm the agreement on {matter.words.en}")
            yield Wait(words, role, None)


def _in_hand(over: Engine, connection: Connection, case: Case, order: Order) -> bool:
    try:
        over.check_role(connection, case, order, frozenset({order.by.role}))
    except IllegalAction:
        return False
    return True


def _due(wait: Wait) -> tuple[bool, date]:
    return wait.watch, wait.due or date.max


def _first(waiting: Waiting) -> tuple[bool, date]:
    return _due(waiting.waits[0]) if waiting.waits else (True, date.max)
