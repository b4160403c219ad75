"""What a product needs: each of the five kinds of evidence, worked out by hand, and the hops that explain it."""

from collections.abc import Callable
from math import log, sqrt
from typing import Any

import pytest

from graph.matching.needs import KNOWN_LINK, MIN_NEED, SHARE_CAP, WEIGHTS, Kind, noisy_or

World = Callable[[str], Any]
# With one product fitted, all its 1- to 3-grams weigh the same: 高压水泵 has 9 of them, 水泵 has 3, all among the 9.
PUMP_LIKE_PUMP = 3 / (sqrt(9) * sqrt(3))


def _vote(similarity: float, power: float) -> float:
    """The share of one single voter, damped by 1."""
    return similarity**power / (similarity**power + 1)


def test_recorded_need_is_the_constant(world: World) -> None:
    w = world("铸铁 into 水泵")
    assert w.need("水泵") == {"铸铁": KNOWN_LINK}
    assert w.needs.of(w["水泵"])[w["铸铁"]].recorded
    assert w.why("水泵", "铸铁") == [("铸铁", "UpstreamOf", "水泵")]


def test_name_alone(world: World) -> None:
    w = world("铸铁 into 高压水泵 \n 甲 makes 水泵")
    assert w.need("水泵") == {"铸铁": pytest.approx(0.3 * _vote(PUMP_LIKE_PUMP, 1.5), abs=1e-6)}
    assert w.why("水泵", "铸铁") == [("水泵", "SimilarTo", "高压水泵"), ("铸铁", "UpstreamOf", "高压水泵")]
    first, _ = w.needs.why(w["水泵"], w["铸铁"])
    assert first.similarity == pytest.approx(PUMP_LIKE_PUMP, abs=1e-6)


def test_same_materials_alone(world: World) -> None:
    """锅 and 桶 share 铁, which two of three products need; 漆 is rarer and therefore weighs more."""
    w = world("铁 into 锅 \n 铁 into 桶 \n 漆 into 桶 \n 棉 into 布")
    shared, rare = log(3 / 2), log(3)
    cosine = shared / sqrt(shared**2 + rare**2)
    assert w.need("锅") == {"铁": KNOWN_LINK, "漆": pytest.approx(0.9 * _vote(cosine, 2), abs=1e-6)}
    assert w.why("锅", "漆") == [("铁", "UpstreamOf", "锅"), ("铁", "UpstreamOf", "桶"), ("漆", "UpstreamOf", "桶")]


def test_sibling_adds_to_its_name_and_explains(world: World) -> None:
    """A sibling is weighed by its name, so that evidence by name is always beside it; the surer one explains."""
    w = world("铸铁 into 高压水泵 \n 高压水泵 is 机械 \n 水泵 is 机械")
    parts = [0.3 * _vote(PUMP_LIKE_PUMP, 1.5), 0.9 * _vote(PUMP_LIKE_PUMP, 1)]
    assert w.need("水泵") == {"铸铁": pytest.approx(1 - (1 - parts[0]) * (1 - parts[1]), abs=1e-6)}
    assert set(w.needs.of(w["水泵"])[w["铸铁"]].shares) == {Kind.NAME, Kind.SIBLING}
    assert w.why("水泵", "铸铁") == [
        ("水泵", "KindOf", "机械"),
        ("高压水泵", "KindOf", "机械"),
        ("铸铁", "UpstreamOf", "高压水泵"),
    ]


def test_sibling_with_a_wholly_different_name_says_nothing(world: World) -> None:
    w = world("铸铁 into 阀 \n 阀 is 机械 \n 水泵 is 机械")
    assert w.need("水泵") == {}


def test_variant_alone(world: World) -> None:
    """锅 needs 铜线; 铜丝 is sold, and of 铜线's three known 1- to 3-grams it has one."""
    w = world("铜线 into 锅 \n 铜 into 铜线 \n 铜丝 into 伞 \n 乙 makes 铜丝")
    assert w.need("锅") == {"铜线": KNOWN_LINK, "铜丝": pytest.approx(0.1 / sqrt(3), abs=1e-6)}
    assert w.why("锅", "铜丝") == [("铜线", "UpstreamOf", "锅"), ("铜线", "SimilarTo", "铜丝")]


