"""Drafts of a side, and what was refused to an account: kept at each step, seen by nobody else, gone when done."""

from datetime import date, datetime

import pytest

from cases import drafts, refusals
from cases.accounts import Role
from cases.actor import Actor, Order
from cases.documents import Proof
from cases.drafts import MOST_PAPERS, Draft
from cases.engine import Engine
from cases.refusals import SHOWN, Refused
from lianxin.errors import BadDocument, BadQuestion, NotKnown

NOW = datetime(2026, 11, 24, 9)
PDF = b"%PDF-1.7\n"


@pytest.fixture
def number(engine: Engine) -> int:
    firm = Actor(Role.ENTERPRISE, "firm", "A")
    demand = {"topic": "training", "demand": "焊工培训的名额不够"}
    return engine.open("hr-channel", demand, Order(firm, date(2026, 11, 24), NOW)).case.id


def test_each_answer_is_kept_apart_and_the_last_one_holds(engine: Engine, number: int) -> None:
    draft, other = Draft(number, Role.ENTERPRISE, "add"), Draft(number, Role.LEAD_DEPARTMENT, "add")
    for field, value in (("a", "一"), ("b", None), ("c", ["x", "y"]), ("a", "二")):
        drafts.answer(engine.ledger, draft, field, value, "firm", NOW)
    assert drafts.answers(engine.ledger, draft) == {"a": "二", "b": None, "c": ["x", "y"]}
    assert drafts.answers(engine.ledger, other) == {}
    drafts.answer(engine.ledger, other, "a", True, "lead", NOW)
    drafts.discard(engine.ledger, draft)
    assert drafts.answers(engine.ledger, draft) == {}
    assert drafts.answers(engine.ledger, other) == {"a": True}


def test_papers_are_kept_once_for_each_material(engine: Engine, number: int) -> None:
    draft = Draft(number, Role.ENTERPRISE, "add")
    papers = [Proof("a", PDF), Proof("b", PDF), Proof("c", PDF + b"x")]
    drafts.add_papers(engine.ledger, draft, "m", papers, NOW)
    drafts.add_papers(engine.ledger, draft, "m", papers[:1], NOW)
    drafts.add_papers(engine.ledger, draft, "n", papers[:1], NOW)
    handed = drafts.papers(engine.ledger, draft)
    assert {name: len(found) for name, found in handed.items()} == {"m": 2, "n": 1}
    assert {(each.material, each.content) for each in drafts.proofs(engine.ledger, handed)} == {
        ("m", PDF), ("m", PDF + b"x"), ("n", PDF),
    }  # fmt: skip
    drafts.remove_paper(engine.ledger, draft, "n", handed["n"][0].digest)
    assert drafts.papers(engine.ledger, draft).keys() == {"m"}
    for material, digest in (("n", handed["m"][0].digest), ("m", "0" * 64)):
        with pytest.raises(NotKnown):
            drafts.remove_paper(engine.ledger, draft, material, digest)


def test_papers_that_are_too_many_or_none_leave_nothing_behind(engine: Engine, number: int) -> None:
    draft = Draft(number, Role.ENTERPRISE, "add")
    many = [Proof("a", PDF + bytes([n])) for n in range(MOST_PAPERS + 1)]
    with pytest.raises(BadQuestion):
        drafts.add_papers(engine.ledger, draft, "m", many, NOW)
    with pytest.raises(BadDocument):
        drafts.add_papers(engine.ledger, draft, "m", [*many[:1], Proof("x", b"MZ")], NOW)
    assert drafts.papers(engine.ledger, draft) == {}
    drafts.add_papers(engine.ledger, draft, "m", many[:MOST_PAPERS], NOW)


def test_a_refusal_is_kept_once_in_a_row_for_its_account_and_the_newest_are_shown(engine: Engine, number: int) -> None:
    def refused(why: str) -> Refused:
        return Refused(1, NOW, "act-x", "办", why, "改一改", {"day": "2026-12-01"})

    for _ in range(2):
        refusals.remember(engine.ledger, number, "enterprise firm", refused("不行"))
    assert refusals.of_account(engine.ledger, number, "enterprise firm") == [refused("不行")]
    assert refusals.of_account(engine.ledger, number, "lead_department lead") == []
    for each in range(SHOWN + 2):
        refusals.remember(engine.ledger, number, "enterprise firm", refused(str(each)))
    shown = [each.why for each in refusals.of_account(engine.ledger, number, "enterprise firm")]
    assert shown == [str(each) for each in range(2, SHOWN + 2)]
