"""A case 案件 as it stands: a fold of its events. Nothing else is truth; what is kept beside them serves to find cases.

Each event says on which day it counts (`on`) and, where it moves the case, the state it leads to (`to`), so that the
fold needs no rule and no calendar.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from cases.accounts import Role
from cases.definition import Clock, Definition, State

Data = Mapping[str, Any]
PLATFORM = "platform"  # actor and role of what a clock does


class Own(StrEnum):
    """What the engine itself knows to do, in cases of every kind."""

    OPEN = "open"
    PROPOSE = "propose"
    COUNTER = "counter"
    ACCEPT = "accept"
    ACCEPT_PART = "accept_part"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    CONFIRM = "confirm"
    HAND_OVER = "hand_over"
    STEP = "step"  # a consequence of silence: reminder, superior, lead department
    ANEW = "anew"  # a clock that repeats has run out and starts again
    DUE_MOVED = "due_moved"  # the calendar has changed
    CALENDAR_TASK = "calendar_task"  # a clock runs into a year without a calendar
    MAY_NOW = "may_now"  # an action that the rules held back may be done from this day on


@dataclass(frozen=True, slots=True)
class Event:
    """事件 One event. `data` stays; `personal` may have been erased. `at` is UTC."""

    case: int
    seq: int
    at: datetime
    actor: str
    role: str
    action: str
    data: Data
    personal: Data
    hash: str

    @property
    def on(self) -> date:
        """The day on which it counts."""
        return date.fromisoformat(self.data["on"])

    @property
    def values(self) -> dict[str, Any]:
        """All that was stated and is still there."""
        return {**self.data.get("values", {}), **self.personal}

    def stated_day(self, field: str | None) -> date | None:
        """The day that a field states; None without a field, or where it was left blank."""
        given = None if field is None else self.values.get(field)
        return None if given is None else date.fromisoformat(given)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time in which a clock ran or stood still: after `start`, up to and including `end` (None: it goes on)."""

    runs: bool
    start: date
    end: date | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """A clock that was started: `seq` of the event, its stretches, the steps taken, the last day as it was told.

    `told`: blank until an event has told it; anew where it stood still. `until`: the last day, where it was stated.
    """

    clock: str
    seq: int
    stretches: tuple[Stretch, ...]
    steps: frozenset[str] = frozenset()
    told: str = ""
    until: date | None = None

    @property
    def started(self) -> date:
        return self.stretches[0].start

    @property
    def running(self) -> bool:
        return self.stretches[-1].runs

    def turned(self, on: date) -> "Run":
        """Stopped where it ran, running where it stood."""
        last = self.stretches[-1]
        ended = replace(last, end=on)
        return replace(self, stretches=(*self.stretches[:-1], ended, Stretch(not last.runs, on)), told="")


class Standing(StrEnum):
    """How a proposal stands."""

    OPEN = "open"
    COUNTERED = "countered"
    ACCEPTED = "accepted"
    ACCEPTED_IN_PART = "accepted_in_part"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Proposal:
    """提议. `number`: the seq of its event. `settled`: what was agreed; `confirmed`: the roles that confirmed it."""

    number: int
    matter: str
    by: Role
    values: Data
    reply_by: date
    answers: int | None = None
    standing: Standing = Standing.OPEN
    settled: Data | None = None
    confirmed: frozenset[Role] = frozenset()
    steps: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Case:
    """案件 `version`: the seq of its last event. `holders`: in whose hands it is, by role, where it was handed over."""

    id: int
    definition: Definition
    events: tuple[Event, ...]
    enterprise: str | None
    authority: str | None
    state_name: str
    came_from: str
    runs: Mapping[str, Run]
    proposals: Mapping[int, Proposal]
    holders: Mapping[Role, str]

    @property
    def version(self) -> int:
        return self.events[-1].seq

    @property
    def state(self) -> State:
        return self.definition.state(self.state_name)

    @property
    def opened(self) -> Data:
        """What was stated when it was opened."""
        return self.events[0].values

    def last(self, action: str) -> Event | None:
        """The last event of an action."""
        return next((each for each in reversed(self.events) if each.action == action), None)

    def here(self) -> Iterator[Event]:
        """The events since it came into its state, newest first, without the one that led there."""
        for each in reversed(self.events):
            if each.data.get("to") == self.state_name:
                return
            yield each

    def stated(self) -> dict[str, Any]:
        """What was stated last under each name, at the opening and with each action. A proposal states nothing, and
        what one side says of itself does not count."""
        return self._said(claims=False)

    def said(self) -> dict[str, Any]:
        """The same with what one side says of itself."""
        return self._said(claims=True)

    def claimed(self) -> dict[str, Any]:
        """What one side said last of itself under each name."""
        found: dict[str, Any] = {}
        for each in self.events:
            names = self.definition.claimed_in(each.action)
            found |= {name: value for name, value in each.values.items() if name in names}
        return found

    def _said(self, *, claims: bool) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for each in self.events:
            if each.action == Own.OPEN or self.definition.action(each.action) is not None:
                left_out = frozenset() if claims else self.definition.claimed_in(each.action)
                found |= {name: value for name, value in each.values.items() if name not in left_out}
        return found

    def agreed(self, matter: str) -> Data:
        """What was settled last on a matter and both sides have confirmed; blank where nothing was."""
        settled = (each for each in self.proposals.values() if each.matter == matter and each.settled is not None)
        whole = [each.settled or {} for each in settled if len(each.confirmed) == 2]
        return whole[-1] if whole else {}


