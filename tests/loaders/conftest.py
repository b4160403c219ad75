"""Registers of known content, and files of credit events to load against them."""

import csv
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from graph.ledger import Ledger, LoadOutcome
    from graph.ontology import Record
    from loaders.loader import Format


@pytest.fixture
def register(tmp_ledger: "Ledger") -> "Callable[..., None]":
    """`register(Enterprise(…), …)`: a register of enterprises in the ledger."""

    def load(*records: "Record", dataset: str = "register") -> None:
        from graph.ledger import LoadRequest, SourceFileInfo

        with tmp_ledger.staging() as staging:
            for row, record in enumerate(records, start=1):
                staging.add(record, 0, row)
            file = SourceFileInfo("register.csv", "0" * 64, 1, len(records))
            staging.commit(LoadRequest(dataset, "test", dataset, "snapshot", [file], datetime(2026, 11, 20)))

    return load


Rows = Sequence[Mapping[str, str]]


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    """`written([{heading: cell, …}, …])`: a CSV file of these rows, the headings those of the first."""

    def write(rows: Rows, name: str = "export.csv", *, headings: Sequence[str] = (), encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        with path.open("w", encoding=encoding, newline="") as file:
            writer = csv.writer(file)
            writer.writerow(headings or rows[0])
            writer.writerows(row.values() for row in rows)
        return path

    return write


@pytest.fixture
def loaded(tmp_ledger: "Ledger", written: Callable[..., Path]) -> "Callable[..., LoadOutcome]":
    """`loaded(format, rows)`: these rows in a file, loaded into the ledger of the test."""

    def load(source: "Format", rows: Rows, **how: object) -> "LoadOutcome":
        from loaders.run import run_load

        return run_load(tmp_ledger, source, [written(rows, **how)])

    return load
