"""What the rules are asked in a case of credit repair: its fields are the facts of the rules, its guards their answers.

The facts are stated when a case opens and again whenever they change; the newest hold. A case gives no answer of its
own, and whether a review is a yes is for the authority to say.
"""

import types
import typing
from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from cases.case import Case
from cases.definition import Field, FieldType, Option, Refusal, Values, Words
from lianxin.errors import BadFact
from rules.answer import Answer
from rules.credit_repair.codes import CODES
from rules.credit_repair.facts import CHINESE, Facts
from rules.credit_repair.finding import RepairFinding, assess
from rules.law import Citation

_TYPES: Final[Mapping[Any, FieldType]] = {
    bool: FieldType.YES_NO,
    int: FieldType.WHOLE,
    Decimal: FieldType.MONEY,
    date: FieldType.DAY,
    str: FieldType.TEXT,
}
SUBMIT: Final = "submit"  # the action by which an application is filed
FINE_CLASS: Final = "fine_class"  # the matter on which a fine is classed
_HINTS: Final[Mapping[str, Any]] = typing.get_type_hints(Facts)


def _plain(hint: Any) -> Any:
    """The type of a fact without its blank, and of what it holds many of."""
    if isinstance(hint, types.UnionType):
        (hint,) = (each for each in typing.get_args(hint) if each is not types.NoneType)
    return typing.get_args(hint)[0] if typing.get_origin(hint) is frozenset else hint


def _many(name: str) -> bool:
    return typing.get_origin(_HINTS[name]) is frozenset


def _field(name: str, label: str, required: bool) -> Field:
    plain = _plain(_HINTS[name])
    words = Words(label, name.replace("_", " "))
    if isinstance(plain, type) and issubclass(plain, StrEnum):
        options = tuple(Option(each.value, Words(CHINESE[each], each.value)) for each in plain)
        return Field(name, words, FieldType.LIST if _many(name) else FieldType.CHOICE, required, options=options)
    most = 200 if plain is str else None
    return Field(name, words, _TYPES[plain], required, most=most)


def fact_fields(*, required: bool) -> tuple[Field, ...]:
    """A field for each fact. `required`: whether those must be given without which there is no record."""
    needed = {"kind", "authority_system"} if required else set()
    return tuple(_field(each.name, each.metadata["label"], each.name in needed) for each in fields(Facts))


def facts(values: Values) -> Facts:
    """The facts among these values. Raises BadFact."""
    return Facts(**{each.name: _typed(each.name, values[each.name]) for each in fields(Facts) if each.name in values})


def _typed(name: str, value: Any) -> Any:
    plain = _plain(_HINTS[name])
    if _many(name):
        return frozenset(plain(each) for each in value)
    if plain is date:
        return date.fromisoformat(value)
    return value if plain is bool else plain(value)


def finding(case: Case, on: date, values: Values | None = None) -> RepairFinding | Refusal:
    """What the rules say of the record of a case on a day, or which of its facts they refuse."""
    try:
        return assess(facts({**case.stated(), **_classed(case), **_filed(case), **(values or {})}), on)
    except BadFact as bad:
        return Refusal(Words(f"事实不合格：{bad.zh}", f"the facts are refused: {bad.en}"))


def _classed(case: Case) -> dict[str, Any]:
    """The band of the fine, where the authority has classed it in an agreement."""
    return {name: value for name, value in case.agreed(FINE_CLASS).items() if name == "fine_band"}


def _filed(case: Case) -> dict[str, Any]:
    """The day of the application: from then on the rules of that day hold."""
    submitted = case.last(SUBMIT)
    return {} if submitted is None else {"application_filed_on": submitted.on.isoformat()}


def citation(found: RepairFinding, reason: str) -> Citation | None:
    """The first place of the law that a reason rests on."""
    for step in found.walk():
        if reason in step.reasons and step.citations:
            return step.citations[0]
    return None


# --- guards -----------------------------------------------------------------------------------------------------------


def consistent(case: Case, values: Values, on: date) -> Refusal | None:
    """The facts as they are stated now are such as the rules can be asked about."""
    found = finding(case, on, values)
    return found if isinstance(found, Refusal) else None


def may_apply(case: Case, _values: Values, on: date) -> Refusal | None:
    """An application is open where the rules say yes, or leave it to the authority."""
    found = finding(case, on)
    if isinstance(found, Refusal) or found.answer in (Answer.YES, Answer.REVIEW):
        return found if isinstance(found, Refusal) else None
    return _refused(found)


def stops_by_itself(case: Case, _values: Values, on: date) -> Refusal | None:
    return _only(case, on, "MAX_PERIOD_ELAPSED_AUTO_STOP", "AUTO_NO_APPLICATION")


def left_to_the_sector(case: Case, _values: Values, on: date) -> Refusal | None:
    return _only(case, on, "MAX_ELAPSED_UNFULFILLED")


def not_published(case: Case, _values: Values, on: date) -> Refusal | None:
    return _only(case, on, "NOT_PUBLISHED")


def revoked(case: Case, _values: Values, on: date) -> Refusal | None:
    return _only(case, on, "PENALTY_REVOKED")


def _only(case: Case, on: date, *reasons: str) -> Refusal | None:
    """Only where the rules give one of these reasons."""
    found = finding(case, on)
    if isinstance(found, Refusal):
        return found
    return None if found.reasons & set(reasons) else _refused(found)


def _refused(found: RepairFinding) -> Refusal:
    walked = [each for step in found.walk() for each in step.reasons if each in found.reasons]
    reasons = list(dict.fromkeys([*walked, *sorted(found.reasons)]))  # as the rules ask for them
    zh = "；".join(CODES[each].zh for each in reasons)
    en = "; ".join(CODES[each].en for each in reasons)
    clause = next((cited for each in reasons if (cited := citation(found, each)) is not None), None)
    until = found.values.not_before
    day, day_en = (
        (f"，最早 {until}", f", {until} at the earliest") if until is not None and until > found.on else ("", "")
    )
    said = f"{found.on} 规则的答复是“{found.answer.chinese}”：{zh}{day}"
    return Refusal(Words(said, f"on {found.on} the rules say {found.answer}: {en}{day_en}"), clause)
