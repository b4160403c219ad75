"""Names: one spelling, what may be left out, pinyin; and every firm matches itself."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from graph.names import forms, pinyin, plain
from graph.view import Entity

if TYPE_CHECKING:
    from graph.ledger import Ledger


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("宁德时代", "寧德時代"),
        ("ＴＣＬ集团", "tcl 集团"),
        ("平安保险（集团）", "平安保险(集团)"),
        ("平安保险〔集团〕", "平安保险[集团]"),
        ("阿里·巴巴", "阿里巴巴"),
    ],
)
def test_plain_makes_spellings_equal(one: str, other: str) -> None:
    assert plain(one) == plain(other)


@pytest.mark.parametrize("mark", ["*ST", "ST", "S*ST", "SST", "S", "N", "C", "XD", "XR", "DR", "PT", "退市"])
def test_marks_before_a_name_are_no_part_of_it(mark: str) -> None:
    assert forms(f"{mark}海润").bare == "海润"


@pytest.mark.parametrize("mark", ["-U", "-W", "-UW", "退", "A", "B", "（示例）"])
def test_marks_behind_a_name_are_no_part_of_it(mark: str) -> None:
    assert forms(f"海润光伏{mark}").bare == "海润光伏"


@pytest.mark.parametrize("name", ["TCL集团", "ST", "N", "退市", "C++软件", "中国石油", "Sino"])
def test_what_only_looks_like_a_mark_stays(name: str) -> None:
    assert forms(name).bare == plain(name)


@pytest.mark.parametrize("form", ["有限公司", "有限责任公司", "股份有限公司", "股份公司", "有限公司（有限合伙）"])
def test_the_legal_form_is_no_part_of_the_bare_name(form: str) -> None:
    assert forms(f"同昇精密机械{form}").bare == plain("同昇精密机械")


@pytest.mark.parametrize(
    ("name", "core"),
    [
        ("浙江省杭州市临平区云栖纺织有限公司", "云栖纺织"),
        ("浙江云栖纺织有限公司", "云栖纺织"),
        ("德清云栖纺织有限公司", "云栖纺织"),
        ("云栖（上海）纺织有限公司", "云栖纺织"),
        ("内蒙古君正能源化工集团股份有限公司", "君正能源化工"),
        ("延边石岘白麓纸业股份有限公司", "石岘白麓纸业"),
        ("中国平安保险（集团）股份有限公司", "中国平安保险"),
        ("杭州乙沐医疗器械（示例）有限公司", "乙沐医疗器械"),
        ("重庆", "重庆"),
        ("有限公司", "有限公司"),
        ("白银有色集团股份有限公司", "白银有色"),  # 有色 alone would be a trade
        ("东方通信股份有限公司", "东方通信"),  # 东方 is a city, and a word
    ],
)
def test_the_core_is_what_people_say(name: str, core: str) -> None:
    assert forms(name).core == core


def test_group_stays_in_the_bare_name() -> None:
    assert forms("吉利控股集团有限公司").bare == "吉利控股集团"
    assert forms("吉利控股有限公司").bare == "吉利控股"


@pytest.mark.parametrize("name", ["", " ", "（）", "·", "。", "\n", "１"])
def test_no_name_is_an_error(name: str) -> None:
    assert forms(name).core == forms(name).core
    assert pinyin(name).starts or not pinyin(name).full


def test_pinyin_in_full_by_letters_and_by_syllable() -> None:
    said = pinyin("宁德TCL")
    assert (said.full, said.initials, said.starts) == ("ningdetcl", "ndtcl", (0, 4, 6, 7, 8))


def test_pinyin_knows_how_places_are_read() -> None:
    assert pinyin("重庆长安").full == "chongqingchangan"


@pytest.mark.parametrize("ledger", ["demo_ledger", "chain_ledger"])
def test_no_form_of_any_name_is_empty(ledger: str, request: pytest.FixtureRequest) -> None:
    names = list(_all_names(request.getfixturevalue(ledger)))
    assert len(names) > 3000
    assert [name for name in names if not all(forms(name))] == []


@pytest.mark.parametrize("ledger", ["demo_ledger", "chain_ledger"])
def test_a_name_and_its_other_spellings_have_one_plain_form(ledger: str, request: pytest.FixtureRequest) -> None:
    for name in _all_names(request.getfixturevalue(ledger)):
        spelled = name.replace("(", "（").replace(")", "）").lower()
        assert plain(f" {spelled}　") == plain(name)
        assert plain(plain(name)) == plain(name)


def _all_names(ledger: "Ledger") -> Iterator[str]:
    from graph.memory_build import build

    for entity in build(ledger).entities("Enterprise"):
        yield from _names(entity)


def _names(entity: Entity) -> Iterator[str]:
    yield from filter(None, (entity.get("name"), entity.get("short_name")))
    yield from entity.all("other_names")
    yield from (former.name for former in entity.all("former_names"))
