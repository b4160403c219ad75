"""Preparing an application: only what is not known is asked, each answer is kept, papers are checked, and the package
leaves; what a rule refuses stands in the thread of whoever tried it alone; precedents are counts."""

import hashlib
import io
import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from flask.testing import FlaskClient
from flask_openapi.openapi import OpenAPI
from werkzeug.test import TestResponse

from cases import claims, definitions
from cases.accounts import Role
from cases.actor import Actor, Order
from cases.claims import ClaimedFact, Statement
from cases.documents import Proof
from cases.negotiation import Answer, answer, confirm, propose
from graph.ledger import Ledger
from graph.memory_build import build
from graph.ontology import Ref
from lianxin.clock import utc_now
from services.cases import engine
from services.credit import credit
from services.demo.accounts import AUTHORITY, ENTERPRISE
from services.precedents import FEWEST

DAY = date(2026, 11, 24)
PDF = b"%PDF-1.7\n"
FACTS = {
    "record": "演示记录（合成）", "kind": "penalty", "authority_system": "ndrc", "sanctions": ["fine"],
    "fine_yuan": "20000", "fine_band": "large", "published": True, "document_date": "2026-06-12",
}  # fmt: skip
BARE = {"record": "r", "kind": "penalty", "authority_system": "ndrc"}
FIRM, UNIT, LEAD = Role.ENTERPRISE, Role.REPAIR_AUTHORITY, Role.LEAD_DEPARTMENT
ANSWERS = {
    "procedure": "ordinary", "duties_done_on": "2026-07-01", "public_commitment": "true", "contact": "王先生 0571",
}  # fmt: skip
Sent = Callable[..., TestResponse]


def order(role: Role, seen: int | None = None) -> Order:
    limits = {"enterprise": ENTERPRISE if role is FIRM else None}
    authorities = frozenset({AUTHORITY}) if role is UNIT else None
    return Order(Actor(role, "test", limits["enterprise"], authorities), DAY, utc_now(), seen)


def consulting(ledger: Ledger, **facts: Any) -> int:
    """A repair that is being prepared."""
    over = engine(ledger)
    stated = {name: value for name, value in {**FACTS, **facts}.items() if value is not None}
    case = over.open("credit-repair", stated, order(UNIT), enterprise=ENTERPRISE).case
    return over.act(case.id, "consult", {}, order(UNIT, 1)).case.id


def address_of(case: int) -> str:
    return f"/cases/{case}/prepare/submit"


def asked(page: str) -> str:
    """The field that a page asks for; blank at the end."""
    return "".join(re.findall(r'name="field" value="([a-z_]+)"', page))


def say(go: Sent, case: int, field: str, value: str) -> TestResponse:
    return go(FIRM, f"{address_of(case)}/answer", {"field": field, f"field-{field}": value})


def hand_in(go: Sent, case: int, material: str, content: bytes) -> TestResponse:
    form = {"material": material, "papers": (io.BytesIO(content), "a.pdf")}
    return go(FIRM, f"{address_of(case)}/papers", form)


# --- questions --------------------------------------------------------------------------------------------------------


def test_only_what_is_not_known_is_asked_and_each_answer_is_kept(go: Sent, ledger: Ledger) -> None:
    case = consulting(ledger)
    assert f'href="{address_of(case)}"' in go(FIRM, f"/cases/{case}").text
    first = go(FIRM, address_of(case)).text
    assert "第 1 题，共 4 题" in first
    assert "来源：案件第 1 步，认定单位写明" in first
    for place, (field, value) in enumerate(ANSWERS.items(), 1):
        page = go(FIRM, address_of(case)).text  # another browser goes on where the last one stopped
        assert (asked(page), f"第 {place} 题" in page) == (field, True)
        assert say(go, case, field, value).status_code == 303
    end = go(FIRM, address_of(case)).text
    assert asked(end) == ""
    assert "还差 2 件事要您办" in end
    back = go(FIRM, f"{address_of(case)}?ask=duties_done_on").text
    assert 'value="2026-07-01"' in back
    say(go, case, "duties_done_on", "2026-08-02")
    assert "2026-08-02" in go(FIRM, address_of(case)).text
    assert "王先生 0571" in go(FIRM, address_of(case)).text, "going back has lost nothing"


