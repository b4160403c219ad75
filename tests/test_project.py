"""The project as a whole: its environment, its lock, its two commands and its wheel."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from importlib.metadata import Distribution, distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PACKAGES = set(PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"])
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
DEPENDENCIES = [d for d in distributions() if d.name != "lianxin"]
LICENCES_READ = {"axe-playwright-python": "MIT", "zen-engine": "MIT"}  # their metadata name none; by LICENSE files


# Packaging


def test_packages_are_the_eight_of_the_architecture() -> None:
    assert {"cases", "cli", "graph", "lianxin", "loaders", "rules", "services", "web"} == PACKAGES
    assert set(PROJECT["tool"]["importlinter"]["root_packages"]) == PACKAGES
    assert set(PROJECT["tool"]["mypy"]["packages"]) == PACKAGES


@pytest.mark.parametrize("dependency", DEPENDENCIES, ids=lambda d: d.name)
def test_no_dependency_brings_a_package_with_one_of_our_names(dependency: Distribution) -> None:
    brought = {file.parts[0].removesuffix(".py") for file in dependency.files or ()}
    assert not brought & PACKAGES


@pytest.mark.parametrize("dependency", DEPENDENCIES, ids=lambda d: d.name)
def test_no_dependency_is_under_the_gpl_or_agpl(dependency: Distribution) -> None:
    licence = LICENCES_READ.get(dependency.name) or _licence(dependency)
    assert licence
    assert not re.search(r"(?<!L)\bA?GPL|(?<!Lesser )General Public", licence, re.IGNORECASE), licence


def _licence(dependency: Distribution) -> str:
    """What the distribution declares. Only the first line of the free text: some put the whole licence there."""
    names = ("License-Expression", "Classifier", "License")
    expressions, classifiers, texts = (dependency.metadata.get_all(name) or [] for name in names)
    named = [c for c in classifiers if c.startswith("License ::")] + [t.partition("\n")[0] for t in texts]
    return "; ".join(expressions or named)


def test_rules_stand_alone() -> None:
    """Rules have no clock, store, framework or network, and know nothing of the floors above them."""
    script = """
import importlib, pkgutil, sys, rules
for module in pkgutil.walk_packages(rules.__path__, "rules."):
    importlib.import_module(module.name)
print(*{name.partition(".")[0] for name in sys.modules})
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "rules" in loaded
    assert not loaded & {"flask", "numpy", "requests", "sqlalchemy", "cases", "cli", "loaders", "services", "web"}


