"""A browser over the demo: the pages served by waitress on a free port, opened in the system's Chromium."""

import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from waitress.server import create_server

from cases.passwords import Passwords
from graph.ledger import Ledger
from graph.memory_build import build
from lianxin.clock import utc_now
from services.chains import chain_map
from services.credit import credit
from services.demo.accounts import make_accounts
from web import create_app

DAY = date(2026, 11, 24)
INFUSION = "91330113YANG00027N"
REPAIRABLE = "91330113YANG00086R"
RENAMED = "91330113YANG00094L"
MANY_RECORDS = "91330109YANG06349J"  # of its first candidates most have records
OPEN_RECORDS = "91330113YANG073922"  # of its first candidates some have records whose day is open
MANY_OPEN = "91330113YANG069477"
NAMESAKES = "浙江同昇精密机械（示例）有限公司"


@pytest.fixture(scope="session")
def screenshots() -> Path:
    """Where pictures of all pages go, to look at; git leaves the folder out."""
    folder = Path(__file__).parents[2] / "screenshots"
    folder.mkdir(exist_ok=True)
    return folder


@dataclass(frozen=True)
class Site:
    """Where the demo is served, its pages by the name of their screenshot, and the passwords of its accounts."""

    base: str
    pages: dict[str, str]
    passwords: Mapping[str, str] = field(default_factory=dict)


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        # No sandbox: tests run as root in containers, and open nothing but our own pages.
        launched = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        )
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def site(demo_ledger: Ledger, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The demo with its accounts, served."""
    source, target = demo_ledger.engine.url.database, tmp_path_factory.mktemp("site") / "ledger.db"
    assert source is not None
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)
    with closing(Ledger.open(f"sqlite:///{target}")) as ledger:
        shown = make_accounts(ledger, Passwords(cheap=True), utc_now())
        with serving(ledger, shown) as base:
            yield Site(base, addresses(ledger), shown)


@pytest.fixture
def empty_site(tmp_ledger: Ledger) -> Iterator[Site]:
    """An empty ledger, served."""
    with serving(tmp_ledger) as base:
        yield Site(base, {"first-use": "/", "first-chains": "/chains", "first-loads": "/loads"})


@contextmanager
def serving(ledger: Ledger, passwords: Mapping[str, str] | None = None) -> Iterator[str]:
    """Serve a ledger on a free port in a thread of its own."""
    app = create_app(ledger, demo=True, today=lambda: DAY, demo_passwords=passwords)
    server = create_server(app, host="127.0.0.1", port=0)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()
    thread.join(5)


def addresses(ledger: Ledger) -> dict[str, str]:
    """Every kind of page, the error and the empty one too."""
    medical = chain_map(build(ledger), "医疗器械", on=DAY, division="330113")
    sterile = next(s.ref.key for s in medical.segments if s.warning == "empty")
    chain = f"/chains/{quote(medical.summary.ref.key)}"
    partners = f"/partners?key={INFUSION}&relation=supplier"
    return {
        "home": "/",
        "search": "/search?q=" + quote("管材"),
        "search-empty": "/search?q=" + quote("☃☃☃"),
        "enterprise": f"/enterprises/{INFUSION}",
        "choose": "/partners?key=" + quote(NAMESAKES),
        "chains": "/chains",
        "chain": chain,
        "chain-members": f"{chain}?segment={quote(sterile)}&warning=empty",
        "partners-form": "/partners",
        "partners": partners,
        "partners-customer": f"/partners?key={INFUSION}&relation=customer&top=40",
        "partners-gap": f"/partners?key={quote(sterile)}&relation=gap",
        "partners-open": f"/partners?key={OPEN_RECORDS}",
        "partners-records": f"/partners?key={MANY_RECORDS}",
        "partners-why": f"{partners}&known=1&why={quote('杭州辛昀新材料科技（示例）有限公司')}&on=2026-11-01",
        "partners-empty": f"{partners}&place=district&size=large&basis=observed",
        "partners-print": f"/partners/print?key={INFUSION}&relation=supplier",
        "credit": f"/enterprises/{REPAIRABLE}/credit",
        "credit-what-if": f"/enterprises/{RENAMED}/credit?file=2027-01-15&done=2026-12-01&commit=2026-12-01",
        "credit-refused": f"/enterprises/{REPAIRABLE}/credit?done=2026-12-20&file=2026-12-01",
        "credit-clean": f"/enterprises/{INFUSION}/credit",
        "credit-print": f"/enterprises/{MANY_OPEN}/credit/print",
        "credit-record-print": f"/enterprises/{RENAMED}/credit/print?record={quote(first_record(ledger, RENAMED))}",
        "credit-record": record(ledger, RENAMED),
        "credit-record-what-if": record(ledger, REPAIRABLE) + "?done=2026-12-01&commit=2026-12-01&file=2026-12-02",
        "login": "/login",
        "rules": "/rules",
        "rules-unverified": "/rules?mark=U",
        "report": "/repair/report",
        "wrong": "/wrong",
        "loads": "/loads",
        "load": "/loads/1",
        "error": "/enterprises/nobody",
        "error-parameter": f"/partners?key={INFUSION}&relaton=customer",
        "error-position": "/chains?known_at=99",
        "past": f"/enterprises/{REPAIRABLE}/credit?known_at=1",
    }


def record(ledger: Ledger, key: str) -> str:
    """The page of an enterprise's first record."""
    return f"/enterprises/{key}/credit/{quote(first_record(ledger, key))}"


def first_record(ledger: Ledger, key: str) -> str:
    return credit(build(ledger), key, DAY).records[0].id


@pytest.fixture
def desk(browser: Browser) -> Iterator[Page]:
    """A desk screen, scripts off: the pages need none."""
    yield from _page(browser, width=1366, height=768, scripts=False)


@pytest.fixture
def desk_with_scripts(browser: Browser) -> Iterator[Page]:
    """A desk screen on which tests run scripts of their own (the policy of the page is put aside for them)."""
    yield from _page(browser, width=1366, height=768, scripts=True)


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """The narrowest screen that pages have to fit."""
    yield from _page(browser, width=320, height=640, scripts=True)


def _page(browser: Browser, *, width: int, height: int, scripts: bool) -> Iterator[Page]:
    context: BrowserContext = browser.new_context(
        viewport={"width": width, "height": height}, java_script_enabled=scripts, bypass_csp=scripts, locale="zh-CN"
    )
    context.set_default_timeout(20_000)
    yield context.new_page()
    context.close()
