"""The engine: what is done in a case is done once, in order, by whoever may; what is refused changes nothing."""

import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import DatabaseError

from cases import accounts, event_log, notices
from cases.accounts import Duty, Role
from cases.actor import Actor, Order
from cases.case import Own, fold
from cases.definitions.hr_channel import DEFINITION, A, S
from cases.documents import Proof, read
from cases.engine import Done, Engine, open_actions
from cases.notices import Contact
from lianxin.errors import (
    BadDocument,
    BadForm,
    BadQuestion,
    IllegalAction,
    KeyReused,
    NotKnown,
    OutOfScope,
    StaleVersion,
)

DAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 3, 0)
FIRM, OTHER = Actor(Role.ENTERPRISE, "firm", "A"), Actor(Role.ENTERPRISE, "other", "B")
SECOND = Actor(Role.ENTERPRISE, "firm.second", "A")
LEAD, ADMIN = Actor(Role.LEAD_DEPARTMENT, "lead"), Actor(Role.ADMINISTRATOR, "admin")
DEMAND = {"topic": "training", "demand": "焊工培训的名额不够"}
SAID = {"sentence": "请写明人数"}
PDF = Proof("a.pdf", b"%PDF-1")


def order(by: Actor, seen: int | None = None, key: str | None = None, on: date = DAY) -> Order:
    return Order(by, on, NOW, seen, key)


def opened(engine: Engine, **other: Any) -> int:
    return engine.open("hr-channel", DEMAND, order(FIRM, **other)).case.id


def rows(engine: Engine, table: str = "case_event") -> int:
    with engine.ledger.reading() as connection:
        return int(connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one())


def run(engine: Engine, number: int, *acts: tuple[Actor, str, Mapping[str, Any]]) -> Done:
    for by, action, values in acts:
        done = engine.act(number, action, values, order(by, engine.case(number).version))
    return done


def test_a_case_goes_from_state_to_state_and_keeps_who_did_what(engine: Engine) -> None:
    number = opened(engine)
    steps = [(LEAD, A.TAKE, {}), (LEAD, A.ASK, {"code": "unclear", **SAID}), (FIRM, A.ADD, {"sentence": "30 人"})]
    done = run(engine, number, *steps, (LEAD, A.ANSWER, SAID), (FIRM, A.CONTENT, {}))
    case = engine.case(number)
    assert case == done.case == fold(DEFINITION, case.events), "the state is a fold of the events"
    assert (case.state_name, case.version, case.enterprise) == (S.CLOSED, 6, "A")
    assert [(each.actor, each.action) for each in case.events] == [
        ("firm", "open"), ("lead", "take"), ("lead", "ask"), ("firm", "add"), ("lead", "answer"), ("firm", "content"),
    ]  # fmt: skip
    assert case.opened == DEMAND
    assert case.stated()["sentence"] == "请写明人数"
    assert case.events[0].data["version"] == DEFINITION.version
    assert [each.id for each in engine.heads(ended=True)] == [number]
    assert engine.heads(ended=False) == []


def test_a_stale_version_is_refused_and_told_the_current_one(engine: Engine) -> None:
    number = opened(engine)
    run(engine, number, (LEAD, A.TAKE, {}))
    with pytest.raises(StaleVersion) as stale:
        engine.act(number, A.WITHDRAW_DEMAND, {}, order(FIRM, 1))
    assert stale.value.current == 2
    with pytest.raises(StaleVersion):
        engine.act(number, A.WITHDRAW_DEMAND, {}, order(FIRM, 3))
    assert rows(engine) == 2


