"""Credit repair: the worked cases, the procedure written twice, and what must hold for any record."""

import csv
import importlib.util
import json
import pickle
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lianxin.errors import BadFact
from rules.answer import Answer
from rules.batch import evaluate_batch
from rules.calendar import official_calendar
from rules.credit_repair import facts as f
from rules.credit_repair.codes import CODES
from rules.credit_repair.deadlines import deadlines
from rules.credit_repair.facts import Facts, read_facts, write_facts
from rules.credit_repair.finding import Question, RepairFinding, assess, assess_under, outcome, outcome_of, what_if
from rules.credit_repair.gravity import Gravity
from rules.credit_repair.law import CREDIT_REPAIR
from rules.credit_repair.plan import plan
from rules.credit_repair.sets import NDRC_36, RULE_SETS
from rules.credit_repair.standards import Standards, read_standard, refuse_overlap
from rules.explain import explain
from rules.record import finding_record

Six = tuple[str, frozenset[str], frozenset[str], str, str, str]
PLAIN = Path(__file__).parent.parent.parent / "benchmarks" / "plain_repair.py"


def six(finding: RepairFinding) -> Six:
    """The six outputs of a case."""
    values = finding.values
    days = (str(values.not_before or ""), str(values.last_day or ""))
    return finding.answer.value, finding.reasons, finding.notes, values.gravity.value, *days


# The worked cases


