"""Legal texts 法律文本 and how sure each citation of them is.

A citation names a text, a place in it and how that place was read. No article number stands in a place unless somebody
has read that article: the text declares which, and the citation refuses any other.
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class ReadingMark(StrEnum):
    """读取状态 How a place was read."""

    READ = "F"  # 已读原文: the text itself
    SECONDARY = "S"  # 二手来源: a report, a law firm's note, a government's answer
    FRAGMENT = "X"  # 仅见片段: the wording exists, its order and numbers are lost
    UNVERIFIED = "U"  # 未核实: general knowledge or inference
    SETTING = "CFG"  # 本方设置: no law, a setting of ours

    @property
    def chinese(self) -> str:
        return _CHINESE[self]

    @property
    def to_confirm(self) -> bool:
        """Whether whoever relies on it should have it confirmed."""
        return self not in (ReadingMark.READ, ReadingMark.SETTING)


_CHINESE = {
    ReadingMark.READ: "已读原文",
    ReadingMark.SECONDARY: "二手来源",
    ReadingMark.FRAGMENT: "仅见片段",
    ReadingMark.UNVERIFIED: "未核实",
    ReadingMark.SETTING: "本方设置",
}

_ARTICLE = re.compile(r"第\s*([0-9]+)\s*条|\bart(?:icle|s)?\.?\s*([0-9]+)", re.IGNORECASE)
_ARTICLE_IN_WORDS = re.compile(r"第[一二三四五六七八九十百零]+条")


@dataclass(frozen=True, slots=True)
class Text:
    """A law, regulation, rule or notice. `first_day`, `last_day`: in force; None: no such day is known.

    `articles`: the numbers of the articles that somebody has read.
    """

    id: str
    title: str
    number: str
    first_day: date | None = None
    last_day: date | None = None
    articles: frozenset[int] = frozenset()

    def at(self, place: str, mark: ReadingMark, quote: str = "") -> "Citation":
        """Cite a place of this text."""
        return Citation(self, place, mark, quote)

    def in_force(self, on: date) -> bool:
        return (self.first_day is None or self.first_day <= on) and (self.last_day is None or on <= self.last_day)


@dataclass(frozen=True, slots=True)
class Citation:
    """依据 A place in a text, its own words where they were read, and the reading mark.

    Raises ValueError where the place names an article that nobody has read.
    """

    text: Text
    place: str
    mark: ReadingMark
    quote: str = ""

    def __post_init__(self) -> None:
        if _ARTICLE_IN_WORDS.search(self.place):
            raise ValueError(f"{self.text.id}, {self.place}: write the number of the article in digits")
        named = {int(chinese or english) for chinese, english in _ARTICLE.findall(self.place)}
        if unread := named - self.text.articles:
            raise ValueError(f"{self.text.id}, {self.place}: nobody has read article {sorted(unread)}")

    def __str__(self) -> str:
        name = f"《{self.text.title}》" if self.text.title else ""
        number = f"（{self.text.number}）" if name and self.text.number else self.text.number
        gap = "" if not self.place or self.place.startswith("：") else " "
        return f"{name}{number}{gap}{self.place}"

    def json(self) -> dict[str, str | None]:
        """Plain values for JSON."""
        return {
            "text": self.text.id,
            "cited": str(self),
            "place": self.place,
            "quote": self.quote,
            "mark": self.mark.value,
            "in_force_from": _iso(self.text.first_day),
            "in_force_to": _iso(self.text.last_day),
        }


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
