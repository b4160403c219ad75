"""How far somebody reaches: of an enterprise with records of two authorities each sees its own, counted as its own."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from cases.reach import EVERYTHING, Reach
from graph.ledger import Ledger
from graph.memory_view import MemoryView
from graph.ontology import Against, Enterprise, Penalty, Ref, Sanction, TiedBy, Unknown, YesNo
from lianxin.errors import BadQuestion, NotKnown, OutOfScope
from rules.credit_repair.impact import Change
from rules.credit_repair.sets import NDRC_36, NDRC_58
from services.claims import own_record
from services.credit import StripState, credit, credit_plan, record_of, strip_of
from services.oversight import eligible, law_impact
from services.through import newest

ON = date(2026, 11, 24)
FIRM, OTHER = Ref("Enterprise", "91330113YANG00019U"), Ref("Enterprise", "91330113YANG00027N")
BUILDING, MARKET = "临平区住房和城乡建设局", "临平区市场监督管理局"
OF_BUILDING = Reach(authorities=frozenset([BUILDING]))
OWN = Reach(enterprise=FIRM.key)


@pytest.fixture
def view(stated: Callable[..., MemoryView]) -> MemoryView:
    told: dict[str, Any] = {"sanctions": (Sanction.CONFISCATE_INCOME,), "published": YesNo.YES}
    made = [("b1", BUILDING), ("m1", MARKET), ("m2", MARKET)]
    events = [Penalty(key=key, authority=who, document_date=date(2026, 7, 1), **told) for key, who in made]
    loose = Penalty(
        key="loose",
        authority=MARKET,
        party_name="甲有限公司",
        party_uscc=Unknown.NOT_SUPPLIED,
        document_date=date(2026, 7, 2),
        **told,
    )
    ties = [Against(from_ref=each.ref, to_ref=FIRM, tied_by=TiedBy.USCC) for each in events]
    firms = [Enterprise(key=FIRM.key, name="甲有限公司"), Enterprise(key=OTHER.key, name="乙有限公司")]
    return stated(register=[*firms, *events, loose, *ties])


def test_everything_is_reached_where_nothing_limits(view: MemoryView) -> None:
    assert not EVERYTHING.limited
    assert len(credit(view, FIRM.key, ON).records) == 3
    with pytest.raises(NotKnown):
        credit(view, "nobody", ON, EVERYTHING)


def test_an_authority_sees_and_counts_its_own_records_alone(view: MemoryView, tmp_ledger: Ledger) -> None:
    known = credit(view, FIRM.key, ON, OF_BUILDING)
    assert [(each.ref.key, each.authority) for each in known.records] == [("b1", BUILDING)]
    assert (known.strip.shown, known.strip.perhaps, known.perhaps) == (1, 0, [])
    assert known.strip.state is StripState.SHOWN
    assert strip_of(view, FIRM, ON, OF_BUILDING) == known.strip
    assert strip_of(view, FIRM, ON).shown == 3, "what is kept for others is not narrowed"
    assert [each.id for each in credit_plan(view, FIRM.key, ON, reach=OF_BUILDING).records.values()] == ["Penalty/b1"]
    assert [each.ref.key for each in newest(view, ON, "", 10, OF_BUILDING).records] == ["b1"]
    listed = eligible(tmp_ledger, view, ON, reach=OF_BUILDING)
    assert (listed.records, [each.record.ref.key for each in listed.found]) == (1, ["b1"])
    assert eligible(tmp_ledger, view, ON).records == 4
    same = law_impact(view, NDRC_58, NDRC_36, ON, change=Change.SAME, reach=OF_BUILDING)
    assert same.records == sum(same.counts.values()) + sum(same.unjudged.values()) == 1


@pytest.mark.parametrize("id", ["Penalty/m1", "Penalty/loose", "Penalty/nobody"])
def test_a_record_of_another_authority_is_as_one_that_is_nowhere(view: MemoryView, id: str) -> None:
    known = credit(view, FIRM.key, ON, OF_BUILDING)
    for ask in (record_of, own_record):
        with pytest.raises(OutOfScope):
            ask(known, id, OF_BUILDING)
    with pytest.raises((NotKnown, BadQuestion)):
        own_record(known, id)


@pytest.mark.parametrize("key", [OTHER.key, "nobody", "乙有限公司"])
def test_whom_an_authority_has_nothing_against_is_as_nobody(view: MemoryView, key: str) -> None:
    with pytest.raises(OutOfScope):
        credit(view, key, ON, OF_BUILDING)


def test_an_enterprise_sees_all_of_its_own(view: MemoryView) -> None:
    known = credit(view, FIRM.key, ON, OWN)
    assert (len(known.records), len(known.perhaps), known.strip.shown) == (3, 1, 3)


@pytest.mark.parametrize("key", [OTHER.key, "nobody", "乙有限公司", "甲有限公司", ""])
def test_an_enterprise_asks_for_itself_by_its_key_and_for_nothing_else(view: MemoryView, key: str) -> None:
    with pytest.raises(OutOfScope):
        credit(view, key, ON, OWN)


def test_an_enterprise_that_the_ledger_does_not_know_reaches_nothing(view: MemoryView) -> None:
    with pytest.raises(OutOfScope):
        credit(view, "gone", ON, Reach(enterprise="gone"))
