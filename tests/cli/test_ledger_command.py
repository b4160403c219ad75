"""`lianxin ledger backup` and `restore` as a person calls them."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("lianxin")), *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory, demo_dir: Path) -> str:
    url = f"sqlite:///{tmp_path_factory.mktemp('loaded') / 'ledger.db'}"
    done = run("load", "demo-district", demo_dir, "--ledger", url)
    assert done.returncode == 0, done.stderr
    return url


def test_a_backup_is_restored_into_a_new_ledger(loaded: str, tmp_path: Path) -> None:
    file, other = tmp_path / "backup.db", f"sqlite:///{tmp_path / 'other.db'}"
    done = run("ledger", "backup", file, "--ledger", loaded)
    assert done.returncode == 0, done.stderr
    assert "已备份到" in done.stdout
    assert "up to position 1" in done.stdout
    done = run("ledger", "restore", file, "--ledger", other)
    assert done.returncode == 0, done.stderr
    assert "已恢复到位置 1" in done.stdout
    listed = [run("load", "list", "--ledger", url).stdout for url in (loaded, other)]
    assert listed[0] == listed[1]


def test_what_cannot_be_done_is_said_in_both_languages(loaded: str, tmp_path: Path) -> None:
    file = tmp_path / "backup.db"
    assert run("ledger", "backup", file, "--ledger", loaded).returncode == 0
    for arguments, zh, en in (
        (("backup", file, "--ledger", loaded), "备份不覆盖", "overwrites nothing"),
        (("backup", tmp_path / "no" / "x.db", "--ledger", loaded), "写不进去", "cannot be written"),
        (("restore", file, "--ledger", loaded), "请加 --yes", "Give --yes"),
        (("restore", tmp_path / "none.db", "--ledger", loaded), "没有这个文件", "no such file"),
    ):
        done = run("ledger", *arguments)
        assert done.returncode == 1
        assert zh in done.stderr
        assert en in done.stderr
        assert "Traceback" not in done.stderr
