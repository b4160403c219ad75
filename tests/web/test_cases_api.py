"""Cases over the API: versions, keys, limits, papers; a procedure that is added as one module runs without more."""

import base64
import json
import threading
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from flask_openapi.openapi import OpenAPI

import cases.definitions
from cases import accounts, api_keys, event_log
from cases.accounts import Duty, Role
from graph.ledger import Ledger
from lianxin.clock import utc_now
from services.demo.accounts import AUTHORITY, ENTERPRISE
from web import create_app
from web.api import models

DAY = date(2026, 11, 24)
STRANGER = "91330113YANG00094L"
DEMAND = {"topic": "training", "demand": "焊工培训的名额不够"}
PEOPLE = {
    "firm": Duty(Role.ENTERPRISE, ENTERPRISE),
    "stranger": Duty(Role.ENTERPRISE, STRANGER),
    "officer": Duty(Role.REPAIR_AUTHORITY, authorities=[AUTHORITY]),
    "lead": Duty(Role.LEAD_DEPARTMENT),
    "bank": Duty(Role.BANK_OFFICER),
    "auditor": Duty(Role.AUDITOR),
}
FACTS = {
    "record": "Penalty/p", "kind": "penalty", "authority_system": "ndrc", "sanctions": ["fine"], "fine_band": "large",
    "published": True, "document_date": "2026-10-12",
}  # fmt: skip
Ask = Callable[..., Any]


@pytest.fixture(scope="module")
def keys(operated_ledger: Ledger) -> dict[str, dict[str, str]]:
    """Programs of everybody: the head that each sends."""
    found = {}
    for name, duty in PEOPLE.items():
        accounts.add(operated_ledger, name, duty, "no hash", utc_now())
        key = api_keys.make(operated_ledger, name, "tests", utc_now())
        found[name] = {"Authorization": f"Bearer {key}"}
    return found


@pytest.fixture(scope="module")
def app(operated_ledger: Ledger, keys: dict[str, dict[str, str]]) -> OpenAPI:
    assert keys
    return create_app(operated_ledger, today=lambda: DAY)


@pytest.fixture
def ask(app: OpenAPI, keys: dict[str, dict[str, str]]) -> Ask:
    """`ask("firm", "/api/cases", {…}, 200, version=1)`: the JSON of the answer, in its declared shape."""

    def send(
        who: str, address: str, body: object = None, expected: int = 200, *, version: object = None, key: str = ""
    ) -> Any:
        head = dict(keys[who])
        head |= {} if version is None else {"If-Match": f'"{version}"'}
        head |= {"Idempotency-Key": key} if key else {}
        client = app.test_client()
        answer = client.get(address, headers=head) if body is None else client.post(address, json=body, headers=head)
        assert answer.status_code == expected, answer.text
        shape: Any = models.CaseDone if body is not None else models.CaseAnswer
        if expected != 200:
            shape = models.Problem
        elif address.startswith("/api/cases?"):
            shape = models.CasesAnswer
        shape.model_validate_json(answer.data)
        if shape in (models.CaseAnswer, models.CaseDone):
            found = json.loads(answer.data)
            assert answer.headers["ETag"] == f'"{found.get("case", found)["version"]}"'
        return json.loads(answer.data)

    return send


def opened(ask: Ask, **more: Any) -> int:
    return int(ask("firm", "/api/cases", {"kind": "hr-channel", "values": DEMAND}, **more)["case"]["id"])


def test_a_case_is_opened_acted_in_and_read(ask: Ask) -> None:
    number = opened(ask)
    address = f"/api/cases/{number}"
    case = ask("lead", address)
    assert (case["version"], case["state"]["zh"], case["enterprise"]) == (1, "已提出", ENTERPRISE)
    assert [each["name"] for each in case["actions"]] == ["take"]
    assert [(each["clock"], each["due"], each["against"]) for each in case["waiting"]] == [
        ("take_by", "2026-12-01", "lead_department")
    ]
    ask("lead", f"{address}/actions", {"action": "take"}, version=1)
    paper = {"name": "a.pdf", "content": base64.b64encode(b"%PDF-1").decode()}
    done = ask(
        "lead", f"{address}/actions",
        {"action": "answer", "values": {"sentence": "名额增加"}, "papers": [paper]}, version=2,
    )  # fmt: skip
    assert (done["event"], done["again"]) == (3, False)
    firm = ask("firm", address)
    assert [each["name"] for each in firm["actions"]] == ["content", "not_content"]
    assert firm["events"][2]["documents"][0]["media_type"] == "application/pdf"
    assert firm["events"][2]["values"] == {"sentence": "名额增加"}
    assert [each["id"] for each in ask("firm", "/api/cases?ended=false")["cases"]].count(number) == 1


