"""Who may call what: every route in every role, and within its limits; headers of every answer, forms, hosts."""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_openapi.openapi import OpenAPI
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from cases import claims, record_links
from cases.accounts import Role
from cases.actor import Actor, Order
from cases.claims import ClaimedFact
from cases.documents import Proof
from cases.passwords import Passwords
from graph.ledger import Ledger
from graph.memory_build import build
from graph.view import View
from lianxin.clock import utc_now
from lianxin.settings import Settings
from services.cases import engine
from services.claims import say
from services.credit import credit
from services.demo.accounts import AUTHORITY, ENTERPRISE, make_accounts
from services.notices import make as make_notice
from web import create_app
from web.generated import ROOT, files
from web.headers import HEADERS
from web.landing import same_site
from web.security import GRANTS, PERMISSION, Permission, Scope, declared, matrix, permission, reach, routes
from web.visitor import COOKIE

DAY = date(2026, 11, 24)
STRANGER = "91330113YANG00094L"  # its record was made by another authority than that of the enterprise of the demo
STRANGERS = "杭州市生态环境局临平分局（示例）"
PDF = b"%PDF-1.7\n"
AsRole = Callable[[FlaskClient, Role], None]
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


@pytest.fixture(scope="module")
def app(served_ledger: Ledger) -> OpenAPI:
    return create_app(served_ledger, demo=True, today=lambda: DAY)


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
def test_every_route_is_denied_exactly_where_the_role_has_no_grant(app: OpenAPI, role: Role, as_role: AsRole) -> None:
    """Where a grant has limits, an address that names nothing is denied too: the rows of those stand below."""
    client, permissions = app.test_client(), declared(app)
    as_role(client, role)
    wrong = []
    for rule, method in rules(app):
        scope = GRANTS[role].get(permissions[rule.endpoint])
        if scope not in (None, Scope.ALL):
            continue
        address = re.sub(r"<[^>]+>", "1", rule.rule)
        denied = client.open(address, method=method).status_code == 403
        if denied == (scope is Scope.ALL):
            wrong.append(f"{method} {rule.rule}: {'denied' if denied else 'allowed'}")
    assert not wrong


# --- within limits ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """A request for a row. `shows`: what its answer holds of it; None where the status tells. `open`: the statuses that
    say that it is one's own."""

    address: str
    form: Mapping[str, Any] | None = None
    body: Mapping[str, Any] | None = None
    version: int | None = None
    shows: str | None = None
    open: tuple[int, ...] = (200, 303)


@dataclass(frozen=True)
class Rows:
    """One's own row and a stranger's, as they are asked for at each address with limits."""

    own: Asked
    strange: Asked


@pytest.fixture(scope="module")
def limited_ledger(module_demo_ledger: Ledger) -> Ledger:
    make_accounts(module_demo_ledger, Passwords(cheap=True), utc_now())
    return module_demo_ledger


@pytest.fixture(scope="module")
def limited(limited_ledger: Ledger) -> OpenAPI:
    made = create_app(limited_ledger, demo=True, today=lambda: DAY)
    made.config["WTF_CSRF_ENABLED"] = False
    return made


@pytest.fixture(scope="module")
def rows(limited_ledger: Ledger) -> Mapping[Role, Mapping[str, Rows]]:
    """Role with limits → endpoint → its rows, both there; each role has its own, so that it may take them back."""
    view = build(limited_ledger)
    return {role: _rows(limited_ledger, view, 2 * n) for n, role in enumerate(LIMITED)}


LIMITED = (Role.ENTERPRISE, Role.REPAIR_AUTHORITY)


