"""Over all records: which could be applied for now, and what a change of law does to them; in pages and slices."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from cases import claims as claim_store
from cases.claims import ClaimedFact, Statement
from graph.ledger import Ledger
from graph.memory_build import build
from graph.memory_view import MemoryView
from graph.ontology import (
    AbnormalListing,
    Against,
    Enterprise,
    ListingState,
    PartyKind,
    Penalty,
    Ref,
    Sanction,
    SectorStandard,
    TiedBy,
    YesNo,
)
from rules.answer import Answer
from rules.credit_repair.impact import Change, impact
from rules.credit_repair.sets import NDRC_36, NDRC_58, SAMR_107, SAMR_2021
from services import through
from services.credit.facts import from_register
from services.credit_records import RecordKind, event_handles, event_of, events
from services.oversight import Stage, Unjudged, eligible, law_impact
from services.oversight_json import eligible as eligible_json
from services.through import newest

ON = date(2026, 11, 24)
FIRM = Ref("Enterprise", "91330113YANG00019U")
BUILDING, MARKET = "临平区住房和城乡建设局", "临平区市场监督管理局"
StatedView = Callable[..., MemoryView]


def penalty(key: str, day: date, authority: str = BUILDING, **values: Any) -> Penalty:
    told: dict[str, Any] = {"sanctions": (Sanction.CONFISCATE_INCOME,), "published": YesNo.YES}
    return Penalty(key=key, authority=authority, document_date=day, **{**told, **values})


def tie(event: Any) -> Against:
    return Against(from_ref=event.ref, to_ref=FIRM, tied_by=TiedBy.USCC)


@pytest.fixture
def view(stated: StatedView) -> MemoryView:
    events = [
        penalty("waits", date(2026, 8, 24)),  # the minimum ends on the day itself
        penalty("reached", date(2026, 8, 23)),  # on the day before
        penalty("open", date(2026, 7, 1), sanctions=(Sanction.FINE,)),  # no band: minor, general or serious
        penalty("over", date(2024, 1, 1)),
        penalty("hidden", date(2026, 7, 1), published=YesNo.NO),
        penalty("trader", date(2026, 7, 2), party_kind=PartyKind.SOLE_TRADER, party_name="张三"),
        penalty("market", date(2026, 7, 3), MARKET),
        AbnormalListing(
            key="gone", authority=MARKET, listed_on=date(2026, 1, 1), removed_on=date(2026, 2, 1),
            state=ListingState.REMOVED,
        ),
    ]  # fmt: skip
    return stated(register=[Enterprise(key=FIRM.key, name="甲有限公司"), *events, *(tie(each) for each in events)])


def test_a_record_is_in_the_list_from_the_day_after_its_minimum(tmp_ledger: Ledger, view: MemoryView) -> None:
    found = {each.record.ref.key: each for each in eligible(tmp_ledger, view, ON).found}
    assert set(found) == {"reached", "open", "over", "trader", "market"}
    assert found["reached"].stage is Stage.DAY_REACHED
    assert (found["reached"].since.day, found["reached"].answer) == (ON, Answer.NOT_YET)
    assert found["open"].stage is Stage.PERHAPS
    tomorrow = eligible(tmp_ledger, view, date(2026, 11, 25)).found
    assert "waits" in {each.record.ref.key for each in tomorrow}


def test_the_surest_and_longest_waiting_stand_first_on_all_pages(tmp_ledger: Ledger, view: MemoryView) -> None:
    whole = eligible(tmp_ledger, view, ON)
    assert [each.record.ref.key for each in whole.found] == ["trader", "market", "reached", "over", "open"]
    pages, cursor = [], None
    while True:
        page = eligible(tmp_ledger, view, ON, limit=2, cursor=cursor)
        pages += page.found
        assert page.counts == whole.counts
        if (cursor := page.next_cursor) is None:
            break
    assert pages == whole.found
    assert whole.records == 8


def test_it_is_narrowed_by_authority_and_stage(tmp_ledger: Ledger, view: MemoryView) -> None:
    market = eligible(tmp_ledger, view, ON, authority="市场监督")
    assert ([each.record.ref.key for each in market.found], market.records) == (["market"], 2)
    perhaps = eligible(tmp_ledger, view, ON, stage=Stage.PERHAPS)
    # Under the new rules the maximum is over: whether it stopped hangs on the duties.
    assert [each.record.ref.key for each in perhaps.found] == ["over", "open"]
    assert perhaps.counts[Stage.DAY_REACHED] == 3


def test_without_a_case_nothing_is_applied_for(tmp_ledger: Ledger, view: MemoryView) -> None:
    found = eligible(tmp_ledger, view, ON)
    assert found.applied == 0
    assert {each.application for each in found.found} == {None}
    assert eligible_json(found, set())["applied"] == 0


def test_sole_traders_have_no_name_in_the_list(tmp_ledger: Ledger, view: MemoryView) -> None:
    found = {each.record.ref.key: each.record for each in eligible(tmp_ledger, view, ON).found}
    trader, firm = found["trader"], found["reached"]
    assert (trader.masked, trader.party, trader.enterprise) == (True, None, None)
    assert (firm.masked, firm.party, firm.enterprise) == (False, "甲有限公司", FIRM.key)


def test_what_the_party_says_stands_beside_it(tmp_ledger: Ledger, view: MemoryView) -> None:
    said = Statement(FIRM, Ref("Penalty", "reached"), ClaimedFact.DUTIES_DONE, ON, "repair_authority")
    claim_store.say(tmp_ledger, said, ON)
    found = {each.record.ref.key: each for each in eligible(tmp_ledger, view, ON).found}
    assert [claim.day for claim in found["reached"].claims] == [ON]
    assert found["reached"].stage is Stage.DAY_REACHED, "said is not done"


def test_kinds_that_are_not_loaded_are_named(tmp_ledger: Ledger, view: MemoryView) -> None:
    assert RecordKind.TAX_CREDIT in eligible(tmp_ledger, view, ON).not_loaded
    assert eligible(tmp_ledger, build(tmp_ledger), ON).records == 8


# --- the impact of a change of law ------------------------------------------------------------------------------------


def test_every_record_is_compared_or_said_why_not(view: MemoryView) -> None:
    found = law_impact(view, NDRC_58, NDRC_36, ON)
    assert found.complete
    assert (found.records, found.read, found.total) == (8, 8, 8)
    assert found.unjudged == {Unjudged.OUT_OF_SCOPE: 1, Unjudged.REMOVED: 1, Unjudged.FACTS_MISSING: 0}
    assert sum(found.counts.values()) == 6
    market = law_impact(view, SAMR_2021, SAMR_107, ON)
    assert market.unjudged[Unjudged.OUT_OF_SCOPE] == 6


def test_each_row_is_what_the_rules_say_of_that_record(demo_ledger: Ledger) -> None:
    view = build(demo_ledger)
    found = law_impact(view, NDRC_58, NDRC_36, ON, limit=1_000)
    assert found.counts[Change.LOSES] == 3
    assert found.next_cursor is None
    for row in found.rows:
        event = event_of(view, row.record.ref)
        assert event is not None
        facts = from_register(event, ON).facts
        assert facts is not None
        alone = impact(facts, ON, NDRC_58, NDRC_36)
        assert row.outcome.change is alone.change is not Change.SAME
        assert (row.outcome.new, row.outcome.from_day) == (alone.new.answer, alone.from_day)
    order = [row.outcome.change for row in found.rows]
    assert order == sorted(order, key=[Change.LOSES, Change.REVIEW, Change.GAINS].index)


def test_pages_and_one_kind_of_change(demo_ledger: Ledger) -> None:
    view = build(demo_ledger)
    whole = law_impact(view, NDRC_58, NDRC_36, ON, limit=1_000).rows
    second = law_impact(view, NDRC_58, NDRC_36, ON, limit=10, cursor=10)
    assert (list(second.rows), second.next_cursor) == (list(whole[10:20]), 20)
    same = law_impact(view, NDRC_58, NDRC_36, ON, change=Change.SAME, limit=1_000)
    assert {row.outcome.change for row in same.rows} == {Change.SAME}
    assert len(same.rows) == same.counts[Change.SAME]


def test_a_large_ledger_is_worked_through_a_slice_at_a_time(demo_ledger: Ledger) -> None:
    def impact_of(view: MemoryView, **more: float) -> Any:
        return law_impact(view, NDRC_58, NDRC_36, ON, **more)

    def eligible_of(view: MemoryView, **more: float) -> Any:
        return eligible(demo_ledger, view, ON, **more)

    for ask in (impact_of, eligible_of):
        view = build(demo_ledger)
        first, second = ask(view, seconds=0), ask(view, seconds=0)
        assert not first.complete
        assert 0 < first.read < first.total
        assert second.read > first.read
        assert sum(second.counts.values()) >= sum(first.counts.values())
        assert ask(view) == ask(build(demo_ledger))
        assert ask(view).complete


def test_a_record_of_a_later_day_is_left_out_on_an_earlier_one(tmp_ledger: Ledger, view: MemoryView) -> None:
    early = date(2026, 7, 1)
    assert law_impact(view, NDRC_58, NDRC_36, early).records == 4
    listed = eligible(tmp_ledger, view, early)
    assert (listed.records, listed.total, listed.complete) == (4, 8, True)


def test_only_a_few_questions_are_kept(view: MemoryView) -> None:
    for day in range(1, 20):
        law_impact(view, NDRC_58, NDRC_36, date(2026, 11, day))
    assert len(view.derived("impact of a change of law")) == through._KEPT


def test_the_newest_are_those_that_came_into_the_ledger_last(view: MemoryView) -> None:
    handles = event_handles(view)
    assert [event.ref for event in events(view, handles)] == [view.ref(handle) for handle in handles]
    last = newest(view, ON, "", 3)
    assert [each.ref for each in last.records] == [view.ref(handle) for handle in handles[:-4:-1]]
    assert not last.complete
    market = newest(view, ON, "市场监督", 3)
    assert ({each.authority for each in market.records}, market.complete) == ({MARKET}, True)


def test_a_standard_of_the_ledger_counts_in_the_list_and_in_the_impact(tmp_ledger: Ledger, stated: StatedView) -> None:
    fine = penalty("fine", date(2026, 7, 1), sanctions=(Sanction.FINE,), fine=Decimal(50_000))
    told = [Enterprise(key=FIRM.key, name="甲有限公司"), fine, tie(fine)]
    standard = SectorStandard(
        key="s", field="住建", authority=BUILDING, first_day=date(2026, 4, 1), low_up_to=Decimal(100),
        huge_from=Decimal(40_000), citation="某分类标准",
    )  # fmt: skip
    without = stated(register=told)
    assert [each.stage for each in eligible(tmp_ledger, without, ON).found] == [Stage.PERHAPS]
    assert law_impact(without, NDRC_58, NDRC_36, ON).counts[Change.REVIEW] == 1
    view = stated(standards=[standard])
    assert eligible(tmp_ledger, view, ON).found == [], "very large: its day has not come"
    assert law_impact(view, NDRC_58, NDRC_36, ON).counts[Change.LOSES] == 1
