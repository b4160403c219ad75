"""What is stated, noticed and reported over the pages: claims, notices with codes, touts, lists over all parties."""

import csv
import io
import re
from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import quote

import pytest
from docx import Document
from flask.testing import FlaskClient
from flask_openapi.openapi import OpenAPI
from werkzeug.test import TestResponse

from cases import record_links
from cases.accounts import Role
from cases.actor import Actor, Order
from cases.claims import standing
from cases.tout_reports import reports
from graph.ledger import Ledger
from graph.memory_build import build
from graph.ontology import Ref
from lianxin.clock import utc_now
from lianxin.settings import Settings
from services import notices
from services.cases import engine
from services.credit import credit
from services.demo.accounts import AUTHORITY
from web import create_app
from web.pages import eligible, impact

DAY = date(2026, 11, 24)
FIRM, OTHER = "91330113YANG00086R", "91330113YANG00027N"
PUBLIC = "https://credit.example.gov.cn"
PDF = b"%PDF-1.7\n"
TOKEN = re.compile(r"/r/([A-Za-z0-9_-]{22})")
STATED = {
    "authority": "临平区住房和城乡建设局（示例）",
    "number": "临建罚〔2026〕777 号",
    "authority_system": "ndrc",
    "sanctions": ["confiscate_income"],
    "document_date": "2026-09-02",
    "published": "yes",
    "party": "甲公司",
}


@pytest.fixture
def client_as(app: OpenAPI, as_role: Callable[[FlaskClient, Role], None]) -> Callable[[Role], FlaskClient]:
    """A client in a role."""

    def client(role: Role) -> FlaskClient:
        made = app.test_client()
        as_role(made, role)
        return made

    return client


@pytest.fixture
def officer(client_as: Callable[[Role], FlaskClient]) -> FlaskClient:
    """Who may everything over all records; how far a repair authority reaches stands in test_access."""
    return client_as(Role.ADMINISTRATOR)


@pytest.fixture(scope="module")
def record(ledger: Ledger) -> str:
    """The id of the planted record of the firm."""
    (found,) = credit(build(ledger), FIRM, DAY).records
    return found.id


def claim_form(record: str, *files: tuple[bytes, str], **changed: str) -> dict[str, Any]:
    proofs = [(io.BytesIO(content), name) for content, name in files]
    return {"record": record, "fact": "duties_done_on", "day": "2026-06-01", "proof": proofs, **changed}


def spooled(answer: TestResponse) -> TestResponse:
    """An answer to a large form: the test client wrote the form into a file and leaves it open."""
    answer.request.environ["wsgi.input"].close()
    return answer


def record_page(client: FlaskClient, record: str) -> str:
    return client.get(f"/enterprises/{FIRM}/credit/{quote(record)}").text


# --- claims -----------------------------------------------------------------------------------------------------------


def test_a_claim_is_stored_shown_as_said_and_taken_back(officer: FlaskClient, ledger: Ledger, record: str) -> None:
    before = record_page(officer, record)
    assert "还没有自述" in before
    sent = officer.post(f"/enterprises/{FIRM}/claims", data=claim_form(record, (PDF, "收据.pdf")))
    assert sent.status_code == 303
    assert sent.headers["Location"].endswith("#claims")
    page = record_page(officer, record)
    assert "企业自述" in page
    assert '义务已履行完毕：<b class="nowrap">2026-06-01</b>' in page
    assert "管理员代录" in page
    assert "收据" not in page
    assert "done=2026-06-01" in page
    told_of_all = '企业自述</span> 义务已履行完毕：<span class="nowrap">2026-06-01</span>'
    assert told_of_all in officer.get(f"/enterprises/{FIRM}/credit").text
    answer = officer.get(f"/api/enterprises/{FIRM}/credit").get_json()
    (told,) = answer["claims"]
    assert (told["record"], told["claims"][0]["basis"]) == (record, "claimed")
    (group,) = answer["groups"]
    assert group["records"][0]["finding"]["answer"] == "not_yet"
    (claim,) = standing(ledger, [Ref(*record.split("/", 1))])
    taken = officer.post(f"/enterprises/{FIRM}/claims/{claim.id}/withdraw")
    assert taken.status_code == 303
    assert "还没有自述" in record_page(officer, record)
    assert told_of_all not in officer.get(f"/enterprises/{FIRM}/credit").text
    assert officer.post(f"/enterprises/{FIRM}/claims/{claim.id}/withdraw").status_code == 404