@pytest.mark.parametrize(("file", "count"), [("credit_repair.csv", 43), ("credit_repair_drill.csv", 70)])
def test_every_worked_case_is_reproduced(cases_dir: Path, file: str, count: int) -> None:
    with (cases_dir / file).open(encoding="utf-8-sig", newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert len(rows) == count
    wrong = {row["case_id"]: got for row in rows if (got := _of(row)) != _expected(row)}
    assert wrong == {}


def _of(row: dict[str, str]) -> Six:
    return six(assess(read_facts(row), date.fromisoformat(row["as_of"])))


def _expected(row: dict[str, str]) -> Six:
    reasons, notes = (frozenset(filter(None, row[f"expected_{name}"].split(";"))) for name in ("reasons", "notes"))
    days = (row["expected_not_before"], row["expected_last_day"])
    return row["expected_answer"], reasons, notes, row["expected_gravity"], *days


def test_every_working_day_case_is_reproduced(cases_dir: Path) -> None:
    with (cases_dir / "working_days.csv").open(encoding="utf-8-sig", newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert len(rows) == 5
    for row in rows:
        due = deadlines(date.fromisoformat(row["submitted_on"]), official_calendar())
        got = [_limit(each) for each in (due.accept_by, due.decide_by, due.feedback_by)]
        assert got == [row[f"expected_{name}"] for name in ("accept_by", "decide_by", "feedback_by")]


def _limit(limit: Any) -> str:
    return limit.isoformat() if isinstance(limit, date) else f"CALENDAR_MISSING({limit.year})"


@pytest.mark.parametrize(
    ("submitted", "expected"),
    [
        ("2025-06-30", ["CALENDAR_MISSING(2025)"] * 3),  # the calendar is asked before the numbers
        ("2025-12-31", ["2026-01-06", "2026-01-15", "2026-01-15"]),  # only the days after it are counted
        ("2026-12-31", ["CALENDAR_MISSING(2027)"] * 3),
    ],
)
def test_a_limit_needs_the_calendar_of_the_days_it_counts(submitted: str, expected: list[str]) -> None:
    due = deadlines(date.fromisoformat(submitted), official_calendar())
    assert [_limit(each) for each in (due.accept_by, due.decide_by, due.feedback_by)] == expected


# Any record

DAYS = st.dates(date(2021, 6, 1), date(2029, 12, 31))
EDGES = st.sampled_from([date(2021, 9, 1), date(2023, 5, 1), date(2025, 12, 25), date(2026, 4, 1)])
NEAR = st.sampled_from([0, 1, 30, 91, 92, 93, 183, 184, 365, 366, 367, 730, 1095, 1096, 1097])


@st.composite
def records(draw: st.DrawFn) -> tuple[Facts, date]:
    """A record and a day on which it can be asked for; days lie near the ends of periods."""
    on = draw(DAYS | EDGES)
    kind = draw(st.sampled_from(list(f.Kind)) | st.just(f.Kind.PENALTY))

    def day(likely: bool = False) -> date | None:
        if not draw(st.booleans() if not likely else st.just(True)):
            return None
        return on - timedelta(days=draw(NEAR) + draw(st.integers(-2, 2)))

    def code(codes: type[StrEnum]) -> Any:
        return draw(st.none() | st.sampled_from(list(codes)))

    truth = st.sampled_from([True, False, None])
    try:
        facts = Facts(
            kind=kind,
            authority_system=f.OWN_SYSTEM.get(kind) or draw(st.sampled_from([f.System.NDRC, f.System.SAMR])),
            sanctions=draw(st.frozensets(st.sampled_from(list(f.Sanction)), min_size=1, max_size=3)),
            procedure=code(f.Procedure),
            fine_yuan=draw(st.sampled_from([None, Decimal(99_999), Decimal(100_000), Decimal(100_001)])),
            fine_band=code(f.Band),
            published=draw(st.just(True) | truth),
            document_date=day(likely=True),
            published_on=day(),
            listed_on=day(likely=kind in f.LISTINGS),
            duties_done=draw(truth),
            duties_done_on=day(),
            public_commitment=draw(st.just(True) | truth),
            measure_ends_on=day(),
            special_sector=code(f.Sector),
            non_repairable_basis=draw(st.sampled_from([None, None, None, "法律条文"])),
            litigation=code(f.Litigation),
            bankruptcy_stage=code(f.Bankruptcy),
            bankruptcy_on=day(likely=True),
            exclusion_decided_on=day(),
            application_filed_on=day(),
            repeat_penalised_on=day(),
            tax_cured_within_days=draw(st.none() | st.integers(0, 5)),
        )
        assess(facts, on)
    except BadFact:
        assume(False)
        raise
    return facts, on


@pytest.fixture(scope="module")
def plain() -> Any:
    """The procedure as plain code, from the benchmarks."""
    spec = importlib.util.spec_from_file_location("plain_repair", PLAIN)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.plain


@settings(max_examples=600, deadline=None)
@given(records())
def test_the_engine_and_the_plain_procedure_agree(plain: Any, record: tuple[Facts, date]) -> None:
    facts, on = record
    answered, reasons, notes, gravity, not_before, last_day = plain(facts, on)
    days = (str(not_before or ""), str(last_day or ""))
    assert six(assess(facts, on)) == (answered, reasons, notes, gravity, *days)


@settings(max_examples=300, deadline=None)
@given(records())
def test_one_day_later_never_brings_the_minimum_back(record: tuple[Facts, date]) -> None:
    facts, on = record
    if assess(facts, on).answer is Answer.YES:
        assert "MIN_PERIOD_NOT_ELAPSED" not in assess(facts, on + timedelta(days=1)).reasons


@settings(max_examples=300, deadline=None)
@given(records(), st.sampled_from([True, False]), st.sampled_from(list(f.Band)))
def test_learning_a_fact_never_turns_one_decided_answer_into_another(
    record: tuple[Facts, date], value: bool, band: f.Band
) -> None:
    facts, on = record
    before = assess(facts, on).answer
    for name, learnt in (("published", value), ("duties_done", value), ("fine_band", band)):
        known = name == "duties_done" and facts.duties_done_on is not None
        if before is Answer.REVIEW or getattr(facts, name) is not None or known:
            continue
        assert what_if(facts, on, **{name: learnt}).answer in (before, Answer.REVIEW)


@settings(max_examples=200, deadline=None)
@given(records())
def test_what_if_nothing_changes_is_the_same_finding(record: tuple[Facts, date]) -> None:
    facts, on = record
    finding = assess(facts, on)
    assert six(what_if(facts, on)) == six(finding)
    again = assess(read_facts(write_facts(finding.facts)), finding.on)
    assert six(again) == six(finding)
    assert [way.values for way in again.ways] == [way.values for way in finding.ways]


@settings(max_examples=200, deadline=None)
@given(records(), st.randoms(use_true_random=False))
def test_the_order_of_fields_does_not_matter(record: tuple[Facts, date], random: Any) -> None:
    facts, on = record
    given_ = [(each.name, getattr(facts, each.name)) for each in fields(facts)]
    random.shuffle(given_)
    assert six(assess(Facts(**dict(given_)), on)) == six(assess(facts, on))


@settings(max_examples=50, deadline=None)
@given(st.lists(records(), max_size=8))
def test_a_batch_answers_as_one_by_one_and_equal_questions_once(drawn: list[tuple[Facts, date]]) -> None:
    asked: list[Question] = []

    def counting(question: Question) -> Any:
        asked.append(question)
        return outcome(question)

    questions = [Question(*each) for each in drawn] * 2
    found = evaluate_batch(counting, questions)
    assert len(asked) == len(set(questions))
    assert found == [outcome_of(assess(*question)) for question in questions]


@settings(max_examples=100, deadline=None)
@given(records())
def test_a_finding_explains_itself(record: tuple[Facts, date]) -> None:
    finding = assess(*record)
    explained = explain(CREDIT_REPAIR, finding)
    assert {reason.code.code for reason in explained.reasons} == finding.reasons
    assert all(reason.citations for reason in (*explained.reasons, *explained.notes))
    assert bool(explained.to_do) == (finding.answer is Answer.NOT_YET)
    steps = list(finding.walk())
    assert all(step.citations and step.question for step in steps)
    assert {code for step in finding.why() for code in step.reasons} >= finding.reasons - _open()
    assert finding.answer is Answer.YES or list(finding.why_not(Answer.YES))


def _open() -> set[str]:
    return {code for code in CODES if code.startswith("CLASS_") or code.startswith("MISSING_FACT:")}


@settings(max_examples=100, deadline=None)
@given(records())
def test_a_finding_is_computed_again_from_its_own_record(record: tuple[Facts, date]) -> None:
    finding = assess(*record)
    kept = json.loads(json.dumps(finding_record(CREDIT_REPAIR, finding, write_facts(finding.facts))))
    again = assess(read_facts(kept["facts"]), date.fromisoformat(kept["on"]))
    assert json.loads(json.dumps(finding_record(CREDIT_REPAIR, again, kept["facts"]))) == kept


@settings(max_examples=50, deadline=None)
@given(records())
def test_a_finding_travels_between_processes(record: tuple[Facts, date]) -> None:
    finding = assess(*record)
    copied: RepairFinding = pickle.loads(pickle.dumps(finding))
    assert six(copied) == six(finding)
    assert copied.ruleset is finding.ruleset
    assert list(copied.walk()) == list(finding.walk())


# Scenarios, dates and rule sets

UNCLASSED = {
    "kind": "penalty",
    "authority_system": "ndrc",
    "field": "人社",
    "sanctions": "fine",
    "fine_yuan": "50000",
    "published": "yes",
    "document_date": "2026-06-01",
    "duties_done": "yes",
    "public_commitment": "yes",
}


def test_every_scenario_has_its_own_answer_and_days() -> None:
    finding = assess(read_facts(UNCLASSED), date(2026, 9, 2))
    told = [(way.assumed["gravity"], way.answer.value, str(way.values.not_before)) for way in finding.scenarios]
    assert told == [
        ("minor", "not_applicable", "2026-06-01"),
        ("general", "yes", "2026-09-02"),
        ("serious", "not_yet", "2027-06-02"),
    ]


def test_not_yet_says_what_to_do_and_from_when() -> None:
    row = UNCLASSED | {"fine_band": "large", "duties_done": "no"}
    explained = explain(CREDIT_REPAIR, assess(read_facts(row), date(2026, 8, 1)))
    acts = {act.code: (act.from_day, act.what) for act in explained.to_do}
    assert acts["MIN_PERIOD_NOT_ELAPSED"] == (date(2026, 9, 2), "等到最短公示期满的次日")
    assert acts["OBLIGATION_UNFULFILLED"] == (date(2026, 8, 1), "履行完决定的全部义务并留存凭证")


def test_what_is_not_verified_is_to_be_confirmed() -> None:
    explained = explain(CREDIT_REPAIR, assess(read_facts(UNCLASSED | {"fine_band": "large"}), date(2026, 9, 2)))
    assert ("到对应日，没有对应日的到月末；次日起可以申请；遇节假日不顺延", "《民法典》 期间计算（U 未核实）") in [
        (each.what, each.why) for each in explained.to_confirm
    ]
    assert not [each for each in explained.to_confirm if "F 已读原文" in each.why]


def test_a_rule_set_applied_directly_keeps_its_numbers_outside_its_days() -> None:
    facts = read_facts(UNCLASSED | {"document_date": "2025-01-10", "fine_band": "large"})
    direct = assess_under(NDRC_36, facts, date(2025, 5, 1))
    assert (direct.answer.value, str(direct.values.last_day)) == ("yes", "2026-01-10")
    listing = read_facts({"kind": "abnormal_listing", "authority_system": "samr", "listed_on": "2025-01-10"})
    assert assess_under(NDRC_36, listing, date(2026, 5, 1)).reasons == {"RULES_NOT_LOADED"}


def test_a_digest_changes_with_the_numbers_and_a_frozen_set_notices() -> None:
    frozen = NDRC_36.freeze()
    assert not frozen.changed(NDRC_36)
    assert len({each.digest for each in RULE_SETS}) == 4
    assert replace(NDRC_36, parameters=NDRC_36.parameters[1:]).digest != NDRC_36.digest
    assert frozen.changed(replace(NDRC_36, parameters=NDRC_36.parameters[1:]))


# The plan


def test_a_day_that_hangs_on_what_is_not_known_is_shown_at_best_and_at_worst_and_sorted_by_the_best() -> None:
    on = date(2026, 8, 20)
    unclassed = UNCLASSED | {"public_commitment": ""}  # minor: at once; serious: after a year
    general = UNCLASSED | {"fine_band": "large", "public_commitment": ""}
    found = {"b": assess(read_facts(unclassed), on), "a": assess(read_facts(general), on)}
    autumn = date(2026, 9, 2)
    first, second = plan(found, on).filings
    assert (first.id, first.earliest, first.file_from) == ("b", on, date(2027, 6, 2))
    assert first.hangs_on == ("gravity",)
    assert (second.id, second.earliest, second.file_from, second.hangs_on) == ("a", autumn, autumn, ())
    assert CREDIT_REPAIR.codes["NO_PUBLIC_COMMITMENT"].act in {act.what for act in plan(found, on).acts}


def test_what_is_not_known_and_moves_no_day_is_no_open_point_of_the_plan() -> None:
    facts = read_facts(UNCLASSED | {"fine_band": "large", "duties_done": "", "public_commitment": ""})
    (filing,) = plan({"a": assess(facts, date(2026, 7, 1))}, None).filings
    assert "duties_done" in assess(facts, date(2026, 7, 1)).ways[0].assumed
    assert filing.hangs_on == ()


# Sector standards

STANDARD = {
    "field": "人社",
    "authority": "",
    "from": "2026-01-01",
    "to": "2026-12-31",
    "low_up_to": "10000",
    "huge_from": "1000000",
    "citation": "某领域分类标准",
}


@pytest.mark.parametrize(
    ("fine", "gravity"),
    [
        ("9999.99", "minor"),
        ("10000", "minor"),
        ("10000.01", "general"),
        ("999999", "general"),
        ("1000000", "serious"),
        ("1000001", "serious"),
    ],
)
def test_a_loaded_standard_classes_a_fine(fine: str, gravity: str) -> None:
    facts = read_facts(UNCLASSED | {"fine_yuan": fine})
    finding = assess(facts, date(2026, 9, 2), Standards([read_standard(STANDARD)]))
    assert finding.values.gravity.value == gravity
    assert any("某领域分类标准" in each.why for each in explain(CREDIT_REPAIR, finding).to_confirm)


def test_a_band_in_the_record_wins_and_the_contradiction_is_shown() -> None:
    facts = read_facts(UNCLASSED | {"fine_band": "huge"})
    finding = assess(facts, date(2026, 9, 2), Standards([read_standard(STANDARD)]))
    assert finding.values.gravity.value == "serious"
    assert any("不一致" in each.why for each in explain(CREDIT_REPAIR, finding).to_confirm)


@pytest.mark.parametrize("changed", [{"on": "2027-01-01"}, {"field": "住建"}, {"fine_yuan": ""}])
def test_a_standard_of_another_day_or_field_classes_nothing(changed: dict[str, str]) -> None:
    on = date.fromisoformat(changed.pop("on", "2026-09-02"))
    finding = assess(read_facts(UNCLASSED | changed), on, Standards([read_standard(STANDARD)]))
    assert finding.values.gravity.value == "undetermined"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"citation": ""}, "citation"),
        ({"to": "2025-12-31"}, "to"),
        ({"from": "2026-02-30"}, "from"),
        ({"huge_from": "10000"}, "huge_from"),
        ({"low_up_to": "1万"}, "low_up_to"),
    ],
)
def test_a_bad_standard_is_refused_by_name(changed: dict[str, str], field: str) -> None:
    with pytest.raises(BadFact) as refused:
        read_standard(STANDARD | changed)
    assert refused.value.field == field


