"""Credit over the API: records of an enterprise, questions about facts that the asker states, the rule table."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from flask_openapi.openapi import OpenAPI
from werkzeug.test import TestResponse

from cases.accounts import Role
from graph.ledger import Ledger
from graph.memory_view import MemoryView
from graph.view import Ints
from loaders.run import run_load
from loaders.standards import SECTOR_STANDARDS
from rules.credit_repair.facts import Facts
from rules.credit_repair.law import CREDIT_REPAIR
from rules.facts import json_schema
from rules.laws import LAWS
from rules.table import table_json
from web import create_app
from web.api import models
from web.api.bodies import ChangesBody, FactsBody

DAY = date(2026, 11, 24)
RESIN_PREDICTED, RENAMED, NAMESAKE = "91330113YANG00086R", "91330113YANG00094L", "91330113YANG00107A"
FACTS: dict[str, Any] = {
    "kind": "penalty",
    "authority_system": "ndrc",
    "sanctions": ["confiscate_income"],
    "published": True,
    "document_date": "2026-05-12",
}
DONE = {"duties_done": True, "public_commitment": True}
Ask = Callable[..., Any]


@pytest.fixture(scope="module")
def app(served_ledger: Ledger) -> OpenAPI:
    return create_app(served_ledger, demo=True, today=lambda: DAY)


@pytest.fixture
def client(app: OpenAPI) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def post(client: FlaskClient) -> Ask:
    """POST a question, expect a status, give the JSON: validated as a problem where it is one."""

    def send(address: str, body: object, expected: int = 200) -> Any:
        response = client.post(address, json=body)
        assert response.status_code == expected, response.text
        if expected != 200:
            assert response.mimetype == "application/problem+json"
            models.Problem.model_validate_json(response.data)
        return json.loads(response.data)

    return send


# --- records of an enterprise -----------------------------------------------------------------------------------------


def credit_of(client: FlaskClient, key: str, **query: str) -> Any:
    response = client.get(f"/api/enterprises/{key}/credit", query_string=query)
    assert response.status_code == 200, response.text
    models.CreditAnswer.model_validate_json(response.data)
    return json.loads(response.data)


def test_the_planted_penalty_with_its_finding_and_sources(client: FlaskClient) -> None:
    answer = credit_of(client, RESIN_PREDICTED)
    (record,) = answer["groups"][0]["records"]
    assert record["earliest"]["day"] == "2026-08-13"
    assert record["finding"]["answer"] == "not_yet"
    assert {way["assumed"]["duties_done"] for way in record["ways"]} == {"yes", "no"}
    assert all(source["file"] == "penalties.csv" and source["row"] for f in record["known"] for source in f["sources"])
    assert "免费" in answer["free"] or "不收" in answer["free"]
    assert {each["kind"] for each in answer["searched"] if not each["datasets"]} == set(answer["not_loaded"])


def test_before_its_day_a_record_is_not_there(client: FlaskClient) -> None:
    assert credit_of(client, RESIN_PREDICTED, on="2026-05-11")["strip"]["state"] == "none_shown"


def test_a_record_of_a_namesake_is_named_as_possible(client: FlaskClient) -> None:
    answer = credit_of(client, NAMESAKE)
    assert (answer["strip"]["state"], len(answer["perhaps"])) == ("perhaps", 1)


def test_partners_carry_their_strip(client: FlaskClient) -> None:
    answer = client.get("/api/partners?key=91330113YANG00027N&relation=supplier&top=200").get_json()
    (partner,) = (each for each in answer["candidates"] if each["key"] == RESIN_PREDICTED)
    assert partner["credit"]["earliest"]["day"] == "2026-08-13"
    assert partner["credit"]["earliest"]["clause"]["mark"] == "F"


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.CHAIN_OFFICER, 200),
        (Role.ENTERPRISE, 403),
        (Role.REPAIR_AUTHORITY, 403),  # another authority made it
        (Role.BANK_OFFICER, 403),
        (Role.INSTITUTE, 403),
        (Role.LEAD_DEPARTMENT, 200),
        (Role.ADMINISTRATOR, 200),
        (Role.AUDITOR, 200),
    ],
)
def test_who_sees_records_and_who_may_ask(
    client: FlaskClient, role: Role, status: int, as_role: Callable[[FlaskClient, Role], None]
) -> None:
    as_role(client, role)
    for more in ("", "/plan", "/plan.ics"):
        assert client.get(f"/api/enterprises/{RENAMED}/credit{more}").status_code == status
        assert client.get(f"/api/enterprises/nobody/credit{more}").status_code == (404 if status == 200 else 403)
    assert client.post("/api/repair/check", json={"facts": FACTS}).status_code == 200


def test_the_plan_over_all_records_says_from_when_and_after_which_acts(client: FlaskClient) -> None:
    response = client.get(f"/api/enterprises/{RESIN_PREDICTED}/credit/plan?on=2026-07-01")
    answer = models.CreditPlanAnswer.model_validate_json(response.data)
    (filing,) = answer.plan.filings
    assert (filing.file_from, filing.earliest) == (date(2026, 8, 13), date(2026, 8, 13))
    assert filing.acts == ["NO_PUBLIC_COMMITMENT"]  # whether the duties are done is not known
    assert answer.records[filing.id].authority == "临平区应急管理局（示例）"
    assert (answer.on, answer.key, answer.changes, answer.left_out) == (date(2026, 7, 1), RESIN_PREDICTED, [], {})


def test_the_plan_as_a_calendar_has_the_same_day(client: FlaskClient) -> None:
    response = client.get(f"/api/enterprises/{RESIN_PREDICTED}/credit/plan.ics?on=2026-07-01")
    assert response.mimetype == "text/calendar"
    assert "DTSTART;VALUE=DATE:20260813" in response.text
    assert response.text == client.get(f"/enterprises/{RESIN_PREDICTED}/credit.ics?on=2026-07-01").text


# --- questions about stated facts -------------------------------------------------------------------------------------


def test_check_answers_for_the_day(post: Ask) -> None:
    facts = {**FACTS, **DONE}
    assert post("/api/repair/check", {"facts": facts})["finding"]["answer"] == "yes"
    before = post("/api/repair/check", {"facts": facts, "on": "2026-08-12"})["finding"]
    assert (before["answer"], [each["code"] for each in before["reasons"]]) == ("not_yet", ["MIN_PERIOD_NOT_ELAPSED"])
    assert before["values"]["not_before"] == "2026-08-13"
    assert before["to_do"][0]["from"] == "2026-08-13"


def test_what_goes_in_comes_out(post: Ask) -> None:
    facts = {**FACTS, **DONE, "fine_yuan": "20000.50", "sanctions": ["fine", "warning"], "special_sector": "fire"}
    assert post("/api/repair/check", {"facts": facts})["finding"]["facts"] == facts
    assert post("/api/repair/check", {"facts": {**facts, "litigation": None}})["finding"]["facts"] == facts


def test_what_if_says_what_differs(post: Ask) -> None:
    body = {"facts": FACTS, "on": "2026-08-12", "changes": DONE, "changed_on": "2026-08-13"}
    answer = post("/api/repair/what-if", body)
    assert (answer["really"]["answer"], answer["otherwise"]["answer"]) == ("not_yet", "yes")
    assert answer["differs"] == ["answer", "reasons"]
    assert answer["otherwise"]["on"] == "2026-08-13"
    assert post("/api/repair/what-if", {"facts": FACTS})["differs"] == []


def test_what_if_takes_a_fact_away(post: Ask) -> None:
    body = {"facts": {**FACTS, "public_commitment": True}, "changes": {"published": None}}
    assert post("/api/repair/what-if", body)["otherwise"]["answer"] == "review"


def test_a_plan_in_order(post: Ask) -> None:
    records = [
        {"id": "later", "facts": {**FACTS, "document_date": "2026-10-01", **DONE}},
        {"id": "now", "facts": {**FACTS, **DONE}},
        {"id": "over", "facts": {**FACTS, "repaired_on": "2026-10-01"}},
    ]
    answer = post("/api/repair/plan", {"records": records})
    models.PlanAnswer.model_validate(answer)
    assert [each["id"] for each in answer["filings"]] == ["now", "later"]
    assert [each["file_from"] for each in answer["filings"]] == ["2026-11-24", "2027-01-02"]
    assert [each["id"] for each in answer["nothing_to_file"]] == ["over"]


REFUSED: list[tuple[str, object, str, str]] = [
    ("check", {}, "/body/facts", "missing"),
    ("check", {"facts": {}}, "/body/facts/kind", "missing"),
    ("check", {"facts": {**FACTS, "kind": "rumour"}}, "/body/facts/kind", "enum"),
    ("check", {"facts": {**FACTS, "colour": "red"}}, "/body/facts/colour", "extra_forbidden"),
    ("check", {"facts": {**FACTS, "published": "yes"}}, "/body/facts/published", "bool_type"),
    ("check", {"facts": {**FACTS, "published": 1}}, "/body/facts/published", "bool_type"),
    ("check", {"facts": {**FACTS, "document_date": "2026-02-30"}}, "/body/facts/document_date", "day"),
    ("check", {"facts": {**FACTS, "document_date": 0}}, "/body/facts/document_date", "day"),
    ("check", {"facts": {**FACTS, "document_date": "9999-01-01"}}, "/body/facts/document_date", "day_range"),
    ("check", {"facts": FACTS, "on": "9999-12-31"}, "/body/on", "day_range"),
    ("check", {"facts": {**FACTS, "fine_yuan": 2}}, "/body/facts/fine_yuan", "string_type"),
    ("check", {"facts": {**FACTS, "fine_yuan": "2万"}}, "/body/facts/fine_yuan", "yuan"),
    ("check", {"facts": {**FACTS, "sanctions": "fine"}}, "/body/facts/sanctions", "list_type"),
    ("check", {"facts": {**FACTS, "sanctions": ["fine", "fine"]}}, "/body/facts/sanctions", "unique"),
    ("check", {"facts": {**FACTS, "sanctions": ["scolding"]}}, "/body/facts/sanctions/0", "enum"),
    ("check", {"facts": {**FACTS, "tax_cured_within_days": 1.0}}, "/body/facts/tax_cured_within_days", "int_type"),
    ("check", {"facts": {**FACTS, "field": "\ud800"}}, "/body/facts/field", "string_unicode"),
    ("check", {"facts": {**FACTS, "sanctions": []}}, "/body/facts/sanctions", "bad_fact"),
    ("check", {"facts": {**FACTS, "authority_system": "tax"}}, "/body/facts/authority_system", "bad_fact"),
    ("check", {"facts": FACTS, "on": "2026-05-11"}, "/body/facts/document_date", "bad_fact"),
    ("check", [], "/body", "model_type"),
    ("check", '{"facts": {}}', "/body", "model_type"),
    ("what-if", {"facts": FACTS, "changes": {"kind": None}}, "/body/changes/kind", "enum"),
    ("what-if", {"facts": FACTS, "changes": {"kind": "tax_credit"}}, "/body/changes/authority_system", "bad_fact"),
    ("plan", {"records": []}, "/body/records", "too_short"),
    ("plan", {"records": [{"id": "", "facts": FACTS}]}, "/body/records/0/id", "string_too_short"),
    (
        "plan",
        {"records": [{"id": "a", "facts": FACTS}, {"id": "b", "facts": {**FACTS, "document_date": None}}]},
        "/body/records/1/facts/document_date",
        "bad_fact",
    ),
]


@pytest.mark.parametrize(("name", "body", "pointer", "code"), REFUSED)
def test_what_is_refused_is_named_with_its_place(post: Ask, name: str, body: object, pointer: str, code: str) -> None:
    problem = post(f"/api/repair/{name}", body, 422)
    assert (problem["errors"][0]["pointer"], problem["errors"][0]["code"]) == (pointer, code)
    assert problem["errors"][0]["detail"] != "不合格"


def test_a_plan_needs_one_id_for_each_record(post: Ask) -> None:
    record = {"id": "a", "facts": FACTS}
    assert post("/api/repair/plan", {"records": [record, record]}, 422)["code"] == "bad_question"


@pytest.mark.parametrize(
    ("data", "kind", "status"),
    [
        ("facts=1", "application/x-www-form-urlencoded", 415),
        (json.dumps({"facts": FACTS}), "text/plain", 415),
        ("{", "application/json", 400),
        ("[" * 30_000, "application/json", 400),
        ('{"facts": ' + "9" * 5_000 + "}", "application/json", 400),
        (" " * 100_000, "application/json", 413),
        ("", "application/json", 400),
    ],
)
def test_what_is_no_json_is_refused(client: FlaskClient, data: str, kind: str, status: int) -> None:
    response = client.post("/api/repair/check", data=data, content_type=kind)
    assert (response.status_code, response.mimetype) == (status, "application/problem+json")


# --- a question needs no token and leaves no trace --------------------------------------------------------------------


def test_a_question_reads_only_the_sector_standards_stores_nothing_and_sets_no_cookie(
    tmp_ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another site could send it, so it must gain nothing: no record is read, no session is touched."""
    client = create_app(tmp_ledger, demo=True, today=lambda: DAY).test_client()

    all_of = MemoryView.all_of

    def only_standards(view: MemoryView, record_type: str) -> Ints:
        assert record_type == "SectorStandard", "a question about stated facts looked into the ledger"
        return all_of(view, record_type)

    def refuse(_: MemoryView, *what: object) -> None:
        raise AssertionError(f"a question about stated facts looked for {what}")

    monkeypatch.setattr(MemoryView, "all_of", only_standards)
    monkeypatch.setattr(MemoryView, "handle", refuse)
    monkeypatch.setattr(MemoryView, "links", refuse)
    before = tmp_ledger.position()
    answers: list[TestResponse] = [
        client.post("/api/repair/check", json={"facts": FACTS}),
        client.post("/api/repair/what-if", json={"facts": FACTS, "changes": DONE}),
        client.post("/api/repair/plan", json={"records": [{"id": "a", "facts": FACTS}]}),
    ]
    for response in answers:
        assert response.status_code == 200, response.text
        assert response.headers.getlist("Set-Cookie") == []
        assert "Access-Control-Allow-Origin" not in response.headers
    assert tmp_ledger.position() == before


