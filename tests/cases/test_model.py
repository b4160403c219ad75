"""What anybody may do in a case, done by a machine and by a plain model side by side: they never differ.

The machine (hypothesis) draws acts that are open, acts that are not, proposals on both sides of a limit, forms sent
twice and days that pass; `plain_model` says beforehand what comes of each: which error, or which state, version and
clocks, and of a tick, which events.
"""

import shutil
import tempfile
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from cases import accounts, event_log
from cases.accounts import Duty, Role
from cases.actor import Actor, Order
from cases.case import Case, Standing
from cases.clock import readings
from cases.definition import Action
from cases.definitions import registry
from cases.definitions.credit_repair import DEFINITION, S
from cases.documents import Proof
from cases.engine import Done, Engine
from cases.local_targets import ANSWER
from cases.negotiation import Answer, answer, confirm, propose
from cases.silence import tick
from graph.ledger import Ledger, LoadRequest, SourceFileInfo
from graph.ontology import Enterprise
from lianxin.errors import (
    BadForm,
    BadQuestion,
    HeldBack,
    IllegalAction,
    KeyReused,
    LianxinError,
    LimitCrossed,
    OutOfScope,
    StaleVersion,
)
from rules.calendar import official_calendar
from tests.cases.plain_model import (
    ACTIONS,
    FIRST_DAY,
    LAST,
    NEVER,
    ONE_DAY,
    START,
    WORLDS,
    Model,
    Talk,
    forward,
)

RUNS, STEPS = 4, 40  # runs towards each state; acts of a run
MOSTLY = 0.6  # of all acts are done: a machine that is refused all the time proves little
NOW = datetime(2026, 11, 24)
WORLD_OF = {S.UNPUBLISHED: "unpublished", S.AUTO_STOPPED: "elapsed", S.SECTOR_RULE: "undone"}
ACTORS = {
    "firm": Actor(Role.ENTERPRISE, "firm", "A"),
    "firm.second": Actor(Role.ENTERPRISE, "firm.second", "A"),
    "bureau": Actor(Role.REPAIR_AUTHORITY, "bureau", authorities=frozenset({"局"})),
    "lead": Actor(Role.LEAD_DEPARTMENT, "lead"),
}
STRANGER = Actor(Role.ENTERPRISE, "other", "B")
PDF = Proof("a.pdf", b"%PDF-1")
FINE: dict[str, list[dict[str, Any]]] = {
    "fine_class": [{"fine_band": "large", "standard": "x"}],
    "filing_day": [{"day": "2026-06-13"}, {"day": "2026-07-01"}],
    "performed": [{"list": ["x"], "until": "2026-06-01", "whole_before_approval": True}],
    "instalments": [{"count": 2, "last_payment": "2026-06-01", "performed_on": "2026-06-01"}],
    "proofs": [{"fetched": ["x"], "until": "2026-06-01"}, {"asked": ["x"], "basis": "x", "until": "2026-06-01"}],
    "on_site": [{"visit_on": "2026-06-01"}],
    "order": [{"records": ["x", "y"]}],
}
BEYOND: dict[str, list[dict[str, Any]]] = {
    "fine_class": [{"fine_band": "low", "standard": "x"}],
    "filing_day": [{"day": "2026-06-12"}],
    "minor_publication": [{"publish": False}, {"publish": True, "months": 4}],
    "performed": [{"list": ["x"], "until": "2026-06-01", "whole_before_approval": False}],
    "instalments": [{"count": 2, "last_payment": "2026-06-01", "performed_on": "2026-05-31"}],
    "proofs": [{"asked": ["x"], "until": "2026-06-01"}],
    "shield": [{"ruling": "x", "ends_on": "2026-12-01"}],
    "order": [{"records": ["x", "x"]}],
    "on_site": [{"visit_on": "2026-06-01", "extended_to": str(LAST), "told_on": str(LAST)}],
}


# --- the machine ------------------------------------------------------------------------------------------------------


@dataclass
class Ran:
    """What the machine did in all its runs."""

    tried: int = 0
    done: int = 0
    states: set[str] = field(default_factory=set)
    errors: Counter[str] = field(default_factory=Counter)
    silence: Counter[str] = field(default_factory=Counter)