def _rows(ledger: Ledger, view: View, number: int) -> Mapping[str, Rows]:
    own, taken_back = (_of(ledger, view, ENTERPRISE, n) for n in (number, number + 1))
    strange = _of(ledger, view, STRANGER, number)
    found: dict[str, Rows] = {}

    def add(endpoint: str, ask: Callable[[Mapping[str, str]], Asked], mine: Mapping[str, str] = own) -> None:
        found[endpoint] = Rows(ask(mine), ask(strange))

    for endpoint, address in {
        "api.show_credit": "/api/enterprises/{key}/credit",
        "api.show_credit_plan": "/api/enterprises/{key}/credit/plan",
        "api.show_credit_calendar": "/api/enterprises/{key}/credit/plan.ics",
        "pages.credit_page": "/enterprises/{key}/credit",
        "pages.credit_ics": "/enterprises/{key}/credit.ics",
        "pages.credit_record": "/enterprises/{key}/credit/{record}",
        "pages.credit_print": "/enterprises/{key}/credit/print",
        "pages.claim_document": "/enterprises/{key}/claims/{claim}/{digest}",
    }.items():
        found[endpoint] = Rows(Asked(address.format(**own)), Asked(address.format(**strange)))
    for endpoint, address in {
        "api.list_eligible": "/api/repair/eligible?limit=100",
        "api.show_impact": "/api/repair/impact?old=NDRC-58&new=NDRC-36&change=review&limit=100",
        "pages.eligible_list": "/repair/eligible",
        "pages.eligible_file": "/repair/eligible.csv",
        "pages.impact_list": "/repair/impact?change=review",
        "pages.impact_file": "/repair/impact.csv?change=review",
        "pages.notice_list": "/repair/notices",
    }.items():
        found[endpoint] = Rows(Asked(address, shows=AUTHORITY), Asked(address, shows=STRANGERS))
    said = {"fact": "public_commitment", "day": "2026-06-02"}
    stated = {"authority_system": "ndrc", "sanctions": "confiscate_income", "document_date": "2026-09-02"}
    add("pages.say_claim", lambda row: Asked("/enterprises/{key}/claims".format(**row), {**said, "record": row["id"]}))
    back = "/enterprises/{key}/claims/{claim}/withdraw"
    add("pages.withdraw_claim", lambda row: Asked(back.format(**row), {}), taken_back)
    add("pages.write_notice", lambda row: Asked("/repair/notices", {"record": row["id"]}))
    add(
        "pages.write_stated_notice",
        lambda row: Asked(
            "/repair/notices/new", {**stated, "published": "yes", "number": "7", "authority": row["authority"]}
        ),
    )
    new = "/cases/new/credit-repair?enterprise={key}&record={record}"
    add("pages.new_case", lambda row: Asked(new.format(**row)))
    add("pages.end_link", lambda row: Asked("/repair/links/{link}/end".format(**row), {}))
    return found | _case_rows(ledger)


def _case_rows(ledger: Ledger) -> Mapping[str, Rows]:
    """A case of one's own and a stranger's."""
    unit = Actor(Role.LEAD_DEPARTMENT, "test")
    facts = {"record": "r", "kind": "penalty", "authority_system": "ndrc", "sanctions": ["warning"]}
    facts |= {"document_date": "2026-06-01"}

    def opened(enterprise: str, authority: str) -> int:
        order = Order(unit, DAY, utc_now())
        papers = [Proof("a.pdf", PDF)]
        over = engine(ledger)
        return over.open(
            "credit-repair", facts, order, enterprise=enterprise, authority=authority, proofs=papers
        ).case.id

    numbers = [opened(ENTERPRISE, AUTHORITY), opened(STRANGER, STRANGERS)]
    proposal = {"how": "propose", "matter": "proofs", "values": {"until": "2026-12-01"}, "reason": "x"}

    def rows(ask: Callable[[int], Asked]) -> Rows:
        return Rows(*(ask(number) for number in numbers))

    parties = ({"enterprise": ENTERPRISE, "authority": AUTHORITY}, {"enterprise": STRANGER, "authority": STRANGERS})
    return {
        "api.list_cases": Rows(Asked("/api/cases", shows=AUTHORITY), Asked("/api/cases", shows=STRANGERS)),
        "api.show_case": rows(lambda number: Asked(f"/api/cases/{number}")),
        "api.open_case": Rows(
            *(Asked("/api/cases", body={"kind": "credit-repair", "values": facts, **each}) for each in parties)
        ),
        "api.act_in_case": rows(
            lambda number: Asked(f"/api/cases/{number}/actions", body={"action": "consult"}, version=1)
        ),
        "api.negotiate_in_case": rows(lambda number: Asked(f"/api/cases/{number}/proposals", body=proposal, version=2)),
    } | _case_page_rows([opened(ENTERPRISE, AUTHORITY), opened(STRANGER, STRANGERS)], facts, parties)


