"""CHAIN-01 and CHAIN-02 at every edge of their numbers and days."""

from datetime import date, timedelta

import pytest

from lianxin.errors import NotInForce, RuleError
from rules.chain import (
    Citation,
    SegmentFacts,
    Shortage,
    Version,
    in_force,
    is_empty,
    is_single_supplier,
    judge,
    version_on,
)

FIRST = date(2026, 1, 1)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("observed", "claimed", "expected"), [(0, 0, True), (0, 1, False), (1, 0, False), (1, 1, False), (2, 0, False)]
)
def test_empty_is_neither_observed_nor_claimed(observed: int, claimed: int, expected: bool) -> None:
    assert is_empty(SegmentFacts(observed, claimed, dependents=0)) is expected


@pytest.mark.parametrize("observed", [0, 1, 2])
@pytest.mark.parametrize("dependents", [2, 3, 4])
@pytest.mark.parametrize("claimed", [0, 5])
def test_single_supplier_is_one_observed_and_three_dependents(observed: int, dependents: int, claimed: int) -> None:
    facts = SegmentFacts(observed, claimed, dependents)
    assert is_single_supplier(facts, in_force("CHAIN-02", FIRST)) is (observed == 1 and dependents >= 3)


@pytest.mark.parametrize("rule", ["CHAIN-01", "CHAIN-02"])
def test_a_rule_begins_on_its_first_day(rule: str) -> None:
    with pytest.raises(NotInForce, match="2026-01-01") as refusal:
        in_force(rule, FIRST - DAY)
    assert isinstance(refusal.value, RuleError)
    assert rule in refusal.value.zh
    assert in_force(rule, FIRST).first_day == FIRST
    assert in_force(rule, FIRST + DAY).first_day == FIRST


def test_a_later_version_begins_on_its_first_day() -> None:
    citation = Citation("CFG", "本方设置")
    older, newer = (Version("R", "规则", day, citation, n) for day, n in ((FIRST, 3), (date(2026, 7, 1), 5)))
    chosen = [version_on((older, newer), newer.first_day + step * DAY).dependents for step in (-1, 0, 1)]
    assert chosen == [3, 5, 5]


@pytest.mark.parametrize("rule", ["CHAIN-01", "CHAIN-02"])
def test_every_version_is_cited_as_a_setting_of_ours(rule: str) -> None:
    assert in_force(rule, FIRST).citation.mark == "CFG"
    assert in_force(rule, FIRST).citation.text.startswith("本方设置")


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
    judged = judge(facts, FIRST)
    assert (judged.shortage, judged.why) == (shortage, words)
    assert (judged.version is None) is (shortage is None)


def test_nothing_is_judged_before_the_rules_begin() -> None:
    with pytest.raises(NotInForce):
        judge(SegmentFacts(0, 0, 0), FIRST - DAY)
