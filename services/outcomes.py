"""Outcomes of cases 办理结果 as they stand beside a record: what was decided, by whom, on which day, and what follows.

Only what whoever decides has done changes what the rules are told; what the party says is shown as said.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from graph.ontology import CHINESE, Basis, OutcomeKind, Ref
from graph.view import Entity, Evidence, Source, View

K: Final = OutcomeKind


@dataclass(frozen=True, slots=True)
class OutcomeOf:
    """办理结果 One outcome. `until`: to which day it holds, where that was stated; `case`, `event`: where it stands."""

    ref: Ref
    kind: OutcomeKind
    on: date
    until: date | None
    authority: str | None
    case: int
    event: int
    basis: Basis
    source: Source

    @property
    def words(self) -> str:
        """What came of it, in Chinese."""
        return CHINESE[self.kind]


@dataclass(frozen=True, slots=True)
class Told:
    """The value of a fact that an outcome tells the rules, and the outcome that tells it."""

    value: Any
    by: OutcomeOf


_HIDES: Final[Mapping[OutcomeKind, bool]] = {
    K.REPAIRED: True,
    K.CORRECTED: True,
    K.DISPLAY_ENDED: True,
    K.NOT_PUBLISHED: True,
    K.SHIELDED: True,
    K.SHIELD_ENDED: False,
    K.REPAIR_REVOKED: False,
}
"""Outcomes after which a record is no longer displayed, and those after which it is again; others change nothing."""


def outcomes(view: View, handles: Sequence[int]) -> list[list[OutcomeOf]]:
    """The outcomes about each of these records, the oldest first."""
    links = view.links("Settles", handles, "in", on=None)
    found: list[list[OutcomeOf]] = [[] for _ in handles]
    entities, stated = view.entities_of(links.other.tolist()), view.evidences("Settles", links.link.tolist())
    for origin, entity, evidence in zip(links.origin.tolist(), entities, stated, strict=True):
        found[origin].append(_outcome(entity, evidence))
    return [sorted(each, key=_order) for each in found]


def _outcome(entity: Entity, link: Evidence) -> OutcomeOf:
    return OutcomeOf(
        ref=entity.ref,
        kind=entity.get("kind"),
        on=entity.get("decided_on"),
        until=entity.get("until"),
        authority=entity.get("authority"),
        case=entity.get("case_no"),
        event=entity.get("event_no"),
        basis=link.basis,
        source=link.source,
    )


def _order(each: OutcomeOf) -> tuple[date, int, int]:
    return each.on, each.case, each.event


def up_to(found: Iterable[OutcomeOf], on: date) -> list[OutcomeOf]:
    """Those that had come to be on a day."""
    return [each for each in found if each.on <= on]


def decided(found: Iterable[OutcomeOf], on: date) -> list[OutcomeOf]:
    """Those that whoever decides has made by a day."""
    return [each for each in up_to(found, on) if each.basis is Basis.OBSERVED]


def told(found: Iterable[OutcomeOf], on: date) -> Mapping[str, Told]:
    """What outcomes tell the rules on a day, by the name of the fact."""
    facts: dict[str, Told] = {}
    for each in decided(found, on):
        if each.kind is K.REPAIRED:
            facts["repaired_on"] = Told(each.on, each)
        elif each.kind is K.CORRECTED:
            facts["decision_revoked_on"] = Told(each.on, each)
        elif each.kind is K.NOT_PUBLISHED:
            facts["published"] = Told(False, each)
        elif each.kind is K.REPAIR_REVOKED:
            facts.pop("repaired_on", None)
        elif each.kind is K.EXCLUDED:
            facts["exclusion_decided_on"] = Told(each.on, each)
        elif each.kind is K.EXCLUSION_OVER:
            facts.pop("exclusion_decided_on", None)
    return facts


def hidden_by(found: Iterable[OutcomeOf], on: date) -> OutcomeOf | None:
    """The outcome for which a record is not displayed on a day; None where none keeps it from being so."""
    turning = [each for each in decided(found, on) if each.kind in _HIDES]
    return turning[-1] if turning and _HIDES[turning[-1].kind] else None