@pytest.mark.parametrize(
    ("files", "changed", "words"),
    [
        ([(b"MZ\x90", "收据.pdf")], {}, "“收据.pdf”按内容看不是 PDF"),
        ([(b"", "空.pdf")], {}, "“空.pdf”是空的"),
        ([(PDF.ljust(6_000_000, b" "), "大.pdf")], {}, "“大.pdf”有 5.7 MB，超过 5 MB"),
        ([(PDF + bytes([n]), f"{n}.pdf") for n in range(4)], {}, "最多交 3 份"),
        ([], {"day": "2026-02-30"}, "“2026-02-30”不是日期"),
        ([], {"day": "2026-11-25"}, "还没有到"),
        ([], {"day": ""}, "不是日期"),
        ([], {"fact": "published"}, "请选择办完了哪一件"),
        ([], {"record": "Penalty/别人的"}, "不是“杭州辛昀新材料科技（示例）有限公司”的记录"),
    ],
)
def test_a_bad_claim_is_refused_by_name_and_stores_nothing(
    officer: FlaskClient, ledger: Ledger, record: str, files: Any, changed: dict[str, str], words: str
) -> None:
    refused = spooled(officer.post(f"/enterprises/{FIRM}/claims", data={**claim_form(record, *files), **changed}))
    assert refused.status_code == 422
    assert words in refused.text
    assert standing(ledger) == []


def test_a_refused_claim_keeps_what_was_typed(officer: FlaskClient, record: str) -> None:
    typed = claim_form(record, (b"MZ", "收据.pdf"), fact="public_commitment", day="2026-06-03")
    page = officer.post(f"/enterprises/{FIRM}/claims", data=typed).text
    assert "没有保存。" in page
    assert 'name="day" max="2026-11-24" value="2026-06-03"' in page
    assert 'value="public_commitment" required checked' in page
    assert 'value="duties_done_on" required>' in page
    assert '<details class="in" open>' in page
    assert "凭证要重新选" in page


def test_the_record_of_another_enterprise_is_refused(officer: FlaskClient, ledger: Ledger, record: str) -> None:
    refused = officer.post(f"/enterprises/{OTHER}/claims", data=claim_form(record))
    assert (refused.status_code, standing(ledger)) == (422, [])
    assert "只能说自己的记录" in refused.text


def test_a_body_beyond_all_measure_is_not_read(officer: FlaskClient, record: str) -> None:
    huge = claim_form(record, (PDF.ljust(17_000_000, b" "), "大.pdf"))
    assert spooled(officer.post(f"/enterprises/{FIRM}/claims", data=huge)).status_code == 413
    assert officer.post("/repair/report", data={"asked": "x" * 100_000}).status_code == 413, "only claims carry files"


def test_proofs_are_for_those_who_check_them(
    client_as: Callable[[Role], FlaskClient], ledger: Ledger, record: str
) -> None:
    officer = client_as(Role.ADMINISTRATOR)
    officer.post(f"/enterprises/{FIRM}/claims", data=claim_form(record, (PDF, "a.pdf")))
    (claim,) = standing(ledger)
    address = f"/enterprises/{FIRM}/claims/{claim.id}/{claim.documents[0].digest}"
    given = officer.get(address)
    assert (given.status_code, given.data) == (200, PDF)
    assert given.headers["Content-Disposition"].startswith("attachment")
    assert given.headers["Content-Type"] == "application/octet-stream"
    assert client_as(Role.CHAIN_OFFICER).get(address).status_code == 403
    assert address not in record_page(client_as(Role.CHAIN_OFFICER), record)
    assert officer.get(f"/enterprises/{OTHER}/claims/{claim.id}/{claim.documents[0].digest}").status_code == 404
    assert officer.get(f"/enterprises/{FIRM}/claims/{claim.id}/{'0' * 64}").status_code == 404
    officer.post(f"/enterprises/{FIRM}/claims/{claim.id}/withdraw")
    assert officer.get(address).status_code == 404, "what was taken back is not shown any more"


