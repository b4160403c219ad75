"""Random acts by random roles against a plain model: no illegal act, no limit crossed, in no state an endless wait."""

import tempfile
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from cases import event_log
from cases.accounts import Role
from cases.actor import Actor, Order
from cases.definition import Back
from cases.definitions import registry
from cases.definitions.credit_repair import DEFINITION
from cases.documents import Proof
from cases.engine import Engine
from cases.negotiation import Answer, agreements, answer, propose
from cases.silence import tick
from graph.ledger import Ledger, LoadRequest, SourceFileInfo
from graph.ontology import Enterprise
from lianxin.errors import BadForm, IllegalAction, LimitCrossed, StaleVersion
from rules.calendar import official_calendar

NOW = datetime(2026, 11, 24)
START = date(2026, 4, 2)
LAST = date(2026, 12, 20)  # the calendar of the next year is not there
FIRST_DAY = date(2026, 6, 13)  # a general penalty of 2026-03-12 may be applied for from here on
FACTS = {
    "record": "Penalty/p", "kind": "penalty", "authority_system": "ndrc", "sanctions": ["fine"], "fine_band": "large",
    "published": True, "document_date": "2026-03-12", "duties_done_on": "2026-03-20", "public_commitment": True,
}  # fmt: skip
ACTORS = {
    Role.ENTERPRISE: Actor(Role.ENTERPRISE, "firm", "A"),
    Role.REPAIR_AUTHORITY: Actor(Role.REPAIR_AUTHORITY, "bureau", authorities=frozenset({"局"})),
    Role.LEAD_DEPARTMENT: Actor(Role.LEAD_DEPARTMENT, "lead"),
}
VALUES = {
    "code": "papers_missing", "sentence": "说明", "day": "2026-04-02", "told_on": "2026-04-02", "where": "网站",
    "ruling": "1", "what": "content",
}  # fmt: skip
PDF = Proof("a.pdf", b"%PDF-1")
ACTIONS = {each.name: each for each in DEFINITION.actions}


@dataclass
class Model:
    """The plain model: state, where it came from, version, day."""

    state: str
    came_from: str
    version: int
    day: date


class Machine(RuleBasedStateMachine):
    """One case of credit repair, and what is done with it."""

    @initialize()
    def open(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.ledger = Ledger.open(f"sqlite:///{Path(self.folder.name) / 'ledger.db'}")
        with self.ledger.staging() as staging:
            staging.add(Enterprise(key="A", name="甲"), 0, 1)
            file = SourceFileInfo("rows", "0" * 64, 1, 1)
            staging.commit(LoadRequest("register", "toy", "登记", "increment", [file], NOW))
        self.engine = Engine(self.ledger, registry(), official_calendar())
        order = Order(ACTORS[Role.REPAIR_AUTHORITY], START, NOW)
        self.number = self.engine.open("credit-repair", FACTS, order, enterprise="A").case.id
        self.model = Model(DEFINITION.first, "", 1, START)

    def order(self, role: Role, stale: bool) -> Order:
        return Order(ACTORS[role], self.model.day, NOW, self.model.version - stale)

    @rule(name=st.sampled_from(sorted(ACTIONS)), role=st.sampled_from(sorted(ACTORS)), stale=st.booleans())
    def act(self, name: str, role: Role, stale: bool) -> None:
        self._act(name, role, stale)

    @rule(data=st.data())
    def act_as_one_may(self, data: st.DataObject) -> None:
        """Goes deeper than chance would: an action that leads on from here."""
        open_ = [each for each in DEFINITION.actions if self.model.state in each.sources and each.who]
        if open_:
            chosen = data.draw(st.sampled_from(open_))
            self._act(chosen.name, data.draw(st.sampled_from(sorted(chosen.who))), False)

    def _act(self, name: str, role: Role, stale: bool) -> None:
        action, model = ACTIONS[name], self.model
        values = {each.name: VALUES[each.name] for each in action.fields if each.name in VALUES and each.required}
        papers = [PDF] * (action.papers.least if action.papers else 0)
        legal = model.state in action.sources and role in action.who
        try:
            done = self.engine.act(self.number, name, values, self.order(role, stale), papers)
        except StaleVersion:
            assert stale
            return
        except IllegalAction:
            assert not legal or action.guards, "refused, and yet it was open and nothing held it back"
            return
        assert legal, "done, and yet it was not open to this role"
        assert not stale
        if name in ("submit", "approve", "take_on", "may_apply"):
            assert model.day >= FIRST_DAY, "before the minimum period was over"
        target = model.came_from if isinstance(action.target, Back) else action.target or model.state
        moved = (target, model.state) if target != model.state else (model.state, model.came_from)
        self.model = Model(*moved, model.version + 1, model.day)
        assert done.case.version == self.model.version

    @rule(offset=st.integers(-5, 5), role=st.sampled_from([Role.ENTERPRISE, Role.REPAIR_AUTHORITY]))
    def agree_on_a_day(self, offset: int, role: Role) -> None:
        day = FIRST_DAY + timedelta(offset)
        try:
            propose(self.engine, self.number, "filing_day", {"day": str(day)}, "x", self.order(role, False))
        except LimitCrossed:
            assert offset < 0
            return
        except IllegalAction:
            return
        assert offset >= 0
        self.model.version += 1

    @rule(how=st.sampled_from(list(Answer)), role=st.sampled_from([Role.ENTERPRISE, Role.REPAIR_AUTHORITY]))
    def answer(self, how: Answer, role: Role) -> None:
        case = self.engine.case(self.number)
        if not case.proposals or how is Answer.ACCEPT_PART:
            return
        with suppress(IllegalAction, LimitCrossed):
            number = max(case.proposals)
            answer(self.engine, self.number, number, how, "x", self.order(role, False))
            self.model.version += 1

    @precondition(lambda self: self.model.day < LAST - timedelta(60))
    @rule(days=st.integers(1, 45))
    def wait(self, days: int) -> None:
        self.model.day += timedelta(days)
        with suppress(BadForm):
            tick(self.engine, self.model.day, NOW)
        assert tick(self.engine, self.model.day, NOW).events == 0
        case = self.engine.case(self.number)
        assert case.state_name == self.model.state, "silence grants nothing, in any state"
        if not case.state.end and days >= 45:
            assert case.version > self.model.version, "one waits in this state without a word"
        self.model.version = case.version

    @invariant()
    def as_the_model(self) -> None:
        if not hasattr(self, "model"):
            return
        case = self.engine.case(self.number)
        assert (case.state_name, case.version) == (self.model.state, self.model.version)
        assert all(each.settled is not None and each.settled["day"] >= str(FIRST_DAY) for each in agreements(case))

    def teardown(self) -> None:
        if hasattr(self, "ledger"):
            assert event_log.verify(self.ledger).broken == []
            self.ledger.close()
            self.folder.cleanup()


TestMachine = Machine.TestCase
TestMachine.settings = settings(
    max_examples=15,
    stateful_step_count=25,
    deadline=None,  # each act is a commit to disk
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