def test_an_answer_that_is_none_comes_back_and_one_that_is_passed_over_is_listed_at_the_end(
    go: Sent, ledger: Ledger
) -> None:
    case = consulting(ledger)
    assert say(go, case, "procedure", "x").status_code == 422
    assert asked(go(FIRM, address_of(case)).text) == "procedure"
    for field in ANSWERS:
        say(go, case, field, "")
    end = go(FIRM, address_of(case)).text
    assert end.count("还没有填</span>") == 4
    assert "还不能办" in end
    assert go(FIRM, f"{address_of(case)}/done", {"version": "2"}).status_code == 422
    assert say(go, case, "kind", "penalty").status_code == 404, "what is known is not asked"


def test_what_both_sides_have_agreed_is_known_and_facts_that_contradict_themselves_are_said(
    go: Sent, ledger: Ledger
) -> None:
    case, over = consulting(ledger, fine_band=None, sanctions=["fine", "revoke_licence"]), engine(ledger)
    propose(over, case, "fine_class", {"fine_band": "large", "standard": "书面认定"}, "提议", order(FIRM, 2))
    answer(over, case, 3, Answer.ACCEPT, "同意", order(UNIT, 3))
    for role, seen in ((FIRM, 4), (UNIT, 5)):
        confirm(over, case, 3, order(role, seen))
    page = go(FIRM, address_of(case)).text
    assert "来源：约定：罚款分档" in page
    bare = over.open("credit-repair", BARE, order(UNIT), enterprise=ENTERPRISE).case.id
    over.act(bare, "consult", {}, order(FIRM, 1))
    assert go(FIRM, f"/cases/{bare}").status_code == 200
    page = go(FIRM, address_of(bare)).text
    while field := asked(page):
        say(go, bare, field, ANSWERS.get(field, ""))
        page = go(FIRM, address_of(bare)).text
    assert "事实不合格" in page


def test_what_the_enterprise_stated_before_is_known_with_its_proof(go: Sent, ledger: Ledger) -> None:
    record = credit(build(ledger), ENTERPRISE, DAY).records[0]
    own, proof = Ref("Enterprise", ENTERPRISE), Proof("a.pdf", PDF + b"claim")
    done = ClaimedFact.DUTIES_DONE
    claims.say(ledger, Statement(own, record.ref, done, date(2026, 8, 1), "enterprise x", [proof]), DAY)
    case = consulting(ledger, record=record.id, document_date="2026-06-12")
    page = go(FIRM, address_of(case)).text
    assert "企业自述" in page
    while field := asked(page):
        assert field != "duties_done_on"
        say(go, case, field, ANSWERS[field])
        page = go(FIRM, address_of(case)).text
    assert "自述时交的" in page
    assert hashlib.sha256(PDF + b"claim").hexdigest() in page


def test_a_record_of_another_enterprise_is_not_read_out_of_the_register(go: Sent, ledger: Ledger) -> None:
    foreign = credit(build(ledger), "91330113YANG00094L", DAY).records[0]
    assert foreign.facts is not None
    page = go(FIRM, address_of(consulting(ledger, record=foreign.id))).text
    assert "来源：登记" not in page


# --- papers and the package -------------------------------------------------------------------------------------------