def test_without_its_token_a_form_does_nothing(
    ledger: Ledger, record: str, as_role: Callable[[FlaskClient, Role], None]
) -> None:
    client = create_app(ledger, demo=True, today=lambda: DAY).test_client()
    as_role(client, Role.ADMINISTRATOR)
    for address in (f"/enterprises/{FIRM}/claims", "/repair/report", "/repair/notices", "/repair/links/1/end"):
        assert client.post(address, data=claim_form(record, (PDF, "a.pdf"))).status_code == 400, address
    assert standing(ledger) == []
    token = re.search(r'name="csrf_token" value="([^"]+)"', record_page(client, record))
    assert token
    data = {**claim_form(record, (PDF, "a.pdf")), "csrf_token": token[1]}
    assert client.post(f"/enterprises/{FIRM}/claims", data=data).status_code == 303
    (claim,) = standing(ledger)
    client.post(f"/enterprises/{FIRM}/claims/{claim.id}/withdraw", data={"csrf_token": token[1]})


# --- touts ------------------------------------------------------------------------------------------------------------


def test_a_report_is_confirmed_with_a_number_and_read_by_the_lead_department(
    client_as: Callable[[Role], FlaskClient], ledger: Ledger, capsys: pytest.CaptureFixture[str]
) -> None:
    bank = client_as(Role.BANK_OFFICER)
    form = re.search(r'name="form" value="([0-9a-f]{32})"', bank.get("/repair/report").text)
    assert form, "the page of reports has no form"
    told = {"form": form[1], "asked": "交三千\r\n就删", "who": "某公司张三", "amount": "3000", "contact": "139"}
    done = [bank.post("/repair/report", data=told).text for _ in range(2)]
    assert all("JB-000001" in page for page in done)
    (stored,) = reports(ledger)
    assert stored.told is not None
    assert stored.told.asked == "交三千\n就删"
    page = client_as(Role.LEAD_DEPARTMENT).get("/repair/reports").text
    assert "某公司张三" in page
    assert client_as(Role.REPAIR_AUTHORITY).get("/repair/reports").status_code == 403
    assert "张三" not in "".join(capsys.readouterr())
    refused = bank.post("/repair/report", data={"form": "0" * 32, "asked": " "})
    assert (refused.status_code, len(reports(ledger))) == (422, 1)


def test_reports_have_pages(client_as: Callable[[Role], FlaskClient]) -> None:
    lead = client_as(Role.LEAD_DEPARTMENT)
    assert "JB-000001" in lead.get("/repair/reports?before=2").text
    assert "JB-000001" not in lead.get("/repair/reports?before=1").text
    assert lead.get("/repair/reports?before=x").status_code == 422


# --- notices and their codes ------------------------------------------------------------------------------------------


def words_of(document: bytes) -> str:
    body = Document(io.BytesIO(document)).element.body
    return "".join(each.text or "" for each in body.iter() if each.tag.endswith("}t"))


def token_of(document: bytes) -> str:
    found = TOKEN.search(words_of(document))
    assert found
    return found[1]


def test_a_notice_of_a_record_is_a_word_document_whose_code_opens_it(
    officer: FlaskClient, app: OpenAPI, ledger: Ledger, record: str
) -> None:
    page = officer.get("/repair/notices", query_string={"authority": "应急管理"}).text
    assert "临应急罚〔2026〕9001号" in page or "下载告知书" in page
    made = officer.post("/repair/notices", data={"record": record})
    assert made.headers["Content-Disposition"] == 'attachment; filename="lianxin-notice.docx"'
    token = token_of(made.data)
    assert f"http://localhost/r/{token}" in words_of(made.data), "in the demo its own address"
    phone = app.test_client().get(f"/r/{token}")
    assert phone.status_code == 200
    listed = officer.get("/repair/notices").text
    assert token not in listed
    link = record_links.links(ledger)[0]
    assert officer.post(f"/repair/links/{link.id}/end").status_code == 303
    gone = app.test_client().get(f"/r/{token}")
    assert (gone.status_code, "这个码已作废" in gone.text) == (410, True)
    assert officer.post(f"/repair/links/{link.id}/end").status_code == 409
    assert officer.post("/repair/links/999/end").status_code == 404
    assert officer.post("/repair/links/x/end").status_code == 404