def fold(definition: Definition, events: Sequence[Event]) -> Case:
    """The case of these events."""
    first = events[0]
    case = Case(
        id=first.case,
        definition=definition,
        events=(first,),
        enterprise=first.data.get("enterprise"),
        authority=first.data.get("authority"),
        state_name="",
        came_from="",
        runs={},
        proposals={},
        holders={},
    )
    case = _told(_moved(case, first), first)
    for event in events[1:]:
        case = after(case, event)
    return case


def after(case: Case, event: Event) -> Case:
    """The case one event later."""
    case = replace(case, events=(*case.events, event))
    change = _CHANGES.get(event.action)
    return _told(_moved(case, event) if change is None else change(case, event), event)


# --- states and clocks ------------------------------------------------------------------------------------------------


def _moved(case: Case, event: Event) -> Case:
    target = event.data.get("to", case.state_name)
    if target == case.state_name:
        return case
    found = {clock.name: _run(clock, case.runs.get(clock.name), target, event) for clock in case.definition.clocks}
    runs = {name: run for name, run in found.items() if run is not None}
    return replace(case, state_name=target, came_from=case.state_name, runs=runs)


def _run(clock: Clock, run: Run | None, state: str, event: Event) -> Run | None:
    """A clock after a case has come into a state."""
    if state in clock.runs_in:
        if run is None:
            started = event.stated_day(clock.since) or event.on
            return Run(clock.name, event.seq, (Stretch(True, started),), until=event.stated_day(clock.until))
        return run if run.running else run.turned(event.on)
    if state in clock.goes_on_in:
        return run
    if state in clock.pauses_in and run is not None:
        return run.turned(event.on) if run.running else run
    return None


def _told(case: Case, event: Event) -> Case:
    """The last days as the event tells them."""
    told = event.data.get("due", {})
    runs = {name: replace(run, told=told[name]) if name in told else run for name, run in case.runs.items()}
    return replace(case, runs=runs) if told else case


def _stepped(case: Case, event: Event) -> Case:
    """A reminder was sent, a superior or the lead department was told: of a clock or of a proposal."""
    step = event.data["step"]
    if "proposal" in event.data:
        old = case.proposals[event.data["proposal"]]
        return _with(case, replace(old, steps=old.steps | {step}))
    run = case.runs[event.data["clock"]]
    return replace(case, runs={**case.runs, run.clock: replace(run, steps=run.steps | {step})})


def _started_anew(case: Case, event: Event) -> Case:
    run = Run(event.data["clock"], event.seq, (Stretch(True, event.on),))
    return replace(case, runs={**case.runs, run.clock: run})


# --- negotiation ------------------------------------------------------------------------------------------------------


def _with(case: Case, *proposals: Proposal) -> Case:
    return replace(case, proposals={**case.proposals, **{each.number: each for each in proposals}})


def _proposed(case: Case, event: Event) -> Case:
    data = event.data
    made = Proposal(
        number=event.seq,
        matter=data["matter"],
        by=Role(event.role),
        values=data["values"],
        reply_by=date.fromisoformat(data["reply_by"]),
        answers=data.get("proposal"),
    )
    if made.answers is None:
        return _with(case, made)
    return _with(case, replace(case.proposals[made.answers], standing=Standing.COUNTERED), made)


def _answered(case: Case, event: Event) -> Case:
    old = case.proposals[event.data["proposal"]]
    standing = _STANDINGS[event.action]
    settled = event.data.get("settled")
    return _with(case, replace(old, standing=standing, settled=settled))


def _confirmed(case: Case, event: Event) -> Case:
    old = case.proposals[event.data["proposal"]]
    return _with(case, replace(old, confirmed=old.confirmed | {Role(event.role)}))


def _handed_over(case: Case, event: Event) -> Case:
    return replace(case, holders={**case.holders, Role(event.data["of"]): event.data["account"]})


def _noted(case: Case, _event: Event) -> Case:
    return case


_STANDINGS: Mapping[str, Standing] = {
    Own.ACCEPT: Standing.ACCEPTED,
    Own.ACCEPT_PART: Standing.ACCEPTED_IN_PART,
    Own.REFUSE: Standing.REFUSED,
    Own.WITHDRAW: Standing.WITHDRAWN,
}
_CHANGES: Mapping[str, Callable[[Case, Event], Case]] = {
    Own.PROPOSE: _proposed,
    Own.COUNTER: _proposed,
    Own.ACCEPT: _answered,
    Own.ACCEPT_PART: _answered,
    Own.REFUSE: _answered,
    Own.WITHDRAW: _answered,
    Own.CONFIRM: _confirmed,
    Own.HAND_OVER: _handed_over,
    Own.STEP: _stepped,
    Own.ANEW: _started_anew,
    Own.DUE_MOVED: _noted,
    Own.CALENDAR_TASK: _noted,
    Own.MAY_NOW: _noted,
}
