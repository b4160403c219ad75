"""What comes in as JSON: the facts of credit records, strictly as the rules declare them.

The shapes follow from the declaration in `rules/credit_repair/facts.py`: the same names, closed lists and blanks. Days
are ISO text, money is text in yuan, yes and no are true and false; null or nothing at all is a blank.
"""

import base64
import dataclasses
import re
import types
import typing
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    StringConstraints,
    create_model,
)
from pydantic_core import PydanticCustomError

from cases.documents import Proof
from cases.negotiation import How
from rules.credit_repair.facts import FIRST_YEAR, LAST_YEAR, Facts
from web.api.edges import MAX_NUMBER, Day, LongText, Text

MAX_RECORDS = 100  # in one plan; a body of 64 kB holds about as many


def _plausible(day: date) -> date:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise PydanticCustomError("day_range", f"should lie between {FIRST_YEAR} and {LAST_YEAR}")
    return day


def _once(values: list[Any]) -> list[Any]:
    if len(set(values)) < len(values):
        raise PydanticCustomError("unique", "should name each of them once")
    return values


def _yuan(text: str) -> str:
    if not re.fullmatch(YUAN, text):
        raise PydanticCustomError("yuan", "should be an amount in yuan, digits only (not in units of 10,000 yuan)")
    return text


YUAN = r"^[0-9]+(\.[0-9]+)?$"
FactDay = Annotated[Day, AfterValidator(_plausible)]
Money = Annotated[
    str, StringConstraints(max_length=30), AfterValidator(_yuan), Field(json_schema_extra={"pattern": YUAN})
]
_TYPES: Mapping[Any, Any] = {
    bool: StrictBool,
    int: Annotated[StrictInt, Field(ge=0, le=MAX_NUMBER)],
    Decimal: Money,
    date: FactDay,
    str: Text,
}