ran = Ran()


@cache
def template() -> Path:
    """A ledger with an enterprise and an account for each who acts."""
    path = Path(tempfile.mkdtemp()) / "ledger.db"
    ledger = Ledger.open(f"sqlite:///{path}")
    with ledger.staging() as staging:
        staging.add(Enterprise(key="A", name="甲"), 0, 1)
        staging.commit(
            LoadRequest("register", "toy", "登记", "increment", [SourceFileInfo("rows", "0" * 64, 1, 1)], NOW)
        )
    for name, actor in ACTORS.items():
        accounts.add(ledger, name, Duty(actor.role, actor.enterprise, tuple(actor.authorities or ())), "no hash", NOW)
    ledger.close()
    return path


@cache
def way_to(goal: str) -> dict[str, str]:
    """From each state, the action that leads the shortest way to this one."""
    found, seen, queue = {}, {goal}, deque([goal])
    while queue:
        target = queue.popleft()
        for action in DEFINITION.actions:
            for source in sorted(action.sources) if action.target == target and action.who else ():
                if source not in seen:
                    found[source] = action.name
                    seen.add(source)
                    queue.append(source)
    return found


def between(matter: str) -> frozenset[Role]:
    found = DEFINITION.matter(matter)
    assert found is not None
    return found.between


KINDS = (
    *["go_on"] * 5, *["act_as_one_may"] * 2, *["wait"] * 2, *["propose"] * 2, *["answer"] * 2, *["act_wrongly"] * 3,
    *["confirm"] * 2, "hand_over", "act_anyhow", "send_again", "tick_again",
)  # fmt: skip
"""What the machine does, each as often as it stands here."""


def seldom(data: st.DataObject) -> bool:
    return data.draw(st.integers(0, 3)) == 3


