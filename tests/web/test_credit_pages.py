"""Pages of credit repair: what stands beside a name, records and plan, the walk, what-if, rules, whom to tell."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient

from cases.accounts import Role
from graph.ledger import Ledger
from graph.memory_build import build
from graph.ontology import Ref
from graph.view import View
from loaders.demo_district import DEMO_DISTRICT
from loaders.penalties import SHUANGGONGSHI_2018
from loaders.run import run_load
from loaders.standards import SECTOR_STANDARDS
from rules.law import ReadingMark
from rules.laws import LAWS
from services.credit import Credit, CreditStrip, StripState, credit, strip
from web import create_app
from web.pages import credit_words

DAY = date(2026, 11, 24)
INFUSION = "91330113YANG00027N"
REPAIRABLE, RENAMED, NAMESAKE = "91330113YANG00086R", "91330113YANG00094L", "91330113YANG00107A"
NAMESAKES = "浙江同昇精密机械（示例）有限公司"
SEVERAL, REMOVED = "91330113YANG069477", "91330113YANG01759Y"
MANY_RECORDS = "91330109YANG06349J"  # of its first candidates most have records
Get = Callable[..., str]
AsRole = Callable[[FlaskClient, Role], None]


@pytest.fixture(scope="module")
def app(served_ledger: Ledger) -> Flask:
    return create_app(served_ledger, demo=True, today=lambda: DAY)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def page(client: FlaskClient) -> Get:
    """GET an address, expect a status, give the text."""

    def get(address: str, expected: int = 200, **query: str) -> str:
        response = client.get(address, query_string=query or None)
        assert response.status_code == expected, response.text
        return response.text

    return get


@pytest.fixture(scope="module")
def district(demo_ledger: Ledger) -> View:
    return build(demo_ledger)


def words_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html))


def heading(html: str) -> str:
    found = re.search(r"<h1>(.*?)</h1>", html, re.DOTALL)
    assert found
    return words_of(found[1]).strip()


def section(html: str, name: str) -> str:
    """The text of the card under this heading."""
    found = re.search(rf'<section[^>]*aria-labelledby="{name}">(.*?)</section>', html, re.DOTALL)
    assert found, name
    return words_of(found[1])


def records(view: View, key: str) -> Credit:
    return credit(view, key, DAY)


def address(key: str, record: str) -> str:
    return f"/enterprises/{key}/credit/{quote(record)}"


def first_record(view: View, key: str) -> str:
    return address(key, records(view, key).records[0].id)


# --- the strip beside a name ------------------------------------------------------------------------------------------


def strips(html: str) -> Iterator[tuple[str, str]]:
    """(key, text of the strip) of every candidate that is an enterprise."""
    for article in re.findall(r"<article.*?</article>", html, re.DOTALL):
        key = re.search(r'<h3><a href="/enterprises/(\w+)">', article)
        line = re.search(r'<div class="strip">(.*?)</div></article>', article, re.DOTALL)
        if key:
            assert line, article
            yield key[1], words_of(line[1])


def test_every_candidate_has_a_strip_that_says_what_the_service_found(page: Get, district: View) -> None:
    found = dict(strips(page("/partners", key=INFUSION, top="60")))
    assert len(found) == 60
    handles = {key: district.handle(Ref("Enterprise", key)) for key in found}
    known = strip(district, [handle for handle in handles.values() if handle is not None], DAY)
    shown = 0
    for key, text in found.items():
        handle = handles[key]
        assert handle is not None
        assert_said(known[handle], text)
        shown += known[handle].shown > 0
    assert 0 < shown < 60, "the list holds both kinds"


def assert_said(known: CreditStrip, text: str) -> None:
    if known.state is StripState.NONE_SHOWN:
        assert "查了 3 个来源，未见展示中的失信信息（数据到 2026-11-20）" in text
        assert "4 类记录未取得，不等于没有" in text
        return
    assert f"展示中 {known.shown} 条" in text
    assert known.restrictions or "限制后果未载入" in text
    for day in (known.earliest, known.latest):
        if day is not None:
            assert day.day.isoformat() in text
    if known.latest is not None and known.earliest is not None:
        assert f"若{credit_words.gravity_word(known.earliest.gravity)} {known.earliest.day} 起" in text
        assert f"若{credit_words.gravity_word(known.latest.gravity)} {known.latest.day} 起" in text
    if known.earliest is not None:
        assert (
            f"{known.earliest.clause} {known.earliest.clause.mark.value} {known.earliest.clause.mark.chinese}" in text
        )


def test_institutions_have_no_strip_and_the_page_says_why(page: Get) -> None:
    html = page("/partners", key="灭菌服务", relation="gap", top="60")
    assert "没有查：信用登记只按企业查" in html
    assert html.count("<article") == html.count('class="strip"')


def test_the_sources_of_credit_are_named_once(page: Get) -> None:
    html = page("/partners", key=INFUSION)
    assert html.count('id="credit-sources"') == 1
    assert "没查：其他失信信息、抽查检查结果、纳税信用、失信被执行人（未取得，不等于没有）" in html


def test_without_registers_nobody_looks_clean(own_demo_ledger: Ledger) -> None:
    for load in own_demo_ledger.loads():
        if load.format != DEMO_DISTRICT.name:
            own_demo_ledger.undo(load.id)
    client = create_app(own_demo_ledger, today=lambda: DAY).test_client()
    texts = dict(strips(client.get(f"/partners?key={INFUSION}").text))
    assert texts
    assert all("未取得，不等于没有。" in text for text in texts.values())
    assert heading(client.get(f"/enterprises/{INFUSION}/credit").text) == "信用记录未取得，不等于没有"


def test_the_print_says_once_what_was_searched(page: Get) -> None:
    text = words_of(page("/partners/print", key=INFUSION))
    assert text.count("信用 未见展示中的失信信息") >= 1
    assert text.count("没查：其他失信信息") == 1
    with_records = words_of(page("/partners/print", key=MANY_RECORDS))
    assert "限制后果未载入" in with_records
    assert "起可申请修复" in with_records
    assert "（国家发展改革委令第36号）" in with_records


def test_a_role_that_may_not_see_records_reads_so(client: FlaskClient, as_role: AsRole) -> None:
    as_role(client, Role.INSTITUTE)
    card = section(client.get(f"/enterprises/{REPAIRABLE}").text, "credit")
    assert "您的角色看不到信用记录" in card
    assert "2026-08-13" not in card
    assert client.get(f"/enterprises/{REPAIRABLE}/credit").status_code == 403


def test_the_enterprise_page_leads_to_the_records(page: Get) -> None:
    html = page(f"/enterprises/{REPAIRABLE}")
    card = section(html, "credit")
    assert "展示中 1 条：一般 1" in card
    assert "日期已到，2026-08-13 起可申请修复" in card
    assert f'href="/enterprises/{REPAIRABLE}/credit"' in html


# --- records and plan -------------------------------------------------------------------------------------------------


def test_the_heading_is_the_finding(page: Get) -> None:
    assert heading(page(f"/enterprises/{REPAIRABLE}/credit")) == "1 条记录展示中，办完 2 件事，查询日起能申请修复"
    assert heading(page(f"/enterprises/{RENAMED}/credit")) == "1 条记录展示中，日期要先判定"
    assert heading(page(f"/enterprises/{NAMESAKE}/credit")) == "未见已关联的记录，有 1 条同名的未能关联"
    assert heading(page(f"/enterprises/{INFUSION}/credit")) == "查了 3 个来源，未见展示中的失信信息"
    early = heading(page(f"/enterprises/{REPAIRABLE}/credit", on="2026-07-01"))
    assert early == "1 条记录展示中，办完 2 件事，8 月 13 日起能申请修复"


def test_several_records_are_counted_by_what_can_be_done(page: Get) -> None:
    html = page(f"/enterprises/{SEVERAL}/credit")
    assert heading(html) == "4 条记录展示中，办完 2 件事，最早查询日起 1 条能申请，3 条先判定"


def test_what_to_do_comes_first_each_thing_once_with_its_records(page: Get) -> None:
    html = page(f"/enterprises/{SEVERAL}/credit")
    card = section(html, "todo")
    assert card.count("拿出义务履行完毕的凭证") == 1
    assert "签署并公开信用承诺书" in card
    assert "前" not in card.split("申请的次序")[0], "at best it can be filed today"
    assert "最早 2026-11-24（周二）起、最迟 2027-11-06（周六）起提交，取决于类别：临建罚〔2026〕5号" in card
    assert "另有 3 条要先判定" in card
    assert html.index('id="todo"') < html.index('id="time"') < html.index('id="list"')


def test_the_table_groups_by_authority_and_kind_and_holds_every_record(page: Get, district: View) -> None:
    known = records(district, SEVERAL)
    table = section(page(f"/enterprises/{SEVERAL}/credit"), "list")
    for group in known.groups:
        assert f"{group.authority} · {group.label} {len(group.records)} 条" in table
    for record in known.records:
        assert record.number
        assert record.number in table
        for way in record.ways:
            assert way.day is None or way.day.day.isoformat() in table
            assert way.last_day is None or way.ended or way.last_day.isoformat() in table


def test_the_drawing_says_the_days_of_the_table(page: Get, district: View) -> None:
    html = page(f"/enterprises/{SEVERAL}/credit")
    drawing = html[html.index('<svg viewBox="0 0 1240') : html.index('id="records"')]
    assert drawing.count("<title>") == records(district, SEVERAL).strip.shown
    assert "若轻微 2026-11-05 起可申请，若严重 2027-11-06 起" in drawing
    assert "查询日 11-24" in drawing


def test_what_nobody_has_looked_for_is_named(page: Get) -> None:
    for key in (INFUSION, REPAIRABLE):
        card = section(page(f"/enterprises/{key}/credit"), "unknown")
        assert card.count("未取得，不等于没有") == 4
        assert "失信被执行人" in card


def test_untied_records_of_namesakes_stand_apart(page: Get) -> None:
    html = page(f"/enterprises/{NAMESAKE}/credit")
    assert "临消行罚决字〔2025〕9003号" in section(html, "perhaps")
    assert "penalties.csv 第 " in section(html, "perhaps")
    assert "查过的来源里没有这家企业的记录" in section(html, "list")


def test_a_firm_without_records_has_no_plan_and_is_not_called_clean(page: Get) -> None:
    html = page(f"/enterprises/{INFUSION}/credit")
    for name in ('id="todo"', 'id="time"', 'id="limits"', 'id="if"', "credit.ics"):
        assert name not in html
    assert "不等于没有" in html
    assert "良好" not in html


def test_the_limits_after_filing_come_with_days_and_citations(page: Get) -> None:
    card = section(page(f"/enterprises/{REPAIRABLE}/credit"), "limits")
    assert "受理最迟 2026-11-27（3 工作日）" in card
    assert "信用中国反馈最迟 2026-12-08（10 工作日）" in card
    assert "U 未核实" in card
    late = section(page(f"/enterprises/{REPAIRABLE}/credit", on="2026-12-25"), "limits")
    assert "2027 年日历未载入，定不出" in late


def test_a_day_to_come_is_the_last_day_of_an_act_with_its_working_days(page: Get) -> None:
    card = section(page(f"/enterprises/{REPAIRABLE}/credit", on="2026-07-01"), "todo")
    assert "2026-08-13（周四）前" in card
    assert re.search("还有 [0-9]+ 个工作日", card)


def test_the_calendar_file_of_an_open_day_holds_both(client: FlaskClient) -> None:
    text = client.get(f"/enterprises/{SEVERAL}/credit.ics").text.replace("\r\n ", "")
    assert "DTSTART;VALUE=DATE:20261124" in text
    assert "DTSTART;VALUE=DATE:20271106" in text
    assert "最早这天起可以申请信用修复（取决于类别）" in text


def test_the_calendar_file_holds_the_day(client: FlaskClient) -> None:
    response = client.get(f"/enterprises/{REPAIRABLE}/credit.ics?on=2026-07-01")
    assert response.mimetype == "text/calendar"
    assert "DTSTART;VALUE=DATE:20260813" in response.text
    assert "临应急罚〔2026〕9001号" in response.text.replace("\r\n ", "")


def test_a_name_of_several_firms_leads_to_a_choice_of_their_records(page: Get) -> None:
    html = page(f"/enterprises/{NAMESAKES}/credit")
    assert heading(html) == f"有 2 条记录叫“{NAMESAKES}”"
    assert f"/enterprises/{NAMESAKE}/credit" in html


def test_a_former_name_leads_to_the_firm(client: FlaskClient) -> None:
    response = client.get("/enterprises/余杭红枫农机修造（示例）厂/credit")
    assert response.headers["Location"].endswith(f"/enterprises/{RENAMED}/credit")


@pytest.mark.parametrize(
    "missing", ["/enterprises/nobody/credit", "/enterprises/nobody/credit.ics", f"/enterprises/{RENAMED}/credit/x/y"]
)
def test_what_does_not_exist(page: Get, missing: str) -> None:
    assert "账本里没有" in page(missing, 404)


def test_a_record_of_another_firm_is_not_shown(page: Get, district: View) -> None:
    other = records(district, REPAIRABLE).records[0].id
    assert "临应急罚" not in words_of(page(address(RENAMED, other), 404)).split("：", 1)[0]


# --- the walk ---------------------------------------------------------------------------------------------------------


def test_the_walk_has_a_question_an_answer_and_a_citation_in_every_row(page: Get, district: View) -> None:
    html = page(first_record(district, REPAIRABLE))
    assert heading(html) == "这条处罚现在能申请修复吗？"
    rows = re.findall(r"<li[^>]*><span class=\"at\">(.*?)</li>", html, re.DOTALL)
    assert len(rows) > 10
    for row in rows:
        assert 'class="q"' in row
        assert 'class="reading"' in row or "不用再看" in row
    deciding = re.findall(r'<li class="not_yet">.*?</li>', html, re.DOTALL)
    assert ["作出公开信用承诺了吗" in row or "义务履行完了吗" in row for row in deciding] == [True, True]


def test_what_is_still_open_stands_before_the_walk(page: Get, district: View) -> None:
    html = page(first_record(district, REPAIRABLE))
    card = section(html, "open-title")
    assert "还差 2 件" in card
    assert "签署并公开信用承诺书" in card
    assert "现在就能办" in card
    early = page(first_record(district, REPAIRABLE), on="2026-07-01")
    assert "等到最短公示期满的次日" in section(early, "open-title")
    assert html.index('id="open"') < html.index('id="steps"')


def test_scenarios_stand_side_by_side_with_their_own_days(page: Get, district: View) -> None:
    record = records(district, RENAMED).records[0]
    table = section(page(first_record(district, RENAMED)), "ways-title")
    assert f"{len(record.ways)} 种情形对照" in table
    assert table.count("义务履行完：否") == len(record.ways) / 2
    for way in record.ways:
        assert way.last_day
        assert way.last_day.isoformat() in table


def test_a_record_shows_its_facts_with_sources_and_what_is_missing(page: Get, district: View) -> None:
    record = records(district, REPAIRABLE).records[0]
    card = section(page(first_record(district, REPAIRABLE)), "facts")
    assert f"{len(record.known)} 项有来源，{len(record.missing)} 项未知" in card
    assert card.count("penalties.csv 第 ") >= len(record.known) - 1
    assert card.count("未取得") >= len([fact for fact in record.missing if fact.why.value == "not_obtained"])


def test_what_nobody_has_verified_is_listed(page: Get, district: View) -> None:
    record = records(district, REPAIRABLE).records[0]
    assert record.explanation
    card = section(page(first_record(district, REPAIRABLE)), "rests")
    assert f"待核实 {len(record.explanation.to_confirm)} 项" in card
    assert "《民法典》 期间计算（U 未核实）" in card
    assert record.finding
    assert record.finding.ruleset
    assert record.finding.ruleset.id in card


def test_a_removed_listing_has_no_walk_and_says_why(page: Get, district: View) -> None:
    record = next(each for each in records(district, REMOVED).records if each.finding is None)
    html = page(address(REMOVED, record.id))
    assert f"没有判定：{record.no_finding}。" in words_of(html)
    assert 'id="steps"' not in html
    assert 'id="if"' not in html
    assert "没有算" in page(address(REMOVED, record.id), 422, file="2026-12-01")


def test_every_record_of_the_district_has_a_page(page: Get, district: View) -> None:
    keys = [event.key for event in (REPAIRABLE_REF, *other_firms(district))]
    assert len(keys) > 15
    for key in keys:
        page(f"/enterprises/{key}/credit")
        for record in records(district, key).records:
            page(address(key, record.id))


REPAIRABLE_REF = Ref("Enterprise", REPAIRABLE)


def other_firms(view: View) -> Iterator[Ref]:
    """One firm for every pattern of kind, answer and number of ways."""
    seen: set[object] = set()
    for enterprise in view.entities("Enterprise"):
        for record in records(view, enterprise.ref.key).records:
            pattern = (record.kind, record.gravity, record.finding and record.finding.reasons, len(record.ways))
            if pattern not in seen:
                seen.add(pattern)
                yield enterprise.ref


# --- what if ----------------------------------------------------------------------------------------------------------


def what_if(html: str) -> str:
    return section(html, "if-title")


def test_what_if_shows_the_changed_answer_and_leaves_the_page(page: Get, district: View) -> None:
    days = {"done": "2026-12-01", "commit": "2026-12-01", "file": "2026-12-02"}
    html = page(first_record(district, REPAIRABLE), **days)
    assert "按上面的日子，2026-12-02 这天" in what_if(html)
    assert "可以 2026-12-02 起可以申请修复。" in what_if(html)
    assert 'value="2026-12-02"' in html
    assert "尚未" in html[html.index('aria-label="答复"') : html.index('id="open"')], "the answer itself stays"
    over_all = what_if(page(f"/enterprises/{REPAIRABLE}/credit", **days))
    assert "未经许可经营危险化学品，2026-05-12" in over_all
    assert "可以 2026-12-02 起可以申请修复。" in over_all


def test_what_if_of_one_act_leaves_the_other_open(page: Get, district: View) -> None:
    only_done = what_if(page(first_record(district, REPAIRABLE), done="2026-12-01"))
    assert "尚未 日期已到，先签署并公开信用承诺书。" in only_done
    before = what_if(page(first_record(district, REPAIRABLE), file="2026-05-01"))
    assert "文书日期“2026-05-12”晚于查询日 2026-05-01" in before


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"done": "2026-13-01"}, "履行完义务的日子“2026-13-01”不是日期"),
        ({"commit": "昨天"}, "作公开承诺的日子“昨天”不是日期"),
        ({"file": "2026"}, "提交申请的日子“2026”不是日期"),
        ({"done": "2026-12-20", "file": "2026-12-01"}, "履行完义务的日子 2026-12-20 晚于提交申请的日子 2026-12-01"),
        ({"commit": "2026-12-02", "file": "2026-12-01"}, "作公开承诺的日子 2026-12-02 晚于提交申请的日子 2026-12-01"),
    ],
)
def test_a_day_that_cannot_be_asked_is_refused_beside_the_form(
    page: Get, district: View, query: dict[str, str], said: str
) -> None:
    for where in (f"/enterprises/{REPAIRABLE}/credit", first_record(district, REPAIRABLE)):
        html = page(where, 422, **query)
        assert f"没有算。{said}" in what_if(html)
        assert 'role="alert"' in html
        assert 'role="status"' not in html, "nothing was computed"


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "2099-06-01"])
def test_far_days_are_answered(page: Get, district: View, day: str) -> None:
    assert f"{day} 这天" in what_if(page(first_record(district, REPAIRABLE), file=day))
    page(f"/enterprises/{SEVERAL}/credit", on=day)


# --- personal data, markup --------------------------------------------------------------------------------------------


def changed(ledger: Ledger, files: Path, to: Path, old: str, new: str) -> Flask:
    """The demo with one value of its penalties changed."""
    text = (files / "penalties.csv").read_text("utf-8")
    assert old in text
    (to / "penalties.csv").write_text(text.replace(old, new), "utf-8", newline="")
    run_load(ledger, SHUANGGONGSHI_2018, [to])
    return create_app(ledger, demo=True, today=lambda: DAY)


def test_the_name_of_a_sole_trader_stands_on_no_page(own_demo_ledger: Ledger, demo_dir: Path, tmp_path: Path) -> None:
    old = "杭州辛昀新材料科技（示例）有限公司,法人及非法人组织"
    trader = "样大江塑料经营部（示例）,个体工商户"
    client = changed(own_demo_ledger, demo_dir, tmp_path, old, trader).test_client()
    html = client.get(f"/enterprises/{REPAIRABLE}/credit").text
    assert "个体工商户，不展示名称" in html
    assert "样大江" not in html
    for link in re.findall(rf'href="(/enterprises/{REPAIRABLE}/credit/[^"]+)"', html):
        assert "样大江" not in client.get(link).text


def test_words_of_a_register_are_escaped_also_in_the_drawing(
    own_demo_ledger: Ledger, demo_dir: Path, tmp_path: Path
) -> None:
    client = changed(own_demo_ledger, demo_dir, tmp_path, "未经许可经营危险化学品", "<b>粗</b>经营&").test_client()
    html = client.get(f"/enterprises/{REPAIRABLE}/credit").text
    assert "<b>粗" not in html
    assert html.count("&lt;b&gt;粗") > 2
    link = re.search(rf'href="(/enterprises/{REPAIRABLE}/credit/[^"]+)"', html)
    assert link
    assert "<b>粗" not in client.get(link[1]).text


# --- printed sheets ---------------------------------------------------------------------------------------------------


def test_the_plan_and_a_finding_print_on_a_sheet_that_says_all_in_words(page: Get, district: View) -> None:
    html = page(f"/enterprises/{SEVERAL}/credit")
    assert f'href="/enterprises/{SEVERAL}/credit/print"' in html
    sheet = words_of(page(f"/enterprises/{SEVERAL}/credit/print"))
    known = records(district, SEVERAL)
    for record in known.records:
        assert record.number
        assert record.number in sheet
    assert "最早 2026-11-24、最迟 2027-11-06，取决于类别" in sheet
    assert "信用修复不收取任何费用" in sheet
    assert "合成数据" in sheet
    assert "没查：其他失信信息" in sheet
    one = known.records[0]
    printed = words_of(page(f"/enterprises/{SEVERAL}/credit/print", record=one.id))
    assert one.finding is not None
    assert one.finding.answer.chinese in printed
    assert "〔S 二手来源〕" in printed
    assert "没有人读到的条文，不写条号" in printed
    assert page(f"/enterprises/{SEVERAL}/credit/print", 404, record="Penalty/别人的")


def test_a_sheet_of_credit_is_for_those_who_see_the_records(client: FlaskClient, as_role: AsRole) -> None:
    as_role(client, Role.INSTITUTE)
    assert client.get(f"/enterprises/{SEVERAL}/credit/print").status_code == 403


# --- the rule table ---------------------------------------------------------------------------------------------------


def test_the_rule_table_holds_every_rule_once_with_its_marks(page: Get) -> None:
    html = page("/rules", all="1")
    law = LAWS[0]
    assert heading(html) == f"{law.title}：{len(law.rules)} 条规则"
    for rule in law.rules:
        assert html.count(f'<tr id="{rule.id}">') == 1
    for mark in ReadingMark:
        count = sum(any(c.mark is mark for c in rule.citations) for rule in law.rules)
        assert re.search(rf"<b>{mark.value}</b> {mark.chinese}</span> <b>{count}</b>", html), mark
    assert section(html, "numbers").count("起") >= 5
    assert "100,000 元" in html


def test_a_rule_opens_to_its_codes_and_the_numbers_of_the_same_place(page: Get) -> None:
    row = re.search(r'<tr id="CR-08A">.*?</tr>', page("/rules", all="1"), re.DOTALL)
    assert row
    text = words_of(row[0])
    assert "MIN_PERIOD_NOT_ELAPSED" in text
    assert "怎么办：等到最短公示期满的次日" in text
    assert "尚未" in text
    assert "NDRC-36 2026-04-01 起" in text
    assert "市场监管一般失信信息公示期：3–12 月，2025-12-25 起" in text


def test_a_reading_mark_leaves_the_rules_that_rest_on_it(page: Get) -> None:
    law = LAWS[0]
    html = page("/rules", mark="U", all="1")
    left = [rule.id for rule in law.rules if any(c.mark is ReadingMark.UNVERIFIED for c in rule.citations)]
    assert re.findall(r'<tr id="([^"]+)">', html) == left
    assert "没有这个值" in page("/rules", 422, mark="Z")
    assert "没有这个领域" in page("/rules", 422, law="nobody")
    assert "all 只能是 1" in page("/rules", 422, all="yes")


def test_the_rule_table_shows_the_first_and_leads_to_all_of_them(page: Get) -> None:
    html, total = page("/rules"), len(LAWS[0].rules)
    assert len(html.encode()) <= 40 * 1024
    assert html.count('<tr id="CR-') == 15
    assert f"显示 15 / {total} 条。" in html
    assert f'href="/rules?all=1">看全部 {total} 条</a>' in html
    assert "看全部" not in page("/rules", all="1")
    assert 'href="/wrong">对规则提意见</a>' in html


def test_the_rule_table_says_which_sector_standards_are_loaded(
    page: Get, own_demo_ledger: Ledger, tmp_path: Path
) -> None:
    assert "没有载入分类标准" in page("/rules")
    path = tmp_path / "standards.csv"
    path.write_text(
        "field,authority,from,to,low_up_to,huge_from,citation\n应急,某局,2026-04-01,,10000,1000000,某分类标准\n"
    )
    run_load(own_demo_ledger, SECTOR_STANDARDS, [path])
    card = section(create_app(own_demo_ledger, today=lambda: DAY).test_client().get("/rules").text, "standards")
    assert "1 条分类标准" in card
    assert "应急某局10,0001,000,0002026-04-01 起某分类标准" in card


@pytest.mark.parametrize("role", list(Role))
def test_the_law_is_open_to_everybody(client: FlaskClient, role: Role, as_role: AsRole) -> None:
    as_role(client, role)
    html = client.get("/rules").text
    assert 'aria-current="page">规则</a>' in html


# --- free of charge, what is wrong ------------------------------------------------------------------------------------


def test_free_of_charge_stands_on_every_page(page: Get, district: View) -> None:
    addresses = ["/", "/chains", "/partners", "/search", "/loads", "/loads/1", "/rules", "/wrong", "/repair/report"]
    for where in (*addresses, f"/enterprises/{REPAIRABLE}/credit", first_record(district, REPAIRABLE)):
        html = page(where)
        assert "免费：本平台不收取任何费用" in html, where
        assert ">这里不对？告诉我们</a>" in html, where


def test_a_tout_is_reported_in_two_clicks(page: Get, client: FlaskClient, district: View) -> None:
    for where in (f"/enterprises/{REPAIRABLE}/credit", first_record(district, REPAIRABLE), "/rules"):
        assert '<a href="/repair/report">举报</a>' in page(where)[page(where).index("<main") :]
    html = page("/repair/report")
    assert "本平台还没有载入" in html, "nobody has stated who takes reports: no number is made up"
    assert "不收费：国办发〔2025〕22号 不收费 S 二手来源" in words_of(html)
    sheet = client.get(re.findall(r'href="(/repair/report\.txt)"', html)[0])
    assert sheet.mimetype == "text/plain"
    assert "要多少钱，付了没有" in sheet.text


def test_who_mends_which_source_is_said(client: FlaskClient, as_role: AsRole) -> None:
    html = client.get("/wrong", headers={"Referer": f"http://localhost/enterprises/{REPAIRABLE}?on=2026-11-01"}).text
    assert f'<a href="/enterprises/{REPAIRABLE}?on=2026-11-01">' in html
    text = section(html, "who")
    assert "双公示行政处罚（已公示的数据） 合成数据" in text
    assert "作出这条记录的单位" in text
    assert "提异议" in text
    as_role(client, Role.BANK_OFFICER)
    assert "双公示行政处罚" not in client.get("/wrong").text


@pytest.mark.parametrize(
    "elsewhere", ["http://evil.example/x", "javascript:alert(1)", "http://localhost//evil.example"]
)
def test_the_page_before_is_named_only_when_it_is_ours(client: FlaskClient, elsewhere: str) -> None:
    html = client.get("/wrong", headers={"Referer": elsewhere}).text
    assert "evil.example" not in html
    assert "javascript" not in html


# --- parameters -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("where", "said"),
    [
        (f"/partners?key={INFUSION}&relaton=customer", "“relaton”看不懂，没有照办。是不是 relation？"),
        (f"/partners.xlsx?key={INFUSION}&why=x", "“why”看不懂"),
        (f"/enterprises/{REPAIRABLE}/credit?fil=2026-12-01", "是不是 file？"),
        (f"/enterprises/{REPAIRABLE}?day=2026-12-01", "这一页认得：on"),
        ("/chains?oon=2026-01-01", "是不是 on？"),
        ("/chains/医疗器械?warnings=empty", "是不是 warning？"),
        ("/search?query=x", "“query”看不懂"),
        ("/rules?marks=U", "是不是 mark？"),
        ("/loads?page=2", "“page”看不懂"),
        ("/?x=1", "“x”看不懂"),
        (f"/partners?key={INFUSION}&top=1&top=2", "“top”写了几次"),
        ("/search?<script>=1", "“&lt;script&gt;”看不懂"),
    ],
)
def test_an_unknown_parameter_is_named_and_not_ignored(page: Get, where: str, said: str) -> None:
    html = page(where, 400)
    assert said in html
    assert "没有改动任何数据" in html
    assert "编号" in html


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("/chains/医疗器械?segment=nobody", "这条链里没有环节“nobody”"),
        (f"/partners?key={INFUSION}&open=nobody", "要展开的“nobody”不在这个名单里"),
        (f"/enterprises/{REPAIRABLE}/credit?on=2026-02-30", "查询日“2026-02-30”不是日期"),
    ],
)
def test_a_value_that_names_nothing_is_not_ignored(page: Get, where: str, said: str) -> None:
    assert said in page(where, 422)


def test_who_may_not_see_a_page_does_not_learn_what_it_takes(client: FlaskClient, as_role: AsRole) -> None:
    as_role(client, Role.BANK_OFFICER)
    response = client.get("/partners?secret=1")
    assert response.status_code == 403
    assert "relation" not in response.text