def test_an_act_under_one_key_is_done_once_and_answered_alike(engine: Engine) -> None:
    first = engine.open("hr-channel", DEMAND, order(FIRM, key="k1"))
    again = engine.open("hr-channel", DEMAND, order(FIRM, key="k1"))
    assert (again.case.id, again.again, first.again) == (first.case.id, True, False)
    number = first.case.id
    done = engine.act(number, A.TAKE, {}, order(LEAD, 1, "k1"))  # another actor's keys are his own
    run(engine, number, (LEAD, A.ANSWER, SAID))
    repeated = engine.act(number, A.TAKE, {}, order(LEAD, 1, "k1"))  # stale by now, and yet no error
    assert (repeated.again, repeated.event) == (True, done.event)
    assert rows(engine) == 3
    with pytest.raises(KeyReused):
        engine.act(number, A.TAKE, {"x": 1}, order(LEAD, 1, "k1"))
    for bad in ("", "x" * 201, "a\nb"):
        with pytest.raises(BadQuestion, match="idempotency"):
            engine.act(number, A.TAKE, {}, order(LEAD, 3, bad))


@pytest.mark.parametrize(
    ("by", "action", "values", "error"),
    [
        (LEAD, A.ANSWER, SAID, IllegalAction),  # not from this state
        (FIRM, A.TAKE, {}, IllegalAction),  # not in this role
        (LEAD, A.LAPSE, {}, IllegalAction),  # a clock alone does it
        (LEAD, "fly", {}, IllegalAction),
        (LEAD, Own.STEP, {}, IllegalAction),
        (LEAD, A.TAKE, {"x": "y"}, BadForm),
        (OTHER, A.WITHDRAW_DEMAND, {}, OutOfScope),
        (Actor(Role.BANK_OFFICER, "bank"), A.TAKE, {}, OutOfScope),
    ],
)
def test_what_is_refused_changes_nothing(
    engine: Engine, by: Actor, action: str, values: dict[str, Any], error: type[Exception]
) -> None:
    number = opened(engine)
    with pytest.raises(error):
        engine.act(number, action, values, order(by, 1))
    assert (rows(engine), rows(engine, "case_key"), engine.case(number).state_name) == (1, 0, S.SAID)


def test_an_account_with_limits_is_refused_alike_whether_a_case_is_there_or_not(engine: Engine) -> None:
    number = opened(engine)
    for guessed in (number, number + 1):
        with pytest.raises(OutOfScope):
            engine.case(guessed, OTHER)
        with pytest.raises(OutOfScope):
            engine.act(guessed, A.ADD, {}, order(OTHER, 1))
    with pytest.raises(NotKnown):
        engine.case(number + 1, LEAD)
    assert [[each.id for each in engine.heads(by)] for by in (FIRM, OTHER, LEAD)] == [[number], [], [number]]


def test_only_whoever_may_opens_a_case_and_only_about_his_own(engine: Engine) -> None:
    with pytest.raises(OutOfScope):
        engine.open("hr-channel", DEMAND, order(OTHER), enterprise="A")
    with pytest.raises(IllegalAction):
        engine.open("hr-channel", DEMAND, order(LEAD), enterprise="A")
    with pytest.raises(BadForm, match="authority is not asked for"):
        engine.open("hr-channel", DEMAND, order(FIRM), authority="局")
    with pytest.raises(NotKnown, match="kind of case"):
        engine.open("flying", DEMAND, order(FIRM))
    with pytest.raises(BadForm) as form:
        engine.open("hr-channel", {"topic": "x", "positions": 0, "more": 1}, order(FIRM))
    assert form.value.problems.keys() == {"topic", "positions", "more", "demand"}
    assert rows(engine, "case_file") == 0


def test_papers_are_kept_by_their_content_and_named_in_the_chain(engine: Engine) -> None:
    number = opened(engine)
    run(engine, number, (LEAD, A.TAKE, {}), (LEAD, A.ASK, {"code": "papers", **SAID}))
    with pytest.raises(BadDocument):
        engine.act(number, A.ADD, SAID, order(FIRM, 3), [Proof("x.exe", b"MZ")])
    with pytest.raises(BadForm, match="papers"):
        engine.act(number, A.ADD, SAID, order(FIRM, 3), [PDF] * 6)
    assert rows(engine, "document") == 0
    done = engine.act(number, A.ADD, SAID, order(FIRM, 3), [PDF])
    (kept,) = done.event.data["documents"]
    assert (kept["media_type"], kept["size"]) == ("application/pdf", 6)
    assert read(engine.ledger, kept["digest"])[1] == PDF.content
    assert engine.case(number) == done.case


