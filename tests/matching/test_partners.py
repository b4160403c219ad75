"""The score of a company pair, worked out by hand, and what is not used for it."""

from collections.abc import Callable
from datetime import date
from math import sqrt
from typing import Any

import pytest

from graph.matching.facts import SAYS_NOTHING
from graph.matching.partners import EXACT, SIMILAR, SIMILAR_SELLER, rank
from graph.ontology import Basis, Ref
from graph.view import BASES

World = Callable[[str], Any]
CHAIN = "甲 makes 水泵 .6 \n 铸铁 into 水泵"
CROWD_OF_TWO = 2**-0.2
NOTHING_SAID = [
    "其他业务",
    "其它",
    "内部往来",
    "合计",
    "销售",
    "服务",
    "商品",
    "租金",
    "租赁",
    "配件",
    "材料销售",
    "收入",
]


# --- scores -----------------------------------------------------------------------------------------------------------


def test_one_recorded_path(world: World) -> None:
    w = world(f"{CHAIN} \n 乙 makes 铸铁 .4")
    assert w.scores("甲") == {"乙": (EXACT, pytest.approx(0.95))}
    assert w.scores("乙", "customer") == {"甲": (EXACT, pytest.approx(0.95))}
    assert w.scores("乙") == {}
    assert w.scores("甲", "customer") == {}


def test_two_paths_are_a_noisy_or(world: World) -> None:
    w = world(f"{CHAIN} \n 铜 into 水泵 \n 乙 makes 铸铁 \n 乙 makes 铜")
    assert w.scores("甲") == {"乙": (EXACT, pytest.approx(1 - 0.05 * 0.05))}
    assert [path.p for path in w.rank("甲").paths_of(w["乙"])] == [pytest.approx(0.95)] * 2


def test_crowd_of_sellers_weakens(world: World) -> None:
    w = world(f"{CHAIN} \n 乙 makes 铸铁 \n 丙 makes 铸铁")
    assert [score for _, score in w.scores("甲").values()] == [pytest.approx(0.95 * CROWD_OF_TWO)] * 2


def test_own_production_weakens_for_either_side(world: World) -> None:
    w = world(f"{CHAIN} \n 甲 makes 铸铁 .3 \n 乙 makes 铸铁")
    expected = pytest.approx(0.95 * CROWD_OF_TWO * 0.3)
    assert w.scores("甲") == {"乙": (EXACT, expected)}
    assert w.scores("乙", "customer") == {"甲": (EXACT, expected)}
    assert w.rank("甲").paths_of(w["乙"])[0].own
    assert w.rank("乙", "customer").paths_of(w["甲"])[0].own


@pytest.mark.parametrize("side", ["buyer", "seller", "both"])
@pytest.mark.parametrize(
    ("share", "factor"),
    [("0.0499", 0.15), ("0.05", 1.0), ("0.0501", 1.0), ("", 1.0)],
    ids=["below", "on", "above", "not stated"],
)
def test_side_line_counts_less_when_core_business_is_asked_for(
    world: World, side: str, share: str, factor: float
) -> None:
    buyer, seller = (share if side in (who, "both") else ".6" for who in ("buyer", "seller"))
    w = world(f"甲 makes 水泵 {buyer} \n 铸铁 into 水泵 \n 乙 makes 铸铁 {seller}")
    for asked, direction, other in (("甲", "supplier", "乙"), ("乙", "customer", "甲")):
        assert w.scores(asked, direction, core=True) == {other: (EXACT, pytest.approx(0.95 * factor))}
        assert w.scores(asked, direction, core=False) == {other: (EXACT, pytest.approx(0.95))}


def test_two_breakdowns_of_one_sale_are_one_sale_with_the_largest_share(world: World) -> None:
    w = world(f"{CHAIN} \n 乙 makes 铸铁 .02 \n 乙 makes 铸铁 .4 #2 \n 甲 makes 水泵 .01 #2")
    assert w.graph.sellers[w["铸铁"]] == 1
    for asked, direction, other in (("甲", "supplier", "乙"), ("乙", "customer", "甲")):
        assert w.scores(asked, direction, core=True) == {other: (EXACT, pytest.approx(0.95))}
        (path,) = w.rank(asked, direction).paths_of(w[other])
        assert path.buyer_share == pytest.approx(0.6)
        assert path.seller_share == pytest.approx(0.4)


def test_a_stated_share_is_taken_before_one_that_is_not_stated(world: World) -> None:
    w = world(f"{CHAIN} \n 甲 makes 水泵 #2 \n 乙 makes 铸铁 \n 乙 makes 铸铁 .02 #2")
    for asked, direction, other in (("甲", "supplier", "乙"), ("乙", "customer", "甲")):
        (path,) = w.rank(asked, direction).paths_of(w[other])
        assert (path.buyer_share, path.seller_share) == (pytest.approx(0.6), pytest.approx(0.02))


# --- order ------------------------------------------------------------------------------------------------------------


