"""Coming in over the web: logins, what ends them, keys of programs, and how far an enterprise and an authority see."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from flask_openapi.openapi import OpenAPI
from sqlalchemy import delete, update

from cases import accounts, api_keys, claims
from cases.accounts import Duty, Role
from cases.login_attempts import OF_A_NAME
from cases.passwords import Passwords
from cases.sessions import IDLE, LONGEST
from graph.ledger import Ledger
from graph.ledger.schema import account_session, api_key, login_attempt
from graph.memory_build import build
from lianxin.clock import utc_now
from lianxin.errors import BadQuestion
from lianxin.settings import Settings
from services.credit import credit
from services.demo.accounts import AUTHORITY, ENTERPRISE, make_accounts
from web import create_app
from web.security import Permission, declared, permission, routes
from web.visitor import COOKIE

DAY = date(2026, 11, 24)
GOOD, OTHER = "correct horse battery", "another good password"
STRANGER = "91330113YANG00094L"  # its record was made by another authority
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
AsAccount = Callable[[FlaskClient, str], str]
PEOPLE = {
    "zhang.wei": Duty(Role.CHAIN_OFFICER),
    "firm": Duty(Role.ENTERPRISE, ENTERPRISE),
    "officer": Duty(Role.REPAIR_AUTHORITY, authorities=[AUTHORITY]),
    "bank": Duty(Role.BANK_OFFICER),
}


@pytest.fixture(scope="module")
def ledger(operated_ledger: Ledger) -> Ledger:
    """The demo district with accounts of people."""
    cheap = Passwords(cheap=True)
    for name, duty in PEOPLE.items():
        accounts.add(operated_ledger, name, duty, cheap.hash(GOOD), utc_now(), display_name=f"{name} 的名字")
    return operated_ledger


@pytest.fixture(scope="module")
def strict(ledger: Ledger) -> OpenAPI:
    return create_app(ledger, today=lambda: DAY)


@pytest.fixture(scope="module")
def app(ledger: Ledger) -> OpenAPI:
    """The same without tokens of forms."""
    made = create_app(ledger, today=lambda: DAY)
    made.config["WTF_CSRF_ENABLED"] = False
    return made


@pytest.fixture
def client(app: OpenAPI, ledger: Ledger) -> FlaskClient:
    with ledger.changing() as connection:
        connection.execute(delete(login_attempt))
    return app.test_client()


def log_in(client: FlaskClient, name: str = "zhang.wei", password: str = GOOD, **more: str) -> str:
    """Through the form; gives the address it leads to."""
    answer = client.post("/login", data={"name": name, "password": password, **more})
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def record_of(ledger: Ledger, key: str) -> str:
    (record,) = credit(build(ledger), key, DAY).records
    return record.id


# --- nobody -----------------------------------------------------------------------------------------------------------


def test_whoever_has_not_logged_in_sees_what_is_public_and_nothing_else(app: OpenAPI, client: FlaskClient) -> None:
    permissions = declared(app)
    for address, endpoint in routes(app):
        method, _, path = address.partition(" ")
        answer = client.open(re.sub(r"<[^>]+>", "1", path), method=method)
        if permissions[endpoint] is Permission.PUBLIC:
            assert answer.status_code not in (401, 403) or endpoint == "pages.enter", address
        elif path.startswith("/api/"):
            assert (answer.status_code, answer.get_json()["code"]) == (401, "not_logged_in"), address
            assert answer.headers["WWW-Authenticate"] == "Bearer"
        else:
            assert (answer.status_code, answer.headers["Location"][:6]) == (303, "/login"), address
    program = client.get("/loads", headers={"Accept": "application/json"})
    assert (program.status_code, program.mimetype) == (401, "application/problem+json")


def test_the_first_account_ends_the_rule_of_the_operator(tmp_ledger: Ledger) -> None:
    client = create_app(tmp_ledger, today=lambda: DAY).test_client()
    page = client.get("/login").text
    assert "lianxin user add" in page
    assert 'type="password"' not in page
    assert "本机操作" in client.get("/loads").text
    accounts.add(tmp_ledger, "first", Duty(Role.AUDITOR), Passwords(cheap=True).hash(GOOD), utc_now())
    assert client.get("/loads").headers["Location"] == "/login?next=/loads"
    assert client.get("/api/loads").status_code == 401
    assert "lianxin user add" not in client.get("/login").text
    accounts.disable(tmp_ledger, "first", utc_now())
    assert client.get("/loads").status_code == 303, "nobody becomes the operator again"


# --- in and out -------------------------------------------------------------------------------------------------------


def test_a_login_leads_to_what_was_asked_for_and_shows_who_is_in(client: FlaskClient) -> None:
    asked = client.get("/partners?key=1&relation=supplier").headers["Location"]
    form = client.get(asked).text
    wanted = re.search(r'name="next" value="([^"]+)"', form)
    assert wanted
    assert log_in(client, next=wanted[1].replace("&amp;", "&")) == "/partners?key=1&relation=supplier"
    page = client.get("/chains").text
    assert "zhang.wei 的名字" in page
    assert ">退出</button>" in page
    assert client.get("/repair/reports").status_code == 403


@pytest.mark.parametrize(
    ("name", "first"),
    [("zhang.wei", "/"), ("officer", "/"), ("firm", f"/enterprises/{ENTERPRISE}/credit"), ("bank", "/rules")],
)
def test_without_a_wish_it_leads_to_the_first_page_of_the_role(client: FlaskClient, name: str, first: str) -> None:
    assert log_in(client, name) == first
    assert client.get(first).status_code == 200


@pytest.mark.parametrize(
    "elsewhere", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "/a\r\nX: y", ""]
)
def test_a_login_never_leads_to_another_site(client: FlaskClient, elsewhere: str) -> None:
    assert log_in(client, next=elsewhere) == "/"


@pytest.mark.parametrize(("base", "secure"), [(None, False), ("http://a.example", False), ("https://a.example", True)])
def test_the_cookie_is_for_this_server_alone(ledger: Ledger, base: str | None, secure: bool) -> None:
    made = create_app(ledger, today=lambda: DAY, settings=Settings(base_url=base))
    made.config["WTF_CSRF_ENABLED"] = False
    answer = made.test_client().post("/login", data={"name": "zhang.wei", "password": GOOD})
    (cookie,) = (each for each in answer.headers.getlist("Set-Cookie") if each.startswith(f"{COOKIE}="))
    parts = {part.strip() for part in cookie.split(";")}
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= parts
    assert ("Secure" in parts) is secure
    assert "Domain" not in cookie
    assert made.config["SESSION_COOKIE_SECURE"] is secure


def test_all_that_is_wrong_is_answered_alike_and_the_name_is_kept(
    client: FlaskClient, ledger: Ledger, capsys: pytest.CaptureFixture[str]
) -> None:
    accounts.disable(ledger, "bank", utc_now())
    said = []
    for name, password in (("zhang.wei", "wrong password"), ("nobody", GOOD), ("bank", GOOD), ("", "")):
        answer = client.post("/login", data={"name": name, "password": password, "next": "/chains"})
        assert answer.status_code == 403
        assert COOKIE not in "".join(answer.headers.getlist("Set-Cookie"))
        assert f'name="name" value="{name}"' in answer.text
        assert 'name="next" value="/chains"' in answer.text
        assert password == "" or password not in answer.text
        said.append(re.findall(r'role="alert".*?</p>', answer.text))
    accounts.enable(ledger, "bank", utc_now())
    assert len(said[0]) == 1
    assert all(each == said[0] for each in said)
    assert "wrong password" not in "".join(capsys.readouterr())


def test_too_many_wrong_passwords_say_how_long_to_wait(client: FlaskClient) -> None:
    for _ in range(OF_A_NAME):
        assert client.post("/login", data={"name": "zhang.wei", "password": "wrong"}).status_code == 403
    answer = client.post("/login", data={"name": "zhang.wei", "password": GOOD})
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 900
    assert re.search(r"请 1\d 分钟后再试", answer.text)
    assert log_in(client, "officer") == "/"


def test_logging_out_ends_the_session_on_the_server(client: FlaskClient, app: OpenAPI) -> None:
    log_in(client)
    cookie = client.get_cookie(COOKIE)
    assert cookie
    left = client.post("/logout")
    assert left.headers["Location"] == "/login?left=1"
    assert "已退出" in client.get("/login?left=1").text
    assert client.get_cookie(COOKIE) is None
    thief = app.test_client()
    thief.set_cookie(COOKIE, cookie.value)
    assert thief.get("/api/chains").status_code == 401


@pytest.mark.parametrize(
    ("seen", "made", "over"),
    [
        (IDLE - timedelta(minutes=1), IDLE, False),
        (IDLE, IDLE, True),
        (timedelta(0), LONGEST - timedelta(minutes=1), False),
        (timedelta(0), LONGEST, True),
    ],
)
def test_a_session_whose_time_has_passed_says_so(
    client: FlaskClient, ledger: Ledger, seen: timedelta, made: timedelta, over: bool
) -> None:
    log_in(client)
    with ledger.changing() as connection:
        times = {"seen_at": utc_now() - seen, "made_at": utc_now() - made}
        connection.execute(update(account_session).values(**times))
    answer = client.get("/api/chains")
    assert answer.status_code == (401 if over else 200)
    if not over:
        return
    assert answer.get_json()["code"] == "session_over"
    page = client.get(client.get("/chains?on=2026-11-01").headers["Location"]).text
    assert "上次的登录已经结束" in page
    assert 'name="next" value="/chains?on=2026-11-01"' in page
    log_in(client)
    assert client.get("/chains").status_code == 200


def test_a_form_that_comes_too_late_leads_back_to_its_page(client: FlaskClient) -> None:
    sent = client.post("/repair/notices", headers={"Referer": "http://localhost/repair/notices?authority=a"})
    assert sent.headers["Location"] == "/login?next=/repair/notices?authority%3Da"
    for elsewhere in ("http://evil.example/x", "", "javascript:alert(1)"):
        assert client.post("/repair/notices", headers={"Referer": elsewhere}).headers["Location"] == "/login"


def test_by_the_public_name_people_log_in_too(ledger: Ledger) -> None:
    made = create_app(ledger, today=lambda: DAY, settings=Settings(base_url="http://credit.example.gov.cn"))
    made.config["WTF_CSRF_ENABLED"] = False
    client, host = made.test_client(), {"Host": "credit.example.gov.cn"}
    assert client.get("/chains", headers=host).headers["Location"] == "/login?next=/chains"
    assert client.post("/login", data={"name": "zhang.wei", "password": GOOD}, headers=host).status_code == 303
    assert client.get("/chains", headers=host, base_url="http://credit.example.gov.cn").status_code == 200


def test_whoever_is_disabled_is_out_at_once(client: FlaskClient, ledger: Ledger) -> None:
    log_in(client)
    accounts.disable(ledger, "zhang.wei", utc_now())
    assert client.get("/api/chains").get_json()["code"] == "session_over"
    accounts.enable(ledger, "zhang.wei", utc_now())
    assert client.get("/api/chains").status_code == 401, "the session does not come back with the account"


def test_another_role_begins_with_another_login(client: FlaskClient, ledger: Ledger) -> None:
    log_in(client)
    accounts.change_duty(ledger, "zhang.wei", Duty(Role.AUDITOR), utc_now())
    assert client.get("/api/loads").status_code == 401
    log_in(client)
    assert client.get("/repair/reports").status_code == 200
    accounts.change_duty(ledger, "zhang.wei", Duty(Role.CHAIN_OFFICER), utc_now())


def test_without_its_token_no_form_of_an_account_does_anything(strict: OpenAPI) -> None:
    client = strict.test_client()
    sent = {"name": "zhang.wei", "password": GOOD}
    assert client.post("/login", data=sent).status_code == 400
    token = TOKEN.search(client.get("/login").text)
    assert token
    assert client.post("/login", data={**sent, "csrf_token": token[1]}).status_code == 303
    for address in ("/logout", "/account/password"):
        assert client.post(address, data={"csrf_token": token[1]}).status_code == 400, "the token of before the login"
    assert client.get("/chains").status_code == 200
    fresh = TOKEN.search(client.get("/chains").text)
    assert fresh
    assert client.post("/logout", data={"csrf_token": fresh[1]}).status_code == 303


# --- one's own password -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "again", "status", "words"),
    [
        ("wrong", OTHER, OTHER, 403, "现在的密码不对"),
        (GOOD, OTHER, GOOD, 422, "两次输入的新密码不一样"),
        (GOOD, "short", "short", 422, "密码至少 12 个字符"),
    ],
)
def test_a_password_that_cannot_be_changed_stays(
    client: FlaskClient, old: str, new: str, again: str, status: int, words: str
) -> None:
    log_in(client)
    answer = client.post("/account/password", data={"old": old, "new": new, "again": again})
    assert answer.status_code == status
    assert words in answer.text
    assert all(each not in answer.text for each in (GOOD, OTHER, "short"))
    assert client.get("/chains").status_code == 200
    log_in(client)


def test_a_changed_password_ends_the_sessions_elsewhere(client: FlaskClient, app: OpenAPI) -> None:
    elsewhere = app.test_client()
    log_in(client)
    log_in(elsewhere)
    done = client.post("/account/password", data={"old": GOOD, "new": OTHER, "again": OTHER})
    assert done.headers["Location"] == "/account/password?done=1"
    assert "密码已换" in client.get("/account/password?done=1").text
    assert elsewhere.get("/api/chains").status_code == 401
    assert client.post("/login", data={"name": "zhang.wei", "password": GOOD}).status_code == 403
    log_in(client, password=OTHER)
    back = client.post("/account/password", data={"old": OTHER, "new": GOOD, "again": GOOD})
    assert back.status_code == 303


# --- keys of programs -------------------------------------------------------------------------------------------------


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def test_a_key_has_the_rights_of_its_account_on_the_api_alone(strict: OpenAPI, ledger: Ledger) -> None:
    client, key = strict.test_client(), api_keys.make(ledger, "zhang.wei", "tests", utc_now())
    answer = client.get("/api/chains", headers=bearer(key))
    assert (answer.status_code, answer.headers.getlist("Set-Cookie")) == (200, [])
    assert client.get("/api/repair/eligible", headers=bearer(key)).status_code == 403
    assert client.get("/chains", headers=bearer(key)).status_code == 303
    assert client.post("/repair/report", headers=bearer(key)).status_code == 400, "a page wants its token"
    assert client.get(f"/api/chains?key={key}").status_code == 401, "an address is no place for a key"
    own = api_keys.make(ledger, "firm", "tests", utc_now())
    assert client.get(f"/api/enterprises/{ENTERPRISE}/credit", headers=bearer(own)).headers["X-Scope"] == "own"
    assert client.get(f"/api/enterprises/{STRANGER}/credit", headers=bearer(own)).status_code == 403


def test_a_program_needs_no_token_of_a_form_and_a_browser_does(ledger: Ledger, as_account: AsAccount) -> None:
    made = create_app(ledger, today=lambda: DAY)

    @permission(Permission.REPAIR_CHECK)
    def change() -> str:
        return "changed"

    made.view_functions["api.check_repair"] = change  # as an operation that changes something
    key = api_keys.make(ledger, "zhang.wei", "tests", utc_now())
    address = "/api/repair/check"
    assert made.test_client().post(address, json={}, headers=bearer(key)).text == "changed"
    client = made.test_client()
    as_account(client, "zhang.wei")
    assert client.post(address, json={}).get_json()["code"] == "csrf"
    assert made.test_client().post(address, json={}).status_code == 401


@pytest.mark.parametrize("why", ["unknown", "malformed", "expired", "revoked", "disabled"])
def test_a_key_that_lets_nobody_in_says_why_to_its_owner(strict: OpenAPI, ledger: Ledger, why: str) -> None:
    now = utc_now()
    key = api_keys.make(ledger, "bank", "tests", now, expires_at=now + timedelta(days=1))
    newest = api_keys.keys(ledger, "bank")[0].id
    sent = bearer(key)
    if why == "expired":
        with ledger.changing() as connection:
            connection.execute(update(api_key).where(api_key.c.id == newest).values(expires_at=now))
    elif why == "revoked":
        api_keys.revoke(ledger, newest, now)
    elif why == "disabled":
        accounts.disable(ledger, "bank", now)
    elif why == "unknown":
        sent = bearer(api_keys.KEY.draw())
    elif why == "malformed":
        sent = bearer("lx_short")
    answer = strict.test_client().get("/api/health", headers=sent)
    assert answer.status_code == 200, "what is public is nobody's"
    answer = strict.test_client().get("/api/chains", headers=sent)
    problem = answer.get_json()
    assert (answer.status_code, problem["code"]) == (401, "key_refused")
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]
    words = {"expired": "过期", "revoked": "作废", "disabled": "停用"}.get(why, "不认得")
    assert words in problem["detail"]
    assert key not in answer.text
    assert "bank" not in answer.text
    if why == "disabled":
        accounts.enable(ledger, "bank", now)


def test_a_key_that_lets_nobody_in_is_no_way_back_to_the_session(client: FlaskClient) -> None:
    log_in(client)
    assert client.get("/api/chains").status_code == 200
    assert client.get("/api/chains", headers=bearer("lx_" + "A" * 43)).status_code == 401
    proxy = {"Authorization": "Basic YWRtaW46YWRtaW4="}
    assert client.get("/api/chains", headers=proxy).status_code == 200, "a proxy's own question is no key of ours"


# --- an enterprise ----------------------------------------------------------------------------------------------------


def test_an_enterprise_sees_its_own_records_and_states_something_itself(
    client: FlaskClient, app: OpenAPI, ledger: Ledger, as_account: AsAccount
) -> None:
    as_account(client, "firm")
    own = f"/enterprises/{ENTERPRISE}/credit"
    page = client.get(own).text
    assert 'aria-current="page">我的记录</a>' in page
    assert 'href="/search' not in page, "no link to what it may not see"
    record = f"{own}/{quote(record_of(ledger, ENTERPRISE))}"
    assert "填一条本企业的自述" in client.get(record).text
    assert client.get(f"{own}.ics").status_code == 200
    said = {"record": record_of(ledger, ENTERPRISE), "fact": "duties_done_on", "day": "2026-06-01"}
    assert client.post(f"/enterprises/{ENTERPRISE}/claims", data=said).status_code == 303
    page = client.get(record).text
    assert "企业自己填报" in page
    assert "代录" not in page
    (claim,) = claims.standing(ledger)
    assert claim.said_by == "enterprise firm"
    officer = app.test_client()
    as_account(officer, "officer")
    assert "企业自己填报" in officer.get(record).text
    written = {**said, "fact": "public_commitment"}
    assert officer.post(f"/enterprises/{ENTERPRISE}/claims", data=written).status_code == 303
    assert "认定单位代录" in client.get(record).text
    itself = f"/enterprises/{ENTERPRISE}/claims/{claim.id}/withdraw"
    assert officer.post(itself).status_code == 409, "only itself takes back what it stated itself"
    assert itself not in officer.get(record).text
    told = officer.get(f"/api/enterprises/{ENTERPRISE}/credit").get_json()["claims"][0]["claims"]
    assert {each["said_by"] for each in told} == {"enterprise", "repair_authority"}
    assert officer.options(own).status_code == client.options(own).status_code == 200
    for each in claims.standing(ledger):
        assert client.post(f"/enterprises/{ENTERPRISE}/claims/{each.id}/withdraw").status_code == 303
    assert claims.standing(ledger) == []


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/search?q=临平",
        "/chains",
        f"/enterprises/{ENTERPRISE}",
        "/partners",
        "/repair/eligible",
        "/repair/notices",
        "/loads",
        f"/enterprises/{STRANGER}/credit",
        f"/enterprises/{STRANGER}/credit.ics",
        "/enterprises/杭州澜拓智能装备（示例）有限公司/credit",
        "/enterprises/nobody/credit",
        f"/enterprises/{ENTERPRISE}/credit/Penalty/nobody",
    ],
)
def test_an_enterprise_reaches_nothing_else(client: FlaskClient, as_account: AsAccount, address: str) -> None:
    as_account(client, "firm")
    assert client.get(address).status_code == 403


# --- an authority -----------------------------------------------------------------------------------------------------


def test_an_authority_sees_its_records_alone(client: FlaskClient, ledger: Ledger, as_account: AsAccount) -> None:
    as_account(client, "officer")
    page = client.get(f"/enterprises/{ENTERPRISE}/credit").text
    assert f"只列本单位（{AUTHORITY}）认定的记录" in page
    foreign = f"/enterprises/{STRANGER}/credit"
    assert client.get(foreign).status_code == 403
    assert client.get(f"{foreign}/{quote(record_of(ledger, STRANGER))}").status_code == 403
    stranger = client.get(f"/enterprises/{STRANGER}").text
    assert "别的单位认定的，这个账户看不到" in stranger
    assert "展示中" not in stranger
    assert "看记录与依据" in client.get(f"/enterprises/{ENTERPRISE}").text
    whole = client.get("/api/repair/eligible?limit=100")
    assert whole.headers["X-Scope"] == "recognised"
    assert {each["authority"] for each in whole.get_json()["found"]} == {AUTHORITY}
    assert whole.get_json()["records"] == 43
    elsewhere = client.get("/api/repair/eligible", query_string={"authority": "生态环境局"}).get_json()
    assert (elsewhere["records"], elsewhere["found"], set(elsewhere["counts"].values())) == (0, [], {0})


def test_an_authority_writes_no_notice_for_another(client: FlaskClient, ledger: Ledger, as_account: AsAccount) -> None:
    made = create_app(ledger, today=lambda: DAY, settings=Settings(base_url="https://credit.example.gov.cn"))
    made.config["WTF_CSRF_ENABLED"] = False
    client = made.test_client()
    as_account(client, "officer")
    assert f'value="{AUTHORITY}"' in client.get("/repair/notices/new").text
    refused = client.post("/repair/notices", data={"record": record_of(ledger, STRANGER)})
    assert refused.status_code == client.post("/repair/notices", data={"record": "Penalty/nobody"}).status_code == 403
    stated = {
        "authority": AUTHORITY,
        "authority_uscc": "11330113YANG90026H",  # the code and the number of the stranger's record
        "number": "杭环临罚(2019)9002号",
        "authority_system": "ndrc",
        "sanctions": "confiscate_income",
        "document_date": "2026-09-02",
        "published": "yes",
    }
    trick = client.post("/repair/notices/new", data=stated)
    assert trick.status_code == 403
    assert "澜拓" not in trick.text
    assert client.post("/repair/notices", data={"record": record_of(ledger, ENTERPRISE)}).status_code == 200


# --- the demo ---------------------------------------------------------------------------------------------------------


def test_the_passwords_of_the_demo_stand_on_its_login_page_alone(own_demo_ledger: Ledger) -> None:
    shown = make_accounts(own_demo_ledger, Passwords(cheap=True), utc_now())
    assert len(shown) == len(Role)
    demo = create_app(own_demo_ledger, demo=True, today=lambda: DAY, demo_passwords=shown).test_client()
    page = demo.get("/login").text
    assert all(name in page and password in page for name, password in shown.items())
    assert page.count(">演示</span>") == len(Role)
    for address in ("/", "/loads", "/rules", "/api/docs", "/api/health", "/nothing"):
        assert not any(password in demo.get(address).text for password in shown.values()), address
    real = create_app(own_demo_ledger, today=lambda: DAY, demo_passwords=shown).test_client()
    page = real.get("/login").text
    assert not any(each in page for pair in shown.items() for each in pair)
    assert real.post("/role", data={"role": "administrator"}).status_code in (400, 404)
    assert real.get("/loads").status_code == 303, "without the demo nobody is a guest"


def test_each_start_of_the_demo_draws_other_passwords_and_ends_the_sessions(
    own_demo_ledger: Ledger, as_account: AsAccount
) -> None:
    first = make_accounts(own_demo_ledger, Passwords(cheap=True), utc_now())
    client = create_app(own_demo_ledger, demo=True, today=lambda: DAY).test_client()
    as_account(client, "demo.administrator")
    assert client.get("/repair/reports").status_code == 200
    second = make_accounts(own_demo_ledger, Passwords(cheap=True), utc_now())
    assert set(first) == set(second)
    assert not set(first.values()) & set(second.values())
    assert client.get("/repair/reports").status_code == 403, "a guest again"


def test_the_demo_never_begins_over_accounts_of_people(ledger: Ledger) -> None:
    with pytest.raises(BadQuestion, match="accounts of people"):
        make_accounts(ledger, Passwords(cheap=True), utc_now())


def test_a_demo_without_the_district_has_no_account_of_an_enterprise(tmp_ledger: Ledger) -> None:
    shown = make_accounts(tmp_ledger, Passwords(cheap=True), utc_now())
    assert len(shown) == len(Role) - 1
    made = create_app(tmp_ledger, demo=True, today=lambda: DAY, demo_passwords=shown)
    made.config["WTF_CSRF_ENABLED"] = False
    assert made.test_client().post("/role", data={"role": "enterprise"}).status_code == 404
    assert "demo.enterprise" not in made.test_client().get("/login").text


def test_in_the_demo_a_click_logs_in_and_a_password_cannot_be_changed(
    own_demo_ledger: Ledger,
) -> None:
    shown = make_accounts(own_demo_ledger, Passwords(cheap=True), utc_now())
    made = create_app(own_demo_ledger, demo=True, today=lambda: DAY, demo_passwords=shown)
    made.config["WTF_CSRF_ENABLED"] = False
    client = made.test_client()
    chosen = client.post("/role", data={"role": "enterprise", "next": "/"})
    assert chosen.headers["Location"] == f"/enterprises/{ENTERPRISE}/credit"
    assert "演示企业" in client.get(chosen.headers["Location"]).text
    assert client.get("/account/password").status_code == 422
    name = "demo.auditor"
    assert client.post("/login", data={"name": name, "password": shown[name]}).status_code == 303
    assert client.get("/repair/reports").status_code == 200
