"""Definitions 事项定义: a procedure declared once, as typed data; forms, checks, clocks, pages and the API follow.

    Definition  kind, version, who takes part, what is stated when a case opens, and what follows:
    ├── State   where a case stands; an end state waits for nobody
    ├── Action  who may lead it from where to where, with which fields, guards and documents, and what comes of it
    ├── Matter  what may be negotiated, between whom, who settles it, and the limit that nobody may cross
    ├── Clock   in which states it runs, against whom, how long, where it pauses, what its end does
    ├── Notice  who is told of which action
    ├── Opening who is told on the day on which the rules let an action be done that they held back
    └── Interview  what is asked, and which papers are gathered, before an action is done

Names of states, actions, clocks and matters are members of StrEnums of the module that declares them, so that the type
checker knows them; `cases/lint.py` checks the graph. A definition that has been used is never changed: a new version
stands beside it, and cases under way keep theirs.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from cases.accounts import ROLE_NAMES, Role
from graph.ontology import OutcomeKind
from rules.law import Citation
from rules.parameters import Parameter

if TYPE_CHECKING:
    from cases.case import Case


class Words(NamedTuple):
    """What people read, in both languages."""

    zh: str
    en: str


# --- what is stated ---------------------------------------------------------------------------------------------------


class FieldType(StrEnum):
    """字段类型 What a field takes. In an event money is text in yuan, a day ISO text."""

    TEXT = "text"
    CHOICE = "choice"
    DAY = "day"
    MONEY = "money"
    WHOLE = "whole"
    YES_NO = "yes_no"
    LIST = "list"  # lines of text; with options, some of them


class Option(NamedTuple):
    """One value of a choice. `cure`: of a reason for which something is returned, what would put it right."""

    value: str
    words: Words
    cure: Words | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """字段. `least`, `most`: of a number or an amount its size, of a text its characters, of a list its lines.

    `personal`: it may name a person, so it can be erased; the chain keeps only a code of it. `claimed` 自述: one side
    says it of itself; it does not count as stated until whoever decides has stated it too. `hint`: where the answer is
    found.
    """

    name: str
    words: Words
    type: FieldType
    required: bool = True
    least: int | None = None
    most: int | None = None
    options: tuple[Option, ...] = ()
    personal: bool = False
    claimed: bool = False
    hint: Words | None = None


LONGEST_TEXT: Final = 2000  # characters, where a field sets no limit of its own
MOST_LINES: Final = 50


@dataclass(frozen=True, slots=True)
class Papers:
    """材料 The documents that an action takes: at least and at most so many."""

    words: Words
    least: int = 0
    most: int = 10


# --- what holds an action back ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a guard holds an action back. `clause`: the law that says so, where it is law; `cure`: what would help."""

    words: Words
    clause: Citation | None = None
    cure: Words | None = None


@dataclass(frozen=True, slots=True)
class Crossed:
    """A limit of the law that a proposal would cross, the clause that draws it, and what may be proposed instead."""

    words: Words
    clause: Citation
    cure: Words | None = None


Values = Mapping[str, Any]
Guard = Callable[["Case", Values, date], Refusal | None]
Limit = Callable[["Case", Values, date], Crossed | None]
Freezes = Callable[["Case", Values, date], Sequence[Mapping[str, Any]]]


# --- the parts --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Part:
    """参与方 A role that takes part, and what it is called in this procedure."""

    role: Role
    words: Words


@dataclass(frozen=True, slots=True)
class State:
    """状态 Where a case stands. `end`: nothing is waited for; a later act may still open it again."""

    name: str
    words: Words
    end: bool = False


class Back(StrEnum):
    """Where an action leads that names no state."""

    WHENCE_IT_CAME = "whence it came"  # the state that the case was in before it entered this one


