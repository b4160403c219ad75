"""What tests of the rules share: the worked cases that lie outside the repository."""

from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="session")
def cases_dir(needs: Callable[[str, Path | None, str], Path]) -> Path:
    """The worked cases (CSV). They are kept outside the repository; in CI a missing folder fails."""
    folder = ROOT.parent / "shared" / "cases"
    return needs("worked cases", folder if folder.is_dir() else None, "put them into ../shared/cases")
