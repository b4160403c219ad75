"""The page of one enterprise: every value with its sources, or why it is unknown, and what it is related to."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from graph.memory_build import build
from graph.memory_view import MemoryView
from graph.ontology import (
    PROPERTIES,
    Basis,
    Enterprise,
    FormerName,
    Industry,
    InIndustry,
    InSegment,
    Makes,
    Product,
    Ref,
    Segment,
    Size,
    Status,
    Supplies,
    Unknown,
)
from lianxin.errors import BadQuestion, NotKnown
from services.enterprise import Fact, Profile, profile

if TYPE_CHECKING:
    from graph.ledger import Ledger

StatedView = Callable[..., MemoryView]
ON = date(2026, 11, 24)
FIRM = Enterprise(
    key="1",
    name="云栖纺织有限公司",
    short_name="云栖纺织",
    former_names=(FormerName("红枫纺织厂", date(2019, 6, 30)), FormerName("红枫厂")),
    exchange=Unknown.NOT_SUPPLIED,
    status=Status.ACTIVE,
    established_on=date(2015, 4, 22),
    registered_capital=Decimal("3000.00"),
    division="330113",
    size=Size.MEDIUM,
    employees=1200,
)


@pytest.fixture(scope="module")
def demo(demo_ledger: "Ledger") -> MemoryView:
    return build(demo_ledger)


def _fact(found: Profile, name: str) -> Fact:
    return next(fact for fact in found.facts if fact.name == name)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("name", "云栖纺织有限公司"),
        ("former_names", "红枫纺织厂（至 2019-06-30）、红枫厂"),
        ("status", "存续"),
        ("established_on", "2015-04-22"),
        ("registered_capital", "3,000 万元"),
        ("division", "杭州市临平区"),
        ("size", "中型"),
        ("employees", "1,200 人"),
    ],
)
def test_values_read_as_people_read_them(stated: StatedView, name: str, text: str) -> None:
    fact = _fact(profile(stated(register=[FIRM]), "1", on=ON), name)
    assert (fact.text, fact.unknown, fact.disagree) == (text, None, False)
    (value, shown, source), *others = fact.stated
    assert value == getattr(FIRM, name)
    assert (shown, source.file, source.row, others) == (text, "register.csv", 1, [])


@pytest.mark.parametrize(
    ("capital", "text"),
    [("0.5", "0.5 万元"), ("1234567.80", "1,234,567.8 万元"), ("1E+4", "10,000 万元"), ("0", "0 万元")],
)
def test_amounts(stated: StatedView, capital: str, text: str) -> None:
    view = stated(register=[Enterprise(key="1", registered_capital=Decimal(capital))])
    assert _fact(profile(view, "1", on=ON), "registered_capital").text == text


def test_all_declared_properties_stand_in_their_order(stated: StatedView) -> None:
    found = profile(stated(register=[FIRM]), "1", on=ON)
    assert [fact.label for fact in found.facts] == [declared.label for declared in PROPERTIES["Enterprise"]]
    assert (found.known, found.unknown) == (9, 6)


def test_what_is_unknown_says_why(stated: StatedView) -> None:
    found = profile(stated(register=[FIRM]), "1", on=ON)
    assert _fact(found, "exchange").unknown is Unknown.NOT_SUPPLIED  # the source has the field and left it empty
    assert [text for _, text, _ in _fact(found, "exchange").stated] == ["未报送"]
    assert _fact(found, "address").unknown is Unknown.NOT_OBTAINED  # no source has it
    assert all(fact.text is None for fact in found.facts if fact.unknown)


def test_two_sources_that_differ_are_both_shown(stated: StatedView) -> None:
    view = stated(register=[FIRM], report=[Enterprise(key="1", registered_capital=Decimal(2000), employees=1200)])
    capital = _fact(profile(view, "1", on=ON), "registered_capital")
    assert (capital.text, capital.disagree) == ("3,000 万元", True)
    assert [(text, source.dataset) for _, text, source in capital.stated] == [
        ("3,000 万元", "register"),
        ("2,000 万元", "report"),
    ]
    assert not _fact(profile(view, "1", on=ON), "employees").disagree


def test_equal_amounts_written_differently_do_not_differ(stated: StatedView) -> None:
    view = stated(register=[FIRM], report=[Enterprise(key="1", registered_capital=Decimal("3000"))])
    assert not _fact(profile(view, "1", on=ON), "registered_capital").disagree


def test_a_source_that_knows_is_taken_before_one_that_does_not(stated: StatedView) -> None:
    view = stated(register=[FIRM], report=[Enterprise(key="1", exchange="深圳证券交易所")])
    exchange = _fact(profile(view, "1", on=ON), "exchange")
    assert (exchange.text, exchange.unknown, exchange.disagree) == ("深圳证券交易所", None, False)


def test_names_of_several_sources_are_united(stated: StatedView) -> None:
    view = stated(register=[FIRM], report=[Enterprise(key="1", former_names=(FormerName("更老的厂"),))])
    found = profile(view, "更老的厂", on=ON)
    assert [former.name for former in found.former_names] == ["红枫纺织厂", "红枫厂", "更老的厂"]
    assert not _fact(found, "former_names").disagree


def _related() -> list[object]:
    me, other = Ref("Enterprise", "1"), Ref("Enterprise", "2")
    return [
        FIRM,
        Enterprise(key="2", name="乙公司"),
        Enterprise(key="3", name="丙公司"),
        Product(key="坯布", name="坯布"),
        Segment(key="S", name="织造"),
        Industry(key="C17", name="纺织业"),
        Supplies(from_ref=me, to_ref=other, product="坯布", valid_from=date(2025, 1, 1), valid_to=ON),
        Supplies(from_ref=me, to_ref=other, part="old", basis=Basis.CLAIMED, valid_to=date(2025, 12, 31)),
        Supplies(from_ref=me, to_ref=Ref("Enterprise", "3"), valid_from=date(2026, 11, 25)),
        Supplies(from_ref=other, to_ref=me, basis=Basis.CLAIMED),
        Makes(from_ref=me, to_ref=Ref("Product", "坯布"), share=0.25),
        InSegment(from_ref=me, to_ref=Ref("Segment", "S")),
        InIndustry(from_ref=me, to_ref=Ref("Industry", "C17")),
    ]


def test_relations_by_kind_with_ended_and_coming_ones(stated: StatedView) -> None:
    relations = profile(stated(register=_related()), "1", on=ON).relations
    assert [(r.label, r.other_name, r.basis, r.holds) for r in relations] == [
        ("供货给", "乙公司", Basis.OBSERVED, True),
        ("供货给", "丙公司", Basis.OBSERVED, False),  # begins tomorrow
        ("供货给", "乙公司", Basis.CLAIMED, False),  # ended
        ("采购自", "乙公司", Basis.CLAIMED, True),
        ("能生产", "坯布", Basis.OBSERVED, True),
        ("所在环节", "织造", Basis.OBSERVED, True),
        ("所属行业", "纺织业", Basis.OBSERVED, True),
    ]
    supply, made = relations[0].evidence, relations[4].evidence
    assert (supply.properties["product"], supply.source.file, supply.source.row) == ("坯布", "register.csv", 7)
    assert (supply.valid_from, supply.valid_to) == (date(2025, 1, 1), ON)
    assert made.properties["share"] == 0.25


@pytest.mark.parametrize(("on", "holds"), [(date(2024, 12, 31), False), (date(2025, 1, 1), True), (ON, True)])
def test_the_first_and_the_last_day_belong_to_a_link(stated: StatedView, on: date, holds: bool) -> None:
    relations = profile(stated(register=_related()), "1", on=on).relations
    assert [r.holds for r in relations if r.evidence.properties.get("product")] == [holds]


@pytest.mark.parametrize("made_up", [(), ("report",)])
def test_one_made_up_source_marks_the_page(stated: StatedView, made_up: tuple[str, ...]) -> None:
    view = stated(register=[FIRM], report=[Enterprise(key="1", address="某路 1 号")], synthetic=made_up)
    assert profile(view, "1", on=ON).synthetic is bool(made_up)


def test_a_renamed_firm_of_the_demo_answers_to_its_former_name(demo: MemoryView) -> None:
    found = profile(demo, "余杭红枫农机修造（示例）厂", on=ON)
    assert (found.ref.key, found.synthetic) == ("91330113YANG00094L", True)
    assert found.former_names == [FormerName("余杭红枫农机修造（示例）厂", date(2019, 6, 30))]


def test_an_ended_supply_of_the_demo_is_shown_as_ended(demo: MemoryView) -> None:
    relations = profile(demo, "91330113YANG00131T", on=ON).relations
    assert [(r.other.key, r.holds) for r in relations if r.label == "供货给"] == [("91330113YANG0014XJ", False)]
    before = profile(demo, "91330113YANG00131T", on=date(2025, 12, 31)).relations
    assert [r.holds for r in before if r.label == "供货给"] == [True]


def test_unknown_and_ambiguous_keys_are_refused(demo: MemoryView) -> None:
    with pytest.raises(NotKnown):
        profile(demo, "没有这家企业", on=ON)
    with pytest.raises(BadQuestion):
        profile(demo, "浙江同昇精密机械（示例）有限公司", on=ON)
