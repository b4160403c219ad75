"""Over all records of the ledger 全部记录: which could be applied for now, and what a change of law does to them.

For an authority that calls the parties back, and for a lead department that wants to know whom a new rule touches.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple

from cases import claims as claim_store
from cases.claims import Claim
from cases.definitions.credit_repair.filing import Filing
from cases.reach import EVERYTHING, Reach
from graph.ledger import Ledger
from graph.ontology import Ref
from graph.view import View
from lianxin.errors import BadFact
from rules.answer import Answer
from rules.credit_repair.facts import Facts, known_on
from rules.credit_repair.gravity import Gravity
from rules.credit_repair.impact import Change, impact
from rules.credit_repair.matter import Matter
from rules.credit_repair.sets import covers
from rules.credit_repair.standards import Standards
from rules.rule import RuleSet
from services import cases as case_service
from services.applications import Application, applications
from services.credit import KindSearched, RepairDay
from services.credit.facts import FromRegister, from_register
from services.credit.find import authority_of, record_id, searched
from services.credit.judged import Judged, judge
from services.credit.standards import sector_standards
from services.credit_records import CreditEventOf, RecordKind, events, not_loaded
from services.one_record import Step, steps_of
from services.through import SLICE_SECONDS, Brief, brief, work_through

_ORDER: Final = (Change.LOSES, Change.REVIEW, Change.GAINS, Change.SAME)
"""In which order the records stand: whom a change costs something first."""


# --- 现在可申请、尚未申请 ---------------------------------------------------------------------------------------------


class Stage(StrEnum):
    """到哪一步 How far a record is."""

    READY = "ready"  # 条件都满足
    DAY_REACHED = "day_reached"  # 日期已到, something is still to do
    PERHAPS = "perhaps"  # 有的情形日期已到: what is not known decides

    @property
    def chinese(self) -> str:
        return _STAGES[self]


_STAGES: Final = {
    Stage.READY: "条件都满足",
    Stage.DAY_REACHED: "日期已到，还差要办的事",
    Stage.PERHAPS: "有的情形日期已到",
}
_RANK: Final = {stage: rank for rank, stage in enumerate(Stage)}


@dataclass(frozen=True, slots=True)
class Eligible:
    """现在可申请 One record whose day has come. `since`: the first such day; `to_do`: what is left before filing;
    `claims`: what the party says of it; `application`: its case, where one was opened without being applied for now."""

    record: Brief
    stage: Stage
    answer: Answer
    gravity: Gravity
    reasons: Sequence[str]
    since: RepairDay
    to_do: Sequence[Step]
    claims: Sequence[Claim]
    application: Application | None


@dataclass(frozen=True, slots=True)
class EligibleList:
    """现在可申请、尚未申请. `counts`: by stage, before paging and before a stage was chosen; `applied`: how many were
    left out because a case holds an application for them. Who applied elsewhere, nobody here knows.

    `records`: those of these authorities that were judged; `read` of `total` records of the ledger were looked at so
    far, and the same question goes on.
    """

    on: date
    authority: str
    found: Sequence[Eligible]
    counts: Mapping[Stage, int]
    records: int
    read: int
    total: int
    next_cursor: str | None
    applied: int
    searched: Sequence[KindSearched]
    not_loaded: Sequence[RecordKind]

    @property
    def complete(self) -> bool:
        """Whether every record was looked at."""
        return self.read == self.total


class _Place(NamedTuple):
    """Where a record stands in the list: the surest first, then the longest waiting. `stage` None: it is not in it."""

    stage: Stage | None
    since: date
    id: str
    handle: int
    authority: str
    party: str | None

    @property
    def key(self) -> str:
        """What a next page begins behind."""
        return f"{_RANK[self.stage]} {self.since.isoformat()} {self.id}" if self.stage is not None else ""


def eligible(
    ledger: Ledger,
    view: View,
    on: date,
    *,
    authority: str = "",
    stage: Stage | None = None,
    limit: int = 50,
    cursor: str | None = None,
    reach: Reach = EVERYTHING,
    seconds: float = SLICE_SECONDS,
) -> EligibleList:
    """The records that could be applied for on a day, by stage, those waiting longest first; a page at a time.

    A record is left out while a case holds an application for it; one that is only being prepared, or whose
    application was turned away, stands with its case. `authority`: only those of authorities whose name contains it;
    `reach`: and who are reached. `seconds`: how long it may take; nothing of what it worked out is lost.
    """
    work = work_through(view, "eligible records", on, on, lambda part: _places(view, part, on), seconds)
    theirs = [each for each in work.found if authority in each.authority and reach.recognises(each.authority)]
    come = [each for each in theirs if each.stage is not None]
    cases = applications(case_service.engine(ledger), {each.id: (each.party, each.authority) for each in come}, on)
    still = [each for each in come if each.id not in cases or cases[each.id].filing is not Filing.APPLIED]
    counts = Counter(each.stage for each in still)
    chosen = sorted((each for each in still if stage in (None, each.stage)), key=lambda each: each.key)
    rest = [each for each in chosen if cursor is None or each.key > cursor]
    page = rest[:limit]
    return EligibleList(
        on=on,
        authority=authority,
        found=_shown(ledger, view, page, on, cases),
        counts={each: counts[each] for each in Stage},
        records=len(theirs),
        read=work.done,
        total=len(work.handles),
        next_cursor=page[-1].key if len(rest) > len(page) else None,
        applied=len(come) - len(still),
        searched=searched(view),
        not_loaded=not_loaded(view),
    )


def _places(view: View, part: Sequence[tuple[int, CreditEventOf]], on: date) -> Iterator[_Place]:
    judged = judge(view, [event for _, event in part], on)
    for (handle, event), each in zip(part, judged, strict=True):
        stage, since = _stage(each, on)
        party = None if event.tie is None else event.tie.to_ref.key
        yield _Place(stage, since.day if since else date.max, record_id(event), handle, authority_of(event), party)


def _stage(judged: Judged, on: date) -> tuple[Stage | None, RepairDay | None]:
    """How far a record is, and the first of its days that has come."""
    finding = judged.finding
    ways = [way for way in judged.ways if not way.ended and way.answer not in (Answer.NOT_APPLICABLE, Answer.NO)]
    reached = [way.day for way in ways if way.day is not None and not way.day.automatic and way.day.day <= on]
    if finding is None or not judged.shown or not reached:
        return None, None
    every_way = Stage.DAY_REACHED if len(reached) == len(ways) else Stage.PERHAPS
    return Stage.READY if finding.answer is Answer.YES else every_way, min(reached, key=lambda each: each.day)


def _shown(
    ledger: Ledger, view: View, page: Sequence[_Place], on: date, cases: Mapping[str, Application]
) -> Sequence[Eligible]:
    """The records of a page in full: judged again, so that a long list need not hold what it does not show."""
    judged = judge(view, events(view, [each.handle for each in page]), on)
    said: dict[Ref, list[Claim]] = {}
    for claim in claim_store.standing(ledger, [each.event.ref for each in judged]):
        said.setdefault(claim.record, []).append(claim)
    return [
        _eligible(view, each, on, said.get(each.event.ref, ()), cases.get(record_id(each.event))) for each in judged
    ]


def _eligible(
    view: View, judged: Judged, on: date, claims: Sequence[Claim], application: Application | None
) -> Eligible:
    finding, (stage, since) = judged.finding, _stage(judged, on)
    assert finding is not None, "only records with a finding have come into the list"
    assert stage is not None
    assert since is not None
    return Eligible(
        record=brief(view, judged.event),
        stage=stage,
        answer=finding.answer,
        gravity=finding.values.gravity,
        reasons=sorted(finding.reasons),
        since=since,
        to_do=steps_of(judged.ways),
        claims=claims,
        application=application,
    )


# --- 规则变化的影响 ---------------------------------------------------------------------------------------------------


class Outcome(NamedTuple):
    """What a change of law does to one pattern of facts."""

    change: Change
    old: Answer
    old_first: date | None
    new: Answer
    new_first: date | None
    from_day: date | None


class Unjudged(StrEnum):
    """为什么没有比较 Why a record is not compared."""

    OUT_OF_SCOPE = "out_of_scope"  # neither rule set speaks of such records
    REMOVED = "removed"  # the register says that it is over
    FACTS_MISSING = "facts_missing"  # the register lacks what every record must have

    @property
    def chinese(self) -> str:
        return _UNJUDGED[self]


_UNJUDGED: Final = {
    Unjudged.OUT_OF_SCOPE: "不归这两套规则管",
    Unjudged.REMOVED: "登记写明已移出",
    Unjudged.FACTS_MISSING: "登记缺少必需的事实",
}


class _Compared(NamedTuple):
    """One record with what came of it."""

    handle: int
    authority: str
    found: Outcome | Unjudged


@dataclass(frozen=True, slots=True)
class ImpactRow:
    """一行 One record under both rule sets."""

    record: Brief
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class ImpactList:
    """规则变化的影响. `counts`: of the records compared; `unjudged`: of those that cannot be; `records`: both.

    `read` of `total` records of the ledger were looked at so far: a large ledger is worked through a slice at a time,
    and the same question goes on where the last one ended.
    """

    on: date
    old: RuleSet[Matter]
    new: RuleSet[Matter]
    counts: Mapping[Change, int]
    unjudged: Mapping[Unjudged, int]
    records: int
    read: int
    total: int
    rows: Sequence[ImpactRow]
    next_cursor: int | None
    searched: Sequence[KindSearched]
    not_loaded: Sequence[RecordKind]

    @property
    def complete(self) -> bool:
        """Whether every record was looked at."""
        return self.read == self.total


def law_impact(
    view: View,
    old: RuleSet[Matter],
    new: RuleSet[Matter],
    on: date,
    *,
    change: Change | None = None,
    limit: int = 50,
    cursor: int = 0,
    reach: Reach = EVERYTHING,
    seconds: float = SLICE_SECONDS,
) -> ImpactList:
    """What a change of law does to the records that are reached and existed on a day; those of one kind of change, or
    all that change, a page at a time. `seconds`: how long it may take; nothing of what it worked out is lost.
    """
    known: dict[tuple[Facts, Standards], Outcome | Unjudged] = {}
    loaded = sector_standards(view)
    work = work_through(
        view,
        "impact of a change of law",
        (old.id, new.id, on),
        on,
        lambda part: [
            _Compared(handle, authority_of(event), _found(from_register(event, on, loaded), old, new, on, known))
            for handle, event in part
        ],
        seconds,
    )
    theirs = [each for each in work.found if reach.recognises(each.authority)]
    compared = [(each.handle, each.found) for each in theirs if isinstance(each.found, Outcome)]
    wanted = [(handle, each) for handle, each in compared if _wanted(each.change, change)]
    wanted.sort(key=lambda each: (_ORDER.index(each[1].change), -each[0]))
    page = wanted[cursor : cursor + limit]
    counts = Counter(each.change for _, each in compared)
    unjudged = Counter(each.found for each in theirs if isinstance(each.found, Unjudged))
    shown = events(view, [handle for handle, _ in page])
    return ImpactList(
        on=on,
        old=old,
        new=new,
        counts={each: counts[each] for each in Change},
        unjudged={each: unjudged[each] for each in Unjudged},
        records=len(theirs),
        read=work.done,
        total=len(work.handles),
        rows=[ImpactRow(brief(view, event), each) for event, (_, each) in zip(shown, page, strict=True)],
        next_cursor=cursor + limit if cursor + limit < len(wanted) else None,
        searched=searched(view),
        not_loaded=not_loaded(view),
    )


def _found(
    read: FromRegister, old: RuleSet[Matter], new: RuleSet[Matter], on: date,
    known: dict[tuple[Facts, Standards], Outcome | Unjudged],
) -> Outcome | Unjudged:  # fmt: skip
    """What came of one record. `known`: equal patterns of facts are compared once."""
    if read.facts is None:
        return Unjudged.REMOVED if read.removed else Unjudged.FACTS_MISSING
    pattern = read.facts, read.standards
    if pattern not in known:
        known[pattern] = _outcome(*pattern, old, new, on)
    return known[pattern]


def _outcome(
    facts: Facts, standards: Standards, old: RuleSet[Matter], new: RuleSet[Matter], on: date
) -> Outcome | Unjudged:
    try:
        known = known_on(facts, on)
        if not covers(old, known) and not covers(new, known):
            return Unjudged.OUT_OF_SCOPE
        found = impact(facts, on, old, new, standards)
    except BadFact:
        return Unjudged.FACTS_MISSING
    before, after = found.old, found.new
    return Outcome(
        found.change, before.answer, before.values.not_before, after.answer, after.values.not_before, found.from_day
    )


def _wanted(found: Change, change: Change | None) -> bool:
    return found is change if change is not None else found is not Change.SAME
