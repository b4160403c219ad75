"""What an enterprise says of its records stands beside them as said, and changes nothing but the question what if."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from cases.claims import ClaimedFact
from cases.documents import Proof
from graph.ledger import Ledger
from graph.memory_build import build
from graph.memory_view import MemoryView
from graph.ontology import Against, Enterprise, Penalty, Ref, Sanction, TiedBy, YesNo
from lianxin.errors import BadDocument, BadQuestion, NotKnown
from rules.answer import Answer
from services.claims import RecordClaims, claimed, say, withdraw
from services.credit import credit
from services.oversight_json import record_claims

ON = date(2026, 11, 24)
DONE, COMMITTED = ClaimedFact.DUTIES_DONE, ClaimedFact.COMMITMENT
FIRM, OTHER = "91330113YANG00019U", "91330113YANG00027N"
ID = "Penalty/p"
StatedView = Callable[..., MemoryView]


@pytest.fixture
def view(stated: StatedView) -> MemoryView:
    """A firm with a penalty whose minimum is over, another firm with one of its own."""
    told: dict[str, Any] = {
        "authority": "临平区应急管理局",
        "sanctions": (Sanction.CONFISCATE_INCOME,),
        "published": YesNo.YES,
        "document_date": date(2026, 5, 12),
    }
    ends = ((FIRM, "p"), (OTHER, "q"))
    return stated(
        register=[Enterprise(key=firm, name=f"{firm}有限公司") for firm, _ in ends]
        + [Penalty(key=key, **told) for _, key in ends]
        + [Against(from_ref=Ref("Penalty", k), to_ref=Ref("Enterprise", f), tied_by=TiedBy.USCC) for f, k in ends]
    )


def said(ledger: Ledger, view: MemoryView, on: date = ON) -> RecordClaims:
    return claimed(ledger, view, credit(view, FIRM, on))[ID]


def test_a_claim_stands_beside_the_finding_and_does_not_change_it(tmp_ledger: Ledger, view: MemoryView) -> None:
    before = credit(view, FIRM, ON).record(ID)
    say(tmp_ledger, view, FIRM, ID, DONE, date(2026, 6, 1), said_by="repair_authority", today=ON)
    assert credit(build(tmp_ledger), FIRM, ON).record(ID) == before
    found = said(tmp_ledger, view)
    assert before is not None
    assert before.finding is not None
    assert found.otherwise is not None
    assert (before.finding.answer, found.otherwise.answer) == (Answer.NOT_YET, Answer.NOT_YET)
    assert found.otherwise.reasons == {"NO_PUBLIC_COMMITMENT"}
    say(tmp_ledger, view, FIRM, ID, COMMITTED, ON, said_by="repair_authority", today=ON)
    both = said(tmp_ledger, view).otherwise
    assert both is not None
    assert both.answer is Answer.YES
    assert claimed(tmp_ledger, view, credit(view, OTHER, ON)) == {}


def test_what_is_done_later_is_not_yet_done_on_an_earlier_day(tmp_ledger: Ledger, view: MemoryView) -> None:
    for fact in (DONE, COMMITTED):
        say(tmp_ledger, view, FIRM, ID, fact, date(2026, 11, 20), said_by="x", today=ON)
    earlier, later = (said(tmp_ledger, view, on).otherwise for on in (date(2026, 11, 19), date(2026, 11, 20)))
    assert earlier is not None
    assert later is not None
    assert (earlier.answer, later.answer) == (Answer.NOT_YET, Answer.YES)


def test_the_newest_of_a_fact_counts_and_undo_brings_the_former_back(tmp_ledger: Ledger, view: MemoryView) -> None:
    first, second = (
        say(tmp_ledger, view, FIRM, ID, DONE, day, said_by="x", today=ON)
        for day in (date(2026, 6, 1), date(2026, 7, 1))
    )
    assert said(tmp_ledger, view).as_said[DONE].id == second
    taken = withdraw(tmp_ledger, view, FIRM, second, said_by="x", today=ON)
    assert taken.day == date(2026, 7, 1)
    assert said(tmp_ledger, view).as_said[DONE].id == first
    withdraw(tmp_ledger, view, FIRM, first, said_by="x", today=ON)
    assert claimed(tmp_ledger, view, credit(view, FIRM, ON)) == {}


def test_nobody_speaks_of_the_records_of_others(tmp_ledger: Ledger, view: MemoryView) -> None:
    with pytest.raises(BadQuestion, match="Penalty/q is no record of") as refused:
        say(tmp_ledger, view, FIRM, "Penalty/q", DONE, ON, said_by="x", today=ON)
    assert "只能说自己的记录" in refused.value.zh
    claim = say(tmp_ledger, view, FIRM, ID, DONE, ON, said_by="x", today=ON)
    with pytest.raises(NotKnown):
        withdraw(tmp_ledger, view, OTHER, claim, said_by="x", today=ON)
    assert said(tmp_ledger, view).claims


@pytest.mark.parametrize("day", [date(2026, 11, 25), date(2026, 5, 11)])
def test_a_day_to_come_and_a_day_before_the_record_are_refused(tmp_ledger: Ledger, view: MemoryView, day: date) -> None:
    with pytest.raises(BadQuestion, match=day.isoformat()):
        say(tmp_ledger, view, FIRM, ID, DONE, day, said_by="x", today=ON)
    say(tmp_ledger, view, FIRM, ID, DONE, date(2026, 5, 12), said_by="x", today=ON)


def test_a_proof_of_the_wrong_type_is_refused_by_name(tmp_ledger: Ledger, view: MemoryView) -> None:
    with pytest.raises(BadDocument, match=r"receipt\.pdf"):
        say(tmp_ledger, view, FIRM, ID, DONE, ON, said_by="x", today=ON, proofs=[Proof("receipt.pdf", b"MZ")])
    assert claimed(tmp_ledger, view, credit(view, FIRM, ON)) == {}


def test_as_json_it_says_that_it_is_claimed(tmp_ledger: Ledger, view: MemoryView) -> None:
    proof = Proof("张三.pdf", b"%PDF-1")
    say(tmp_ledger, view, FIRM, ID, DONE, ON, said_by="repair_authority", today=ON, proofs=[proof])
    told = record_claims(said(tmp_ledger, view))
    (claim,) = told["claims"]
    assert (claim["basis"], claim["fact"], claim["day"]) == ("claimed", "duties_done_on", "2026-11-24")
    assert claim["documents"][0]["media_type"] == "application/pdf"
    assert told["otherwise"]["reasons"] == ["NO_PUBLIC_COMMITMENT"]
    assert "张三" not in str(told)
