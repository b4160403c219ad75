"""From a register's row to the facts that the rules ask about 登记到事实. Nothing is filled in that no row says.

A register tells kind, authority, sanctions, money and days. It tells no procedure, no band of the fine, no day of
publication, no performance, no commitment and no special sector: these stay unknown, each with its reason and with who
can say it. Only which system an authority belongs to is worked out, from its name, and marked as not verified.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from graph.ontology import ListingState, Unknown, YesNo
from graph.view import Source
from lianxin.errors import BadFact
from rules.credit_repair.facts import CHINESE, Facts, Kind, Sanction, System
from rules.credit_repair.standards import Standards
from rules.law import ReadingMark
from services import outcomes
from services.credit.answer import FactFrom, FactMissing
from services.credit.standards import NONE_LOADED, SectorStandards
from services.credit_records import KIND_ZH, CreditEventOf, RecordKind

LABELS: Mapping[str, str] = {each.name: each.metadata["label"] for each in fields(Facts)}
BLANKS: Mapping[str, str] = {each.name: each.metadata["blank"] for each in fields(Facts)}
LISTED = frozenset({RecordKind.ABNORMAL_LISTING, RecordKind.SERIOUS_LISTING})

_UNIT, _ENTERPRISE = "认定单位", "企业"
ASKED_OF: Mapping[str, str] = {
    "field": _UNIT,
    "sanctions": _UNIT,
    "procedure": _UNIT,
    "fine_yuan": _UNIT,
    "fine_band": f"{_UNIT}，或载入该领域的分类标准",
    "published": "数据来源单位",
    "published_on": "公示平台",
    "duties_done": f"{_UNIT}，或企业交凭证、由{_UNIT}核对",
    "public_commitment": _ENTERPRISE,
    "measure_ends_on": _UNIT,
    "special_sector": _UNIT,
    "authority_system": "数据来源单位",
    "document_date": "数据来源单位",
    "listed_on": "数据来源单位",
}
"""Fact that a register may not tell → who can say it."""


@dataclass(frozen=True, slots=True)
class FromRegister:
    """What a row gives the rules. `facts`: None where nothing can be asked, and `why_not` says in Chinese why.

    `removed`: the row says that the party is no longer on the list. `standards`: those that may class its fine.
    """

    facts: Facts | None
    why_not: str
    removed: bool
    known: Sequence[FactFrom]
    missing: Sequence[FactMissing]
    standards: Standards


@dataclass(frozen=True, slots=True)
class Authorities:
    """认定单位名称对照表 Word in an authority's name → its system; `otherwise` for all other names."""

    citation: str
    mark: ReadingMark
    rows: Sequence[tuple[str, System]]
    otherwise: System

    def system(self, name: str) -> tuple[System, str]:
        """The system of an authority, and in Chinese how it follows."""
        for word, system in self.rows:
            if word in name:
                return system, f"机关名称含“{word}”，按{self.citation}"
        words = "、".join(word for word, _ in self.rows)
        return self.otherwise, f"机关名称不含{words}，按{self.citation}"


@cache
def authorities() -> Authorities:
    """The table of authorities."""
    text = files("services.credit").joinpath("authorities.yaml").read_text("utf-8")
    table = yaml.safe_load(text)
    rows = tuple((row["word"], System(row["system"])) for row in table["rows"])
    return Authorities(table["citation"], ReadingMark(table["mark"]), rows, System(table["otherwise"]))


def from_register(event: CreditEventOf, on: date, loaded: SectorStandards = NONE_LOADED) -> FromRegister:
    """The facts of an event, each with its sources, and those that no source tells.

    A band by a sector standard is told beside the facts and is none of them: the finding works it out by the day.
    """
    known = _with_outcomes(list(_known(event)), event, on)
    values = {fact.name: fact.value for fact in known}
    standards = _standards(event, loaded)
    facts, why_not, removed = _facts(event, values, on)
    if facts is not None:
        known += _band(facts, on, standards, loaded)
    missing = list(_missing(event, {fact.name: fact.value for fact in known}))
    return FromRegister(facts, why_not, removed, known, missing, standards)


def _with_outcomes(known: list[FactFrom], event: CreditEventOf, on: date) -> list[FactFrom]:
    """What cases have come to stands in the place of what the row says."""
    told = outcomes.told(event.outcomes, on)
    others = [each for each in known if each.name not in told]
    return others + [_of_outcome(name, each) for name, each in told.items()]


def _of_outcome(name: str, told: outcomes.Told) -> FactFrom:
    by = told.by
    text = told.value.isoformat() if isinstance(told.value, date) else "否"
    return _fact(name, told.value, text, [by.source], f"案件第 {by.case} 号第 {by.event} 步：{by.words}")


def _facts(event: CreditEventOf, values: Mapping[str, Any], on: date) -> tuple[Facts | None, str, bool]:
    """The facts; or none, why, and whether the row says that it is over."""
    if removed := _removed(event, on):
        return None, removed, True
    if "authority_system" not in values:
        return None, f"{LABELS['authority_system']}：登记里没有作出机关", False
    try:
        return Facts(**values), "", False
    except BadFact as refused:
        return None, refusal(refused), False


