"""The entry point `lianxin` in this process, in an empty folder."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

Run = Callable[..., Any]


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LIANXIN_LEDGER", raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def run(environment: None, monkeypatch: pytest.MonkeyPatch) -> Run:
    """`run("load", "list")`: the entry point in this process, with its exit code and what it said."""
    del environment

    def called(*arguments: str | Path) -> Any:
        import cli

        monkeypatch.setattr(sys, "argv", ["lianxin", *map(str, arguments)])
        runner = CliRunner()
        with runner.isolation() as streams:
            code = 0
            try:
                cli.main()
            except SystemExit as end:
                code = end.code if isinstance(end.code, int) else int(end.code is not None)
            out, err = (stream.getvalue().decode() for stream in streams[:2])
        assert "Traceback" not in out + err
        return subprocess.CompletedProcess(arguments, code, out, err)

    return called
