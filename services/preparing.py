"""Preparing an action 准备申请: what is known and from where, what is still asked, who has each paper, what is missing.

Everything derives from the interview that a definition declares. What the register, the case or an earlier statement
of the enterprise says is not asked again. Nothing here decides: the check asks the guards that the action itself has.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from enum import StrEnum
from typing import Any

from cases import claims, drafts
from cases.accounts import Role
from cases.case import Case, Own
from cases.claims import Claim, ClaimedFact
from cases.definition import Action, Field, Interview, Material
from cases.documents import Document
from cases.drafts import Draft
from cases.engine import check_guards
from graph.ledger import Ledger
from graph.ontology import Ref
from graph.view import View
from lianxin.errors import IllegalAction, NotKnown
from services.claims import newest
from services.credit import CreditRecord, credit


class Holding(StrEnum):
    """Where a paper is 谁有."""

    HERE = "here"  # handed in
    FETCHED = "fetched"  # the authority fetches it itself
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Known:
    """已知 One field that is not asked: its value, and where it comes from."""

    field: Field
    value: Any
    source: str


@dataclass(frozen=True, slots=True)
class Question:
    """一问. `value`: the answer as it stands; `answered`: also where it was passed over."""

    field: Field
    value: Any
    answered: bool


@dataclass(frozen=True, slots=True)
class Paper:
    """One material with where it is. `documents`: what was handed in for it; `source`: where they come from."""

    material: Material
    holding: Holding
    documents: Sequence[Document]
    source: str


@dataclass(frozen=True, slots=True)
class Preparation:
    """An action as far as it is prepared. `held`: why the rules would refuse it as it stands; blank where they do not.

    `last`: the fields that are filled in when it is sent.
    """

    draft: Draft
    action: Action
    known: Sequence[Known]
    questions: Sequence[Question]
    papers: Sequence[Paper]
    last: Sequence[Field]
    held: str

    @property
    def next(self) -> Question | None:
        """The first question that nobody has looked at yet."""
        return next((each for each in self.questions if not each.answered), None)

    @property
    def open(self) -> Sequence[Question]:
        """What was asked and passed over."""
        return [each for each in self.questions if each.value is None]

    @property
    def missing(self) -> Sequence[Paper]:
        return [each for each in self.papers if each.holding is Holding.MISSING]

    @property
    def complete(self) -> bool:
        """Whether all was answered, no paper is missing, and the rules hold nothing back."""
        return not (self.open or self.missing or self.held)

    @property
    def values(self) -> dict[str, Any]:
        """What the action is done with."""
        asked = {each.name for each in self.action.fields}
        told = {each.field.name: each.value for each in self.known if each.field.name in asked}
        return told | {each.field.name: each.value for each in self.questions if each.value is not None}

    @property
    def handed(self) -> dict[str, Sequence[Document]]:
        return {each.material.name: each.documents for each in self.papers if each.documents}


def prepare(ledger: Ledger, view: View, case: Case, role: Role, name: str, on: date) -> Preparation:
    """An action as a side has prepared it so far. Raises IllegalAction: not prepared here, or not now."""
    interview, action = _interview(case, role, name)
    draft = Draft(case.id, role, name)
    record = _record(view, case, on)
    said = _claims(ledger, case, record)
    known = _known(case, record, said, action, on)
    answers, handed = drafts.answers(ledger, draft), drafts.papers(ledger, draft)
    asked = list(_questions(case, interview, action, known, answers, on))
    told = {each.field.name: each.value for each in known} | {each.field.name: each.value for each in asked}
    papers = [
        _paper(case, each, handed.get(each.name, ()), said)
        for each in interview.materials
        if each.needed(case, told, on)
    ]
    last = [each for each in action.fields if each.name not in interview.asks]
    made = Preparation(draft, action, known, asked, papers, last, "")
    return replace(made, held=_held(case, action, made.values, on))


def may_prepare(case: Case, role: Role) -> list[Action]:
    """The actions that a role may prepare in a case as it stands."""
    found = (case.definition.action(each.action) for each in case.definition.interviews if _open(case, each))
    return [each for each in found if each is not None and role in each.who]


def _open(case: Case, interview: Interview) -> bool:
    return case.state_name in interview.open_in


def _interview(case: Case, role: Role, name: str) -> tuple[Interview, Action]:
    interview, action = case.definition.interview(name), case.definition.action(name)
    if interview is None or action is None or not _open(case, interview) or role not in action.who:
        raise IllegalAction(
            f'in the state "{case.state.words.en}" this side prepares no {name[:40]}',
            f"在“{case.state.words.zh}”状态，本方没有“{name[:40]}”要准备",
        )
    return interview, action


# --- what is known ----------------------------------------------------------------------------------------------------


def _known(
    case: Case, record: CreditRecord | None, said: Mapping[ClaimedFact, Claim], action: Action, on: date
) -> list[Known]:
    """What need not be asked, each once: of the case, of the register, of what the enterprise stated earlier."""
    by_name = {each.name: each for each in (*case.definition.fields, *action.fields)}
    register = {name: (value, source) for name, value, source in _registered(record)}
    found: dict[str, Known] = {}
    for name, value, source in (*_stated(case), *_registered(record), *_claimed(said, on)):
        if name in by_name and name not in found and value is not False:  # what was not so may be so by now
            agrees = name in register and register[name][0] == value
            found[name] = Known(by_name[name], value, register[name][1] if agrees else source)
    return list(found.values())


def _stated(case: Case) -> Iterator[tuple[str, Any, str]]:
    """What the case itself says: agreed by both sides, or stated in a step."""
    for matter in case.definition.matters:
        for name, value in case.agreed(matter.name).items():
            yield name, value, f"约定：{matter.words.zh}"
    steps = [each for each in reversed(case.events) if each.action == Own.OPEN or case.definition.action(each.action)]
    for name, value in case.stated().items():
        step = next(each for each in steps if each.values.get(name) == value)
        yield name, value, f"案件第 {step.seq} 步，{case.definition.part(Role(step.role)).zh}写明"


def _registered(record: CreditRecord | None) -> Iterator[tuple[str, Any, str]]:
    """What the register says of the record that a case is about."""
    if record is None or record.facts is None:
        return
    for each in fields(record.facts):
        value = getattr(record.facts, each.name)
        if value not in (None, frozenset()):
            yield each.name, _plain(value), f"登记，{record.authority}"


def _plain(value: Any) -> Any:
    """A fact as an event holds it."""
    if isinstance(value, bool | int):
        return value
    if isinstance(value, frozenset):
        return sorted(map(str, value))
    return value.isoformat() if isinstance(value, date) else str(value)


def _record(view: View, case: Case, on: date) -> CreditRecord | None:
    """The record that a case is about, where it is one of its own enterprise's: others are not looked at."""
    name = case.opened.get("record")
    if case.enterprise is None or not isinstance(name, str):
        return None
    try:
        return credit(view, case.enterprise, on).record(name)
    except NotKnown:  # the graph does not hold the enterprise on this day
        return None