class Machine(RuleBasedStateMachine):
    """One case of credit repair, and what is done with it."""

    goal = S.CLOSED

    @initialize()
    def open(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        path = Path(self.folder.name) / "ledger.db"
        shutil.copy(template(), path)
        self.ledger = Ledger.open(f"sqlite:///{path}")
        self.engine = Engine(self.ledger, registry(), official_calendar())
        world, self.keys = WORLD_OF.get(self.goal, "general"), 0
        self.sent = list[tuple[Callable[[Order, Any], Done], Any, Order, int]]()
        facts = {name: value for name, value in WORLDS[world].items() if value is not None}
        order = Order(ACTORS["bureau"], START, NOW)
        self.number = self.engine.open("credit-repair", facts, order, enterprise="A", authority="局").case.id
        self.model = Model(world)

    # how an act is tried

    def order(self, by: Actor, version: int | None = None) -> Order:
        self.keys += 1
        return Order(by, self.model.day, NOW, version or self.model.version, f"key {self.keys}")

    def attempt(
        self, do: Callable[[Order, Any], Done], body: Any, order: Order, expected: type[LianxinError] | None
    ) -> bool:
        """Whether it was done; exactly what the model expects."""
        ran.tried += 1
        if expected is not None:
            with pytest.raises(expected) as refused:
                do(order, body)
            assert refused.type is expected
            ran.errors[expected.__name__] += 1
            return False
        done = do(order, body)
        assert not done.again
        ran.done += 1
        self.sent.append((do, body, order, done.event.seq))
        return True

    def act(self, name: str, by: Actor, body: Any, order: Order | None = None) -> None:
        """`body`: the values and the number of papers."""
        action, (values, papers) = ACTIONS[name], body

        def do(order: Order, body: Any) -> Done:
            return self.engine.act(self.number, name, body[0], order, [PDF] * body[1])

        order = order or self.order(by)
        expected = self.model.of_act(action, by, values, papers)
        if not by.reaches("A", "局"):
            expected = OutOfScope
        elif order.seen != self.model.version:
            expected = StaleVersion
        if self.attempt(do, body, order, expected):
            self.model.acted(action, values)
            ran.states.add(self.model.state)

    def body(self, data: st.DataObject, action: Action) -> Any:
        """A form that is filled in as it should be, and the number of papers."""
        today = str(self.model.day)
        fixed = {"sentence": "说明", "day": today, "told_on": today, "where": "网站", "ruling": "1", "what": "content"}
        fixed |= {"code": "papers_missing"}
        values: dict[str, Any] = {each.name: fixed[each.name] for each in action.fields if each.required}
        if action.name in ("state_facts", "submit") and seldom(data):
            values["public_commitment"] = data.draw(st.booleans())
        if action.name == "exclude" and not seldom(data):
            values["until"] = str(self.model.day + timedelta(data.draw(st.integers(1, 10))))
        return values, action.papers.least if action.papers else 0

    def somebody(self, data: st.DataObject, who: frozenset[Role]) -> Actor:
        """One who may, as the case lies in hands now."""
        able = [name for name, each in ACTORS.items() if not self.model.refuses(each, who)]
        return ACTORS[data.draw(st.sampled_from(able))]

    def anybody(self, data: st.DataObject) -> Actor:
        return ACTORS[data.draw(st.sampled_from(sorted(ACTORS)))]

    def open_action(self, data: st.DataObject, *, held: bool) -> Action | None:
        """One of those that lead on from here. `held`: also what the rules hold back."""
        open_ = [each.name for each in DEFINITION.actions if self.model.state in each.sources and each.who]
        form = {"told_on": str(self.model.day)}
        able = [name for name in open_ if held or not self.model.held(name, form)]
        return ACTIONS[data.draw(st.sampled_from(able))] if able else None

    # what it does

    @rule(data=st.data(), kind=st.sampled_from(KINDS))
    def step(self, data: st.DataObject, kind: str) -> None:
        getattr(self, kind)(data)

    def go_on(self, data: st.DataObject) -> None:
        """A few acts on the way to the goal; what holds them back is put right first."""
        for _ in range(data.draw(st.integers(1, 4))):
            self.go_one_step(data)

    def go_one_step(self, data: st.DataObject) -> None:
        model = self.model
        back = (name for name in ("uphold", "taken_down") if model.state in ACTIONS[name].sources)
        name = way_to(self.goal).get(model.state) or next(back, None)
        if name is None or model.state == self.goal:
            return self.act_as_one_may(data) if seldom(data) else self.wait(data)
        action = ACTIONS[name]
        form = self.body(data, action)
        if not model.held(name, form[0]):
            return self.act(name, self.somebody(data, action.who), form)
        if model.world == "general" and model.day < FIRST_DAY:
            return self.pass_days((FIRST_DAY - model.day).days)
        stating = ACTIONS["state_facts"]
        if model.state in stating.sources:
            return self.act(stating.name, self.somebody(data, stating.who), ({"public_commitment": True}, 0))
        return self.act_as_one_may(data)

    def act_as_one_may(self, data: st.DataObject) -> None:
        if (action := self.open_action(data, held=False)) is not None:
            self.act(action.name, self.somebody(data, action.who), self.body(data, action))

    def act_anyhow(self, data: st.DataObject) -> None:
        """Mostly not open, or not to this role."""
        action = ACTIONS[data.draw(st.sampled_from(sorted(ACTIONS)))]
        self.act(action.name, self.anybody(data), self.body(data, action) if action.who else ({}, 0))

    def act_wrongly(self, data: st.DataObject) -> None:
        """Open and one's own, but for one thing."""
        if (action := self.open_action(data, held=True)) is None:
            return
        values, papers = self.body(data, action)
        by, version = self.somebody(data, action.who), self.model.version
        flaw = data.draw(st.sampled_from(["stale", "stranger", "field", "blank", "papers", "facts", "late"]))
        if flaw == "stale":
            version += data.draw(st.sampled_from([-1, 1]))
        elif flaw == "stranger":
            by = STRANGER
        elif flaw == "field":
            values["unheard_of"] = "x"
        elif flaw == "blank" and values:
            values.pop(data.draw(st.sampled_from(sorted(values))))
        elif flaw == "papers":
            papers = (action.papers.most if action.papers else 0) + 1
        elif flaw == "facts" and self.model.state in ACTIONS["state_facts"].sources:
            action, values, papers = ACTIONS["state_facts"], dict(NEVER), 0
            by = self.somebody(data, action.who)
        elif flaw == "late" and "told_on" in values:
            values["told_on"] = str(self.model.due(self.model.hands["decide_by"]) + ONE_DAY)
        self.act(action.name, by, (values, papers), self.order(by, version))

    def send_again(self, data: st.DataObject) -> None:
        """Under the same key: done once, whatever happened since; with another body refused."""
        if not self.sent:
            return
        do, body, order, seq = data.draw(st.sampled_from(self.sent))
        if data.draw(st.booleans()):
            done = do(order, body)
            assert (done.again, done.event.seq) == (True, seq)
            return
        with pytest.raises(KeyReused):
            do(order, ({"unheard_of": "x"}, 0) if isinstance(body, tuple) else f"{body} not")
        ran.errors["KeyReused"] += 1

    def propose(self, data: st.DataObject) -> None:
        model, beyond = self.model, data.draw(st.booleans())
        names = [name for name in (BEYOND if beyond else FINE) if model.may_talk(name)]
        if not names and not seldom(data):
            self.act_as_one_may(data)
            return
        matter = DEFINITION.matter(data.draw(st.sampled_from(names or ["proofs"])))
        assert matter is not None
        choice = (BEYOND if beyond else FINE)[matter.name]
        values = data.draw(st.sampled_from(choice))
        waiting = [number for number, each in model.talks.items() if each.matter == matter.name and model.open(each)]
        answers = waiting[0] if waiting and not seldom(data) else None
        by = self.anybody(data)
        if not seldom(data):
            other = matter.between - ({model.talks[answers].by} if answers is not None else set())
            by = self.somebody(data, other)

        def do(order: Order, body: Any) -> Done:
            return propose(self.engine, self.number, matter.name, values, body, order, answers=answers)

        if self.attempt(do, "理由", self.order(by), model.of_proposal(matter, by, values, answers)):
            model.version += 1
            if answers is not None:
                model.talks[answers].standing = Standing.COUNTERED
            due = forward(model.day, ANSWER.on(model.day))
            model.talks[model.version] = Talk(matter.name, by.role, values, due)

    def answer(self, data: st.DataObject) -> None:
        """Mostly one that stands open, by the side that has to."""
        model, how = self.model, data.draw(st.sampled_from([*Answer, Answer.ACCEPT]))
        open_ = [number for number, each in model.talks.items() if model.open(each) and model.may_talk(each.matter)]
        if not open_ and (not model.talks or not seldom(data)):
            self.propose(data)
            return
        number = data.draw(st.sampled_from(open_ or sorted(model.talks)))
        talk = model.talks[number]
        parts = set(data.draw(st.lists(st.sampled_from(sorted(talk.values)), unique=True)))
        who = between(talk.matter) - {talk.by} if how is not Answer.WITHDRAW else frozenset({talk.by})
        by = self.somebody(data, who) if not seldom(data) else self.anybody(data)

        def do(order: Order, body: Any) -> Done:
            return answer(self.engine, self.number, number, how, body, order, parts=parts)

        if self.attempt(do, "理由", self.order(by), model.of_answer(number, how, by, parts)):
            model.version += 1
            talk.standing = STANDING[how]
            if how in (Answer.ACCEPT, Answer.ACCEPT_PART):
                talk.settled = talk.values if how is Answer.ACCEPT else model.part(talk, parts)

    def confirm(self, data: st.DataObject) -> None:
        model = self.model
        waits = [n for n, each in model.talks.items() if each.settled is not None and len(each.confirmed) < 2]
        if not waits and (not model.talks or not seldom(data)):
            self.answer(data)
            return
        number = data.draw(st.sampled_from(waits or sorted(model.talks)))
        talk = model.talks[number]
        by = self.somebody(data, between(talk.matter) - talk.confirmed) if waits else self.anybody(data)
        wrong = model.refuses(by, between(talk.matter)) or talk.settled is None or by.role in talk.confirmed

        def do(order: Order, body: Any) -> Done:
            return confirm(self.engine, self.number, number if body == "yes" else 0, order)

        if self.attempt(do, "yes", self.order(by), IllegalAction if wrong else None):
            model.version += 1
            talk.confirmed.add(by.role)

    def hand_over(self, data: st.DataObject) -> None:
        model, side = self.model, frozenset({Role.ENTERPRISE})
        by = self.anybody(data) if seldom(data) else self.somebody(data, side)
        to = data.draw(st.sampled_from(["firm", "firm.second", "lead"]))

        def do(order: Order, body: Any) -> Done:
            return self.engine.hand_over(self.number, Role.ENTERPRISE, body, order)

        expected = IllegalAction if model.refuses(by, side) else None
        if expected is None and to == "lead":
            expected = BadQuestion
        if self.attempt(do, to, self.order(by), expected):
            model.version += 1
            model.holders[Role.ENTERPRISE] = to

    def wait(self, data: st.DataObject) -> None:
        self.pass_days(data.draw(st.integers(1, 12)))

    def tick_again(self, data: st.DataObject) -> None:
        """On the same day, or with a clock that went wrong: nothing is done twice."""
        self.pass_days(0)
        day = self.model.day - timedelta(data.draw(st.sampled_from([0, 30])))
        assert tick(self.engine, day, NOW).events == 0

    def pass_days(self, days: int) -> None:
        """Days pass, and silence does what the model says, no more and no less."""
        model = self.model
        if model.day + timedelta(days) > LAST:
            return
        model.day += timedelta(days)
        before, expected = model.version, [] if DEFINITION.state(model.state).end else model.silent()
        assert tick(self.engine, model.day, NOW).events == len(expected)
        events = self.engine.case(self.number).events[before:]
        about = [each.data.get("clock", each.data.get("proposal", "may_apply")) for each in events]
        found = [(each.action, of, each.data.get("step", "")) for each, of in zip(events, about, strict=True)]
        assert sorted(map(str, found)) == sorted(map(str, expected))
        ran.silence.update(step or action for action, _, step in expected)

    @invariant()
    def as_the_model(self) -> None:
        if not hasattr(self, "model"):
            return
        model, case = self.model, self.engine.case(self.number)
        assert (case.state_name, case.version) == (model.state, model.version)
        assert dict(case.holders) == model.holders
        assert talks_of(case) == {
            number: (each.matter, each.by, each.values, each.standing, each.settled, each.confirmed, each.steps)
            for number, each in model.talks.items()
        }
        assert {
            each.clock.name: each.due and each.due.day for each in readings(official_calendar(), case, model.day)
        } == {name: model.due(hand) if hand.runs else None for name, hand in model.hands.items()}
        ran.states.add(model.state)

    def teardown(self) -> None:
        if hasattr(self, "ledger"):
            assert event_log.verify(self.ledger).broken == []
            self.ledger.close()
            self.folder.cleanup()


STANDING = {
    Answer.ACCEPT: Standing.ACCEPTED,
    Answer.ACCEPT_PART: Standing.ACCEPTED_IN_PART,
    Answer.REFUSE: Standing.REFUSED,
    Answer.WITHDRAW: Standing.WITHDRAWN,
}


def talks_of(case: Case) -> dict[int, tuple[Any, ...]]:
    return {
        each.number: (
            each.matter, each.by, dict(each.values), each.standing, each.settled and dict(each.settled),
            set(each.confirmed), set(each.steps),
        )
        for each in case.proposals.values()
    }  # fmt: skip


def test_the_engine_does_what_a_plain_model_says() -> None:
    for goal in S:
        run_state_machine_as_test(
            type(f"To_{goal}", (Machine,), {"goal": goal}),
            settings=settings(
                max_examples=RUNS,
                stateful_step_count=STEPS,
                deadline=None,  # each act is a commit to disk
                derandomize=True,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            ),
        )
    print(f"{ran.tried} acts, {ran.done} done (target: more than {MOSTLY:.0%}); refused {dict(ran.errors)}")
    print(f"silence {dict(ran.silence)}; {len(ran.states)} of {len(S)} states")
    assert ran.states == set(S), f"never reached: {set(S) - ran.states}"
    assert ran.done > MOSTLY * ran.tried
    assert {"reminder", "superior", "lead_department", "anew", "exclusion_over", "may_now"} == set(ran.silence)
    refusals = (StaleVersion, KeyReused, LimitCrossed, HeldBack, IllegalAction, OutOfScope, BadForm, BadQuestion)
    assert {each.__name__ for each in refusals} == set(ran.errors)
