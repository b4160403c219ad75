"""From a register's row to findings, strips and plans: nothing filled in, unknown never clean, all has sources."""

from collections.abc import Callable
from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Any

import orjson
import pytest

from graph.ledger import Ledger
from graph.memory_build import build
from graph.memory_view import MemoryView
from graph.ontology import (
    AbnormalListing,
    Against,
    CreditEvent,
    Enterprise,
    ListingState,
    PartyKind,
    Penalty,
    Ref,
    Sanction,
    SectorStandard,
    SeriousListing,
    Term,
    TiedBy,
    Unknown,
    YesNo,
)
from lianxin.errors import BadFact, BadQuestion, NotKnown
from rules.answer import Answer
from rules.credit_repair.facts import Facts, Kind, System, read_facts, write_facts
from rules.credit_repair.finding import assess
from rules.credit_repair.gravity import Gravity
from rules.credit_repair.standards import Standards, read_standard
from rules.explain import Explanation
from rules.law import ReadingMark
from services import credit_json, partners
from services.credit import Change, CreditRecord, CreditStrip, StripState, credit, credit_plan, strip
from services.credit.facts import ASKED_OF, authorities
from services.credit_records import RecordKind
from services.partners import Question, Relation

ON = date(2026, 11, 24)
StatedView = Callable[..., MemoryView]
FIRM = Ref("Enterprise", "91330113YANG00019U")
RESIN_PREDICTED, RESIN_BUYER = "91330113YANG00086R", "91330113YANG00027N"
RENAMED, NAMESAKE, CLEAN = "91330113YANG00094L", "91330113YANG00107A", "91330113YANG00027N"
EMERGENCY, MARKET, TAX = "临平区应急管理局（示例）", "临平区市场监督管理局（示例）", "国家税务总局临平区税务局（示例）"
DONE = [Change("duties_done", True), Change("public_commitment", True)]
NO_CURE: dict[str, Any] = {"public_commitment": True, "duties_done": True}


@pytest.fixture(scope="module")
def district(demo_ledger: Ledger) -> MemoryView:
    return build(demo_ledger)


def penalty(key: str = "p", **values: Any) -> Penalty:
    """A published penalty of an authority that goes through Credit China, with the values of a test."""
    usual: dict[str, Any] = {
        "authority": EMERGENCY,
        "document_date": date(2026, 5, 12),
        "sanctions": (Sanction.CONFISCATE_INCOME,),
        "published": YesNo.YES,
    }
    return Penalty(key=key, **{**usual, **values})


def listing(key: str = "l", **values: Any) -> SeriousListing:
    usual: dict[str, Any] = {"authority": EMERGENCY, "listed_on": date(2025, 1, 15), "published": YesNo.YES}
    return SeriousListing(key=key, **{**usual, **values})


def against_firm(*events: CreditEvent) -> list[Any]:
    return [Enterprise(key=FIRM.key, name="甲有限公司"), *events] + [
        Against(from_ref=event.ref, to_ref=FIRM, tied_by=TiedBy.USCC) for event in events
    ]


@pytest.fixture
def recorded(stated: StatedView) -> Callable[[CreditEvent], CreditRecord]:
    """What becomes of one event against the firm."""

    def record(event: CreditEvent, on: date = ON) -> CreditRecord:
        (found,) = credit(stated(register=against_firm(event)), FIRM.key, on).records
        return found

    return record


def strip_of(view: MemoryView, key: str, on: date = ON) -> CreditStrip:
    handle = view.handle(Ref("Enterprise", key))
    assert handle is not None
    return strip(view, [handle], on)[handle]


# --- the planted events -----------------------------------------------------------------------------------------------


def test_the_planted_penalty_shows_its_day_beside_the_partner(district: MemoryView) -> None:
    answer = partners.find(district, Question(RESIN_BUYER, Relation.SUPPLIER, ON, top=200))
    (partner,) = (each for each in answer.candidates if each.ref.key == RESIN_PREDICTED)
    shown = partner.credit
    assert shown is not None
    assert (shown.state, shown.counts) == (StripState.SHOWN, {Gravity.GENERAL: 1})
    assert shown.earliest is not None
    assert (shown.earliest.day, shown.earliest.gravity) == (date(2026, 8, 13), Gravity.GENERAL)
    assert (str(shown.earliest.clause.text.number), shown.earliest.clause.mark) == (
        "国家发展改革委令第36号",
        ReadingMark.READ,
    )
    assert (shown.latest, shown.day_open, shown.restrictions) == (None, False, [])