@pytest.fixture
def with_standard(tmp_ledger: Ledger, tmp_path: Path) -> Ask:
    """POST a question where a sector standard is loaded."""
    path = tmp_path / "standards.csv"
    path.write_text(
        "field,authority,from,to,low_up_to,huge_from,citation\n"
        "应急,临平区应急管理局,2026-04-01,,10000,1000000,某分类标准\n"
        "住建,,2026-04-01,,60000,1000000,住建标准\n"
    )
    run_load(tmp_ledger, SECTOR_STANDARDS, [path])
    client = create_app(tmp_ledger, demo=True, today=lambda: DAY).test_client()
    return lambda address, body: json.loads(client.post(address, json=body).data)


@pytest.mark.parametrize(
    ("facts", "authority", "gravity"),
    [
        ({}, "临平区应急管理局", "general"),
        ({"field": "住建"}, None, "minor"),
        ({}, None, "undetermined"),
        ({"field": "应急"}, None, "undetermined"),  # only that authority's
    ],
)
def test_a_standard_of_the_ledger_classes_a_fine_that_is_asked_about(
    with_standard: Ask, facts: dict[str, Any], authority: str | None, gravity: str
) -> None:
    fined = {**FACTS, **DONE, **facts, "sanctions": ["fine"], "fine_yuan": "50000"}
    named = {} if authority is None else {"authority": authority}
    found = with_standard("/api/repair/check", {"facts": fined, **named})["finding"]
    assert found["values"]["gravity"] == gravity
    assert (found["fine_standard"] is None) == (gravity == "undetermined")
    planned = with_standard("/api/repair/plan", {"records": [{"id": "甲", "facts": fined, **named}]})
    (one,) = (*planned["filings"], *planned["to_clarify"], *planned["nothing_to_file"])
    assert one["gravity"] == gravity
    asked = {"facts": fined, "changes": {"duties_done": False}, **named}
    assert with_standard("/api/repair/what-if", asked)["otherwise"]["values"]["gravity"] == gravity


