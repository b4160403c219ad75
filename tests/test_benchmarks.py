"""Each benchmark runs in its small form, and its last line is JSON with the ratio. No time is asserted."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = {"cases", "cli", "graph", "lianxin", "loaders", "rules", "services", "web"}
BENCHMARKS = ("findings.py", "load.py", "million.py", "partners.py", "quality.py")


@pytest.mark.parametrize("name", BENCHMARKS)
def test_runs_small_and_ends_with_a_ratio(name: str) -> None:
    command = [sys.executable, str(ROOT / "benchmarks" / name), "--small"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    last = json.loads(done.stdout.splitlines()[-1])
    assert isinstance(last["ratio"], int | float)
    assert last["ratio"] > 0
    if name == "findings.py" and sys.platform == "linux":  # elsewhere the other engines are not installed
        assert set(last["flat_ratio"]) == {"duckdb", "zen-engine"}
        assert all(ratio > 0 for ratio in last["flat_ratio"].values())


def test_killed_processes_leave_everything_right(empty_neo4j: Any) -> None:
    """10 loads and 5 projections; the full number by hand."""
    command = [sys.executable, str(ROOT / "benchmarks" / "kills.py"), "--small", "--neo4j", empty_neo4j.url]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    last = json.loads(done.stdout.splitlines()[-1])
    assert last["ratio"] == 1
    assert (last["load"]["killed"], last["projection"]["killed"]) == (10, 5)
    assert last["projection"]["unfinished"] >= 1, "the kills came too late to prove anything"


def test_none_stands_in_the_way_of_a_package() -> None:
    """`python benchmarks/rules.py` would find itself where any benchmark imports `rules`."""
    assert not {path.stem for path in (ROOT / "benchmarks").iterdir()} & PACKAGES