def test_every_candidate_of_a_list_has_its_strip(district: MemoryView) -> None:
    answer = partners.find(district, Question("YLQX-15", Relation.GAP, ON, top=200))
    kinds = {each.ref.type: [] for each in answer.candidates}  # type: dict[str, list[CreditStrip | None]]
    for each in answer.candidates:
        kinds[each.ref.type].append(each.credit)
    assert None not in kinds["Enterprise"]
    assert set(kinds["Institution"]) == {None}


def test_the_penalty_of_the_renamed_firm_is_its_own(district: MemoryView) -> None:
    known = credit(district, RENAMED, ON)
    (record,) = known.records
    assert record.party_name == "余杭红枫农机修造（示例）厂"
    assert record.event.tied_by is TiedBy.FORMER_NAME
    assert record.event.tie is not None
    assert record.event.tie.source.file == "penalties.csv"
    assert known.strip.counts == {Gravity.UNDETERMINED: 1}


def test_a_penalty_that_may_be_either_namesakes_makes_neither_clean(district: MemoryView) -> None:
    known = credit(district, NAMESAKE, ON)
    assert (known.strip.state, known.strip.perhaps, known.groups) == (StripState.PERHAPS, 1, [])
    assert [record.number for record in known.perhaps] == ["临消行罚决字〔2025〕9003号"]


def test_a_sole_trader_is_nowhere_named(stated: StatedView) -> None:
    event = penalty(
        party_name=Unknown.WITHHELD, party_kind=PartyKind.SOLE_TRADER, content=Unknown.WITHHELD, offence="未亮照"
    )
    view = stated(register=against_firm(event))
    (record,) = credit(view, FIRM.key, ON).records
    assert (record.masked, record.party_name) == (True, None)


# --- unknown is never clean -------------------------------------------------------------------------------------------


def test_searched_and_nothing_shown_says_where_and_until_when(district: MemoryView) -> None:
    clean = strip_of(district, CLEAN)
    assert (clean.state, clean.shown, clean.counts) == (StripState.NONE_SHOWN, 0, {})
    assert clean.sources_searched == 3
    assert clean.until is not None
    assert clean.not_loaded == [
        RecordKind.OTHER_DISHONESTY,
        RecordKind.SPOT_CHECK,
        RecordKind.TAX_CREDIT,
        RecordKind.JUDGMENT_DEFAULTER,
    ]
    without = {kind.kind for kind in clean.searched if not kind.datasets}
    assert without == set(clean.not_loaded)
    assert clean.synthetic


def test_where_no_register_is_loaded_nothing_is_known(stated: StatedView) -> None:
    view = stated(register=[Enterprise(key=FIRM.key, name="甲有限公司")])
    unknown = strip_of(view, FIRM.key)
    assert (unknown.state, unknown.until, unknown.sources_searched) == (StripState.UNKNOWN, None, 0)
    assert list(unknown.not_loaded) == list(RecordKind)


def test_an_enterprise_that_is_not_there(stated: StatedView) -> None:
    with pytest.raises(NotKnown):
        credit(stated(register=[Enterprise(key=FIRM.key)]), RENAMED, ON)


# --- from a row to facts ----------------------------------------------------------------------------------------------


def test_only_what_the_row_says_becomes_a_fact(recorded: Callable[..., CreditRecord]) -> None:
    record = recorded(penalty(fine=Decimal(50_000), sanctions=(Sanction.FINE, Sanction.WARNING)))
    facts = record.facts
    assert facts is not None
    stated = {each.name for each in fields(Facts) if getattr(facts, each.name) not in (None, frozenset())}
    assert stated == {"kind", "authority_system", "sanctions", "fine_yuan", "published", "document_date"}
    assert stated == {fact.name for fact in record.known}
    assert facts.fine_yuan == Decimal(50_000)
    assert record.finding == assess(facts, ON)