def test_standards_that_overlap_are_refused() -> None:
    with pytest.raises(BadFact, match="overlaps"):
        refuse_overlap(read_standard(STANDARD | {"from": "2026-12-31", "to": ""}), [read_standard(STANDARD)])
    refuse_overlap(read_standard(STANDARD | {"from": "2027-01-01", "to": ""}), [read_standard(STANDARD)])


BUREAU, ITS_CODE = "临平区人力资源和社会保障局", "11330113MB1234567X"


@pytest.mark.parametrize(
    ("authority", "asked", "field", "gravity"),
    [
        (BUREAU, (BUREAU,), "", "general"),  # a register names no field
        (BUREAU, ("临平区 人力资源和社会保障局",), "", "general"),  # spaces tell no authorities apart
        (ITS_CODE, (BUREAU, ITS_CODE), "", "general"),
        (BUREAU, (BUREAU,), "人社", "general"),
        (BUREAU, (BUREAU,), "住建", "undetermined"),  # its standard of another field
        (BUREAU, ("余杭区人力资源和社会保障局",), "", "undetermined"),
        (BUREAU, (), "人社", "undetermined"),  # nobody knows whose record it is
        ("", (BUREAU,), "", "undetermined"),  # nobody knows its field
        ("", (BUREAU,), "人社", "general"),
    ],
)
def test_a_standard_classes_the_fines_of_its_authority_and_field(
    authority: str, asked: tuple[str, ...], field: str, gravity: str
) -> None:
    standards = Standards([read_standard(STANDARD | {"authority": authority})])
    facts = read_facts(UNCLASSED | {"field": field})
    found = assess(facts, date(2026, 9, 2), standards.of(*asked) if asked else standards)
    assert found.values.gravity.value == gravity


