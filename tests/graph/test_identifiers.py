"""Identifiers: types that cannot hold an invalid value."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.identifiers import Division, StockCode, Uscc, parse_day

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100: without I, O, S, V, Z
VALID = "91330113YANG00019U"


def checked(first: str) -> str:
    """A code with its check character, by the standard's own formula."""
    total = sum(ALPHABET.index(c) * pow(3, place, 31) for place, c in enumerate(first))
    return first + ALPHABET[-total % 31]


@given(st.text(ALPHABET, min_size=8, max_size=8))
def test_a_code_with_its_check_character_is_taken_and_any_other_character_is_not(organisation: str) -> None:
    code = checked(f"91330113M{organisation}")
    assert Uscc(code) == code
    assert isinstance(Uscc(code), str)
    for last in set(ALPHABET) - {code[-1]}:
        with pytest.raises(ValueError, match=f"the check character by the first 17 is {code[-1]}"):
            Uscc(code[:-1] + last)


@given(st.integers(0, 16), st.sampled_from(ALPHABET))
def test_one_mistyped_character_is_always_found(place: int, typed: str) -> None:
    mistyped = VALID[:place] + typed + VALID[place + 1 :]
    if mistyped == VALID:
        assert Uscc(mistyped) == VALID
    else:
        with pytest.raises(ValueError, match="is not a unified social credit code"):
            Uscc(mistyped)


@pytest.mark.parametrize(
    "written", [VALID.lower(), f"  {VALID}\n", "９１３３０１１３ＹＡＮＧ０００１９Ｕ", f"　{VALID}"]
)
def test_width_case_and_outer_spaces_make_no_second_firm(written: str) -> None:
    assert Uscc(written) == VALID


@pytest.mark.parametrize(
    "written",
    ["", VALID[:-1], VALID + "1", f"{VALID[:8]}-{VALID[8:]}", f"{VALID[:9]} {VALID[9:]}", VALID.replace("Y", "I")],
)
def test_what_only_looks_like_a_code_is_refused_with_the_reason(written: str) -> None:
    with pytest.raises(ValueError, match=r"is not a unified social credit code \(.+\)"):
        Uscc(written)


@pytest.mark.parametrize("written", ["600373", "600373.SH", "600373SH", "000001.SZ", "000001SZ", "430047.BJ"])
def test_a_stock_code_is_its_six_digits(written: str) -> None:
    assert StockCode(written) == written[:6]


@pytest.mark.parametrize(
    "written", ["", "60037", "6003731", "SH600373", "600373.HK", "600373.sh", "600373..SH", "600373\n", "６００３７３"]
)
def test_what_is_no_stock_code_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="is not a six-digit stock code"):
        StockCode(written)


def test_a_division_knows_its_city_and_province() -> None:
    linping = Division("330113")
    assert (linping, linping.city, linping.province) == ("330113", "3301", "33")


@pytest.mark.parametrize("written", ["", "33011", "3301130", "030113", "33011x", " 330113", "330113\n", "３３０１１３"])
def test_what_is_no_division_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="is not a six-digit division code"):
        Division(written)


@given(st.dates())
def test_a_day_is_read_back(day: date) -> None:
    assert parse_day(day.isoformat()) == day


@pytest.mark.parametrize(
    "written",
    [
        "",
        "2026-1-1",
        "20260101",
        "2026/01/01",
        "2026-01-01T00:00:00",
        "2026-W01-1",
        " 2026-01-01",
        "２０２６-01-01",
        "2026-01-01\n",
    ],
)
def test_what_is_no_iso_day_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r"is not a day \(YYYY-MM-DD\)"):
        parse_day(written)


@pytest.mark.parametrize("written", ["2026-02-29", "2019-13-01", "2026-04-31", "0000-01-01", "2026-00-10"])
def test_a_day_that_no_calendar_has_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="is not a day of the calendar"):
        parse_day(written)


def test_the_leap_day_exists_in_its_year() -> None:
    assert parse_day("2024-02-29") == date(2024, 2, 29)
