"""Search and resolve: every firm finds itself, by every name and code it has, and the answer says by which."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import TYPE_CHECKING

import pytest
from stdnum.cn.uscc import calc_check_digit

from graph.memory_build import build
from graph.memory_view import MemoryView
from graph.ontology import Enterprise, FormerName, Product, Ref, Segment, Side
from graph.view import Entity
from lianxin.errors import BadQuestion, NotKnown
from services.search import Matched, resolve, search

if TYPE_CHECKING:
    from graph.ledger import Ledger

FIRM = "91330113YANG00027N"
RENAMED = "91330113YANG00094L"
ONE_NAME = ("91330113YANG00107A", "91330521YANG00115C")
TWO_BEARERS = "浙江同昇精密机械（示例）有限公司"


@pytest.fixture(scope="module")
def demo(demo_ledger: "Ledger") -> MemoryView:
    return build(demo_ledger)


@pytest.fixture(scope="module")
def chain(chain_ledger: "Ledger") -> MemoryView:
    return build(chain_ledger)


def _key(view: MemoryView, query: str, *types: str) -> str:
    return view.ref(resolve(view, query, types or ("Enterprise",))).key


# --- every firm matches itself ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("data", ["demo", "chain"])
def test_every_firm_resolves_by_every_name(data: str, request: pytest.FixtureRequest) -> None:
    view: MemoryView = request.getfixturevalue(data)
    unique, ambiguous = 0, []
    for entity in view.entities("Enterprise"):
        assert resolve(view, entity.ref.key, ("Enterprise",)) == entity.handle
        for name in _names(entity):
            try:
                assert resolve(view, name, ("Enterprise",)) == entity.handle
                unique += 1
            except BadQuestion as refusal:
                ambiguous.append((entity.ref.key, refusal.zh))
    assert [key for key, words in ambiguous if key not in words] == []
    assert len(ambiguous) < 100
    assert unique > 3900


@pytest.mark.parametrize("data", ["demo", "chain"])
def test_every_firm_is_found_exactly_by_every_name(data: str, request: pytest.FixtureRequest) -> None:
    view: MemoryView = request.getfixturevalue(data)
    for entity in view.entities("Enterprise"):
        for name in _names(entity):
            found = [each for each in search(view, name) if each.ref == entity.ref]
            assert found, f"{name} does not find {entity.ref.key}"
            assert found[0].exact


def _names(entity: Entity) -> Iterator[str]:
    yield from filter(None, (entity.get("name"), entity.get("short_name")))
    yield from entity.all("other_names")
    yield from (former.name for former in entity.all("former_names"))


# --- search -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "key", "matched", "text"),
    [
        (FIRM, FIRM, Matched.KEY, FIRM),
        (FIRM.lower(), FIRM, Matched.KEY, FIRM),
        ("９１３３０１１３ＹＡＮＧ０００２７Ｎ", FIRM, Matched.KEY, FIRM),
        ("杭州乙沐医疗器械（示例）有限公司", FIRM, Matched.NAME, "杭州乙沐医疗器械（示例）有限公司"),
        ("杭州乙沐醫療器械(示例)有限公司", FIRM, Matched.NAME, "杭州乙沐医疗器械（示例）有限公司"),
        ("杭州乙沐医疗器械有限公司", FIRM, Matched.NAME, "杭州乙沐医疗器械（示例）有限公司"),
        ("乙沐医疗器械", FIRM, Matched.NAME, "杭州乙沐医疗器械（示例）有限公司"),
        ("乙沐医械", FIRM, Matched.SHORT_NAME, "乙沐医械"),
        ("余杭红枫农机修造（示例）厂", RENAMED, Matched.FORMER_NAME, "余杭红枫农机修造（示例）厂"),
        ("红枫农机", RENAMED, Matched.FORMER_NAME, "余杭红枫农机修造（示例）厂"),
        ("lantuozhineng", RENAMED, Matched.PINYIN, "杭州澜拓智能装备（示例）有限公司"),
        ("Lantuo Zhi", RENAMED, Matched.PINYIN, "澜拓智装"),
        ("ltzn", RENAMED, Matched.PINYIN, "杭州澜拓智能装备（示例）有限公司"),
        ("澜拓智装备", RENAMED, Matched.NAME, "杭州澜拓智能装备（示例）有限公司"),  # one character is missing
    ],
)
def test_search_says_by_what(demo: MemoryView, query: str, key: str, matched: Matched, text: str) -> None:
    first = search(demo, query)[0]
    assert (first.ref.key, first.matched, first.text) == (key, matched, text)
    assert first.place == "杭州市临平区"


def test_a_mistyped_check_character_still_finds(demo: MemoryView) -> None:
    first = search(demo, FIRM[:-1] + "X")[0]
    assert (first.ref.key, first.exact) == (FIRM, False)


def test_two_firms_with_one_name_are_both_found_and_told_apart_by_place(demo: MemoryView) -> None:
    found = search(demo, TWO_BEARERS)
    assert [(each.ref.key, each.place) for each in found[:2]] == [
        (ONE_NAME[0], "杭州市临平区"),
        (ONE_NAME[1], "湖州市德清县"),
    ]


def test_order_is_exact_prefix_inside_alike(stated: Callable[..., MemoryView]) -> None:
    names = {"4": "东方新云栖", "3": "新云栖纺织", "2": "云栖纺织品", "1": "云栖纺织", "5": "云西纺织", "6": "无关机械"}
    view = stated(register=[Enterprise(key=key, name=name) for key, name in names.items()])
    assert [each.ref.key for each in search(view, "云栖纺织")] == ["1", "2", "3"]
    assert [each.ref.key for each in search(view, "云栖")] == ["1", "2", "4", "3"]
    assert [each.ref.key for each in search(view, "云嘻纺织")] == ["1", "5"]


@pytest.mark.parametrize(
    "query", ["", "  ", "\n", "（）", "没有这样的企业名称", "qqqqqqqq", "x" * 5000, "%", "*", "\\"]
)
def test_nothing_found_is_an_empty_list(demo: MemoryView, query: str) -> None:
    assert search(demo, query) == []


def test_limit_and_types(demo: MemoryView) -> None:
    assert len(search(demo, "杭州", limit=7)) == 7
    assert {each.ref.type for each in search(demo, "灭菌", types=("Segment", "Product"))} == {"Segment", "Product"}
    institution = search(demo, "临澄辐照", types=("Institution",))[0]
    assert (institution.ref.key, institution.place) == ("JG-020", "杭州市临平区")
    assert search(demo, "yiliaoqixie", types=("Chain",))[0].ref.key == "YLQX"
    assert search(demo, "镇江", types=("Product",)) == []


def test_the_same_question_gets_the_same_list_from_many_threads(demo_ledger: "Ledger") -> None:
    view = build(demo_ledger)
    with ThreadPoolExecutor(8) as threads:
        lists = list(threads.map(lambda _: search(view, "zhejiang"), range(16)))
    assert all(each == lists[0] for each in lists)


def test_stock_codes_of_the_chain_file(chain: MemoryView) -> None:
    for query in ("300750", "300750.SZ", "300750sz", "SZ300750", "宁德时代", "ndsd", "寧德時代"):
        assert search(chain, query)[0].ref.key == "300750"


def test_a_mark_of_the_exchange_does_not_hide_a_firm(chain: MemoryView) -> None:
    assert _key(chain, "ST康美") == _key(chain, "康美药业")


# --- resolve ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    [
        FIRM,
        FIRM.lower(),
        f" {FIRM} ",
        "杭州乙沐医疗器械（示例）有限公司",
        "杭州乙沐医疗器械有限公司",
        "乙沐医疗器械",
        "乙沐医械",
    ],
)
def test_resolve_by_key_and_names(demo: MemoryView, query: str) -> None:
    assert _key(demo, query) == FIRM


@pytest.mark.parametrize("query", [TWO_BEARERS, "浙江同昇精密机械有限公司", "同昇精密机械"])
def test_several_bearers_are_named(demo: MemoryView, query: str) -> None:
    with pytest.raises(BadQuestion) as refusal:
        resolve(demo, query, ("Enterprise",))
    assert all(key in refusal.value.zh and key in refusal.value.en for key in ONE_NAME)
    assert "湖州市德清县" in refusal.value.zh


@pytest.mark.parametrize("query", ["广东同昇精密机械有限公司", "浙江同昇精密机械集团有限公司", "同昇"])
def test_what_the_question_says_is_not_dropped(demo: MemoryView, query: str) -> None:
    with pytest.raises(NotKnown):
        resolve(demo, query, ("Enterprise",))


def test_resolve_suggests_the_nearest(demo: MemoryView) -> None:
    with pytest.raises(NotKnown) as refusal:
        resolve(demo, "杭州乙木医疗器械有限公司", ("Enterprise",))
    assert (FIRM, "杭州乙沐医疗器械（示例）有限公司") in refusal.value.suggestions
    assert len(refusal.value.suggestions) <= 5


def test_a_wrong_check_character_is_named(demo: MemoryView) -> None:
    with pytest.raises(BadQuestion) as refusal:
        resolve(demo, FIRM[:-1] + "x", ("Enterprise",))
    assert "校验位应为 N" in refusal.value.zh
    assert "the check character by the first 17 is N" in refusal.value.en


def test_a_character_that_no_code_uses_is_named(demo: MemoryView) -> None:
    with pytest.raises(BadQuestion, match="a character that the code does not use") as refusal:
        resolve(demo, "91330113YANG0O027N", ("Enterprise",))
    assert "代码不使用的字符" in refusal.value.zh


def test_an_unknown_but_valid_code_is_not_known(demo: MemoryView) -> None:
    code = "91330113YANG99999" + calc_check_digit("91330113YANG99999")
    with pytest.raises(NotKnown, match=code):
        resolve(demo, code, ("Enterprise",))


@pytest.mark.parametrize("query", ["橡胶\\n制品", "橡胶\n制品", " 橡胶制品 ", "橡胶制品"])
def test_a_product_key_is_cleaned_as_its_loader_cleans_it(stated: Callable[..., MemoryView], query: str) -> None:
    view = stated(products=[Product(key="橡胶制品", name="橡胶制品")])
    assert _key(view, query, "Segment", "Product") == "橡胶制品"


def test_a_key_is_taken_before_a_name_of_another_type(stated: Callable[..., MemoryView]) -> None:
    view = stated(
        chain=[
            Segment(key="S-1", name="灭菌服务", side=Side.MIDSTREAM, order=1),
            Segment(key="S-2", name="灭菌设备", side=Side.MIDSTREAM, order=2),
            Product(key="灭菌服务", name="灭菌服务"),
        ]
    )
    assert view.ref(resolve(view, "灭菌服务", ("Segment", "Product"))) == Ref("Product", "灭菌服务")
    assert view.ref(resolve(view, "灭菌设备", ("Segment", "Product"))) == Ref("Segment", "S-2")


def test_names_that_differ_only_in_a_variant_character_are_two_firms(stated: Callable[..., MemoryView]) -> None:
    view = stated(register=[Enterprise(key="1", name="同昇机械有限公司"), Enterprise(key="2", name="同升机械有限公司")])
    assert [_key(view, "同昇机械有限公司"), _key(view, "同升机械有限公司")] == ["1", "2"]
    with pytest.raises(BadQuestion):
        resolve(view, "同昇机械", ("Enterprise",))


def test_a_name_that_only_the_less_trusted_source_gives_is_found_too(stated: Callable[..., MemoryView]) -> None:
    former = FormerName("老云栖纺织厂", date(2019, 6, 30))
    view = stated(
        register=[Enterprise(key="1", name="云栖纺织有限公司", former_names=(former,))],
        report=[Enterprise(key="1", name="云栖纺织科技有限公司")],
    )
    assert [_key(view, name) for name in ("云栖纺织有限公司", "云栖纺织科技有限公司", "老云栖纺织厂")] == ["1"] * 3
    assert search(view, "云栖纺织科技有限公司")[0].name == "云栖纺织有限公司"


def test_an_empty_question_and_an_empty_ledger(stated: Callable[..., MemoryView]) -> None:
    view = stated()
    assert search(view, "云栖") == []
    for query in ("云栖", "", " "):
        with pytest.raises(NotKnown):
            resolve(view, query, ("Enterprise",))
