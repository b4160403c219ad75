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

from cases import accounts, drafts, negotiation, sessions
from cases.accounts import Role
from cases.actor import Actor, Order
from cases.drafts import Draft
from cases.passwords import Passwords
from graph.ledger import Ledger
from lianxin.clock import utc_now
from lianxin.errors import LimitCrossed
from services.cases import engine, remember_refusal
from services.demo.accounts import AUTHORITY, ENTERPRISE, make_accounts, name_of
from services.demo.cases import open_cases
from web import create_app
from web.visitor import COOKIE

DAY = date(2026, 11, 24)
AXE = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]}}
SCROLLS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
PAGES = (
    "/cases/1", "/cases/2", "/cases?ended=1", "/cases/new/credit-repair", "/cases/1/print",
    "/cases/3", "/cases/3/prepare/submit", "/cases/4/prepare/submit",
)  # fmt: skip
FACTS = {
    "record": "演示记录（合成）", "kind": "penalty", "authority_system": "ndrc", "sanctions": ["confiscate_income"],
    "published": True, "document_date": "2026-10-12",
}  # fmt: skip
ANSWERS = {"procedure": None, "duties_done_on": "2026-11-01", "public_commitment": True, "contact": "王先生"}


@dataclass(frozen=True)
class Served:
    """The demo with its cases, served."""

    base: str
    ledger: Ledger


@pytest.fixture(scope="module")
def served(module_demo_ledger: Ledger) -> Iterator[Served]:
    make_accounts(module_demo_ledger, Passwords(cheap=True), utc_now())
    open_cases(module_demo_ledger, DAY, utc_now())
    being_prepared(module_demo_ledger)
    app = create_app(module_demo_ledger, demo=True, today=lambda: DAY)
    server = create_server(app, host="127.0.0.1", port=0)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield Served(f"http://127.0.0.1:{server.effective_port}", module_demo_ledger)
    server.close()
    thread.join(5)


def being_prepared(ledger: Ledger) -> None:
    """Case 3: nothing is answered yet, and something was refused; case 4: all questions were looked at."""
    over = engine(ledger)
    for number in (3, 4):
        unit = Actor(Role.REPAIR_AUTHORITY, name_of(Role.REPAIR_AUTHORITY), authorities=frozenset({AUTHORITY}))
        firm = Actor(Role.ENTERPRISE, name_of(Role.ENTERPRISE), ENTERPRISE)
        assert over.open("credit-repair", FACTS, Order(unit, DAY, utc_now()), enterprise=ENTERPRISE).case.id == number
        over.act(number, "consult", {}, Order(firm, DAY, utc_now(), 1))
    for field, value in ANSWERS.items():
        drafts.answer(ledger, Draft(4, Role.ENTERPRISE, "submit"), field, value, firm.name, utc_now())
    early = {"day": "2026-12-01"}
    with pytest.raises(LimitCrossed) as crossed:
        negotiation.propose(over, 3, "filing_day", early, "急用", Order(firm, DAY, utc_now(), 2))
    case, tried = over.case(3), Order(firm, DAY, utc_now())
    remember_refusal(over, case, tried, "propose-filing_day", "提议：申请日期", early, crossed.value)


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
    browser: Browser, served: Served, screenshots: Path, role: Role
) -> None:
    page = page_of(browser, served, role, width=320, scripts=True)
    for address in PAGES:
        answer = page.goto(served.base + address)
        if answer is not None and answer.status in (403, 409):
            assert role is not Role.ENTERPRISE
            assert "prepare" in address or (address, role) == ("/cases/2", Role.REPAIR_AUTHORITY)
            continue
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        found = Axe().run(page, options=AXE).response["violations"]
        assert [(address, each["id"], each["nodes"][0]["html"][:160]) for each in found] == []
        assert page.evaluate(SCROLLS) <= 0, address
        if role is Role.ENTERPRISE and address[7] in "34":
            page.screenshot(path=screenshots / f"narrow{address.replace('/', '-')}.png", full_page=True)
