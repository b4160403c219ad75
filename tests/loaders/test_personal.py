"""What of a value may be shown, and what is masked in free text."""

import pytest

from loaders.personal import MASK, WITHHELD, is_identity_number, masked, shown


@pytest.mark.parametrize(
    "value",
    [
        *("", "2019-13-01", "2026/02/30 10:20", "2026-13-05T00:00:00+08:00", "2026年13月1日", "2,000", "-1", "1e3"),
        *("9133", "0.2000001", "12345678901234", "91330113YANG00019X", "11330113YANG900189", "2000万元"),
    ],
)
def test_days_amounts_and_codes_are_shown(value: str) -> None:
    assert shown(value) == value


@pytest.mark.parametrize(
    "value",
    [
        *("王小明", "330106199001011237", "33010619900101123X", "330106900101123", "330106199013011237", "13812345678"),
        *("E12345678", "a@b.cn", "住 3 幢", "John", "３３０１０６１９９００１０１１２３７"),
        *("2026/01/01,王小明", "123456789012345678"),
    ],
)
def test_all_else_is_withheld(value: str) -> None:
    assert shown(value) == WITHHELD


@pytest.mark.parametrize(
    ("text", "known", "expected"),
    [
        ("欧阳明明无证经营", ["欧阳明明"], f"{MASK}无证经营"),
        ("欧阳明明和欧阳", ["欧阳", "欧阳明明"], f"{MASK}和{MASK}"),
        ("王某", ["王"], "王某"),  # one character is a common word
        ("身份证330106199001011237，电话13812345678", [], f"身份证{MASK}，电话{MASK}"),
        ("330106199013011237", [], MASK),
        (
            "代码91330113YANG00019U，罚款2000元，文号〔2026〕12号",
            [],
            "代码91330113YANG00019U，罚款2000元，文号〔2026〕12号",
        ),
        ("a.b@c.cn", [], MASK),
    ],
)
def test_free_text_loses_what_can_be_told(text: str, known: list[str], expected: str) -> None:
    assert masked(text, known) == expected


def test_identity_numbers_have_a_day_of_birth() -> None:
    assert is_identity_number(" 330106199001011237 ")
    assert is_identity_number("330106900101123")
    assert not is_identity_number("330106199013011237")
    assert not is_identity_number("913301137999999999")
