"""A page of the past: `known_at` is shown, kept by every link and form, and left again; and how far a view lies behind.

The penalties came with the second load: at position 1 nobody has a record.
"""

import re
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient

from graph.ledger import Ledger
from graph.ledger.merge import Decision, Judgement
from graph.ontology import Ref
from lianxin.settings import Settings
from web import create_app
from web.pages import known
from web.state import platform_of

ON = date(2026, 11, 24)
REPAIRABLE = "91330113YANG00086R"
PAST = (
    "/",
    "/search?q=临平",
    "/chains",
    "/chains/YLQX",
    "/partners",
    "/partners?key=91330113YANG00027N&relation=supplier",
    f"/enterprises/{REPAIRABLE}",
    f"/enterprises/{REPAIRABLE}/credit",
    "/loads",
    "/loads/1",
    "/rules",
)
NOT_KEPT = ("/static/", "/logout", "/login", "/role", "/password", "/api/docs", "/api/rules")  # read no graph


@contextmanager
def served(ledger: Ledger, neo4j: str | None = None) -> Iterator[FlaskClient]:
    app = create_app(ledger, today=lambda: ON, settings=Settings(neo4j=neo4j, secret_key="s"))
    with closing(platform_of(app).views):
        yield app.test_client()


@pytest.fixture(params=["memory", "neo4j"])
def client(request: pytest.FixtureRequest, demo_ledger: Ledger) -> Iterator[FlaskClient]:
    """The demo, answered by each of the two views."""
    neo4j = request.getfixturevalue("demo_graph") if request.param == "neo4j" else None
    with served(demo_ledger, neo4j) as found:
        yield found


@pytest.fixture
def memory(demo_ledger: Ledger) -> Iterator[FlaskClient]:
    with served(demo_ledger) as found:
        yield found


