"""The notice that goes out with a decision: its days, its words, its code; and what a token opens afterwards."""

import io
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
import segno
from docx import Document

from cases import record_links
from cases.record_links import LinkState
from graph.ledger import Ledger, LoadRequest, SourceFileInfo
from graph.memory_build import build
from graph.ontology import Ref, SectorStandard
from lianxin.errors import BadQuestion, MissingSetting, NotKnown
from rules.credit_repair.facts import read_facts
from rules.credit_repair.gravity import Gravity
from services import one_record
from services.notices import base_url, make, open_link, reference
from services.one_record import Stated, days, may_be_filed, steps
from services.repair_notice import cited, notice_docx, qr_png
from services.word_paper import BODY

ON = date(2026, 11, 24)
BASE = "https://credit.example.gov.cn"
PLANTED = "Penalty/11330113YANG90034C/临应急罚(2026)9001号"
FACTS = {
    "kind": "penalty",
    "authority_system": "ndrc",
    "sanctions": "confiscate_income",
    "published": "yes",
    "document_date": "2026-09-02",
}


def stated(number: str = "临建罚〔2026〕99 号", **facts: str) -> Stated:
    return Stated(read_facts({**FACTS, **facts}), "临平区住房和城乡建设局（示例）", number)


def text_of(document: bytes) -> str:
    body = Document(io.BytesIO(document)).element.body
    parts = [
        "".join(t.text or "" for t in p.iter() if t.tag.endswith("}t")) for p in body.iter() if p.tag.endswith("}p")
    ]
    return "\n".join(parts)


def pictures(document: bytes) -> list[bytes]:
    related = Document(io.BytesIO(document)).part.related_parts.values()
    return [part.blob for part in related if part.content_type == "image/png"]


@pytest.fixture(scope="module")
def planted_id(demo_ledger: Ledger) -> str:
    """The planted penalty that can be repaired."""
    view = build(demo_ledger)
    found = [
        one_record.of_ledger(view, view.ref(int(handle)), ON)
        for handle in view.all_of("Penalty")
        if "91330113YANG00086R" in str(view.entity(int(handle)).values)
    ]
    (record,) = (each for each in found if each is not None and each.day == date(2026, 5, 12))
    return f"{record.ref.type}/{record.ref.key}"


# --- the document -----------------------------------------------------------------------------------------------------


def test_a_stated_penalty_has_its_days_in_the_notice() -> None:
    said = text_of(notice_docx(one_record.of_statement(stated(), ON, party="甲公司"), f"{BASE}/r/x"))
    for words in (
        "信用修复告知书",
        "甲公司：",
        "临建罚〔2026〕99 号",
        "2026-12-03",  # first day of an application
        "2026-12-02",  # last day of the minimum
        "2027-09-02",  # last day of the maximum
        "一般：没收违法所得、没收非法财物属于一般",
        "最短公示期未满",
        "拿出义务履行完毕的凭证",
        "签署并公开信用承诺书",
        "“信用中国”网站，或政务服务大厅",
        "走异议",
        "不收费",
        f"{BASE}/r/x",
        "NDRC-36",
    ):
        assert words in said, words
    assert "合成数据" not in said


def test_marks_of_places_stand_beside_them_and_say_what_is_not_verified() -> None:
    said = text_of(notice_docx(one_record.of_statement(stated(), ON), f"{BASE}/r/x"))
    assert "第二章 一般〔S 二手来源〕" in said
    assert "期间计算〔U 未核实〕" in said
    assert "第2条〔F 已读原文〕" in said
    pending = one_record.of_statement(stated(litigation="lawsuit"), ON)
    assert pending.explanation is not None
    (note,) = pending.explanation.notes
    assert "〔X 仅见片段，未核实〕" in cited(note.citations[0])
    assert "复议或诉讼期间不停止公示" in text_of(notice_docx(pending, BASE))


def test_every_open_gravity_has_its_own_line_of_days() -> None:
    record = one_record.of_statement(stated(sanctions="fine", fine_yuan="30000"), ON)
    assert [(each.assumed, each.first, each.last) for each in days(record)] == [
        ("若定为轻微", date(2026, 9, 2), date(2026, 12, 2)),
        ("若定为一般", date(2026, 12, 3), date(2027, 9, 2)),
        ("若定为严重", date(2027, 9, 3), date(2029, 9, 2)),
    ]
    said = text_of(notice_docx(record, BASE))
    assert "罚款 30,000 元" in said
    assert "请认定单位定类别" in said
    assert "每种可能都算了一遍" in said


