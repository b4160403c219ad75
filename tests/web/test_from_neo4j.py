"""Pages and API served from a Neo4j server: word for word what the graph in memory gives; and its failures."""

import re
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from graph.ledger.merge import Decision, Judgement
from graph.ontology import Ref
from lianxin.settings import Settings
from web import create_app
from web.api import examples
from web.state import platform_of

if TYPE_CHECKING:
    from graph.ledger import Ledger

ON = date(2026, 11, 24)
PAGES = (
    "/",
    "/chains",
    "/chains/YLQX",
    "/partners?key=91330113YANG00019U&relation=supplier",
    "/partners?key=91330113YANG00019U&relation=customer",
    "/search",
    "/search?q=临平",
    "/enterprises/91330113YANG00019U",
    "/enterprises/91330113YANG00086R/credit",
)
SLICES = 60  # of a list over all records, at the most
TOKEN = re.compile(r'name="csrf_token" value="[^"]*"|编号 \w{16}')
REQUEST = re.compile(rb'"request_id":"[0-9a-f]+"')  # each error names its own request


@contextmanager
def served(ledger: "Ledger", neo4j: str | None) -> Iterator[FlaskClient]:
    """As the operator at this machine, who sees everything."""
    app = create_app(ledger, today=lambda: ON, settings=Settings(neo4j=neo4j, secret_key="s"))
    with closing(platform_of(app).views):
        yield app.test_client()


@pytest.fixture
def both(demo_ledger: "Ledger", demo_graph: str) -> Iterator[tuple[FlaskClient, FlaskClient]]:
    with served(demo_ledger, None) as memory, served(demo_ledger, demo_graph) as neo4j:
        yield memory, neo4j


def test_every_operation_of_the_api_answers_alike(both: tuple[FlaskClient, FlaskClient]) -> None:
    asked = [
        path for path in examples(both[0].get("/api/openapi.json").get_json()) if not path.endswith("/repair/check")
    ]
    answers = [[_whole(client, path) for client in both] for path in asked]
    for memory, neo4j in answers:
        assert memory.status_code == neo4j.status_code
        one, other = (REQUEST.sub(b"", answer.data) for answer in (memory, neo4j))
        assert one == other or memory.status_code == 405  # questions with a body read no graph
        assert memory.headers.get("X-Known-At") == neo4j.headers.get("X-Known-At")
    assert sum(memory.status_code == 200 for memory, _ in answers) > 10


def _whole(client: FlaskClient, path: str) -> TestResponse:
    """The answer to a question. Lists over all records stop after a second or two: the same request goes on."""
    answer = client.get(path)
    for _ in range(SLICES):
        if not answer.is_json or answer.get_json().get("complete", True):
            break
        answer = client.get(path)
    return answer


@pytest.mark.parametrize("path", PAGES)
def test_pages_are_alike(both: tuple[FlaskClient, FlaskClient], path: str) -> None:
    memory, neo4j = (client.get(path) for client in both)
    assert memory.status_code == 200
    assert TOKEN.sub("", memory.text) == TOKEN.sub("", neo4j.text)


@pytest.mark.parametrize("key", ["91330113YANG00019U", "91330113YANG00086R"])
@pytest.mark.parametrize("relation", ["supplier", "customer"])
def test_partners_of_the_api_are_alike(both: tuple[FlaskClient, FlaskClient], key: str, relation: str) -> None:
    path = f"/api/partners?key={key}&relation={relation}&top=50&known=true"
    memory, neo4j = (client.get(path) for client in both)
    assert memory.get_json()["candidates"]
    assert memory.data == neo4j.data


@pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_server_that_goes_away_is_named_and_found_again(own_demo_ledger: "Ledger", neo4j: Any) -> None:
    """By the pages, and by the thread that keeps the graph up to the ledger."""
    pair = Ref("Enterprise", "91330113YANG00107A"), Ref("Enterprise", "91330521YANG00115C")
    with served(own_demo_ledger, neo4j.hold(own_demo_ledger)) as client:
        assert client.get("/chains").status_code == 200
        neo4j.stop()
        try:
            page, health = client.get("/chains"), client.get("/api/health")
            own_demo_ledger.decide(Decision(*pair, Judgement.DIFFERENT, "two licences", "tester"))
        finally:
            neo4j.start()
        assert (page.status_code, health.status_code) == (503, 503)
        assert "Neo4j 没有应答。数据没有丢失，全部在账本里" in page.text
        assert health.get_json()["code"] == "store_unavailable"
        assert neo4j.PASSWORD not in page.text + health.text
        assert client.get("/chains").status_code == 200
        end = time.monotonic() + 60
        while client.get("/api/health").get_json()["view_position"] != own_demo_ledger.position():
            assert time.monotonic() < end
            time.sleep(0.2)
