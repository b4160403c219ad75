"""Applications on file 在办申请: which cases of credit repair are about which record, and how far each was on a day.

A case names its record in words. It counts for that record only where it is about the same party and the same unit:
nobody can take another's record out of a list by naming it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from cases import event_log
from cases.case import Event, fold
from cases.definition import Words
from cases.definitions.credit_repair import DEFINITION
from cases.definitions.credit_repair.filing import Filing, filing, ground
from cases.engine import Engine

Party = tuple[str | None, str]  # of a record: the key of its enterprise, and the unit that recognised it


@dataclass(frozen=True, slots=True)
class Application:
    """案件 The case of a record, as it was on a day. `ground`: why the last application was turned away."""

    case: int
    filing: Filing
    state: Words
    ground: Words | None


def applications(over: Engine, records: Mapping[str, Party], on: date) -> Mapping[str, Application]:
    """Record → its case: of several one that is applied for, else the newest. Records without a case are left out."""
    found: dict[str, Application] = {}
    with over.ledger.reading() as connection:
        opened = event_log.openings(connection, DEFINITION.kind)
        for number in [each.case for each in opened if each.on <= on and _is_about(each, records)]:
            events = [each for each in event_log.events(connection, number) if each.on <= on]
            case = fold(over.registry.of(events[0].data["kind"], events[0].data["version"]), events)
            record = case.opened["record"]
            if record not in found or found[record].filing is not Filing.APPLIED:
                found[record] = Application(number, filing(case), case.state.words, ground(case))
    return found


def _is_about(opened: Event, records: Mapping[str, Party]) -> bool:
    return records.get(opened.values.get("record", "")) == (opened.data["enterprise"], opened.data["authority"])
