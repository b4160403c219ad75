"""A case as its page shows it 案件页: whose turn it is, both sides' clocks, what may be done, what was done and agreed.

Everything is derived from the definition: a new procedure needs no page of its own.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from cases import forms
from cases.accounts import Role
from cases.actor import Actor
from cases.case import PLATFORM, Case, Event, Own, Proposal, Standing
from cases.clock import Reading, after, before, between, readings
from cases.definition import UNITS, Action, Field, FieldType, Matter, Part, Words
from cases.engine import check_guards, open_actions
from cases.local_targets import LEAD_AFTER, LOCAL, REMINDER_BEFORE, SUPERIOR_AFTER
from cases.negotiation import PROOFS, REASON, waiting_for
from cases.refusals import Refused as Kept
from lianxin.errors import IllegalAction
from rules.calendar import WorkingDays
from rules.law import Citation
from services.case_work import Wait, waits
from services.cases import OWN_WORDS, kept_rules, open_matters
from web.pages import case_forms
from web.pages.case_forms import Form, Refused, Typed
from web.pages.words import weekday

MOST_CELLS: Final = 10  # a longer limit is told in figures
REPLY_BY: Final = Field(
    "reply_by", Words("请对方在哪天前答复（不填的，按本地目标）", "to be answered by"), FieldType.DAY, required=False
)
_SIDES: Final = {Role.ENTERPRISE.value: "ring", PLATFORM: "dot"}


@dataclass(frozen=True, slots=True)
class Cell:
    """One counted day of a clock: used, today, left or still."""

    day: date
    kind: str


@dataclass(frozen=True, slots=True)
class Hand:
    """时钟 One clock as it stands. `over`: days past its last one. `silence`: what follows, and on which day."""

    reading: Reading
    cells: Sequence[Cell]
    over: int
    silence: Sequence[tuple[date, str]]
    citation: Citation
    local: bool

    @property
    def unit(self) -> str:
        return UNITS[self.reading.clock.unit]


@dataclass(frozen=True, slots=True)
class Side:
    """One party with its clocks; none where nothing is waited for."""

    part: Words
    hands: Sequence[Hand]


@dataclass(frozen=True, slots=True)
class Entry:
    """One event in words. `side`: how it is marked at the rail. `erased`: what was said in it was taken out."""

    event: Event
    who: str
    said: str
    lines: Sequence[tuple[str, str]]
    due: Sequence[tuple[str, str]]
    erased: bool
    side: str


@dataclass(frozen=True, slots=True)
class Answerable:
    """A proposal that stands open, with the forms by which it is answered, countered or withdrawn."""

    proposal: Proposal
    lines: Sequence[tuple[str, str]]
    reason: str | None
    fields: Sequence[Field]
    own: bool
    answer: Form
    counter: Form | None
    parts: Sequence[str]


@dataclass(frozen=True, slots=True)
class Talk:
    """磋商 A matter that is open now: its law, and a proposal that stands or the form of a new one."""

    matter: Matter
    standing: Answerable | None
    propose: Form | None


@dataclass(frozen=True, slots=True)
class Agreement:
    """约定 What was settled: its sentences, the digest of the event, who has confirmed and who has not."""

    matter: Matter
    proposal: Proposal
    lines: Sequence[tuple[str, str]]
    digest: str
    sides: Sequence[tuple[Words, bool]]
    confirm: Form | None


@dataclass(frozen=True, slots=True)
class Tried:
    """没有发出 What a rule refused to whoever looks: it stands in his thread alone."""

    kept: Kept
    side: str = "held"


@dataclass(frozen=True, slots=True)
class Room:
    """案件页 All that a page shows of a case to somebody. `thread`: the steps, and what was refused to him alone."""

    case: Case
    heading: str
    mine: Sequence[Wait]
    others: Sequence[Wait]
    sides: Sequence[Side]
    actions: Sequence[tuple[Action, Form]]
    talks: Sequence[Talk]
    agreements: Sequence[Agreement]
    entries: Sequence[Entry]
    thread: Sequence[Entry | Tried]
    facts: Sequence[tuple[str, str]]
    meanwhile: Sequence[Entry]
    lost: Sequence[tuple[str, str]]
    refused: Refused | None

    @property
    def first(self) -> str:
        """Where the first thing that is waited for from whoever looks can be done: the id of its form; or blank."""
        if not self.mine or self.mine[0].watch:
            return ""
        answers = [
            each.standing.answer.id for each in self.talks if each.standing is not None and not each.standing.own
        ]
        confirms = [each.confirm.id for each in self.agreements if each.confirm is not None]
        acts = [form.id for action, form in self.actions if not form.held and action.target is not None]
        return next(iter((*answers, *confirms, *acts)), "")


def room(
    calendar: WorkingDays, case: Case, by: Actor, on: date, refused: Refused | None, *, acts: bool,
    tried: Sequence[Kept] = (),
) -> Room:  # fmt: skip
    """A case as somebody sees it on a day. `acts`: whether he may act in cases at all; `tried`: what he was refused."""
    found = waits(calendar, case, on)
    mine = [each for each in found if each.of is by.role]
    others = [each for each in found if each.of is not by.role]
    kept = _still_kept(case, by.role, tried)
    actions = [_action(case, each, on, refused, kept) for each in open_actions(case, by.role)] if acts else []
    talks = [_talk(case, each, by.role, refused, kept) for each in open_matters(case, by.role)] if acts else []
    entries = [entry(case, each) for each in case.events]
    meanwhile = [] if refused is None or refused.seen is None else entries[refused.seen :]
    agreed = [_agreement(case, each, by.role, acts) for each in case.proposals.values() if each.settled is not None]
    made = Room(
        case, heading(case, mine, others), mine, others, _sides(calendar, case, on), actions, talks, agreed, entries,
        _thread(entries, tried),
        forms.lines(case.definition.fields, case.stated()), meanwhile, (), refused,
    )  # fmt: skip
    return made if refused is None or _drawn(made, refused.form) else _with_lost(made, refused)


def heading(case: Case, mine: Sequence[Wait], others: Sequence[Wait]) -> str:
    """Whose turn it is, and until when; else where the case stands."""
    if case.state.end:
        return f"{case.definition.words.zh}：{case.state.words.zh}"
    first = next((each for each in (*mine, *others) if not each.watch), None)
    if first is None:
        return f"{case.definition.words.zh}：{case.state.words.zh}"
    whose = "轮到您" if first in mine else f"等{case.definition.part(first.of).zh}"
    return f"{whose}：{first.words.zh}{until(first.due)}"


def until(due: date | None) -> str:
    """，12-01（周二）前."""
    return "" if due is None else f"，{due:%m-%d}（{weekday(due)}）前"


# --- clocks -----------------------------------------------------------------------------------------------------------


def _sides(calendar: WorkingDays, case: Case, on: date) -> list[Side]:
    read = readings(calendar, case, on)
    hands = [(each.clock.against, _hand(calendar, each, on)) for each in read]
    parts = [*case.definition.parts]
    known = {each.role for each in parts}
    parts += [
        Part(role, case.definition.part(role)) for role in dict.fromkeys(r for r, _ in hands) if role not in known
    ]
    return [Side(part.words, [hand for role, hand in hands if role is part.role]) for part in parts]


def _hand(calendar: WorkingDays, read: Reading, on: date) -> Hand:
    due, clock = read.due, read.clock
    over = 0 if due is None or on <= due.day else between(calendar, due.day, on, clock.unit)
    silence: list[tuple[date, str]] = []
    if due is not None and not clock.repeats:
        silence.append((before(calendar, due.day, REMINDER_BEFORE.on(on)), "提醒"))
        if clock.on_expiry is None:
            silence.append((after(calendar, due.day, SUPERIOR_AFTER.on(on)).day, "报负责人"))
            silence.append((after(calendar, due.day, LEAD_AFTER.on(on)).day, "转牵头部门"))
    citation = clock.days.version(read.run.started).citation
    return Hand(read, _cells(calendar, read, on), over, silence, citation, citation.text == LOCAL)


def _cells(calendar: WorkingDays, read: Reading, on: date) -> list[Cell]:
    if read.limit > MOST_CELLS:
        return []
    found = list[Cell]()
    for stretch in (each for each in read.run.stretches if each.runs):
        end = stretch.end or (read.due.day if read.due else on)
        count = between(calendar, stretch.start, end, read.clock.unit)
        days = [after(calendar, stretch.start, n, read.clock.unit).day for n in range(1, count + 1)]
        found += [Cell(day, "today" if day == on else "used" if day < on else "left") for day in days]
    return found


# --- what may be done -------------------------------------------------------------------------------------------------


def _still_kept(case: Case, role: Role, tried: Sequence[Kept]) -> Mapping[str, Typed]:
    """What stood in forms that were refused, by form, until this side does something else."""
    last = max((each.seq for each in case.events if each.role == role.value), default=0)
    return {each.form: each.typed for each in tried if each.seq >= last and each.typed}


def _action(
    case: Case, action: Action, on: date, refused: Refused | None, kept: Mapping[str, Typed]
) -> tuple[Action, Form]:
    name = f"act-{action.name}"
    known = kept.get(name) or _as_typed(action.fields, _unconfirmed(case, action))
    held = "" if case.definition.interview(action.name) else _held(case, action, on)
    made = case_forms.form(name, action.words, action.fields, refused, known=known, papers=action.papers, held=held)
    return action, made


def _unconfirmed(case: Case, action: Action) -> Mapping[str, Any]:
    """What the other side says of itself and nobody has stated yet: whoever states it finds it filled in."""
    stated, takes = case.stated(), {each.name for each in action.fields if not each.claimed}
    return {name: value for name, value in case.claimed().items() if name in takes and stated.get(name) != value}


def _held(case: Case, action: Action, on: date) -> str:
    """Why a guard holds an action back, where that does not depend on what is stated with it."""
    if any(each.required for each in action.fields):
        return ""
    try:
        check_guards(case, action, {}, on)
    except IllegalAction as held:
        return held.zh
    return ""


def _talk(case: Case, matter: Matter, role: Role, refused: Refused | None, kept: Mapping[str, Typed]) -> Talk:
    for each in case.proposals.values():
        if each.matter == matter.name and each.standing is Standing.OPEN:
            return Talk(matter, _answerable(case, matter, each, role, refused), None)
    fields = (*matter.fields, REASON, REPLY_BY)
    name = f"propose-{matter.name}"
    return Talk(matter, None, case_forms.form(name, matter.words, fields, refused, known=kept.get(name), papers=PROOFS))


def _answerable(case: Case, matter: Matter, each: Proposal, role: Role, refused: Refused | None) -> Answerable:
    own = waiting_for(case, each) is not role
    answer = case_forms.form(f"answer-{each.number}", matter.words, (REASON,), refused)
    counter = None
    if not own:
        fields, known = (*matter.fields, REASON, REPLY_BY), _as_typed(matter.fields, each.values)
        counter = case_forms.form(f"counter-{each.number}", matter.words, fields, refused, known=known, papers=PROOFS)
    reason = case.events[each.number - 1].personal.get("reason")
    parts = [field.name for field in matter.fields if field.name in each.values]
    said = forms.lines(matter.fields, each.values)
    return Answerable(each, said, reason, matter.fields, own, answer, counter, parts)


def _as_typed(fields: Sequence[Field], values: Mapping[str, Any]) -> Typed:
    """Values as somebody would type them."""
    return {each.name: as_typed(each, values[each.name]) for each in fields if each.name in values}


def as_typed(one: Field, value: Any) -> str | list[str]:
    """A value as somebody would type it into a field."""
    if isinstance(value, list | tuple | frozenset):
        return sorted(map(str, value)) if one.options else "\n".join(map(str, value))
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else str(value)


def _agreement(case: Case, proposal: Proposal, role: Role, acts: bool) -> Agreement:
    matter = case.definition.matter(proposal.matter)
    assert matter is not None
    between_ = [each for each in Role if each in matter.between]
    sides = [(case.definition.part(each), each in proposal.confirmed) for each in between_]
    mine = acts and role in matter.between and role not in proposal.confirmed
    confirm = case_forms.form(f"confirm-{proposal.number}", matter.words, (), None) if mine else None
    said = forms.lines(matter.fields, proposal.settled or {})
    return Agreement(matter, proposal, said, _settled_by(case, proposal).hash, sides, confirm)


def _settled_by(case: Case, proposal: Proposal) -> Event:
    """The event by which a proposal was accepted."""
    return next(each for each in case.events if "settled" in each.data and each.data.get("proposal") == proposal.number)


# --- what was done ----------------------------------------------------------------------------------------------------


def entry(case: Case, event: Event) -> Entry:
    """An event in words."""
    action = case.definition.action(event.action)
    words = OWN_WORDS.get(event.action, Words(event.action, event.action)) if action is None else action.words
    matter = case.definition.matter(event.data.get("matter", ""))
    said = words.zh if matter is None else f"{words.zh}：{matter.words.zh}"
    clock = event.data.get("clock")
    if clock is not None:
        said = f"{said}：{case.definition.clock(clock).words.zh}"
    role = "平台" if event.role == PLATFORM else case.definition.part(Role(event.role)).zh
    return Entry(
        event=event,
        who=role,
        said=said,
        lines=list(_lines(case, event, action, matter)),
        due=[(case.definition.clock(name).words.zh, day) for name, day in event.data.get("due", {}).items()],
        erased="personal" in event.data and not event.personal,
        side=_SIDES.get(event.role, "disc"),
    )


def _thread(entries: Sequence[Entry], tried: Sequence[Kept]) -> list[Entry | Tried]:
    """The steps in order, each followed by what was refused on that version of the case."""
    found: list[Entry | Tried] = []
    for each in entries:
        found.append(each)
        found += [Tried(kept) for kept in tried if kept.seq == each.event.seq]
    return found


def _lines(case: Case, event: Event, action: Action | None, matter: Matter | None) -> Iterator[tuple[str, str]]:
    fields: Sequence[Field] = ()
    if event.action == Own.OPEN:
        fields = case.definition.fields
    elif action is not None:
        fields = action.fields
    elif matter is not None:
        fields = (*matter.fields, REASON)
    yield from forms.lines(fields, {**event.data.get("settled", {}), **event.values})
    for kept in kept_rules(event):
        since = "后来有改动，本案仍按申请时的数值" if kept.changed else "与现行的相同"
        yield f"申请时的规则集 {kept.id}", f"摘要 {kept.digest[:16]}…，{since}"
    if "reply_by" in event.data:
        yield "请对方答复", f"{event.data['reply_by']} 前"


# --- a form that is no longer there -----------------------------------------------------------------------------------


def _drawn(made: Room, name: str) -> bool:
    """Whether a form stands on the page."""
    talks = [each.standing for each in made.talks if each.standing is not None]
    drawn = [form for _, form in made.actions] + [each.propose for each in made.talks if each.propose is not None]
    drawn += [each.answer for each in talks] + [each.counter for each in talks if each.counter is not None]
    return name in {each.id for each in drawn}


def _with_lost(made: Room, refused: Refused) -> Room:
    """What was typed into a form that is not open any more stays to be read and copied."""
    kept = [(name, "、".join(text) if isinstance(text, list) else text) for name, text in refused.typed.items()]
    labels = {each.name: each.words.zh for each in _all_fields(made.case)}
    lost = [(labels[name], text) for name, text in kept if text and name in labels]
    return replace(made, lost=lost)


def _all_fields(case: Case) -> Iterator[Field]:
    for action in case.definition.actions:
        yield from action.fields
    for matter in case.definition.matters:
        yield from matter.fields
    yield from (REASON, REPLY_BY)
