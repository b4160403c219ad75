"""The pages say what the services found: content over the demo, escaping, wording, files to take away, budgets."""

import csv
import io
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import pytest
from flask import Flask
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook

from cases.accounts import Role
from graph.ledger import Ledger
from graph.memory_build import build
from graph.ontology import Basis, Ref
from graph.view import Source
from loaders.demo_district import DEMO_DISTRICT
from loaders.run import run_load
from services.chains import chain_map
from services.partners import Hop, Named, PartnerAnswer, Question, Relation, find
from services.partners import Path as EvidencePath
from web import create_app
from web.pages import chain_picture, hop_picture, loads, sheets
from web.pages.credit_words import line_text
from web.pages.paths import walk

DAY = date(2026, 11, 24)
TUBING = "91330113YANG00019U"
INFUSION = "91330113YANG00027N"
RENAMED = "91330113YANG00094L"
NO_PRODUCTS = "91330113YANG001230"
STERILE = "灭菌服务"
TEMPLATES = Path(__file__).parents[2] / "web" / "templates"
STATIC = Path(__file__).parents[2] / "web" / "static"


@pytest.fixture(scope="module")
def app(served_ledger: Ledger) -> Flask:
    return create_app(served_ledger, demo=True, today=lambda: DAY)


@pytest.fixture
def page(app: Flask) -> Callable[..., str]:
    """GET an address, expect a status, give the text."""
    client = app.test_client()

    def get(address: str, expected: int = 200, **query: str) -> str:
        response = client.get(address, query_string=query or None)
        assert response.status_code == expected, response.text
        return response.text

    return get


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def words_of(html: str) -> str:
    """The text of a page, tags and repeated spaces removed."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).replace(" ，", "，")


def heading(html: str) -> str:
    found = re.search(r"<h1>(.*?)</h1>", html, re.DOTALL)
    assert found
    return words_of(found[1]).strip()


# --- home, search, enterprise -----------------------------------------------------------------------------------------


def test_home_names_what_to_do_each_with_its_act(page: Callable[..., str]) -> None:
    html = page("/")
    assert heading(html) == "1 个环节只有一家供应，1 个环节空缺"
    assert "灭菌服务环节空缺，待选补位方式" in html
    assert "医用高分子管材只有 1 家本地供应商" in html
    assert "CHAIN-02" in html
    assert "行政处罚" in html, "a source that is not obtained stays in the list"
    assert "合成数据" in html


def test_home_of_an_empty_ledger_says_what_fills_it(tmp_ledger: Ledger) -> None:
    html = create_app(tmp_ledger, today=lambda: DAY).test_client().get("/").text
    assert heading(html) == "账本还是空的"
    assert "lianxin load demo-district" in html
    assert "合成数据</b>" not in html


def test_home_without_chains_does_not_look_clean(chain_ledger: Ledger) -> None:
    html = create_app(chain_ledger, today=lambda: DAY).test_client().get("/").text
    assert heading(html) == "还没有载入产业链，看不出短缺"
    assert "不等于没有短缺" in html
    assert "合成数据" not in html


def test_every_page_of_an_empty_ledger_answers(tmp_ledger: Ledger) -> None:
    client = create_app(tmp_ledger, today=lambda: DAY).test_client()
    for address in ("/search", "/search?q=x", "/chains", "/partners", "/loads"):
        assert client.get(address).status_code == 200, address


@pytest.mark.parametrize(
    ("asked", "matched"),
    [(TUBING, "代码"), ("余杭红枫农机修造", "曾用名"), ("甲禾医用", "简称"), ("jhyy", "拼音")],
)
def test_search_says_which_name_matched(page: Callable[..., str], asked: str, matched: str) -> None:
    assert f'<span class="tag">{matched}</span>' in page("/search", q=asked)


def test_search_without_a_hit_says_why_and_what_to_try(page: Callable[..., str]) -> None:
    empty = page("/search", q="☃☃☃")
    assert heading(empty) == "没有查到“☃☃☃”"
    assert "不等于没有这家企业" in empty


def test_enterprise_shows_facts_with_sources_and_unknowns_with_reasons(page: Callable[..., str]) -> None:
    html = page(f"/enterprises/{INFUSION}")
    assert "enterprises.csv" in html
    assert "未取得" in html
    assert "不等于没有" in html
    assert "采购自" in html
    assert "查了 3 个来源，未见展示中的失信信息（数据到 2026-11-20 ）" in words_of(html)
    assert f"key={INFUSION}&amp;relation=customer" in html


def test_enterprise_names_its_former_name_and_until_when(page: Callable[..., str]) -> None:
    assert "曾用名 余杭红枫农机修造（示例）厂（至 2019-06-30）" in words_of(page(f"/enterprises/{RENAMED}"))


def test_a_name_of_two_enterprises_leads_to_a_choice(page: Callable[..., str], demo_ledger: Ledger) -> None:
    name = namesake(demo_ledger)
    for address, query in ((f"/enterprises/{name}", {}), ("/partners", {"key": name, "relation": "supplier"})):
        html = page(address, **query)
        assert heading(html) == f"有 2 条记录叫“{name}”"
        assert "杭州市临平区" in html


def namesake(ledger: Ledger) -> str:
    names = [enterprise.name for enterprise in build(ledger).entities("Enterprise")]
    return next(name for name in names if names.count(name) == 2)


def test_an_unknown_enterprise_is_an_error_page_with_two_ways_on(page: Callable[..., str]) -> None:
    html = page("/enterprises/nobody", 404)
    assert "nobody" in html
    assert "回到今日" in html
    assert "编号" in html


# --- chains -----------------------------------------------------------------------------------------------------------


def test_chain_map_marks_the_warned_segments_by_icon_and_word(page: Callable[..., str]) -> None:
    html = page("/chains/医疗器械")
    assert heading(html) == "医疗器械链：1 个环节只有一家供应，1 个环节空缺"
    drawing = html[html.index("<svg viewBox") : html.index("同样的内容")]
    assert "单一供应商" in drawing
    assert "空缺" in drawing
    assert "看三类候选" in html


def test_chain_table_holds_what_the_drawing_holds(page: Callable[..., str], demo_ledger: Ledger) -> None:
    chain = chain_map(build(demo_ledger), "医疗器械", on=DAY, division="330113")
    table = page("/chains/医疗器械").split("同样的内容")[1]
    for segment in chain.segments:
        row = f">{segment.name}</a></th>"
        assert row in table, segment.name


def test_chain_filter_leaves_the_warned_ones(page: Callable[..., str]) -> None:
    table = page("/chains/医疗器械", warning="empty").split("同样的内容")[1]
    assert STERILE in table
    assert "医用金属材料" not in table
    page("/chains/医疗器械", 422, warning="shaky")


def test_chain_members_come_with_basis_and_source(page: Callable[..., str], demo_ledger: Ledger) -> None:
    chain = chain_map(build(demo_ledger), "医疗器械", on=DAY, division="330113")
    tubing = next(s for s in chain.segments if s.warning == "single_supplier")
    html = page(f"/chains/{chain.summary.ref.key}", segment=tubing.ref.key)
    assert "杭州甲禾医用高分子（示例）有限公司" in html
    assert "enterprise_segments.csv" in html


def test_chain_cards_do_not_overlap_and_stay_inside(demo_ledger: Ledger) -> None:
    view = build(demo_ledger)
    for chain in ("医疗器械", "生物制药", "高端装备", "纺织服装"):
        picture = chain_picture.draw(chain_map(view, chain, on=DAY, division="330113"))
        places = {(card.x, card.y) for card in picture.cards}
        assert len(places) == len(picture.cards)
        assert all(card.y + picture.card_height <= picture.height for card in picture.cards)
        assert all(card.observed + card.claimed <= picture.bar_width + 0.2 for card in picture.cards)


def test_chain_exports(client: FlaskClient) -> None:
    svg = client.get("/chains/医疗器械.svg")
    assert svg.mimetype == "image/svg+xml"
    drawn = ElementTree.fromstring(svg.data)
    texts = [t.text for t in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert "合成数据" in texts
    assert not list(drawn.iter("{http://www.w3.org/2000/svg}a")), "a file has no links into this server"
    rows = list(csv.reader(io.StringIO(client.get("/chains/医疗器械.csv").text.lstrip("\ufeff"))))
    assert rows[0] == ["合成数据"]
    assert any(row[1] == STERILE and row[8] == "CHAIN-01" for row in rows[2:])
    assert client.get("/chains/医疗器械.json").get_json()["empty"] == 1


# --- partners ---------------------------------------------------------------------------------------------------------


def test_partners_without_a_key_asks(page: Callable[..., str]) -> None:
    html = page("/partners")
    assert heading(html) == "要为谁找伙伴？"
    assert 'name="relation"' in html


def test_partners_heading_is_the_finding_and_counts_are_never_added(
    page: Callable[..., str], demo_ledger: Ledger
) -> None:
    answer = find(build(demo_ledger), Question(INFUSION, Relation.SUPPLIER, DAY))
    html = page("/partners", key=INFUSION, relation="supplier")
    claimed, predicted = answer.counts[Basis.CLAIMED], answer.counts[Basis.PREDICTED]
    assert heading(html) == f"可供货给{answer.subject.name}：企业自述 {claimed} 家、推测 {predicted} 家"
    assert str(claimed + predicted + answer.counts[Basis.OBSERVED]) not in words_of(html)
    assert "查了 6 个来源中的 4 个" in words_of(html)
    assert "上市公司产业链（2021）（未载入）" in html


def test_partners_group_by_basis_and_every_hop_has_its_source(page: Callable[..., str]) -> None:
    html = page("/partners", key=INFUSION, relation="supplier", known="1")
    observed, claimed, predicted = (html.index(f'id="g-{b.value}"') for b in Basis)
    assert observed < claimed < predicted
    assert observed < html.index("浙江己璟医用新材料（示例）有限公司") < claimed
    assert claimed < html.index("杭州庚砚高分子材料（示例）有限公司") < predicted
    for number, link in enumerate(re.findall(r'<a href="(/partners[^"#]*)#c', html), 1):
        opened = page(link.replace("&amp;", "&"))
        article = re.search(rf'<article class="candidate" id="c{number}">.*?</article>', opened, re.DOTALL)
        assert article, link
        hops = len(re.findall('<span class="hop ', article[0]))
        assert hops == len(re.findall("<li>", article[0])) > 0
        assert hops == len(re.findall(" 行，", article[0])) + len(re.findall("TF-IDF", article[0]))


def test_partners_filters_show_what_they_would_leave_and_lead_there(page: Callable[..., str]) -> None:
    html = page("/partners", key=INFUSION, relation="supplier")
    chip = re.search(r'<a class="chip" href="([^"]+place=city)">(.*?)</a>', html, re.DOTALL)
    assert chip
    left = [int(n) for n in re.findall(r"</i>(\d+)</span>", chip[2])]
    filtered = page(chip[1].replace("&amp;", "&"))
    counts = [int(n) for n in re.findall(r'<span class="n">(\d+)</span>', filtered)]
    assert left == counts
    assert '<a class="chip on"' in filtered


def test_partners_of_a_gap_names_three_kinds_of_filler(page: Callable[..., str]) -> None:
    html = page("/partners", key=STERILE, relation="gap", top="40")
    assert heading(html).startswith("可补灭菌服务：已证实 ")
    for kind in ("本地可转做", "外地可邀请", "院所"):
        assert f"<b>{kind}</b>" in html
    assert "临平医疗器械检验研究院（示例）" in html


def test_partners_empty_names_the_conditions_and_the_relaxations(page: Callable[..., str]) -> None:
    html = page("/partners", key=INFUSION, place="district", size="large", basis="observed")
    assert heading(html) == "没有一家同时满足这 3 个条件"
    assert "放宽一个条件，就有这些" in html
    assert "看名单" in html
    assert "没有结果不等于没有企业" in html


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (NO_PRODUCTS, "缺产品类目"),
        ("浙江己璟医用新材料（示例）有限公司", "已经有文件写明两家的供货关系"),
        ("查无此企业", "没有查成"),
    ],
)
def test_partners_says_why_somebody_is_not_in_the_list(page: Callable[..., str], other: str, said: str) -> None:
    html = page("/partners", key=INFUSION, relation="supplier", why=other)
    assert said in html[html.index('id="why"') :]


def test_partners_keep_the_day_in_their_links(page: Callable[..., str]) -> None:
    html = page("/partners", key=INFUSION, on="2026-01-15")
    links = [href for href in re.findall(r'href="(/[^"]*)"', html) if not href.startswith("/static/")]
    assert all("on=2026-01-15" in href for href in links), [h for h in links if "on=" not in h]


@pytest.mark.parametrize("query", [{"on": "2026-13-01"}, {"relation": "friend"}, {"top": "0"}, {"known": "maybe"}])
def test_partners_refuses_values_that_do_not_exist(page: Callable[..., str], query: dict[str, str]) -> None:
    assert "没有改动任何数据" in page("/partners", 422, **({"key": INFUSION} | query))


def test_opened_candidate_shows_its_other_paths(page: Callable[..., str]) -> None:
    html = page("/partners", key=STERILE, relation="gap")
    more = re.search(r'href="(/partners\?[^"]*open=[^"#]+)#c1"', html)
    assert more
    opened = page(more[1].replace("&amp;", "&"))
    first = re.search(r"<article.*?</article>", opened, re.DOTALL)
    assert first
    assert first[0].count('class="path"') > 2
    assert first[0].count('class="path"') == first[0].count('<ol class="from">')


def test_a_path_that_points_against_the_walk_is_put_in_a_row() -> None:
    source = Source("d", "d", "f.csv", 1)
    buyer, product, seller = (
        Named(Ref(kind, key), key) for kind, key in (("Enterprise", "b"), ("Product", "p"), ("Enterprise", "s"))
    )
    hops = [
        Hop(buyer, "MAKES", "能生产", product, Basis.OBSERVED, source),
        Hop(seller, "MAKES", "能生产", product, Basis.CLAIMED, source),
    ]
    row = walk(EvidencePath(0.5, hops), buyer.ref, seller.ref)
    assert [step.forward for step in row.steps] == [True, False]
    assert [box.label for box in row.boxes] == ["b", "p", "s"]


# --- hostile names ----------------------------------------------------------------------------------------------------

HOSTILE = "<b>粗</b>\"'&（示例）"


@pytest.fixture
def hostile(own_demo_ledger: Ledger, demo_dir: Path, tmp_path: Path) -> Flask:
    """The demo, in which the tubing maker bears a name made of markup."""
    folder = tmp_path / "files"
    folder.mkdir()
    for file in demo_dir.iterdir():
        text = file.read_text("utf-8")
        if file.name == "enterprises.csv":
            quoted = HOSTILE.replace('"', '""')
            text = text.replace("杭州甲禾医用高分子（示例）有限公司", f'"{quoted}"')
        (folder / file.name).write_text(text, "utf-8", newline="")
    run_load(own_demo_ledger, DEMO_DISTRICT, [folder])
    return create_app(own_demo_ledger, demo=True, today=lambda: DAY)


def test_names_are_escaped_everywhere(hostile: Flask) -> None:
    client = hostile.test_client()
    pages = (
        f"/enterprises/{TUBING}",
        f"/enterprises/{INFUSION}",
        "/search?q=粗",
        "/partners?relation=gap&key=医用高分子管材",
        "/partners/print?relation=gap&key=医用高分子管材",
        f"/partners?key={TUBING}&relation=customer&why=<b>粗",
        f"/partners?key={INFUSION}&known=1&why={TUBING}",
    )
    for address in pages:
        html = client.get(address).text
        assert "<b>粗" not in html, address
        assert "&lt;b&gt;粗" in html, address


# --- files ------------------------------------------------------------------------------------------------------------


HEAD = 6  # rows of a sheet before the first of the table: what was asked and searched, then the headings


def sheet_rows(data: bytes, name: str) -> list[list[object]]:
    return [list(row) for row in CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_name(name).to_python()]


def test_workbook_holds_the_candidates_and_the_source_of_every_hop(client: FlaskClient, demo_ledger: Ledger) -> None:
    answer = find(build(demo_ledger), Question(INFUSION, Relation.SUPPLIER, DAY, top=1000))
    response = client.get("/partners.xlsx", query_string={"key": INFUSION, "relation": "supplier"})
    assert response.mimetype == sheets.XLSX
    candidates, hops = sheet_rows(response.data, "候选"), sheet_rows(response.data, "每一跳的来源")
    assert candidates[0][0] == "合成数据"
    assert "查了 6 个来源中的 4 个" in str(candidates[3][0])
    assert "没查：其他失信信息" in str(candidates[4][0])
    assert [row[1] for row in candidates[HEAD:]].count(answer.candidates[0].name) == 1
    assert len(candidates) - HEAD == len(answer.candidates)
    assert len(hops) - HEAD == sum(len(path.hops) for found in answer.candidates for path in found.paths)
    credit = {str(row[2]): str(row[11]) for row in candidates[HEAD:]}
    for found in answer.candidates:
        assert credit[found.ref.key] == line_text(found.credit or "")
    files = {row[11] for row in hops[HEAD:]}
    assert {"supplies.csv", "enterprise_products.csv"} <= files


def test_workbook_never_holds_a_formula(app: Flask, demo_ledger: Ledger) -> None:
    answer = with_first_named(find(build(demo_ledger), Question(INFUSION, Relation.SUPPLIER, DAY, top=3)), "=1+2")
    with app.test_request_context("/partners.xlsx"):
        data = sheets.workbook(answer)
    assert sheet_rows(data, "候选")[HEAD][1] == "=1+2"


def with_first_named(answer: PartnerAnswer, name: str) -> PartnerAnswer:
    first, *rest = answer.candidates
    return replace(answer, candidates=[replace(first, name=name), *rest])


def test_print_says_basis_in_words_sources_day_and_position(page: Callable[..., str], demo_ledger: Ledger) -> None:
    html = page("/partners/print", key=INFUSION, relation="supplier", place="city")
    text = words_of(html)
    assert "合成数据" in text
    assert "企业自述" in text
    assert "查询日 2026-11-24" in text
    assert "条件：本市内" in text
    assert f"账本位置 {demo_ledger.position()}" in text
    assert "supplies.csv 第 " in text
    assert 'class="chip' not in html
    assert "<button" not in html


def test_files_need_a_question(page: Callable[..., str]) -> None:
    page("/partners.xlsx", 422)
    page("/partners/print", 422)


# --- loads ------------------------------------------------------------------------------------------------------------


def test_load_report_adds_up(page: Callable[..., str], demo_ledger: Ledger) -> None:
    load = demo_ledger.loads()[-1]
    html = page(f"/loads/{load.id}")
    figures = [int(n.replace(",", "")) for n in re.findall(r'<span class="n[^"]*">([\d,]+)</span>', html)]
    assert figures[0] == sum(figures[1:])
    assert load.files[0]["digest"] in html
    assert "全量" in html


def test_load_page_names_refused_rows_and_reversals(own_demo_ledger: Ledger, demo_dir: Path, tmp_path: Path) -> None:
    for file in demo_dir.iterdir():
        text = file.read_text("utf-8")
        if file.name == "needs.csv":
            text = text.replace(",2026-", ",2026-99-", 1)
        (tmp_path / file.name).write_text(text, "utf-8", newline="")
    outcome = run_load(own_demo_ledger, DEMO_DISTRICT, [tmp_path])
    client = create_app(own_demo_ledger, today=lambda: DAY).test_client()
    html = client.get(f"/loads/{outcome.load}").text
    assert "拒收 1 行" in heading(html)
    assert "needs.csv" in html[html.index("拒收的 1 行") :]
    rows = list(csv.reader(io.StringIO(client.get(f"/loads/{outcome.load}/refused.csv").text.lstrip("\ufeff"))))
    assert len(rows) == 2
    reversal = own_demo_ledger.undo(outcome.load)
    assert f"撤销第 {outcome.load} 次" in client.get("/loads").text
    assert "已撤销" in client.get(f"/loads/{outcome.load}").text
    assert heading(client.get(f"/loads/{reversal.load}").text) == f"撤销第 {outcome.load} 次入库"


@pytest.mark.parametrize("number", ["0", "99", "x", "-1", "9" * 30, "１"])
def test_a_load_that_does_not_exist(page: Callable[..., str], number: str) -> None:
    page(f"/loads/{number}", 404)


def test_a_refused_value_is_no_formula_in_the_csv() -> None:
    assert loads.harmless("=cmd") == "'=cmd"
    assert loads.harmless("2026-13-01") == "2026-13-01"


# --- frame ------------------------------------------------------------------------------------------------------------


def test_the_role_is_chosen_in_the_demo_only(page: Callable[..., str], demo_ledger: Ledger) -> None:
    assert "演示角色" in page("/")
    assert "csrf_token" in page("/")
    assert "演示角色" not in create_app(demo_ledger, today=lambda: DAY).test_client().get("/").text


def test_navigation_shows_what_the_role_may_see(
    client: FlaskClient, as_role: Callable[[FlaskClient, Role], None]
) -> None:
    as_role(client, Role.INSTITUTE)
    html = client.get("/chains").text
    assert ">链图</a>" in html
    assert ">找伙伴</a>" not in html
    assert client.get("/partners").status_code == 403


def test_another_day_is_said_and_kept(page: Callable[..., str]) -> None:
    html = page("/chains", on="2026-01-15")
    assert "2026-01-15" in html
    assert "不是今天" in html


# --- budgets and wording ----------------------------------------------------------------------------------------------


def test_the_day_of_the_data_stands_beside_the_day_of_loading(page: Callable[..., str], chain_ledger: Ledger) -> None:
    home = words_of(page("/"))
    assert "数据到 2026-11-20" in home
    assert "入库 20" in home
    unsaid = create_app(chain_ledger, today=lambda: DAY).test_client().get("/").text
    assert "来源未写明" in unsaid
    assert "数据到 <b" not in unsaid


def test_style_sheet_stays_small() -> None:
    assert (STATIC / "site.css").stat().st_size <= 30_000


def test_a_list_of_twenty_stays_small(page: Callable[..., str]) -> None:
    size = len(page("/partners", key=INFUSION, relation="supplier").encode())
    print(f"list of 20: {size} bytes")
    assert size <= 40_000


def test_templates_hold_no_inline_style_or_script() -> None:
    for file in TEMPLATES.iterdir():
        text = file.read_text("utf-8")
        assert not re.search(r"\sstyle=|<style|<script|\son\w+=\"", text), file.name


CHINESE = "[\u4e00-\u9fff]"
HALF_WIDTH = re.compile(rf"{CHINESE}[,:;?!()]|[,:;?!()]{CHINESE}")


def test_chinese_punctuation_is_full_width() -> None:
    for file in TEMPLATES.iterdir():
        text = re.sub(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", "", file.read_text("utf-8"), flags=re.DOTALL)
        found = HALF_WIDTH.findall(text)
        assert not found, f"{file.name}: {found}"


FORBIDDEN = ("黑名单", "失信企业", "信用良好", "系统异常", "推荐企业", "保证", "点击此处")


def test_words_that_never_stand_on_a_page() -> None:
    for file in (*TEMPLATES.iterdir(), *(TEMPLATES.parent / "pages").glob("*.py")):
        text = file.read_text("utf-8")
        assert not [word for word in FORBIDDEN if word in text], file.name


def test_picture_shows_the_first_candidates_of_the_list(demo_ledger: Ledger) -> None:
    answer = find(build(demo_ledger), Question(INFUSION, Relation.SUPPLIER, DAY))
    picture = hop_picture.draw(answer.subject, answer.candidates)
    assert {end.title for end in picture.ends} == {c.name for c in answer.candidates[: hop_picture.SHOWN]}
    assert all(16 <= end.y <= picture.height - 16 for end in picture.ends)
    assert picture.left_out == len(answer.candidates) - hop_picture.SHOWN