def test_every_fact_has_its_source(district: MemoryView) -> None:
    records = [r for firm in district.entities("Enterprise") for r in credit(district, firm.ref.key, ON).records]
    assert len(records) > 300
    for record in records:
        assert all(fact.sources and all(source.row for source in fact.sources) for fact in record.known), record.id
        assert record.finding is None or record.explanation is not None
        assert (record.finding is None) == bool(record.no_finding)
        assert record.earliest is None or record.shown


def test_what_the_row_does_not_say_has_its_reason_and_somebody_to_ask(recorded: Callable[..., CreditRecord]) -> None:
    record = recorded(penalty(fine=Unknown.NOT_SUPPLIED, sanctions=(Sanction.FINE,)))
    missing = {each.name: each for each in record.missing}
    asked = {"procedure", "fine_yuan", "fine_band", "special_sector", "measure_ends_on", "duties_done", "field"}
    assert set(missing) == asked | {"public_commitment"}
    assert missing["fine_yuan"].why is Unknown.NOT_SUPPLIED
    assert missing["procedure"].why is Unknown.NOT_OBTAINED
    assert missing["procedure"].blank == "普通程序"
    assert missing["public_commitment"].ask == "企业"
    assert all(each.ask == ASKED_OF[each.name] for each in record.missing)


@pytest.mark.parametrize(
    ("authority", "system", "word"),
    [
        (MARKET, System.SAMR, "市场监督管理"),
        ("临平区工商行政管理局", System.SAMR, "工商"),
        (EMERGENCY, System.NDRC, "不含"),
    ],
)
def test_the_system_follows_from_the_name_and_is_not_verified(
    recorded: Callable[..., CreditRecord], authority: str, system: System, word: str
) -> None:
    (fact,) = (each for each in recorded(penalty(authority=authority)).known if each.name == "authority_system")
    assert (fact.value, fact.mark) == (system, ReadingMark.UNVERIFIED)
    assert word in fact.how
    assert authorities().citation in fact.how


def test_market_regulation_counts_from_the_document_and_says_so(recorded: Callable[..., CreditRecord]) -> None:
    record = recorded(penalty(authority=MARKET))
    assert {each.name for each in record.missing} >= {"published_on"}
    assert record.earliest is not None
    assert record.earliest.assumed


def test_what_cannot_be_asked_is_shown_and_undecided(recorded: Callable[..., CreditRecord]) -> None:
    nobody = recorded(penalty(authority=Unknown.NOT_SUPPLIED))
    assert (nobody.facts, nobody.finding, nobody.shown, nobody.day_open) == (None, None, True, True)
    assert "作出机关" in nobody.no_finding


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"authority": TAX}, "税务"),
        ({"sanctions": ()}, "处罚种类"),
        ({"document_date": Unknown.NOT_SUPPLIED}, "文书日期"),
    ],
)
def test_a_row_that_the_rules_refuse_says_why(stated: StatedView, values: dict[str, Any], why: str) -> None:
    view = stated(register=against_firm(penalty(**values)))
    (record,) = credit(view, FIRM.key, ON).records
    assert record.finding is None
    assert why in record.no_finding or why in str(record.known)
    shown = strip_of(view, FIRM.key)
    assert (shown.state, shown.undecided, shown.counts) == (StripState.SHOWN, 1, {Gravity.NOT_APPLICABLE: 1})


def test_published_is_tried_both_ways_where_no_row_says_it(recorded: Callable[..., CreditRecord]) -> None:
    record = recorded(penalty(published=Unknown.NOT_OBTAINED))
    assert {each.name for each in record.missing} >= {"published"}
    assert {way.assumed["published"] for way in record.ways} == {"yes", "no"}
    assert {way.ended for way in record.ways} == {True, False}
    assert record.shown


# --- days, scenarios, restrictions ------------------------------------------------------------------------------------


def test_an_open_gravity_shows_the_earliest_and_the_latest_day(stated: StatedView) -> None:
    view = stated(register=against_firm(penalty(sanctions=(Sanction.FINE,), document_date=date(2026, 10, 15))))
    shown = strip_of(view, FIRM.key)
    assert shown.counts == {Gravity.UNDETERMINED: 1}
    assert shown.earliest is not None
    assert shown.latest is not None
    assert (shown.earliest.day, shown.earliest.gravity) == (date(2026, 10, 15), Gravity.MINOR)
    assert (shown.latest.day, shown.latest.gravity) == (date(2027, 10, 16), Gravity.SERIOUS)


