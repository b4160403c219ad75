"""IP finance: the worked cases, the cases that a lawyer can read, and what they must cover."""

import importlib.util
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lianxin.errors import BadFact
from rules.answer import Answer
from rules.calendar import Weekends, official_calendar
from rules.explain import explain
from rules.ip_finance import facts as f
from rules.ip_finance import terms
from rules.ip_finance.codes import CODES
from rules.ip_finance.facts import read_request
from rules.ip_finance.finding import WARNINGS, Eligibility, assess
from rules.ip_finance.law import IP_FINANCE
from rules.json_facts import parse_json, write_json

FOLDER = Path(__file__).parent / "ip_cases"
UNREAD = {"T-02", "T-04", "T-07", "T-08", "P-12", "C-07", "C-08", "C-09", "C-10"}
"""Rules whose text nobody has read."""


# The worked cases


def test_every_worked_case_is_reproduced(cases_dir: Path) -> None:
    lines = (cases_dir / "ip_finance.jsonl").read_text("utf-8").splitlines()
    assert len(lines) == 155
    cases = [parse_json(line) for line in lines]
    wrong = {case["case_id"]: got for case in cases if (got := _of(case)) != case["expected"]}
    assert wrong == {}


def _of(case: Mapping[str, Any]) -> dict[str, Any]:
    found = assess(read_request(case["facts"]), date.fromisoformat(case["as_of"]), Weekends())
    return {
        "answer": found.answer.value,
        "failed": list(found.failed),
        "review": list(found.review),
        "warnings": list(found.warnings),
        "credit_repair_path": found.credit_repair_path,
        "right_last_day": "" if found.right_last_day is None else found.right_last_day.isoformat(),
        "asset_answers": {id: answer.value for id, answer in found.asset_answers.items()},
    }


# The cases that a lawyer can read


@dataclass(frozen=True)
class LegalCase:
    """One line of a case: the statement, the day, the facts, and what is expected."""

    law: str
    on: date
    facts: Mapping[str, Any]
    expected: str

    @property
    def found(self) -> Eligibility:
        return assess(read_request(self.facts), self.on, Weekends())


def _told(found: Eligibility) -> str:
    """An answer as the cases write it: `not_yet P-05 ~P-11 W-TWIN +path` (~: asks a person)."""
    asked = [f"~{code}" for code in found.review]
    path = ["+path"] if found.credit_repair_path else []
    return " ".join([found.answer.value, *found.failed, *asked, *found.warnings, *path])


def _read(base: Mapping[str, Any], entry: Mapping[str, Any]) -> Iterator[LegalCase]:
    """`say`: by day, or by the value of the fact that varies (`values`: what stands for each)."""
    given = {**base["all"], **base[entry["right"]], **entry.get("facts", {})}
    for key, expected in entry["say"].items():
        varied = {entry["vary"]: entry.get("values", {}).get(key, key)} if "vary" in entry else {}
        on = entry.get("on", base["on"]) if varied else key
        stated = {name: value for name, value in {**given, **varied}.items() if value != "ABSENT"}
        yield LegalCase(entry["law"], date.fromisoformat(on), stated, expected)


def _all() -> Iterator[LegalCase]:
    base = _load(FOLDER / "base.yaml")
    for file in sorted(FOLDER.glob("*.yaml")):
        if file.name != "base.yaml":
            for entry in _load(file):
                yield from _read(base, entry)


class _Text(yaml.SafeLoader):
    """Days, yes and no stay text; true and false are what JSON has."""


_KEPT_TEXT = ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:bool")
_Text.yaml_implicit_resolvers = {
    first: [each for each in resolvers if each[0] not in _KEPT_TEXT]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Text.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(true|false)$"), ["t", "f"])


def _load(file: Path) -> Any:
    return yaml.load(file.read_text("utf-8"), Loader=_Text)


CASES = list(_all())


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.law[:24]} {case.on} {case.expected}")
def test_the_law_is_followed(case: LegalCase) -> None:
    assert _told(case.found) == case.expected


NEVER_ALONE = {("P-03", Answer.REVIEW), ("C-03", Answer.REVIEW)}
"""Where nobody knows whether a patent is granted, or when protection ends, two rules ask a person."""


def test_every_reason_decides_alone_somewhere_with_each_of_its_answers() -> None:
    found = [case.found for case in CASES]
    alone = {(*_codes(each), each.answer) for each in found if len(_codes(each)) == 1}
    rules = [rule for rule in IP_FINANCE.rules if rule.id not in WARNINGS]
    wanted = {(rule.id, answer) for rule in rules for answer in rule.answers}
    assert wanted - alone == NEVER_ALONE


