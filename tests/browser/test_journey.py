"""Journey I.1 of the capabilities, steps 1 to 5 and 7: from the chain map to a candidate with its evidence."""

import re
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

TARGET = 6  # clicks until the first candidate is opened


@dataclass
class Clicks:
    """Counts what a person clicks."""

    done: list[str] = field(default_factory=list)

    def on(self, what: str, target: Locator) -> None:
        """Click and count."""
        target.click()
        self.done.append(what)


def three_counts(page: Page) -> list[int]:
    """The figures beside 已证实, 企业自述 and 推测."""
    return [int(text.replace(",", "")) for text in page.locator(".tabs .n").all_inner_texts()]


def test_chain_officer_finds_a_second_supplier(site: Any, desk: Page) -> None:
    clicks = Clicks()
    desk.goto(site.base)

    # 1: the chain map; the node carries "本地 1 家 · 单一供应商"
    clicks.on("医疗器械链", desk.get_by_role("main").get_by_role("link", name="医疗器械", exact=True))
    expect(desk.get_by_role("heading", level=1)).to_have_text("医疗器械链：1 个环节只有一家供应，1 个环节空缺")
    node = desk.locator("svg a", has_text="医用高分子管材").first
    expect(node).to_have_attribute("aria-label", re.compile("医用高分子管材，已证实 1 家，自述 0 家，单一供应商"))

    # 2: list at the left, picture at the right, what was searched
    clicks.on("医用高分子管材", node)
    heading = desk.get_by_role("heading", level=1)
    expect(heading).to_have_text(re.compile("^可补医用高分子管材：已证实 1 家"))
    expect(desk.locator(".searched").first).to_contain_text(
        re.compile(r"查了 \d+ 个来源中的 \d+ 个，数据到 \d{4}-\d\d-\d\d，走到 3 跳为止。没查：")
    )
    candidate, picture = desk.locator(".candidate").first, desk.locator(".picture")
    left, right = candidate.bounding_box(), picture.bounding_box()
    assert left
    assert right
    assert left["x"] + left["width"] <= right["x"], "the list stands left of the picture"
    assert left["y"] + 100 <= 768, "the first candidate begins above the fold of a desk screen"

    # 3: three marks with counts, never added
    observed, claimed, predicted = three_counts(desk)
    assert observed == 1
    assert str(observed + claimed + predicted) not in heading.inner_text()

    # 4: a filter says what it would leave, by basis, and leaves just that
    chip = desk.get_by_role("link", name=re.compile("^本市内"))
    said = [int(n) for n in re.findall(r"(?:已证实|企业自述|推测)\s*(\d+)", chip.inner_text())]
    clicks.on("本市内", chip)
    assert three_counts(desk) == said
    assert three_counts(desk)[2] < predicted

    # 5: a candidate with evidence and day for every hop
    first = desk.locator(".candidate").first
    expect(first).to_contain_text("杭州甲禾医用高分子（示例）有限公司")
    clicks.on("来源", first.get_by_role("link", name=re.compile("^来源和另")))
    evidence = first.locator("ol.from li")
    expect(evidence.first).to_be_visible()
    assert evidence.count() == first.locator(".hop").count()
    for line in evidence.all_inner_texts():
        assert re.search(r"\.csv 第 [\d,]+ 行，(\d{4}-\d\d-\d\d 起|日期未写明)", line), line
    print(f"\nclicks {len(clicks.done)} (target ≤ {TARGET}): {' → '.join(clicks.done)}")
    assert len(clicks.done) <= TARGET

    # 7: why somebody is not in the list
    desk.get_by_label("您想到的企业").fill("91330113YANG001230")
    clicks.on("查原因", desk.get_by_role("button", name="查原因"))
    expect(desk.get_by_role("status")).to_contain_text("缺产品类目")
    assert three_counts(desk) == said, "the question and its filter are kept"


def test_picture_leads_to_the_candidate_and_repeats_the_list(site: Any, desk: Page) -> None:
    desk.goto(site.base + site.pages["partners"])
    for link in desk.locator(".picture svg a").all():
        name, target = link.get_attribute("aria-label"), link.get_attribute("href")
        assert name
        assert target
        expect(desk.locator(target).get_by_role("heading", level=3)).to_contain_text(name)


def test_role_is_chosen_in_the_header(site: Any, desk: Page) -> None:
    desk.goto(site.base + "/chains")
    desk.get_by_label("演示角色").select_option("enterprise")
    desk.get_by_role("button", name="换角色").click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("没有这项权限")
    desk.get_by_label("演示角色").select_option("chain_officer")
    desk.get_by_role("button", name="换角色").click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("4 条产业链")


def test_another_day_is_chosen_in_the_dateline(site: Any, desk: Page) -> None:
    desk.goto(site.base + site.pages["partners"])
    desk.get_by_text("换一天").click()
    desk.get_by_label("查询日").fill("2025-01-15")
    desk.get_by_role("button", name="按这天查").click()
    assert "key=" in desk.url
    assert "on=2025-01-15" in desk.url
    expect(desk.locator(".dateline")).to_contain_text("不是今天")


@pytest.mark.parametrize(
    "question", ["partners", "partners-gap", "partners-customer", "partners-records", "partners-open"]
)
def test_print_fits_on_one_page(site: Any, desk_with_scripts: Page, question: str) -> None:
    desk_with_scripts.goto(site.base + site.pages[question].replace("/partners?", "/partners/print?"))
    sheet = desk_with_scripts.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", sheet)) == 1


def test_what_if_is_asked_in_the_form_and_a_tout_is_reported_in_two_clicks(site: Any, desk: Page) -> None:
    desk.goto(site.base + site.pages["credit"])
    desk.get_by_role("link", name=re.compile("^2 种情形")).click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("这条处罚现在能申请修复吗？")
    for label, day in (
        ("哪天履行完义务", "2026-12-01"),
        ("哪天作公开承诺", "2026-12-01"),
        ("哪天提交申请", "2026-12-02"),
    ):
        desk.get_by_label(label).fill(day)
    desk.get_by_role("button", name="再算一次").click()
    expect(desk.get_by_role("status")).to_contain_text("2026-12-02 起可以申请修复")
    desk.get_by_role("main").get_by_role("link", name="举报").click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("有人收钱“代办修复”，向谁说？")
    with desk.expect_download() as sheet:
        desk.get_by_role("link", name="下载举报单").click()
    assert sheet.value.suggested_filename == "lianxin-report.txt"
