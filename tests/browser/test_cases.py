"""Cases in a browser, scripts off: an enterprise proposes, the unit answers, both confirm; every page is accessible."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from waitress.server import create_server

from cases import accounts, sessions
from cases.accounts import Role
from cases.passwords import Passwords
from graph.ledger import Ledger
from lianxin.clock import utc_now
from services.demo.accounts import make_accounts, name_of
from services.demo.cases import open_cases
from web import create_app
from web.visitor import COOKIE

DAY = date(2026, 11, 24)
AXE = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]}}
SCROLLS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
PAGES = ("/cases/1", "/cases/2", "/cases?ended=1", "/cases/new/credit-repair", "/cases/1/print")


@dataclass(frozen=True)
class Served:
    """The demo with its cases, served."""

    base: str
    ledger: Ledger


@pytest.fixture(scope="module")
def served(module_demo_ledger: Ledger) -> Iterator[Served]:
    make_accounts(module_demo_ledger, Passwords(cheap=True), utc_now())
    open_cases(module_demo_ledger, DAY, utc_now())
    app = create_app(module_demo_ledger, demo=True, today=lambda: DAY)
    server = create_server(app, host="127.0.0.1", port=0)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield Served(f"http://127.0.0.1:{server.effective_port}", module_demo_ledger)
    server.close()
    thread.join(5)


def page_of(browser: Browser, served: Served, role: Role, *, width: int = 1366, scripts: bool = False) -> Page:
    """A page on which the demo's account of a role is logged in."""
    account = accounts.find(served.ledger, name_of(role))
    assert account is not None
    context = browser.new_context(
        viewport={"width": width, "height": 768}, java_script_enabled=scripts, bypass_csp=scripts, locale="zh-CN"
    )
    context.set_default_timeout(20_000)
    context.add_cookies(
        [{"name": COOKIE, "value": sessions.start(served.ledger, account, utc_now()), "url": served.base}]
    )
    return context.new_page()


def test_a_proposal_is_made_answered_and_confirmed_without_scripts(
    browser: Browser, served: Served, screenshots: Path
) -> None:
    firm = page_of(browser, served, Role.ENTERPRISE)
    unit = page_of(browser, served, Role.REPAIR_AUTHORITY)
    firm.goto(f"{served.base}/cases/1")
    firm.locator("#propose-proofs summary").click()
    form = firm.locator("#propose-proofs form")
    form.locator('[name="field-fetched"]').fill("缴款凭证\n营业执照")
    form.locator('[name="field-until"]').fill("2026-12-10")
    form.get_by_role("button", name="发出提议").click()
    assert "必须填写" in firm.locator("#propose-proofs").inner_text(), "no reason was given"
    form = firm.locator("#propose-proofs form")
    assert form.locator('[name="field-fetched"]').input_value() == "缴款凭证\n营业执照"
    form.locator('[name="field-reason"]').fill("省一趟")
    form.get_by_role("button", name="发出提议").click()
    assert "已保存" in firm.locator("main").inner_text()
    unit.goto(f"{served.base}/cases")
    unit.get_by_role("link", name="去办").first.click()
    assert unit.locator("h1").inner_text().startswith("轮到您：答复")
    unit.locator('[id^="answer-"] textarea').first.fill("可以")
    unit.get_by_role("button", name="接受", exact=True).first.click()
    for page in (unit, firm):
        page.goto(f"{served.base}/cases/1")
        page.get_by_role("button", name="确认这份约定").click()
    assert firm.locator(".agree").inner_text().count("已确认") == 2
    firm.screenshot(path=screenshots / "case.png", full_page=True)


@pytest.mark.parametrize("role", [Role.ENTERPRISE, Role.REPAIR_AUTHORITY, Role.LEAD_DEPARTMENT])
def test_axe_finds_nothing_on_pages_of_cases_and_they_fit_a_narrow_phone(
    browser: Browser, served: Served, role: Role
) -> None:
    page = page_of(browser, served, role, width=320, scripts=True)
    for address in PAGES:
        answer = page.goto(served.base + address)
        if answer is not None and answer.status == 403:
            assert (address, role) == ("/cases/2", Role.REPAIR_AUTHORITY)
            continue
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        found = Axe().run(page, options=AXE).response["violations"]
        assert [(address, each["id"], each["nodes"][0]["html"][:160]) for each in found] == []
        assert page.evaluate(SCROLLS) <= 0, address
