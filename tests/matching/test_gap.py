"""Who could fill a product or a segment: kinds in their order, factors, and what is not used."""

from collections.abc import Callable
from datetime import date
from math import sqrt
from typing import Any

import pytest

from graph.matching.gap import fill
from graph.matching.partners import EXACT, SIMILAR

World = Callable[[str], Any]
ON = date(2026, 11, 20)


def _filled(w: Any, wanted: str, on: date = ON) -> dict[str, tuple[int, float]]:
    found = fill(w.view, w[wanted], on)
    return {w.name(f.handle): (f.tier, f.score) for f in found.fillings}


def test_sellers_then_narrower_then_broader_products(world: World) -> None:
    w = world("甲 makes 泵 \n 乙 makes 水轮 \n 水轮 is 泵 \n 丙 makes 机械 \n 泵 is 机械")
    assert _filled(w, "泵") == {
        "甲": (EXACT, pytest.approx(0.95)),
        "乙": (SIMILAR, pytest.approx(0.7)),
        "丙": (SIMILAR, pytest.approx(0.5)),
    }
    assert list(_filled(w, "泵")) == ["甲", "乙", "丙"]


def test_similar_names_by_half_of_their_similarity(world: World) -> None:
    """Of the nine 1- to 3-grams of 高压水泵 three are in 水泵: cosine 1/√3."""
    w = world("铸铁 into 高压水泵 \n 甲 makes 高压水泵")
    assert _filled(w, "高压水泵") == {"甲": (EXACT, pytest.approx(0.95))}
    w = world("铸铁 into 高压水泵 \n 甲 makes 高压水泵 \n 乙 makes 水泵")
    assert _filled(w, "高压水泵")["乙"] == (SIMILAR, pytest.approx(0.5 / sqrt(3), abs=1e-6))


def test_a_narrower_product_is_not_counted_again_as_a_similar_one(world: World) -> None:
    w = world("铸铁 into 高压水泵 \n 乙 makes 水泵 \n 水泵 is 高压水泵")
    assert _filled(w, "高压水泵") == {"乙": (SIMILAR, pytest.approx(0.7))}


def test_institutions_that_offer_a_service_for_it(world: World) -> None:
    w = world("甲 makes 泵 \n 所 offers 泵")
    assert _filled(w, "泵") == {"所": (EXACT, pytest.approx(0.95)), "甲": (EXACT, pytest.approx(0.95))}
    paths = {w.name(f.handle): w.steps(f.paths[0].steps) for f in fill(w.view, w["泵"], ON).fillings}
    assert paths == {"甲": [("甲", "Makes", "泵")], "所": [("所", "Offers", "泵")]}


def test_segment_through_its_products_members_and_companion_segments(world: World) -> None:
    """Of the two companies in 乙段 one is in 甲段 too: they go together by a half."""
    w = world("泵 of 甲段 \n 丁 makes 泵 \n 戊 in 甲段 \n 戊 in 乙段 \n 己 in 乙段")
    assert _filled(w, "甲段") == {
        "丁": (EXACT, pytest.approx(0.95)),
        "戊": (EXACT, pytest.approx(0.95)),
        "己": (SIMILAR, pytest.approx(0.5)),
    }
    paths = {w.name(f.handle): w.steps(f.paths[0].steps) for f in fill(w.view, w["甲段"], ON).fillings}
    assert paths["丁"] == [("泵", "InSegment", "甲段"), ("丁", "Makes", "泵")]
    assert paths["戊"] == [("戊", "InSegment", "甲段")]
    assert paths["己"] == [("甲段", "GoesWith", "乙段"), ("己", "InSegment", "乙段")]


@pytest.mark.parametrize(("outsiders", "goes_with"), [(9, True), (10, False)])
def test_segments_go_together_from_a_tenth_of_their_companies_on(world: World, outsiders: int, goes_with: bool) -> None:
    others = "\n".join(f"{n}号 in 乙段" for n in range(10, 10 + outsiders))
    w = world(f"戊 in 甲段 \n 戊 in 乙段 \n {others}")
    assert ("10号" in _filled(w, "甲段")) is goes_with


@pytest.mark.parametrize(
    "sale",
    ["甲 makes 泵 0", "甲 makes 泵 predicted", "甲 makes 泵 ..2026-11-19", "甲 makes 泵 2026-11-21.."],
    ids=["share of zero", "predicted", "ended", "not begun"],
)
def test_what_is_no_sale_fills_no_gap(world: World, sale: str) -> None:
    assert _filled(world(sale), "泵") == {}


def test_names_that_say_nothing_fill_no_gap(world: World) -> None:
    w = world("甲 makes 其他业务 \n 其他业务 of 甲段")
    assert _filled(w, "其他业务") == _filled(w, "甲段") == {}


def test_ties_are_broken_by_key(world: World) -> None:
    w = world("丙 makes 泵 \n 乙 makes 泵 \n 甲 makes 泵")
    assert list(_filled(w, "泵")) == sorted("甲乙丙")