@dataclass(frozen=True, slots=True)
class Effect:
    """结果 What an action comes to, for the record that the case is about: written into the ledger with its event.

    `day`, `until`: fields of the action that state on which day it was decided, and until when it holds.
    """

    kind: OutcomeKind
    day: str | None = None
    until: str | None = None


STAYS: Final = None  # an action after which a case stands where it stood


@dataclass(frozen=True, slots=True)
class Action:
    """动作 `who`: the roles that may; none where the platform alone does it. `target`: STAYS, a state, or back.

    `effect`: what it comes to. `freezes`: the rules as they stand, each with its `id`, `digest` and numbers; the event
    keeps them, and what follows is decided by them.
    """

    name: str
    words: Words
    who: frozenset[Role]
    sources: frozenset[str]
    target: str | Back | None
    fields: tuple[Field, ...] = ()
    guards: tuple[Guard, ...] = ()
    papers: Papers | None = None
    effect: Effect | None = None
    freezes: Freezes | None = None


class Unit(StrEnum):
    """In which days a clock counts, or in months: then the last day is the corresponding one."""

    WORKING_DAYS = "working_days"
    CALENDAR_DAYS = "calendar_days"
    MONTHS = "months"


UNITS: Final[Mapping[Unit, str]] = {Unit.WORKING_DAYS: "个工作日", Unit.CALENDAR_DAYS: "天", Unit.MONTHS: "个月"}


@dataclass(frozen=True, slots=True)
class Clock:
    """时限 It starts when a case comes into one of `runs_in`, stops in `pauses_in`, ends in any other state.

    In `goes_on_in` it goes on as it did: what one side does there gives the other no more time, and starts no clock.

    `against`: whom it runs against. `days`: a dated number with its citation. When its last day is over, `on_expiry` is
    done by the platform; a clock that `repeats` reminds instead and starts anew.

    `since`, `until`: fields of the action that starts it, which state the day that it counts from, and its last day;
    where they are blank, it counts from the day of the action, and its number says how long.
    """

    name: str
    words: Words
    runs_in: frozenset[str]
    against: Role
    days: Parameter[int]
    unit: Unit = Unit.WORKING_DAYS
    pauses_in: frozenset[str] = frozenset()
    goes_on_in: frozenset[str] = frozenset()
    on_expiry: str | None = None
    repeats: bool = False
    since: str | None = None
    until: str | None = None


@dataclass(frozen=True, slots=True)
class Matter:
    """磋商事项. `between`: who may propose and answer; `settled_by`: without whom nothing is settled.

    `open_in`: the states in which it may be talked about. `law`: on what its limit rests, shown beside the form.
    """

    name: str
    words: Words
    between: frozenset[Role]
    settled_by: Role
    fields: tuple[Field, ...]
    limit: Limit
    law: Citation
    open_in: frozenset[str]


@dataclass(frozen=True, slots=True)
class Material:
    """材料 One paper of an application. `kept_by`: who has it; `how`: how to get it; `law`: what asks for it.

    `needed`: whether this case needs it, as far as is known. `fetched`: whether the authority has agreed to fetch it
    itself, so that nobody hands it in. `proves`: the fact that it proves, so that a proof of it that was handed in
    before serves. `letter`: what the paper says, sentence by sentence, where the platform writes it to be signed.
    """

    name: str
    words: Words
    kept_by: Words
    how: Words
    law: Citation
    needed: Callable[["Case", Values, date], bool]
    fetched: Callable[["Case"], bool]
    proves: str = ""
    letter: tuple[Words, ...] = ()


Matters = Callable[["Case", str, Values, date], bool]
MOST_QUESTIONS: Final = 8  # of an interview: more, and people give up


@dataclass(frozen=True, slots=True)
class Interview:
    """问答 How an action is prepared, one question at a time. `asks`: fields of the action, in the order of asking.

    `matters`: whether a field would change anything, given what is known by then; what does not is not asked. What of
    the action's fields is not asked is filled in at the end. `open_in`: the states in which it may be prepared.
    """

    action: str
    asks: tuple[str, ...]
    matters: Matters
    open_in: frozenset[str]
    materials: tuple[Material, ...] = ()