@pytest.mark.parametrize(
    ("facts", "words", "filed"),
    [
        ({"authority_system": "samr", "sanctions": "warning"}, "不用申请", False),
        ({"published": "no"}, "不用申请：没有公示", False),
        ({"non_repairable_basis": "某法"}, "不能申请", False),
        ({"duties_done": "yes", "public_commitment": "yes", "document_date": "2026-05-02"}, "现在可以申请", True),
        ({"document_date": "2026-12-01"}, "没有判定", False),
        ({"sanctions": "suspend_licence"}, "现在还不能申请", True),
    ],
)
def test_every_answer_is_said_in_words(facts: dict[str, str], words: str, filed: bool) -> None:
    record = one_record.of_statement(stated(**facts), ON)
    assert words in text_of(notice_docx(record, BASE))
    assert may_be_filed(record) is filed


def test_what_a_party_has_done_is_not_asked_of_it_again() -> None:
    record = one_record.of_statement(stated(duties_done="yes"), ON)
    assert [step.title for step in steps(record)] == ["签署并公开信用承诺书"]
    open_one = one_record.of_statement(stated(duties_done="no"), ON)
    assert [step.title for step in steps(open_one)] == ["履行完决定的全部义务并留存凭证", "签署并公开信用承诺书"]


def test_fonts_of_chinese_are_named_in_every_run() -> None:
    document = Document(io.BytesIO(notice_docx(one_record.of_statement(stated(), ON), BASE)))
    space = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    fonts = [
        run.find(f".//{space}rFonts")
        for run in document.element.body.iter(f"{space}r")
        if run.find(f"{space}t") is not None
    ]
    assert len(fonts) > 40
    assert {font.get(f"{space}eastAsia") for font in fonts if font is not None} == {BODY, "SimHei"}
    assert None not in fonts


def test_the_code_is_that_of_the_address() -> None:
    document = notice_docx(one_record.of_statement(stated(), ON), f"{BASE}/r/abc")
    assert pictures(document) == [qr_png(f"{BASE}/r/abc")]
    assert qr_png("a") != qr_png("b")
    assert segno.make(f"{BASE}/r/{'x' * 22}", error="m").version <= 5, "a code that an old phone reads at 38 mm"


def test_a_sole_trader_is_addressed_by_hand() -> None:
    assert "＿＿" in text_of(notice_docx(one_record.of_statement(stated(), ON), BASE)).split("\n")[1]


# --- making one -------------------------------------------------------------------------------------------------------


def test_a_notice_of_the_ledger_leads_to_its_record(own_demo_ledger: Ledger, planted_id: str) -> None:
    view = build(own_demo_ledger)
    made = make(own_demo_ledger, view, reference(planted_id), BASE, ON, made_by="repair_authority")
    said = text_of(made.document)
    assert "合成数据" in said
    assert "2026-08-13" in said
    assert made.address.startswith(f"{BASE}/r/")
    opened = open_link(own_demo_ledger, view, made.address.rpartition("/")[2], ON)
    assert opened.state is LinkState.OPEN
    assert opened.record is not None
    assert (opened.record.ref, opened.record.loaded) == (reference(planted_id), True)


def test_a_stated_penalty_shows_what_was_stated_until_it_is_loaded(own_demo_ledger: Ledger) -> None:
    view = build(own_demo_ledger)
    made = make(own_demo_ledger, view, stated(), BASE, ON, made_by="repair_authority", party="甲公司")
    token = made.address.rpartition("/")[2]
    opened = open_link(own_demo_ledger, view, token, ON).record
    assert opened is not None
    assert (opened.loaded, opened.party, opened.synthetic) == (False, None, True)
    assert [each.first for each in days(opened)] == [date(2026, 12, 3)]
    with own_demo_ledger.reading() as connection:
        assert "甲公司" not in str(connection.exec_driver_sql("SELECT * FROM record_link").all())


def test_once_it_is_loaded_the_register_is_shown_and_not_what_was_stated(
    own_demo_ledger: Ledger, planted_id: str
) -> None:
    view = build(own_demo_ledger)
    loaded = one_record.of_ledger(view, reference(planted_id), ON)
    assert loaded is not None
    assert loaded.number is not None
    code = loaded.ref.key.partition("/")[0]
    facts = read_facts({**FACTS, "document_date": "2026-01-01"})
    early = Stated(facts, loaded.authority, loaded.number.replace("〔", "[ ").replace("〕", " ]"), code)
    assert early.ref == loaded.ref, "the same record, whatever brackets are used"
    made = make(own_demo_ledger, view, early, BASE, ON, made_by="repair_authority", party="乙公司")
    assert made.record == loaded
    opened = open_link(own_demo_ledger, view, made.address.rpartition("/")[2], ON).record
    assert opened == loaded