def test_papers_are_checked_the_package_leaves_and_the_application_is_filed(go: Sent, ledger: Ledger) -> None:
    case = consulting(ledger)
    for field, value in ANSWERS.items():
        say(go, case, field, value)
    page = go(FIRM, address_of(case)).text
    assert "谁有：企业：缴款凭证、整改验收记录；认定单位自己的系统里往往也有" in page
    assert "未核实" in page or "二手" in page
    letter = go(FIRM, f"{address_of(case)}/letters/commitment")
    text = "\n".join(each.text for each in Document(io.BytesIO(letter.data)).paragraphs)
    assert "郑重承诺" in text
    assert "官方格式没有读到" in text
    assert go(FIRM, f"{address_of(case)}/letters/performance").status_code == 404
    assert hand_in(go, case, "commitment", b"MZ").status_code == 422
    assert hand_in(go, case, "commitment", letter.data).status_code == 303
    assert "还差 1 件事要您办" in go(FIRM, address_of(case)).text
    assert hand_in(go, case, "performance", PDF).status_code == 303
    ready = go(FIRM, address_of(case)).text
    assert "材料齐了" in ready
    assert "平台不能代为提交" in ready
    whole = zipfile.ZipFile(io.BytesIO(go(FIRM, f"{address_of(case)}/package").data))
    listed = whole.read("清单 SHA-256.txt").decode("utf-8-sig")
    for name in set(whole.namelist()) - {"清单 SHA-256.txt"}:
        assert f"{hashlib.sha256(whole.read(name)).hexdigest()}  {name}" in listed
    assert len(whole.namelist()) == 4
    form = {"version": "2", "token": "once", "field-query_code": "QC-1"}
    assert go(FIRM, f"{address_of(case)}/done", form).status_code == 303
    filed = engine(ledger).case(case)
    assert filed.state_name == "submitted"
    again = go(FIRM, f"{address_of(case)}/done", form)
    assert (again.status_code, engine(ledger).case(case).version) == (303, filed.version), "a button pressed twice"
    assert filed.events[-1].data["materials"].keys() == {"commitment", "performance"}
    assert "contact" not in filed.events[-1].data["values"], "what names a person can be erased"
    assert go(FIRM, address_of(case)).status_code == 409, "what is filed is not prepared any more"
    assert go(FIRM, f"{address_of(case)}/done", {**form, "version": "1"}).status_code == 409


def test_what_the_party_says_is_checked_before_a_decision(ledger: Ledger, go: Sent) -> None:
    case, over = consulting(ledger), engine(ledger)
    values = {**ANSWERS, "public_commitment": True}
    over.act(case, "submit", values, order(FIRM, 2), [Proof("a.pdf", PDF)])
    over.act(case, "receive", {}, order(UNIT, 3))
    assert "duties_done_on" not in over.case(case).stated()
    over.act(case, "take_on", {}, order(UNIT, 4))
    early = {"action": "approve", "version": "5", "field-day": "2026-11-24"}
    refused = go(UNIT, f"/cases/{case}/actions", early)
    assert refused.status_code == 409
    assert "还没有核对" in refused.text
    page = go(UNIT, f"/cases/{case}").text
    facts = page[page.index('id="act-state_facts"') :]
    assert 'value="2026-07-01"' in facts, "whoever states it finds it filled in"
    over.act(case, "state_facts", {k: v for k, v in values.items() if k != "contact"}, order(UNIT, 5))
    assert go(UNIT, f"/cases/{case}/actions", {**early, "version": "6"}).status_code == 303


def test_a_paper_that_the_unit_has_agreed_to_fetch_is_not_asked_for(go: Sent, ledger: Ledger) -> None:
    case, over = consulting(ledger), engine(ledger)
    offer = {"fetched": ["履行义务的证明"], "until": "2026-12-10"}
    propose(over, case, "proofs", offer, "省一趟", order(FIRM, 2))
    answer(over, case, 3, Answer.ACCEPT, "可以", order(UNIT, 3))
    for role, seen in ((FIRM, 4), (UNIT, 5)):
        assert "由单位调取" not in go(FIRM, address_of(case)).text
        confirm(over, case, 3, order(role, seen))
    for field, value in ANSWERS.items():
        say(go, case, field, value)
    assert "磋商约定由单位调取" in go(FIRM, address_of(case)).text


def test_a_paper_can_be_taken_out_again_and_papers_have_a_limit(go: Sent, ledger: Ledger) -> None:
    case = consulting(ledger)
    for number in range(5):
        assert hand_in(go, case, "performance", PDF + bytes([number])).status_code == 303
    assert hand_in(go, case, "performance", PDF + b"x").status_code == 422
    assert hand_in(go, case, "nothing", PDF).status_code == 404
    for number in range(5):
        assert hand_in(go, case, "commitment", PDF + bytes([10 + number])).status_code == 303
    form = {"material": "performance", "digest": hashlib.sha256(PDF + b"\0").hexdigest()}
    assert go(FIRM, f"{address_of(case)}/papers/remove", form).status_code == 303
    assert go(FIRM, f"{address_of(case)}/papers/remove", form).status_code == 404
    assert go(UNIT, address_of(case)).status_code == 409, "the other side prepares nothing here"