@dataclass(frozen=True, slots=True)
class Reappearance:
    """再次出现 What the platform does when a record whose case came to one of these outcomes is stated again.

    `action`: done without anybody, with a field `where` that says which load states it; it is done only where the case
    stands in one of the action's sources. `shown`: whether the record as it is stated is displayed; a row that says
    that the party was removed, or that an authority keeps for itself, shows nothing.
    """

    action: str
    after: frozenset[OutcomeKind]
    shown: Callable[[Values], bool]


@dataclass(frozen=True, slots=True)
class Notice:
    """通知 Which roles are told of an action, in which words."""

    action: str
    to: frozenset[Role]
    words: Words


@dataclass(frozen=True, slots=True)
class Opening:
    """开放 Who is told on the first day on which the guards of an action let it be done: once for each stay in a state.

    `left`: what there is still to do for it, for people to read.
    """

    action: str
    to: Role
    words: Words
    left: Callable[["Case", date], Words]


@dataclass(frozen=True, slots=True)
class Definition:
    """事项定义. `kind`: in addresses, as credit-repair. `opens`: who may open a case; `fields`: what they state.

    `about_enterprise`, `about_authority`: whether a case names the enterprise, the authority, whose accounts reach it.
    `about_record`: the field that names the record which the outcomes are about; None: they are about the enterprise.
    `alike`: of which class a case is; how matters were settled in others of its class is shown beside it.
    """

    kind: str
    version: str
    words: Words
    parts: tuple[Part, ...]
    opens: frozenset[Role]
    first: str
    states: tuple[State, ...]
    actions: tuple[Action, ...]
    clocks: tuple[Clock, ...]
    fields: tuple[Field, ...] = ()
    matters: tuple[Matter, ...] = ()
    notices: tuple[Notice, ...] = ()
    openings: tuple[Opening, ...] = ()
    interviews: tuple[Interview, ...] = ()
    about_enterprise: bool = True
    about_authority: bool = True
    about_record: str | None = None
    reappearance: Reappearance | None = None
    alike: Callable[["Case"], Words] | None = None

    def state(self, name: str) -> State:
        """Raises KeyError: the linter has seen to it that every name is declared."""
        return _named(self.states, name)

    def state_words(self, name: str) -> Words:
        """What a state is called; its own name where another version declares it."""
        return next((each.words for each in self.states if each.name == name), Words(name, name))

    def action(self, name: str) -> Action | None:
        return next((each for each in self.actions if each.name == name), None)

    def claimed_in(self, action: str) -> frozenset[str]:
        """The fields of an action that one side says of itself."""
        found = self.action(action)
        return frozenset() if found is None else frozenset(each.name for each in found.fields if each.claimed)

    def matter(self, name: str) -> Matter | None:
        return next((each for each in self.matters if each.name == name), None)

    def interview(self, action: str) -> Interview | None:
        return next((each for each in self.interviews if each.action == action), None)

    def clock(self, name: str) -> Clock:
        found = next((each for each in self.clocks if each.name == name), None)
        if found is None:
            raise KeyError(name)
        return found

    def part(self, role: Role) -> Words:
        """What a role is called here."""
        return next((each.words for each in self.parts if each.role is role), Words(ROLE_NAMES[role], role.value))

    def targets(self, action: Action, source: str) -> frozenset[str]:
        """Where an action may lead from a state: back means each state from which one comes into it."""
        if action.target is STAYS:
            return frozenset({source})
        if not isinstance(action.target, Back):
            return frozenset({action.target})
        into = [each for each in self.actions if each.target == source]
        return frozenset(state for each in into for state in each.sources) - {source}


def _named(states: Sequence[State], name: str) -> State:
    for each in states:
        if each.name == name:
            return each
    raise KeyError(name)