class Body(BaseModel):
    """The body of a request. A member that is not named here is refused."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


def _taken(hint: Any) -> Any:
    """The type that is taken for a declared fact."""
    if isinstance(hint, types.UnionType):
        (plain,) = (each for each in typing.get_args(hint) if each is not types.NoneType)
        return _taken(plain) | None
    if typing.get_origin(hint) is frozenset:
        (item,) = typing.get_args(hint)
        unique = Field(max_length=len(item), json_schema_extra={"uniqueItems": True})
        return Annotated[list[item], AfterValidator(_once), unique]  # type: ignore[valid-type]  # a closed list
    return hint if issubclass(hint, StrEnum) else _TYPES[hint]


def _without_default(schema: dict[str, Any]) -> None:
    schema.pop("default", None)  # what must not be blank may be left out of changes, but it has no null


def _field(fact: "dataclasses.Field[Any]", taken: Any, *, partial: bool) -> tuple[Any, Any]:
    """The member for one declared fact: what it takes, and what stands for it where it is left out."""
    description = f"{fact.metadata['label']}；空白：{fact.metadata['blank']}"
    if fact.default is not dataclasses.MISSING:
        return taken, Field([] if fact.default == frozenset() else None, description=description)
    if partial:
        return taken, Field(None, description=description, json_schema_extra=_without_default)
    return taken, Field(description=description)


def _model(name: str, words: str, *, partial: bool) -> type[Body]:
    """A body of facts. `partial`: any of them may be left out."""
    hints = typing.get_type_hints(Facts)
    declared = {f.name: _field(f, _taken(hints[f.name]), partial=partial) for f in dataclasses.fields(Facts)}
    made: type[Body] = create_model(name, __base__=Body, __doc__=words, **declared)  # type: ignore[call-overload]  # members from the declaration
    return made


FactsBody = _model(
    "FactsBody", "信用记录的事实 One record, as known. A blank means what each member says.", partial=False
)
ChangesBody = _model("ChangesBody", "如果…… The facts that would be others; null takes one away.", partial=True)


def values_of(body: Body) -> dict[str, Any]:
    """The facts that a body states, as the rules take them."""
    return {name: _value(name, getattr(body, name)) for name in body.model_fields_set}


def _value(name: str, value: Any) -> Any:
    if isinstance(value, list):
        return frozenset(value)
    return Decimal(value) if name == "fine_yuan" and value is not None else value


# --- cases ------------------------------------------------------------------------------------------------------------

MAX_VALUE = 4000  # characters of one value: a field sets its own limit below
MAX_PAPERS = 10
LARGEST_ACT = 16 * 1024 * 1024  # bytes of a body: two of the largest papers, as base64

_Line = Annotated[str, StringConstraints(max_length=MAX_VALUE)]
_Whole = Annotated[StrictInt, Field(ge=-MAX_NUMBER, le=MAX_NUMBER)]
Stated = _Line | StrictBool | _Whole | list[_Line] | None
Values = Annotated[
    dict[str, Stated], Field(description="填写的内容，见该案件的 fields。What is stated, field by field.")
]


def _decoded(text: str) -> str:
    try:
        base64.b64decode(text, validate=True)
    except ValueError as error:
        raise PydanticCustomError("base64", "should be base64") from error
    return text


class PaperBody(Body):
    """A paper 材料: its name, and its content as base64."""

    name: Text
    content: Annotated[str, AfterValidator(_decoded)]

    def proof(self) -> Proof:
        return Proof(self.name, base64.b64decode(self.content))


class OpenBody(Body):
    """A case to be opened."""

    kind: Text = Field(description="事项。Kind of case.", examples=["hr-channel"])
    values: Values = Field(default_factory=dict)
    enterprise: Text | None = Field(None, description="企业代码；企业自己不必写。Whom it is about.")
    authority: LongText | None = Field(None, description="认定单位，照登记的写法。As registers write it.")


class ActBody(Body):
    """One action of the definition."""

    action: Text
    values: Values = Field(default_factory=dict)
    papers: list[PaperBody] = Field(default_factory=list, max_length=MAX_PAPERS)


class ProposalBody(Body):
    """A proposal, an answer to one, or the confirmation of what was agreed.

    `proposal`: which one is answered or confirmed. `matter`, `values`, `reply_by`: of a proposal. `parts`: the fields
    that are accepted, where it is in part.
    """

    how: How
    proposal: Annotated[StrictInt, Field(ge=1, le=MAX_NUMBER)] | None = None
    matter: Text | None = None
    values: Values = Field(default_factory=dict)
    reason: Annotated[str, StringConstraints(max_length=MAX_VALUE)] = ""
    reply_by: Day | None = None
    parts: list[Text] = Field(default_factory=list, max_length=MAX_PAPERS)


_ON = "查询日，默认今天。The day the question is asked for; today if left out."


_AUTHORITY = (
    "作出机关的名称或统一社会信用代码：它自己的分类标准按这个找。"
    "Name or code of the authority: by it, a sector standard of its own is found."
)


class CheckBody(Body):
    """One record, asked about on a day."""

    facts: FactsBody  # type: ignore[valid-type]  # made from the declaration of the facts
    authority: Text | None = Field(None, description=_AUTHORITY)
    on: FactDay | None = Field(None, description=_ON)


class WhatIfBody(CheckBody):
    """One record, and what would be otherwise: facts, the day, or both."""

    changes: ChangesBody = Field(default_factory=ChangesBody)  # type: ignore[valid-type]  # as above
    changed_on: FactDay | None = Field(None, description="换成哪一天问。The day to ask for instead.")


class PlannedRecord(Body):
    """One record of a plan, under a name of your own."""

    id: Text
    facts: FactsBody  # type: ignore[valid-type]  # as above
    authority: Text | None = Field(None, description=_AUTHORITY)


class PlanBody(Body):
    """The records of a plan, asked about on a day."""

    records: list[PlannedRecord] = Field(min_length=1, max_length=MAX_RECORDS)
    on: FactDay | None = Field(None, description=_ON)
