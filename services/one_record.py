"""一条记录 One record as a notice or a phone shows it: its answer, its days, what to do about it, and why.

The record stands in the ledger, or its facts were stated with a notice and it is not loaded yet. Whose record it is
stands here only as the register's row names the party; a phone page leaves even that out.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from graph import names
from graph.identifiers import Uscc
from graph.ontology import Ref
from graph.view import View
from lianxin.errors import BadFact, BadQuestion
from loaders.penalties import penalty_key
from rules.answer import Answer, ToldStep
from rules.credit_repair.codes import CODES
from rules.credit_repair.facts import Facts, Kind, read_facts, write_facts
from rules.credit_repair.finding import RepairFinding, RepairWay, assess
from rules.credit_repair.gravity import Gravity
from rules.credit_repair.guidance import CHANNELS, Guidance
from rules.credit_repair.law import CREDIT_REPAIR
from rules.credit_repair.standards import NO_STANDARDS, Standards
from rules.explain import Explanation, explain
from rules.law import Citation
from services.credit import CreditRecord, RepairDay, WayOfRecord, credit_record
from services.credit.facts import refusal
from services.credit.judged import ways_of
from services.credit_records import KIND_ZH, RecordKind

LONGEST_NAME: Final = 100  # characters of an authority or of the number of a decision
_WAITING: Final = frozenset({"MIN_PERIOD_NOT_ELAPSED", "EXCLUDED_FALSE_COMMITMENT", "MGMT_MEASURE_NOT_EXPIRED"})
_DUTIES: Final = "OBLIGATION_UNFULFILLED"
_FIRST: Final = (_DUTIES, "NO_PUBLIC_COMMITMENT")
"""What is done first, in this order."""
_OPEN: Final[Mapping[str, tuple[str, str]]] = {
    "gravity": ("请认定单位定类别", "现有材料定不出类别；定了才有确定的日期。"),
    "published": ("请数据来源单位说明是否公示", "没有公示的，没有可以停止的内容。"),
}
"""What is not known → what to ask of whom, and why."""
_SETTLED: Final = (Answer.NOT_APPLICABLE, Answer.NO)


@dataclass(frozen=True, slots=True)
class Stated:
    """What was stated of a decision that is not loaded yet, to be kept with its link: nothing of the party."""

    facts: Facts
    authority: str
    number: str
    authority_uscc: str = ""

    def __post_init__(self) -> None:
        for value, label, name in ((self.authority, "作出机关", "authority"), (self.number, "决定书文号", "number")):
            if not value.strip() or len(value) > LONGEST_NAME:
                raise BadQuestion(
                    f"{name}: 1 to {LONGEST_NAME} characters are needed", f"“{label}”要填，最多 {LONGEST_NAME} 个字"
                )
        if self.facts.kind is not Kind.PENALTY:
            raise BadQuestion("only a penalty can be stated before it is loaded", "还没有载入的，只能是行政处罚")

    @property
    def ref(self) -> Ref:
        """The record that it will be once a register is loaded that has it."""
        authority = Uscc(self.authority_uscc) if self.authority_uscc else names.plain(self.authority)
        return Ref("Penalty", penalty_key(authority, self.number))

    def snapshot(self) -> dict[str, Any]:
        """As plain values, to lie with the link."""
        stated = {"authority": self.authority, "number": self.number, "authority_uscc": self.authority_uscc}
        return {**stated, "facts": write_facts(self.facts)}


def stated_again(snapshot: Mapping[str, Any]) -> Stated:
    """What lies with a link, read back."""
    uscc = snapshot.get("authority_uscc", "")
    return Stated(read_facts(snapshot["facts"]), snapshot["authority"], snapshot["number"], uscc)


@dataclass(frozen=True, slots=True)
class DaysOfWay:
    """情形 The days in one way of what is not known. `assumed`: what is taken for granted, in Chinese, or "".

    `min_end`: last day of the minimum period; `first`: the first day of an application, or from which it is no longer
    shown (`automatic`); `last`: the last day of the maximum period. `ended`: no longer shown.
    """

    assumed: str
    gravity: Gravity
    start: date | None
    min_end: date | None
    first: date | None
    last: date | None
    automatic: bool
    ended: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do, and why. `mine`: the party does it, else an authority."""

    title: str
    detail: str
    mine: bool