def _codes(found: Eligibility) -> set[str]:
    return {code.rpartition(":")[2] for code in (*found.failed, *found.review)} - {"CALENDAR_MISSING"}


def test_every_warning_is_given_somewhere() -> None:
    assert {warning for case in CASES for warning in case.found.warnings} == set(WARNINGS)


def test_a_rule_that_nobody_has_read_may_only_ask_a_person() -> None:
    rules = {rule.id: rule for rule in IP_FINANCE.rules}
    assert {id for id in UNREAD if rules[id].answers != (Answer.REVIEW,)} == set()
    for rule in rules.values():
        if all(citation.mark.to_confirm and citation.mark.value == "U" for citation in rule.citations):
            assert rule.answers == (Answer.REVIEW,)


def test_every_rule_says_only_what_it_declares_and_explains_itself() -> None:
    for case in CASES:
        found = case.found
        for finding in (*found.assets.values(), *filter(None, [found.gate, found.loan])):
            explained = explain(IP_FINANCE, finding)
            assert {reason.code.code for reason in explained.reasons} == finding.reasons
            assert all(reason.citations for reason in (*explained.reasons, *explained.notes))
            for step in (*finding.opening, *(step for way in finding.ways for step in way.walk)):
                declared = step.asked.answers  # type: ignore[attr-defined]  # every step here is a rule
                assert step.answer in (None, Answer.NOT_APPLICABLE, *declared)


def test_every_code_has_its_words() -> None:
    declared = {code for rule in IP_FINANCE.rules for code in rule.codes}
    assert declared == set(CODES)
    lists = [each for each in vars(f).values() if isinstance(each, type) and issubclass(each, StrEnum)]
    members = {member for each in lists if each is not StrEnum for member in each}
    assert members == set(f.CHINESE)


def test_without_consent_nothing_else_is_looked_at() -> None:
    base = _load(FOLDER / "base.yaml")
    facts = {**base["all"], **base["invention"], "judgment_defaulter": True, "consent_status": "revoked"}
    found = assess(read_request(facts), date(2026, 11, 23), Weekends())
    assert (found.answer, found.failed, found.review) == (Answer.NOT_APPLICABLE, ("G-01",), ())
    assert (found.assets, found.loan, found.right_last_day) == ({}, None, None)


def test_facts_are_read_back_as_they_were_written() -> None:
    for case in CASES:
        request = read_request(case.facts)
        assert read_request(parse_json(json.dumps(write_json(request)))) == request


def test_a_year_without_its_calendar_asks_a_person_only_where_it_decides() -> None:
    base = _load(FOLDER / "base.yaml")
    facts = {**base["all"], **base["invention"], "fees_paid_through_year": 6, "consent_valid_until": "2030-01-01"}
    request = read_request(facts)  # due 2025-05-20, late months over on 2025-11-20: neither year is loaded
    unloaded = assess(request, date(2025, 11, 21), official_calendar())
    assert unloaded.review == ("P-05", "CALENDAR_MISSING")
    assert assess(request, date(2026, 11, 23), official_calendar()).review == ("P-05",)
    assert assess(request, date(2025, 5, 20), official_calendar()).review == ()


def test_a_right_that_is_yet_to_come_shows_its_nominal_last_day() -> None:
    base = _load(FOLDER / "base.yaml")
    mark = read_request({**base["all"], **base["mark"], "registration_date": "2026-11-24", "debt_end": "2027-01-01"})
    found = assess(mark, date(2026, 11, 23), Weekends())
    assert (found.failed, found.right_last_day) == (("T-03",), date(2036, 11, 23))


# The procedure written twice

PLAIN = Path(__file__).parent.parent.parent / "benchmarks" / "plain_ip.py"
SEEN: dict[str, list[Any]] = {}
for _each in CASES:
    for _facts in (_each.facts, *_each.facts.get("assets", {}).values()):
        for _name, _value in _facts.items():
            SEEN.setdefault(_name, []).append(_value)
CHANGED = sorted(SEEN.keys() - {"assets", "product", "consent_status", "consent_scope", "consent_valid_until"})


@pytest.fixture(scope="module")
def plain() -> Any:
    """The procedure as plain code, from the benchmarks."""
    spec = importlib.util.spec_from_file_location("plain_ip", PLAIN)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.plain


