"""The shapes of what is known of an enterprise's credit; API, pages and commands show these and nothing else.

    strip(view, handles, on)  CreditStrip by handle: one line beside a name, what was found and where nobody has looked
    credit(view, key, on)     Credit: all records of one enterprise by authority and kind, each with its finding
    credit_plan(view, key, on, changes)  CreditPlan: the repair plan over all of them, with what would be if …
    plan_of(credit, changes)  the same over a Credit that is there already

Unknown is never clean: what no loaded source tells is named, and nothing here says that somebody's credit is good.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from graph.ontology import Ref, Unknown
from graph.view import DatasetInfo, Source
from rules.answer import Answer
from rules.credit_repair.facts import Facts
from rules.credit_repair.finding import RepairFinding
from rules.credit_repair.gravity import Gravity
from rules.credit_repair.plan import Plan
from rules.credit_repair.standards import Standards
from rules.explain import Explanation
from rules.law import Citation, ReadingMark
from services.credit_records import CreditEventOf, RecordKind
from services.outcomes import OutcomeOf

# --- in lists ---------------------------------------------------------------------------------------------------------


class StripState(StrEnum):
    """What a strip says. There is no word for good credit: where nothing is shown, only so much was searched."""

    SHOWN = "shown"  # 有展示中的失信信息
    PERHAPS = "perhaps"  # 未见已关联的，但有同名而未能关联的记录
    NONE_SHOWN = "none_shown"  # 查了的来源里未见展示中的失信信息
    UNKNOWN = "unknown"  # 未取得，不等于没有: no register of any kind is loaded


@dataclass(frozen=True, slots=True)
class KindSearched:
    """查了什么 One kind of record: the data sets that were searched, and until which day.

    `until`, `until_stated`: up to which day their data reach, or were loaded (see `services.sources.Reach`).
    None of them: this kind is not loaded, 未取得，不等于没有.
    """

    kind: RecordKind
    label: str
    datasets: Sequence[DatasetInfo]
    until: date | None
    until_stated: bool


@dataclass(frozen=True, slots=True)
class RepairDay:
    """可申请日 The first day on which the calendar alone allows an application, in one way of what is not known.

    It may lie behind the day asked for: an application is possible since then. `automatic`: no application is needed,
    it is no longer shown from this day on. `assumed`: the period was counted from the document, since the day of
    publication is not known; the true day may be later. `clause`: what the day rests on, with its reading mark.
    `ref`: the record.
    """

    day: date
    gravity: Gravity
    automatic: bool
    assumed: bool
    clause: Citation
    ref: Ref


@dataclass(frozen=True, slots=True)
class Restriction:
    """限制后果 What a register row itself states that the party may not do; `text` with the day until which, if stated.

    Only a row says so: where it does not, the consequence is 限制后果未载入.
    """

    text: str
    until: date | None
    ref: Ref
    sources: Sequence[Source]


@dataclass(frozen=True, slots=True)
class CreditStrip:
    """信用 One line beside a name: never good or bad, only what was found and where.

    `counts`: the records shown by gravity: UNDETERMINED is an open gravity, NOT_APPLICABLE a record without a finding
    (`undecided` of them) or one that the tax authority or a court settles. `ended`: records no longer shown.
    `earliest`: the first day on which any of them can be applied for; `latest`: the last day that the same record may
    have, where the ways of what is not known differ. `day_open`: in one of its ways no day can be told.
    `perhaps`: events that bear its name and could not be tied to anybody.
    `restrictions`: as the rows state them; empty while something is shown: 限制后果未载入.
    """

    on: date
    state: StripState
    counts: Mapping[Gravity, int]
    shown: int
    ended: int
    undecided: int
    perhaps: int
    earliest: RepairDay | None
    latest: RepairDay | None
    day_open: bool
    restrictions: Sequence[Restriction]
    searched: Sequence[KindSearched]
    not_loaded: Sequence[RecordKind]
    synthetic: bool

    @property
    def until(self) -> date | None:
        """The oldest of the days up to which the kinds were searched: all of them up to there. Of days on which the
        data were loaded, where not all of them say up to which day they reach."""
        if self.until_stated:
            return min(each.until for each in self.searched if each.until is not None)
        loaded = (max(dataset.loaded_on for dataset in each.datasets) for each in self.searched if each.datasets)
        return min(loaded, default=None)

    @property
    def until_stated(self) -> bool:
        """Whether `until` is the day up to which the data reach, and not only that of their loading."""
        found = [each for each in self.searched if each.datasets]
        return bool(found) and all(each.until_stated for each in found)

    @property
    def sources_searched(self) -> int:
        """How many data sets were searched."""
        return len({dataset.name for each in self.searched for dataset in each.datasets})


# --- one enterprise ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FactFrom:
    """One fact of a record with where it comes from.

    `how` in Chinese: how it follows from the row, where the row does not state it in so many words; `mark`: how sure
    that step is. `text`: the value as people read it.
    """

    name: str
    label: str
    value: Any
    text: str
    how: str
    mark: ReadingMark | None
    sources: Sequence[Source]


@dataclass(frozen=True, slots=True)
class FactMissing:
    """One fact that no register says: why, what the rules take a blank for, and who can say it (in Chinese)."""

    name: str
    label: str
    why: Unknown
    blank: str
    ask: str


@dataclass(frozen=True, slots=True)
class WayOfRecord:
    """情形 One way of what is not known, side by side with the others. `day`: None where no day can be told."""

    assumed: Mapping[str, str]
    answer: Answer
    reasons: Sequence[str]
    gravity: Gravity
    not_before: date | None
    last_day: date | None
    ended: bool
    day: RepairDay | None


@dataclass(frozen=True, slots=True)
class CreditRecord:
    """信用记录 One event with the facts that the register gives, and what the rules say of it.

    `id`: names it in a plan and in an address. `party_name`: as the row states it, a sole trader's never.
    `finding`: None where the register lacks what every record must have, or says that the party was removed from the
    list: nothing is left to ask; `no_finding` says it in Chinese.
    `standards`: the sector standards that may class its fine.
    `shown`: whether it may still be shown somewhere, in any way of what is not known.
    `published_until`: 公示截止期, as the row states it; the rules do not rest on it.
    `removed_on`: 移出日期 of a listing. `outcomes`: what came of cases about it by the day, the oldest first;
    `hidden_by`: the one for which it is not displayed.
    """

    id: str
    event: CreditEventOf
    kind: RecordKind
    title: str
    number: str | None
    authority: str
    day: date | None
    party_name: str | None
    masked: bool
    facts: Facts | None
    standards: Standards
    known: Sequence[FactFrom]
    missing: Sequence[FactMissing]
    finding: RepairFinding | None
    no_finding: str
    explanation: Explanation | None
    ways: Sequence[WayOfRecord]
    shown: bool
    earliest: RepairDay | None
    latest: RepairDay | None
    day_open: bool
    restriction: Restriction | None
    published_until: date | None
    removed_on: date | None
    sources: Sequence[Source]
    outcomes: Sequence[OutcomeOf] = ()
    hidden_by: OutcomeOf | None = None

    @property
    def ref(self) -> Ref:
        return self.event.ref

    @property
    def gravity(self) -> Gravity:
        """Over all ways; NOT_APPLICABLE where there is no finding."""
        return Gravity.NOT_APPLICABLE if self.finding is None else self.finding.values.gravity


@dataclass(frozen=True, slots=True)
class CreditGroup:
    """The records of one kind that one authority made, the newest first."""

    authority: str
    kind: RecordKind
    label: str
    records: Sequence[CreditRecord]


@dataclass(frozen=True, slots=True)
class Credit:
    """信用记录 All that is known of an enterprise's credit on a day, and where nobody has looked.

    `perhaps`: events that bear its name, without a code, and are tied to nobody: they count nowhere.
    """

    ref: Ref
    name: str
    on: date
    strip: CreditStrip
    groups: Sequence[CreditGroup]
    perhaps: Sequence[CreditRecord]
    searched: Sequence[KindSearched]
    not_loaded: Sequence[RecordKind]
    synthetic: bool

    @property
    def records(self) -> Sequence[CreditRecord]:
        """All of them, group by group."""
        return [record for group in self.groups for record in group.records]

    def record(self, id: str) -> CreditRecord | None:
        """One of them by its id."""
        return next((record for record in self.records if record.id == id), None)


# --- the plan ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Change:
    """如果…… One fact changed for the sake of the question: a day, or an act done. `id` None: in every record."""

    fact: str
    value: Any
    id: str | None = None


@dataclass(frozen=True, slots=True)
class CreditPlan:
    """修复计划 over all records of an enterprise.

    `on`: the day of the plan, which a what-if may move; `changes`: what was changed beside. `records`: by id, with
    their findings as they really are; `plan`: over the findings of the question. `changed`: ids whose answer or days
    differ from what really is. `left_out`: records without a finding, and why (in Chinese).
    """

    ref: Ref
    name: str
    on: date
    changes: Sequence[Change]
    plan: Plan
    records: Mapping[str, CreditRecord]
    changed: Sequence[str]
    left_out: Mapping[str, str]
