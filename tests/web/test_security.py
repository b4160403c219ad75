"""Who may call what: every route in every role, the headers of every answer, forms, hosts, and what is denied."""

import re
from collections.abc import Iterator
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_openapi.openapi import OpenAPI
from werkzeug.routing import Rule

from cases.accounts import Role
from graph.ledger import Ledger
from lianxin.settings import Settings
from web import create_app
from web.generated import ROOT, files
from web.headers import HEADERS
from web.roles import same_site
from web.security import GRANTS, PERMISSION, Permission, declared, matrix, permission, routes

DAY = date(2026, 11, 24)
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


@pytest.fixture(scope="module")
def app(demo_ledger: Ledger) -> OpenAPI:
    return create_app(demo_ledger, demo=True, today=lambda: DAY)


@pytest.fixture
def client(app: OpenAPI) -> FlaskClient:
    return app.test_client()


@pytest.fixture(scope="module")
def operator(demo_ledger: Ledger) -> OpenAPI:
    """The application as it runs without --demo."""
    return create_app(demo_ledger, today=lambda: DAY)


def rules(app: Flask) -> Iterator[tuple[Rule, str]]:
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"OPTIONS"}):
            yield rule, method


@pytest.mark.parametrize("role", list(Role))
def test_every_route_is_denied_exactly_where_the_role_has_no_grant(app: OpenAPI, role: Role) -> None:
    client, permissions = app.test_client(), declared(app)
    with client.session_transaction() as session:
        session["role"] = role.value
    wrong = []
    for rule, method in rules(app):
        address = re.sub(r"<[^>]+>", "1", rule.rule)
        denied = client.open(address, method=method).status_code == 403
        if denied == (permissions[rule.endpoint] in GRANTS[role]):
            wrong.append(f"{method} {rule.rule}: {'denied' if denied else 'allowed'}")
    assert not wrong


def test_the_matrix_page_is_the_code(app: OpenAPI) -> None:
    page = (ROOT / "docs" / "permissions.md").read_text(encoding="utf-8")
    assert page == files(app)[ROOT / "docs" / "permissions.md"], "python -m web.generated writes it anew"
    assert page == matrix(app)
    assert page.count("\n| `") == len(routes(app))


def test_a_route_without_a_permission_stops_the_start(app: OpenAPI) -> None:
    bare = Flask("bare", static_folder=None)
    bare.add_url_rule("/open", "open", lambda: "")
    with pytest.raises(RuntimeError, match="open"):
        declared(bare)
    bare.view_functions["open"] = permission(Permission.PUBLIC)(bare.view_functions["open"])
    assert declared(bare) == {"open": Permission.PUBLIC}
    assert all(hasattr(view, PERMISSION) for view in app.view_functions.values())


def test_an_unknown_role_in_the_session_is_no_way_in(app: OpenAPI, client: FlaskClient) -> None:
    with client.session_transaction() as session:
        session["role"] = "root"
    assert client.get("/api/health").status_code == 200
    forged = app.test_client()
    forged.set_cookie("lianxin", "eyJyb2xlIjoiYWRtaW5pc3RyYXRvciJ9.aaaa.bbbb")
    assert forged.get("/api/loads").status_code == 200  # as anybody: the chain officer of the demo


def test_a_denial_says_who_may_not_what(client: FlaskClient) -> None:
    with client.session_transaction() as session:
        session["role"] = Role.BANK_OFFICER.value
    problem = client.get("/api/enterprises/91330113YANG00019U").get_json()
    assert problem["code"] == "forbidden"
    assert "银行" in problem["detail"]
    unknown = client.get("/api/enterprises/nobody").get_json()
    assert {**unknown, "request_id": ""} == {
        **problem,
        "request_id": "",
    }  # it does not say whether there is such a firm


# --- headers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["/", "/api/health", "/api/docs", "/nothing", "/api/nothing", "/api/search"])
def test_every_answer_carries_the_headers(client: FlaskClient, address: str) -> None:
    response = client.get(address)
    assert {name: response.headers.get(name) for name in HEADERS} == HEADERS
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Request-Id"]