def test_a_version_that_is_stale_missing_or_a_state_that_is_wrong(ask: Ask) -> None:
    address = f"/api/cases/{opened(ask)}/actions"
    assert ask("lead", address, {"action": "take"}, 428)["code"] == "version_missing"
    assert ask("lead", address, {"action": "take"}, 428, version="x")["code"] == "version_missing"
    assert ask("lead", address, {"action": "take"}, 412, version=9)["code"] == "stale_version"
    assert ask("lead", address, {"action": "answer", "values": {"sentence": "x"}}, 409, version=1)["code"] == (
        "illegal_action"
    )
    refused = ask("lead", address, {"action": "take", "values": {"x": "y"}}, 422, version=1)
    assert refused["errors"][0]["pointer"] == "/body/values/x"
    for body in (
        {"action": "take", "values": {"x": 1.5}},
        {"action": "take", "papers": [{"name": "a", "content": "="}]},
    ):
        assert ask("lead", address, body, 422, version=1)["code"] == "invalid"
    wrong = {"name": "a.exe", "content": base64.b64encode(b"MZ").decode()}
    assert ask("lead", address, {"action": "take", "papers": [wrong]}, 422, version=1)["code"] == "bad_form"


def test_a_double_click_is_one_act(ask: Ask) -> None:
    number = opened(ask, key="a")
    assert opened(ask, key="a") == number
    address = f"/api/cases/{number}/actions"
    first = ask("lead", address, {"action": "take"}, version=1, key="b")
    again = ask("lead", address, {"action": "take"}, version=1, key="b")
    assert (first["again"], again["again"], again["event"]) == (False, True, first["event"])
    assert ask("lead", address, {"action": "answer"}, 409, version=2, key="b")["code"] == "key_reused"


def test_guessing_numbers_tells_a_stranger_nothing(ask: Ask) -> None:
    number = opened(ask)
    said = [ask("stranger", f"/api/cases/{guess}", expected=403) for guess in (number, 999)]
    assert said[0] | {"request_id": ""} == said[1] | {"request_id": ""}
    assert ask("stranger", "/api/cases?limit=5") == {"cases": [], "more": False}
    assert ask("officer", f"/api/cases/{number}", expected=403)["code"] == "out_of_scope"  # takes no part in it
    assert ask("bank", f"/api/cases/{number}", expected=403)["code"] == "forbidden"
    ask("stranger", f"/api/cases/{number}/actions", {"action": "withdraw_demand"}, 403, version=1)
    ask("stranger", "/api/cases", {"kind": "hr-channel", "values": DEMAND, "enterprise": ENTERPRISE}, 403)
    assert ask("auditor", f"/api/cases/{number}")["actions"] == []
    ask("auditor", f"/api/cases/{number}/actions", {"action": "take"}, 403, version=1)
    assert ask("lead", "/api/cases/999", expected=404)["code"] == "not_known"


