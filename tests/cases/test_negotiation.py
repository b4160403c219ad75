"""Negotiation in a credit repair: proposals, answers, agreements, and the limits that no agreement crosses."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from cases import event_log
from cases.accounts import Role
from cases.actor import Actor, Order
from cases.case import Case, Standing
from cases.definitions.credit_repair import DEFINITION, A, S
from cases.definitions.credit_repair.facts import finding
from cases.documents import Proof
from cases.engine import Engine
from cases.negotiation import Answer, agreements, answer, confirm, propose, waiting_for
from lianxin.errors import BadForm, BadQuestion, IllegalAction, LimitCrossed, OutOfScope, StaleVersion

DAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 3, 0)
FIRM = Actor(Role.ENTERPRISE, "firm", "A")
BUREAU = Actor(Role.REPAIR_AUTHORITY, "bureau", authorities=frozenset({"局"}))
LEAD = Actor(Role.LEAD_DEPARTMENT, "lead")
PDF = Proof("a.pdf", b"%PDF-1")
FACTS: dict[str, Any] = {
    "record": "Penalty/p", "kind": "penalty", "authority_system": "ndrc", "sanctions": ["fine"], "fine_yuan": "20000",
    "published": True, "document_date": "2026-10-12",
}  # fmt: skip
DONE = {"duties_done_on": "2026-11-01", "public_commitment": True}


def order(by: Actor, seen: int | None = None, on: date = DAY) -> Order:
    return Order(by, on, NOW, seen)


@pytest.fixture
def number(engine: Engine) -> int:
    return opened(engine)


def opened(engine: Engine, **changes: Any) -> int:
    return engine.open("credit-repair", {**FACTS, **changes}, order(BUREAU), enterprise="A").case.id


def now(engine: Engine, number: int) -> Case:
    return engine.case(number)


def offer(
    engine: Engine, number: int, by: Actor, matter: str, values: Mapping[str, Any], on: date = DAY, **other: Any
) -> Case:
    seen = engine.case(number).version
    return propose(engine, number, matter, values, "有理由", order(by, seen, on), **other).case


def reply(engine: Engine, number: int, by: Actor, proposal: int, how: Answer, **other: Any) -> Case:
    seen = engine.case(number).version
    return answer(engine, number, proposal, how, "说明理由", order(by, seen), **other).case


BAND = {"fine_band": "low", "standard": "单位书面认定"}
PROOFS = {"fetched": ["缴款凭证", "营业执照"], "until": "2026-12-10"}


def test_proposal_counter_proposal_acceptance_confirmed_by_both(engine: Engine, number: int) -> None:
    case = offer(engine, number, FIRM, "fine_class", BAND)
    first = case.version
    assert case.proposals[first].reply_by == date(2026, 12, 1), "five working days, the local target"
    assert waiting_for(case, case.proposals[first]) is Role.REPAIR_AUTHORITY
    large = {**BAND, "fine_band": "large"}
    case = offer(engine, number, BUREAU, "fine_class", large, answers=first, reply_by=DAY + timedelta(9))
    second = case.version
    assert (case.proposals[first].standing, case.proposals[second].answers) == (Standing.COUNTERED, first)
    case = reply(engine, number, FIRM, second, Answer.ACCEPT)
    (agreed,) = agreements(case)
    assert (agreed.settled, agreed.confirmed) == (large, frozenset())
    assert case.agreed("fine_class") == {}, "not before both have confirmed it"
    for by in (BUREAU, FIRM):
        case = confirm(engine, number, second, order(by, case.version)).case
        with pytest.raises(IllegalAction, match="has confirmed it"):
            confirm(engine, number, second, order(by, case.version))
    assert case.agreed("fine_class") == large
    assert case == engine.case(number)
    assert event_log.verify(engine.ledger).broken == []


def test_what_the_authority_has_classed_is_a_fact_from_then_on(engine: Engine, number: int) -> None:
    def gravity() -> str:
        found = finding(engine.case(number), DAY)
        return str(found.values.gravity)  # type: ignore[union-attr]

    assert gravity() == "undetermined"
    case = offer(engine, number, BUREAU, "fine_class", {**BAND, "fine_band": "large"})
    assert gravity() == "undetermined", "a proposal is no fact"
    proposal = case.version
    reply(engine, number, FIRM, proposal, Answer.ACCEPT)
    for by in (BUREAU, FIRM):
        confirm(engine, number, proposal, order(by, engine.case(number).version))
    assert gravity() == "general"


def test_a_part_is_accepted_and_the_rest_is_open(engine: Engine, number: int) -> None:
    case = offer(engine, number, FIRM, "proofs", PROOFS)
    for parts in ((), ("fetched", "until"), ("asked",)):
        with pytest.raises(BadQuestion, match="some of the fields"):
            reply(engine, number, BUREAU, case.version, Answer.ACCEPT_PART, parts=parts)
    case = reply(engine, number, BUREAU, case.version, Answer.ACCEPT_PART, parts=("fetched",))
    (agreed,) = agreements(case)
    assert (agreed.standing, agreed.settled) == (Standing.ACCEPTED_IN_PART, {"fetched": PROOFS["fetched"]})
    assert offer(engine, number, FIRM, "proofs", PROOFS).version == case.version + 1


def test_refused_and_withdrawn(engine: Engine, number: int) -> None:
    case = offer(engine, number, FIRM, "proofs", PROOFS)
    refused = reply(engine, number, BUREAU, case.version, Answer.REFUSE)
    assert refused.proposals[case.version].standing is Standing.REFUSED
    case = offer(engine, number, FIRM, "proofs", PROOFS)
    with pytest.raises(IllegalAction, match="withdraws"):
        reply(engine, number, BUREAU, case.version, Answer.WITHDRAW)
    case = reply(engine, number, FIRM, case.version, Answer.WITHDRAW)
    assert [each.standing for each in case.proposals.values()] == [Standing.REFUSED, Standing.WITHDRAWN]
    with pytest.raises(IllegalAction, match="not open"):
        reply(engine, number, BUREAU, case.version - 1, Answer.ACCEPT)
    with pytest.raises(IllegalAction, match="no proposal 99"):
        reply(engine, number, BUREAU, 99, Answer.ACCEPT)


def test_out_of_turn(engine: Engine, number: int) -> None:
    case = offer(engine, number, FIRM, "proofs", PROOFS)
    with pytest.raises(IllegalAction, match="waits for its answer"):
        offer(engine, number, BUREAU, "proofs", PROOFS)
    with pytest.raises(IllegalAction, match="one's own"):
        reply(engine, number, FIRM, case.version, Answer.ACCEPT)
    with pytest.raises(IllegalAction, match="one's own"):
        offer(engine, number, FIRM, "proofs", PROOFS, answers=case.version)
    with pytest.raises(IllegalAction, match="not by lead_department"):
        reply(engine, number, LEAD, case.version, Answer.ACCEPT)
    with pytest.raises(IllegalAction, match="not open to negotiation"):
        offer(engine, number, FIRM, "on_site", {"visit_on": "2026-12-01"})
    with pytest.raises(StaleVersion):
        propose(engine, number, "order", {"records": ["a"]}, "x", order(FIRM, 1))
    stranger = Actor(Role.REPAIR_AUTHORITY, "x", authorities=frozenset({"别的局"}))
    with pytest.raises(OutOfScope):
        offer(engine, number, stranger, "proofs", PROOFS)
    for wrong in (DAY, DAY + timedelta(93)):
        with pytest.raises(BadForm, match="reply_by"):
            offer(engine, number, FIRM, "order", {"records": ["a"]}, reply_by=wrong)
    assert engine.case(number).version == case.version


FIRST = date(2027, 1, 13)  # a general penalty of 2026-10-12: three months, and the day after
LIMITS = [
    ("fine_class", {"sanctions": ["warning"]}, BAND, BUREAU),
    ("fine_class", {"fine_band": "huge"}, BAND, BUREAU),
    ("filing_day", {"fine_band": "large"}, {"day": str(FIRST - timedelta(1))}, FIRM),
    ("minor_publication", {"fine_band": "large"}, {"publish": False}, BUREAU),
    ("minor_publication", {"fine_band": "low"}, {"publish": True, "months": 4}, BUREAU),
    ("performed", {}, {"list": ["整改"], "until": "2026-12-01", "whole_before_approval": False}, FIRM),
    ("instalments", {}, {"count": 3, "last_payment": "2027-03-01", "performed_on": "2027-02-28"}, FIRM),
    ("proofs", {}, {"asked": ["法人身份证"], "until": "2026-12-01"}, BUREAU),
    ("shield", {}, {"ruling": "1", "ends_on": "2027-12-31"}, BUREAU),
    ("order", {}, {"records": ["p", "q", "p"]}, FIRM),
    ("order", {}, {"records": ["p", "q"], "one_application": True}, LEAD),
]
WITHIN = [
    ("fine_class", {}, BAND, BUREAU),
    ("filing_day", {"fine_band": "large"}, {"day": str(FIRST)}, FIRM),
    ("minor_publication", {"fine_band": "low"}, {"publish": True, "months": 3}, BUREAU),
    ("performed", {}, {"list": ["整改"], "until": "2026-12-01", "whole_before_approval": True}, FIRM),
    ("instalments", {}, {"count": 3, "last_payment": "2027-03-01", "performed_on": "2027-03-01"}, FIRM),
    ("proofs", {}, {"asked": ["检测报告"], "basis": "部门规章", "until": "2026-12-01"}, BUREAU),
    ("shield", {"bankruptcy_stage": "plan_approved", "bankruptcy_on": "2026-11-01"},
     {"ruling": "1", "ends_on": "2027-12-31"}, BUREAU),
    ("order", {}, {"records": ["p", "q"]}, FIRM),
]  # fmt: skip


@pytest.mark.parametrize(("matter", "facts", "values", "by"), LIMITS)
def test_no_agreement_crosses_a_limit(
    engine: Engine, matter: str, facts: dict[str, Any], values: dict[str, Any], by: Actor
) -> None:
    number = opened(engine, **facts)
    with pytest.raises(LimitCrossed) as crossed:
        offer(engine, number, by, matter, values)
    assert crossed.value.clause.endswith("）")
    assert crossed.value.clause in crossed.value.zh
    assert engine.case(number).version == 1


@pytest.mark.parametrize(("matter", "facts", "values", "by"), WITHIN)
def test_up_to_its_limit_everything_may_be_proposed(
    engine: Engine, matter: str, facts: dict[str, Any], values: dict[str, Any], by: Actor
) -> None:
    assert offer(engine, opened(engine, **facts), by, matter, values).version == 2


def test_a_limit_is_asked_again_when_it_is_settled(engine: Engine) -> None:
    number = opened(engine, fine_band="large")
    case = offer(engine, number, FIRM, "filing_day", {"day": str(FIRST)})
    graver = {"fine_band": "huge"}
    engine.act(number, A.STATE_FACTS, graver, order(BUREAU, case.version))
    with pytest.raises(LimitCrossed) as crossed:
        reply(engine, number, BUREAU, case.version, Answer.ACCEPT)
    assert "信用修复管理办法" in crossed.value.clause


def test_every_matter_of_credit_repair_has_its_cases() -> None:
    names = {each.name for each in DEFINITION.matters} - {"on_site"}  # open while a case is being decided: see there
    assert {each[0] for each in WITHIN} == names
    assert {each[0] for each in LIMITS} == names


# --- the procedure ----------------------------------------------------------------------------------------------------


def test_no_application_before_the_rules_say_so(engine: Engine) -> None:
    number = opened(engine, fine_band="large")
    with pytest.raises(IllegalAction) as early:
        engine.act(number, A.MAY_APPLY, {}, order(FIRM, 1))
    assert f"最早 {FIRST}" in early.value.zh
    assert "依据：信用修复管理办法 第三章 申请条件（已读原文）" in early.value.zh
    engine.act(number, A.STATE_FACTS, DONE, order(BUREAU, 1))
    done = engine.act(number, A.MAY_APPLY, {}, order(FIRM, 2, FIRST))
    assert done.case.state_name == S.REPAIRABLE


def test_from_the_notice_to_the_last_recheck(engine: Engine) -> None:
    number = opened(engine, fine_band="low", **DONE)
    steps: list[tuple[Actor, A, dict[str, Any], list[Proof]]] = [
        (FIRM, A.MAY_APPLY, {}, []),
        (FIRM, A.CONSULT, {}, []),
        (FIRM, A.SUBMIT, {"query_code": "X1"}, [PDF]),
        (BUREAU, A.RECEIVE, {}, []),
        (BUREAU, A.WANT_MORE, {"code": "papers_illegible", "sentence": "第二页看不清"}, []),
        (FIRM, A.HAND_IN_MORE, {}, [PDF]),
        (BUREAU, A.TAKE_ON, {}, []),
        (FIRM, A.OBJECT, {"what": "period", "sentence": "期限算错"}, []),
        (BUREAU, A.UPHOLD, {"sentence": "没有算错"}, []),
        (BUREAU, A.EXTEND, {"told_on": "2026-11-25", "sentence": "现场核查"}, []),
        (BUREAU, A.APPROVE, {"day": "2026-11-27"}, []),
        (BUREAU, A.STOP_DISPLAY, {}, []),
        (LEAD, A.RECHECKED, {}, []),
        (FIRM, A.STILL_SHOWN, {"where": "第三方网站"}, []),
        (LEAD, A.TAKEN_DOWN, {}, []),
        (LEAD, A.RECHECKED_TWICE, {}, []),
        (LEAD, A.RECHECKED_LAST, {}, []),
    ]
    for by, action, values, proofs in steps:
        case = engine.act(number, action, values, order(by, engine.case(number).version), proofs).case
    assert case.state_name == S.CLOSED
    assert case.runs == {}


def test_an_application_needs_its_papers_and_a_return_its_reason(engine: Engine) -> None:
    number = opened(engine, fine_band="low", **DONE)
    engine.act(number, A.MAY_APPLY, {}, order(FIRM, 1))
    with pytest.raises(BadForm, match="papers"):
        engine.act(number, A.SUBMIT, {}, order(FIRM, 2))
    engine.act(number, A.SUBMIT, {}, order(FIRM, 2), [PDF])
    engine.act(number, A.RECEIVE, {}, order(BUREAU, 3))
    for values in ({}, {"code": "duties_open"}, {"sentence": "不行"}, {"code": "x", "sentence": "不行"}):
        with pytest.raises(BadForm):
            engine.act(number, A.RETURN, values, order(BUREAU, 4))
    action = DEFINITION.action(A.RETURN)
    assert action is not None
    assert all(each.cure for each in action.fields[0].options), "each reason says what would cure it"


def test_an_extension_is_told_before_the_limit_ends(engine: Engine) -> None:
    number = opened(engine, fine_band="low", **DONE)
    for by, action in ((FIRM, A.MAY_APPLY), (FIRM, A.SUBMIT), (BUREAU, A.RECEIVE), (BUREAU, A.TAKE_ON)):
        papers = [PDF] if action is A.SUBMIT else []
        case = engine.act(number, action, {}, order(by, engine.case(number).version), papers).case
    due = case.runs["decide_by"].told
    assert due == "2026-12-03", "seven working days after the acceptance"
    late = {"told_on": "2026-12-04", "sentence": "现场核查"}
    with pytest.raises(IllegalAction, match="before the limit ends"):
        engine.act(number, A.EXTEND, late, order(BUREAU, case.version))
    visit = {"visit_on": "2026-12-02", "extended_to": "2026-12-20"}
    with pytest.raises(LimitCrossed):
        offer(engine, number, BUREAU, "on_site", {**visit, "told_on": "2026-12-04"})
    assert offer(engine, number, BUREAU, "on_site", {**visit, "told_on": "2026-12-03"}).version == case.version + 1
