"""Small ledgers of known content for the services."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from graph.ledger import Ledger
    from graph.memory_view import MemoryView
    from graph.ontology import Link, Record

StatedView = Callable[..., "MemoryView"]


@pytest.fixture
def stated(tmp_ledger: "Ledger") -> StatedView:
    """`stated(register=[…], report=[…])`: a view of data sets that state this, the one named first trusted most."""

    def view(*, synthetic: Iterable[str] = (), **datasets: "Sequence[Record | Link]") -> "MemoryView":
        from graph.memory_build import build

        for place, (name, statements) in enumerate(datasets.items()):
            _load(tmp_ledger, name, statements, trust=50 - place, synthetic=name in synthetic)
        return build(tmp_ledger)

    return view


def _load(ledger: "Ledger", name: str, statements: "Sequence[Record | Link]", *, trust: int, synthetic: bool) -> None:
    from graph.ledger import LoadRequest, SourceFileInfo

    with ledger.staging() as staging:
        for row, statement in enumerate(statements, start=1):
            staging.add(statement, 0, row)
        staging.commit(
            LoadRequest(
                dataset=name,
                format="test",
                label=name,
                mode="snapshot",
                files=[SourceFileInfo(f"{name}.csv", "0" * 64, 1, len(statements))],
                started_at=datetime(2026, 11, 20),
                trust=trust,
                synthetic=synthetic,
            )
        )