def test_exact_stands_before_similar_though_its_score_is_lower(world: World) -> None:
    """乙 by a recorded link, of which 甲 makes the material itself, as a side line; 丙 because 高压水泵 needs 钢."""
    w = world(f"{CHAIN} \n 甲 makes 铸铁 .6 \n 乙 makes 铸铁 .01 \n 钢 into 高压水泵 \n 丙 makes 钢 .9")
    scores = w.scores("甲", core=True)
    assert list(scores) == ["乙", "丙"]
    assert scores["乙"] == (EXACT, pytest.approx(0.95 * CROWD_OF_TWO * 0.3 * 0.15))
    assert scores["丙"][0] == SIMILAR
    assert scores["丙"][1] > scores["乙"][1]


@pytest.mark.parametrize("sellers", [["戊", "丁", "丙", "乙"], ["乙", "丙", "丁", "戊"]])
def test_ties_are_broken_by_key(world: World, sellers: list[str]) -> None:
    w = world("\n".join([CHAIN, *(f"{who} makes 铸铁" for who in sellers)]))
    assert list(w.scores("甲")) == sorted(sellers)


def test_sellers_of_similar_products_only_fill_up(world: World) -> None:
    """铜线盘 needs 铜线; 细铜线 has every known 1- to 3-gram of 铜线, so their similarity is 1."""
    w = world("甲 makes 铜线盘 \n 铜线 into 铜线盘 \n 乙 makes 铜线 \n 乙 makes 细铜线 \n 丙 makes 细铜线")
    filler = 0.95 * 1.0 * 0.3 * CROWD_OF_TWO
    assert w.scores("甲") == {"乙": (EXACT, pytest.approx(0.95)), "丙": (SIMILAR_SELLER, pytest.approx(filler))}
    assert list(w.scores("甲", wanted=1)) == ["乙"]
    assert list(w.scores("甲", wanted=2)) == ["乙", "丙"]
    assert [(p.tier, p.similarity) for p in w.rank("甲").paths_of(w["丙"])] == [(SIMILAR_SELLER, pytest.approx(1.0))]


def test_one_need_counts_once_however_many_similar_things_are_sold(world: World) -> None:
    """丙 sells two things named like 铜线: that 甲 needs 铜线 is one path to 甲, not two."""
    w = world("甲 makes 铜线盘 \n 铜线 into 铜线盘 \n 丙 makes 细铜线 \n 丙 makes 粗铜线")
    assert w.scores("丙", "customer") == {"甲": (SIMILAR_SELLER, pytest.approx(0.95 * 0.3))}


def test_a_product_like_enough_stands_in(world: World) -> None:
    """铜 is one of the three known 1- to 3-grams of 铜线: a similarity of 1/√3 = .58 is enough."""
    w = world("甲 makes 铜线盘 \n 铜线 into 铜线盘 \n 丙 makes 铜")
    assert w.scores("甲") == {"丙": (SIMILAR_SELLER, pytest.approx(0.95 / sqrt(3) * 0.3, abs=1e-6))}


def test_a_product_whose_name_is_too_far_does_not_stand_in(world: World) -> None:
    """One of six (1/√6 = .41) is not."""
    w = world("甲 makes 铜线盘 \n 铜线盘座 into 铜线盘 \n 丙 makes 铜")
    assert w.scores("甲") == {}


# --- supply links -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("basis", [Basis.OBSERVED, Basis.CLAIMED])
def test_supply_link_makes_an_exact_candidate_of_its_basis(world: World, basis: Basis) -> None:
    w = world(f"甲 makes 水泵 \n 乙 supplies 甲 {basis}")
    for asked, direction, other in (("甲", "supplier", "乙"), ("乙", "customer", "甲")):
        assert w.scores(asked, direction) == {other: (EXACT, pytest.approx(0.95))}
        found = w.rank(asked, direction)
        assert BASES[found.direct[0]] is basis
        evidence = w.view.evidence("Supplies", found.direct_links[w[other]])
        assert (evidence.from_ref.key, evidence.to_ref.key, evidence.basis) == ("乙", "甲", basis)
    assert w.scores("乙") == {}


def test_of_two_supply_links_the_surer_one_is_shown(world: World) -> None:
    w = world("乙 supplies 甲 claimed #1 \n 乙 supplies 甲 observed #2 \n 乙 supplies 甲 claimed #3")
    found = w.rank("甲")
    assert BASES[found.direct[0]] is Basis.OBSERVED
    assert w.view.evidence("Supplies", found.direct_links[w["乙"]]).basis is Basis.OBSERVED


def test_supply_link_adds_to_the_product_paths(world: World) -> None:
    w = world(f"{CHAIN} \n 乙 makes 铸铁 \n 乙 supplies 甲")
    assert w.scores("甲") == {"乙": (EXACT, pytest.approx(1 - 0.05 * 0.05))}


def test_a_company_is_never_its_own_partner(world: World) -> None:
    w = world(f"{CHAIN} \n 甲 makes 铸铁 \n 甲 supplies 甲")
    assert w.scores("甲") == {}
    assert w.scores("甲", "customer") == {}