def test_a_notice_of_what_is_not_loaded_keeps_what_was_stated_and_not_the_party(
    officer: FlaskClient, app: OpenAPI
) -> None:
    made = officer.post("/repair/notices/new", data=STATED)
    assert made.status_code == 200
    assert "甲公司" in words_of(made.data)
    assert "2026-12-03" in words_of(made.data)
    page = app.test_client().get(f"/r/{token_of(made.data)}").text
    assert "12 月 3 日" in page
    assert "还没有入库" in page
    assert "甲公司" not in page
    assert "还没入库，按告知书上的事实" in officer.get("/repair/notices").text


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"document_date": "2026-02-30"}, "“2026-02-30”不是真实的日期"),
        ({"document_date": "2026-11-25"}, "算不出日期"),
        ({"sanctions": []}, "行政处罚至少有一种处罚"),
        ({"fine_yuan": "三千"}, "不是以元计的金额"),
        ({"number": " "}, "“决定书文号”要填"),
        ({"authority_uscc": "123"}, "统一社会信用代码“123”不对"),
        ({"expires_on": "2026-11-23"}, "已经过去"),
    ],
)
def test_a_refused_statement_keeps_what_was_typed(
    officer: FlaskClient, ledger: Ledger, changed: dict[str, Any], words: str
) -> None:
    before = len(record_links.links(ledger))
    refused = officer.post("/repair/notices/new", data={**STATED, **changed})
    assert refused.status_code == 422
    assert words in refused.text
    assert 'value="甲公司"' in refused.text
    assert len(record_links.links(ledger)) == before


def test_without_an_address_no_code_is_made(operated_ledger: Ledger, record: str) -> None:
    made = create_app(operated_ledger, today=lambda: DAY)
    made.config["WTF_CSRF_ENABLED"] = False
    operator = made.test_client()
    assert "LIANXIN_BASE_URL" in operator.get("/repair/notices").text
    refused = operator.post("/repair/notices", data={"record": record})
    assert refused.status_code == 503
    assert "LIANXIN_BASE_URL=https://credit.example.gov.cn" in refused.text


# --- the phone --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def token(ledger: Ledger, record: str) -> str:
    made = notices.make(ledger, build(ledger), notices.reference(record), PUBLIC, DAY, made_by="test")
    return made.address.rpartition("/")[2]


def test_the_phone_shows_this_one_record_and_nobody(app: OpenAPI, ledger: Ledger, token: str) -> None:
    response = app.test_client().get(f"/r/{token}")
    page = response.text
    for words in ("扫码查看的是这一条记录", "要办什么", "为什么是这一天", "走异议", "全程不收费", "合成数据"):
        assert words in page, words
    known = credit(build(ledger), FIRM, DAY)
    assert known.name not in page
    assert FIRM not in page
    assert 'href="/enterprises' not in page
    assert len(response.data) < 40_000
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["Cache-Control"] == "no-store"
    assert "noindex" in response.headers["X-Robots-Tag"]
    assert "style=" not in page
    assert "<script" not in page


def test_the_whole_phone_page_stays_under_sixty_kilobytes(app: OpenAPI, token: str) -> None:
    client = app.test_client()
    page = client.get(f"/r/{token}")
    linked = set(re.findall(r'(?:href|src)="(/static/[^"#]+)', page.text))
    assert linked
    size = len(page.data)
    for address in linked:
        with client.get(address) as file:
            size += len(file.data)
    assert size < 60_000


def test_parameters_that_messengers_append_do_no_harm(app: OpenAPI, token: str) -> None:
    assert app.test_client().get(f"/r/{token}?from=singlemessage&isappinstalled=0").status_code == 200


@pytest.mark.parametrize("wrong", ["x", "A" * 22, "链" * 22, "%00"])
def test_an_unknown_code_says_what_to_do(app: OpenAPI, wrong: str) -> None:
    response = app.test_client().get(f"/r/{wrong}")
    assert response.status_code == 404
    assert "没有这个码" in response.text
    assert "要一张新的告知书" in response.text
    assert response.headers["Referrer-Policy"] == "no-referrer"


