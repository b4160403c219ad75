"""What people state lies in the ledger too: an older ledger gets its tables when it is opened and keeps its rows."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, inspect
from sqlalchemy.exc import DatabaseError

from graph.ledger import Ledger, LoadOutcome, store
from graph.ledger.schema import ERASABLE, metadata
from graph.memory_build import build
from graph.ontology import Product

NEW = {
    "document", "document_content", "claim", "claim_document", "record_link", "record_link_end", "tout_report",
    "tout_report_text", "account", "account_authority", "account_event", "account_session", "api_key", "login_attempt",
    "case_file", "case_event", "case_personal", "case_document", "case_key", "case_checkpoint", "case_head",
    "case_notice", "account_contact",
}  # fmt: skip


def first_ledger(file: Path) -> None:
    """A ledger as the first version made it."""
    config = Config()
    config.set_main_option("script_location", str(Path(store.__file__).parent / "migrations"))
    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    engine.dispose()


def test_an_older_ledger_is_migrated_when_it_is_opened(tmp_path: Path, put: Callable[..., LoadOutcome]) -> None:
    file = tmp_path / "ledger.db"
    first_ledger(file)
    engine = create_engine(f"sqlite:///{file}")
    assert not NEW & set(inspect(engine).get_table_names())
    engine.dispose()
    with closing(sqlite3.connect(file)) as other, other:
        other.execute("INSERT INTO dataset VALUES (7, 'old', 'toy', 'old', 50, 0)")
    with closing(Ledger.open(f"sqlite:///{file}")) as ledger:
        assert set(inspect(ledger.engine).get_table_names()) == {*metadata.tables, "alembic_version"}
        with ledger.reading() as connection:
            assert connection.exec_driver_sql("SELECT name FROM dataset").scalars().all() == ["old"]
        put(ledger, [[Product(key="a")]])
        assert len(build(ledger).all_of("Product")) == 1


def test_only_what_may_have_to_be_erased_can_be(tmp_ledger: Ledger) -> None:
    def run(connection: Any, act: str) -> None:
        connection.exec_driver_sql(act)

    with tmp_ledger.engine.begin() as connection:
        for statement in (
            "INSERT INTO document VALUES (1, 'd', 'application/pdf', 1, '2026-11-24')",
            "INSERT INTO document_content VALUES (1, 'x')",
            "INSERT INTO tout_report VALUES (1, 'f', '2026-11-24')",
            "INSERT INTO tout_report_text VALUES (1, 'a', 'b', 'c', 'd')",
            "INSERT INTO case_file VALUES (1, 'k', NULL, NULL, '2026-11-24')",
            "INSERT INTO case_event VALUES (1, 1, 1, '2026-11-24', 'a', 'r', 'open', '{}', 'p', 'h')",
            "INSERT INTO case_personal VALUES (1, 'k', '{}')",
        ):
            run(connection, statement)
        for table in ERASABLE:
            run(connection, f"DELETE FROM {table}")
    for table in ("document", "tout_report", "case_event"):
        with tmp_ledger.engine.connect() as connection, pytest.raises(DatabaseError, match="append-only"):
            run(connection, f"DELETE FROM {table}")