def test_an_authoritys_own_standard_comes_before_that_of_its_field() -> None:
    own = STANDARD | {"authority": BUREAU, "low_up_to": "100000", "citation": "本机关标准"}
    standards = Standards([read_standard(STANDARD), read_standard(own)])
    facts = read_facts(UNCLASSED)
    assert assess(facts, date(2026, 9, 2), standards.of(BUREAU)).values.gravity is Gravity.MINOR
    assert assess(facts, date(2026, 9, 2), standards.of("余杭区某局")).values.gravity is Gravity.GENERAL


def test_two_standards_of_one_authority_class_only_what_both_class_alike() -> None:
    other = {"authority": BUREAU, "field": "住建", "low_up_to": "60000", "citation": "住建标准"}
    standards = Standards([read_standard(STANDARD | {"authority": BUREAU}), read_standard(STANDARD | other)]).of(BUREAU)

    def found(fine: str) -> RepairFinding:
        return assess(read_facts(UNCLASSED | {"field": "", "fine_yuan": fine}), date(2026, 9, 2), standards)

    assert found("9000").values.gravity is Gravity.MINOR
    assert found("70000").values.gravity is Gravity.GENERAL
    assert found("50000").values.gravity is Gravity.UNDETERMINED
    (told,) = (each.why for each in explain(CREDIT_REPAIR, found("50000")).to_confirm if each.what == "罚款档次")
    assert "住建标准" in told
    assert "某领域分类标准" in told