def test_a_minor_penalty_of_market_regulation_stops_by_itself(stated: StatedView) -> None:
    warned = penalty(authority=MARKET, sanctions=(Sanction.WARNING,), document_date=date(2026, 10, 15))
    view = stated(register=against_firm(warned))
    shown = strip_of(view, FIRM.key)
    assert shown.earliest is not None
    assert (shown.earliest.day, shown.earliest.automatic) == (date(2027, 1, 16), True)
    assert strip_of(view, FIRM.key, date(2027, 1, 15)).shown == 1
    over = strip_of(view, FIRM.key, date(2027, 1, 16))
    assert (over.shown, over.ended, over.earliest) == (0, 1, None)


def test_the_first_of_several_records_counts(stated: StatedView) -> None:
    events = [penalty("later", document_date=date(2026, 9, 1)), penalty("first"), listing()]
    shown = strip_of(stated(register=against_firm(*events)), FIRM.key)
    assert shown.counts == {Gravity.GENERAL: 2, Gravity.SERIOUS: 1}
    assert shown.earliest is not None
    assert (shown.earliest.ref.key, shown.earliest.day) == ("l", date(2026, 1, 16))


def test_an_abnormal_listing_can_be_cured_at_once(recorded: Callable[..., CreditRecord]) -> None:
    entry = AbnormalListing(
        key="a", authority=MARKET, listed_on=date(2026, 11, 2), published=YesNo.YES, reason="未公示年报"
    )
    record = recorded(entry)
    assert record.title == "未公示年报"
    assert record.earliest is not None
    assert (record.earliest.day, record.earliest.clause.place) == (date(2026, 11, 2), "移出")


def test_a_listing_that_the_register_says_is_removed_is_over(stated: StatedView) -> None:
    gone = listing(state=ListingState.REMOVED, removed_on=date(2026, 3, 1))
    view = stated(register=against_firm(gone))
    (record,) = credit(view, FIRM.key, ON).records
    assert (record.shown, record.removed_on, record.no_finding) == (False, date(2026, 3, 1), "登记写明 2026-03-01 移出")
    over = strip_of(view, FIRM.key)
    assert (over.shown, over.ended) == (0, 1)
    assert over.state is StripState.UNKNOWN  # the data set of this test is none of a register's formats
    assert strip_of(view, FIRM.key, date(2026, 2, 28)).shown == 1
    undated = stated(other=against_firm(listing("u", state=ListingState.REMOVED, removed_on=Unknown.NOT_SUPPLIED)))
    assert "没有写移出日期" in {r.id: r for r in credit(undated, FIRM.key, ON).records}["SeriousListing/u"].no_finding


def test_a_restriction_is_only_what_the_row_states(stated: StatedView) -> None:
    content = "罚款二万元；责令停产停业整治"
    stop = penalty(
        sanctions=(Sanction.FINE, Sanction.STOP_PRODUCTION),
        content=content,
        effective=Term.UNTIL,
        effective_until=date(2027, 1, 31),
    )
    view = stated(register=against_firm(stop, penalty("fine", content="罚款"), listing()))
    (restriction,) = strip_of(view, FIRM.key).restrictions
    assert (restriction.text, restriction.until, restriction.ref.key) == (content, date(2027, 1, 31), "p")
    assert restriction.sources


def test_records_are_grouped_by_authority_and_kind(stated: StatedView) -> None:
    events = [penalty("1"), penalty("2"), penalty("3", authority=MARKET), listing()]
    known = credit(stated(register=against_firm(*events)), FIRM.key, ON)
    assert {(group.authority, group.kind): len(group.records) for group in known.groups} == {
        (EMERGENCY, RecordKind.PENALTY): 2,
        (MARKET, RecordKind.PENALTY): 1,
        (EMERGENCY, RecordKind.SERIOUS_LISTING): 1,
    }
    assert known.record("Penalty/2") in known.records
    assert known.record("Penalty/none") is None