def test_every_other_form_still_needs_its_token(client: FlaskClient) -> None:
    assert client.post("/role", json={"role": "auditor"}).status_code == 400


# --- the rule table ---------------------------------------------------------------------------------------------------


def test_the_rule_table_is_the_one_of_the_command(
    client: FlaskClient, as_role: Callable[[FlaskClient, Role], None]
) -> None:
    as_role(client, Role.ENTERPRISE)
    response = client.get("/api/rules")
    models.RulesAnswer.model_validate_json(response.data)
    assert response.get_json() == {"laws": json.loads(json.dumps(table_json(LAWS)))}


def test_the_bodies_are_the_facts_that_the_rules_declare() -> None:
    declared = json_schema(Facts, "facts", CREDIT_REPAIR.words)
    taken = FactsBody.model_json_schema()
    assert (
        list(taken["properties"]) == list(declared["properties"]) == list(ChangesBody.model_json_schema()["properties"])
    )
    assert taken["required"] == declared["required"]
    assert taken["additionalProperties"] is declared["additionalProperties"] is False
    for name, schema in declared["properties"].items():
        assert codes(taken["properties"][name], taken) == codes(schema, {}), name


def codes(schema: Any, whole: Any) -> set[str]:
    """All codes of a closed list that a schema takes, however it is written."""
    if "$ref" in schema:
        return codes(whole["$defs"][schema["$ref"].rpartition("/")[2]], whole)
    found = {*schema.get("enum", ()), *([schema["const"]] if "const" in schema else [])}
    parts = [*schema.get("anyOf", ()), *schema.get("oneOf", ()), *([schema["items"]] if "items" in schema else [])]
    return found.union(*(codes(part, whole) for part in parts))
