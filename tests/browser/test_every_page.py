"""Every page: no accessibility violations, no horizontal scroll at 320 px, whole without scripts; screenshots."""

from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

PAGES = (
    "home",
    "search",
    "search-empty",
    "enterprise",
    "choose",
    "chains",
    "chain",
    "chain-members",
    "partners-form",
    "partners",
    "partners-customer",
    "partners-gap",
    "partners-records",
    "partners-why",
    "partners-empty",
    "partners-open",
    "partners-print",
    "credit",
    "credit-print",
    "credit-record-print",
    "credit-what-if",
    "credit-refused",
    "credit-clean",
    "credit-record",
    "credit-record-what-if",
    "login",
    "rules",
    "rules-unverified",
    "report",
    "wrong",
    "loads",
    "load",
    "error",
    "error-parameter",
    "error-position",
    "past",
)
REFUSED = {"error": 404, "error-parameter": 400, "error-position": 404, "credit-refused": 422}
AXE = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]}}
SCROLLS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SPILLS = """[...document.querySelectorAll('main *, header *, footer *')].filter(e => {
    const box = e.getBoundingClientRect()
    return box.width && box.right > innerWidth + 1 && !e.closest('.scroll, .from, .hidden, pre, .skip')
}).map(e => e.outerHTML.slice(0, 120))"""


def violations(page: Page) -> list[str]:
    """What axe finds, with the folded parts opened: they are part of the page."""
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    found = Axe().run(page, options=AXE).response["violations"]
    return [f"{each['id']}: {node['html'][:160]}" for each in found for node in each["nodes"]]


def test_the_list_of_pages_is_whole(site: Any) -> None:
    assert set(PAGES) == set(site.pages)


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(site: Any, desk_with_scripts: Page, name: str) -> None:
    desk_with_scripts.goto(site.base + site.pages[name])
    assert violations(desk_with_scripts) == []


@pytest.mark.parametrize("name", PAGES)
def test_no_horizontal_scroll_on_a_narrow_phone(site: Any, phone: Page, name: str) -> None:
    phone.goto(site.base + site.pages[name])
    phone.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert phone.evaluate(SCROLLS) <= 0
    assert phone.evaluate(SPILLS) == []


@pytest.mark.parametrize(
    "name", ["home", "partners", "enterprise", "chain", "credit", "credit-record", "login", "rules"]
)
def test_axe_finds_nothing_on_a_narrow_phone(site: Any, phone: Page, name: str) -> None:
    phone.goto(site.base + site.pages[name])
    assert violations(phone) == []


@pytest.mark.parametrize("name", PAGES)
def test_pages_are_whole_under_their_policy_and_without_scripts(
    site: Any, desk: Page, screenshots: Path, name: str
) -> None:
    complaints: list[str] = []
    failed: list[str] = []
    desk.on("console", lambda message: complaints.append(message.text))
    desk.on("requestfailed", lambda request: failed.append(request.url))
    response = desk.goto(site.base + site.pages[name])
    assert response
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
    assert response.status == REFUSED.get(name, 200)
    desk.screenshot(path=screenshots / f"{name}.png", full_page=True)
    expected = 1 if name in REFUSED else 0  # the browser reports a refusal itself
    assert len(complaints) == expected, complaints
    assert failed == []
    assert desk.locator("h1").count() == 1


def test_first_use_says_what_will_stand_here(empty_site: Any, desk_with_scripts: Page, screenshots: Path) -> None:
    for name, address in empty_site.pages.items():
        desk_with_scripts.goto(empty_site.base + address)
        assert violations(desk_with_scripts) == [], name
        desk_with_scripts.screenshot(path=screenshots / f"{name}.png", full_page=True)


def test_first_candidate_stands_above_the_fold(site: Any, desk: Page) -> None:
    for name in ("partners", "partners-gap"):
        desk.goto(site.base + site.pages[name])
        path = desk.locator(".candidate .path").first.bounding_box()
        assert path
        assert path["y"] + path["height"] <= 768, f"{name}: the first evidence path ends at {path['y']}"


def test_what_to_do_and_the_answer_stand_above_the_fold(site: Any, desk: Page) -> None:
    for name, what in (("credit", "#todo, [aria-labelledby=todo]"), ("credit-record", ".card.bar")):
        desk.goto(site.base + site.pages[name])
        box = desk.locator(what).first.bounding_box()
        assert box
        assert box["y"] + box["height"] <= 768, f"{name} ends at {box}"


def test_everything_can_be_reached_by_keyboard(site: Any, desk_with_scripts: Page) -> None:
    desk_with_scripts.goto(site.base)
    desk_with_scripts.keyboard.press("Tab")
    assert desk_with_scripts.evaluate("document.activeElement.className") == "skip"
    desk_with_scripts.keyboard.press("Enter")
    assert desk_with_scripts.evaluate("document.activeElement.id") == "main"
