"""Cases on their pages: forms of the definition, what is refused comes back as typed, clocks, negotiation, print."""

import io
import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from flask_openapi.openapi import OpenAPI
from werkzeug.test import TestResponse

from cases import definitions, notices
from cases.accounts import Role
from graph.ledger import Ledger
from graph.memory_build import build
from services.cases import engine
from services.credit import credit
from services.demo.accounts import AUTHORITY, ENTERPRISE, name_of
from web import create_app

DAY = date(2026, 11, 24)
PDF = b"%PDF-1.7\n"
FACTS = {
    "record": "Penalty/p", "kind": "penalty", "authority_system": "ndrc", "sanctions": ["fine"], "fine_band": "large",
    "published": "true", "document_date": "2026-10-12",
}  # fmt: skip
Sent = Callable[..., TestResponse]
HIDDEN = re.compile(r'name="(token|version)" value="([^"]+)"')


FIRM, UNIT, LEAD = Role.ENTERPRISE, Role.REPAIR_AUTHORITY, Role.LEAD_DEPARTMENT


def fields(values: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {f"field-{name}": value for name, value in values.items()} | more


def demand(go: Sent) -> str:
    """A demand of the enterprise: the address of its page."""
    form = fields({"topic": "training", "demand": "焊工培训的\r\n名额不够"})
    made = go(FIRM, "/cases/new/hr-channel", form)
    assert made.status_code == 303
    return made.headers["Location"].partition("?")[0]


def repair(go: Sent) -> str:
    made = go(UNIT, "/cases/new/credit-repair", fields({**FACTS, "enterprise": ENTERPRISE}))
    assert made.status_code == 303, made.text
    return made.headers["Location"].partition("?")[0]


def act(go: Sent, role: Role, address: str, action: str, version: int, **more: Any) -> TestResponse:
    return go(role, f"{address}/actions", {"action": action, "version": str(version), **more})


def test_a_demand_goes_through_its_pages_without_any_code_for_it(go: Sent) -> None:
    address = demand(go)
    page = go(LEAD, address).text
    assert "轮到您：受理，12-01（周二）前" in page
    assert "焊工培训的\n名额不够" in page
    assert "等牵头部门：受理" in go(FIRM, address).text
    assert act(go, LEAD, address, "take", 1).status_code == 303
    ask = {"field-code": "unclear", "field-sentence": "写明人数"}
    assert act(go, LEAD, address, "ask", 2, **ask).status_code == 303
    paused = go(FIRM, address).text
    assert "❚❚ 已停" in paused
    assert "▶ 在走" in paused
    assert "诉求不明确" in paused
    paper = {"papers": (io.BytesIO(PDF), "张三.pdf"), "field-sentence": "三十人"}
    assert act(go, FIRM, address, "add", 3, **paper).status_code == 303
    seen = go(LEAD, address).text
    assert "张三" not in seen
    (paper_at,) = re.findall(rf'href="({address}/documents/[0-9a-f]{{64}})"', seen)
    handed = go(LEAD, paper_at)
    assert handed.data == PDF
    assert handed.headers["Content-Disposition"].startswith("attachment")
    assert act(go, LEAD, address, "answer", 4, **{"field-sentence": "名额增加"}).status_code == 303
    assert act(go, FIRM, address, "content", 5).status_code == 303
    assert "人力资源服务诉求：已办结" in go(FIRM, address).text
    assert f"{address}?" not in go(FIRM, "/cases").text
    assert f'href="{address}"' in go(FIRM, "/cases?ended=1").text


def test_a_form_that_is_refused_comes_back_as_typed_with_the_error_beside_the_field(go: Sent) -> None:
    made = go(FIRM, "/cases/new/hr-channel", fields({"topic": "training", "demand": "短<b>", "positions": "很多"}))
    assert made.status_code == 422
    assert 'aria-invalid="true" aria-describedby="e-open-demand"' in made.text
    assert "短&lt;b&gt;" in made.text
    assert 'value="很多"' in made.text
    assert "应为整数" in made.text
    assert '<option value="training" selected>' in made.text
    address = demand(go)
    act(go, LEAD, address, "take", 1)
    wrong = act(go, LEAD, address, "ask", 2, **{"field-sentence": "写明人数"})
    assert wrong.status_code == 422
    assert 'id="e-act-ask-code"' in wrong.text
    assert "写明人数</textarea>" in wrong.text
    large = {"field-sentence": "见附件", "papers": (io.BytesIO(b"MZ"), "a.pdf")}
    refused = act(go, LEAD, address, "answer", 2, **large)
    assert refused.status_code == 422
    assert "按内容看不是 PDF" in refused.text
    assert "见附件</textarea>" in refused.text


def test_a_form_that_is_too_large_is_refused_before_it_is_read(
    app: OpenAPI, as_role: Callable[[FlaskClient, Role], None], go: Sent
) -> None:
    client = app.test_client()
    as_role(client, LEAD)
    multipart = "multipart/form-data; boundary=x"
    large = client.post(f"{demand(go)}/actions", data=b"x" * 17_000_000, content_type=multipart)
    assert large.status_code == 413
    assert "内容太大" in large.text


def test_a_stale_tab_shows_what_happened_and_keeps_what_was_typed(go: Sent) -> None:
    address = demand(go)
    act(go, LEAD, address, "take", 1)
    act(go, LEAD, address, "ask", 2, **{"field-code": "unclear", "field-sentence": "写明人数"})
    late = act(go, LEAD, address, "answer", 2, **{"field-sentence": "我的长答复"})
    assert late.status_code == 412
    assert "案件有了 1 步新进展" in late.text
    assert "牵头部门：要求补充" in late.text
    assert "您填的（没有保存）" in late.text, "an answer is not open while more is wanted"
    assert "我的长答复" in late.text
    act(go, FIRM, address, "add", 3, **{"field-sentence": "三十人"})
    again = act(go, LEAD, address, "answer", 3, **{"field-sentence": "我的长答复"})
    assert again.status_code == 412
    assert "我的长答复</textarea>" in again.text
    assert 'name="version" value="4"' in again.text


def test_a_double_click_is_done_once(go: Sent, ledger: Ledger) -> None:
    address = demand(go)
    token = dict(HIDDEN.findall(go(LEAD, address).text))["token"]
    twice = [act(go, LEAD, address, "take", 1, token=token) for _ in range(2)]
    assert [each.headers["Location"] for each in twice] == [f"{address}?done=2"] * 2
    assert engine(ledger).case(int(address.rpartition("/")[2])).version == 2
    other = act(go, LEAD, address, "ask", 2, token=token)
    assert (other.status_code, "这张表已经交过一次" in other.text) == (409, True)
    made = [
        go(FIRM, "/cases/new/hr-channel", fields({"topic": "other", "demand": "只建一件案件"}, token="t")) for _ in "ab"
    ]
    assert made[0].headers["Location"] == made[1].headers["Location"]


def test_a_limit_of_the_law_is_not_crossed_and_says_its_clause(go: Sent) -> None:
    address = f"{repair(go)}/proposals"
    offer = {"how": "propose", "matter": "filing_day", "version": "1"}
    early = go(FIRM, address, {**offer, "field-day": "2026-12-01", "field-reason": "急用"})
    assert early.status_code == 409
    assert "没有发出：超出硬性界限" in early.text
    assert "最短公示期未满" in early.text
    assert "依据：" in early.text
    assert 'value="2026-12-01"' in early.text
    assert "急用</textarea>" in early.text
    soon = go(FIRM, address, {**offer, "field-day": "2027-02-01", "field-reason": "x", "field-reply_by": "soon"})
    assert soon.status_code == 422
    assert 'id="e-propose-filing_day-reply_by"' in soon.text
    assert go(FIRM, address, {"how": "shout", "version": "1"}).status_code == 422


def test_a_negotiation_from_the_proposal_to_the_agreement_that_both_confirm(go: Sent) -> None:
    page = repair(go)
    address = f"{page}/proposals"
    offer = fields({"fetched": "缴款凭证\r\n营业执照", "until": "2026-12-10", "reason": "省一趟"})
    assert go(FIRM, address, {**offer, "how": "propose", "matter": "proofs", "version": "1"}).status_code == 303
    shown = go(UNIT, page).text
    assert "轮到您：答复关于“证明材料由谁取得”的提议" in shown
    assert "缴款凭证、营业执照" in shown
    assert "撤回提议" in go(FIRM, page).text
    counter = fields({"fetched": "缴款凭证", "until": "2026-12-08", "reason": "执照请自带"})
    counter |= {"how": "counter", "matter": "proofs", "proposal": "2", "version": "2"}
    assert go(UNIT, address, counter).status_code == 303
    answer = {"proposal": "3", "matter": "proofs", "version": "3", "field-reason": "可以"}
    both = {**answer, "how": "accept_part", "parts": ["fetched", "until"]}
    none = go(FIRM, address, both)
    assert none.status_code == 422
    assert none.text.count(" checked>") == 2
    assert "可以</textarea>" in none.text
    assert go(FIRM, address, {**answer, "how": "accept_part", "parts": ["fetched"]}).status_code == 303
    for version, role in ((4, UNIT), (5, FIRM)):
        assert "确认这份约定" in go(role, page).text
        confirm = {"how": "confirm", "proposal": "3", "version": str(version)}
        assert go(role, address, confirm).status_code == 303
    done = go(FIRM, page).text
    assert "确认这份约定" not in done
    assert done.count("已确认") == 2


def test_what_a_guard_holds_back_says_why_in_place_of_a_button(go: Sent) -> None:
    page = go(FIRM, repair(go)).text
    assert "还不能办" in page
    assert "规则的答复是" in page


def test_a_case_of_a_record_is_filled_with_what_the_register_says(go: Sent, ledger: Ledger) -> None:
    (record,) = credit(build(ledger), ENTERPRISE, DAY).records
    leads = go(FIRM, f"/enterprises/{ENTERPRISE}/credit/{record.id}").text
    (address,) = re.findall(r'href="(/cases/new/credit-repair[^"]+)"', leads)
    form = go(FIRM, address.replace("&amp;", "&")).text
    assert f'value="{AUTHORITY}"' in form
    assert f'value="{record.id}"' in form
    assert '<option value="penalty" selected>' in form
    assert go(Role.AUDITOR, f"/enterprises/{ENTERPRISE}/credit/{record.id}").text.count("/cases/new/") == 0


def test_the_file_on_paper_holds_every_digest(go: Sent, ledger: Ledger) -> None:
    page = repair(go)
    case = engine(ledger).case(int(page.rpartition("/")[2]))
    printed = go(UNIT, f"{page}/print").text
    assert all(event.hash in printed for event in case.events)
    assert "第 1 步" in go(UNIT, page).text
    assert "<form" not in printed


def test_the_list_says_what_waits_for_whom_and_why_nothing_does(go: Sent) -> None:
    address = demand(go)
    mine = go(LEAD, "/cases").text
    assert mine.index("等我处理") < mine.index(f'href="{address}"') < mine.index("等别人的")
    home = go(LEAD, "/").text
    shown = home[home.index("等我处理的案件") : home.index("要办的事")]
    assert 0 < shown.count("去办") <= 5
    others = go(FIRM, "/cases").text
    assert others.index("等别人的") < others.index(f'href="{address}"')
    auditor = go(Role.AUDITOR, "/cases").text
    assert "现在没有等您办的案件" in auditor
    assert "都在等别人" in auditor
    assert go(Role.BANK_OFFICER, "/cases").status_code == 403


def test_notices_stay_until_they_are_read(go: Sent, ledger: Ledger) -> None:
    demand(go)
    page = go(LEAD, "/cases").text
    assert "收到新的诉求" in page
    (upto,) = re.findall(r'name="upto" value="(\d+)"', page)
    assert go(LEAD, "/cases/notices/read", {"upto": upto}).status_code == 303
    assert notices.notices(ledger, name_of(LEAD), unread=True) == []
    assert go(LEAD, "/cases/notices/read", {"upto": "x"}).status_code == 303


@pytest.mark.parametrize("number", ["0", "999999", "x", "9" * 30])
def test_a_case_that_is_not_there(go: Sent, number: str) -> None:
    assert go(LEAD, f"/cases/{number}").status_code == 404
    assert go(FIRM, f"/cases/{number}").status_code == 403


# --- days of a year without a calendar, days that are over ------------------------------------------------------------


def later(ledger: Ledger, as_role: Callable[[FlaskClient, Role], None], day: date, role: Role) -> FlaskClient:
    """A client on another day."""
    made = create_app(ledger, demo=True, today=lambda: day)
    made.config["WTF_CSRF_ENABLED"] = False
    client = made.test_client()
    as_role(client, role)
    return client


def test_a_day_that_rests_on_a_year_without_a_calendar_is_called_provisional(
    ledger: Ledger, as_role: Callable[[FlaskClient, Role], None]
) -> None:
    firm = later(ledger, as_role, date(2026, 12, 29), FIRM)
    made = firm.post("/cases/new/hr-channel", data=fields({"topic": "training", "demand": "焊工培训的名额不够"}))
    page = firm.get(made.headers["Location"]).text
    assert "暂定" in page
    assert "2027 年的工作日历没有载入" in page


def test_days_that_are_over_are_counted_and_said(
    go: Sent, ledger: Ledger, as_role: Callable[[FlaskClient, Role], None]
) -> None:
    address = demand(go)  # to be taken in hand by 12-01
    page = later(ledger, as_role, date(2026, 12, 3), LEAD).get(address).text
    assert "超期 2 个工作日" in page
    assert "已过期" in page
    assert "超期不会自动视为同意" in page


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
    definitions.__path__.append(str(tmp_path))
    definitions.registry.cache_clear()
    yield
    definitions.__path__.remove(str(tmp_path))
    definitions.registry.cache_clear()


@pytest.mark.usefixtures("one_more_module")
def test_a_procedure_that_is_one_more_module_runs_through_the_pages(go: Sent) -> None:
    assert "新建：市场主体声音" in go(FIRM, "/cases").text
    assert "新建：市场主体声音" not in go(LEAD, "/cases").text
    assert "这类案件不由您建立" in go(LEAD, "/cases/new/voices").text
    assert '<option value="training">技能培训</option>' in go(FIRM, "/cases/new/voices").text
    made = go(FIRM, "/cases/new/voices", fields({"topic": "training", "demand": "焊工培训的名额不够"}))
    address = made.headers["Location"].partition("?")[0]
    act(go, LEAD, address, "take", 1)
    act(go, LEAD, address, "answer", 2, **{"field-sentence": "已办"})
    act(go, FIRM, address, "content", 3)
    assert "市场主体声音：已办结" in go(LEAD, address).text
