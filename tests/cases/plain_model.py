"""A plain model of credit repair: what comes of each act, of a proposal and of silence, said beforehand.

It knows the definition as data, and of the law what these four records need. It calls nothing of the engine, the fold
or the rules, so that the two can differ.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from cases.accounts import Role
from cases.actor import Actor
from cases.case import Standing
from cases.definition import Action, Back, Clock, Matter, Unit
from cases.definitions.credit_repair import DEFINITION
from cases.local_targets import LEAD_AFTER, REMINDER_BEFORE, SUPERIOR_AFTER
from cases.negotiation import Answer
from lianxin.errors import BadForm, BadQuestion, HeldBack, IllegalAction, LianxinError, LimitCrossed
from rules.calendar import months_after, official_calendar

ONE_DAY = timedelta(1)
START, LAST = date(2026, 4, 2), date(2026, 10, 31)  # what is due by the last day rests on no calendar that is missing
FIRST_DAY = date(2026, 6, 13)  # three months after the decision and a day: from here on one may apply
PENALTY = {
    "record": "Penalty/p", "kind": "penalty", "authority_system": "ndrc", "sanctions": ["fine"], "fine_band": "large",
    "published": True, "document_date": "2026-03-12", "duties_done_on": "2026-03-20", "public_commitment": True,
}  # fmt: skip
WORLDS: dict[str, dict[str, Any]] = {
    "general": PENALTY,
    "unpublished": {**PENALTY, "published": False},
    "elapsed": {**PENALTY, "document_date": "2022-03-12", "duties_done_on": "2022-03-20"},
    "undone": {**PENALTY, "document_date": "2022-03-12", "duties_done": False, "duties_done_on": None},
}
"""Four records: one on its way, one that is not published, and two whose three years are over, done and not done."""
HELD_TO = {"find_unpublished": "unpublished", "stopped": "elapsed", "left_to_sector": "undone"}
NEVER = {"document_date": "2027-03-01"}  # a decision that is not made yet: the rules refuse such facts
ACTIONS = {each.name: each for each in DEFINITION.actions}


@dataclass
class Hand:
    """One clock: days left when it last started, and when that was."""

    clock: Clock
    left: int
    since: date
    runs: bool = True
    until: date | None = None
    steps: set[str] = field(default_factory=set)


@dataclass
class Talk:
    """One proposal."""

    matter: str
    by: Role
    values: dict[str, Any]
    reply_by: date
    standing: Standing = Standing.OPEN
    settled: dict[str, Any] | None = None
    confirmed: set[Role] = field(default_factory=set)
    steps: set[str] = field(default_factory=set)


def works(day: date) -> bool:
    """A day of a year without a calendar counts; nothing but a reminder ever rests on one here."""
    return day.year > LAST.year or official_calendar().is_working(day)


def forward(day: date, count: int, counts: Callable[[date], bool] = works) -> date:
    while count:
        day += ONE_DAY
        count -= counts(day)
    return day


def backward(day: date, count: int) -> date:
    while count:
        day -= ONE_DAY
        count -= works(day)
    return day


class Model:
    """What stands in the case, and what silence will do to it."""

    def __init__(self, world: str) -> None:
        self.world, self.day, self.version = world, START, 1
        self.state, self.came_from, self.told = "", "", False
        self.stated = self.said = True  # whether there is a commitment: as stated, and as the party says
        self.hands: dict[str, Hand] = {}
        self.talks: dict[int, Talk] = {}
        self.holders: dict[Role, str] = {}
        self.move(DEFINITION.first, {})

    # what is refused

    def refuses(self, by: Actor, who: frozenset[Role]) -> bool:
        return by.role not in who or self.holders.get(by.role, by.name) != by.name

    def of_act(self, action: Action, by: Actor, values: dict[str, Any], papers: int) -> type[LianxinError] | None:
        """Which error an act ends with."""
        if self.state not in action.sources or self.refuses(by, action.who):
            return IllegalAction
        names = {each.name for each in action.fields}
        if values.keys() - names or any(each.required and each.name not in values for each in action.fields):
            return BadForm
        least, most = (action.papers.least, action.papers.most) if action.papers else (0, 0)
        if not least <= papers <= most:
            return BadForm
        return HeldBack if self.held(action.name, values) else None

    def held(self, action: str, values: dict[str, Any]) -> bool:
        """Whether the rules hold an action back."""
        ripe = self.world == "general" and self.day >= FIRST_DAY
        said = values.get("public_commitment", self.said)
        if action in HELD_TO:
            return self.world != HELD_TO[action]
        if action == "extend":
            return values["told_on"] > str(self.due(self.hands["decide_by"]))
        held = {"state_facts": values == NEVER, "may_apply": not (ripe and self.stated)}
        held |= dict.fromkeys(("submit", "take_on"), not (ripe and said))
        held |= {"approve": not (ripe and self.stated and self.said)}
        return held.get(action, False)

    def beyond(self, matter: str, values: dict[str, Any]) -> bool:
        """Whether a limit of the law would be crossed."""
        if matter == "filing_day":
            return self.world == "general" and values["day"] < str(FIRST_DAY)
        if matter == "fine_class":
            return values.get("fine_band") != "large"
        if matter == "on_site":
            hand = self.hands.get("decide_by")
            told = values.get("told_on", str(self.day))
            return hand is not None and "extended_to" in values and told > str(self.due(hand))
        last, performed = values.get("last_payment"), values.get("performed_on")
        crossed = {
            "performed": values.get("whole_before_approval") is False,
            "instalments": bool(last and performed and performed < last),
            "proofs": "asked" in values and "basis" not in values,
            "order": len(set(values.get("records", ()))) < len(values.get("records", ())),
        }
        return crossed.get(matter, True)  # these records are not minor, and nobody is bankrupt

    def of_proposal(
        self, matter: Matter, by: Actor, values: dict[str, Any], answers: int | None
    ) -> type[LianxinError] | None:
        if self.state not in matter.open_in or self.refuses(by, matter.between):
            return IllegalAction
        if answers is not None and not self.answerable(answers, matter.name, by.role):
            return IllegalAction
        if answers is None and any(each.matter == matter.name and self.open(each) for each in self.talks.values()):
            return IllegalAction
        return LimitCrossed if self.beyond(matter.name, values) else None

    def may_talk(self, matter: str) -> bool:
        found = DEFINITION.matter(matter)
        return found is not None and self.state in found.open_in

    @staticmethod
    def open(talk: Talk) -> bool:
        return talk.standing is Standing.OPEN

    def answerable(self, number: int, matter: str, role: Role) -> bool:
        talk = self.talks[number]
        return self.open(talk) and talk.matter == matter and talk.by is not role

    def of_answer(self, number: int, how: Answer, by: Actor, parts: set[str]) -> type[LianxinError] | None:
        talk = self.talks[number]
        matter = DEFINITION.matter(talk.matter)
        assert matter is not None
        own = self.open(talk) and talk.by is by.role
        may = own if how is Answer.WITHDRAW else self.answerable(number, talk.matter, by.role)
        if self.state not in matter.open_in or self.refuses(by, matter.between) or not may:
            return IllegalAction
        if how is Answer.ACCEPT_PART and not set() < parts < talk.values.keys():
            return BadQuestion
        if how is Answer.ACCEPT and self.beyond(talk.matter, talk.values):
            return LimitCrossed
        if how is Answer.ACCEPT_PART and self.beyond(talk.matter, self.part(talk, parts)):
            return LimitCrossed
        return None

    @staticmethod
    def part(talk: Talk, parts: set[str]) -> dict[str, Any]:
        return {name: value for name, value in talk.values.items() if name in parts}

    # what comes of an act

    def acted(self, action: Action, values: dict[str, Any]) -> None:
        self.version += 1
        if action.name in ("state_facts", "submit"):
            self.said = values.get("public_commitment", self.said)
        if action.name == "state_facts":
            self.stated = values.get("public_commitment", self.stated)
        if action.target is not None:
            self.move(self.came_from if isinstance(action.target, Back) else action.target, values)

    def move(self, state: str, values: dict[str, Any]) -> None:
        self.state, self.came_from, self.told = state, self.state, False
        self.hands = {name: hand for name, hand in self.turned(values) if hand is not None}

    def turned(self, values: dict[str, Any]) -> Iterator[tuple[str, Hand | None]]:
        for clock in DEFINITION.clocks:
            hand = self.hands.get(clock.name)
            if self.state in clock.runs_in:
                yield clock.name, self.started(clock, values) if hand is None else self.resumed(hand)
            elif self.state in clock.goes_on_in:
                yield clock.name, hand
            elif self.state in clock.pauses_in and hand is not None:
                yield clock.name, self.paused(hand)

    def started(self, clock: Clock, values: dict[str, Any]) -> Hand:
        until = values.get(clock.until or "")
        since = date.fromisoformat(values.get(clock.since or "", str(self.day)))
        return Hand(clock, clock.days.on(since), since, until=None if until is None else date.fromisoformat(until))

    def resumed(self, hand: Hand) -> Hand:
        return hand if hand.runs else replace(hand, runs=True, since=self.day)

    def paused(self, hand: Hand) -> Hand:
        used = sum(works(hand.since + ONE_DAY * n) for n in range(1, (self.day - hand.since).days + 1))
        return replace(hand, runs=False, left=max(0, hand.left - used)) if hand.runs else hand

    def due(self, hand: Hand) -> date:
        if hand.until is not None:
            return hand.until
        if hand.clock.unit is Unit.MONTHS:
            return months_after(hand.since, hand.left)
        everyday = hand.clock.unit is Unit.CALENDAR_DAYS
        return forward(hand.since, hand.left, (lambda _day: True) if everyday else works)

    # what silence does

    def silent(self) -> list[tuple[str, str | int, str]]:
        """The events of a tick: action, what it is about, step."""
        found = list[tuple[str, str | int, str]]()
        while (step := next(self.next_steps(), None)) is not None:
            self.version += 1
            found.append(step)
            action, about, name = step
            if action == "step":
                (self.hands[about] if isinstance(about, str) else self.talks[about]).steps.add(name)
            elif action == "anew":
                clock = self.hands[str(about)].clock
                self.hands[clock.name] = Hand(clock, clock.days.on(self.day), self.day)
            elif action == "may_now":
                self.told = True
            else:
                self.move(str(ACTIONS[action].target), {})
        return found

    def next_steps(self) -> Iterator[tuple[str, str | int, str]]:
        for name, hand in self.hands.items():
            if not hand.runs:
                continue
            if hand.clock.repeats:
                if self.day >= self.due(hand):
                    yield "anew", name, ""
            else:
                yield from self.reminded(name, hand.steps, self.due(hand), hand.clock.on_expiry)
        for number, talk in self.talks.items():
            if self.open(talk):
                yield from self.reminded(number, talk.steps, talk.reply_by, None)
        if self.state in ACTIONS["may_apply"].sources and not self.told and not self.held("may_apply", {}):
            yield "may_now", "may_apply", ""

    def reminded(
        self, about: str | int, steps: set[str], due: date, on_expiry: str | None
    ) -> Iterator[tuple[str, str | int, str]]:
        if self.day >= backward(due, REMINDER_BEFORE.on(self.day)) and "reminder" not in steps:
            yield "step", about, "reminder"
        if on_expiry is not None:
            if self.day > due:
                yield str(on_expiry), about, ""
            return
        for step, count in (("superior", SUPERIOR_AFTER), ("lead_department", LEAD_AFTER)):
            if self.day >= forward(due, count.on(self.day)) and step not in steps:
                yield "step", about, step