def _case_page_rows(
    numbers: Sequence[int], facts: Mapping[str, Any], parties: Sequence[Mapping[str, str]]
) -> Mapping[str, Rows]:
    """The same on the pages, over cases of their own."""
    typed = [{f"field-{name}": value for name, value in {**facts, **each}.items()} for each in parties]
    offer = {"how": "propose", "matter": "proofs", "field-until": "2026-12-01", "field-reason": "x", "version": "2"}

    def rows(address: str, form: Mapping[str, Any] | None = None) -> Rows:
        return Rows(*(Asked(address.format(number), form) for number in numbers))

    return {
        "pages.case_list": Rows(Asked("/cases", shows=AUTHORITY), Asked("/cases", shows=STRANGERS)),
        "pages.case_page": rows("/cases/{}"),
        "pages.case_print": rows("/cases/{}/print"),
        "pages.case_document": rows(f"/cases/{{}}/documents/{hashlib.sha256(PDF).hexdigest()}"),
        "pages.open_case": Rows(*(Asked("/cases/new/credit-repair", each) for each in typed)),
        "pages.act_in_case": rows("/cases/{}/actions", {"action": "consult", "version": "1"}),
        "pages.negotiate_in_case": rows("/cases/{}/proposals", offer),
    } | _preparing_rows(numbers)


def _preparing_rows(numbers: Sequence[int]) -> Mapping[str, Rows]:
    """What is prepared in these cases: by the enterprise; its unit reaches the case and prepares nothing in it."""

    def rows(rest: str, form: Mapping[str, Any] | None = None) -> Rows:
        address = "/cases/{}/prepare/submit"
        return Rows(*(Asked(address.format(each) + rest, form, open=(200, 303, 404, 409, 422)) for each in numbers))

    return {
        "pages.prepare_page": rows(""),
        "pages.save_answer": rows("/answer", {"field": "contact", "field-contact": "x"}),
        "pages.hand_in_paper": rows("/papers", {"material": "performance"}),
        "pages.take_out_paper": rows("/papers/remove", {"material": "performance", "digest": "0"}),
        "pages.letter": rows("/letters/commitment"),
        "pages.package": rows("/package"),
        "pages.send_prepared": rows("/done", {"version": "2"}),
    }


def _of(ledger: Ledger, view: View, key: str, number: int) -> Mapping[str, str]:
    """What there is of an enterprise: its record, a claim of its own with a proof, and a link."""
    (record,) = credit(view, key, DAY).records
    day, proof = date(2026, 6, 1 + number), Proof("a.pdf", PDF + bytes([number]))
    claim = say(ledger, view, key, record.id, ClaimedFact.DUTIES_DONE, day, said_by="test", today=DAY, proofs=[proof])
    make_notice(ledger, view, record.ref, "http://x", DAY, made_by="test")
    (stored,) = (each for each in claims.standing(ledger, [record.ref]) if each.id == claim)
    return {
        "key": key,
        "id": record.id,
        "record": quote(record.id),
        "authority": record.authority,
        "claim": str(claim),
        "digest": stored.documents[0].digest,
        "link": str(record_links.links(ledger)[0].id),
    }


def limited_cells(app: Flask) -> list[tuple[Role, str]]:
    permissions = declared(app)
    return [
        (role, endpoint)
        for role in Role
        for endpoint, needed in sorted(permissions.items())
        if GRANTS[role].get(needed) not in (None, Scope.ALL)
    ]


WITHOUT_ROWS = {"pages.notice_form"}  # a blank form: what is sent with it has rows


def test_every_cell_with_limits_opens_ones_own_row_and_no_other(
    limited: OpenAPI, rows: Mapping[Role, Mapping[str, Rows]], as_role: AsRole
) -> None:
    cells = limited_cells(limited)
    assert {role for role, _ in cells} == set(LIMITED)
    named = set(rows[Role.ENTERPRISE])
    assert {endpoint for _, endpoint in cells} - WITHOUT_ROWS == named, "each address with limits names its rows"
    wrong = []
    for role, endpoint in cells:
        if endpoint in WITHOUT_ROWS:
            continue
        client = limited.test_client()
        as_role(client, role)
        own, strange = rows[role][endpoint].own, rows[role][endpoint].strange
        wrong += [
            f"{role} {endpoint} {asked}" for asked in (strange, own) if _opens(client, asked) is (asked is strange)
        ]
    assert wrong == []


