"""A decision in a case over HTTP: pages, strip and API of the enterprise say so at once, from either view."""

import base64
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from flask.testing import FlaskClient

from cases import accounts, api_keys
from cases.accounts import Duty, Role
from graph.ledger import Ledger
from lianxin.clock import utc_now
from lianxin.settings import Settings
from services.demo.accounts import AUTHORITY, ENTERPRISE
from web import create_app
from web.state import platform_of

if TYPE_CHECKING:
    from conftest import Neo4jServer

DAY = date(2026, 11, 24)
ASKING = "91330113YANG00019U"  # to whom the enterprise of the demo might supply
SOON = 20  # seconds
PEOPLE = {
    "firm": Duty(Role.ENTERPRISE, ENTERPRISE),
    "officer": Duty(Role.REPAIR_AUTHORITY, authorities=[AUTHORITY]),
    "chain": Duty(Role.CHAIN_OFFICER),
    "admin": Duty(Role.ADMINISTRATOR),
}
PAPER = {"name": "a.pdf", "content": base64.b64encode(b"%PDF-1").decode()}
Ask = Callable[..., Any]


@pytest.fixture(params=["memory", "neo4j"])
def client(request: pytest.FixtureRequest, own_demo_ledger: Ledger) -> Iterator[FlaskClient]:
    """The demo as it is served, with programs of everybody."""
    url = None
    if request.param == "neo4j":
        server: Neo4jServer = request.getfixturevalue("neo4j")
        url = server.hold(own_demo_ledger)
    app = create_app(own_demo_ledger, today=lambda: DAY, settings=Settings(neo4j=url))
    with closing(platform_of(app).views):
        yield app.test_client()


@pytest.fixture
def ask(client: FlaskClient) -> Ask:
    """`ask("firm", "/api/cases", {…}, version=1)`: the answer, which is one of success."""
    ledger = platform_of(client.application).ledger
    heads = {}
    for name, duty in PEOPLE.items():
        accounts.add(ledger, name, duty, "no hash", utc_now())
        heads[name] = {"Authorization": f"Bearer {api_keys.make(ledger, name, 'tests', utc_now())}"}

    def send(who: str, address: str, body: object = None, *, version: int | None = None) -> Any:
        head = heads[who] | ({} if version is None else {"If-Match": f'"{version}"'})
        answer = client.get(address, headers=head) if body is None else client.post(address, json=body, headers=head)
        assert answer.status_code < 300, answer.text
        return answer.get_json() if answer.is_json else answer.text

    return send


def soon(asked: Callable[[], Any], wanted: Callable[[Any], bool]) -> Any:
    """The answer as soon as the view has followed."""
    end = time.monotonic() + SOON
    while not wanted(found := asked()):
        assert time.monotonic() < end, found
        time.sleep(0.05)
    return found


def test_a_repair_shows_the_same_minute_everywhere(
    client: FlaskClient, ask: Ask, as_account: Callable[[FlaskClient, str], str]
) -> None:
    credit = f"/api/enterprises/{ENTERPRISE}/credit"
    before = ask("chain", credit)
    ((record,),) = [group["records"] for group in before["groups"]]
    assert (before["strip"]["shown"], record["authority"], record["outcomes"]) == (1, AUTHORITY, [])
    assert [each["credit"]["shown"] for each in candidates(ask)] == [1]
    number = opened(ask, record)
    act(ask, number, "officer", "may_apply")
    act(ask, number, "firm", "submit", papers=[PAPER])
    applied = soon(lambda: ask("chain", credit), lambda found: only(found)["outcomes"])
    assert [(each["kind"], each["basis"]) for each in only(applied)["outcomes"]] == [("applied", "claimed")]
    assert applied["strip"]["shown"] == 1, "what the party says changes no finding"
    assert only(applied)["finding"]["answer"] == record["finding"]["answer"]
    act(ask, number, "officer", "receive")
    act(ask, number, "officer", "take_on")
    act(ask, number, "officer", "approve", values={"day": "2026-11-24"})

    after = soon(lambda: ask("chain", credit), lambda found: not only(found)["shown"])
    repaired = only(after)
    assert (after["strip"]["shown"], after["strip"]["ended"]) == (0, 1)
    assert repaired["hidden_by"]["kind"] == "repaired"
    assert repaired["finding"]["reasons"][0]["code"] == "ALREADY_REPAIRED"
    source = repaired["hidden_by"]["source"]
    event = ask("officer", f"/api/cases/{number}")["events"][-1]
    assert (source["dataset"], source["row"], source["digest"]) == ("cases", event["seq"], event["hash"])
    assert [each["credit"]["shown"] for each in candidates(ask)] == [0], "the strip beside its name follows"
    as_account(client, "chain")
    words = f'<b>已修复</b> <span class="nowrap">2026-11-24</span>，案件第 {number} 号'
    page = client.get(f"/enterprises/{ENTERPRISE}/credit").text
    assert words in page
    assert '展示到 <span class="nowrap">2026-11-24</span>' in page
    assert words in client.get(f"/enterprises/{ENTERPRISE}/credit/{repaired['id']}").text
    assert "未见展示中的失信信息" in client.get(f"/enterprises/{ENTERPRISE}").text
    as_account(client, "officer")
    for address in (f"/cases/{number}", f"/cases/{number}/print"):
        shown = client.get(address).text
        assert "申请时的规则集 NDRC-36" in shown
        assert "与现行的相同" in shown
    day_before = ask("chain", f"{credit}?on=2026-11-23")
    assert day_before["strip"]["shown"] == 1, "the day before it was not repaired yet"


def candidates(ask: Ask) -> list[Any]:
    """The enterprise of the demo among the partners of another."""
    found = ask("chain", f"/api/partners?key={ASKING}&relation=supplier&top=60")["candidates"]
    return [each for each in found if each["key"] == ENTERPRISE]


def only(found: Any) -> Any:
    ((record,),) = [group["records"] for group in found["groups"]]
    return record


def opened(ask: Ask, record: Any) -> int:
    facts = dict(record["facts"])
    values = {**facts, "record": record["id"], "fine_band": "large", "published": True}
    values |= {"document_date": "2025-06-01", "duties_done_on": "2025-08-01", "public_commitment": True}
    body = {"kind": "credit-repair", "values": values, "enterprise": ENTERPRISE, "authority": AUTHORITY}
    return int(ask("officer", "/api/cases", body)["case"]["id"])


def act(ask: Ask, number: int, who: str, action: str, **more: Any) -> None:
    version = ask(who, f"/api/cases/{number}")["version"]
    ask(who, f"/api/cases/{number}/actions", {"action": action, **more}, version=version)