def test_the_policy_allows_nothing_inline_and_nothing_from_elsewhere() -> None:
    policy = HEADERS["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert "http" not in policy
    assert "*" not in policy


def test_the_docs_page_keeps_to_the_policy(client: FlaskClient) -> None:
    page = client.get("/api/docs").text
    assert "<script" not in page
    assert "style=" not in page
    assert "<style" not in page
    assert "http://" not in page
    assert "https://" not in page
    assert client.get("/api/docs.css").mimetype == "text/css"


# --- the choice of a role ---------------------------------------------------------------------------------------------


@pytest.fixture
def unprotected(demo_ledger: Ledger) -> FlaskClient:
    app = create_app(demo_ledger, demo=True, today=lambda: DAY)
    app.config["WTF_CSRF_ENABLED"] = False
    return app.test_client()


def test_a_role_is_chosen_and_leads_back(unprotected: FlaskClient) -> None:
    response = unprotected.post("/role", data={"role": "bank_officer", "next": "/partners?key=1"})
    assert (response.status_code, response.headers["Location"]) == (303, "/partners?key=1")
    cookie = response.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert unprotected.get("/api/loads").status_code == 403


def test_an_unknown_role_is_refused(unprotected: FlaskClient) -> None:
    assert unprotected.post("/role", data={"role": "root"}).status_code == 422
    assert unprotected.post("/role", data={"role": "x" * 100_000}).status_code == 413


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/partners?key=1&relation=supplier", True),
        ("/enterprises/示例", True),
        ("/", True),
        ("//evil.example", False),
        ("/\\evil.example", False),
        ("/a\\b", False),
        ("https://evil.example/", False),
        ("javascript:alert(1)", False),
        ("/\t/evil.example", False),
        ("/a\r\nSet-Cookie: x=1", False),
        ("partners", False),
        ("", False),
    ],
)
def test_only_a_path_of_this_site_is_gone_back_to(path: str, kept: bool) -> None:
    assert same_site(path) == (path if kept else "/")


def test_a_form_without_its_token_does_nothing(client: FlaskClient) -> None:
    refused = client.post("/role", data={"role": "bank_officer"}, headers={"Accept": "application/json"})
    assert refused.status_code == 400
    assert refused.get_json()["code"] == "csrf"
    assert client.get("/api/loads").status_code == 200


def test_the_form_of_the_header_works(client: FlaskClient) -> None:
    token = TOKEN.search(client.get("/").text)
    assert token, "the header of the demo offers no form with a csrf_token"
    chosen = client.post("/role", data={"role": "bank_officer", "next": "/", "csrf_token": token[1]})
    assert chosen.status_code == 303
    assert client.get("/api/loads").status_code == 403


# --- without the demo -------------------------------------------------------------------------------------------------


def test_without_the_demo_no_role_can_be_chosen(operator: OpenAPI) -> None:
    client = operator.test_client()
    assert client.post("/role", data={"role": "auditor"}).status_code == 404
    with client.session_transaction() as session:
        session["role"] = Role.BANK_OFFICER.value
    assert client.get("/api/loads").status_code == 200  # the operator at this machine


@pytest.mark.parametrize("host", ["evil.example", "lianxin.evil.example:8000", "127.0.0.1.evil.example", "[::1"])
def test_without_the_demo_a_foreign_name_for_this_machine_is_refused(operator: OpenAPI, host: str) -> None:
    response = operator.test_client().get("/api/health", headers={"Host": host})
    assert response.status_code == 400
    assert response.mimetype == "application/problem+json"


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1:8000", "localhost"])
def test_without_the_demo_this_machine_is_served(operator: OpenAPI, host: str) -> None:
    assert operator.test_client().get("/api/health", headers={"Host": host}).status_code == 200


def test_the_key_is_the_setting_or_drawn(tmp_ledger: Ledger) -> None:
    given = create_app(tmp_ledger, today=lambda: DAY, settings=Settings(secret_key="a key"))
    assert given.secret_key == "a key"
    drawn = {create_app(tmp_ledger, today=lambda: DAY).secret_key for _ in range(2)}
    assert len(drawn) == 2
    assert all(len(str(key)) == 64 for key in drawn)
