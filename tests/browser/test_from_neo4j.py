"""`lianxin serve` with LIANXIN_NEO4J in a browser: from the chain map to a record, into the past and back."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import URLError

import pytest
from playwright.sync_api import Page, expect

from graph.ledger import Ledger

REPAIRABLE = "91330113YANG00086R"


@pytest.fixture
def served(own_demo_ledger: Ledger, neo4j: Any, tmp_path: Path) -> Iterator[str]:
    """The address of a server process that answers from the graph in Neo4j."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {"LIANXIN_NEO4J": neo4j.hold(own_demo_ledger), "LIANXIN_LEDGER": own_demo_ledger.url}
    command = [str(Path(sys.executable).with_name("lianxin")), "serve", "--port", str(port)]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, cwd=tmp_path, stdout=log, stderr=log)
    try:
        _await(f"http://127.0.0.1:{port}/api/health", process, tmp_path / "log")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def _await(address: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + 60
    while True:
        assert process.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                assert answer.status == 200
                return
        except URLError:
            assert time.monotonic() < end, log.read_text()
            time.sleep(0.2)


def test_from_the_chain_map_to_a_record_and_into_the_past(served: str, desk: Page, neo4j: Any) -> None:
    desk.goto(f"{served}/chains/YLQX")
    expect(desk.get_by_role("heading", level=1)).to_have_text("医疗器械链：1 个环节只有一家供应，1 个环节空缺")
    desk.locator("svg a", has_text="医用高分子管材").first.click()
    expect(desk.get_by_role("heading", level=1)).to_have_text(re.compile("^可补医用高分子管材：已证实 1 家"))
    expect(desk.locator(".candidate").first).to_contain_text("杭州甲禾医用高分子（示例）有限公司")

    desk.goto(f"{served}/enterprises/{REPAIRABLE}/credit")
    expect(desk.get_by_role("main")).to_contain_text("临平区应急管理局（示例）")
    desk.goto(f"{served}/loads/1")
    desk.get_by_role("link", name="按当时所知查").click()
    expect(desk.locator(".dateline")).to_contain_text("按账本位置 1 时所知")
    desk.get_by_role("searchbox").or_(desk.locator("input[name=q]")).first.fill(REPAIRABLE)
    desk.locator("input[name=q]").first.press("Enter")
    desk.get_by_role("main").get_by_role("link", name=re.compile("杭州辛昀新材料科技")).first.click()
    expect(desk.locator(".dateline")).to_contain_text("按账本位置 1 时所知")
    expect(desk.get_by_role("main")).to_contain_text("未取得，不等于没有")
    desk.get_by_role("link", name="回到现在").click()
    expect(desk.locator(".dateline")).not_to_contain_text("时所知")
    expect(desk).to_have_url(f"{served}/enterprises/{REPAIRABLE}")

    agents = {agent for (agent,) in neo4j.run("CALL dbms.listConnections() YIELD userAgent RETURN userAgent")}
    assert any(agent.startswith("lianxin/") for agent in agents), "the pages came from the server"
