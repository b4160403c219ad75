"""What a load says of itself, and what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from lianxin.errors import BadRow

REPEATED = "repeats an earlier row"
HELD_BACK = "retraction held back because rows were refused"


@dataclass(frozen=True, slots=True)
class SourceFileInfo:
    """One file of a load: name, SHA-256 digest, size in bytes, rows read."""

    name: str
    digest: str
    size: int
    rows: int


@dataclass(frozen=True, slots=True)
class LoadRequest:
    """What a load says of itself: its data set, and what the loader read, noted, skipped and refused.

    `data_day`: 数据到 up to which day the data reach, where their source says so.
    """

    dataset: str
    format: str
    label: str
    mode: str
    files: Sequence[SourceFileInfo]
    started_at: datetime
    trust: int = 50
    synthetic: bool = False
    noted: Mapping[str, int] = field(default_factory=dict)
    skipped: Mapping[str, int] = field(default_factory=dict)
    refused: Sequence[BadRow] = ()
    data_day: date | None = None


@dataclass(frozen=True, slots=True)
class LoadOutcome:
    """What a load did. `rows` = `new` + `changed` + `unchanged` + all `skipped` + all `refused`, counted in rows.

    `retracted` counts facts (records and links) that the snapshot no longer states.
    """

    load: int
    position: int
    rows: int
    new: int
    changed: int
    unchanged: int
    retracted: int
    noted: Mapping[str, int]
    skipped: Mapping[str, int]
    refused: Sequence[Mapping[str, Any]]

    def report(self) -> dict[str, Any]:
        """The load report in the form of `lianxin load --report`."""
        return {
            "load": self.load,
            "rows": self.rows,
            "new": self.new,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "retracted": self.retracted,
            "noted": dict(self.noted),
            "skipped": dict(self.skipped),
            "refused": [dict(r) for r in self.refused],
        }
