"""The adapter for code on py2neo: one round trip against the real server; nothing else imports it."""

import ast
import gc
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from graph.ledger import Ledger
from graph.neo4j_projection import Projection
from graph.neo4j_server import Server
from graph.ontology import Enterprise, Makes, Product, Ref, Size
from lianxin.errors import StoreUnavailable

ROOT = Path(__file__).parents[2]
PACKAGES = ("cases", "cli", "graph", "lianxin", "loaders", "rules", "services", "web")
FIRM, PRODUCT = Ref("Enterprise", "f1"), Ref("Product", "p1")


@pytest.fixture
def py2neo(needs: Callable[[str, Any, str], Any]) -> None:
    needs("py2neo", find_spec("py2neo"), "make install, which installs the extra py2neo too")


@pytest.mark.usefixtures("py2neo")
def test_what_is_loaded_comes_back_as_nodes_and_relationships(
    tmp_ledger: Ledger, put: Callable[..., Any], empty_neo4j: Any
) -> None:
    from py2neo import Graph, Node, Relationship

    from graph.py2neo_adapter import links, node, open_graph

    makes = Makes(from_ref=FIRM, to_ref=PRODUCT, share=0.25, valid_from=date(2026, 1, 1))
    firms = [[Enterprise(key="f1", name="临平一号厂", size=Size.SMALL)], [Enterprise(key="f2", name="临平二号厂")]]
    put(tmp_ledger, [*firms, [Product(key="p1", name="医用管材")], [makes]])
    put(tmp_ledger, [firms[0], [Product(key="p1", name="医用管材")], [makes]])  # the second firm is gone
    with closing(Server.open(empty_neo4j.url)) as server:
        Projection(tmp_ledger, server).catch_up()
    graph = open_graph(empty_neo4j.url)
    try:
        found = node(graph, FIRM)
        assert isinstance(graph, Graph)
        assert isinstance(found, Node)
        assert set(found.labels) == {"Record", "Enterprise"}
        assert (found["name"], found["size"]) == ("临平一号厂", "small")
        assert node(graph, Ref("Enterprise", "f2")) is None
        (link,) = links(graph, FIRM, "Makes")
        assert isinstance(link, Relationship)
        assert type(link).__name__ == "MAKES"
        assert (link.start_node, link.end_node) == (found, node(graph, PRODUCT))
        assert (link["basis"], link["share"], str(link["valid_from"])) == ("observed", 0.25, "2026-01-01")
        assert links(graph, PRODUCT, "Makes") == [link]
        assert links(graph, FIRM, "Supplies") == []
    finally:
        graph.service.connector.close()


@pytest.mark.usefixtures("py2neo")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # py2neo leaves its socket open
def test_without_a_server_it_says_what_to_do_and_hides_the_password() -> None:
    from graph.py2neo_adapter import open_graph

    with pytest.raises(StoreUnavailable, match="Is Neo4j running") as refused:
        open_graph("bolt://somebody:secret@127.0.0.1:9")
    assert "用户名和密码" in refused.value.zh
    assert "secret" not in refused.value.en + refused.value.zh
    del refused
    gc.collect()


def test_without_py2neo_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    from graph.py2neo_adapter import open_graph

    monkeypatch.setitem(sys.modules, "py2neo", None)
    with pytest.raises(StoreUnavailable, match="the extra py2neo"):
        open_graph("bolt://127.0.0.1:9")


def test_no_other_file_imports_it() -> None:
    importing = [
        str(path.relative_to(ROOT))
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
        if any("py2neo" in name for name in _imported(path))
    ]
    assert importing == ["graph/py2neo_adapter.py"]


def _imported(path: Path) -> list[str]:
    names = []
    for part in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(part, ast.Import):
            names += [each.name for each in part.names]
        elif isinstance(part, ast.ImportFrom):
            names += [f"{part.module}.{each.name}" for each in part.names]
    return names


def test_all_of_lianxin_is_imported_without_it() -> None:
    """Also by way of somebody else's package."""
    script = f"""
import importlib, pkgutil, sys
for name in {PACKAGES}:
    for module in pkgutil.walk_packages(importlib.import_module(name).__path__, name + "."):
        if not any(part in module.name for part in (".migrations", "__main__", "py2neo_adapter")):
            importlib.import_module(module.name)
print(*{{name.partition(".")[0] for name in sys.modules}})
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert {"graph", "neo4j", "web"} <= loaded
    assert "py2neo" not in loaded