def _standards(event: CreditEventOf, loaded: SectorStandards) -> Standards:
    """The standards that may class this event's fine: those of its authority."""
    stated = (text_of(event.get(name)) for name in ("authority", "authority_uscc"))
    return loaded.standards.of(*(each for each in stated if each))


def _band(facts: Facts, on: date, standards: Standards, loaded: SectorStandards) -> Iterator[FactFrom]:
    """The band of a fine by the standard in force."""
    if Sanction.FINE not in facts.sanctions:
        return
    fine = standards.classing(facts, on)
    if fine.standard is not None and fine.band is not None:
        how = f"按分类标准“{fine.standard.citation}”（{fine.standard.field}）"
        yield _fact("fine_band", fine.band, CHINESE[fine.band], loaded.sources[fine.standard], how)


def refusal(refused: BadFact) -> str:
    """Why a fact is refused, in Chinese."""
    given = f"“{refused.value}”" if refused.value else ""
    return f"{LABELS.get(refused.field, refused.field)}{given}{refused.problem_zh}"


def removed_on(event: CreditEventOf) -> date | None:
    """The day on which the party was removed from a list, where the row states it."""
    day = event.get("removed_on")
    return day if isinstance(day, date) else None


def _removed(event: CreditEventOf, on: date) -> str:
    """In Chinese: that the register says the party is no longer on the list, so that nothing is left to repair."""
    if event.get("state") is not ListingState.REMOVED:
        return ""
    day = removed_on(event)
    if day is None:
        return "登记写明已移出，没有写移出日期"
    return f"登记写明 {day.isoformat()} 移出" if day <= on else ""


# --- what the row says ------------------------------------------------------------------------------------------------


def _known(event: CreditEventOf) -> Iterator[FactFrom]:
    yield _fact("kind", Kind(event.kind.value), KIND_ZH[event.kind], event.sources)
    authority = text_of(event.get("authority"))
    if authority is not None:
        table = authorities()
        system, how = table.system(authority)
        yield _fact("authority_system", system, CHINESE[system], taken_from(event, "authority"), how, table.mark)
    if sanctions := event.get("sanctions"):
        found = frozenset(Sanction(each.value) for each in sanctions)
        text = "、".join(CHINESE[each] for each in Sanction if each in found)
        how = "按处罚类别，暂扣或吊销、没收按处罚内容分开"
        yield _fact("sanctions", found, text, taken_from(event, "sanctions"), how)
    fine = event.get("fine")
    if isinstance(fine, Decimal):
        yield _fact("fine_yuan", fine, f"{fine:,f} 元", taken_from(event, "fine"), "登记以万元计，换算为元")
    published = event.get("published")
    if isinstance(published, YesNo):
        how = "来自已公示的数据" if published is YesNo.YES else ""
        text = "是" if published is YesNo.YES else "否"
        yield _fact("published", published is YesNo.YES, text, taken_from(event, "published"), how)
    name = "listed_on" if event.kind in LISTED else "document_date"
    if event.day is not None:
        yield _fact(name, event.day, event.day.isoformat(), taken_from(event, name))


def _fact(
    name: str, value: Any, text: str, sources: Sequence[Source], how: str = "", mark: ReadingMark | None = None
) -> FactFrom:
    return FactFrom(name, LABELS[name], value, text, how, mark, sources)


def taken_from(event: CreditEventOf, name: str) -> Sequence[Source]:
    """The sources that state the value which is taken."""
    stated = event.values.get(name, ())
    return [each.source for each in stated if each.value == stated[0].value]


# --- what it does not say ---------------------------------------------------------------------------------------------

_OF_COLUMN: Mapping[str, str] = {"authority_system": "authority", "fine_yuan": "fine"}
"""Fact → the property of the register that would tell it, where that bears another name."""


def _missing(event: CreditEventOf, values: Mapping[str, Any]) -> Iterator[FactMissing]:
    for name in _wanted(event, values):
        if name not in values:
            stated = event.get(_OF_COLUMN.get(name, name))
            why = stated if isinstance(stated, Unknown) else Unknown.NOT_OBTAINED
            yield FactMissing(name, LABELS[name], why, BLANKS[name], ASKED_OF[name])


def _wanted(event: CreditEventOf, values: Mapping[str, Any]) -> Iterator[str]:
    """The facts that could matter to this kind of record."""
    yield from ("authority_system", "published")
    if event.kind in LISTED:
        yield from ("listed_on", "measure_ends_on")
    else:
        yield from ("document_date", "field", "sanctions", "procedure")
        if Sanction.FINE in values.get("sanctions", ()):
            yield from ("fine_yuan", "fine_band")
        if values.get("authority_system") is System.SAMR:
            yield "published_on"
        yield from ("special_sector", "measure_ends_on")
    yield from ("duties_done", "public_commitment")


def text_of(value: object) -> str | None:
    """A text that a register states; None where it does not (an Unknown is a text to isinstance, but states none)."""
    if value is None or isinstance(value, Unknown):
        return None
    return value.value if isinstance(value, StrEnum) else str(value)
