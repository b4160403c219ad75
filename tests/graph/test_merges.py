"""Merge decisions in the view: two keys, one party; reversible; an old key still resolves."""

from datetime import date

import pytest
from sqlalchemy import text

from graph.ledger import Ledger
from graph.ledger.merge import Decision, Judgement
from graph.memory_build import MemoryViews, build
from graph.ontology import Ref
from web import create_app

ON = date(2026, 11, 24)
LEFT, RIGHT = "91330113YANG00107A", "91330521YANG00115C"  # the demo's two firms of one name


def decide(ledger: Ledger, judgement: Judgement, left: str = LEFT, right: str = RIGHT) -> None:
    ledger.decide(Decision(Ref("Enterprise", left), Ref("Enterprise", right), judgement, "same licence", "tester"))


def links_of(view, key: str) -> set:
    handle = view.handle(Ref("Enterprise", key))
    found = view.links("Makes", [handle], "out", on=None)
    return {view.ref(int(other)).key for other in found.other}


def test_one_party_has_the_values_and_links_of_both_records(own_demo_ledger: Ledger) -> None:
    before = build(own_demo_ledger)
    both = links_of(before, LEFT) | links_of(before, RIGHT)
    decide(own_demo_ledger, Judgement.SAME)
    after = build(own_demo_ledger)
    assert after.handle(Ref("Enterprise", LEFT)) == after.handle(Ref("Enterprise", RIGHT))
    assert links_of(after, LEFT) == both
    entity = after.entity(after.handle(Ref("Enterprise", RIGHT)))
    assert {stated.value for stated in entity.values["uscc"]} == {LEFT, RIGHT}
    assert len(after.all_of("Enterprise")) == len(before.all_of("Enterprise")) - 1


@pytest.mark.parametrize("undone_by", [Judgement.UNSURE, Judgement.DIFFERENT])
def test_a_decision_can_be_taken_back_and_past_positions_keep_it(own_demo_ledger: Ledger, undone_by: Judgement) -> None:
    views = MemoryViews(own_demo_ledger)
    decide(own_demo_ledger, Judgement.SAME)
    merged_at = own_demo_ledger.position()
    assert views.newest().handle(Ref("Enterprise", LEFT)) == views.newest().handle(Ref("Enterprise", RIGHT))
    decide(own_demo_ledger, undone_by)
    apart = views.newest()
    assert apart.handle(Ref("Enterprise", LEFT)) != apart.handle(Ref("Enterprise", RIGHT))
    past = views.at(merged_at)
    assert past.handle(Ref("Enterprise", LEFT)) == past.handle(Ref("Enterprise", RIGHT))


def test_decisions_join_through_a_third_record(own_demo_ledger: Ledger) -> None:
    third = "91330113YANG001230"
    decide(own_demo_ledger, Judgement.SAME)
    decide(own_demo_ledger, Judgement.SAME, RIGHT, third)
    view = build(own_demo_ledger)
    assert len({view.handle(Ref("Enterprise", key)) for key in (LEFT, RIGHT, third)}) == 1


def test_an_old_key_leads_to_the_enterprise(own_demo_ledger: Ledger) -> None:
    decide(own_demo_ledger, Judgement.SAME)
    client = create_app(own_demo_ledger, demo=True, today=lambda: ON).test_client()
    with own_demo_ledger.reading() as connection:
        first = connection.execute(
            text("SELECT key FROM record WHERE key IN (:a, :b) ORDER BY id LIMIT 1"), {"a": LEFT, "b": RIGHT}
        ).scalar_one()
    old = RIGHT if first == LEFT else LEFT
    answer = client.get(f"/enterprises/{old}")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(f"/enterprises/{first}")
    assert client.get(f"/enterprises/{first}").status_code == 200
