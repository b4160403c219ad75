"""Files as people hand them in, and a ledger with a party and two of its records."""

import io
import zipfile
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from cases.engine import Engine
    from graph.ledger import Ledger


def docx(*parts: str) -> bytes:
    """A zip with these parts."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        for part in parts:
            made.writestr(part, "x")
    return file.getvalue()


@pytest.fixture
def zipped() -> Callable[..., bytes]:
    """`zipped("a", "b")`: a zip with these parts."""
    return docx


@pytest.fixture
def recorded(each_ledger: "Ledger") -> "Ledger":
    """Two enterprises and two penalties."""
    from graph.ledger import LoadRequest, SourceFileInfo
    from graph.ontology import Enterprise, Penalty

    statements = [Enterprise(key="A", name="甲"), Enterprise(key="B", name="乙"), Penalty(key="p"), Penalty(key="q")]
    with each_ledger.staging() as staging:
        for row, statement in enumerate(statements, start=1):
            staging.add(statement, 0, row)
        file = SourceFileInfo("rows", "0" * 64, 1, len(statements))
        staging.commit(LoadRequest("register", "toy", "登记", "increment", [file], datetime(2026, 11, 20)))
    return each_ledger


@pytest.fixture
def engine(recorded: "Ledger") -> "Engine":
    """The engine with the shipped definitions, over the two enterprises, with an account for each side."""
    from cases import accounts
    from cases.accounts import Duty, Role
    from cases.definitions import registry
    from cases.engine import Engine
    from rules.calendar import official_calendar

    made = datetime(2026, 11, 20)
    for name, duty in {
        "firm": Duty(Role.ENTERPRISE, "A"),
        "firm.second": Duty(Role.ENTERPRISE, "A"),
        "other": Duty(Role.ENTERPRISE, "B"),
        "bureau": Duty(Role.REPAIR_AUTHORITY, authorities=("局",)),
        "chief": Duty(Role.REPAIR_AUTHORITY, authorities=("局", "分局")),
        "lead": Duty(Role.LEAD_DEPARTMENT),
        "admin": Duty(Role.ADMINISTRATOR),
    }.items():
        accounts.add(recorded, name, duty, "no hash", made)
    return Engine(recorded, registry(), official_calendar())