# Bad input


def _bad() -> Iterator[tuple[dict[str, str], str]]:
    yield {"kind": "fine"}, "kind"
    yield {"kind": ""}, "kind"
    yield {"authority_system": ""}, "authority_system"
    yield {"authority_system": "tax"}, "authority_system"
    yield {"kind": "tax_credit"}, "authority_system"
    yield {"kind": "judgment_defaulter", "authority_system": "tax"}, "authority_system"
    yield {"sanctions": ""}, "sanctions"
    yield {"sanctions": "fine;"}, "sanctions"
    yield {"sanctions": "fine,warning"}, "sanctions"
    yield {"document_date": "2026-02-30"}, "document_date"
    yield {"document_date": "2026/02/03"}, "document_date"
    yield {"document_date": "1948-12-31"}, "document_date"
    yield {"measure_ends_on": "2201-01-01"}, "measure_ends_on"  # 9999-12-31 and a year more is no day
    yield {"document_date": ""}, "document_date"
    yield {"document_date": "", "published_on": "2026-06-01"}, "document_date"
    yield {"document_date": "2026-09-03"}, "document_date"
    yield {"kind": "serious_listing"}, "listed_on"
    yield {"kind": "serious_listing", "listed_on": "2026-09-03"}, "listed_on"
    yield {"authority_system": "samr", "document_date": "", "published_on": "2026-09-03"}, "published_on"
    yield {"authority_system": "samr", "document_date": ""}, "document_date"
    yield {"fine_yuan": "5万"}, "fine_yuan"
    yield {"fine_yuan": "-5"}, "fine_yuan"
    yield {"fine_yuan": "50,000"}, "fine_yuan"
    yield {"published": "true"}, "published"
    yield {"bankruptcy_stage": "plan_approved"}, "bankruptcy_on"
    yield {"tax_cured_within_days": "2.5"}, "tax_cured_within_days"
    yield {"special_sector": "食品"}, "special_sector"


