"""What the tests of the ledger and the view share: loads of a few statements, and a whole state to compare."""

import itertools
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from graph.ledger import Ledger, LoadOutcome
    from graph.memory_view import MemoryView
    from graph.ontology import Link, Record

    Statement = Record | Link
    Rows = Sequence[Sequence[Statement]]

STARTED = datetime(2026, 9, 1, 8)


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
