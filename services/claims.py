"""企业自述 What an enterprise says of its own records, beside what the registers say: shown as said, and what would be
if it is so. No finding is changed by it until an officer has confirmed it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from cases import claims as store
from cases.claims import Claim, ClaimedFact, Statement
from cases.documents import Proof
from cases.reach import EVERYTHING, Reach
from graph.ledger import Ledger
from graph.ontology import Ref
from graph.view import View
from lianxin.errors import BadFact, BadQuestion, Conflict, NotKnown
from rules.credit_repair.finding import RepairFinding, what_if
from services.credit import Credit, CreditRecord, credit
from services.credit.facts import refusal

_VALUE: Final[Mapping[ClaimedFact, Any]] = {ClaimedFact.COMMITMENT: True}
"""What a claimed fact is taken for; the others for the day on which they were done."""


@dataclass(frozen=True, slots=True)
class RecordClaims:
    """自述 What is said of one record, the newest first, and what the rules would say if it is so.

    `as_said`: for each fact the newest claim. `otherwise`: None where there is no finding; `refused` says why.
    """

    record: str
    claims: Sequence[Claim]
    as_said: Mapping[ClaimedFact, Claim]
    otherwise: RepairFinding | None
    refused: str


def claimed(ledger: Ledger, view: View, known: Credit) -> Mapping[str, RecordClaims]:
    """What an enterprise says of its records, by the id of each; records of which nothing is said are left out."""
    by_ref = {record.ref: record for record in known.records}
    party = view.handle(known.ref)
    said: dict[Ref, list[Claim]] = {}
    for claim in store.standing(ledger, by_ref):
        if view.handle(claim.party) == party:  # a record may have been tied to another party since
            said.setdefault(claim.record, []).append(claim)
    return {by_ref[ref].id: _of_record(by_ref[ref], found, known.on) for ref, found in said.items()}


def _of_record(record: CreditRecord, found: Sequence[Claim], on: date) -> RecordClaims:
    as_said = newest(found)
    if record.facts is None:
        return RecordClaims(record.id, found, as_said, None, record.no_finding)
    try:
        otherwise = what_if(record.facts, on, record.standards, **_changes(as_said, on))
        return RecordClaims(record.id, found, as_said, otherwise, "")
    except BadFact as refused:
        return RecordClaims(record.id, found, as_said, None, refusal(refused))


def newest(claims: Iterable[Claim]) -> Mapping[ClaimedFact, Claim]:
    """The newest claim of each fact; the claims come newest first."""
    found: dict[ClaimedFact, Claim] = {}
    for claim in claims:
        found.setdefault(claim.fact, claim)
    return found


def _changes(as_said: Mapping[ClaimedFact, Claim], on: date) -> dict[str, Any]:
    """What is dated later than the day asked for does not exist yet on it."""
    return {fact.value: _VALUE.get(fact, claim.day) for fact, claim in as_said.items() if claim.day <= on}


def say(
    ledger: Ledger, view: View, key: str, id: str, fact: ClaimedFact, day: date, *, said_by: str, today: date,
    proofs: Sequence[Proof] = (), reach: Reach = EVERYTHING,
) -> int:  # fmt: skip
    """Store what an enterprise says of a record of its own. `said_by`: who writes it down.

    Raises NotKnown (no such enterprise), BadQuestion (the record is not its own, the day has not come), BadDocument,
    OutOfScope.
    """
    known = credit(view, key, today, reach)
    record = own_record(known, id, reach)
    if record.day is not None and day < record.day:
        raise BadQuestion(
            f"{day} lies before the record itself ({record.day})", f"{day} 早于这条记录本身的日期 {record.day}"
        )
    return store.say(ledger, Statement(known.ref, record.ref, fact, day, said_by, proofs), today)


def withdraw(
    ledger: Ledger, view: View, key: str, claim: int, *, said_by: str, today: date, reach: Reach = EVERYTHING
) -> Claim:
    """Take back what an enterprise said, and give it. What it stated itself, only itself takes back.

    Raises NotKnown where that claim is not its own, Conflict, OutOfScope.
    """
    own = credit(view, key, today, reach)
    found = next(
        (each for said in claimed(ledger, view, own).values() for each in said.claims if each.id == claim), None
    )
    if found is None:
        raise reach.refusal(NotKnown("claim", "自述", str(claim)))
    if found.by_itself and reach.enterprise is None:
        raise Conflict(
            f"the enterprise stated claim {claim} itself: only its own account takes it back",
            f"第 {claim} 号自述是企业自己填报的，只有企业自己的账户可以撤回",
        )
    store.withdraw(ledger, claim, said_by)
    return found


def own_record(known: Credit, id: str, reach: Reach = EVERYTHING) -> CreditRecord:
    """The record of an enterprise by its id. Raises BadQuestion where it is not one of its own, OutOfScope."""
    found = known.record(id)
    if found is None:
        stranger = BadQuestion(
            f"{id} is no record of {known.name}; a party states what it did about its own records",
            f"{id} 不是“{known.name}”的记录；只能说自己的记录",
        )
        raise reach.refusal(stranger)
    return found