@pytest.mark.parametrize(("changed", "field"), list(_bad()))
def test_a_bad_fact_is_refused_by_name_and_never_a_finding(changed: dict[str, str], field: str) -> None:
    with pytest.raises(BadFact) as refused:
        assess(read_facts(UNCLASSED | changed), date(2026, 9, 2))
    assert refused.value.field == field
    assert refused.value.problem
    assert refused.value.problem_zh


def test_a_day_before_the_document_changes_no_answer_and_is_named() -> None:
    on = date(2026, 9, 2)
    facts = UNCLASSED | {"fine_band": "large", "duties_done": "", "duties_done_on": "2026-06-01"}
    usual, odd = (assess(read_facts(facts | more), on) for more in ({}, {"measure_ends_on": "2026-05-31"}))
    assert six(odd) == six(usual)
    told = {each.what: each.why for each in explain(CREDIT_REPAIR, odd).to_confirm}
    assert told["限制措施最后一天"] == "2026-05-31 早于文书日期 2026-06-01，照原样计算；请核对"
    assert "限制措施最后一天" not in {each.what for each in explain(CREDIT_REPAIR, usual).to_confirm}, (
        "on it is in order"
    )


def test_a_system_is_named_in_chinese_to_people() -> None:
    with pytest.raises(BadFact) as refused:
        read_facts(UNCLASSED | {"kind": "tax_credit"})
    assert refused.value.problem_zh == "纳税信用属于税务"


def test_every_code_has_its_chinese_word() -> None:
    lists = (f.Kind, f.System, f.Sanction, f.Procedure, f.Band, f.Sector, f.Litigation, f.Bankruptcy, f.Platform)
    assert {each for codes in lists for each in codes} == set(f.CHINESE)
    assert {each.name for each in fields(Facts)} == set(f.READERS)


def test_what_if_refuses_what_is_no_fact() -> None:
    with pytest.raises(BadFact, match="no fact"):
        what_if(read_facts(UNCLASSED), date(2026, 9, 2), colour="red")
