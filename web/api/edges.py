"""What comes in: strict parameters. A day is ISO text, a number digits, a yes is `true`; nothing is guessed.

Unknown parameters are refused, and so are control characters: pydantic's own readings (0 as 1970-01-01, "1_0" as 10,
"on" as true) are wider than an interface should be.
"""

import re
from datetime import date
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from graph.identifiers import parse_day
from graph.ontology import PROPERTIES, RECORD_TYPES, Basis, Size
from rules.credit_repair.impact import Change
from rules.credit_repair.sets import RULE_SETS
from services.oversight import Stage
from services.partners import CreditFilter, Place, Relation

MAX_TEXT = 200
MAX_KEY = 600  # of a record: an authority's name and the number of its decision
MAX_TOP = 200
MAX_PAGE = 100
MAX_NUMBER = 999_999_999  # nine digits: more loads than any ledger will see
REPEATABLE = frozenset({"types", "basis"})

_WHOLE = re.compile(r"[0-9]{1,9}")


def _day(value: Any) -> Any:
    try:
        if isinstance(value, str):
            return parse_day(value)
    except ValueError:
        pass
    raise PydanticCustomError("day", "should be a day like 2026-11-24")


def _whole(value: Any) -> Any:
    if isinstance(value, str) and _WHOLE.fullmatch(value):
        return int(value)
    raise PydanticCustomError("whole", "should be a whole number, in digits alone")


def _yes_no(value: Any) -> Any:
    if value in ("true", "false"):
        return value == "true"
    raise PydanticCustomError("yes_no", "should be true or false")


Day = Annotated[date, BeforeValidator(_day)]
Whole = Annotated[int, BeforeValidator(_whole)]
Number = Annotated[int, Field(ge=1, le=MAX_NUMBER), BeforeValidator(_whole)]
Position = Annotated[int, Field(ge=0, le=MAX_NUMBER), BeforeValidator(_whole)]
YesNo = Annotated[bool, BeforeValidator(_yes_no)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=MAX_TEXT, pattern=r"^[^\x00-\x1f\x7f-\x9f]+$")]

LongText = Annotated[str, StringConstraints(min_length=1, max_length=MAX_KEY, pattern=r"^[^\x00-\x1f\x7f-\x9f]+$")]

RuleSetId = StrEnum("RuleSetId", {each.id.replace("-", "_"): each.id for each in RULE_SETS})  # type: ignore[misc]  # members from the rules: the one place they are declared
RuleSetId.__doc__ = "The rule sets of credit repair."
_NAMED = [name for name in RECORD_TYPES if any(p.names_record for p in PROPERTIES[name])]  # others have no name to find
Findable = StrEnum("Findable", {name.upper(): name for name in _NAMED})  # type: ignore[misc]  # members from the ontology: the one place a type is declared
Findable.__doc__ = "What a search may look for."


def _without_null(schema: dict[str, Any]) -> None:
    """A parameter may be left out, but no query can carry a null: take it from the description."""
    for declared in schema.get("properties", {}).values():
        options = [each for each in declared.pop("anyOf", ()) if each != {"type": "null"}]
        declared |= options[0] if options else {}
        if declared.get("default", "") is None:
            del declared["default"]


def _config(part: str) -> ConfigDict:
    return ConfigDict(title=part, extra="forbid", hide_input_in_errors=True, json_schema_extra=_without_null)


class Query(BaseModel):
    """The query string of an operation; as it stands here it takes no parameter."""

    model_config = _config("query")


class Path(BaseModel):
    """The variable parts of an address."""

    model_config = _config("path")


def _on() -> Any:
    return Field(None, description="查询日，默认今天。The day the question is asked for; today if left out.")


class StateQuery(Query):
    """A question to the graph as it was known."""

    known_at: Position | None = Field(
        None,
        description="账本位置：只用到此为止入库的数据，默认最新。Ledger position: only what was loaded up to it.",
        examples=[1],
    )


class OnQuery(StateQuery):
    """A question for a day. The same day and `known_at` give the same answer for ever."""

    on: Day | None = _on()