def _claims(ledger: Ledger, case: Case, record: CreditRecord | None) -> Mapping[ClaimedFact, Claim]:
    """What the enterprise has stated of it, the newest of each."""
    own = Ref("Enterprise", case.enterprise or "")
    found = [] if record is None else claims.standing(ledger, [record.ref])
    return newest(each for each in found if each.party == own)


def _claimed(said: Mapping[ClaimedFact, Claim], on: date) -> Iterator[tuple[str, Any, str]]:
    for fact, claim in said.items():
        if claim.day <= on:
            value = True if fact is ClaimedFact.COMMITMENT else claim.day.isoformat()
            yield fact.value, value, f"企业自述，{claim.said_at:%Y-%m-%d} 填报"


# --- what is asked ----------------------------------------------------------------------------------------------------


def _questions(
    case: Case, interview: Interview, action: Action, known: Sequence[Known], answers: Mapping[str, Any], on: date
) -> Iterator[Question]:
    """What is not known and would change something, in the order of asking; an answer may end a later question."""
    told = {each.field.name: each.value for each in known}
    by_name = {each.name: each for each in action.fields}
    for name in interview.asks:
        if name in told or not interview.matters(case, name, told, on):
            continue
        value = answers.get(name)
        yield Question(by_name[name], value, name in answers)
        if value is not None:
            told[name] = value


def _held(case: Case, action: Action, values: Mapping[str, Any], on: date) -> str:
    try:
        check_guards(case, action, values, on)
    except IllegalAction as held:
        return held.zh
    return ""


# --- papers -----------------------------------------------------------------------------------------------------------


def _paper(case: Case, material: Material, handed: Sequence[Document], said: Mapping[ClaimedFact, Claim]) -> Paper:
    if handed:
        return Paper(material, Holding.HERE, handed, "这次交的")
    earlier = next((claim for fact, claim in said.items() if fact == material.proves and claim.documents), None)
    if earlier is not None:
        return Paper(material, Holding.HERE, earlier.documents, f"{earlier.said_at:%Y-%m-%d} 自述时交的")
    if material.fetched(case):
        return Paper(material, Holding.FETCHED, (), "磋商约定由单位调取")
    return Paper(material, Holding.MISSING, (), "")