# --- refused, only you see it -----------------------------------------------------------------------------------------


def test_what_crosses_a_limit_stands_in_the_thread_of_its_author_alone(go: Sent, ledger: Ledger) -> None:
    case = consulting(ledger, document_date="2026-10-12")
    early = {
        "how": "propose",
        "matter": "filing_day",
        "version": "2",
        "field-day": "2026-12-01",
        "field-reason": "急用",
    }
    assert go(FIRM, f"/cases/{case}/proposals", early).status_code == 409
    assert go(FIRM, f"/cases/{case}/proposals", early).status_code == 409
    own = go(FIRM, f"/cases/{case}").text
    assert own.count("没有发出：提议：申请日期") == 1
    assert "只有您能看到" in own
    assert "把申请日期改到 2027-01-13 或以后" in own
    assert 'value="2026-12-01"' in own, "what was typed is still in the form"
    assert engine(ledger).case(case).version == 2
    for role in (UNIT, LEAD, Role.AUDITOR):
        assert "没有发出" not in go(role, f"/cases/{case}").text
    assert "没有发出" not in go(FIRM, f"/cases/{case}/print").text
    assert go(FIRM, f"/cases/{case}/proposals", {**early, "field-day": "2027-01-13"}).status_code == 303
    sent = go(FIRM, f"/cases/{case}").text
    assert "没有发出：提议：申请日期" in sent
    assert 'value="2026-12-01"' not in sent


def test_what_a_rule_holds_back_stands_there_too_and_what_is_only_badly_typed_does_not(
    go: Sent, ledger: Ledger
) -> None:
    over = engine(ledger)
    case = over.open("credit-repair", FACTS, order(UNIT), enterprise=ENTERPRISE).case.id
    assert go(FIRM, f"/cases/{case}/actions", {"action": "may_apply", "version": "1"}).status_code == 409
    assert "没有发出：核对条件，可以申请" in go(FIRM, f"/cases/{case}").text
    assert "签署并公开信用承诺书" in go(FIRM, f"/cases/{case}").text
    assert go(FIRM, f"/cases/{case}/actions", {"action": "object", "version": "1"}).status_code == 422
    assert "没有发出：提出异议" not in go(FIRM, f"/cases/{case}").text


def test_what_is_refused_over_the_api_stands_in_the_thread_too(
    app: OpenAPI, ledger: Ledger, go: Sent, as_role: Callable[[FlaskClient, Role], None]
) -> None:
    over = engine(ledger)
    case = over.open("credit-repair", FACTS, order(UNIT), enterprise=ENTERPRISE).case.id
    client = app.test_client()
    as_role(client, FIRM)
    body = {"how": "propose", "matter": "performed", "reason": "急用",
            "values": {"list": ["缴清"], "until": "2026-12-01", "whole_before_approval": False}}  # fmt: skip
    head = {"If-Match": '"1"'}
    assert client.post(f"/api/cases/{case}/proposals", json=body, headers=head).status_code == 409
    assert client.post(f"/api/cases/{case}/actions", json={"action": "may_apply"}, headers=head).status_code == 409
    page = go(FIRM, f"/cases/{case}").text
    assert "没有发出：提议：什么算纠正和履行" in page
    assert "没有发出：核对条件，可以申请" in page
    accept = {"how": "accept", "proposal": 9, "reason": "x"}
    assert client.post(f"/api/cases/{case}/proposals", json=accept, headers=head).status_code == 409
    assert go(FIRM, f"/cases/{case}").text.count("没有发出") == 2, "what is out of order is no rule's refusal"


