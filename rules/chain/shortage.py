"""What is short in a segment 环节 of an industry chain 产业链: nobody local, or one supplier that others depend on.

    CHAIN-01  空缺          no local enterprise, neither observed nor claimed
    CHAIN-02  单一供应商    one observed local enterprise, and at least N enterprises that it supplies by observed links
    CHAIN-03  不提示        neither

All are settings of ours (CFG 本方设置), not law. A shortage is for a person to look at; nothing follows from it.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple

from lianxin.errors import NotInForce
from rules.answer import Answer, Finding, Way
from rules.facts import must
from rules.law import ReadingMark, Text
from rules.parameters import Book, whole
from rules.rule import RuleSet, Said, rule, says

FIRST_DAY: Final = date(2026, 1, 1)
SETTING: Final = Text("本方设置", "", "本方设置", FIRST_DAY)
DEPENDENTS: Final = Book("rules.chain", "numbers.yaml", [SETTING]).parameter("CHAIN-02.dependents", whole)
CFG: Final = ReadingMark.SETTING


class Shortage(StrEnum):
    """提示 What is short in a segment."""

    EMPTY = "empty"
    SINGLE_SUPPLIER = "single_supplier"


@dataclass(frozen=True, slots=True)
class SegmentFacts:
    """环节的企业数 Local enterprises of a segment by the basis of their link, and whom they supply."""

    observed: int = must("已证实的本地企业数")
    claimed: int = must("自述的本地企业数")
    dependents: int = must("由已证实的本地企业已证实供货的下游企业数")


class Segment(NamedTuple):
    """A segment on a day. `least`: how many must depend on one supplier. `since`: first day of that number."""

    facts: SegmentFacts
    least: int
    since: date


ShortageFinding = Finding[SegmentFacts, Segment, Shortage | None]


@rule(
    "CHAIN-01", "1", "有本地企业吗？", "没有已证实、也没有自述的本地企业，即为空缺",
    [SETTING.at("：没有已证实、也没有自述的本地企业，即为空缺", CFG)],
    hit="没有，空缺", miss="有", answers=[Answer.REVIEW], codes=["EMPTY"], reads=["facts.observed", "facts.claimed"],
)  # fmt: skip
def empty(segment: Segment) -> Said | None:
    nobody = segment.facts.observed == 0 and segment.facts.claimed == 0
    return says(Answer.REVIEW, "EMPTY") if nobody else None


@rule(
    "CHAIN-02", "2", "只靠一家本地企业吗？", "已证实的本地企业只有一家，且由它已证实供货的下游企业达到下限；自述不计",
    [SETTING.at("：已证实的本地企业只有一家，且由它已证实供货的下游企业不少于规定家数", CFG)],
    hit="是，单一供应商", miss="不是", answers=[Answer.REVIEW], codes=["SINGLE_SUPPLIER"],
    reads=["facts.observed", "facts.dependents", "least"],
)  # fmt: skip
def single_supplier(segment: Segment) -> Said | None:
    single = segment.facts.observed == 1 and segment.facts.dependents >= segment.least
    return says(Answer.REVIEW, "SINGLE_SUPPLIER") if single else None


@rule(
    "CHAIN-03", "3", "不用提示吗？", "既不空缺，也不是单一供应商", [SETTING.at("：其余环节不提示", CFG)],
    hit="不用", answers=[Answer.NOT_APPLICABLE],
)  # fmt: skip
def nothing_short(segment: Segment) -> Said | None:  # noqa: ARG001 (the last question: whatever came here is fine)
    return says(Answer.NOT_APPLICABLE)


SHORTAGE: Final = RuleSet[Segment](
    "CHAIN", "产业链环节短缺提示", FIRST_DAY, None, frozenset({SETTING}), (empty, single_supplier, nothing_short), (),
    (DEPENDENTS,), "rules.chain", __name__,
)  # fmt: skip
_SHORT: Final = {"EMPTY": Shortage.EMPTY, "SINGLE_SUPPLIER": Shortage.SINGLE_SUPPLIER}


def assess(facts: SegmentFacts, on: date) -> ShortageFinding:
    """What is short in a segment on a day. Raises NotInForce for a day before the first one of the rules."""
    if on < FIRST_DAY:
        raise NotInForce("rule CHAIN-01", "规则 CHAIN-01（空缺环节）", on, FIRST_DAY)
    number = DEPENDENTS.version(on)
    segment = Segment(facts, number.value, number.first_day)
    (answer, reasons), walk = SHORTAGE.decide(segment)
    shortage = next((_SHORT[code] for code in reasons), None)
    way = Way({}, SHORTAGE, segment, answer, reasons, frozenset[str](), shortage, walk)
    return Finding(facts, on, SHORTAGE, answer, reasons, frozenset(), shortage, (), None, (way,))


def why(finding: ShortageFinding) -> str:
    """The finding in one Chinese sentence. Observed and claimed are never added up."""
    (way,), facts = finding.ways, finding.facts
    if finding.values is Shortage.EMPTY:
        return f"没有已证实、也没有自述的本地企业（{_cited(empty.id, FIRST_DAY)}）"
    if finding.values is Shortage.SINGLE_SUPPLIER:
        return f"{_one(facts)}，{_claimed(facts)}（{_cited(single_supplier.id, way.case.since)}）"
    if facts.observed == 0:
        return f"没有已证实的本地企业，自述 {facts.claimed} 家，待核对"
    if facts.observed == 1:
        return f"{_one(facts)}，不到 {way.case.least} 家；{_claimed(facts)}"
    return f"已证实的本地企业有 {facts.observed} 家"


def _one(facts: SegmentFacts) -> str:
    return f"已证实的本地企业只有 1 家，供 {facts.dependents} 家下游"


def _claimed(facts: SegmentFacts) -> str:
    return f"另有自述 {facts.claimed} 家，待核对" if facts.claimed else "没有自述"


def _cited(rule_id: str, first_day: date) -> str:
    return f"规则 {rule_id}，本方设置，自 {first_day} 起"