@st.composite
def requests(draw: st.DrawFn) -> tuple[dict[str, Any], date]:
    """A case with some of its facts taken from other cases, left out or not known."""
    case = draw(st.sampled_from(CASES))
    facts = {**case.facts, "assets": {id: dict(own) for id, own in case.facts.get("assets", {}).items()}}
    if not facts["assets"]:
        del facts["assets"]
    for name in draw(st.lists(st.sampled_from(CHANGED), max_size=5)):
        changed = draw(st.sampled_from([facts, *facts.get("assets", {}).values()]))
        value = draw(st.sampled_from(SEEN[name]) | st.sampled_from(["ABSENT", None]))
        changed[name] = value
        if value == "ABSENT":
            del changed[name]
    return facts, draw(st.sampled_from([case.on, *(each.on for each in CASES)]))


@settings(max_examples=500, deadline=None)
@given(requests())
def test_the_engine_and_the_plain_procedure_agree(plain: Any, request_: tuple[dict[str, Any], date]) -> None:
    facts, on = request_
    try:
        found = assess(read_request(facts), on, Weekends())
    except BadFact:
        assume(False)
        raise
    answer, failed, review, warnings, path, last_day, answers = plain(facts, on)
    assert (found.answer.value, sorted(found.failed), sorted(found.review)) == (answer, sorted(failed), sorted(review))
    assert (list(found.warnings), found.credit_repair_path) == (warnings, path)
    assert str(found.right_last_day or "") == last_day
    assert {id: each.value for id, each in found.asset_answers.items()} == answers


# What is refused


BACKWARDS = {"registered_on": "2026-02-02", "cancelled_on": "2026-02-01"}
BAD = [
    ("debt_end", {"debt_start": "2026-12-01", "debt_end": "2026-11-30"}),
    ("grant_announcement_date", {"filing_date": "2020-01-02", "grant_announcement_date": "2020-01-01"}),
    ("fees_paid_through_year", {"fees_paid_through_year": 21}),
    ("loan_amount", {"loan_amount": -1}),
    ("value_low", {"value_low": "1000"}),
    ("valuation_date", {"valuation_date": "2026-11-24", "product": {}}),
    ("legal_status", {"legal_status": "ALIVE"}),
    ("filing_date", {"filing_date": "2019-02-29"}),
    ("patent_number", {"patent_number": "CN1"}),
    ("product.hard[0]", {"product": {"hard": ["P-01"]}}),
    ("product.ltv_caps.PATENT", {"product": {"ltv_caps": {"PATENT": "0.5"}}}),
    (
        "active_pledges[0].cancelled_on",
        {"active_pledges": [{"registered_on": "2026-02-02", "cancelled_on": "2026-02-01"}]},
    ),
    ("preservation.lifted_on", {"preservation": {"received_on": "2026-02-02", "lifted_on": "2026-02-01"}}),
    ("assets", {"assets": {}}),
    ("assets.A1.filing_date", {"assets": {"A1": {"filing_date": "x"}}}),
    ("assets.A1.nope", {"assets": {"A1": {"nope": 1}}}),
    ("judgment_defaulter", {"judgment_defaulter": "no"}),
    ("author_death_year", {"author_death_year": 0}),
    ("filing_date", {"filing_date": "0001-01-01"}),
    ("term_compensation_days", {"term_compensation_days": 10_000}),
    ("asset_kind", {"asset_kind": "invention"}),
]


@pytest.mark.parametrize(("field", "changed"), BAD, ids=[field for field, _ in BAD])
def test_what_contradicts_itself_is_refused_by_its_name(field: str, changed: Mapping[str, Any]) -> None:
    base = _load(FOLDER / "base.yaml")
    with pytest.raises(BadFact) as refused:
        assess(read_request({**base["all"], **base["invention"], **changed}), date(2026, 11, 23), Weekends())
    assert refused.value.field == field


ONLY_DATES = {"surcharge_free_months", "surcharge_percent", "mark_renewal_months"}
"""Numbers that no rule compares anything with: the worked dates hold them."""


@pytest.mark.parametrize("id", sorted(set(terms.NUMBERS) - ONLY_DATES))
@pytest.mark.parametrize("by", [1, -1])
def test_every_number_has_cases_on_its_edges(id: str, by: int, monkeypatch: pytest.MonkeyPatch) -> None:
    parameter = terms.NUMBERS[id]
    for place, version in enumerate(parameter.versions):  # each version moved alone, one up and one down
        versions = [*parameter.versions]
        versions[place] = replace(version, value=version.value + by)
        moved = {**terms.NUMBERS, id: replace(parameter, versions=tuple(versions))}
        monkeypatch.setattr(terms, "NUMBERS", moved)
        assert any(_moved_told(case) != case.expected for case in CASES), version.first_day


def _moved_told(case: LegalCase) -> str:
    try:
        return _told(case.found)
    except BadFact:
        return "refused"