def test_a_proposal_may_carry_proofs(go: Sent, ledger: Ledger) -> None:
    case = consulting(ledger)
    offer = {
        "how": "propose",
        "matter": "proofs",
        "version": "2",
        "field-until": "2026-12-01",
        "field-reason": "见附件",
    }
    wrong = {**offer, "papers": (io.BytesIO(b"MZ"), "a.pdf")}
    assert go(FIRM, f"/cases/{case}/proposals", wrong).status_code == 422
    many = {**offer, "papers": [(io.BytesIO(PDF + bytes([n])), "a.pdf") for n in range(4)]}
    refused = go(FIRM, f"/cases/{case}/proposals", many)
    assert refused.status_code == 422
    assert "应为 0 到 3 份" in refused.text
    sent = go(FIRM, f"/cases/{case}/proposals", {**offer, "papers": (io.BytesIO(PDF), "a.pdf")})
    assert sent.status_code == 303
    assert f"/cases/{case}/documents/{hashlib.sha256(PDF).hexdigest()}" in go(UNIT, f"/cases/{case}").text


# --- precedents -------------------------------------------------------------------------------------------------------


def classed(ledger: Ledger, band: str, **facts: Any) -> None:
    case, over = consulting(ledger, fine_band=None, **facts), engine(ledger)
    propose(over, case, "fine_class", {"fine_band": band, "standard": "书面认定"}, "提议", order(FIRM, 2))
    answer(over, case, 3, Answer.ACCEPT, "同意", order(UNIT, 3))
    for role, seen in ((FIRM, 4), (UNIT, 5)):
        confirm(over, case, 3, order(role, seen))


def test_earlier_cases_of_the_class_are_shown_as_counts_once_they_are_enough(go: Sent, ledger: Ledger) -> None:
    case = consulting(ledger, fine_band=None)
    for band in ("large", "large", "large", "low"):
        classed(ledger, band)
    classed(ledger, "low", sanctions=["fine", "revoke_licence"])  # of another class
    assert "以往怎么定：罚款分档" not in go(FIRM, f"/cases/{case}").text, f"fewer than {FEWEST}"
    classed(ledger, "large")
    engine(ledger).open("credit-repair", BARE, order(UNIT), enterprise=ENTERPRISE)  # of no class that could be told
    page = go(FIRM, f"/cases/{case}").text
    card = page[page.index("以往怎么定：罚款分档") :][:600]
    assert "n = 5" in card
    assert "档次：较大数额 4 件；档次：较低数额 1 件" in card
    assert ENTERPRISE not in card


# --- another procedure ------------------------------------------------------------------------------------------------

VOICES = '''
"""A procedure that is prepared by an interview."""

from dataclasses import replace

from cases.definition import Field, FieldType, Interview, Words
from cases.definitions.hr_channel import DEFINITION as CHANNEL

TAKE = CHANNEL.action("take")
FIELD = Field("when", Words("哪天办", "which day"), FieldType.DAY, False)
ACTIONS = tuple(replace(each, fields=(FIELD,)) if each is TAKE else each for each in CHANNEL.actions)
DEFINITIONS = (replace(
    CHANNEL, kind="asked", version="1", words=Words("有问答的事项", "asked"), actions=ACTIONS,
    interviews=(Interview("take", ("when",), lambda *_: True, TAKE.sources),),
),)
'''


@pytest.fixture
def one_more_module(tmp_path: Path) -> Iterator[None]:
    (tmp_path / "asked.py").write_text(VOICES, encoding="utf-8")
    definitions.__path__.append(str(tmp_path))
    definitions.registry.cache_clear()
    yield
    definitions.__path__.remove(str(tmp_path))
    definitions.registry.cache_clear()


@pytest.mark.usefixtures("one_more_module")
def test_another_procedure_has_an_interview_by_declaring_it(go: Sent, ledger: Ledger) -> None:
    demand = {"topic": "training", "demand": "焊工培训的名额不够"}
    case = engine(ledger).open("asked", demand, order(FIRM)).case.id
    base = f"/cases/{case}/prepare/take"
    assert f'href="{base}"' in go(LEAD, f"/cases/{case}").text
    assert asked(go(LEAD, base).text) == "when"
    go(LEAD, f"{base}/answer", {"field": "when", "field-when": "2026-12-01"})
    assert go(LEAD, f"{base}/done", {"version": "1"}).status_code == 303
    assert engine(ledger).case(case).stated()["when"] == "2026-12-01"