def test_strips_of_many_are_those_of_each(district: MemoryView) -> None:
    handles = [int(handle) for handle in district.all_of("Enterprise")[:300]]
    together = strip(district, handles, ON)
    fresh = district.hiding([], [])
    assert together == {handle: strip(fresh, [handle], ON)[handle] for handle in handles}
    assert strip(district, [int(handle) for handle in district.all_of("Institution")], ON) == {}


# --- the plan ---------------------------------------------------------------------------------------------------------


def test_the_plan_names_the_acts_of_the_planted_penalty(district: MemoryView) -> None:
    made = credit_plan(district, RESIN_PREDICTED, ON)
    (filing,) = made.plan.filings
    assert filing.file_from == ON
    assert "NO_PUBLIC_COMMITMENT" in filing.acts
    assert (made.changed, made.left_out) == ([], {})


def test_a_plan_of_what_would_be(district: MemoryView) -> None:
    done = [Change(name, value) for name, value in NO_CURE.items()]
    made = credit_plan(district, RESIN_PREDICTED, ON, done)
    (filing,) = made.plan.filings
    assert (filing.finding.answer, filing.acts) == (Answer.YES, ())
    assert made.changed == list(made.records)
    assert made.records[filing.id].finding is not None
    earlier = credit_plan(district, RESIN_PREDICTED, ON, [*done, Change("on", date(2026, 8, 12))])
    assert earlier.on == date(2026, 8, 12)
    assert earlier.plan.filings[0].file_from == date(2026, 8, 13)


def test_a_day_before_the_record_leaves_it_out(district: MemoryView) -> None:
    made = credit_plan(district, RESIN_PREDICTED, ON, [Change("on", date(2026, 5, 11))])
    assert made.plan.filings == ()
    assert len(made.left_out) == 1


def test_changes_of_what_is_not_there_are_refused(district: MemoryView) -> None:
    with pytest.raises(BadQuestion, match="colour"):
        credit_plan(district, RESIN_PREDICTED, ON, [Change("colour", "red")])
    with pytest.raises(BadQuestion, match="Penalty/none"):
        credit_plan(district, RESIN_PREDICTED, ON, [Change("duties_done", True, "Penalty/none")])
    with pytest.raises(BadFact):
        credit_plan(district, RESIN_PREDICTED, ON, [Change("kind", Kind.TAX_CREDIT)])


# --- JSON -------------------------------------------------------------------------------------------------------------


def test_the_json_leaves_nothing_out(district: MemoryView) -> None:
    known = credit(district, RESIN_PREDICTED, ON)
    (record,) = known.records
    written = credit_json.credit(known)
    shown = written["groups"][0]["records"][0]
    spread = {"ref", "event", "explanation", "standards"}  # of them, the finding holds the one used
    for part, json in (
        (known, written),
        (known.strip, written["strip"]),
        (known.groups[0], written["groups"][0]),
        (record, shown),
        (record.known[0], shown["known"][0]),
        (record.missing[0], shown["missing"][0]),
        (record.ways[0], shown["ways"][0]),
        (known.searched[0], written["searched"][0]),
        (known.strip.earliest, written["strip"]["earliest"]),
        (credit_plan(district, RESIN_PREDICTED, ON), credit_json.credit_plan(credit_plan(district, RENAMED, ON))),
    ):
        assert not {each.name for each in fields(part)} - spread - set(json), type(part).__name__  # type: ignore[arg-type]  # dataclasses
    orjson.dumps(written)


def test_no_strip_says_good(district: MemoryView) -> None:
    handles = [int(handle) for handle in district.all_of("Enterprise")]
    said = orjson.dumps([credit_json.credit_strip(each) for each in strip(district, handles, ON).values()]).decode()
    assert "良好" not in said
    assert "样小明" not in said


# --- sector standards of the ledger -----------------------------------------------------------------------------------


def fined(**values: Any) -> Penalty:
    return penalty(**{"sanctions": (Sanction.FINE,), "fine": Decimal(50_000), **values})


def standard(**values: Any) -> SectorStandard:
    usual: dict[str, Any] = {
        "field": "应急",
        "authority": EMERGENCY,
        "first_day": date(2026, 4, 1),
        "low_up_to": Decimal(10_000),
        "huge_from": Decimal(1_000_000),
        "citation": "某分类标准",
    }
    return SectorStandard(key="s", **{**usual, **values})


