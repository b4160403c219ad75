"""Findings, plans and the credit of an enterprise as JSON: the same for the API and for the commands' `--json`.

As in answers_json: dicts, lists, text, numbers and None, keys in a fixed order.
"""

from dataclasses import fields

from rules.credit_repair.facts import Facts, write_facts
from rules.credit_repair.finding import RepairFinding
from rules.credit_repair.law import CREDIT_REPAIR
from rules.credit_repair.plan import Plan
from rules.record import finding_record
from services.answers_json import Json, credit_strip, day, evidence, plain, reference, repair_day, source
from services.answers_json import kind_searched as searched
from services.answers_json import restriction as restricted
from services.calendar_file import FREE
from services.credit import Credit, CreditGroup, CreditPlan, CreditRecord, FactFrom, FactMissing, WayOfRecord
from services.outcomes import OutcomeOf


def finding(found: RepairFinding) -> Json:
    """A finding whole: answer, reasons with citations, the walk, every scenario, what nobody has verified."""
    told = finding_record(CREDIT_REPAIR, found, write_facts(found.facts))
    told["facts"] = facts(found.facts)
    told["values"]["gravity_zh"] = found.values.gravity.chinese
    return {**told, "fine_standard": _standard(found), "free": FREE}


def _standard(found: RepairFinding) -> Json | None:
    """The sector standard that classed the fine: with it, facts and day the finding can be computed again."""
    standard = found.ways[0].case.fine.standard if found.ways else None
    if standard is None:
        return None
    return {each.name: plain(getattr(standard, each.name)) for each in fields(standard)}


def facts(stated: Facts) -> Json:
    """The facts that are stated, as the JSON Schema of the rules has them; blanks are left out."""
    cells = {name: plain(getattr(stated, name)) for name in write_facts(stated)}
    return {name: sorted(value) if isinstance(value, list) else value for name, value in cells.items()}


def plan(made: Plan) -> Json:
    """A plan: what to file in which order, which acts come first, what has to be clarified, what needs nothing."""
    return {
        "on": day(made.on),
        "filings": [
            {
                **_brief(each.id, each.finding),
                "file_from": day(each.file_from),
                "earliest": day(each.earliest),
                "hangs_on": list(each.hangs_on),
                "acts": list(each.acts),
                "stops_on": day(each.stops_on),
            }
            for each in made.filings
        ],
        "acts": [{"code": act.code, "what": act.what, "ids": list(act.ids)} for act in made.acts],
        "to_clarify": [_brief(id, found) for id, found in made.to_clarify],
        "nothing_to_file": [_brief(id, found) for id, found in made.nothing_to_file],
        "free": FREE,
    }


def _brief(id: str, found: RepairFinding) -> Json:
    values = found.values
    return {
        "id": id,
        "answer": found.answer.value,
        "answer_zh": found.answer.chinese,
        "reasons": sorted(found.reasons),
        "gravity": values.gravity.value,
        "gravity_zh": values.gravity.chinese,
        "not_before": day(values.not_before),
        "last_day": day(values.last_day),
    }


def what_if(really: RepairFinding, otherwise: RepairFinding) -> Json:
    """What is, what would be, and which parts of the finding differ."""
    one, other = _brief("", really), _brief("", otherwise)
    return {
        "really": finding(really),
        "otherwise": finding(otherwise),
        "differs": [name for name in one if one[name] != other[name] and not name.endswith("_zh")],
    }


# --- an enterprise ----------------------------------------------------------------------------------------------------


def credit(known: Credit) -> Json:
    """All records of an enterprise by authority and kind, each with its finding, and where nobody has looked."""
    return {
        **reference(known.ref, known.name),
        "on": day(known.on),
        "strip": credit_strip(known.strip),
        "groups": [group(each) for each in known.groups],
        "perhaps": [record(each) for each in known.perhaps],
        "searched": [searched(each) for each in known.searched],
        "not_loaded": [kind.value for kind in known.not_loaded],
        "synthetic": known.synthetic,
        "free": FREE,
    }


def group(found: CreditGroup) -> Json:
    """The records of one kind that one authority made."""
    return {
        "authority": found.authority,
        "kind": found.kind.value,
        "label": found.label,
        "records": [record(each) for each in found.records],
    }


def record(known: CreditRecord) -> Json:
    """One record: what the register says with its sources, what it does not say, and what the rules say of it."""
    event = known.event
    return {
        "id": known.id,
        "record": {"type": known.ref.type, "key": known.ref.key},
        "kind": known.kind.value,
        "title": known.title,
        "number": known.number,
        "authority": known.authority,
        "day": day(known.day),
        "party_name": known.party_name,
        "masked": known.masked,
        "tied_by": plain(event.tied_by),
        "tie": None if event.tie is None else evidence(event.tie),
        "facts": None if known.facts is None else facts(known.facts),
        "known": [fact(each) for each in known.known],
        "missing": [missing(each) for each in known.missing],
        "finding": None if known.finding is None else finding(known.finding),
        "no_finding": known.no_finding,
        "gravity": known.gravity.value,
        "ways": [way(each) for each in known.ways],
        "shown": known.shown,
        "earliest": repair_day(known.earliest),
        "latest": repair_day(known.latest),
        "day_open": known.day_open,
        "restriction": None if known.restriction is None else restricted(known.restriction),
        "published_until": day(known.published_until),
        "removed_on": day(known.removed_on),
        "outcomes": [outcome(each) for each in known.outcomes],
        "hidden_by": None if known.hidden_by is None else outcome(known.hidden_by),
        "sources": [source(each) for each in known.sources],
    }


def outcome(came: OutcomeOf) -> Json:
    """What came of a case about a record: who decided, on which day, on what basis, in which event of which case."""
    return {
        "kind": came.kind.value,
        "zh": came.words,
        "on": day(came.on),
        "until": day(came.until),
        "authority": came.authority,
        "basis": came.basis.value,
        "case": came.case,
        "event": came.event,
        "source": source(came.source),
    }


def fact(known: FactFrom) -> Json:
    """One fact with its sources, and how it follows from the row."""
    value = plain(known.value)
    return {
        "name": known.name,
        "label": known.label,
        "value": sorted(value) if isinstance(value, list) else value,
        "text": known.text,
        "how": known.how,
        "mark": plain(known.mark),
        "sources": [source(each) for each in known.sources],
    }


def missing(unknown: FactMissing) -> Json:
    """One fact that no register says: why, what the rules take a blank for, who can say it."""
    return {
        "name": unknown.name,
        "label": unknown.label,
        "why": unknown.why.value,
        "blank": unknown.blank,
        "ask": unknown.ask,
    }


def way(known: WayOfRecord) -> Json:
    """One way of what is not known."""
    return {
        "assumed": dict(known.assumed),
        "answer": known.answer.value,
        "reasons": list(known.reasons),
        "gravity": known.gravity.value,
        "not_before": day(known.not_before),
        "last_day": day(known.last_day),
        "ended": known.ended,
        "day": repair_day(known.day),
    }


def credit_plan(made: CreditPlan) -> Json:
    """The plan over all records of an enterprise, and what a what-if changed."""
    changes = [{"fact": each.fact, "value": plain(each.value), "id": each.id} for each in made.changes]
    return {
        **reference(made.ref, made.name),
        "on": day(made.on),
        "changes": changes,
        "plan": plan(made.plan),
        "records": {id: _title(each) for id, each in made.records.items()},
        "changed": list(made.changed),
        "left_out": dict(made.left_out),
    }


def _title(known: CreditRecord) -> Json:
    return {"title": known.title, "authority": known.authority, "day": day(known.day)}
