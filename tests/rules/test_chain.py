"""CHAIN-01 to CHAIN-03 at every edge of their numbers and days."""

from datetime import date, timedelta

import pytest

from lianxin.errors import NotInForce, RuleError
from rules.answer import Answer
from rules.chain.law import CHAIN, CODES
from rules.chain.shortage import DEPENDENTS, SegmentFacts, Shortage, ShortageFinding, assess, why
from rules.explain import explain
from rules.laws import LAWS

FIRST = date(2026, 1, 1)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("observed", "claimed", "expected"), [(0, 0, True), (0, 1, False), (1, 0, False), (1, 1, False), (2, 0, False)]
)
def test_empty_is_neither_observed_nor_claimed(observed: int, claimed: int, expected: bool) -> None:
    finding = assess(SegmentFacts(observed, claimed, dependents=0), FIRST)
    assert (finding.values is Shortage.EMPTY) is expected


@pytest.mark.parametrize("observed", [0, 1, 2])
@pytest.mark.parametrize("dependents", [2, 3, 4])
@pytest.mark.parametrize("claimed", [0, 5])
def test_single_supplier_is_one_observed_and_three_dependents(observed: int, dependents: int, claimed: int) -> None:
    finding = assess(SegmentFacts(observed, claimed, dependents), FIRST)
    assert (finding.values is Shortage.SINGLE_SUPPLIER) is (observed == 1 and dependents >= 3)


@pytest.mark.parametrize("observed", [0, 1, 2])
@pytest.mark.parametrize("claimed", [0, 1])
@pytest.mark.parametrize("dependents", [0, 3])
def test_each_shortage_is_the_only_reason_of_its_finding(observed: int, claimed: int, dependents: int) -> None:
    finding = assess(SegmentFacts(observed, claimed, dependents), FIRST)
    short = finding.values
    assert finding.reasons == (frozenset() if short is None else {short.name})
    assert finding.answer is (Answer.NOT_APPLICABLE if short is None else Answer.REVIEW)
    assert finding.reasons <= set(CODES)


def test_the_rules_begin_on_their_first_day() -> None:
    facts = SegmentFacts(1, 0, 3)
    with pytest.raises(NotInForce, match="2026-01-01") as refusal:
        assess(facts, FIRST - DAY)
    assert isinstance(refusal.value, RuleError)
    assert "CHAIN-01（空缺环节）" in refusal.value.zh
    assert {assess(facts, day).values for day in (FIRST, FIRST + DAY)} == {Shortage.SINGLE_SUPPLIER}


@pytest.mark.parametrize(
    ("facts", "shortage", "words"),
    [
        (
            SegmentFacts(0, 0, 0),
            Shortage.EMPTY,
            "没有已证实、也没有自述的本地企业（规则 CHAIN-01，本方设置，自 2026-01-01 起）",
        ),
        (
            SegmentFacts(1, 0, 9),
            Shortage.SINGLE_SUPPLIER,
            "已证实的本地企业只有 1 家，供 9 家下游，没有自述（规则 CHAIN-02，本方设置，自 2026-01-01 起）",
        ),
        (
            SegmentFacts(1, 2, 3),
            Shortage.SINGLE_SUPPLIER,
            "已证实的本地企业只有 1 家，供 3 家下游，另有自述 2 家，待核对"
            "（规则 CHAIN-02，本方设置，自 2026-01-01 起）",
        ),
        (SegmentFacts(1, 0, 2), None, "已证实的本地企业只有 1 家，供 2 家下游，不到 3 家；没有自述"),
        (SegmentFacts(0, 2, 0), None, "没有已证实的本地企业，自述 2 家，待核对"),
        (SegmentFacts(2, 7, 9), None, "已证实的本地企业有 2 家"),
    ],
)
def test_the_reason_never_adds_observed_and_claimed(facts: SegmentFacts, shortage: Shortage | None, words: str) -> None:
    finding = assess(facts, FIRST)
    assert (finding.values, why(finding)) == (shortage, words)


# As every other field of law


def test_it_stands_in_the_rule_table_with_settings_of_ours_as_its_only_citations() -> None:
    assert CHAIN in LAWS
    assert [rule.id for rule in CHAIN.rules] == ["CHAIN-01", "CHAIN-02", "CHAIN-03"]
    cited = [citation for rule in CHAIN.rules for citation in rule.citations]
    cited += [version.citation for version in DEPENDENTS.versions]
    assert {citation.mark.value for citation in cited} == {"CFG"}
    assert all(str(citation).startswith("本方设置：") for citation in cited)


def test_the_walk_tells_the_numbers_that_were_compared() -> None:
    finding: ShortageFinding = assess(SegmentFacts(1, 2, 3), FIRST)
    told = [(step.rules, step.said, step.applied) for step in finding.walk()]
    assert told == [(("CHAIN-01",), "有", False), (("CHAIN-02",), "是，单一供应商", True)]
    assert list(finding.walk())[1].values == {"observed": "1", "dependents": "3", "least": "3"}
    explained = explain(CHAIN, finding)
    assert [reason.code.code for reason in explained.reasons] == ["SINGLE_SUPPLIER"]
    assert explained.to_confirm == ()