@dataclass(frozen=True, slots=True)
class Why:
    """One line of why it is this day: what, and the places that say so."""

    label: str
    text: str
    citations: Sequence[Citation]


@dataclass(frozen=True, slots=True)
class OneRecord:
    """一条记录. `party`: None where no row states one that may be shown. `loaded`: it stands in the ledger.

    `finding`: None where the facts do not suffice; `no_finding` says why, in Chinese. `shown`: it may still be shown
    somewhere. `synthetic`: it is made up.
    """

    ref: Ref
    on: date
    kind: str
    title: str
    authority: str
    number: str | None
    day: date | None
    party: str | None
    facts: Facts | None
    finding: RepairFinding | None
    no_finding: str
    explanation: Explanation | None
    ways: Sequence[WayOfRecord]
    shown: bool
    loaded: bool
    synthetic: bool

    @property
    def gravity(self) -> Gravity:
        return Gravity.NOT_APPLICABLE if self.finding is None else self.finding.values.gravity

    @property
    def channel(self) -> Guidance | None:
        """Where to apply; None where the authority's system is not known."""
        return None if self.facts is None else CHANNELS[self.facts.authority_system]

    @property
    def first_days(self) -> Sequence[RepairDay]:
        """The first days of all ways, the earliest first, each day and gravity once."""
        days = {(each.day, each.gravity): each for way in self.ways if (each := way.day) is not None}
        return [days[key] for key in sorted(days)]

    @property
    def only_day(self) -> RepairDay | None:
        """The first day, where it is the same in every way."""
        days = self.first_days
        return days[0] if len({(each.day, each.automatic) for each in days}) == 1 else None


# --- where it comes from ----------------------------------------------------------------------------------------------


def of_ledger(view: View, ref: Ref, on: date) -> OneRecord | None:
    """A record of the ledger on a day; None where the ledger holds none of this reference."""
    found = credit_record(view, ref, on)
    return None if found is None else _of_record(found, on)


def _of_record(found: CreditRecord, on: date) -> OneRecord:
    return OneRecord(
        ref=found.ref,
        on=on,
        kind=KIND_ZH[found.kind],
        title=found.title,
        authority=found.authority,
        number=found.number,
        day=found.day,
        party=None if found.masked else found.party_name,
        facts=found.facts,
        finding=found.finding,
        no_finding=found.no_finding,
        explanation=found.explanation,
        ways=found.ways,
        shown=found.shown,
        loaded=True,
        synthetic=any(source.synthetic for source in found.sources),
    )


def of_statement(
    stated: Stated, on: date, *, party: str | None = None, synthetic: bool = False, standards: Standards = NO_STANDARDS
) -> OneRecord:
    """A penalty whose facts were stated with its notice, on a day. `standards`: those that are loaded."""
    finding, refused = None, ""
    try:
        finding = assess(stated.facts, on, standards.of(*filter(None, (stated.authority, stated.authority_uscc))))
    except BadFact as error:
        refused = refusal(error)
    ways = () if finding is None else tuple(ways_of(stated.ref, finding, on))
    return OneRecord(
        ref=stated.ref,
        on=on,
        kind=KIND_ZH[RecordKind.PENALTY],
        title=KIND_ZH[RecordKind.PENALTY],
        authority=stated.authority,
        number=stated.number,
        day=stated.facts.document_date,
        party=party,
        facts=stated.facts,
        finding=finding,
        no_finding=refused,
        explanation=None if finding is None else explain(CREDIT_REPAIR, finding),
        ways=ways,
        shown=finding is None or any(not way.ended for way in ways),
        loaded=False,
        synthetic=synthetic,
    )


# --- its days ---------------------------------------------------------------------------------------------------------

_ASSUMED: Final[Mapping[tuple[str, str], str]] = {("published", "yes"): "公示中", ("published", "no"): "没有公示"}


