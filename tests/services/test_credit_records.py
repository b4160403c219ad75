"""Credit events of an enterprise: all of them with their sources, and what nobody has looked for."""

from collections.abc import Callable
from datetime import date

import pytest

from graph.ledger import Ledger
from graph.memory_build import build
from graph.memory_view import MemoryView
from graph.ontology import (
    AbnormalListing,
    Against,
    Enterprise,
    FormerName,
    PartyKind,
    Penalty,
    Ref,
    SeriousListing,
    TiedBy,
    Unknown,
)
from lianxin.errors import NotKnown
from services.credit_records import RecordKind, not_loaded, records, untied

ON = date(2026, 11, 24)
StatedView = Callable[..., MemoryView]
FIRM, OTHER = Ref("Enterprise", "91330113YANG00019U"), Ref("Enterprise", "91330113YANG00027N")
RESIN_PREDICTED, RENAMED, NAMESAKE = "91330113YANG00086R", "91330113YANG00094L", "91330113YANG00107A"
ALWAYS_MISSING = [
    RecordKind.OTHER_DISHONESTY,
    RecordKind.SPOT_CHECK,
    RecordKind.TAX_CREDIT,
    RecordKind.JUDGMENT_DEFAULTER,
]


@pytest.fixture(scope="module")
def district(demo_ledger: Ledger) -> MemoryView:
    return build(demo_ledger)


def test_the_planted_penalty_of_a_candidate(district: MemoryView) -> None:
    found = records(district, RESIN_PREDICTED, ON)
    (event,) = found.events
    assert (event.kind, event.day, event.tied_by, event.masked) == (
        RecordKind.PENALTY,
        date(2026, 5, 12),
        TiedBy.USCC,
        False,
    )
    assert event.tie is not None
    assert event.tie.source.file == "penalties.csv"
    assert event.values["document_no"][0].source.row == event.tie.source.row
    assert [source.synthetic for source in event.sources] == [True]


def test_the_planted_penalty_under_a_former_name(district: MemoryView) -> None:
    (event,) = records(district, RENAMED, ON).events
    assert (event.tied_by, event.get("party_name")) == (TiedBy.FORMER_NAME, "余杭红枫农机修造（示例）厂")
    assert event.get("party_uscc") is Unknown.NOT_SUPPLIED


def test_the_planted_penalty_that_may_be_either_namesakes(district: MemoryView) -> None:
    found = records(district, NAMESAKE, ON)
    assert found.events == []
    assert [event.day for event in found.perhaps] == [date(2025, 9, 18)]
    assert [event.day for event in records(district, "91330521YANG00115C", ON).perhaps] == [date(2025, 9, 18)]
    assert records(district, NAMESAKE, date(2025, 9, 17)).perhaps == []


def test_the_planted_sole_trader_is_masked_and_waits(district: MemoryView) -> None:
    (event,) = (each for each in untied(district, ON) if each.masked)
    assert event.get("party_kind") is PartyKind.SOLE_TRADER
    assert event.get("party_name") is Unknown.WITHHELD
    assert "样小明" not in str(event)


def test_what_is_loaded_and_what_is_not(district: MemoryView, stated: StatedView) -> None:
    found = records(district, RESIN_PREDICTED, ON)
    assert [each.name for each in found.loaded] == ["shuanggongshi-2018", "abnormal-listing", "serious-listing"]
    assert found.not_loaded == ALWAYS_MISSING
    assert not_loaded(stated(register=[Enterprise(key=FIRM.key)])) == list(RecordKind)


def test_every_event_of_the_demo_is_against_somebody_or_waits(district: MemoryView) -> None:
    tied = [event for firm in district.entities("Enterprise") for event in records(district, firm.ref.key, ON).events]
    kinds = {kind: sum(event.kind is kind for event in tied) for kind in RecordKind}
    waiting = untied(district, ON)
    assert kinds[RecordKind.PENALTY] + len(waiting) == 300
    assert (kinds[RecordKind.ABNORMAL_LISTING], kinds[RecordKind.SERIOUS_LISTING]) == (60, 16)


def test_events_of_every_kind_the_newest_first_and_none_from_the_future(stated: StatedView) -> None:
    events = [
        Penalty(key="p1", document_date=date(2025, 1, 2)),
        Penalty(key="p2", document_date=date(2026, 11, 25)),
        Penalty(key="p3", document_date=Unknown.NOT_SUPPLIED),
        AbnormalListing(key="a1", listed_on=date(2026, 11, 24)),
        SeriousListing(key="s1", listed_on=date(2024, 1, 1)),
    ]
    links = [Against(from_ref=event.ref, to_ref=FIRM, tied_by=TiedBy.USCC) for event in events]
    view = stated(register=[Enterprise(key=FIRM.key, name="甲"), Enterprise(key=OTHER.key), *events, *links])
    assert [event.ref.key for event in records(view, FIRM.key, ON).events] == ["a1", "p1", "s1", "p3"]
    assert records(view, OTHER.key, ON).events == []


def test_one_event_of_two_data_sets_is_one_event_with_two_sources(stated: StatedView) -> None:
    penalty = Penalty(key="p", document_date=date(2025, 1, 2), fine=Unknown.NOT_OBTAINED)
    link = Against(from_ref=penalty.ref, to_ref=FIRM, tied_by=TiedBy.USCC)
    view = stated(register=[Enterprise(key=FIRM.key), penalty, link], export=[penalty, link])
    (event,) = records(view, FIRM.key, ON).events
    assert [source.dataset for source in event.sources] == ["register", "export"]


def test_untied_events_with_a_former_name_are_named_as_possible(stated: StatedView) -> None:
    firm = Enterprise(key=FIRM.key, name="甲有限公司", former_names=(FormerName("旧厂"),))
    penalties = [
        Penalty(key="by name", document_date=ON, party_name="旧厂", party_uscc=Unknown.NOT_SUPPLIED),
        Penalty(key="with code", document_date=ON, party_name="旧厂", party_uscc="1233"),
        Penalty(key="masked", document_date=ON, party_name=Unknown.WITHHELD, party_uscc=Unknown.NOT_SUPPLIED),
    ]
    view = stated(register=[firm, *penalties])
    assert [event.ref.key for event in records(view, FIRM.key, ON).perhaps] == ["by name"]
    assert [event.ref.key for event in untied(view, ON)] == ["by name", "masked", "with code"]


def test_an_enterprise_that_is_not_there(stated: StatedView) -> None:
    with pytest.raises(NotKnown):
        records(stated(register=[Enterprise(key=FIRM.key)]), OTHER.key, ON)