# --- what is not used -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sale",
    ["乙 makes 铸铁 0", "乙 makes 铸铁 .4 predicted", "乙 makes 铸铁 ..2026-11-19", "乙 makes 铸铁 2026-11-21.."],
    ids=["share of zero", "predicted", "ended", "not begun"],
)
def test_what_is_no_sale_of_the_seller_gives_nothing(world: World, sale: str) -> None:
    w = world(f"{CHAIN} \n {sale}")
    assert w.scores("甲") == {}
    assert w.scores("乙", "customer") == {}
    assert w.graph.sellers[w["铸铁"]] == 0


@pytest.mark.parametrize(
    "sale",
    ["甲 makes 水泵 0", "甲 makes 水泵 predicted", "甲 makes 水泵 ..2026-11-19", "甲 makes 水泵 2026-11-21.."],
    ids=["share of zero", "predicted", "ended", "not begun"],
)
def test_what_is_no_sale_of_the_buyer_gives_nothing(world: World, sale: str) -> None:
    w = world(f"{sale} \n 铸铁 into 水泵 \n 乙 makes 铸铁")
    assert w.scores("甲") == {}
    assert w.scores("乙", "customer") == {}


@pytest.mark.parametrize(
    "link",
    ["铸铁 into 水泵 {}", "乙 makes 铸铁 {}", "甲 makes 水泵 {}", "乙 supplies 甲 {}"],
    ids=lambda x: x.split()[1],
)
def test_a_link_is_used_on_its_days_the_first_and_the_last_included(world: World, link: str) -> None:
    others = [] if "supplies" in link else ["铸铁 into 水泵", "乙 makes 铸铁", "甲 makes 水泵"]
    rest = [line for line in others if not link.startswith(line)]
    w = world("\n".join([*rest, link.format("2024-03-01.. ..2024-03-31")]))
    days = {date(2024, 2, 29): 0, date(2024, 3, 1): 1, date(2024, 3, 31): 1, date(2024, 4, 1): 0}
    assert {day: len(w.scores("甲", on=day)) for day in days} == days
    assert {day: len(w.scores("乙", "customer", on=day)) for day in days} == days


@pytest.mark.parametrize("name", NOTHING_SAID)
def test_names_that_say_nothing_match_nothing(world: World, name: str) -> None:
    """Neither as what is needed, nor as what is sold, nor as what stands in for it."""
    assert SAYS_NOTHING.search(name)
    w = world(
        f"甲 makes {name} \n 铸铁 into {name} \n {name} into 水泵 \n 乙 makes {name} \n 丙 makes 铸铁 \n 丁 makes 水泵"
    )
    assert w.graph.sellers[w[name]] == 0
    assert w.scores("甲") == w.scores("乙", "customer") == w.scores("丙", "customer") == w.scores("丁") == {}


@pytest.mark.parametrize("name", ["销售终端", "服务器", "商品混凝土", "租赁车辆", "配件箱", "收入计量仪"])
def test_names_that_only_begin_like_those_do_match(world: World, name: str) -> None:
    w = world(f"甲 makes 水泵 \n {name} into 水泵 \n 乙 makes {name}")
    assert w.scores("甲") == {"乙": (EXACT, pytest.approx(0.95))}


@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize(
    ("link_type", "ends"),
    [
        ("UpstreamOf", (("Product", "铸铁"), ("Product", "水泵"))),
        ("Makes", (("Enterprise", "乙"), ("Product", "铸铁"))),
        ("Makes", (("Enterprise", "甲"), ("Product", "水泵"))),
    ],
)
def test_hidden_links_are_not_used_whichever_end_is_named_first(
    world: World, link_type: str, ends: tuple[tuple[str, str], tuple[str, str]], swapped: bool
) -> None:
    w = world(f"{CHAIN} \n 乙 makes 铸铁")
    left, right = (Ref(*end) for end in (ends[::-1] if swapped else ends))
    hidden = w.view.hiding([(left, right)], [link_type])
    assert len(rank(w.view, w["甲"], "supplier", date(2026, 11, 20)).handles) == 1
    assert len(rank(hidden, w["甲"], "supplier", date(2026, 11, 20)).handles) == 0
    assert len(rank(hidden, w["乙"], "customer", date(2026, 11, 20)).handles) == 0
    assert len(rank(w.view, w["甲"], "supplier", date(2026, 11, 20)).handles) == 1, "the view itself is unchanged"


# --- both directions --------------------------------------------------------------------------------------------------


def test_customers_are_suppliers_read_backwards(demo_ledger: Any) -> None:
    """Every recorded path from a buyer to a supplier is found from the supplier too, with what it contributes."""
    from graph.memory_build import build

    view = build(demo_ledger)
    on = date(2026, 11, 20)
    seen = 0
    for company in view.all_of("Enterprise")[::101].tolist():
        for direction, back in (("supplier", "customer"), ("customer", "supplier")):
            found = rank(view, company, direction, on, core=True)
            for other in found.handles[:3].tolist():
                there = _exact(found.paths_of(other))
                assert _exact(rank(view, other, back, on, core=True).paths_of(company)) == there
                seen += len(there)
    assert seen > 50


def _exact(paths: Any) -> list[Any]:
    return sorted((p.product, p.material, p.sold, round(p.p, 9), p.own) for p in paths if p.tier == EXACT)