def test_a_standard_of_the_authority_classes_its_fines_wherever_they_are_shown(stated: StatedView) -> None:
    without = stated(register=against_firm(fined()))
    (before,) = credit(without, FIRM.key, ON).records
    assert before.gravity is Gravity.UNDETERMINED
    assert [each.ask for each in before.missing if each.name == "fine_band"] == [ASKED_OF["fine_band"]]
    view = stated(standards=[standard()])
    (record,) = credit(view, FIRM.key, ON).records
    assert record.gravity is Gravity.GENERAL
    assert strip_of(view, FIRM.key).counts == {Gravity.GENERAL: 1}
    (band,) = (each for each in record.known if each.name == "fine_band")
    assert (band.text, band.how) == ("较大数额", "按分类标准“某分类标准”（应急）")
    assert [(source.dataset, source.row) for source in band.sources] == [("standards", 1)]
    assert "fine_band" not in {each.name for each in record.missing}
    assert record.facts is not None
    assert record.facts.fine_band is None, "it is no fact of the record: the day of the question decides"
    assert any("某分类标准" in each.why for each in explained(record).to_confirm)


def explained(record: CreditRecord) -> Explanation:
    assert record.explanation is not None
    return record.explanation


@pytest.mark.parametrize(
    ("values", "event"),
    [
        ({"authority": "余杭区应急管理局"}, {}),
        ({"authority": None}, {}),  # the register names no field
        ({"first_day": date(2026, 11, 25)}, {}),
        ({"last_day": date(2026, 11, 23)}, {}),
        ({}, {"fine": Unknown.NOT_SUPPLIED}),
        ({"authority": "11330113YANG90034C"}, {"authority_uscc": "11330113YANG90035A"}),
    ],
)
def test_a_standard_of_another_authority_or_day_classes_nothing(
    stated: StatedView, values: dict[str, Any], event: dict[str, Any]
) -> None:
    (record,) = credit(
        stated(register=against_firm(fined(**event)), standards=[standard(**values)]), FIRM.key, ON
    ).records
    assert record.gravity is Gravity.UNDETERMINED
    assert "fine_band" in {each.name for each in record.missing} or "fine" in event


def test_a_standard_finds_its_authority_by_code_too(stated: StatedView) -> None:
    code = "11330113YANG90034C"
    view = stated(register=against_firm(fined(authority_uscc=code)), standards=[standard(authority=code)])
    assert credit(view, FIRM.key, ON).records[0].gravity is Gravity.GENERAL


def test_the_day_that_is_asked_for_decides_over_the_standard_in_plan_and_what_if(stated: StatedView) -> None:
    view = stated(register=against_firm(fined()), standards=[standard(last_day=date(2026, 11, 30))])
    later = Change("on", date(2026, 12, 1))
    made = credit_plan(view, FIRM.key, ON, [*DONE, later])
    assert made.plan.to_clarify, "no standard in force any more"
    assert not credit_plan(view, FIRM.key, ON, DONE).plan.to_clarify


def test_a_finding_over_a_standard_can_be_computed_again_from_its_own_record(stated: StatedView) -> None:
    (record,) = credit(stated(register=against_firm(fined()), standards=[standard()]), FIRM.key, ON).records
    assert record.finding is not None
    kept = orjson.loads(orjson.dumps(credit_json.finding(record.finding)))
    cells = {name: cell or "" for name, cell in kept["fine_standard"].items()}
    row = read_standard({**cells, "from": cells["first_day"], "to": cells["last_day"]})
    facts = read_facts(write_facts(record.facts or record.finding.facts))
    again = assess(facts, date.fromisoformat(kept["on"]), Standards([row]).of(EMERGENCY))
    assert (again.answer, again.reasons, again.values) == (
        record.finding.answer,
        record.finding.reasons,
        record.finding.values,
    )


def test_a_past_position_of_the_ledger_knows_no_later_standard(stated: StatedView, tmp_ledger: Ledger) -> None:
    position = stated(register=against_firm(fined())).position
    assert credit(stated(standards=[standard()]), FIRM.key, ON).records[0].gravity is Gravity.GENERAL
    assert credit(build(tmp_ledger, position), FIRM.key, ON).records[0].gravity is Gravity.UNDETERMINED
