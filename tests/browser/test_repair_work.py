"""Repair work in a browser: no accessibility violations, nothing wider than a phone, whole without scripts, and the way
from the officer's notice to the phone of the party."""

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from pathlib import Path
from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe
from docx import Document
from playwright.sync_api import Browser, Page
from waitress.server import create_server

from cases import record_links, tout_reports
from cases.passwords import Passwords
from cases.tout_reports import Told, draw_form
from graph.ledger import Ledger
from graph.memory_build import build
from lianxin.clock import utc_now
from rules.credit_repair.facts import read_facts
from services import notices
from services.credit import credit
from services.demo.accounts import make_accounts
from services.one_record import Stated
from web import create_app

DAY = date(2026, 11, 24)
FIRM = "91330113YANG00086R"
AXE = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]}}
OPEN_ALL = "document.querySelectorAll('details').forEach(d => d.open = true)"
SCROLLS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SPILLS = """[...document.querySelectorAll('main *, header *, footer *')].filter(e => {
    const box = e.getBoundingClientRect()
    return box.width && box.right > innerWidth + 1 && !e.closest('.scroll, .from, .hidden, pre, .skip')
}).map(e => e.outerHTML.slice(0, 120))"""
LOW = """[...document.querySelectorAll('main .button, main button, main summary')].filter(e => {
    const box = e.getBoundingClientRect()
    return box.height && box.height < 47.5
}).map(e => e.outerHTML.slice(0, 100))"""
PHONES = ("phone", "phone-ahead", "phone-review", "phone-ended", "phone-unknown")
DESKS = ("eligible", "impact", "notices", "notice-new", "touts", "tout-form", "claims")


@dataclass(frozen=True)
class Work:
    """Where a demo is served whose ledger may be written to, and its pages by name."""

    base: str
    pages: dict[str, str]


@pytest.fixture(scope="module")
def work(module_demo_ledger: Ledger) -> Iterator[Work]:
    pages = addresses(module_demo_ledger)
    make_accounts(module_demo_ledger, Passwords(cheap=True), utc_now())
    app = create_app(module_demo_ledger, demo=True, today=lambda: DAY)
    server = create_server(app, host="127.0.0.1", port=0)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield Work(f"http://127.0.0.1:{server.effective_port}", pages)
    server.close()
    thread.join(5)


def addresses(ledger: Ledger) -> dict[str, str]:
    view = build(ledger)
    (record,) = credit(view, FIRM, DAY).records

    def token(of: object) -> str:
        made = notices.make(ledger, view, of, "http://x", DAY, made_by="repair_authority")  # type: ignore[arg-type]  # either kind
        return made.address.rpartition("/")[2]

    def stated(**facts: str) -> Stated:
        usual = {"kind": "penalty", "authority_system": "ndrc", "document_date": "2026-09-02", "published": "yes"}
        return Stated(
            read_facts({**usual, **facts}), "临平区住房和城乡建设局（示例）", f"临建罚〔2026〕{len(facts)} 号"
        )

    ended = token(record.ref)
    record_links.end(ledger, record_links.links(ledger)[0].id, "administrator")
    tout_reports.report(ledger, draw_form(), Told("交三千就删记录", "某公司", "3000 元", "0571-00000000"))
    return {
        "phone": f"/r/{token(record.ref)}",
        "phone-ahead": f"/r/{token(stated(sanctions='confiscate_income'))}",
        "phone-review": f"/r/{token(stated(sanctions='fine', fine_yuan='30000', authority_system='samr'))}",
        "phone-ended": f"/r/{ended}",
        "phone-unknown": "/r/unknown",
        "eligible": "/repair/eligible",
        "impact": "/repair/impact",
        "notices": "/repair/notices",
        "notice-new": "/repair/notices/new",
        "touts": "/repair/reports",
        "tout-form": "/repair/report",
        "claims": f"/enterprises/{FIRM}/credit/{quote(record.id)}",
    }


def page_of(browser: Browser, work: Work, width: int, *, scripts: bool = True) -> Iterator[Page]:
    """A page as the administrator, who sees everything."""
    context = browser.new_context(
        viewport={"width": width, "height": 768}, java_script_enabled=scripts, bypass_csp=scripts, locale="zh-CN"
    )
    context.set_default_timeout(20_000)
    page = context.new_page()
    page.goto(f"{work.base}/repair/report")
    page.select_option("#role", "administrator")
    page.click("form.role button")
    yield page
    context.close()