def test_what_names_persons_is_erased_and_the_chain_holds(engine: Engine) -> None:
    number = opened(engine)
    assert event_log.erase(engine.ledger, number, 1) is True
    assert event_log.erase(engine.ledger, number, 1) is False
    assert engine.case(number).opened == {"topic": "training"}
    assert event_log.verify(engine.ledger).broken == []
    with engine.ledger.reading() as connection:
        (text,) = connection.exec_driver_sql("SELECT data FROM case_event").scalars()
    assert "焊工" not in text
    with pytest.raises(NotKnown):
        event_log.erase(engine.ledger, number, 9)


def test_in_other_hands_only_the_holder_and_his_deputy_act(engine: Engine) -> None:
    number = opened(engine)
    with pytest.raises(BadQuestion, match="cannot take this case over"):
        engine.hand_over(number, Role.ENTERPRISE, "other", order(ADMIN, 1))
    engine.hand_over(number, Role.ENTERPRISE, "firm.second", order(FIRM, 1))
    with pytest.raises(IllegalAction, match=r"in the hands of firm\.second"):
        engine.act(number, A.WITHDRAW_DEMAND, {}, order(FIRM, 2))
    with pytest.raises(BadQuestion, match="cannot stand in"):
        notices.set_contact(engine.ledger, "firm.second", Contact(deputy="other"))
    days = Contact(deputy="firm", deputy_from=DAY + timedelta(1), deputy_to=DAY + timedelta(2))
    notices.set_contact(engine.ledger, "firm.second", days)
    assert notices.contact(engine.ledger, "firm.second") == days
    for day in (DAY, DAY + timedelta(3)):
        with pytest.raises(IllegalAction):
            engine.act(number, A.WITHDRAW_DEMAND, {}, order(FIRM, 2, on=day))
    done = engine.act(number, A.WITHDRAW_DEMAND, {}, order(FIRM, 2, on=DAY + timedelta(2)))
    assert done.case.state.end
    assert open_actions(done.case) == []


def test_accounts_that_reach_the_case_are_told_once_and_never_of_their_own_act(engine: Engine) -> None:
    accounts.add(engine.ledger, "lead.gone", Duty(Role.LEAD_DEPARTMENT), "h", NOW)
    accounts.disable(engine.ledger, "lead.gone", NOW)
    number = opened(engine)
    run(engine, number, (LEAD, A.TAKE, {}), (LEAD, A.ANSWER, SAID))
    told = {
        name: [each.words.zh for each in notices.notices(engine.ledger, name)] for name in ("firm", "lead", "other")
    }
    assert told == {"firm": ["诉求有了答复"], "lead": ["收到新的诉求"], "other": []}
    assert notices.notices(engine.ledger, "firm.second")[0].case == number
    assert notices.notices(engine.ledger, "lead.gone") == []
    (mine,) = notices.notices(engine.ledger, "firm", unread=True)
    with pytest.raises(NotKnown):
        notices.read(engine.ledger, "other", [mine.id], NOW)
    notices.read(engine.ledger, "firm", [mine.id], NOW)
    assert notices.notices(engine.ledger, "firm", unread=True) == []


def test_a_case_keeps_the_version_of_its_definition(engine: Engine) -> None:
    from cases.definitions import Registry

    number = opened(engine)
    newer = replace(DEFINITION, version="2027-01-01", first=S.IN_HAND)
    later = replace(engine, registry=Registry([DEFINITION, newer]))
    assert later.case(number).definition is DEFINITION
    assert later.open("hr-channel", DEMAND, order(FIRM)).case.state_name == S.IN_HAND
    without = replace(engine, registry=Registry([newer]))
    with pytest.raises(NotKnown, match="version of a definition"):
        without.case(number)


# --- the chain --------------------------------------------------------------------------------------------------------

Tamper = Callable[..., None]


