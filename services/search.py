"""Search 检索: find a record by code, full, short or former name, or pinyin, and say which of them matched."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from graph.ontology import Ref
from graph.view import View


class Matched(StrEnum):
    """By what a record was found 命中."""

    KEY = "key"  # 代码
    NAME = "name"  # 全称
    SHORT_NAME = "short_name"  # 简称
    FORMER_NAME = "former_name"  # 曾用名
    OTHER_NAME = "other_name"  # 其他名称
    PINYIN = "pinyin"  # 拼音


@dataclass(frozen=True, slots=True)
class Found:
    """One record found: by what, the very text that matched (for pinyin, the name), and whether it matched exactly."""

    ref: Ref
    name: str
    matched: Matched
    text: str
    exact: bool
    place: str


def search(view: View, query: str, *, types: Sequence[str] = ("Enterprise",), limit: int = 20) -> list[Found]:
    """The records that fit a query, best first: exact, then beginning with it, then containing it, then alike."""
    raise NotImplementedError


def resolve(view: View, key: str, types: Sequence[str]) -> int:
    """The handle of the one record that bears this key or exact name.

    Raises NotKnown with suggestions, BadQuestion when several records bear the name (naming their keys).
    """
    raise NotImplementedError
