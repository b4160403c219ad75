"""What goes out: the shapes of the answers, as the API description shows them.

`services/answers_json.py` writes these shapes. They are not checked at run time; tests and schemathesis hold every
answer against them. Clients must expect further members.
"""

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from cases.definitions.credit_repair.filing import Filing
from graph.ontology import Basis, OutcomeKind, Side, Size, TiedBy, Unknown
from rules.answer import Answer
from rules.credit_repair.gravity import Gravity
from rules.credit_repair.impact import Change
from rules.law import ReadingMark
from services.credit import StripState
from services.credit_records import RecordKind
from services.oversight import Stage, Unjudged
from services.partners import CreditFilter, Filler, Place, Relation, Tier
from services.search import Matched
from web.api.edges import Findable

Scalar = str | int | float | bool | None


def _open(schema: dict[str, Any]) -> None:
    """Members may be added later, so the description does not forbid them (the tests do)."""
    schema.pop("additionalProperties", None)


class Shape(BaseModel):
    """The root of all answers."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=_open)


class Counts(Shape):
    """How many of each basis. The three are never added together."""

    observed: int
    claimed: int
    predicted: int


class SourceShape(Shape):
    """来源 Data set, file and row of a fact; `row` is null where it is computed."""

    dataset: str
    label: str
    file: str
    row: int | None
    digest: str
    retrieved: date | None
    synthetic: bool


class Reference(Shape):
    """A record: type, key, name."""

    type: str
    key: str
    name: str


class DatasetShape(Shape):
    """A data set, when it was last loaded, whether it is made up (合成数据)."""

    name: str
    label: str
    format: str
    synthetic: bool
    loaded_on: date
    data_day: date | None


class Refusal(Shape):
    """One refused value: where it stands (JSON Pointer into query, path or body) and why."""

    pointer: str
    code: str
    detail: str
    detail_en: str


class Suggestion(Shape):
    """A record that bears a similar key or name."""

    key: str
    name: str


class Problem(Shape):
    """RFC 9457 problem: what did not happen, why, and what to do next, in Chinese and in English."""

    type: str
    title: str
    status: int
    detail: str
    detail_en: str
    code: str
    next: str
    next_en: str
    request_id: str
    errors: list[Refusal]
    suggestions: list[Suggestion]


class SearchedView(Shape):
    """What was searched: the data sets, the newest day of loading, the ledger position."""

    datasets: list[DatasetShape]
    until: date | None
    until_stated: bool
    position: int


class Health(Shape):
    """Whether the server can answer, and from what. `lag`: ledger positions that the view has not applied yet;
    `lag_since`: when (UTC) the ledger took in the first of them."""

    status: str
    version: str
    demo: bool
    position: int
    view_position: int
    lag: int
    lag_since: datetime | None
    datasets: list[DatasetShape]


class SearchAsked(Shape):
    """The search as it was understood."""

    q: str
    types: list[Findable]
    limit: int


class FoundShape(Reference):
    """A record found; `matched` says by what, `text` is what matched."""

    matched: Matched
    text: str
    exact: bool
    place: str


class SearchAnswer(Shape):
    """What a search found, best first."""

    query: SearchAsked
    searched: SearchedView
    found: list[FoundShape]


class FormerNameShape(Shape):
    """曾用名; `until` is null where no source says it."""

    name: str
    until: date | None


class StatedShape(Shape):
    """One value as one source states it."""

    value: Scalar | list[Any] | dict[str, Any]
    text: str
    source: SourceShape


class FactShape(Shape):
    """One property: its text, or why there is none."""

    name: str
    label: str
    text: str | None
    unknown: Unknown | None
    unknown_label: str | None
    disagree: bool
    stated: list[StatedShape]


class EvidenceShape(Shape):
    """One link in full; from and to are keys."""

    link: str
    from_: str = Field(alias="from")
    from_type: str
    to: str
    to_type: str
    basis: Basis
    valid_from: date | None
    valid_to: date | None
    properties: dict[str, Any]
    source: SourceShape


class LinkSeen(Shape):
    """One link of the enterprise, seen from it; `holds`: on the day asked for."""

    label: str
    other: Reference
    basis: Basis
    holds: bool
    evidence: EvidenceShape


class EnterpriseAnswer(Reference):
    """An enterprise: every property with its sources, or why it is not known; its links."""

    short_name: str | None
    former_names: list[FormerNameShape]
    other_names: list[str]
    known: int
    unknown: int
    synthetic: bool
    facts: list[FactShape]
    relations: list[LinkSeen]
    on: date
    searched: SearchedView


class ChainShape(Reference):
    """An industry chain in the list."""

    segments: int
    counts: Counts
    single_suppliers: int
    empty: int


class ChainsAnswer(Shape):
    """All industry chains."""

    on: date
    division: str
    searched: SearchedView
    chains: list[ChainShape]


class SegmentShape(Reference):
    """A segment; `warning` is empty, single_supplier or null, `cut` whether the chain falls apart without it.

    `closed`: enterprises registered as cancelled or revoked, which are in no other number.
    """

    side: Side
    order: int
    counts: Counts
    outside: int
    dependents: int
    products: int
    warning: str | None
    why: str
    cut: bool
    closed: int
    source: SourceShape | None


class SegmentLink(Shape):
    """A link between two segments, by key."""

    upstream: str
    downstream: str


class ChainAnswer(Reference):
    """One chain with its segments and the links between them."""

    segments: list[SegmentShape]
    counts: Counts
    single_suppliers: int
    empty: int
    links: list[SegmentLink]
    synthetic: bool
    until: date | None
    until_stated: bool
    on: date
    division: str
    searched: SearchedView


class FiltersShape(Shape):
    """Conditions on the candidates; null and an empty list ask nothing."""

    place: Place | None
    size: Size | None
    basis: list[Basis]
    credit: CreditFilter | None


class PartnerAsked(FiltersShape):
    """The question as it was understood: `asked` as it was written, `key` as it was found."""

    asked: str
    type: str
    key: str
    name: str
    relation: Relation
    on: date
    top: int
    known: bool
    core: bool
    division: str


class Unsearched(Shape):
    """A source that was not searched, and why."""

    source: str
    why: str


class SearchedShape(Shape):
    """What was searched, up to which day, how far, and where it stopped."""

    datasets: list[DatasetShape]
    missing: list[Unsearched]
    until: date | None
    until_stated: bool
    hops: int
    products: int
    materials: int
    known_left_out: int
    stopped: list[str]
    stopped_en: list[str]


class HopShape(Shape):
    """One step; from and to are keys."""

    from_: str = Field(alias="from")
    from_type: str
    from_name: str
    link: str
    label: str
    to: str
    to_type: str
    to_name: str
    basis: Basis
    score: float | None
    stated_on: date | None
    source: SourceShape


class PathShape(Shape):
    """An evidence path and what it contributes, from 0 to 1; `notes` in Chinese: what weakens it."""

    score: float
    hops: list[HopShape]
    notes: list[str]


class Record(Shape):
    """A record by type and key."""

    type: str
    key: str


class CitedShape(Shape):
    """依据 A place in a legal text: its words where they were read, and how it was read (`mark`)."""

    text: str
    cited: str
    place: str
    quote: str
    mark: ReadingMark
    in_force_from: date | None
    in_force_to: date | None


class CitationShape(CitedShape):
    """The same with the Chinese word of its mark."""

    mark_zh: str


class RepairDayShape(Shape):
    """可申请日 The first day on which the calendar alone allows an application; it may lie in the past.

    `automatic`: no application is needed, it is no longer shown from this day on. `assumed`: counted from the document,
    since the day of publication is not known.
    """

    day: date
    gravity: Gravity
    gravity_zh: str
    automatic: bool
    assumed: bool
    clause: CitationShape
    record: Record


class RestrictionShape(Shape):
    """限制后果 A restriction, only as a register row itself states it."""

    text: str
    until: date | None
    record: Record
    sources: list[SourceShape]


class KindSearchedShape(Shape):
    """One kind of credit record; without data sets it is not loaded: unknown, not clean (未取得，不等于没有)."""

    kind: RecordKind
    label: str
    datasets: list[DatasetShape]
    until: date | None
    until_stated: bool


class StripShape(Shape):
    """信用 What is known of an enterprise's credit in one line; never good or bad.

    `counts`: records shown, by gravity. `earliest`, `latest`: where the ways of what is not known differ, both.
    `day_open`: in one way no day can be told. `perhaps`: records that bear its name and are tied to nobody.
    An empty list of restrictions says: 限制后果未载入.
    """

    on: date
    state: StripState
    counts: dict[str, int]
    shown: int
    ended: int
    undecided: int
    perhaps: int
    earliest: RepairDayShape | None
    latest: RepairDayShape | None
    day_open: bool
    restrictions: list[RestrictionShape]
    searched: list[KindSearchedShape]
    not_loaded: list[RecordKind]
    until: date | None
    until_stated: bool
    sources_searched: int
    synthetic: bool


class CandidateShape(Reference):
    """A possible partner; `basis` is that of the supply link itself, never of the hops around it.

    `paths` are the strongest; `more_paths` says how many there are beside them.
    """

    basis: Basis
    tier: Tier
    score: float
    known: bool
    filler: Filler | None
    division: str | None
    place: str
    size: Size | None
    paths: list[PathShape]
    more_paths: int
    credit: StripShape | None


class ChoiceShape(FiltersShape):
    """A filter that could be set or taken away; `unknown`: how many it cannot judge."""

    label: str
    chosen: bool
    counts: Counts
    unknown: int


class RelaxationShape(FiltersShape):
    """One condition loosened, and what the list would then hold."""

    label: str
    known: bool
    counts: Counts


class PartnersAnswer(Shape):
    """The answer to a partner question, the same as `lianxin partners find --json`."""

    query: PartnerAsked
    searched: SearchedShape
    counts: Counts
    candidates: list[CandidateShape]
    choices: list[ChoiceShape]
    relaxations: list[RelaxationShape]


class WhyNotAnswer(Reference):
    """The first constraint or missing fact that keeps somebody out of the list; `rank` where he is in it."""

    code: str
    why: str
    why_en: str
    rank: int | None
    details: dict[str, str]


class LoadShape(Shape):
    """One load; times are UTC, `refused` is the number of refused values."""

    id: int
    dataset: str
    label: str
    format: str
    synthetic: bool
    mode: str
    undoes: int | None
    undone_by: int | None
    started_at: datetime
    committed_at: datetime
    data_day: date | None
    position: int
    rows: int
    new: int
    changed: int
    unchanged: int
    retracted: int
    refused: int


class LedgerSearched(Shape):
    """Up to which ledger position the loads were read."""

    position: int


class LoadsAnswer(Shape):
    """A page of the loads, newest first; `next_cursor` is null on the last page."""

    searched: LedgerSearched
    loads: list[LoadShape]
    next_cursor: int | None


class FileShape(Shape):
    """A file of a load, with its SHA-256."""

    name: str
    digest: str
    size: int
    rows: int


class RefusedValue(Shape):
    """A value that was refused: where it stands, and why."""

    file: str
    row: int
    field: str
    field_zh: str | None = None
    value: str
    problem: str
    problem_zh: str | None = None


class ReportShape(Shape):
    """The load report, as `lianxin load --report` writes it: reasons in English, and the same in Chinese."""

    load: int
    rows: int
    new: int
    changed: int
    unchanged: int
    retracted: int
    noted: dict[str, int]
    skipped: dict[str, int]
    refused: list[RefusedValue]
    noted_zh: dict[str, int]
    skipped_zh: dict[str, int]


class LoadAnswer(LoadShape):
    """One load in full."""

    files: list[FileShape]
    report: ReportShape


class ReasonShape(Shape):
    """A reason or a note with the citations of the rules that gave it."""

    code: str
    zh: str
    en: str
    citations: list[CitedShape]


class ActShape(Shape):
    """怎么办 What to do about one reason, and from which day on."""

    code: str
    what: str
    from_: date | None = Field(alias="from")


class ToConfirmShape(Shape):
    """待核实 What the finding rests on and nobody has verified."""

    what: str
    why: str


class StepShape(Shape):
    """One step of the walk: what was asked and said, why, by which citations and values."""

    number: str
    rules: list[str]
    question: str
    said: str
    how: str
    applied: bool
    reasons: list[str]
    values: dict[str, str]
    citations: list[CitedShape]


class DaysShape(Shape):
    """Gravity, the first day on which the calendar alone allows an application, the last day of the maximum."""

    gravity: Gravity
    not_before: date | None
    last_day: date | None


class FoundDaysShape(DaysShape):
    """The same over all ways, with the Chinese word."""

    gravity_zh: str


class ScenarioShape(Shape):
    """情形 One way of what is not known."""

    assumed: dict[str, str]
    answer: Answer
    reasons: list[str]
    notes: list[str]
    values: DaysShape
    walk: list[StepShape]


class RuleSetShape(Shape):
    """A rule set and the digest of its version."""

    id: str
    digest: str


class FineStandardShape(Shape):
    """分类标准 The sector standard that classed a fine; amounts are text in yuan."""

    field: str
    authority: str | None
    first_day: date
    last_day: date | None
    low_up_to: str
    huge_from: str
    citation: str


class FindingShape(Shape):
    """结论 What the rules say of one record on one day."""

    facts: dict[str, Any]
    on: date
    rule_set: RuleSetShape | None
    answer: Answer
    answer_zh: str
    values: FoundDaysShape
    reasons: list[ReasonShape]
    notes: list[ReasonShape]
    to_do: list[ActShape]
    to_confirm: list[ToConfirmShape]
    walk: list[StepShape]
    scenarios: list[ScenarioShape]
    fine_standard: FineStandardShape | None
    free: str


class CheckAnswer(Shape):
    """May this record be repaired on this day."""

    finding: FindingShape


class WhatIfAnswer(Shape):
    """What is, what would be, and which parts differ."""

    really: FindingShape
    otherwise: FindingShape
    differs: list[str]


class BriefShape(Shape):
    """A record of a plan: its answer and days."""

    id: str
    answer: Answer
    answer_zh: str
    reasons: list[str]
    gravity: Gravity
    gravity_zh: str
    not_before: date | None
    last_day: date | None


class FilingShape(BriefShape):
    """A record that is to be filed: from when for certain, from when at best, after which acts.

    `hangs_on`: what is not known and makes the two differ. `stops_on`: where it stops by itself before it can be filed,
    the first day on which it is no longer shown.
    """

    file_from: date
    earliest: date
    hangs_on: list[str]
    acts: list[str]
    stops_on: date | None


class SharedActShape(Shape):
    """An act, once, with the records that need it."""

    code: str
    what: str
    ids: list[str]


class PlanAnswer(Shape):
    """修复计划 In which order to file, what to do before, what to clarify, what needs nothing."""

    on: date | None
    filings: list[FilingShape]
    acts: list[SharedActShape]
    to_clarify: list[BriefShape]
    nothing_to_file: list[BriefShape]
    free: str


class ChangeShape(Shape):
    """A fact that is changed for the sake of the question; `id` null: in every record."""

    fact: str
    value: Scalar | list[str]
    id: str | None


class RecordTitleShape(Shape):
    """What a record of a plan is about."""

    title: str
    authority: str
    day: date | None


class CreditPlanAnswer(Reference):
    """修复计划 over all records of an enterprise. `records`: by id; `left_out`: those without a finding, and why."""

    on: date
    changes: list[ChangeShape]
    plan: PlanAnswer
    records: dict[str, RecordTitleShape]
    changed: list[str]
    left_out: dict[str, str]


class FactFromShape(Shape):
    """One fact of a record with its sources; `how` it follows from the row, and how sure that is (`mark`)."""

    name: str
    label: str
    value: Scalar | list[str]
    text: str
    how: str
    mark: ReadingMark | None
    sources: list[SourceShape]


class FactMissingShape(Shape):
    """One fact that no register says: why, what the rules take a blank for, who can say it."""

    name: str
    label: str
    why: Unknown
    blank: str
    ask: str


class WayShape(DaysShape):
    """One way of what is not known, side by side with the others."""

    assumed: dict[str, str]
    answer: Answer
    reasons: list[str]
    ended: bool
    day: RepairDayShape | None


class OutcomeShape(Shape):
    """办理结果 What came of a case about a record: decided by whom, on which day, in which event of which case.

    `basis`: observed where whoever decides it did so, claimed where only the party says it.
    """

    kind: OutcomeKind
    zh: str
    on: date
    until: date | None
    authority: str | None
    basis: Basis
    case: int
    event: int
    source: SourceShape


class CreditRecordShape(Shape):
    """信用记录 One event: what the register says, what it does not say, what the rules say of it.

    `finding` is null where nothing can be asked, `no_finding` says why. `party_name`: of a sole trader never.
    `hidden_by`: the outcome of a case for which it is not displayed.
    """

    id: str
    record: Record
    kind: RecordKind
    title: str
    number: str | None
    authority: str
    day: date | None
    party_name: str | None
    masked: bool
    tied_by: TiedBy | None
    tie: EvidenceShape | None
    facts: dict[str, Any] | None
    known: list[FactFromShape]
    missing: list[FactMissingShape]
    finding: FindingShape | None
    no_finding: str
    gravity: Gravity
    ways: list[WayShape]
    shown: bool
    earliest: RepairDayShape | None
    latest: RepairDayShape | None
    day_open: bool
    restriction: RestrictionShape | None
    published_until: date | None
    removed_on: date | None
    outcomes: list[OutcomeShape]
    hidden_by: OutcomeShape | None
    sources: list[SourceShape]


class CreditGroupShape(Shape):
    """The records of one kind that one authority made."""

    authority: str
    kind: RecordKind
    label: str
    records: list[CreditRecordShape]


class DocumentShape(Shape):
    """A document that was handed in: SHA-256, what it is, bytes."""

    digest: str
    media_type: str
    size: int


class ClaimShape(Shape):
    """自述 One statement of a party; its basis is always claimed. `day`: on which the act was done."""

    id: int
    basis: Basis
    fact: str
    day: date
    said_by: str
    said_at: datetime
    documents: list[DocumentShape]


class ClaimedFindingShape(Shape):
    """What the rules would say if it is as the party says."""

    answer: Answer
    reasons: list[str]
    not_before: date | None
    last_day: date | None


class RecordClaimsShape(Shape):
    """What a party says of one record. `otherwise` is null where nothing can be told; `refused` says why."""

    record: str
    claims: list[ClaimShape]
    otherwise: ClaimedFindingShape | None
    refused: str


class CreditAnswer(Reference):
    """All credit records of an enterprise. `perhaps`: records that bear its name and are tied to nobody. `claims`: what
    the enterprise says of its records."""

    on: date
    strip: StripShape
    groups: list[CreditGroupShape]
    perhaps: list[CreditRecordShape]
    searched: list[KindSearchedShape]
    not_loaded: list[RecordKind]
    synthetic: bool
    free: str
    claims: list[RecordClaimsShape]


class RecordBriefShape(Shape):
    """A record in one line. `party` and `enterprise` are null for a sole trader, and where no row names one."""

    id: str
    kind: RecordKind
    authority: str
    number: str | None
    day: date | None
    party: str | None
    enterprise: str | None
    masked: bool


class ToDoShape(Shape):
    """One thing to do before filing; `party`: the party does it, else an authority."""

    what: str
    why: str
    party: bool


class CaseWords(Shape):
    """What people read, in both languages."""

    zh: str
    en: str


class ApplicationShape(Shape):
    """How far the application of a record is. `case`, `state` and `ground`, why it was turned away, are null for
    whoever may not see the case."""

    filing: Filing
    case: int | None
    state: CaseWords | None
    ground: CaseWords | None


class EligibleShape(RecordBriefShape):
    """A record whose day has come. `since`: the first such day; `claims`: what the party says of it; `application`:
    null where no case was opened."""

    stage: Stage
    answer: Answer
    gravity: Gravity
    reasons: list[str]
    since: RepairDayShape
    to_do: list[ToDoShape]
    claims: list[ClaimShape]
    application: ApplicationShape | None


class EligibleAnswer(Shape):
    """Which records could be applied for. `counts`: by stage, over all pages. `applied`: how many were left out because
    a case holds an application for them. `complete`: all `total` records of the ledger were looked at; else `read` of
    them, and the same request goes on."""

    on: date
    authority: str
    counts: dict[Stage, int]
    records: int
    read: int
    total: int
    complete: bool
    applied: int
    found: list[EligibleShape]
    next_cursor: str | None
    searched: list[KindSearchedShape]
    not_loaded: list[RecordKind]
    free: str


class UnderRulesShape(Shape):
    """What one rule set says of a record."""

    answer: Answer
    not_before: date | None


class ImpactRowShape(RecordBriefShape):
    """A record under both rule sets."""

    model_config = ConfigDict(populate_by_name=True)

    change: Change
    old: UnderRulesShape
    new: UnderRulesShape
    from_: date | None = Field(alias="from")


class ImpactAnswer(Shape):
    """What a change of law does. `complete`: all `total` records of the ledger were looked at; else `read` of them, and
    the same request goes on."""

    on: date
    old: str
    new: str
    counts: dict[Change, int]
    unjudged: dict[Unjudged, int]
    records: int
    read: int
    total: int
    complete: bool
    rows: list[ImpactRowShape]
    next_cursor: int | None
    searched: list[KindSearchedShape]
    not_loaded: list[RecordKind]


class LawShape(Shape):
    """A field of law: its rules, rule sets, numbers and codes, and the JSON Schema of its facts."""

    id: str
    title: str
    rules: list[dict[str, Any]]
    rule_sets: list[dict[str, Any]]
    parameters: list[dict[str, Any]]
    facts: dict[str, Any]
    codes: list[dict[str, str]]


class RulesAnswer(Shape):
    """The rule tables, the same as `lianxin rules table --format json`."""

    laws: list[LawShape]


# --- cases ------------------------------------------------------------------------------------------------------------


class CaseState(CaseWords):
    """Where a case stands; `end`: nobody is waited for."""

    name: str
    end: bool


class CaseHead(Shape):
    """A case in a list."""

    id: int
    version: int
    kind: str
    title: CaseWords
    enterprise: str | None
    authority: str | None
    state: CaseState


class CasesAnswer(Shape):
    """The cases that the asker reaches, the newest first. `more`: whether there are others."""

    cases: list[CaseHead]
    more: bool


class CaseOption(CaseWords):
    """One value of a choice; `cure`: of a reason for a return, what would put it right."""

    value: str
    cure: str | None


class CaseField(CaseWords):
    """A field, from which a form is made."""

    name: str
    type: str
    required: bool
    least: int | None
    most: int | None
    options: list[CaseOption]


class CasePapers(CaseWords):
    """How many papers an action takes."""

    least: int
    most: int


class CaseAction(CaseWords):
    """What the asker may do now."""

    name: str
    fields: list[CaseField]
    papers: CasePapers | None


class CaseMatter(CaseWords):
    """What may be negotiated now; `law`: on what its limit rests."""

    name: str
    fields: list[CaseField]
    settled_by: str
    law: str


class CaseWaiting(CaseWords):
    """Who is waited for, until when. `due`: null while the clock stands still; `stood`: days of the other side."""

    clock: str
    against: str
    due: date | None
    provisional: bool
    unit: str
    limit: int
    used: int
    stood: int
    law: str


class CaseProposal(CaseWords):
    """A proposal, how it stands, what was settled and who has confirmed it. `reason`: null where it was erased."""

    number: int
    matter: str
    by: str
    waiting_for: str
    values: dict[str, Any]
    reason: str | None
    reply_by: date
    answers: int | None
    standing: str
    settled: dict[str, Any] | None
    confirmed: list[str]


class CaseDocument(Shape):
    """A paper, by the SHA-256 of its content."""

    digest: str
    media_type: str
    size: int


class CaseRules(Shape):
    """A rule set that an event keeps: what follows is decided by it. `changed`: it is another today."""

    id: str
    digest: str
    changed: bool


class CaseEvent(CaseWords):
    """What was done. `on`: the day on which it counts; `due`: last days that it set; `hash`: its place in the chain."""

    seq: int
    at: str
    on: date
    actor: str
    role: str
    action: str
    to: str | None
    values: dict[str, Any]
    documents: list[CaseDocument]
    due: dict[str, str]
    rules: list[CaseRules]
    hash: str


class CaseAnswer(CaseHead):
    """A case as the asker sees it today. Its ETag is its version."""

    definition: str
    opened: dict[str, Any]
    actions: list[CaseAction]
    matters: list[CaseMatter]
    waiting: list[CaseWaiting]
    proposals: list[CaseProposal]
    events: list[CaseEvent]


class CaseDone(Shape):
    """What was done: the number of the event, whether it had been done before under the same key, the case after it."""

    event: int
    again: bool
    case: CaseAnswer
