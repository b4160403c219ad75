"""The description of the API: committed equals generated, every example works, and random requests find no gap."""

from datetime import date
from typing import Any

import pytest
import schemathesis
from flask_openapi.openapi import OpenAPI
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance

from cases import api_keys
from cases.accounts import Role
from graph.ledger import Ledger
from lianxin.clock import utc_now
from services.demo.accounts import name_of
from web import create_app
from web.api import models
from web.generated import ROOT, openapi_text

DAY = date(2026, 11, 24)
COMMITTED = ROOT / "web" / "api" / "openapi.json"
REQUESTS = 40  # random requests an operation: a whole run stays under a minute


@pytest.fixture(scope="module")
def app(served_ledger: Ledger) -> OpenAPI:
    """Where everybody has to log in, as there are accounts."""
    return create_app(served_ledger, today=lambda: DAY)


@pytest.fixture(scope="module")
def key(served_ledger: Ledger) -> dict[str, str]:
    """The key of an administrator, who may call every operation: a denial would hide what lies behind it."""
    made = api_keys.make(served_ledger, name_of(Role.ADMINISTRATOR), "tests", utc_now())
    return {"Authorization": f"Bearer {made}"}


# From the committed file, which another test holds equal: schemathesis 4.32 cannot yet load it from a fixture under
# pytest 9 (it sets an attribute that is gone).
schema = schemathesis.openapi.from_path(COMMITTED)
schema.config.generation.update(with_security_parameters=False)  # else it makes up a session beside the key


@schema.parametrize()
@settings(
    max_examples=REQUESTS,
    deadline=None,  # a first request builds what later ones share
    derandomize=True,  # the same requests in every run
    suppress_health_check=list(HealthCheck),
)
def test_random_requests_find_no_gap(case: schemathesis.Case[Any], app: OpenAPI, key: dict[str, str]) -> None:
    # Its own probe without a key knows nothing of `app`; the test of how operations are opened stands below.
    # Facts of the right shape may still contradict each other, which no schema says: these are refused with 422.
    free = case.path.startswith(("/api/repair/", "/api/cases"))  # and what a case takes, its definition says
    contradict = [positive_data_acceptance] if free else []
    case.call_and_validate(app=app, headers=key, excluded_checks=[ignored_auth, *contradict])


def test_the_committed_description_is_the_code(app: OpenAPI) -> None:
    assert COMMITTED.read_text(encoding="utf-8") == openapi_text(app), "python -m web.generated writes it anew"


def test_it_is_openapi_3_1_without_loose_ends(app: OpenAPI) -> None:
    text = openapi_text(app)
    assert app.api_doc["openapi"] == "3.1.0"
    components = app.api_doc["components"]["schemas"]
    for reference in {each.split('"')[0] for each in text.split('"#/components/schemas/')[1:]}:
        assert reference in components
    assert '"nullable"' not in text


def operations(app: OpenAPI) -> list[dict[str, object]]:
    return [declared for item in app.api_doc["paths"].values() for declared in item.values()]


def test_every_operation_is_described(app: OpenAPI) -> None:
    found = operations(app)
    assert len({declared["operationId"] for declared in found}) == len(found) == 23
    for declared in found:
        assert declared["summary"]
        assert declared["description"]
        assert {"200", "401", "403", "404", "422", "500", "503"} <= set(declared["responses"])  # type: ignore[call-overload]  # JSON


def test_how_an_operation_is_opened_is_described_and_held(app: OpenAPI) -> None:
    assert set(app.api_doc["components"]["securitySchemes"]) == {"login", "key"}
    client = app.test_client()
    for method, declared in ((m, d) for item in app.api_doc["paths"].values() for m, d in item.items()):
        public = declared["x-permission"] == "public"
        assert declared.get("security", []) == ([] if public else [{"login": []}, {"key": []}])
        answer = client.open(declared["x-example"], json=declared.get("x-example-body"), method=method)
        assert answer.status_code == (200 if public else 401), declared["x-example"]


def test_every_example_is_answered_in_the_declared_shape(app: OpenAPI, key: dict[str, str]) -> None:
    client = app.test_client()
    for method, declared in ((m, d) for item in app.api_doc["paths"].values() for m, d in item.items()):
        if declared.get("x-changes"):
            continue  # tried in test_cases_api.py: each changes what the next finds
        body = declared.get("x-example-body")
        response = client.open(str(declared["x-example"]), json=body, method=method, headers=key)
        assert response.status_code == 200, (declared["x-example"], response.text)
        ((media_type, content),) = declared["responses"]["200"]["content"].items()
        assert response.mimetype == media_type
        if media_type == "application/json":
            getattr(models, content["schema"]["$ref"].rpartition("/")[2]).model_validate_json(response.data)


def test_the_docs_page_lists_every_operation_and_code(app: OpenAPI) -> None:
    page = app.test_client().get("/api/docs").text
    for declared in operations(app):
        assert f'id="{declared["operationId"]}"' in page
    assert 'id="not_known"' in page
    assert 'href="/api/openapi.json"' in page


def test_the_type_of_a_problem_leads_to_its_line(app: OpenAPI, key: dict[str, str]) -> None:
    client = app.test_client()
    address, _, anchor = client.get("/api/loads/999", headers=key).get_json()["type"].partition("#")
    assert f'id="{anchor}"' in client.get(address).text