@pytest.fixture
def tamper(engine: Engine) -> Tamper:
    """Change the log as the owner of the database could: without its triggers."""

    def change(statement: str) -> None:
        database = engine.ledger.engine.url.database
        if engine.ledger.engine.dialect.name == "sqlite":
            with closing(sqlite3.connect(str(database))) as file, file:  # without foreign keys, as they are off there
                for act in ("update", "delete"):
                    file.execute(f"DROP TRIGGER IF EXISTS case_event_no_{act}")
                file.execute(statement)
            return
        with engine.ledger.engine.begin() as connection:
            connection.exec_driver_sql("SET session_replication_role = replica")
            connection.exec_driver_sql(statement)
            connection.exec_driver_sql("SET session_replication_role = origin")

    return change


def test_events_cannot_be_changed_and_an_untouched_log_verifies(engine: Engine) -> None:
    number = opened(engine)
    run(engine, number, (LEAD, A.TAKE, {}))
    found = event_log.verify(engine.ledger)
    assert (found.cases, found.events, found.checkpoints, list(found.broken)) == (1, 2, 0, [])
    with engine.ledger.engine.connect() as connection, pytest.raises(DatabaseError, match="append-only"):
        connection.exec_driver_sql("UPDATE case_event SET actor = 'x'")


@pytest.mark.parametrize(
    ("statement", "where"),
    [
        ("UPDATE case_event SET actor = 'x' WHERE seq = 2", "/2"),
        ("UPDATE case_event SET data = replace(data, 'training', 'other') WHERE seq = 1", "/1"),
        ("UPDATE case_event SET at = '2026-11-24 09:00:00.000000' WHERE seq = 3", "/3"),
        ("UPDATE case_event SET data = 'x' WHERE seq = 2", "/2"),
        ("UPDATE case_event SET hash = prev WHERE seq = 1", "/1"),
        ("DELETE FROM case_event WHERE seq = 2", "/2"),
        ("DELETE FROM case_event WHERE seq = 3", "/3"),
        ('UPDATE case_personal SET content = \'{"demand":"x"}\'', "/1"),
        ("UPDATE case_head SET hash = 'x'", "/4"),
    ],
)
def test_the_first_broken_event_is_named(engine: Engine, tamper: Tamper, statement: str, where: str) -> None:
    number = opened(engine)
    other = opened(engine)
    run(engine, number, (LEAD, A.TAKE, {}), (LEAD, A.ANSWER, {"sentence": "x"}))
    only = {"case_personal": f'event IN (SELECT id FROM case_event WHERE "case" = {number} AND seq = 1)'}
    scope = only.get(statement.split()[1], f'"case" = {number}')
    tamper(f"{statement} {'AND' if 'WHERE' in statement else 'WHERE'} {scope}")
    (broken,) = event_log.verify(engine.ledger).broken
    assert broken.where == f"{number}{where}"
    assert other != number


def test_a_checkpoint_sees_a_chain_that_was_written_anew(engine: Engine, tamper: Tamper) -> None:
    number = opened(engine)
    made = event_log.checkpoint(engine.ledger, DAY, NOW)
    assert event_log.checkpoint(engine.ledger, DAY, NOW) == made, "once a day"
    run(engine, number, (LEAD, A.TAKE, {}))
    next_ = event_log.checkpoint(engine.ledger, DAY + timedelta(1), NOW)
    assert (made.cases, next_.prev) == (1, made.digest)
    assert event_log.verify(engine.ledger).broken == []
    with engine.ledger.reading() as connection:
        first = event_log.events(connection, number)[0]
    values = {"case": number, "seq": 1, "at": first.at, "actor": "x", "role": first.role, "action": first.action}
    forged = event_log.event_hash({**values, "data": dict(first.data), "prev": event_log.GENESIS})
    tamper(f"UPDATE case_event SET actor = 'x', hash = '{forged}' WHERE seq = 1")
    assert [each.where for each in event_log.verify(engine.ledger).broken] == [f"{number}/2", f"checkpoint {DAY}"]