def test_codes_that_are_over_or_lead_nowhere_have_the_same_shape(app: OpenAPI, ledger: Ledger, record: str) -> None:
    ref = notices.reference(record)
    over = record_links.make(ledger, ref, made_by="x", expires_on=date(2026, 11, 23))
    gone = record_links.make(ledger, Ref("Penalty", "gone"), made_by="x")
    for token, status, words in ((over, 410, "这个码已过期"), (gone, 404, "登记里没有这条记录了")):
        response = app.test_client().get(f"/r/{token}")
        assert response.status_code == status
        assert words in response.text
        assert "全程不收费" in response.text


def test_the_calendar_holds_the_day_where_there_is_one_to_come(officer: FlaskClient, app: OpenAPI, token: str) -> None:
    ahead = token_of(officer.post("/repair/notices/new", data=STATED).data)
    given = app.test_client().get(f"/r/{ahead}/calendar.ics")
    assert given.mimetype == "text/calendar"
    assert "DTSTART;VALUE=DATE:20261203" in given.text
    assert f"/r/{ahead}/calendar.ics" in app.test_client().get(f"/r/{ahead}").text
    for none in (token, "A" * 22):
        assert app.test_client().get(f"/r/{none}/calendar.ics").status_code == 404


def test_no_token_is_written_to_the_log(app: OpenAPI, token: str, capsys: pytest.CaptureFixture[str]) -> None:
    app.test_client().get(f"/r/{token}")
    log = capsys.readouterr().err
    assert "/r/<token>" in log
    assert token not in log


# --- by the public name -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def outside(operated_ledger: Ledger) -> FlaskClient:
    """A phone that reaches the platform by its public name, where no demo runs and nobody has an account."""
    made = create_app(operated_ledger, today=lambda: DAY, settings=Settings(base_url=f"{PUBLIC}/"))
    made.config["WTF_CSRF_ENABLED"] = False
    return made.test_client()


@pytest.fixture(scope="module")
def code(operated_ledger: Ledger, record: str) -> str:
    made = notices.make(operated_ledger, build(operated_ledger), notices.reference(record), PUBLIC, DAY, made_by="test")
    return made.address.rpartition("/")[2]


HOST = {"Host": "credit.example.gov.cn"}


def test_whoever_comes_by_the_public_name_sees_only_what_is_public(outside: FlaskClient, code: str) -> None:
    for address in (f"/r/{code}", "/repair/report", "/static/phone.css"):
        with outside.get(address, headers=HOST) as response:
            assert response.status_code == 200, address
    for address in ("/", "/loads", "/repair/eligible", "/repair/notices", "/api/loads", f"/enterprises/{FIRM}/credit"):
        assert outside.get(address, headers=HOST).status_code == 404, address
        assert outside.get(address).status_code == 200, f"{address}: the operator at this machine"
    assert outside.post("/repair/notices", headers=HOST).status_code == 404
    assert "/repair/eligible" not in outside.get("/repair/report", headers=HOST).text


def test_other_names_are_still_refused(outside: FlaskClient, code: str) -> None:
    for host in ("evil.example", "credit.example.gov.cn.evil.example"):
        assert outside.get(f"/r/{code}", headers={"Host": host}).status_code == 400


def test_the_codes_of_the_operator_hold_the_public_name(outside: FlaskClient, record: str) -> None:
    made = outside.post("/repair/notices", data={"record": record})
    assert f"{PUBLIC}/r/{token_of(made.data)}" in words_of(made.data)


# --- over all parties -------------------------------------------------------------------------------------------------


