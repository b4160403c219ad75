"""What the rules are asked in a case of credit repair: its fields are the facts of the rules, its guards their answers.

The facts are stated when a case opens and again whenever they change; the newest hold. A case gives no answer of its
own, and whether a review is a yes is for the authority to say.
"""

import types
import typing
from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from cases.case import Case, Event
from cases.definition import Field, FieldType, Option, Refusal, Values, Words
from graph.ontology import ListingState, YesNo
from lianxin.errors import BadFact, NotInForce
from rules.answer import Answer
from rules.credit_repair.codes import CODES
from rules.credit_repair.facts import CHINESE, Facts, Kind, System
from rules.credit_repair.finding import RepairFinding, assess
from rules.credit_repair.frozen import FrozenRules, freeze, thaw
from rules.credit_repair.matter import BOOK
from rules.law import Citation
from rules.parameters import whole

_TYPES: Final[Mapping[Any, FieldType]] = {
    bool: FieldType.YES_NO,
    int: FieldType.WHOLE,
    Decimal: FieldType.MONEY,
    date: FieldType.DAY,
    str: FieldType.TEXT,
}
SUBMIT: Final = "submit"  # the action by which an application is filed
PREPARED_AGAIN: Final = frozenset({"published", "repairable"})  # states from which another application comes
FINE_CLASS: Final = "fine_class"  # the matter on which a fine is classed
ASKED: Final[Mapping[str, Words]] = {
    "procedure": Words("写在决定书上：当场作出的是简易程序", "the decision says so"),
    "published": Words("在“信用中国”或公示系统上能查到的，就是公示中", "whether it can be found on the public sites"),
    "published_on": Words("公示系统上这条信息的公示日期", "the day that the public site shows"),
    "duties_done_on": Words(
        "缴清罚款、整改完的那一天；还没有的，先空着", "the day on which all was paid and corrected"
    ),
    "public_commitment": Words(
        "承诺书签好、愿意公开的，选“是”；承诺书后面可以下载", "whether the commitment is signed"
    ),
}
"""Facts of the rules that a party can answer for itself, in the order of asking, and where it finds the answer."""
EXCLUSION: Final = BOOK.parameter("exclusion", whole)
"""Months in which no application is taken; the number was not read anywhere, and holds only under Order 36."""
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


def claimed_fields() -> tuple[Field, ...]:
    """The facts that a party says of itself when it applies."""
    labels = {each.name: each.metadata["label"] for each in fields(Facts)}
    return tuple(
        replace(_field(name, labels[name], required=False), claimed=True, hint=hint) for name, hint in ASKED.items()
    )


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


def finding(case: Case, on: date, values: Values | None = None, *, claims: bool = False) -> RepairFinding | Refusal:
    """What the rules say of the record of a case on a day, or which of its facts they refuse.

    `claims`: as if what the party says of itself were so.
    """
    said = case.said() if claims else case.stated()
    try:
        stated = facts({**said, **_classed(case), **_filed(case), **(values or {})})
        return assess(stated, on, frozen=_frozen(case))
    except BadFact as bad:
        return Refusal(Words(f"事实不合格：{bad.zh}", f"the facts are refused: {bad.en}"))


def _classed(case: Case) -> dict[str, Any]:
    """The band of the fine, where the authority has classed it in an agreement."""
    return {name: value for name, value in case.agreed(FINE_CLASS).items() if name == "fine_band"}


def _filed(case: Case) -> dict[str, Any]:
    """The day of the application: from then on the rules of that day hold."""
    submitted = _application(case)
    return {} if submitted is None else {"application_filed_on": submitted.on.isoformat()}


def _application(case: Case) -> Event | None:
    """The application that is being decided, or was; None where another one is prepared since."""
    for event in reversed(case.events):
        if event.action == SUBMIT:
            return event
        if event.data.get("to") in PREPARED_AGAIN:
            return None
    return None


def _frozen(case: Case) -> FrozenRules | None:
    """The rules as they stood when the application was filed."""
    submitted = _application(case)
    kept = [] if submitted is None else submitted.data.get("rules", [])
    return thaw(kept) if kept else None