def _opens(client: FlaskClient, asked: Asked) -> bool:
    method = "GET" if asked.form is None and asked.body is None else "POST"
    head = {} if asked.version is None else {"If-Match": f'"{asked.version}"'}
    answer = client.open(asked.address, method=method, data=asked.form, json=asked.body, headers=head)
    if asked.shows is not None:
        assert answer.status_code == 200, answer.text
        return asked.shows in answer.get_data(as_text=True)
    assert answer.status_code in (*asked.open, 403), (asked, answer.status_code, answer.text[:600])
    return answer.status_code != 403


@pytest.mark.parametrize("role", LIMITED)
def test_what_is_beyond_the_limits_and_what_is_nowhere_are_answered_alike(
    limited: OpenAPI, rows: Mapping[Role, Mapping[str, Rows]], as_role: AsRole, role: Role
) -> None:
    client = limited.test_client()
    as_role(client, role)
    for endpoint in (
        "api.show_case",
        "pages.case_page",
        "api.show_credit",
        "api.show_credit_plan",
        "pages.credit_page",
        "pages.credit_record",
    ):
        strange = rows[role][endpoint].strange.address
        answers = [client.get(address) for address in (strange, strange.replace(STRANGER, "91330113YANG99999X"))]
        assert [each.status_code for each in answers] == [403, 403]
        assert said(answers[0]) == said(answers[1]), endpoint


def said(answer: TestResponse) -> str:
    """What an answer says, but for the number of the request."""
    page = re.search(r"<main.*</main>", answer.text, re.DOTALL)
    return re.sub(r'编号 <span class="code">\w+|"request_id":"\w+"', "", page[0] if page else answer.text)


def test_a_route_that_does_not_ask_how_far_it_reaches_answers_nobody_with_limits(
    limited_ledger: Ledger, as_role: AsRole
) -> None:
    made = create_app(limited_ledger, demo=True, today=lambda: DAY)
    for name, handler in (("api.show_credit", lambda **_: "all of it"), ("pages.credit_page", lambda key: _asks(key))):
        made.view_functions[name] = permission(Permission.CREDIT_READ)(handler)
    client = made.test_client()
    as_role(client, Role.ENTERPRISE)
    careless = client.get(f"/api/enterprises/{STRANGER}/credit")
    assert careless.status_code == 500
    assert "all of it" not in careless.text
    asked = client.get(f"/enterprises/{ENTERPRISE}/credit")
    assert (asked.status_code, asked.headers["X-Scope"]) == (200, "own")
    as_role(client, Role.AUDITOR)
    assert client.get(f"/api/enterprises/{STRANGER}/credit").text == "all of it"


def _asks(key: str) -> str:
    reach(Permission.CREDIT_READ)
    return key


# --- the matrix -------------------------------------------------------------------------------------------------------


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


@pytest.mark.parametrize("token", ["root", "A" * 22, "administrator", "链" * 22])
def test_a_made_up_session_is_no_way_in(client: FlaskClient, token: str) -> None:
    client.set_cookie(COOKIE, quote(token))
    with client.session_transaction() as session:
        session["role"] = "administrator"
    assert client.get("/api/loads").status_code == 200  # as anybody: a chain officer of the demo
    assert client.get("/repair/reports").status_code == 403


def test_a_denial_says_who_may_not_what(client: FlaskClient, as_role: AsRole) -> None:
    as_role(client, Role.BANK_OFFICER)
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
def unprotected(served_ledger: Ledger) -> FlaskClient:
    app = create_app(served_ledger, demo=True, today=lambda: DAY)
    app.config["WTF_CSRF_ENABLED"] = False
    return app.test_client()


def test_a_role_is_chosen_and_leads_back(unprotected: FlaskClient) -> None:
    response = unprotected.post("/role", data={"role": "bank_officer", "next": "/partners?key=1"})
    assert (response.status_code, response.headers["Location"]) == (303, "/partners?key=1")
    (cookie,) = (each for each in response.headers.getlist("Set-Cookie") if each.startswith(COOKIE))
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
