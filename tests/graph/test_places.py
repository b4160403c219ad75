"""Places: names of division codes, and what lies within what."""

import pytest

from graph.places import Level, covers, divisions, level_of, place_name, within


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("330113", "杭州市临平区"),
        ("330110", "杭州市余杭区"),
        (330521, "湖州市德清县"),
        ("330483", "嘉兴市桐乡市"),
        ("310117", "上海市松江区"),
        ("659001", "新疆维吾尔自治区石河子市"),  # run by the province itself
        ("330100", "杭州市"),
        ("330000", "浙江省"),
        ("330184", "330184（未收录）"),  # 余杭市 until 2001: a former code is not guessed
        (0, "未取得"),
        (None, "未取得"),
        ("", "未取得"),
    ],
)
def test_place_name(code: str | int | None, name: str) -> None:
    assert place_name(code) == name


def test_the_table_is_complete() -> None:
    known = divisions()
    assert len(known) == 3214
    assert [sum(level_of(code) == level for code in known) for level in ("province", "city", "district")] == [
        34,
        333,
        2847,
    ]
    assert all(f"{code[:2]}0000" in known for code in known)


def test_linping_has_its_own_code() -> None:
    assert [code for code, name in divisions().items() if name == "临平区"] == ["330113"]


@pytest.mark.parametrize(
    ("code", "division", "level", "expected"),
    [
        ("330113", "330113", "district", True),
        ("330110", "330113", "district", False),
        ("330110", "330113", "city", True),
        ("330521", "330113", "city", False),
        ("330521", "330113", "province", True),
        ("320506", "330113", "province", False),
        (330110, 330113, "city", True),
        (0, "330113", "province", False),
        (None, "330113", "province", False),
        ("310117", "310104", "city", True),  # a municipality is one city
        ("500112", "500230", "city", True),  # even where its counties have another third and fourth digit
        ("659001", "659002", "city", False),  # each run by the province, no city holds both
    ],
)
def test_within(code: str | int | None, division: str | int, level: Level, expected: bool) -> None:
    assert within(code, division, level) is expected


@pytest.mark.parametrize(
    ("division", "code", "expected"),
    [
        ("330113", "330113", True),
        ("330113", "330110", False),
        ("330100", "330110", True),
        ("330100", "330521", False),
        ("330000", "330521", True),
        ("330000", "310117", False),
        ("330000", 0, False),
    ],
)
def test_covers(division: str, code: str | int, expected: bool) -> None:
    assert covers(division, code) is expected
