"""Answering what is known of credit: the strip of many, all records of one, the plan over them."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final

from cases.reach import EVERYTHING, Reach
from graph.ontology import Ref
from graph.view import View
from lianxin.errors import BadFact, BadQuestion, NotKnown, OutOfScope
from rules.credit_repair.finding import RepairFinding, assess
from rules.credit_repair.gravity import Gravity
from rules.credit_repair.law import CREDIT_REPAIR
from rules.credit_repair.plan import plan
from rules.explain import explain
from services import sources
from services.credit.answer import (
    Change,
    Credit,
    CreditGroup,
    CreditPlan,
    CreditRecord,
    CreditStrip,
    KindSearched,
    StripState,
)
from services.credit.facts import LABELS, refusal, removed_on, text_of
from services.credit.judged import Judged, judge
from services.credit_records import (
    FORMATS_OF,
    KIND_ZH,
    CreditEventOf,
    RecordKind,
    against,
    event_of,
    not_loaded,
    perhaps,
    perhaps_each,
)
from services.outcomes import up_to
from services.search import resolve

NOT_STATED: Final = "未报送"
_STRIPS_KEPT: Final = 100_000  # they share what was searched, so that each holds little more than its counts
_DAY: Final = "on"


# --- in lists ---------------------------------------------------------------------------------------------------------


def strip(view: View, handles: Iterable[int], on: date) -> Mapping[int, CreditStrip]:
    """The strip of every enterprise among these records on a day; institutions have none."""
    kept: dict[tuple[int, date], CreditStrip] = view.derived("credit strips")
    distinct = list(dict.fromkeys(handles))
    asked = [handle for handle, ref in zip(distinct, view.refs(distinct), strict=True) if ref.type == "Enterprise"]
    known = {handle: kept.get((handle, on)) for handle in asked}
    new = _strips(view, [handle for handle, found in known.items() if found is None], on)
    if len(kept) + len(new) > _STRIPS_KEPT:
        kept.clear()  # another thread may be reading: nobody counts on what is kept
    kept.update({(handle, on): made for handle, made in new.items()})
    return {handle: found or new[handle] for handle, found in known.items()}


def _strips(view: View, handles: Sequence[int], on: date) -> dict[int, CreditStrip]:
    """All events are judged at once, then parted again by whom they are against."""
    if not handles:
        return {}
    events = against(view, handles, on)
    judged = iter(judge(view, [event for each in events.values() for event in each], on))
    kinds, missing, untied = searched(view), not_loaded(view), perhaps_each(view, list(events), on)
    return {
        handle: _strip([next(judged) for _ in events[handle]], len(untied[handle]), kinds, missing, on)
        for handle in events
    }


def _strip(
    judged: Sequence[Judged], untied: int, kinds: Sequence[KindSearched], missing: Sequence[RecordKind], on: date
) -> CreditStrip:
    shown = [each for each in judged if each.shown]
    dated = [each for each in shown if each.earliest is not None]
    first = min(dated, key=_first_day, default=None)
    counts = Counter(each.gravity for each in shown)
    return CreditStrip(
        on=on,
        state=_state(bool(shown), bool(untied), any(kind.datasets for kind in kinds)),
        counts={gravity: counts[gravity] for gravity in Gravity if counts[gravity]},
        shown=len(shown),
        ended=len(judged) - len(shown),
        undecided=sum(each.finding is None for each in shown),
        perhaps=untied,
        earliest=first and first.earliest,
        latest=first and first.latest,
        day_open=first.day_open if first is not None else bool(shown),
        restrictions=[each.restriction for each in shown if each.restriction is not None],
        searched=kinds,
        not_loaded=missing,
        synthetic=any(source.synthetic for each in judged for source in each.event.sources)
        or any(dataset.synthetic for kind in kinds for dataset in kind.datasets),
    )


def _first_day(each: Judged) -> tuple[date, str, str]:
    first = each.earliest
    assert first is not None
    return first.day, each.event.ref.type, each.event.ref.key


def _state(shown: bool, untied: bool, anything_searched: bool) -> StripState:
    if shown:
        return StripState.SHOWN
    if untied:
        return StripState.PERHAPS
    return StripState.NONE_SHOWN if anything_searched else StripState.UNKNOWN


def searched(view: View) -> list[KindSearched]:
    """Every kind of record with the data sets that hold it, and up to which day they reach."""
    found = []
    for kind in RecordKind:
        datasets = [each for each in view.datasets if each.format in FORMATS_OF.get(kind, ())]
        found.append(KindSearched(kind, KIND_ZH[kind], datasets, *sources.reach(datasets)))
    return found


# --- one enterprise ---------------------------------------------------------------------------------------------------


def credit(view: View, key: str, on: date, reach: Reach = EVERYTHING) -> Credit:
    """All records of an enterprise, by key or name, on a day; within limits those that are reached, and their strip.

    Raises NotKnown, BadQuestion when several bear the name, OutOfScope.
    """
    handle = _reached(view, key, reach)
    events = _within(against(view, [handle], on)[handle], reach)
    untied = _within(perhaps(view, handle, on), reach)
    if reach.authorities is not None and not events and not untied:
        raise OutOfScope
    judged = judge(view, events, on)
    made = _strip(judged, len(untied), searched(view), not_loaded(view), on)
    return Credit(
        ref=view.ref(handle),
        name=view.entity(handle).name,
        on=on,
        strip=made,
        groups=_groups([_record(each, on) for each in judged]),
        perhaps=[_record(each, on) for each in judge(view, untied, on)],
        searched=made.searched,
        not_loaded=made.not_loaded,
        synthetic=made.synthetic,
    )


def strip_of(view: View, enterprise: Ref, on: date, reach: Reach = EVERYTHING) -> CreditStrip:
    """The strip of one enterprise, over the records that are reached. Raises NotKnown, OutOfScope."""
    if reach.limited:
        return credit(view, enterprise.key, on, reach).strip
    handle = resolve(view, enterprise.key, ("Enterprise",))
    return strip(view, [handle], on)[handle]


def _reached(view: View, key: str, reach: Reach) -> int:
    """The enterprise that is asked for. Whose limit is one enterprise asks for it by its key, and for nothing else."""
    if reach.enterprise is not None:
        own = view.handle(Ref("Enterprise", reach.enterprise))
        if own is None or view.handle(Ref("Enterprise", key)) != own:
            raise OutOfScope
        return own
    try:
        return resolve(view, key, ("Enterprise",))
    except NotKnown as unknown:
        raise reach.refusal(unknown) from None


def _within(events: Sequence[CreditEventOf], reach: Reach) -> list[CreditEventOf]:
    return [event for event in events if reach.recognises(authority_of(event))]


def authority_of(event: CreditEventOf) -> str:
    """The authority that made a record, as the register names it."""
    return text_of(event.get("authority")) or NOT_STATED


def record_of(known: Credit, id: str, reach: Reach = EVERYTHING) -> CreditRecord:
    """One record of an enterprise by its id. Raises NotKnown, OutOfScope."""
    found = known.record(id)
    if found is None:
        raise reach.refusal(NotKnown("credit record", "信用记录", id))
    return found


def credit_record(view: View, ref: Ref, on: date) -> CreditRecord | None:
    """One record by its own reference, whoever it is about; None where the ledger holds no such record."""
    event = event_of(view, ref)
    return None if event is None else _record(judge(view, [event], on)[0], on)


def _groups(records: Sequence[CreditRecord]) -> list[CreditGroup]:
    """By authority and kind; the group with the newest record first, as the records stand."""
    by_group: dict[tuple[str, RecordKind], list[CreditRecord]] = {}
    for record in records:
        by_group.setdefault((record.authority, record.kind), []).append(record)
    return [CreditGroup(who, kind, KIND_ZH[kind], found) for (who, kind), found in by_group.items()]


def _record(judged: Judged, on: date) -> CreditRecord:
    event, finding = judged.event, judged.finding
    until = event.get("publication_until")
    removed = removed_on(event)
    return CreditRecord(
        id=record_id(event),
        event=event,
        kind=event.kind,
        title=_title(event),
        number=text_of(event.get("document_no")) or text_of(event.get("list_id")),
        authority=authority_of(event),
        day=event.day,
        party_name=text_of(event.get("party_name")),
        masked=event.masked,
        facts=judged.read.facts,
        standards=judged.read.standards,
        known=judged.read.known,
        missing=judged.read.missing,
        finding=finding,
        no_finding=judged.why_not,
        explanation=None if finding is None else explain(CREDIT_REPAIR, finding),
        ways=judged.ways,
        shown=judged.shown,
        earliest=judged.earliest,
        latest=judged.latest,
        day_open=judged.day_open,
        restriction=judged.restriction,
        published_until=until if isinstance(until, date) else None,
        removed_on=removed if removed is not None and removed <= on else None,
        sources=event.sources,
        outcomes=up_to(event.outcomes, on),
        hidden_by=judged.hidden_by,
    )


def record_id(event: CreditEventOf) -> str:
    """What names a record in a plan and in an address."""
    return f"{event.ref.type}/{event.ref.key}"


def _title(event: CreditEventOf) -> str:
    """What it is about, in a few words of the register."""
    names = ("list_name", "reason") if event.kind is RecordKind.SERIOUS_LISTING else ("offence", "reason")
    said = [text for name in names if (text := text_of(event.get(name)))]
    return "：".join(said) or KIND_ZH[event.kind]


# --- the plan ---------------------------------------------------------------------------------------------------------


def credit_plan(
    view: View, key: str, on: date, changes: Sequence[Change] = (), reach: Reach = EVERYTHING
) -> CreditPlan:
    """The plan over all records of an enterprise. `changes`: what would be if a fact, or the day "on", were another.

    Raises NotKnown, OutOfScope, BadQuestion (what is no fact, or no record of it, is changed), BadFact (facts that
    contradict).
    """
    return plan_of(credit(view, key, on, reach), changes)


def plan_of(known: Credit, changes: Sequence[Change] = ()) -> CreditPlan:
    """The same over records that are found already. Raises BadQuestion and BadFact."""
    records = {record.id: record for record in known.records}
    _refuse_strangers(changes, records)
    day, asked, left_out = _day_of(changes, known.on), {}, {}
    for id, record in records.items():
        found = _asked(record, changes, day)
        if isinstance(found, str):
            left_out[id] = found
        else:
            asked[id] = found
    return CreditPlan(
        ref=known.ref,
        name=known.name,
        on=day,
        changes=changes,
        plan=plan(asked, day),
        records=records,
        changed=[id for id, finding in asked.items() if _differs(records[id].finding, finding)],
        left_out=left_out,
    )


def _day_of(changes: Sequence[Change], on: date) -> date:
    days = [change.value for change in changes if change.fact == _DAY]
    return days[-1] if days else on


def _asked(record: CreditRecord, changes: Sequence[Change], day: date) -> RepairFinding | str:
    """The finding with the facts that the question changes: the same call as ever; or in Chinese why there is none."""
    if record.facts is None:
        return record.no_finding
    values: dict[str, Any] = {
        change.fact: change.value for change in changes if change.fact != _DAY and change.id in (None, record.id)
    }
    facts = replace(record.facts, **values)
    try:
        return assess(facts, day, record.standards)
    except BadFact as refused:  # the day asked for lies before the record
        return refusal(refused)


def _refuse_strangers(changes: Sequence[Change], records: Mapping[str, CreditRecord]) -> None:
    for change in changes:
        if change.fact != _DAY and change.fact not in LABELS:
            raise BadQuestion(f"{change.fact} is no fact of a credit record", f"{change.fact} 不是信用记录的事实")
        record = None if change.id is None else records.get(change.id)
        if change.id is not None and (record is None or record.facts is None):
            raise BadQuestion(f"no record {change.id} can be changed", f"没有可以改的记录 {change.id}")


def _differs(one: RepairFinding | None, other: RepairFinding) -> bool:
    return one is None or (one.answer, one.reasons, one.values) != (other.answer, other.reasons, other.values)
