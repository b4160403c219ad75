"""Over all records of the ledger 全部记录: which could be applied for now, and what a change of law does to them.

For an authority that calls the parties back, and for a lead department that wants to know whom a new rule touches.
"""

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple, TypeVar

from cases import claims as claim_store
from cases.claims import Claim
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
from rules.rule import RuleSet
from services.credit import KindSearched, RepairDay
from services.credit.facts import FromRegister, from_register, text_of
from services.credit.find import NOT_STATED, record_id, searched
from services.credit.judged import Judged, judge
from services.credit_records import KIND_ZH, CreditEventOf, RecordKind, every, not_loaded
from services.one_record import Step, steps_of

SLICE_SECONDS: Final = 2.0  # one answer to a question over a large ledger takes no longer; the next one goes on
_KEPT: Final = 4  # questions over all records whose answers are kept: a list is as large as the register
_ORDER: Final = (Change.LOSES, Change.REVIEW, Change.GAINS, Change.SAME)
"""In which order the records stand: whom a change costs something first."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Brief:
    """一行 One record in a list over all parties. `party`: None where it may not be shown; `enterprise`: its key."""

    id: str
    ref: Ref
    kind: RecordKind
    authority: str
    number: str | None
    day: date | None
    party: str | None
    enterprise: str | None
    masked: bool

    @property
    def kind_zh(self) -> str:
        return KIND_ZH[self.kind]


def brief(view: View, event: CreditEventOf) -> Brief:
    """A record in one line."""
    tied = None if event.tie is None else event.tie.to_ref
    handle = None if tied is None else view.handle(tied)
    name = text_of(event.get("party_name")) if handle is None else view.entity(handle).name
    return Brief(
        id=record_id(event),
        ref=event.ref,
        kind=event.kind,
        authority=text_of(event.get("authority")) or NOT_STATED,
        number=text_of(event.get("document_no")) or text_of(event.get("list_id")),
        day=event.day,
        party=None if event.masked else name,
        enterprise=None if tied is None or event.masked else tied.key,
        masked=event.masked,
    )


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


@dataclass(frozen=True, slots=True)
class Eligible:
    """现在可申请 One record whose day has come. `since`: the first such day; `to_do`: what is left before filing;
    `claims`: what the party says of it."""

    record: Brief
    stage: Stage
    answer: Answer
    gravity: Gravity
    reasons: Sequence[str]
    since: RepairDay
    to_do: Sequence[Step]
    claims: Sequence[Claim]

    @property
    def key(self) -> str:
        """Where it stands in the list: what a next page begins behind. The surest first, then the longest waiting."""
        return f"{list(Stage).index(self.stage)} {self.since.day.isoformat()} {self.record.id}"


@dataclass(frozen=True, slots=True)
class EligibleList:
    """现在可申请、尚未申请. `counts`: by stage, before paging and before a stage was chosen; `applied`: None where no
    register of applications is loaded, so that nobody knows who has applied, else how many were left out."""

    on: date
    authority: str
    found: Sequence[Eligible]
    counts: Mapping[Stage, int]
    records: int
    next_cursor: str | None
    applied: int | None
    searched: Sequence[KindSearched]
    not_loaded: Sequence[RecordKind]


HasApplied = Callable[[Ref], bool]


def eligible(
    ledger: Ledger,
    view: View,
    on: date,
    *,
    authority: str = "",
    stage: Stage | None = None,
    limit: int = 50,
    cursor: str | None = None,
    has_applied: HasApplied | None = None,
) -> EligibleList:
    """The records that could be applied for on a day, by stage, those waiting longest first; a page at a time.

    `authority`: only those of authorities whose name contains it. `has_applied`: whether an application is on file;
    without it, none is known of.
    """
    every_one = [each for each in _all_eligible(view, on) if authority in each.record.authority]
    open_ones = [each for each in every_one if has_applied is None or not has_applied(each.record.ref)]
    counts = Counter(each.stage for each in open_ones)
    chosen = [each for each in open_ones if stage in (None, each.stage) and (cursor is None or each.key > cursor)]
    page = chosen[:limit]
    return EligibleList(
        on=on,
        authority=authority,
        found=_with_claims(ledger, page),
        counts={each: counts[each] for each in Stage},
        records=len([event for event in every(view, on) if authority in (text_of(event.get("authority")) or "")]),
        next_cursor=page[-1].key if len(chosen) > len(page) else None,
        applied=None if has_applied is None else len(every_one) - len(open_ones),
        searched=searched(view),
        not_loaded=not_loaded(view),
    )


def _all_eligible(view: View, on: date) -> Sequence[Eligible]:
    """All of them on a day, kept with the state of the view."""

    def found() -> Sequence[Eligible]:
        judged = judge(view, every(view, on), on)
        return sorted((each for one in judged if (each := _eligible(view, one, on))), key=lambda each: each.key)

    return _kept(view, "eligible records", on, found)


def _eligible(view: View, judged: Judged, on: date) -> Eligible | None:
    finding = judged.finding
    ways = [way for way in judged.ways if not way.ended and way.answer not in (Answer.NOT_APPLICABLE, Answer.NO)]
    reached = [way.day for way in ways if way.day is not None and not way.day.automatic and way.day.day <= on]
    if finding is None or not judged.shown or not reached:
        return None
    first = min(reached, key=lambda each: each.day)
    stage = Stage.DAY_REACHED if len(reached) == len(ways) else Stage.PERHAPS
    return Eligible(
        brief(view, judged.event),
        Stage.READY if finding.answer is Answer.YES else stage,
        finding.answer,
        finding.values.gravity,
        sorted(finding.reasons),
        first,
        steps_of(judged.ways),
        (),
    )


def _with_claims(ledger: Ledger, page: Sequence[Eligible]) -> Sequence[Eligible]:
    said: dict[Ref, list[Claim]] = {}
    for claim in claim_store.standing(ledger, [each.record.ref for each in page]):
        said.setdefault(claim.record, []).append(claim)
    return [replace(each, claims=said[each.record.ref]) if each.record.ref in said else each for each in page]


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


@dataclass(frozen=True, slots=True)
class ImpactRow:
    """一行 One record under both rule sets."""

    record: Brief
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class ImpactList:
    """规则变化的影响. `judged` of `records` so far: a large ledger is worked through a slice at a time, and the same
    question goes on where the last one ended. `counts`: of those compared; `unjudged`: those that cannot be.
    """

    on: date
    old: RuleSet[Matter]
    new: RuleSet[Matter]
    counts: Mapping[Change, int]
    unjudged: Mapping[Unjudged, int]
    judged: int
    records: int
    rows: Sequence[ImpactRow]
    next_cursor: int | None
    searched: Sequence[KindSearched]
    not_loaded: Sequence[RecordKind]

    @property
    def complete(self) -> bool:
        """Whether every record was judged."""
        return self.judged == self.records


def law_impact(
    view: View,
    old: RuleSet[Matter],
    new: RuleSet[Matter],
    on: date,
    *,
    change: Change | None = None,
    limit: int = 50,
    cursor: int = 0,
    seconds: float = SLICE_SECONDS,
) -> ImpactList:
    """What a change of law does to the records of the ledger that existed on a day; those of one kind of change, or
    all that change, a page at a time. `seconds`: how long it may take; nothing of what it worked out is lost.
    """
    events = every(view, on)
    read = _kept(view, "facts of every event", on, lambda: [from_register(event, on) for event in events])
    worked: Worked = _kept(view, "impact of a change of law", (old.id, new.id, on), dict)
    _work(worked, [each.facts for each in read if each.facts is not None], old, new, on, seconds)
    found = [_found(each, worked) for each in read]
    wanted = [place for place, each in enumerate(found) if isinstance(each, Outcome) and _wanted(each.change, change)]
    wanted.sort(key=lambda place: (_weight(found[place]), place))
    page = wanted[cursor : cursor + limit]
    counts = Counter(each.change for each in found if isinstance(each, Outcome))
    unjudged = Counter(each for each in found if isinstance(each, Unjudged))
    return ImpactList(
        on=on,
        old=old,
        new=new,
        counts={each: counts[each] for each in Change},
        unjudged={each: unjudged[each] for each in Unjudged},
        judged=sum(each is not None for each in found),
        records=len(events),
        rows=[
            ImpactRow(brief(view, events[place]), each) for place in page if isinstance(each := found[place], Outcome)
        ],
        next_cursor=cursor + limit if cursor + limit < len(wanted) else None,
        searched=searched(view),
        not_loaded=not_loaded(view),
    )


Worked = dict[Facts, Outcome | Unjudged]
"""What was worked out, by pattern of facts."""


def _found(read: FromRegister, worked: Worked) -> Outcome | Unjudged | None:
    """What came of one record; None while it has not been worked on."""
    if read.facts is None:
        return Unjudged.REMOVED if read.removed else Unjudged.FACTS_MISSING
    return worked.get(read.facts)


def _work(
    worked: Worked, facts: Sequence[Facts], old: RuleSet[Matter], new: RuleSet[Matter], on: date, seconds: float
) -> None:
    """Go on with the patterns that are left, until the time is over."""
    left = [each for each in dict.fromkeys(facts) if each not in worked]
    end = time.monotonic() + seconds
    for each in left:
        worked[each] = _outcome(each, old, new, on)
        if time.monotonic() > end:
            return


def _outcome(facts: Facts, old: RuleSet[Matter], new: RuleSet[Matter], on: date) -> Outcome | Unjudged:
    try:
        known = known_on(facts, on)
        if not covers(old, known) and not covers(new, known):
            return Unjudged.OUT_OF_SCOPE
        found = impact(facts, on, old, new)
    except BadFact:
        return Unjudged.FACTS_MISSING
    before, after = found.old, found.new
    return Outcome(
        found.change, before.answer, before.values.not_before, after.answer, after.values.not_before, found.from_day
    )


def _wanted(found: Change, change: Change | None) -> bool:
    return found is change if change is not None else found is not Change.SAME


def _weight(found: object) -> int:
    assert isinstance(found, Outcome)
    return _ORDER.index(found.change)


def _kept(view: View, name: str, key: object, make: Callable[[], T]) -> T:
    """What was made for a question, kept with the state of the view; of several questions the newest."""
    kept: dict[object, T] = view.derived(name)
    if key not in kept:
        while len(kept) >= _KEPT:
            kept.pop(next(iter(kept)), None)
        kept[key] = make()
    return kept[key]