def test_a_negotiation_over_the_api_crosses_no_limit(ask: Ask) -> None:
    number = ask("officer", "/api/cases", {"kind": "credit-repair", "values": FACTS, "enterprise": ENTERPRISE})["case"][
        "id"
    ]
    address = f"/api/cases/{number}/proposals"
    early = {"how": "propose", "matter": "filing_day", "values": {"day": "2026-12-01"}, "reason": "急用"}
    crossed = ask("firm", address, early, 409, version=1)
    assert crossed["code"] == "limit_crossed"
    assert "信用修复管理办法 第三章 申请条件（已读原文）" in crossed["detail"]
    proofs = {"fetched": ["缴款凭证"], "until": "2026-12-10"}
    made = ask("firm", address, {"how": "propose", "matter": "proofs", "values": proofs, "reason": "省一趟"}, version=1)
    (proposal,) = made["case"]["proposals"]
    assert (proposal["waiting_for"], proposal["reason"], proposal["reply_by"]) == (
        "repair_authority", "省一趟", "2026-12-01",
    )  # fmt: skip
    other = {"how": "counter", "proposal": 2, "matter": "proofs", "values": {**proofs, "until": "2026-12-20"}}
    ask("officer", address, {**other, "reason": "来不及"}, version=2)
    ask("firm", address, {"how": "accept", "proposal": 3, "reason": "可以"}, version=3)
    ask("firm", address, {"how": "confirm", "proposal": 3}, version=4)
    done = ask("officer", address, {"how": "confirm", "proposal": 3}, version=5)
    settled = done["case"]["proposals"][1]
    assert (settled["settled"]["until"], settled["confirmed"]) == ("2026-12-20", ["enterprise", "repair_authority"])
    for body, name in (
        ({"how": "propose"}, "matter"),
        ({"how": "counter"}, "proposal"),
        ({"how": "refuse"}, "proposal"),
    ):
        assert ask("officer", address, body, 422, version=6)["errors"][0]["pointer"] == f"/body/values/{name}"


def test_of_writers_on_one_version_one_wins(app: OpenAPI, ask: Ask, keys: dict[str, dict[str, str]]) -> None:
    number = opened(ask)
    answers: list[int] = []

    def write() -> None:
        head = {**keys["lead"], "If-Match": '"1"'}
        answer = app.test_client().post(f"/api/cases/{number}/actions", json={"action": "take"}, headers=head)
        answers.append(answer.status_code)

    threads = [threading.Thread(target=write) for _ in range(16)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(answers) == [200] + [412] * 15
    assert ask("lead", f"/api/cases/{number}")["version"] == 2


def test_a_form_of_a_foreign_site_changes_nothing(operated_ledger: Ledger, keys: Any, as_account: Any) -> None:
    assert keys
    client: FlaskClient = create_app(operated_ledger, today=lambda: DAY).test_client()
    as_account(client, "firm")
    answer = client.post("/api/cases", json={"kind": "hr-channel", "values": DEMAND})
    assert answer.status_code == 400
    assert answer.json is not None
    assert answer.json["code"] == "csrf"


# --- a procedure as one module ----------------------------------------------------------------------------------------

VOICES = '''
"""The voices of market entities 市场主体声音: the same channel under other words."""

from dataclasses import replace

from cases.definition import Words
from cases.definitions.hr_channel import DEFINITION as CHANNEL

DEFINITIONS = (replace(CHANNEL, kind="voices", version="1", words=Words("市场主体声音", "voices")),)
'''


@pytest.fixture
def one_more_module(tmp_path: Path) -> Iterator[None]:
    (tmp_path / "voices.py").write_text(VOICES, encoding="utf-8")
    cases.definitions.__path__.append(str(tmp_path))
    cases.definitions.registry.cache_clear()
    yield
    cases.definitions.__path__.remove(str(tmp_path))
    cases.definitions.registry.cache_clear()


@pytest.mark.usefixtures("one_more_module")
def test_a_procedure_that_is_one_more_module_runs_over_the_api(ask: Ask, operated_ledger: Ledger) -> None:
    done = ask("firm", "/api/cases", {"kind": "voices", "values": DEMAND})
    number = done["case"]["id"]
    assert done["case"]["title"]["zh"] == "市场主体声音"
    for version, (who, action, values) in enumerate(
        [("lead", "take", {}), ("lead", "answer", {"sentence": "已办"}), ("firm", "content", {})], start=1
    ):
        body = {"action": action, "values": values}
        done = ask(who, f"/api/cases/{number}/actions", body, version=version)
    assert done["case"]["state"] == {"name": "closed", "zh": "已办结", "en": "closed", "end": True}
    assert event_log.verify(operated_ledger).broken == []