class Addresses(HTMLParser):
    """Where the links of a page lead, and its forms that ask: (address, names of the fields)."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[tuple[str, dict[str, str]]] = []
        self._asks = False
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attributes}
        if tag == "a":
            self.links.append(found["href"])
        elif tag == "form":
            self._asks = found.get("method", "get") == "get"
            if self._asks:
                self.forms.append((found["action"], {}))
        elif tag == "input" and self._asks and "name" in found:
            self.forms[-1][1][found["name"]] = found.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._asks = False


# --- the past ---------------------------------------------------------------------------------------------------------


def test_a_page_of_the_past_answers_from_it_and_says_so(client: FlaskClient, demo_ledger: Ledger) -> None:
    page = f"/enterprises/{REPAIRABLE}/credit"
    then, now = client.get(f"{page}?known_at=1"), client.get(page)
    assert (then.status_code, now.status_code) == (200, 200)
    assert "临平区应急管理局（示例）" not in then.text
    assert "临平区应急管理局（示例）" in now.text
    assert "按账本位置 <b>1</b> 时所知" in then.text
    assert f'<a href="/enterprises/{REPAIRABLE}/credit">回到现在</a>' in then.text
    assert "回到现在" not in now.text
    assert client.get(f"{page}?known_at={demo_ledger.position()}").text.count(
        "临平区应急管理局（示例）"
    ) == now.text.count("临平区应急管理局（示例）")


def test_the_way_back_keeps_what_else_was_asked(memory: FlaskClient) -> None:
    text = memory.get("/partners?key=91330113YANG00027N&relation=supplier&known_at=1&on=2026-11-01").text
    back = '<a href="/partners?key=91330113YANG00027N&amp;relation=supplier&amp;on=2026-11-01">回到现在</a>'
    assert back in text


@pytest.mark.parametrize("page", PAST)
def test_every_link_and_form_keeps_the_past_and_works(memory: FlaskClient, page: str) -> None:
    answer = memory.get(page + ("&" if "?" in page else "?") + "known_at=1")
    assert answer.status_code == 200
    there = Addresses(answer.text)
    links = [link for link in there.links if link.startswith("/") and not link.startswith(NOT_KEPT)]
    present = [link for link in links if "known_at=1" not in link]
    assert len(present) == 1, "only the way back to the present leaves the past"
    for link in dict.fromkeys(link for link in links if link not in present):
        assert memory.get(link.partition("#")[0]).status_code in (200, 302, 303, 409), link
    assert there.forms
    assert all(fields.get("known_at") == "1" for _, fields in there.forms)


def test_a_redirect_keeps_the_past(memory: FlaskClient) -> None:
    moved = memory.get("/enterprises/杭州辛昀新材料科技（示例）有限公司/credit?known_at=1&on=2026-11-01")
    assert moved.status_code == 302
    assert parse_qs(urlsplit(moved.location).query) == {"known_at": ["1"], "on": ["2026-11-01"]}


def test_a_load_leads_to_what_was_known_then(memory: FlaskClient) -> None:
    assert '<a href="/?known_at=2">按当时所知查</a>' in memory.get("/loads/2").text


@pytest.mark.parametrize(
    ("asked", "status", "said"),
    [
        ("999", 404, "账本里没有这个账本位置：999"),
        ("-1", 422, "账本位置“-1”看不懂"),
        ("1.5", 422, "账本位置“1.5”看不懂"),
        ("昨天", 422, "账本位置“昨天”看不懂"),
        ("１", 422, "看不懂"),
        ("9" * 30, 422, "看不懂"),
    ],
)
def test_an_impossible_position_is_said_and_not_kept(client: FlaskClient, asked: str, status: int, said: str) -> None:
    answer = client.get(f"/chains?known_at={asked}")
    assert answer.status_code == status
    assert said in answer.text
    assert not [link for link in Addresses(answer.text).links if "known_at" in link]
    assert "按账本位置" not in answer.text


def test_a_position_that_stands_twice_is_refused(memory: FlaskClient) -> None:
    assert memory.get("/chains?known_at=1&known_at=2").status_code == 400


def test_what_is_sent_is_judged_by_the_present(memory: FlaskClient) -> None:
    with memory.application.test_request_context("/enterprises/x/claims?known_at=1", method="POST"):
        assert known.asked_position() is None
        assert known.view().position > 1


@pytest.mark.parametrize("wrong", ["-1", "1.0", "x", ""])
def test_the_api_answers_from_the_past_and_says_from_which(
    memory: FlaskClient, demo_ledger: Ledger, wrong: str
) -> None:
    address = f"/api/enterprises/{REPAIRABLE}/credit"
    now, then = memory.get(address), memory.get(f"{address}?known_at=1")
    assert (now.headers["X-Known-At"], then.headers["X-Known-At"]) == (str(demo_ledger.position()), "1")
    assert ("临平区应急管理局（示例）" in now.text, "临平区应急管理局（示例）" in then.text) == (True, False)
    assert memory.get(f"{address}?known_at={demo_ledger.position()}").data == now.data
    assert memory.get(f"{address}?known_at=99").status_code == 404
    assert memory.get(f"{address}?known_at={wrong}").status_code == 422


# --- behind -----------------------------------------------------------------------------------------------------------


def test_a_view_that_lies_behind_says_how_far_and_since_when(own_demo_ledger: Ledger, neo4j: Any) -> None:
    url = neo4j.hold(own_demo_ledger)
    held = own_demo_ledger.position()
    with served(own_demo_ledger, url) as client:
        assert "图落后账本" not in client.get("/").text
        neo4j.run("MATCH (a:Applied) SET a.writer = 'another'")  # whose work is waited for
        time.sleep(1.2)  # until it was seen
        for other in ("91330113YANG00107A", "91330521YANG00115C"):
            pair = Ref("Enterprise", REPAIRABLE), Ref("Enterprise", other)
            own_demo_ledger.decide(Decision(*pair, Judgement.DIFFERENT, "two licences", "tester"))
        text, health = client.get("/").text, client.get("/api/health").get_json()
        assert "图落后账本 <b>2</b> 个位置" in text
        assert (health["view_position"], health["position"], health["lag"]) == (held, held + 2, 2)
        since = own_demo_ledger.committed_at(held + 1)
        assert since is not None
        assert health["lag_since"] == f"{since.isoformat(timespec='seconds')}Z"
        assert re.search(
            r"个位置：<span class=\"nowrap\">2\d{3}-\d\d-\d\d \d\d:\d\d</span> 起入库的还没有反映在页上", text
        )
        behind = client.get(f"/chains?known_at={held + 1}")
        assert behind.status_code == 503
        assert "请等它赶上账本后再问" in behind.text
        neo4j.run("MATCH (a:Applied) SET a.writer = null")
        end = time.monotonic() + 60
        while client.get("/api/health").get_json()["lag"]:
            assert time.monotonic() < end
            time.sleep(0.2)
        assert client.get("/api/health").get_json()["lag_since"] is None
        assert "图落后账本" not in client.get("/").text
