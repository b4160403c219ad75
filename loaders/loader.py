"""What every loader is given: strict rows, notes and skips with reasons, refusals that name file, row, field, value.

A format is a declaration: its files, for each file the row model and one small function that turns a row into
records and links. Whatever a source holds is handled, skipped with a reason, or stops the load.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NoReturn

from pydantic import BaseModel, ConfigDict

from graph.ontology import Link, Record
from loaders.parties import Parties
from rules.credit_repair.standards import SectorStandard

Statement = Record | Link
Mode = Literal["snapshot", "increment"]


class Row(BaseModel):
    """Base of all row models: an undeclared field is refused, nothing is converted behind the reader's back."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=False)


class Refused(ValueError):
    """Raised by a loader function: this row cannot be taken. The load goes on and reports it.

    `missing_in`: the earlier file that should hold what the row speaks of. `contradicts`: earlier rows of the same
    file that say something else of the same key: nobody can tell which is right, so that they are refused, too.
    """

    def __init__(
        self,
        field_name: str,
        value: object,
        problem: str,
        problem_zh: str,
        *,
        missing_in: str = "",
        contradicts: Sequence[int] = (),
    ) -> None:
        super().__init__(problem)
        self.field, self.value, self.problem, self.problem_zh = field_name, str(value), problem, problem_zh
        self.missing_in, self.contradicts = missing_in, contradicts


CONTRADICTS_EARLIER = (
    "contradicts an earlier row: the same key with other values",
    "与前面的行矛盾：同一个键，其他值不同",
)
CONTRADICTS_LATER = (
    "contradicts a later row: the same key with other values",
    "与后面的行矛盾：同一个键，其他值不同",
)


def not_in(field_name: str, value: object, file: str) -> Refused:
    """The refusal of a row that speaks of something that an earlier file does not hold."""
    return Refused(field_name, value, f"is not in {file}", f"不在 {file} 里", missing_in=file)


class Skipped(Exception):  # not an error: a decision that the report counts by its reason
    """Raised by a loader function: this row is left out on purpose, for this reason."""


@dataclass(slots=True)
class Said:
    """What a row says of a key, and which rows say it. `contradicted`: another row says something else."""

    row: Row
    rows: list[int] = field(default_factory=list)
    contradicted: bool = False


@dataclass(slots=True)
class Notes:
    """What the loader functions want said in the load report, and what they remember between rows.

    `seen`: keys met so far, by kind; a loader uses it to tell that a row speaks of something no other row declared.
    `sums`: running sums by kind and key, for what only the whole file can tell.
    `parties`: the enterprises that the ledger held when the load began. `standards`: the sector standards known so
    far, of the ledger and of earlier rows.
    `row`: the number of the row that is being taken; `said`: what rows say of keys of which each may have one row.
    `marked`: whether rows say that they are made up (合成数据), for formats whose files may be real or synthetic.
    """

    noted: Counter[str] = field(default_factory=Counter)
    seen: defaultdict[str, set[Hashable]] = field(default_factory=lambda: defaultdict(set))
    sums: defaultdict[str, defaultdict[str, float]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(float))
    )
    parties: Parties = field(default_factory=Parties)
    standards: dict[str, SectorStandard] = field(default_factory=dict)
    marked: set[bool] = field(default_factory=set)
    row: int = 0
    said: dict[tuple[str, Hashable], Said] = field(default_factory=dict)

    def note(self, reason: str) -> None:
        """Count one thing that was taken but deserves a word."""
        self.noted[reason] += 1

    def first(self, kind: str, key: Hashable) -> bool:
        """Remember a key; True when it is met for the first time."""
        known = self.seen[kind]
        if key in known:
            return False
        known.add(key)
        return True

    def alone(self, row: Row, field_name: str, kind: str, key: Hashable, value: str) -> None:
        """A key of which each may have one row. A row that repeats it is left to the ledger, which skips it.

        Raises Refused for one that contradicts an earlier row; `value`: the key as the field states it.
        """
        said = self.said.setdefault((kind, key), Said(row))
        if not said.contradicted and (said.row is row or said.row == row):
            said.rows.append(self.row)
            return
        earlier, said.rows, said.contradicted = said.rows, [], True
        raise Refused(field_name, value, *CONTRADICTS_EARLIER, contradicts=earlier)

    def known(self, kind: str, key: Hashable) -> bool:
        """Whether a key of this kind was met before."""
        return key in self.seen[kind]


def skip(reason: str) -> NoReturn:
    """Leave the current row out, counted under this reason."""
    raise Skipped(reason)


Take = Callable[[Any, Notes], Iterator[Statement]]


def as_declared(heading: str) -> str:
    """The meaning of headings where a format knows no variants: each means itself."""
    return heading


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file of a format.

    `names`: the file names under which it comes (plain or .gz); with `any_name`, a file that is given by its own path
    may bear another (registers are exported under many). `floor`: the fewest rows that are believed.
    `ignored`: declared fields that are not loaded, each with its reason. `conclude`: called when the file is read.
    `meaning`: gives the field that a heading of a CSV file stands for, or the heading itself. A field that has a
    default is a column that a file may lack. `personal`: fields that hold personal data; a file that has such never
    shows in a report or an error what might be some.
    """

    names: tuple[str, ...]
    model: type[Row]
    take: Take
    floor: int = 1
    ignored: tuple[tuple[str, str], ...] = ()
    required: bool = True
    conclude: Callable[[Notes], None] | None = None
    meaning: Callable[[str], str] = as_declared
    personal: frozenset[str] = frozenset()
    any_name: bool = False


@dataclass(frozen=True, slots=True)
class Format:
    """A source format. Files are read in the declared order.

    `mode`: a snapshot states everything and retracts what vanished; an increment only adds.
    `trust`: where two data sets give one property different values, the higher is taken; both are shown.
    `synthetic`: the data are made up, and every page says so.
    """

    name: str
    label: str
    files: tuple[SourceFile, ...]
    mode: Mode = "snapshot"
    trust: int = 50
    synthetic: bool = False
