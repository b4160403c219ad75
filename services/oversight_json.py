"""Claims, the list of what could be applied for, and the impact of a change of law as JSON, as in credit_json."""

from collections.abc import Set as AbstractSet

from cases.claims import Claim
from services.answers_json import Json, day, repair_day
from services.answers_json import kind_searched as searched
from services.applications import Application
from services.calendar_file import FREE
from services.claims import RecordClaims
from services.oversight import Eligible, EligibleList, ImpactList, ImpactRow
from services.through import Brief

CLAIMED = "claimed"  # 企业自述: the basis of everything that a party says


def record_claims(said: RecordClaims) -> Json:
    """What a party says of one record, and what the rules would say if it is so; it changes no finding."""
    found = said.otherwise
    return {
        "record": said.record,
        "claims": [claim(each) for each in said.claims],
        "otherwise": None
        if found is None
        else {
            "answer": found.answer.value,
            "reasons": sorted(found.reasons),
            "not_before": day(found.values.not_before),
            "last_day": day(found.values.last_day),
        },
        "refused": said.refused,
    }


def claim(said: Claim) -> Json:
    """One statement of a party."""
    return {
        "id": said.id,
        "basis": CLAIMED,
        "fact": said.fact.value,
        "day": day(said.day),
        "said_by": said.role,
        "said_at": said.said_at.isoformat(timespec="seconds") + "Z",
        "documents": [
            {"digest": each.digest, "media_type": each.media_type.value, "size": each.size} for each in said.documents
        ],
    }


def brief(record: Brief) -> Json:
    """A record in one line of a list over all parties."""
    return {
        "id": record.id,
        "kind": record.kind.value,
        "authority": record.authority,
        "number": record.number,
        "day": day(record.day),
        "party": record.party,
        "enterprise": record.enterprise,
        "masked": record.masked,
    }


def eligible(found: EligibleList, cases: AbstractSet[int]) -> Json:
    """Which records could be applied for. `cases`: those that whoever asks reaches; of others only how far they are."""
    return {
        "on": day(found.on),
        "authority": found.authority,
        "counts": {stage.value: count for stage, count in found.counts.items()},
        "records": found.records,
        "read": found.read,
        "total": found.total,
        "complete": found.complete,
        "applied": found.applied,
        "found": [eligible_record(each, cases) for each in found.found],
        "next_cursor": found.next_cursor,
        "searched": [searched(each) for each in found.searched],
        "not_loaded": [kind.value for kind in found.not_loaded],
        "free": FREE,
    }


def eligible_record(each: Eligible, cases: AbstractSet[int]) -> Json:
    """One record whose day has come."""
    case = each.application
    return {
        **brief(each.record),
        "stage": each.stage.value,
        "answer": each.answer.value,
        "gravity": each.gravity.value,
        "reasons": list(each.reasons),
        "since": repair_day(each.since),
        "to_do": [{"what": step.title, "why": step.detail, "party": step.mine} for step in each.to_do],
        "claims": [claim(said) for said in each.claims],
        "application": None if case is None else application(case, seen=case.case in cases),
    }


def application(case: Application, *, seen: bool) -> Json:
    """How far the application of a record is; its case, state and ground for whoever may see the case."""
    return {
        "filing": case.filing.value,
        "case": case.case if seen else None,
        "state": {"zh": case.state.zh, "en": case.state.en} if seen else None,
        "ground": {"zh": case.ground.zh, "en": case.ground.en} if seen and case.ground is not None else None,
    }


def law_impact(found: ImpactList) -> Json:
    """What a change of law does; while it is not complete, the same question goes on where this one ended."""
    return {
        "on": day(found.on),
        "old": found.old.id,
        "new": found.new.id,
        "counts": {change.value: count for change, count in found.counts.items()},
        "unjudged": {why.value: count for why, count in found.unjudged.items()},
        "records": found.records,
        "read": found.read,
        "total": found.total,
        "complete": found.complete,
        "rows": [impact_row(each) for each in found.rows],
        "next_cursor": found.next_cursor,
        "searched": [searched(each) for each in found.searched],
        "not_loaded": [kind.value for kind in found.not_loaded],
    }


def impact_row(row: ImpactRow) -> Json:
    """One record under both rule sets."""
    found = row.outcome
    return {
        **brief(row.record),
        "change": found.change.value,
        "old": {"answer": found.old.value, "not_before": day(found.old_first)},
        "new": {"answer": found.new.value, "not_before": day(found.new_first)},
        "from": day(found.from_day),
    }