def test_wheel_carries_every_tracked_file_of_the_packages(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        carried = set(wheel.namelist())
    tracked = {str(path) for path in _tracked() if path.parts[0] in PACKAGES}
    assert tracked <= carried


# Lock


def _locked() -> Iterator[tuple[Requirement, str]]:
    """Each requirement of the lock with the lines below it."""
    for entry in re.split(r"^(?=\w)", LOCK, flags=re.MULTILINE)[1:]:
        first, _, rest = entry.partition("\\\n")
        yield Requirement(first.strip()), rest


def test_lock_has_hashes_and_no_address() -> None:
    assert "http" not in LOCK
    assert [str(r) for r, rest in _locked() if not re.match(r" +--hash=sha256:[0-9a-f]{64}\b", rest)] == []


def test_lock_satisfies_the_project() -> None:
    """On every platform: a requirement may be locked several times, under different markers."""
    locked: dict[str, list[str]] = {}
    for requirement, _ in _locked():
        (pin,) = requirement.specifier
        assert pin.operator == "=="
        locked.setdefault(canonicalize_name(requirement.name), []).append(pin.version)
    for text in PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["dev"]:
        wanted = Requirement(text)
        versions = locked.get(canonicalize_name(wanted.name))
        assert versions, f"{text} is not in the lock: make lock"
        assert all(version in wanted.specifier for version in versions), f"{text}: {versions}; make lock"


# The two commands


@pytest.fixture
def newcomer(tmp_path: Path) -> Path:
    """A copy of what `make` reads, in a folder with a difficult name, beside an almost empty PATH in `bin`."""
    folder = tmp_path / "链 信"
    (folder / "scripts").mkdir(parents=True)
    for name in ("Makefile", "pyproject.toml", "requirements.lock", "scripts/install"):
        shutil.copy(ROOT / name, folder / name)
    (tmp_path / "bin").mkdir()
    for name in ("cat", "cksum", "dirname", "head", "make", "mkdir", "rm", "sed", "sh"):
        found = shutil.which(name)
        assert found, name
        (tmp_path / "bin" / name).symlink_to(found)
    return folder


def _make(folder: Path, target: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": str(folder.parent / "bin"), "LANG": "C.UTF-8"}
    return subprocess.run(["make", target], cwd=folder, env=environment, capture_output=True, text=True)


def _fake(folder: Path, name: str, script: str) -> None:
    file = folder.parent / "bin" / name
    file.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    file.chmod(0o755)


@pytest.mark.parametrize("target", ["run", "test"])
def test_old_python_is_named_with_the_remedy(newcomer: Path, target: str) -> None:
    _fake(newcomer, "python3", 'case $1 in --version) echo "Python 3.9.6" ;; *) exit 1 ;; esac')
    done = _make(newcomer, target)
    assert done.returncode
    assert "需要 Python 3.11 或更新的版本，或者 uv。这里的 python3：Python 3.9.6。" in done.stderr
    assert "Python 3.11 or newer is needed, or uv. The python3 found here: Python 3.9.6." in done.stderr
    assert "apt install python3 python3-venv" in done.stderr
    assert "brew install uv" in done.stderr


def test_no_python_is_named_with_the_remedy(newcomer: Path) -> None:
    done = _make(newcomer, "run")
    assert done.returncode
    assert "这里的 python3：无/none。" in done.stderr


def test_uv_that_cannot_be_brought_is_named_with_the_remedy(newcomer: Path) -> None:
    """Debian's python3 without python3-venv, and a pyenv shim of a uv that its Python does not have."""
    _fake(newcomer, "python3", 'case $1 in -c) ;; *) echo "ensurepip is not available" >&2; exit 1 ;; esac')
    _fake(newcomer, "uv", 'echo "pyenv: uv: command not found" >&2; exit 127')
    done = _make(newcomer, "test")
    assert done.returncode
    assert "ensurepip is not available" in done.stderr
    assert "没有 uv，也没能用 python3 的 venv 和 pip 装上它" in done.stderr
    assert "There is no uv, and venv and pip of python3 could not install it" in done.stderr
    assert "brew install uv" in done.stderr


def test_python_that_uv_cannot_download_is_named_with_the_remedy(newcomer: Path) -> None:
    _fake(newcomer, "uv", 'case $1 in venv) echo "error: no download" >&2; exit 2 ;; esac')
    done = _make(newcomer, "run")
    assert done.returncode
    assert "uv 也没能下载它" in done.stderr
    assert "uv could not download one" in done.stderr


def test_installs_once_with_hashes_and_again_only_after_a_change(newcomer: Path) -> None:
    _fake(newcomer, "uv", 'case $1 in venv) mkdir .venv ;; pip) echo "$*" >>uv.log ;; esac')
    log = newcomer / "uv.log"
    for _ in range(2):
        assert _make(newcomer, "install").returncode == 0
    assert len(log.read_text().splitlines()) == 2
    assert "--require-hashes requirements.lock" in log.read_text()
    with (newcomer / "requirements.lock").open("a") as lock:
        lock.write("# changed\n")
    assert _make(newcomer, "install").returncode == 0
    assert len(log.read_text().splitlines()) == 4
    moved = newcomer.rename(newcomer.parent / "moved")
    assert _make(moved, "install").returncode == 0
    assert len((moved / "uv.log").read_text().splitlines()) == 6


def test_ci_calls_the_test_command_of_the_readme() -> None:
    lines = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert lines[-2:] == ["export CI=true", "make test"]
    assert "set -euo pipefail" in lines


def test_ci_fails_on_a_skipped_test(tmp_path: Path) -> None:
    shutil.copy(ROOT / "tests" / "conftest.py", tmp_path)
    (tmp_path / "test_skips.py").write_text(
        "import pytest\n"
        "def test_missing(needs): needs('a component', None, 'install it')\n"
        "def test_skip(): pytest.skip('for no good reason')\n"
        "@pytest.mark.may_skip('by its nature')\n"
        "def test_allowed(): pytest.skip('allowed')\n"
        "@pytest.mark.xfail\n"
        "def test_expected(): assert False\n"
    )
    (tmp_path / "test_module.py").write_text("import pytest\npytest.importorskip('no_such_module')\n")
    assert "3 skipped, 1 xfailed" in _pytest(tmp_path, ci="false", arguments=["test_skips.py"])
    assert "2 failed, 1 skipped, 1 xfailed" in _pytest(tmp_path, ci="true", arguments=["test_skips.py"])
    assert "1 skipped" in _pytest(tmp_path, ci="false", arguments=["test_module.py"])
    assert "1 error" in _pytest(tmp_path, ci="true", arguments=["test_module.py"])


def _pytest(folder: Path, ci: str, arguments: list[str]) -> str:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments]
    environment = os.environ | {"CI": ci}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True).stdout


# What is tracked


def _tracked() -> list[Path]:
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [Path(name) for name in done.stdout.split("\0") if name and (ROOT / name).is_file()]


def _texts() -> Iterator[tuple[Path, str]]:
    for path in _tracked():
        try:
            yield path, (ROOT / path).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture or a font


def test_no_tracked_file_names_a_folder_of_one_machine() -> None:
    machine = re.compile(r"(?<![\w.-])/(?:work|root|tmp|home)/", re.ASCII)
    named = [f"{path}: {m[0]}" for path, text in _texts() if path.parts[0] != "tests" for m in machine.finditer(text)]
    assert named == []


def test_no_tracked_file_names_a_package_registry() -> None:
    """Where packages come from is the business of whoever installs."""
    registry = re.compile(r"pypi\.org|pythonhosted\.org|registry\.npmjs\.org|deb\.debian\.org|crates\.io")
    assert [f"{path}: {m[0]}" for path, text in _texts() for m in registry.finditer(text)] == []


def test_tests_are_no_packages() -> None:
    """Else `tests/graph` would stand in the way of `graph`."""
    assert list((ROOT / "tests").rglob("__init__.py")) == []