def days(record: OneRecord) -> list[DaysOfWay]:
    """The days of every way, equal ones once: they do not hang on whether the duties are done."""
    if record.finding is None or not record.finding.ways:
        return []
    found = [
        _days(way, told)
        for way, told in zip(record.finding.ways, record.ways, strict=True)
        if way.assumed.get("duties_done") != "no"
    ]
    return list(dict.fromkeys(found))


def _days(way: RepairWay, told: WayOfRecord) -> DaysOfWay:
    first = told.day
    return DaysOfWay(
        assumed="，".join(_assumed(way.assumed)),
        gravity=told.gravity,
        start=way.case.known.start,
        min_end=way.case.min_end,
        first=None if first is None else first.day,
        last=told.last_day,
        automatic=first is not None and first.automatic,
        ended=told.ended,
    )


def _assumed(assumed: Mapping[str, str]) -> Iterator[str]:
    for name, value in assumed.items():
        if name == "gravity":
            yield f"若定为{Gravity(value).chinese}"
        elif (name, value) in _ASSUMED:
            yield f"若{_ASSUMED[name, value]}"


# --- what to do -------------------------------------------------------------------------------------------------------


def steps(record: OneRecord) -> list[Step]:
    """What to do before filing, each once: what the party does first, then what others have to say."""
    return steps_of(record.ways)


def steps_of(all_ways: Sequence[WayOfRecord]) -> list[Step]:
    """The same from the ways of a record alone."""
    ways = [way for way in all_ways if not way.ended and way.answer not in _SETTLED]
    codes = {code for way in ways for code in way.reasons if code not in _WAITING and CODES[code].act}
    sure = frozenset.intersection(*(frozenset(way.reasons) for way in ways)) if ways else frozenset()
    unknown = {name for way in ways for name in way.assumed}
    mine = [_step(code, code in sure, unknown) for code in sorted(codes, key=_place)]
    return mine + [Step(title, why, False) for name, (title, why) in _OPEN.items() if name in unknown]


def _place(code: str) -> tuple[int, str]:
    return (_FIRST.index(code) if code in _FIRST else len(_FIRST)), code


def _step(code: str, sure: bool, unknown: set[str]) -> Step:
    if code == _DUTIES and "duties_done" in unknown:
        why = "登记没有写义务是否履行完。已履行的，把凭证交认定单位核对；没有履行的，先履行。"
        return Step("拿出义务履行完毕的凭证", why, True)
    why = f"现在：{CODES[code].zh}。" if sure else f"只在这种情形：{CODES[code].zh}。"
    return Step(CODES[code].act, why, True)


def may_be_filed(record: OneRecord) -> bool:
    """Whether an application may come into question at all, now or later."""
    return any(not way.ended and way.answer not in _SETTLED for way in record.ways)


# --- why --------------------------------------------------------------------------------------------------------------


def whys(record: OneRecord) -> list[Why]:
    """Gravity, start, minimum and maximum of a record whose days are the same in every way that is left."""
    found = days(record)
    if record.finding is None or not found:
        return []
    told = {step.number: step for step in record.finding.walk()}
    return [*_gravity(record, told.get("g")), *_period(record, found, told.get("p"))]


def _gravity(record: OneRecord, step: ToldStep | None) -> Iterator[Why]:
    if step is not None:
        yield Why("类别", f"{record.gravity.chinese}：{step.how}", step.citations)


def _period(record: OneRecord, found: Sequence[DaysOfWay], step: ToldStep | None) -> Iterator[Why]:
    assert record.finding is not None
    case = record.finding.ways[0].case
    basis = "公示日期未知，暂从文书日期" if case.assumed else "从"
    yield Why("起算", f"{basis} {case.known.start} 起算，当天不计", () if step is None else step.citations)
    if len(found) == 1:
        (only,) = found
        if only.min_end is not None:
            yield Why("最短", f"到 {only.min_end}，次日起可以申请", ())
        if only.last is not None:
            yield Why("最长", f"到 {only.last}，义务履行完的自动停止公示", ())
