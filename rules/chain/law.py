"""Shortages of industry chains 产业链短缺 as a field of the rule table."""

from typing import Final

from rules.answer import Code
from rules.chain.shortage import DEPENDENTS, SHORTAGE, Segment, SegmentFacts, Shortage
from rules.explain import Law
from rules.rule import Questions

CODES: Final = {
    "EMPTY": Code("EMPTY", "空缺：没有已证实、也没有自述的本地企业", "empty: no local enterprise, observed or claimed"),
    "SINGLE_SUPPLIER": Code(
        "SINGLE_SUPPLIER", "单一供应商：只有一家已证实的本地企业，而多家下游靠它供货", "many depend on one supplier"
    ),
}

CHAIN: Final[Law[SegmentFacts, Segment, Shortage | None]] = Law(
    id="chain",
    title="产业链短缺提示",
    codes=CODES,
    opening=Questions([]),
    rule_sets=(SHORTAGE,),
    change=None,
    parameters=SHORTAGE.parameters,
    open_points={},
    act_day=lambda _way, _code: None,
    numbers=lambda way: [(DEPENDENTS, way.case.since)],
    unverified=lambda _finding: (),
    facts=SegmentFacts,
    words={},
)
