"""Rules on industry chains 产业链: what counts as an empty segment and as a segment with a single supplier.

    CHAIN-01  空缺          no local enterprise, neither observed nor claimed
    CHAIN-02  单一供应商    one observed local enterprise, and at least N enterprises that it supplies by observed links

Both are settings of ours (CFG 本方设置), not law. Their numbers stand in chain.yaml by first day.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from lianxin.errors import NotInForce


class Shortage(StrEnum):
    """提示 What is short in a segment."""

    EMPTY = "empty"
    SINGLE_SUPPLIER = "single_supplier"


@dataclass(frozen=True, slots=True)
class SegmentFacts:
    """What the rules look at. `observed`, `claimed`: local enterprises of the segment by the basis of their link.

    `dependents`: enterprises that the observed local ones supply by observed links.
    """

    observed: int
    claimed: int
    dependents: int


@dataclass(frozen=True, slots=True)
class Citation:
    """依据 Where a rule or number comes from. `mark`: how it was read (CFG: a setting of ours)."""

    mark: str
    text: str


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a rule, in force from its first day until the next one's. `dependents`: the N of CHAIN-02."""

    rule: str
    title: str
    first_day: date
    citation: Citation
    dependents: int | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """What the rules say of one segment: the shortage and the version that found it, or None; `why` in Chinese."""

    shortage: Shortage | None
    version: Version | None
    why: str


def judge(facts: SegmentFacts, on: date) -> Judged:
    """What is short in a segment on a day. Raises NotInForce for a day before the first version."""
    empty, single = in_force("CHAIN-01", on), in_force("CHAIN-02", on)
    if is_empty(facts):
        return Judged(Shortage.EMPTY, empty, f"没有已证实、也没有自述的本地企业（{_cited(empty)}）")
    if is_single_supplier(facts, single):
        return Judged(Shortage.SINGLE_SUPPLIER, single, f"{_one(facts)}，{_claimed(facts)}（{_cited(single)}）")
    return Judged(None, None, _fine(facts, single))


def is_empty(facts: SegmentFacts) -> bool:
    """CHAIN-01: nobody local, observed or claimed."""
    return facts.observed == 0 and facts.claimed == 0


def is_single_supplier(facts: SegmentFacts, version: Version) -> bool:
    """CHAIN-02: exactly one observed local enterprise, on which at least N others depend. Claims do not count."""
    assert version.dependents is not None, f"{version.rule} of {version.first_day} has no number of dependents"
    return facts.observed == 1 and facts.dependents >= version.dependents


def in_force(rule: str, on: date) -> Version:
    """The version of a rule on a day. Raises NotInForce for a day before the first one."""
    return version_on(_versions()[rule], on)


def version_on(versions: Sequence[Version], on: date) -> Version:
    """The one of a rule's versions, ordered by first day, that is in force on a day. Raises NotInForce."""
    held = [version for version in versions if version.first_day <= on]
    if not held:
        first = versions[0]
        raise NotInForce(f"rule {first.rule}", f"规则 {first.rule}（{first.title}）", on, first.first_day)
    return held[-1]


def _one(facts: SegmentFacts) -> str:
    return f"已证实的本地企业只有 1 家，供 {facts.dependents} 家下游"


def _claimed(facts: SegmentFacts) -> str:
    return f"另有自述 {facts.claimed} 家，待核对" if facts.claimed else "没有自述"


def _fine(facts: SegmentFacts, single: Version) -> str:
    if facts.observed == 0:
        return f"没有已证实的本地企业，自述 {facts.claimed} 家，待核对"
    if facts.observed == 1:
        return f"{_one(facts)}，不到 {single.dependents} 家；{_claimed(facts)}"
    return f"已证实的本地企业有 {facts.observed} 家"


def _cited(version: Version) -> str:
    return f"规则 {version.rule}，本方设置，自 {version.first_day} 起"


@cache
def _versions() -> Mapping[str, Sequence[Version]]:
    """All versions of each rule, by first day. An undeclared key in the file is refused by the constructors."""
    read: Mapping[str, Any] = yaml.safe_load((files("rules") / "chain.yaml").read_text("utf-8"))
    return {rule: _read(rule, **declared) for rule, declared in read.items()}


def _read(rule: str, title: str, versions: Sequence[Mapping[str, Any]]) -> Sequence[Version]:
    parsed = [Version(rule, title, **{**each, "citation": Citation(**each["citation"])}) for each in versions]
    return sorted(parsed, key=lambda version: version.first_day)