def test_the_list_says_how_many_and_of_which_applications_it_knows(officer: FlaskClient) -> None:
    page = officer.get("/repair/eligible").text
    heading = re.search(r"<h1>(.*?)</h1>", page)
    assert heading
    assert heading[1] == "106 条日期已到，182 条要看怎么定"
    assert "案件里已申请的 0 条不列；没有在本平台建案的申请，这里不知道。" in page
    assert "376 条记录逐条判过" in page
    cursor = re.search(r"cursor=([^\"]+)\"", page)
    assert cursor
    second = officer.get(f"/repair/eligible?cursor={cursor[1]}").text
    first_row = re.search(r'<tbody><tr><th scope="row">(.*?)</th>', page)
    assert first_row
    assert first_row[1] not in second
    narrowed = officer.get("/repair/eligible", query_string={"authority": "应急", "stage": "day_reached"})
    assert "临平区应急管理局" in narrowed.text
    assert "临平区市场监督管理局" not in narrowed.text
    assert "没有这样的记录" in officer.get("/repair/eligible", query_string={"authority": "没有的局"}).text
    for wrong in ("stage=x", "on=2026-02-30", "satge=ready"):
        assert officer.get(f"/repair/eligible?{wrong}").status_code in (400, 422), wrong


def test_a_record_stands_in_the_list_with_its_case(
    officer: FlaskClient, client_as: Callable[[Role], FlaskClient], ledger: Ledger
) -> None:
    where = {"stage": "day_reached"}
    first = officer.get("/api/repair/eligible", query_string=where).get_json()["found"]
    each = next(one for one in first if one["enterprise"] and one["kind"] == "penalty")
    assert each["application"] is None
    opened = engine(ledger).open(
        "credit-repair",
        {"record": each["id"], "kind": "penalty", "authority_system": "ndrc", "document_date": each["day"]},
        Order(Actor(Role.LEAD_DEPARTMENT, "lead"), DAY, utc_now()),
        enterprise=each["enterprise"],
        authority=each["authority"],
    )
    page = officer.get("/repair/eligible", query_string=where).text
    assert f'准备中，尚未申请：<a href="/cases/{opened.case.id}">第 {opened.case.id} 号案件</a>（公示中）' in page
    rows = table(officer.get("/repair/eligible.csv", query_string=where).data.decode())
    assert [row[-1] for row in rows[3:] if row[-1]] == [f"准备中，尚未申请：第 {opened.case.id} 号案件（公示中）"]
    own = client_as(Role.REPAIR_AUTHORITY).get("/api/repair/eligible", query_string=where).get_json()
    assert all(one["authority"] == AUTHORITY for one in own["found"]), "row scopes stay as they are"


def table(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


def test_both_lists_leave_as_files(officer: FlaskClient) -> None:
    rows = table(officer.get("/repair/eligible.csv").data.decode())
    assert rows[0] == ["106 条日期已到，182 条要看怎么定"]
    assert len(rows) == 3 + 288
    impact = table(officer.get("/repair/impact.csv?change=loses").data.decode())
    assert len(impact) == 3 + 3
    assert {row[6] for row in impact[3:]} == {"不利"}


def test_the_impact_of_a_change_of_law_is_counted_and_listed(officer: FlaskClient) -> None:
    page = officer.get("/repair/impact?old=NDRC-58&new=NDRC-36").text
    assert "有利 13 条、不利 3 条、需人工判定 138 条" in page
    assert "不归这两套规则管 168 条" in page
    assert "还没有算完" not in page
    assert "没有这样的记录" in officer.get("/repair/impact?old=NDRC-36&new=NDRC-36").text
    for wrong in ("old=NDRC-99", "change=x", "cursor=-1", "on=x"):
        assert officer.get(f"/repair/impact?{wrong}").status_code == 422, wrong


@pytest.mark.parametrize(
    ("module", "function", "address", "go_on"),
    [
        (impact, "law_impact", "/repair/impact?old=SAMR-2021&new=SAMR-107", "接着算"),
        (eligible, "eligible", "/repair/eligible?on=2026-11-01", "接着看"),
    ],
)
def test_a_list_that_is_not_worked_out_yet_says_how_far_it_is(
    officer: FlaskClient, monkeypatch: pytest.MonkeyPatch, module: Any, function: str, address: str, go_on: str
) -> None:
    real = getattr(module, function)
    monkeypatch.setattr(module, function, lambda *given, **more: real(*given, **{**more, "seconds": 0}))
    page = officer.get(address).text
    assert "200 / 376 条，还没有" in page
    assert go_on in page
    assert "<progress" in page
    assert go_on not in officer.get(address).text, "the second look goes on where the first one ended"