def rules_now(case: Case, values: Values, on: date) -> list[dict[str, Any]]:
    """The rules that an application of this day is filed under; none where no set is loaded for it."""
    found = finding(case, on, _asked(values), claims=True)
    return [] if isinstance(found, Refusal) or found.ruleset is None else freeze(found.ruleset)


def alike(case: Case) -> Words:
    """The class of a case 类别: kind and gravity as the rules saw it when it was opened, before anything was agreed."""
    kind = Kind(case.opened["kind"])
    try:
        gravity = assess(facts(case.opened), case.events[0].on).values.gravity
    except BadFact:
        return Words(CHINESE[kind], kind.value)
    return Words(f"{CHINESE[kind]}，{gravity.chinese}", f"{kind}, {gravity}")


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
    return _open(finding(case, on))


def may_apply_as_said(case: Case, values: Values, on: date) -> Refusal | None:
    """The same as if what the party says of itself were so: it answers for that, and the authority checks it later."""
    return _open(finding(case, on, _asked(values), claims=True))


def _asked(values: Values) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name in ASKED}


def matters(case: Case, name: str, known: Values, on: date) -> bool:
    """Whether a fact that is not known would change what the rules say: as things are known by then, or if whatever
    else the party may answer speaks for it. One condition that fails must not hide the question for another.

    What is no fact of the rules belongs to the application itself, and always matters.
    """
    if name not in _HINTS:
        return True
    favourable = {each: _possible(each, on)[0] for each in ASKED if each not in known and each != name}
    return any(_changes(case, name, around, on) for around in (known, {**favourable, **known}))


def _changes(case: Case, name: str, around: Values, on: date) -> bool:
    before = _outcome(case, around, on)
    return any(_outcome(case, {**around, name: value}, on) != before for value in _possible(name, on))


def _outcome(case: Case, known: Values, on: date) -> Any:
    return _said_of(finding(case, on, {key: value for key, value in known.items() if key in _HINTS}, claims=True))


def _said_of(found: RepairFinding | Refusal) -> Any:
    """What a finding comes to, to tell two apart."""
    return found.words if isinstance(found, Refusal) else (found.answer, found.reasons, found.values)


def _possible(name: str, on: date) -> list[Any]:
    """What a fact may turn out to be, what speaks most for the party first."""
    plain = _plain(_HINTS[name])
    if plain is bool:
        return [True, False]
    return [on.isoformat()] if plain is date else [each.value for each in plain]


def _open(found: RepairFinding | Refusal) -> Refusal | None:
    if isinstance(found, Refusal) or found.answer in (Answer.YES, Answer.REVIEW):
        return found if isinstance(found, Refusal) else None
    return _refused(found)


def may_decide(case: Case, _values: Values, on: date) -> Refusal | None:
    """A decision rests on facts that are stated: what the party says of itself is checked before it."""
    stated = finding(case, on)
    if _said_of(finding(case, on, claims=True)) == _said_of(stated):
        return _open(stated)
    words = Words(
        "企业在申请里自述的，还没有核对成案件的事实", "what the party says in its application is not checked yet"
    )
    cure = Words("核对后用“更新事实”记下，表里已按申请填好", "check it, then state the facts anew")
    return Refusal(words, cure=cure)


def exclusion_has_an_end(case: Case, values: Values, _on: date) -> Refusal | None:
    """An exclusion ends one day: by the decision, or by the rules, which know a number for Credit China alone."""
    try:
        EXCLUSION.on(date.fromisoformat(values["day"]))
    except NotInForce as unknown:
        return Refusal(Words(unknown.zh, unknown.en))
    if "until" in values or case.stated().get("authority_system") == System.NDRC:
        return None
    words = Words("没有读到这类记录限制申请多久", "how long such a record is excluded, nobody has read")
    return Refusal(words, cure=Words("填写决定写明的最后一天", "state the last day that the decision names"))


def displayed(stated: Values) -> bool:
    """Whether a register's row says that a record is displayed."""
    return stated.get("published") is YesNo.YES and stated.get("state") is not ListingState.REMOVED


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
    acts = "；".join(dict.fromkeys(CODES[each].act for each in reasons if CODES[each].act))
    cure = Words(f"{acts}{day}", f"{en}{day_en}") if acts else None
    return Refusal(Words(said, f"on {found.on} the rules say {found.answer}: {en}{day_en}"), clause, cure)