@pytest.fixture
def desk(browser: Browser, work: Work) -> Iterator[Page]:
    yield from page_of(browser, work, 1366)


@pytest.fixture
def phone(browser: Browser, work: Work) -> Iterator[Page]:
    """The narrowest screen that pages have to fit."""
    yield from page_of(browser, work, 320)


@pytest.fixture
def plain(browser: Browser, work: Work) -> Iterator[Page]:
    """A desk without scripts, under the policy of the pages."""
    yield from page_of(browser, work, 1366, scripts=False)


def violations(page: Page) -> list[str]:
    page.evaluate(OPEN_ALL)
    found = Axe().run(page, options=AXE).response["violations"]
    return [f"{each['id']}: {node['html'][:160]}" for each in found for node in each["nodes"]]


@pytest.mark.parametrize("name", DESKS)
def test_axe_finds_nothing_at_the_desk(work: Work, desk: Page, name: str) -> None:
    desk.goto(work.base + work.pages[name])
    assert violations(desk) == []


@pytest.mark.parametrize("name", [*PHONES, "tout-form"])
def test_axe_finds_nothing_on_a_narrow_phone(work: Work, phone: Page, name: str) -> None:
    phone.goto(work.base + work.pages[name])
    assert violations(phone) == []


@pytest.mark.parametrize("name", [*PHONES, *DESKS])
def test_nothing_is_wider_than_a_narrow_phone(work: Work, phone: Page, screenshots: Path, name: str) -> None:
    phone.goto(work.base + work.pages[name])
    if name in PHONES:
        phone.screenshot(path=screenshots / f"{name}.png", full_page=True)
    phone.evaluate(OPEN_ALL)
    assert phone.evaluate(SCROLLS) <= 0
    assert phone.evaluate(SPILLS) == []


@pytest.mark.parametrize("name", PHONES)
def test_a_thumb_finds_every_button_of_the_phone_page(work: Work, phone: Page, name: str) -> None:
    phone.goto(work.base + work.pages[name])
    assert phone.evaluate(LOW) == []
    assert phone.locator("h1").count() == 1


@pytest.mark.parametrize("name", [*PHONES, *DESKS])
def test_pages_are_whole_under_their_policy_and_without_scripts(
    work: Work, plain: Page, screenshots: Path, name: str
) -> None:
    complaints: list[str] = []
    plain.on("console", lambda message: complaints.append(message.text))
    response = plain.goto(work.base + work.pages[name])
    assert response
    assert response.status == {"phone-ended": 410, "phone-unknown": 404}.get(name, 200)
    if name in DESKS:
        plain.screenshot(path=screenshots / f"{name}.png", full_page=True)
    assert len(complaints) == (0 if response.ok else 1), complaints  # the browser reports a 404 itself


def test_the_phone_page_loads_less_than_sixty_kilobytes(work: Work, phone: Page) -> None:
    sizes: list[int] = []
    phone.on("response", lambda answer: sizes.append(len(answer.body())))
    phone.goto(work.base + work.pages["phone-review"], wait_until="networkidle")
    assert len(sizes) >= 3
    assert sum(sizes) < 60_000


def test_from_the_officers_notice_to_the_phone_and_to_a_report_of_a_tout(
    work: Work, desk: Page, browser: Browser
) -> None:
    """Two clicks from the record to the form of reports; a code that is ended says so."""
    desk.goto(work.base + work.pages["notices"])
    with desk.expect_download() as started:
        desk.locator("text=下载告知书").nth(0).click()
    document = Document(BytesIO(Path(started.value.path()).read_bytes()))
    found = re.search(r"(http\S+/r/\S+)", "\n".join(each.text for each in document.paragraphs))
    assert found
    context = browser.new_context(viewport={"width": 390, "height": 800})
    phone = context.new_page()
    phone.goto(found[1])
    assert "扫码查看的是这一条记录" in phone.inner_text("main")
    phone.click("text=点这里举报")
    phone.fill("#asked", "有人说交钱就能删")
    phone.click("text=记下这条举报")
    assert "编号 JB-" in phone.inner_text("h1")
    desk.goto(work.base + work.pages["notices"])
    desk.locator("#links button", has_text="作废").first.click()
    answer = phone.goto(found[1])
    assert answer
    assert (answer.status, phone.inner_text("h1")) == (410, "这个码已作废")
    context.close()
