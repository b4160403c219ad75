"""An enterprise logs in with name and password, opens its own records and states what it did; scripts are off."""

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

NAME = "demo.enterprise"


def test_an_enterprise_logs_in_and_opens_its_own_records(site: Any, desk: Page, screenshots: Path) -> None:
    desk.goto(site.base + "/login")
    row = desk.locator("tr", has_text=NAME)
    expect(row).to_contain_text(re.compile("演示.*企业"))
    password = row.locator("td[data-label=密码]").inner_text().strip()
    assert password == site.passwords[NAME]

    desk.get_by_label("账户名").fill(NAME)
    desk.get_by_label("密码", exact=True).fill("a wrong password")
    desk.get_by_role("main").locator("form.fields").get_by_role("button", name="登录").click()
    expect(desk.get_by_role("alert")).to_contain_text("账户名或密码不对")
    expect(desk.get_by_label("账户名")).to_have_value(NAME)
    expect(desk.get_by_label("密码", exact=True)).to_have_value("")
    desk.screenshot(path=screenshots / "login-refused.png", full_page=True)

    desk.get_by_label("密码", exact=True).fill(password)
    desk.get_by_role("main").locator("form.fields").get_by_role("button", name="登录").click()
    expect(desk.get_by_role("heading", level=1)).to_contain_text("1 条记录展示中")
    expect(desk.locator("header .who")).to_contain_text("演示企业")
    expect(desk.get_by_role("navigation", name="主菜单", exact=True).get_by_role("link")).to_have_text(
        ["我的记录", "规则"]
    )

    desk.get_by_role("link", name=re.compile("^2 种情形")).click()
    desk.get_by_text("填一条本企业的自述").click()
    desk.get_by_label("哪天办完的").fill("2026-06-01")
    desk.get_by_role("button", name="填报这条自述").click()
    expect(desk.locator("#claims")).to_contain_text("企业自己填报")
    desk.screenshot(path=screenshots / "own-record.png", full_page=True)
    desk.get_by_role("button", name=re.compile("^撤回")).click()
    expect(desk.locator("#claims")).to_contain_text("还没有自述")

    desk.get_by_role("button", name="退出").click()
    expect(desk.get_by_role("status")).to_contain_text("已退出")


def test_one_click_on_the_login_page_is_enough_in_the_demo(site: Any, desk: Page) -> None:
    desk.goto(site.base + "/login")
    desk.get_by_role("button", name=re.compile("^登录 ?为演示认定单位")).click()
    expect(desk.locator("header .who")).to_contain_text("演示认定单位")
    expect(desk.get_by_label("演示角色")).to_have_value("repair_authority")