def test_variant_that_nobody_sells_says_nothing(world: World) -> None:
    w = world("铜线 into 锅 \n 铜 into 铜线 \n 铜丝 into 伞")
    assert w.need("锅") == {"铜线": KNOWN_LINK}


def test_together_alone(world: World) -> None:
    """Of the one product made from 面, one is made from 糖 too; five are added below the line."""
    w = world("面 into 饼 \n 糖 into 饼")
    assert w.need("面") == {"糖": pytest.approx(0.1 * 1 / (1 + 5))}
    assert w.why("面", "糖") == [("面", "UpstreamOf", "饼"), ("糖", "UpstreamOf", "饼")]


def test_kinds_add_up_as_a_noisy_or(world: World) -> None:
    """水泵 needs 铸铁 by name, and because a product made from it is made from 铸铁 too."""
    w = world("铸铁 into 高压水泵 \n 水泵 into 机 \n 铸铁 into 机")
    shares = w.needs.of(w["水泵"])[w["铸铁"]].shares
    assert set(shares) == {Kind.NAME, Kind.TOGETHER}
    assert shares[Kind.TOGETHER] == pytest.approx(0.1 / 6)
    product = (1 - shares[Kind.NAME]) * (1 - shares[Kind.TOGETHER])
    assert w.need("水泵")["铸铁"] == pytest.approx(1 - product)


def test_a_product_never_needs_itself(world: World) -> None:
    w = world("面 into 饼 \n 糖 into 饼 \n 饼干 into 饼 \n 糖 into 饼干 \n 面 into 饼干")
    assert all(product not in w.need(product) for product in ("面", "糖", "饼", "饼干"))


def test_recorded_need_is_not_raised_by_estimates(world: World) -> None:
    w = world("铸铁 into 高压水泵 \n 铸铁 into 水泵")
    assert w.need("水泵") == {"铸铁": KNOWN_LINK}


@pytest.mark.parametrize(("users", "kept"), [(94, True), (96, False)])
def test_weak_estimates_are_dropped(world: World, users: int, kept: bool) -> None:
    """One of the products made from 面 needs 糖: .1 / 99 is above the least that counts, .1 / 101 below."""
    assert (0.1 / (users + 5) >= MIN_NEED) is kept
    others = [f"面 into 饼{chr(0x4E00 + i)}" for i in range(users - 1)]
    w = world("\n".join([*others, "面 into 汤", "糖 into 汤"]))
    assert w.need("面") == ({"糖": pytest.approx(0.1 / (users + 5))} if kept else {})


def test_links_of_kinds_that_are_predicted_are_used_as_evidence_only(world: World) -> None:
    """The source computes 小类 itself: it may support an estimate, and the hop keeps its basis."""
    w = world("铸铁 into 高压水泵 \n 高压水泵 is 机械 predicted \n 水泵 is 机械 predicted")
    assert w.why("水泵", "铸铁")[0] == ("水泵", "KindOf", "机械")


def test_noisy_or() -> None:
    assert noisy_or([]) == 0
    assert noisy_or([0.3]) == pytest.approx(0.3)
    assert noisy_or([0.5, 0.5]) == pytest.approx(0.75)
    assert noisy_or([1.0, 1.0]) < 1


def test_no_kind_of_evidence_is_certain() -> None:
    assert all(weight <= SHARE_CAP < 1 for weight in WEIGHTS.values())
    assert set(WEIGHTS) == set(Kind)


@pytest.mark.parametrize("text", ["甲 makes 水泵", "铁 into 锅 ..2020-01-01 \n 甲 makes 锅"])
def test_a_graph_without_recorded_needs_estimates_nothing(world: World, text: str) -> None:
    w = world(text)
    assert all(w.need(product) == {} for product in w.types if w.types[product] == "Product")
