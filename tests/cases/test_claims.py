"""What a party says of its record: appended, taken back by a row of its own, never said twice, refused by name."""

from datetime import date

import pytest

from cases.claims import Claim, ClaimedFact, Statement, say, standing, withdraw
from cases.documents import Proof
from graph.ledger import Ledger
from graph.ontology import Ref
from lianxin.errors import BadDocument, BadQuestion, Conflict, NotKnown

TODAY = date(2026, 11, 24)
A, B = Ref("Enterprise", "A"), Ref("Enterprise", "B")
P, Q = Ref("Penalty", "p"), Ref("Penalty", "q")
PDF, PNG = Proof("a.pdf", b"%PDF-1"), Proof("b.png", b"\x89PNG\r\n\x1a\n")


def done(record: Ref = P, *proofs: Proof, day: date = TODAY, party: Ref = A) -> Statement:
    return Statement(party, record, ClaimedFact.DUTIES_DONE, day, "repair_authority", proofs)


def rows(ledger: Ledger) -> int:
    with ledger.reading() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM claim").scalar_one())


def test_a_claim_keeps_who_said_what_of_which_record_and_when(recorded: Ledger) -> None:
    number = say(recorded, done(P, PDF, PNG), TODAY)
    (found,) = standing(recorded, [P])
    assert isinstance(found, Claim)
    assert (found.id, found.party, found.record, found.fact) == (number, A, P, ClaimedFact.DUTIES_DONE)
    assert (found.day, found.said_by) == (TODAY, "repair_authority")
    assert [each.media_type.chinese for each in found.documents] == ["PDF", "PNG 图片"]
    assert standing(recorded, [Q]) == []
    assert standing(recorded, [Ref("SeriousListing", "p")]) == []  # another record of the same key
    assert standing(recorded, []) == []
    assert recorded.position() == 1, "what is said moves no view"


def test_the_same_said_again_is_one_claim(recorded: Ledger) -> None:
    first = say(recorded, done(P, PDF), TODAY)
    assert say(recorded, done(P, PDF, PDF), TODAY) == first
    assert rows(recorded) == 1
    others = [done(P), done(P, PDF, PNG), done(P, PDF, day=date(2026, 11, 23)), done(Q, PDF), done(P, PDF, party=B)]
    assert len({first, *(say(recorded, each, TODAY) for each in others)}) == 6


def test_a_claim_is_taken_back_by_a_row_and_can_be_said_anew(recorded: Ledger) -> None:
    first = say(recorded, done(), TODAY)
    withdraw(recorded, first, "administrator")
    assert standing(recorded) == []
    assert rows(recorded) == 2
    with pytest.raises(Conflict, match="withdrawn before"):
        withdraw(recorded, first, "administrator")
    again = say(recorded, done(), TODAY)
    assert again != first
    assert [each.id for each in standing(recorded)] == [again]


def test_a_withdrawal_is_no_claim(recorded: Ledger) -> None:
    withdraw(recorded, say(recorded, done(), TODAY), "administrator")
    for unknown in (2, 99):
        with pytest.raises(NotKnown):
            withdraw(recorded, unknown, "administrator")


def test_the_newest_stands_first(recorded: Ledger) -> None:
    numbers = [say(recorded, done(record), TODAY) for record in (P, Q)]
    assert [each.id for each in standing(recorded)] == numbers[::-1]


def test_a_day_that_has_not_come_is_refused(recorded: Ledger) -> None:
    with pytest.raises(BadQuestion, match="2026-11-25 has not come yet") as refused:
        say(recorded, done(day=date(2026, 11, 25)), TODAY)
    assert "还没有到" in refused.value.zh


def test_nothing_is_stored_where_anything_is_refused(recorded: Ledger) -> None:
    refusals = [
        (done(P, PDF, Proof("x.exe", b"MZ")), BadDocument),
        (done(P, *[PDF] * 4), BadQuestion),
        (done(Ref("Penalty", "nobody")), NotKnown),
        (done(party=Ref("Enterprise", "nobody")), NotKnown),
    ]
    for statement, error in refusals:
        with pytest.raises(error):
            say(recorded, statement, TODAY)
    with recorded.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM document").scalar_one() == 0
    assert rows(recorded) == 0