class SearchQuery(StateQuery):
    """What to look for."""

    q: Text = Field(
        description="代码、全称、简称、曾用名或拼音。Code, full, short or former name, or pinyin.", examples=["示例"]
    )
    types: list[Findable] = Field(
        [Findable("Enterprise")],
        max_length=len(Findable),
        description="记录类型，可重复。Record types; may be repeated.",
        examples=[["Enterprise", "Product"]],
    )
    limit: Whole = Field(20, ge=1, le=MAX_PAGE, description="最多几条。At most so many.")


class EnterprisePath(Path):
    """Which enterprise."""

    key: Text = Field(
        description="统一社会信用代码、证券代码或名称。Credit code, stock code or name.",
        examples=["91330113YANG00019U"],
    )


class ChainPath(Path):
    """Which chain."""

    key: Text = Field(description="产业链的代码或名称。Key or name of the chain.", examples=["YLQX"])


class PartnerQuery(OnQuery):
    """A partner question. Conditions that are left out ask nothing."""

    key: Text = Field(
        description="企业的代码或名称；补链时为环节或产品。Enterprise; for a gap a segment or product.",
        examples=["91330113YANG00019U"],
    )
    relation: Relation = Field(
        description="supplier 找供应商，customer 找客户，gap 补链。What is looked for.", examples=["supplier"]
    )
    top: Whole = Field(20, ge=1, le=MAX_TOP, description="最多几家。At most so many candidates.")
    place: Place | None = Field(None, description="范围：区内、市内、省内。How near.")
    size: Size | None = Field(None, description="企业规模。Size of the enterprise.")
    basis: list[Basis] = Field(
        [], max_length=len(Basis), description="依据，可重复。How the supply link is known; may be repeated."
    )
    credit: CreditFilter | None = Field(
        None, description="clean：已查来源无展示中的失信信息；未取得的不算。Some source was searched and shows nothing."
    )
    known: YesNo = Field(False, description="是否列出已有的伙伴。Whether to list known partners too.")
    core: YesNo = Field(True, description="主营优先：副业占比低的排后。Whether side lines count less.")


class WhyNotQuery(PartnerQuery):
    """A partner question, and who is missed in its answer."""

    other: Text = Field(
        description="被问到的企业：代码或名称。The company that is missed.", examples=["91330113YANG00086R"]
    )


class LoadsQuery(Query):
    """A page of the loads, newest first."""

    limit: Whole = Field(20, ge=1, le=MAX_PAGE, description="每页几条。So many a page.")
    cursor: Number | None = Field(None, description="上一页的 next_cursor。`next_cursor` of the page before.")


class CasesQuery(Query):
    """Which cases, the newest first."""

    ended: YesNo | None = Field(None, description="只列已办结的或在办的。Only those that have ended, or have not.")
    limit: Whole = Field(50, ge=1, le=MAX_PAGE, description="最多几件。At most so many.")


class CasePath(Path):
    """Which case."""

    number: Number = Field(description="案件编号。Number of the case.", examples=[1])


class EligibleQuery(OnQuery):
    """A page of the records that could be applied for."""

    authority: Text | None = Field(None, description="认定单位名称含有。Only authorities whose name contains it.")
    stage: Stage | None = Field(None, description="到哪一步。How far a record is.")
    limit: Whole = Field(50, ge=1, le=MAX_PAGE, description="每页几条。So many a page.")
    cursor: LongText | None = Field(None, description="上一页的 next_cursor。`next_cursor` of the page before.")


class ImpactQuery(OnQuery):
    """Two rule sets, and a page of the records that change."""

    old: RuleSetId = Field(description="旧规则集。The rule set before.", examples=["NDRC-58"])
    new: RuleSetId = Field(description="新规则集。The rule set after.", examples=["NDRC-36"])
    change: Change | None = Field(None, description="只看哪种变化；不填看有变化的。Only this kind of change.")
    limit: Whole = Field(50, ge=1, le=MAX_PAGE, description="每页几条。So many a page.")
    cursor: Whole = Field(0, ge=0, le=MAX_NUMBER, description="上一页的 next_cursor。`next_cursor` of the page before.")


class LoadPath(Path):
    """Which load."""

    id: Number = Field(description="入库批次号。Number of the load.", examples=[1])
