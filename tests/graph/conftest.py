"""What the tests of the ledger and the view share: loads of a few statements, and a whole state to compare."""

import itertools
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from graph.ledger import Ledger, LoadOutcome
    from graph.memory_view import MemoryView
    from graph.ontology import Link, Record

    Statement = Record | Link
    Rows = Sequence[Sequence[Statement]]

STARTED = datetime(2026, 9, 1, 8)

LOADS = """
import sys
from datetime import datetime
from graph.ledger import Ledger, LoadRequest, SourceFileInfo
from graph.ontology import Product, Ref, UpstreamOf

url, dataset, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
ledger = Ledger.open(url)
with ledger.staging() as staging:
    print("reading", flush=True)
    for n in range(count):
        staging.add(Product(key=f"{dataset}{n}", name="x" * 50), 0, n + 1)
    for n in range(count - 1):
        ends = Ref("Product", f"{dataset}{n}"), Ref("Product", f"{dataset}{n + 1}")
        staging.add(UpstreamOf(from_ref=ends[0], to_ref=ends[1]), 0, count + n + 1)
    print("writing", flush=True)
    file = SourceFileInfo("f", "", 0, 2 * count - 1)
    staging.commit(LoadRequest(dataset, "toy", "toy", "snapshot", [file], datetime.now()))
print("loaded", flush=True)
"""


@dataclass(frozen=True)
class LoadingProcess:
    """Another process that loads products and a link from each to the next, and says how far it is."""

    process: "subprocess.Popen[str]"

    def said(self, word: str) -> None:
        """Wait for its next word, which has to be this one."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline().strip()
        assert line == word, (line, self.process.stderr and self.process.stderr.read())

    def kill(self) -> None:
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()


@contextmanager
def _loading(url: str, dataset: str, count: int) -> Iterator[LoadingProcess]:
    command, root = [sys.executable, "-c", LOADS, url, dataset, str(count)], Path(__file__).parents[2]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield LoadingProcess(process)
        finally:
            if process.poll() is None:
                process.kill()


@pytest.fixture(scope="session")
def loading() -> Callable[[str, str, int], AbstractContextManager[LoadingProcess]]:
    """`with loading(url, dataset, count) as child`: a process that loads `count` products and `count` - 1 links."""
    return _loading


def _put(
    ledger: "Ledger",
    rows: "Rows",
    dataset: str = "a",
    *,
    mode: str = "snapshot",
    yes: bool = True,
    trust: int = 50,
    **more: Any,
) -> "LoadOutcome":
    """Load rows of statements as one file of a data set."""
    from graph.ledger import LoadRequest, SourceFileInfo

    file = SourceFileInfo("rows.jsonl", "0" * 64, 1, len(rows) + len(more.get("refused", ())))
    with ledger.staging() as staging:
        for number, statements in enumerate(rows, start=1):
            for statement in statements:
                staging.add(statement, 0, number)
        request = LoadRequest(dataset, "toy", "样例", mode, [file], STARTED, trust=trust, **more)
        return staging.commit(request, yes=yes)


def _everything(view: "MemoryView") -> list[Any]:
    """All that a view can be asked, in its order: records with their sources, links of every type both ways."""
    import numpy as np

    from graph.ontology import LINK_TYPES, RECORD_TYPES

    handles = np.array([h for record_type in RECORD_TYPES for h in view.all_of(record_type)], np.int64)
    said: list[Any] = [view.datasets, view.division(handles).tolist(), view.size(handles).tolist()]
    for handle in handles.tolist():
        said.append(view.entity(handle))
        assert view.handle(view.ref(handle)) == handle
    for link_type, direction in itertools.product(LINK_TYPES, ("out", "in")):
        found = view.links(link_type, handles, direction, on=None)
        evidence = [view.evidence(link_type, int(link)) for link in found.link]
        said.append((link_type, direction, found.origin.tolist(), found.other.tolist(), evidence))
    return said


@pytest.fixture(scope="session")
def put() -> "Callable[..., LoadOutcome]":
    """`put(ledger, [[statement, …], …], "data set", mode=…)`: a load in which each inner list is one row."""
    return _put


@pytest.fixture(scope="session")
def everything() -> "Callable[[MemoryView], list[Any]]":
    """`everything(view)`: a value that is equal for two views when every question has the same answer."""
    return _everything
