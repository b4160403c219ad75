"""Places 地名: Chinese names of six-digit division codes (GB/T 2260), and whether one lies within another.

A code says where an address lay when the code was given: until 2021 what is 临平区 330113 today had the code of
余杭区 330110. Nothing here guesses which of the two an old code means.
"""

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Literal

Level = Literal["district", "city", "province"]

NOT_OBTAINED = "未取得"
MUNICIPALITIES = frozenset({"11", "12", "31", "50"})  # 直辖市 Beijing, Tianjin, Shanghai, Chongqing: province and city
BY_PROVINCE = "90"  # third and fourth digit of counties that the province runs itself; they share no city


@cache
def divisions() -> Mapping[str, str]:
    """Every division's name by its code; see graph/data/README.md for where the table comes from."""
    text = (files("graph") / "data" / "divisions.csv").read_text("utf-8")
    return {row["code"]: row["name"] for row in csv.DictReader(text.splitlines())}


def place_name(code: str | int | None) -> str:
    """杭州市临平区 for 330113. A code that the table lacks is shown with 未收录; no code (None, 0, "") is 未取得."""
    if not code:
        return NOT_OBTAINED
    known, text = divisions(), str(code)
    if text not in known:
        return f"{text}（未收录）"
    if level_of(text) != "district":
        return known[text]
    above = known.get(f"{text[:4]}00") or known[f"{text[:2]}0000"]
    return above + known[text]


def level_of(code: str | int) -> Level:
    """Which kind of division a code names, by the zeros at its end."""
    text = str(code)
    if text.endswith("0000"):
        return "province"
    return "city" if text.endswith("00") else "district"


def within(code: str | int | None, division: str | int, level: Level) -> bool:
    """Whether a place lies in the same district, city or province as a division. An unknown place lies in none."""
    if not code:
        return False
    return _area(str(code), level) == _area(str(division), level)


def covers(division: str | int, code: str | int | None) -> bool:
    """Whether a place lies in a division, be that a district, a city or a province."""
    return within(code, division, level_of(division))


def _area(code: str, level: Level) -> str:
    """The digits that all places of one area share."""
    if level == "province" or (level == "city" and code[:2] in MUNICIPALITIES):
        return code[:2]
    if level == "district" or code[2:4] == BY_PROVINCE:
        return code
    return code[:4]
