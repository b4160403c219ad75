"""Links of single records: the token is kept nowhere, opens one record, can be ended, and ends by its day."""

from datetime import date

import pytest

from cases.record_links import TOKEN, LinkState, end, find, links, make
from graph.ledger import Ledger
from graph.ontology import Ref
from lianxin.errors import Conflict, NotKnown

TODAY = date(2026, 11, 24)
P, LATER = Ref("Penalty", "p"), Ref("Penalty", "not loaded yet")


def test_a_token_opens_its_record_and_lies_nowhere_in_the_ledger(recorded: Ledger) -> None:
    token = make(recorded, P, made_by="repair_authority")
    found = find(recorded, token)
    assert found is not None
    assert (found.record, found.snapshot, found.state(TODAY)) == (P, None, LinkState.OPEN)
    with recorded.reading() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM record_link").all()
    assert token not in str(rows)


def test_tokens_are_long_and_never_the_same() -> None:
    drawn = {TOKEN.draw() for _ in range(200)}
    assert len(drawn) == 200
    assert {len(token) for token in drawn} == {22}


@pytest.mark.parametrize(
    "wrong", ["", "x" * 21, "x" * 23, "链" * 22, "../../../../etc/passwd", "A" * 22, "a b" + "c" * 19]
)
def test_anything_else_opens_nothing(recorded: Ledger, wrong: str) -> None:
    make(recorded, P, made_by="repair_authority")
    assert find(recorded, wrong) is None


def test_what_was_stated_lies_with_the_link_of_a_record_that_is_not_loaded(recorded: Ledger) -> None:
    stated = {"facts": {"kind": "penalty"}, "authority": "临平区住房和城乡建设局（示例）"}
    found = find(recorded, make(recorded, LATER, made_by="repair_authority", snapshot=stated))
    assert found is not None
    assert (found.record, found.snapshot) == (LATER, stated)


def test_a_link_is_ended_once(recorded: Ledger) -> None:
    token, other = (make(recorded, P, made_by="repair_authority") for _ in range(2))
    found = find(recorded, token)
    assert found is not None
    end(recorded, found.id, "administrator")
    ended, still = find(recorded, token), find(recorded, other)
    assert ended is not None
    assert still is not None
    assert (ended.state(TODAY), still.state(TODAY)) == (LinkState.ENDED, LinkState.OPEN)
    with pytest.raises(Conflict):
        end(recorded, found.id, "administrator")
    with pytest.raises(NotKnown):
        end(recorded, 99, "administrator")


def test_a_link_opens_on_its_last_day_and_not_after(recorded: Ledger) -> None:
    found = find(recorded, make(recorded, P, made_by="repair_authority", expires_on=TODAY))
    assert found is not None
    assert found.state(TODAY) is LinkState.OPEN
    assert found.state(date(2026, 11, 25)) is LinkState.EXPIRED


def test_links_are_listed_newest_first(recorded: Ledger) -> None:
    for record in (P, LATER, P):
        make(recorded, record, made_by="repair_authority")
    assert [each.id for each in links(recorded)] == [3, 2, 1]
    assert [each.id for each in links(recorded, [P])] == [3, 1]
