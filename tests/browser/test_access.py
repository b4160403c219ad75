"""An enterprise logs in with name and password, opens its own records and states what it did; scripts are off."""

import re
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from waitress.server import create_server

from cases import accounts
from cases.accounts import Duty, Role
from cases.passwords import Passwords
from graph.ledger import Ledger
from lianxin.clock import utc_now
from web import create_app

NAME = "demo.enterprise"
GOOD = "correct horse battery"
AXE = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]}}
SCROLLS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def base(tmp_ledger: Ledger) -> Iterator[str]:
    """An empty ledger, served as people use it, without the demo."""
    server = create_server(create_app(tmp_ledger, today=lambda: date(2026, 11, 24)), host="127.0.0.1", port=0)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()
    thread.join(5)


def violations(page: Page) -> list[str]:
    found = Axe().run(page, options=AXE).response["violations"]
    return [f"{each['id']}: {node['html'][:160]}" for each in found for node in each["nodes"]]


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
        ["我的记录", "案件", "规则"]
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


def test_without_the_demo_the_pages_of_accounts_are_whole_on_a_narrow_phone(
    base: str, tmp_ledger: Ledger, phone: Page
) -> None:
    def whole() -> None:
        assert violations(phone) == []
        assert phone.evaluate(SCROLLS) <= 0

    phone.goto(base + "/login")
    expect(phone.get_by_role("heading", level=1)).to_have_text("还没有账户，不用登录")
    whole()
    made = Passwords(cheap=True).hash(GOOD)
    accounts.add(tmp_ledger, "wang.jie", Duty(Role.ADMINISTRATOR), made, utc_now(), display_name="王杰 信用办公室")
    phone.goto(base + "/loads")
    expect(phone.get_by_role("heading", level=1)).to_have_text("登录")
    for password in ("a wrong password", GOOD):
        phone.get_by_label("账户名").fill("wang.jie")
        phone.get_by_label("密码", exact=True).fill(password)
        phone.get_by_role("main").get_by_role("button", name="登录").click()
        whole()
    assert phone.url == base + "/loads"
    phone.get_by_role("link", name="改密码").click()
    whole()
    phone.get_by_label("现在的密码").fill(GOOD)
    for label in ("新密码", "再输一次新密码"):
        phone.get_by_label(label, exact=True).fill("another good password")
    phone.get_by_role("button", name="换成新密码").click()
    expect(phone.get_by_role("status")).to_contain_text("密码已换")
    whole()
    phone.get_by_role("button", name="退出").click()
    expect(phone.get_by_role("status")).to_contain_text("已退出")
    whole()
