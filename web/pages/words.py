"""How pages write numbers, days, names of closed lists and sources."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from graph.ontology import Basis, Size, chinese
from graph.view import Source
from lianxin.clock import CHINA
from services.partners import Filler, Relation, Tier
from services.search import Matched

WEEKDAYS = "一二三四五六日"

BASIS_MEANING = {
    Basis.OBSERVED: "有文件写明供货",
    Basis.CLAIMED: "一方自己说供货，未核对",
    Basis.PREDICTED: "没有供货关系，系统推算",
}
BASIS_MARKS = {Basis.OBSERVED: "full", Basis.CLAIMED: "half", Basis.PREDICTED: "hollow"}
RELATIONS = {Relation.SUPPLIER: "找供应商", Relation.CUSTOMER: "找客户", Relation.GAP: "补环节或产品"}
TIERS = {Tier.EXACT: "精确", Tier.SIMILAR: "近似"}
TIER_MEANING = {Tier.EXACT: "路径上的产品就是写明的产品", Tier.SIMILAR: "路径上有一步用了名称相近或大类小类的产品"}
FILLERS = {Filler.LOCAL: "本地可转做", Filler.OUTSIDE: "外地可邀请", Filler.INSTITUTION: "院所"}
MATCHED = {
    Matched.KEY: "代码",
    Matched.NAME: "全称",
    Matched.SHORT_NAME: "简称",
    Matched.FORMER_NAME: "曾用名",
    Matched.OTHER_NAME: "其他名称",
    Matched.PINYIN: "拼音",
}
SYNTHETIC = "合成数据"
UNKNOWN_WHY = {
    "not_supplied": "来源有这一栏，但没有填。可请企业补充。",
    "not_obtained": "已载入的来源里没有这一栏，不等于没有。",
    "withheld": "来源写明不展示。",
    "not_modelled": "平台还没有收录这类数据，不表示没有。",
}


def day(value: date | None) -> str:
    """2026-11-24, or that it is not known."""
    return value.isoformat() if value else "日期未写明"


def weekday(value: date) -> str:
    """周二."""
    return f"周{WEEKDAYS[value.weekday()]}"


def moment(value: datetime) -> str:
    """A moment of the ledger in Chinese time: 2026-11-24 09:12."""
    return value.replace(tzinfo=UTC).astimezone(CHINA).strftime("%Y-%m-%d %H:%M")


def number(value: float) -> str:
    """1,284."""
    return f"{value:,}"


def digest(value: str) -> str:
    """The first and last digits of a digest: enough to compare by eye."""
    return f"{value[:4]}…{value[-4:]}" if len(value) > 12 else value


def place_in_file(source: Source) -> str:
    """File and row, or what computed it."""
    return source.file if source.row is None else f"{source.file} 第 {source.row:,} 行"


def size(value: Size | None) -> str:
    """The size of an enterprise, or that it is not known."""
    return chinese(value) if value is not None else "规模未取得"


def by_basis(counts: Mapping[Basis, int]) -> list[tuple[Basis, int]]:
    """All three counts, in their order, never added."""
    return [(basis, int(counts.get(basis, 0))) for basis in Basis]


def said(counts: Mapping[Basis, int]) -> str:
    """已证实 1 家、企业自述 2 家、推测 7 家."""
    return "、".join(f"{chinese(basis)} {count:,} 家" for basis, count in by_basis(counts))


FILTERS: Mapping[str, Callable[..., Any]] = {
    "day": day,
    "weekday": weekday,
    "moment": moment,
    "number": number,
    "digest": digest,
    "place_in_file": place_in_file,
    "size_word": size,
    "by_basis": by_basis,
    "said": said,
    "word": chinese,
}
"""Template filters."""
