"""`lianxin view` and `--known-at` as a person calls them, over a real Neo4j server; and what they say when it fails."""

import json
import re
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from graph.ledger import Ledger
from graph.ledger.backup import backup, restore
from graph.ledger.merge import Decision, Judgement
from graph.ontology import Ref

Run = Callable[..., Any]
BUYER = "91330113YANG00027N"
SINGLE = "91330113YANG00019U"
NAMESAKES = Ref("Enterprise", "91330113YANG00107A"), Ref("Enterprise", "91330521YANG00115C")
FIND = ("partners", "find", BUYER, "--relation", "supplier", "--on", "2026-11-20", "--known", "--top", "5")


def refused(done: Any, *words: str, code: int = 1) -> None:
    assert done.returncode == code, done
    for word in words:
        assert word in done.stderr
    assert "Traceback" not in done.stderr
    assert "only-for-tests" not in done.stdout + done.stderr


@pytest.fixture
def nobody() -> Iterator[str]:
    """An address at which nothing listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"bolt://neo4j:only-for-tests@127.0.0.1:{taken.getsockname()[1]}"


# --- rebuild, update, status ------------------------------------------------------------------------------------------


def test_rebuild_status_and_update(
    run: Run, own_demo_ledger: Ledger, empty_neo4j: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIANXIN_NEO4J", empty_neo4j.url)
    monkeypatch.setenv("LIANXIN_LEDGER", own_demo_ledger.url)
    newest = own_demo_ledger.position()

    done = run("view", "status")
    assert done.returncode == 0, done.stderr
    assert f"{empty_neo4j.address}：图还没有建（账本位置 {newest}）。请执行 lianxin view rebuild" in done.stdout
    refused(run(*FIND), "图还没有建好", "the graph is not built yet")

    done = run("view", "rebuild")
    assert done.returncode == 0, done.stderr
    assert f"图已重建到位置 {newest}。The graph is rebuilt up to position {newest}." in done.stdout
    status = run("view", "status").stdout
    assert f"图在位置 {newest}，账本在 {newest}，落后 0。" in status
    assert re.search(r"Enterprise +2,018\b", status)
    assert re.search(r"SUPPLIES +3,\d{3}\b", status)
    assert "有进程正在写" not in status

    own_demo_ledger.decide(Decision(*NAMESAKES, Judgement.DIFFERENT, "two licences", "tester"))
    status = run("view", "status").stdout
    assert re.search(rf"图在位置 {newest}，账本在 {newest + 1}，落后 1（自 20\d\d-\d\d-\d\d \d\d:\d\d 起）。", status)
    done = run(*FIND)
    assert done.returncode == 0
    assert f"图落后账本 1 个位置，答案到位置 {newest} 为止" in done.stderr
    done = run("view", "update")
    assert f"图已到位置 {newest + 1}。The graph is at position {newest + 1}." in done.stdout
    assert "落后 0。" in run("view", "status").stdout
    assert "落后" not in run(*FIND).stderr


def test_an_interrupted_writer_is_told(run: Run, demo_ledger: Ledger, demo_graph: str, neo4j: Any) -> None:
    neo4j.run("MATCH (a:Applied) SET a.writer = 'somebody'")
    try:
        status = run("view", "status", "--ledger", demo_ledger.url, "--neo4j", demo_graph).stdout
    finally:
        neo4j.run("MATCH (a:Applied) SET a.writer = null")
    assert "有进程正在写，或上次写入中断（再执行 lianxin view update 即可）。" in status


def test_a_graph_ahead_of_a_restored_ledger_is_named_and_rebuilt(
    run: Run, own_demo_ledger: Ledger, neo4j: Any, tmp_path: Path
) -> None:
    backup(own_demo_ledger, tmp_path / "copy.db", lambda *_: None)
    own_demo_ledger.decide(Decision(*NAMESAKES, Judgement.SAME, "one licence", "tester"))
    where = ("--ledger", own_demo_ledger.url, "--neo4j", neo4j.hold(own_demo_ledger))
    restore(tmp_path / "copy.db", own_demo_ledger, lambda *_: None, yes=True)
    newest = own_demo_ledger.position()
    for command in ("status", "update"):
        done = run("view", command, *where)
        refused(
            done, f"图在位置 {newest + 1}，账本最新位置 {newest}", "请执行 lianxin view rebuild 重建", "view rebuild"
        )
    assert run("view", "rebuild", *where).returncode == 0
    assert "落后 0。" in run("view", "status", *where).stdout


# --- what goes wrong --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("user", ["neo4j:wrong-password@", "nobody:only-for-tests@", ""])
def test_a_wrong_password_is_named_with_what_to_do(run: Run, demo_ledger: Ledger, neo4j: Any, user: str) -> None:
    url = neo4j.address.replace("://", f"://{user}")
    done = run("view", "status", "--ledger", demo_ledger.url, "--neo4j", url)
    refused(done, "Neo4j 不接受这个用户名和密码。请在 LIANXIN_NEO4J 里写对", "does not take this user and password")
    assert "wrong-password" not in done.stderr


@pytest.mark.parametrize("command", ["rebuild", "update", "status"])
def test_a_server_that_is_down_is_named_with_what_to_do(
    run: Run, demo_ledger: Ledger, nobody: str, command: str
) -> None:
    done = run("view", command, "--ledger", demo_ledger.url, "--neo4j", nobody)
    refused(done, "Neo4j 没有应答。数据没有丢失", "Start Neo4j and repeat", "LIANXIN_NEO4J")


def test_serve_says_so_when_the_server_is_down(
    run: Run, demo_ledger: Ledger, nobody: str, free_tcp_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIANXIN_NEO4J", nobody)
    done = run("serve", "--ledger", demo_ledger.url, "--port", str(free_tcp_port))
    refused(done, "Neo4j 没有应答", "or take LIANXIN_NEO4J away")


def test_without_an_address_it_asks_for_one(run: Run, demo_ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LIANXIN_NEO4J", raising=False)
    refused(run("view", "status", "--ledger", demo_ledger.url), "没有指明", "Set LIANXIN_NEO4J", code=2)


def test_a_ledger_that_is_not_there_is_named_and_not_made(run: Run, neo4j: Any, tmp_path: Path) -> None:
    refused(run("view", "rebuild", "--ledger", f"sqlite:///{tmp_path / 'no.db'}", "--neo4j", neo4j.url), "no.db")
    assert not (tmp_path / "no.db").exists()


# --- a past position --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("view", ["memory", "neo4j"])
def test_known_at_answers_from_the_past_in_both_views(
    run: Run, demo_ledger: Ledger, view: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    if view == "neo4j":
        monkeypatch.setenv("LIANXIN_NEO4J", request.getfixturevalue("demo_graph"))
    else:
        monkeypatch.delenv("LIANXIN_NEO4J", raising=False)
    ask = (*FIND, "--json", "--ledger", demo_ledger.url)
    now, then, same = (
        json.loads(run(*ask, *more).stdout)
        for more in ((), ("--known-at", "1"), ("--known-at", str(demo_ledger.position())))
    )
    assert now == same
    assert [each["key"] for each in now["candidates"]] == [each["key"] for each in then["candidates"]]
    datasets = [[each["name"] for each in answer["searched"]["datasets"]] for answer in (then, now)]
    assert datasets[0] == ["demo-district"]
    assert "shuanggongshi-2018" in datasets[1]
    assert now["candidates"] != then["candidates"], "the penalties came later"
    done = run(*ask, "--known-at", "99")
    refused(done, "账本里没有这个账本位置：99", 'no position "99" in the ledger')
    assert run(*ask, "--known-at", "-1").returncode == 2


def test_all_partner_commands_take_a_past_position(run: Run, demo_ledger: Ledger, tmp_path: Path) -> None:
    (tmp_path / "queries").write_text(f"{BUYER}\n", encoding="utf-8")
    past = ("--relation", "supplier", "--ledger", demo_ledger.url, "--on", "2026-11-20", "--known-at")
    for command in (
        ("partners", "why-not", BUYER, SINGLE),
        ("partners", "rank", "--queries", tmp_path / "queries", "--out", tmp_path / "out.tsv"),
    ):
        assert run(*command, *past, "1").returncode == 0
        refused(run(*command, *past, "99"), "账本里没有这个账本位置：99")