def test_what_is_refused_leaves_no_link(own_demo_ledger: Ledger) -> None:
    view = build(own_demo_ledger)
    for wrong, error in ((Ref("Penalty", "nobody"), NotKnown), (Ref("Enterprise", "91330113YANG00086R"), NotKnown)):
        with pytest.raises(error):
            make(own_demo_ledger, view, wrong, BASE, ON, made_by="x")
    with pytest.raises(BadQuestion, match="is over already"):
        make(own_demo_ledger, view, stated(), BASE, ON, made_by="x", expires_on=date(2026, 11, 23))
    with pytest.raises(BadQuestion, match="no days can be told"):
        make(own_demo_ledger, view, stated(document_date="2026-11-25"), BASE, ON, made_by="x")
    with pytest.raises(NotKnown):
        reference("no slash")
    assert record_links.links(own_demo_ledger) == []


@pytest.mark.parametrize("wrong", [("", "1"), ("  ", "1"), ("某局", ""), ("某局", "x" * 101), ("某" * 101, "1")])
def test_an_authority_and_a_number_are_needed(wrong: tuple[str, str]) -> None:
    with pytest.raises(BadQuestion):
        Stated(read_facts(FACTS), *wrong)


def test_only_a_penalty_can_be_stated_before_it_is_loaded() -> None:
    with pytest.raises(BadQuestion, match="only a penalty"):
        Stated(
            read_facts({"kind": "serious_listing", "authority_system": "ndrc", "listed_on": "2026-01-01"}), "局", "1"
        )


# --- what a token opens -----------------------------------------------------------------------------------------------


def test_a_token_that_is_unknown_ended_or_over_opens_no_record(own_demo_ledger: Ledger) -> None:
    view = build(own_demo_ledger)
    unknown = open_link(own_demo_ledger, view, "A" * 22, ON)
    assert (unknown.state, unknown.record) == (None, None)
    made = make(own_demo_ledger, view, stated(), BASE, ON, made_by="x", expires_on=ON)
    token = made.address.rpartition("/")[2]
    over = open_link(own_demo_ledger, view, token, date(2026, 11, 25))
    assert (over.state, over.record) == (LinkState.EXPIRED, None)
    record_links.end(own_demo_ledger, 1, "x")
    ended = open_link(own_demo_ledger, view, token, ON)
    assert (ended.state, ended.record) == (LinkState.ENDED, None)


def test_a_record_that_the_ledger_holds_no_more_opens_nothing(own_demo_ledger: Ledger) -> None:
    token = record_links.make(own_demo_ledger, Ref("Penalty", "gone"), made_by="x")
    opened = open_link(own_demo_ledger, build(own_demo_ledger), token, ON)
    assert (opened.state, opened.record) == (LinkState.OPEN, None)


# --- the setting ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "setting", ["https://credit.example.gov.cn", "http://10.1.2.3:8000", "https://a.cn/lianxin/", "http://localhost"]
)
def test_an_address_of_this_platform_is_taken(setting: str) -> None:
    assert base_url(setting) == setting.rstrip("/")


@pytest.mark.parametrize(
    "setting",
    [
        None,
        "",
        "credit.example.gov.cn",
        "ftp://a.cn",
        "https://",
        "https://a.cn/?x=1",
        "https://a cn",
        "https://a.cn/#x",
    ],
)
def test_without_an_address_no_code_is_made_and_it_is_said_what_to_set(setting: Any) -> None:
    with pytest.raises(MissingSetting, match="LIANXIN_BASE_URL") as refused:
        base_url(setting)
    assert "LIANXIN_BASE_URL=https://credit.example.gov.cn" in refused.value.zh


def test_a_standard_of_the_authority_classes_the_fine_of_a_decision_not_loaded_yet(tmp_ledger: Ledger) -> None:
    wanted = stated(sanctions="fine", fine_yuan="30000")
    assert "某分类标准" not in text_of(make(tmp_ledger, build(tmp_ledger), wanted, BASE, ON, made_by="t").document)
    standard = SectorStandard(
        key="s", field="住建", authority=wanted.authority, first_day=date(2026, 4, 1),
        low_up_to=Decimal(50_000), huge_from=Decimal(1_000_000), citation="某分类标准",
    )  # fmt: skip
    file = SourceFileInfo("s.csv", "0" * 64, 1, 1)
    with tmp_ledger.staging() as staging:
        staging.add(standard, 0, 1)
        staging.commit(LoadRequest("s", "sector-standards", "s", "increment", [file], datetime(2026, 11, 20)))
    made = make(tmp_ledger, build(tmp_ledger), wanted, BASE, ON, made_by="t")
    assert made.record.gravity is Gravity.MINOR
    assert "按分类标准“某分类标准”归入较低数额" in text_of(made.document)
