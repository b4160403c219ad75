"""Firms that are registered as cancelled or revoked are no candidates, and the answer says so."""

from datetime import date

import numpy as np

from graph.ledger import Ledger
from graph.matching import partners
from graph.memory_build import build
from graph.ontology import Ref
from services.partners import Question, Relation, find, why_not

BUYER, ON = "91330113YANG00027N", date(2026, 11, 24)
QUESTION = Question(BUYER, Relation.SUPPLIER, ON, top=1000)


def test_closed_firms_are_counted_and_not_listed(demo_ledger: Ledger) -> None:
    view = build(demo_ledger)
    ranked = partners.rank(view, view.handle(Ref("Enterprise", BUYER)), "supplier", ON, core=True)
    closed = [view.ref(int(h)).key for h in ranked.handles[view.closed(ranked.handles)]]
    assert closed, "the demo has closed firms that make what the buyer needs"
    answer = find(view, QUESTION)
    assert not {c.ref.key for c in answer.candidates} & set(closed)
    assert any(said.startswith("已注销或吊销的") for said in answer.searched.stopped)
    reason = why_not(view, QUESTION, closed[0])
    assert (reason.code, reason.rank) == ("closed", None)


def test_only_a_stated_status_closes(demo_ledger: Ledger) -> None:
    view = build(demo_ledger)
    firms = view.all_of("Enterprise")
    stated = [view.entity(int(h)).get("status") for h in firms]
    assert np.array_equal(view.closed(firms), [status in ("cancelled", "revoked") for status in stated])
