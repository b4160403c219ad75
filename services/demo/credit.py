"""Penalties and listings of the demo district 行政处罚、经营异常、严重失信, in the formats that their loaders read.

The three formats have no column for a mark; 备注 and 数据来源 carry 合成数据, and a loader that finds it there takes
the whole data set for made up.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from loaders.credit import SYNTHETIC, CreditRow
from loaders.demo_district import FormerNameRow
from loaders.listings import AbnormalListingRow, SeriousListingRow
from loaders.penalties import PenaltyRow
from services.demo.credit_words import AuthorityWords, CreditWords, OffenceWords, PlantedPenalty
from services.demo.draw import DEMO_DAY, chance, day_between, low_in_range, weighted
from services.demo.firms import AUTHORITY, SOLE_TRADER, Firm, demo_uscc
from services.demo.vocabulary import Vocabulary

PENALTIES, ABNORMAL, SERIOUS = 300, 60, 16

Row = Mapping[str, str]
ORGANISATION, INDIVIDUAL = "法人及非法人组织", "个体工商户"
LOCAL = "330113"
NO_END = "2099/12/31"
UNIT_NUMBER = 9000
UNIT = "临平区公共信用信息平台（示例）"

_FIRST_DAY = date(2023, 11, 20)
_LAST_DAY = DEMO_DAY - timedelta(days=2)
_AGAIN = 12  # of a hundred events, how many are against a party that has one already
_NAME_ALONE = 3  # of a hundred penalties, how many state no code
_MONTHS_PUBLISHED = {3: 20, 12: 60, 36: 20}
_DAYS_IN_MONTH = 28  # so that a period of months ends on a day that every month has


@dataclass(frozen=True, slots=True)
class Names:
    """The name of every firm by day."""

    former: Mapping[str, Sequence[FormerNameRow]]

    def on(self, firm: Firm, day: date) -> str:
        """The name that the firm bore on a day."""
        borne = [row for row in self.former.get(firm.uscc, ()) if row.until and day <= row.until]
        return min(borne, key=lambda row: row.until or day).former_name if borne else firm.row.name


def names_of(former: Iterable[FormerNameRow]) -> Names:
    """The names by day, from the rows of former_names.csv."""
    by_firm: dict[str, list[FormerNameRow]] = {}
    for row in former:
        by_firm.setdefault(row.uscc, []).append(row)
    return Names(by_firm)


def columns(model: type[CreditRow]) -> list[str]:
    """The headings of a file: those of the row model that the standard or the publicity system has."""
    return [f.alias or name for name, f in model.model_fields.items() if name not in ("exported_at", "row_id")]


# --- penalties --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Drawn:
    """One drawn penalty, before its decision has a number."""

    firm: Firm
    authority: AuthorityWords
    offence: OffenceWords
    kinds: str
    decided_on: date
    fine: int | None
    gain: int | None
    coded: bool
    product: str
    months: int


def penalties(rng: Random, firms: Sequence[Firm], names: Names, words: CreditWords, products: Vocabulary) -> list[Row]:
    """About three hundred penalties over the local firms, the planted ones among them, in the order of their days."""
    drawn = [_draw(rng, firm, words, products) for firm in _parties(rng, firms, PENALTIES - len(words.planted))]
    drawn.sort(key=lambda each: (each.decided_on, each.firm.uscc))
    numbers: Counter[tuple[int, int]] = Counter()
    rows = [_penalty_row(each, names, numbers) for each in drawn]
    by_id = {firm.planted.id: firm for firm in firms if firm.planted}
    rows += [_planted_row(each, by_id, words) for each in words.planted]
    return sorted(rows, key=lambda row: (row["CF_JDRQ"], row["CF_CFJG"], row["CF_WSH"]))


def _parties(rng: Random, firms: Sequence[Firm], count: int) -> list[Firm]:
    """Local drawn firms, some of them several times."""
    local = [firm for firm in firms if firm.planted is None and firm.row.division == LOCAL]
    chosen: list[Firm] = []
    for _ in range(count):
        chosen.append(rng.choice(chosen if chosen and chance(rng, _AGAIN) else local))
    return chosen


def _draw(rng: Random, firm: Firm, words: CreditWords, products: Vocabulary) -> _Drawn:
    authority = weighted(rng, {place: each.weight for place, each in enumerate(words.authorities)})
    offence = rng.choice(words.authorities[authority].offences)
    kinds = weighted(rng, offence.kinds)
    first = max(_FIRST_DAY, firm.since + timedelta(days=30))
    return _Drawn(
        firm=firm,
        authority=words.authorities[authority],
        offence=offence,
        kinds=kinds,
        decided_on=day_between(rng, first, _LAST_DAY),
        fine=_amount(rng, offence.fine) if "罚款" in kinds else None,
        gain=_amount(rng, offence.gain) if "没收" in kinds else None,
        coded=not chance(rng, _NAME_ALONE),
        product=rng.choice(tuple(products.segments[firm.segment].words.products)),
        months=weighted(rng, _MONTHS_PUBLISHED),
    )


def _amount(rng: Random, hundreds: tuple[int, int] | None) -> int | None:
    return None if hundreds is None else 100 * low_in_range(rng, hundreds)


def _penalty_row(drawn: _Drawn, names: Names, numbers: Counter[tuple[int, int]]) -> Row:
    year = drawn.decided_on.year
    numbers[drawn.authority.number, year] += 1
    number = numbers[drawn.authority.number, year]
    return _row(
        CF_XDR_MC=names.on(drawn.firm, drawn.decided_on),
        CF_XDR_LB=ORGANISATION,
        CF_XDR_SHXYM=drawn.firm.uscc if drawn.coded else "",
        CF_WFXW=drawn.offence.offence,
        CF_SY=drawn.offence.facts.format(product=drawn.product),
        CF_YJ=drawn.offence.grounds,
        CF_GSJZQ=_written(months_later(drawn.decided_on, drawn.months)),
        **_decision(drawn.authority, number, drawn.decided_on, drawn.kinds, drawn.fine, drawn.gain),
    )


def _planted_row(planted: PlantedPenalty, by_id: Mapping[str, Firm], words: CreditWords) -> Row:
    authority = words.authority(planted.authority)
    party = _sole_trader(planted) if planted.sole_trader else _planted_firm(planted, by_id)
    return _row(
        **party,
        CF_WFXW=planted.offence,
        CF_SY=planted.facts,
        CF_YJ=planted.grounds,
        CF_GSJZQ=NO_END,
        **_decision(authority, planted.number, planted.decided_on, planted.kinds, planted.fine, planted.gain),
    )


def _sole_trader(planted: PlantedPenalty) -> Row:
    code = demo_uscc(LOCAL, planted.number, SOLE_TRADER)
    assert planted.sole_trader
    return {
        "CF_XDR_MC": planted.sole_trader,
        "CF_XDR_LB": INDIVIDUAL,
        "CF_XDR_SHXYM": code,
        "CF_FRDB": planted.operator,
    }


def _planted_firm(planted: PlantedPenalty, by_id: Mapping[str, Firm]) -> Row:
    firm = by_id[planted.enterprise or ""]
    return {
        "CF_XDR_MC": planted.name or firm.row.name,
        "CF_XDR_LB": ORGANISATION,
        "CF_XDR_SHXYM": firm.uscc if planted.code else "",
    }


def _decision(
    authority: AuthorityWords, number: int, decided_on: date, kinds: str, fine: int | None, gain: int | None
) -> Row:
    return {
        "CF_WSH": f"{authority.document}〔{decided_on.year}〕{number}号",
        "CF_CFLB": kinds,
        "CF_NR": content(kinds, fine, gain),
        "CF_NR_FK": _wan(fine),
        "CF_NR_WFFF": _wan(gain),
        "CF_JDRQ": _written(decided_on),
        "CF_YXQ": NO_END,
        "CF_CFJG": authority.name,
        "CF_CFJGDM": demo_uscc(LOCAL, authority.number, AUTHORITY),
    }


def _row(**cells: str) -> Row:
    fixed = {"CF_SJLY": UNIT, "CF_SJLYDM": demo_uscc(LOCAL, UNIT_NUMBER, AUTHORITY), "BZ": SYNTHETIC}
    return dict.fromkeys(columns(PenaltyRow), "") | cells | fixed


_WHAT = {
    "警告": "警告",
    "通报批评": "通报批评",
    "罚款": "罚款人民币{fine}元",
    "没收违法所得、没收非法财物": "没收违法所得{gain}元",
    "责令停产停业": "责令停产停业整治",
    "暂扣或吊销许可证、暂扣或吊销执照": "暂扣安全生产许可证三十日",
}


def content(kinds: str, fine: int | None, gain: int | None) -> str:
    """处罚内容 in words, with the amounts in yuan as decisions write them."""
    return "；".join(_WHAT[kind].format(fine=fine, gain=gain) for kind in kinds.split(";"))


def _wan(yuan: int | None) -> str:
    """An amount as the standard writes it: in 万元 with six decimals."""
    return "" if yuan is None else f"{Decimal(yuan) / 10_000:.6f}"


def _written(day: date) -> str:
    return f"{day:%Y/%m/%d}"


def months_later(day: date, months: int) -> date:
    """The corresponding day so many months later, the 28th at the latest."""
    month = day.month - 1 + months
    return date(day.year + month // 12, month % 12 + 1, min(day.day, _DAYS_IN_MONTH))


# --- listings ---------------------------------------------------------------------------------------------------------


def abnormal_listings(rng: Random, firms: Sequence[Firm], names: Names, words: CreditWords) -> list[Row]:
    """Entries in the list of abnormal operation, about half of them removed."""
    authority = words.authorities[0].name
    rows = []
    for firm in _parties(rng, firms, ABNORMAL):
        reason = words.abnormal[weighted(rng, {n: each.weight for n, each in enumerate(words.abnormal)})]
        listed_on, removed_on = _days_listed(rng, firm, 55)
        cells = {
            "企业名称": names.on(firm, listed_on),
            "统一社会信用代码": firm.uscc,
            "列入经营异常名录原因类型": reason.code,
            "列入经营异常名录原因类型名称": reason.reason,
            "设立日期": _written(listed_on),
            "列入决定机关": LOCAL,
            "列入决定机关名称": authority,
            "最新更新日期": _written(removed_on or listed_on),
            "数据来源": SYNTHETIC,
        }
        rows.append(_listing(AbnormalListingRow, cells, removed_on, reason.cured, authority))
    return _in_order(rows, "设立日期", "列入经营异常名录原因类型")


def serious_listings(rng: Random, firms: Sequence[Firm], names: Names, words: CreditWords) -> list[Row]:
    """Entries in lists of serious dishonesty, a few of them removed."""
    rows = []
    for firm in _parties(rng, firms, SERIOUS):
        entry = words.serious[weighted(rng, {n: each.weight for n, each in enumerate(words.serious)})]
        authority = words.authority(entry.authority).name
        listed_on, removed_on = _days_listed(rng, firm, 20)
        cells = {
            "企业名称": names.on(firm, listed_on),
            "统一社会信用代码": firm.uscc,
            "名单类型": entry.list,
            "列入原因": entry.reason,
            "列入日期": _written(listed_on),
            "列入决定机关": authority,
            "数据来源": SYNTHETIC,
        }
        rows.append(_listing(SeriousListingRow, cells, removed_on, "信用修复", authority))
    return _in_order(rows, "列入日期", "名单类型")


def _days_listed(rng: Random, firm: Firm, removed: int) -> tuple[date, date | None]:
    first = max(_FIRST_DAY, firm.since + timedelta(days=400))
    listed_on = day_between(rng, min(first, _LAST_DAY), _LAST_DAY)
    if not chance(rng, removed):
        return listed_on, None
    return listed_on, day_between(rng, min(listed_on + timedelta(days=20), _LAST_DAY), _LAST_DAY)


def _listing(model: type[CreditRow], cells: Row, removed_on: date | None, why: str, authority: str) -> Row:
    removal = {"移出日期": _written(removed_on), "移出原因": why, "移出决定机关": authority} if removed_on else {}
    return {**dict.fromkeys(columns(model), ""), **cells, **removal}


def _in_order(rows: Iterable[Row], day: str, kind: str) -> list[Row]:
    """By day; a firm that was drawn twice for one day and kind is listed once."""
    unique = {(row[day], row["统一社会信用代码"], row[kind]): row for row in rows}
    return [unique[key] for key in sorted(unique)]
