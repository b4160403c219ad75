"""Gathering the statements of a load in temporary tables, outside the write lock, and settling what stands twice."""

import gc
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from graph.ledger import load
from graph.ledger.failures import translated
from graph.ledger.request import REPEATED, LoadOutcome, LoadRequest, SourceFileInfo
from graph.ledger.store import Store
from graph.ontology import LINK_TYPES, RECORD_TYPES, Link, Record, body
from lianxin.errors import BadRow

BATCH = 20_000  # statements per executemany: larger ones gain nothing measurable

_STAGE = (
    "CREATE TEMPORARY TABLE stage_record (seq INTEGER PRIMARY KEY, hash BIGINT, type {text}, key {text}, part {text},"
    " body TEXT, file INTEGER, row INTEGER)",
    "CREATE TEMPORARY TABLE stage_kind"
    " (kind INTEGER PRIMARY KEY, type {text}, from_type {text}, to_type {text}, basis TEXT)",
    "CREATE TEMPORARY TABLE stage_link_row (seq INTEGER PRIMARY KEY, hash BIGINT, kind INTEGER, from_key {text},"
    " to_key {text}, part {text}, valid_from DATE, valid_to DATE, body TEXT, file INTEGER, row INTEGER)",
    "CREATE TEMPORARY VIEW stage_link AS SELECT s.seq, s.hash, k.type, k.from_type, s.from_key, k.to_type, s.to_key,"
    " s.part, k.basis, s.valid_from, s.valid_to, s.body, s.file, s.row"
    " FROM stage_link_row s {loop} stage_kind k ON k.kind = s.kind",
    "CREATE TEMPORARY TABLE stage_file (stage INTEGER PRIMARY KEY, file INTEGER)",
)
_LOST = "CREATE TEMPORARY TABLE lost (type {text}, key {text})"


class Staging:
    """Gathers the statements of one load; `commit` compares and appends them. Use as a context manager."""

    def __init__(self, ledger: Store) -> None:
        self._ledger = ledger
        self._records: list[tuple[Any, ...]] = []
        self._links: list[tuple[Any, ...]] = []
        self._kinds: dict[_Kind, int] = {}
        self._seq = 0
        self._withdrawn: dict[_Place, dict[str, Any]] = {}
        with translated(ledger.url):
            self._connection = ledger.engine.connect()

    def __enter__(self) -> Self:
        with translated(self._ledger.url):
            self._begin()
            database = self._ledger.database
            for statement in _STAGE:
                self._connection.exec_driver_sql(statement.format(text=database.text, loop=database.loop))
        # Statements make no cycles, and to look for some among the gathered ones costs 7 % of a load.
        self._was_collecting = gc.isenabled()
        gc.disable()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._was_collecting:
            gc.enable()
        # The temporary tables live as long as the connection: it is closed for good, not given back.
        self._connection.invalidate()
        self._connection.close()

    def _begin(self) -> None:
        self._connection.execution_options(lianxin_write=False)
        self._connection.begin()

    def add(self, statement: Record | Link, file: int, row: int) -> None:
        """Gather one statement with its place: index of the file in the load's order, row counted from 1."""
        self._seq += 1
        type_name = type(statement).__name__
        if isinstance(statement, Record):
            key, part = statement.key, statement.part
            identity = hash((type_name, key, part))
            self._records.append((self._seq, identity, type_name, key, part, body(statement), file, row))
            if len(self._records) >= BATCH:
                self._flush()
            return
        (from_type, from_key), (to_type, to_key) = statement.from_ref, statement.to_ref
        part, valid_from, valid_to = statement.part, statement.valid_from, statement.valid_to
        basis = statement.basis._value_  # the property `value` costs as much as the rest of this tuple
        kind = type_name, from_type, to_type, basis
        self._links.append(
            (
                self._seq,
                hash((type_name, from_key, to_key, part)),
                self._kinds.get(kind) or self._new_kind(kind),
                from_key,
                to_key,
                part,
                None if valid_from is None else valid_from.isoformat(),
                None if valid_to is None else valid_to.isoformat(),
                body(statement),
                file,
                row,
            )
        )
        if len(self._links) >= BATCH:
            self._flush()

    def _new_kind(self, kind: "_Kind") -> int:
        """The number of a new kind of link. There are few, so that their names are written once, not in each row."""
        number = self._kinds[kind] = len(self._kinds) + 1
        with translated(self._ledger.url):
            self._ledger.database.insert_many(self._connection, "stage_kind", [(number, *kind)])
        return number

    def withdraw(self, file: int, refused: BadRow) -> None:
        """Refuse a row after all: what it stated is taken out, with every row that names what only it states."""
        self._withdrawn[file, refused.row] = _refusal(refused)

    def _flush(self) -> None:
        with translated(self._ledger.url):
            for stage, rows in ((_RECORDS, self._records), (_LINKS, self._links)):
                if rows:
                    self._ledger.database.insert_many(self._connection, stage.rows, rows)
        self._records, self._links = [], []

    def commit(self, request: LoadRequest, *, yes: bool = False) -> LoadOutcome:
        """Compare with the ledger and append what differs, in one transaction.

        Raises LargeRetraction (unless `yes`) when a snapshot would retract more than a tenth of its data set,
        Conflict when a link names a record that nothing states. Either way the ledger is as before.
        """
        self._flush()
        with translated(self._ledger.url):
            self._ledger.database.look_at(self._connection, _RECORDS.rows, _LINKS.rows, "stage_kind")
            skipped, refused = self._settle_repeats(request)
            self._connection.commit()
        with self._ledger.writing(self._connection):
            return load.append(self._connection, self._ledger.database, request, skipped, refused, yes=yes)

    def _settle_repeats(self, request: LoadRequest) -> tuple[Counter[str], list[dict[str, Any]]]:
        """Rows that state a fact again: equal ones are skipped, contradicting ones are refused, all of them."""
        skipped = Counter(request.skipped)
        refused = [_refusal(error) for error in request.refused]
        repeated = {stage: self._repeated(stage) for stage in (_RECORDS, _LINKS)}
        if contradicting := self._withdrawn | _contradicting(repeated, request.files):
            refused += self._refuse_with_followers(contradicting, request.files)
            # What a refused row repeated or was repeated by has changed.
            repeated = {stage: self._repeated(stage) for stage in (_RECORDS, _LINKS)}
        repeated_rows: set[tuple[int, int]] = set()
        for stage, statements in repeated.items():
            for statement, _ in statements:
                if statement["seq"] != statement["first"]:
                    repeated_rows.add((statement["file"], statement["row"]))
                    self._delete(stage.rows, "seq = {}", statement["seq"])
        if only_repeated := len(repeated_rows) - self._still_staged(repeated_rows):
            skipped[REPEATED] += only_repeated
        return skipped, refused

    def _refuse_with_followers(
        self, rows: "dict[_Place, dict[str, Any]]", files: Sequence[SourceFileInfo]
    ) -> list[dict[str, Any]]:
        """Take these rows out, and every row that names a record which only they state."""
        refused: list[dict[str, Any]] = []
        run = self._connection.exec_driver_sql
        run(_LOST.format(text=self._ledger.database.text))
        while rows:
            refused += rows.values()
            for file, row in rows:
                place = f"file = {int(file)} AND row = {int(row)}"
                run(f"INSERT INTO lost SELECT type, key FROM {_RECORDS.table} WHERE {place}")
                for stage in (_RECORDS, _LINKS):
                    run(f"DELETE FROM {stage.rows} WHERE {place}")
            run(f"DELETE FROM lost WHERE (type, key) IN (SELECT type, key FROM {_RECORDS.table})")
            followers = run(_FOLLOWERS).mappings().all()
            rows = {(link["file"], link["row"]): _follower(link, files) for link in followers}
        run("DROP TABLE lost")
        return refused

    def _repeated(self, stage: "_Stage") -> list[tuple[Any, int]]:
        """The statements whose identity stands several times, each with the first row of that identity."""
        self._connection.exec_driver_sql(
            # Sorting numbers instead of six texts takes a fifth of the time; equal hashes are then looked at closely.
            f"CREATE TEMPORARY TABLE repeated AS SELECT {stage.identity}, min(hash) AS hash, min(seq) AS first,"
            f" min({stage.value}) <> max({stage.value}) AS contradicts FROM {stage.table} WHERE hash IN"
            f" (SELECT hash FROM {stage.rows} GROUP BY hash HAVING count(*) > 1)"
            f" GROUP BY {stage.identity} HAVING count(*) > 1"
        )
        joined = " AND ".join(f"s.{c} = g.{c}" for c in ("hash", *stage.columns))
        found = self._connection.exec_driver_sql(
            f"SELECT s.*, g.first, g.contradicts FROM {stage.table} s {self._ledger.database.loop} repeated g"
            f" ON {joined} ORDER BY s.seq"
        )
        statements = found.mappings().all()
        self._connection.exec_driver_sql("DROP TABLE repeated")
        rows = {statement["seq"]: statement["row"] for statement in statements}
        return [(statement, rows[statement["first"]]) for statement in statements]

    def _delete(self, table: str, condition: str, *values: int) -> None:
        self._connection.exec_driver_sql(f"DELETE FROM {table} WHERE {condition.format(*map(int, values))}")

    def _still_staged(self, rows: set[tuple[int, int]]) -> int:
        """How many of these rows stated something else, too, that is still staged."""
        if not rows:
            return 0
        run = self._connection.exec_driver_sql
        run("CREATE TEMPORARY TABLE repeated_row (file INTEGER, row INTEGER)")
        values = ", ".join(f"({int(file)}, {int(row)})" for file, row in rows)
        run(f"INSERT INTO repeated_row VALUES {values}")
        there = "SELECT s.file, s.row FROM {} s {} repeated_row r ON r.file = s.file AND r.row = s.row"
        loop = self._ledger.database.loop
        found = run(f"{there.format(_RECORDS.table, loop)} UNION {there.format(_LINKS.table, loop)}").all()
        run("DROP TABLE repeated_row")
        return len(found)


@dataclass(frozen=True, slots=True)
class _Stage:
    """The statements of a load: the name they are read under and the table that holds their rows, the columns that
    identify a statement (the most telling first: they are sorted by), and the expression of all that may differ between
    two statements of one identity."""

    table: str
    rows: str
    identity: str
    value: str

    @property
    def columns(self) -> list[str]:
        return self.identity.split(", ")


_RECORDS = _Stage("stage_record", "stage_record", "key, type, part", "body")
_LINKS = _Stage(
    "stage_link",
    "stage_link_row",
    "from_key, to_key, type, from_type, to_type, part",
    "body || '|' || basis || '|' || coalesce(CAST(valid_from AS TEXT), '')"
    " || '|' || coalesce(CAST(valid_to AS TEXT), '')",
)


_Place = tuple[int, int]  # file and row
_Kind = tuple[str, str, str, str]  # of a link: its type, the types of its ends, its basis
_FOLLOWERS = (
    "SELECT s.*, (s.from_type, s.from_key) IN (SELECT type, key FROM lost) AS from_lost FROM stage_link s"
    " WHERE (s.from_type, s.from_key) IN (SELECT type, key FROM lost)"
    " OR (s.to_type, s.to_key) IN (SELECT type, key FROM lost) ORDER BY s.seq"
)


def _follower(link: Any, files: Sequence[SourceFileInfo]) -> dict[str, Any]:
    end = "from" if link["from_lost"] else "to"
    return _refusal(
        BadRow(
            files[link["file"]].name,
            link["row"],
            f"{link[f'{end}_type']} key",
            link[f"{end}_key"],
            "is stated only by rows that were refused: mend those",
            "只在被拒收的行里出现：请先改正那些行",
            _key_zh(link[f"{end}_type"]),
        )
    )


def _contradicting(
    repeated: Mapping[_Stage, Sequence[tuple[Any, int]]], files: Sequence[SourceFileInfo]
) -> dict[_Place, dict[str, Any]]:
    """The rows that contradict others, each once, with its refusal."""
    found: dict[_Place, dict[str, Any]] = {}
    for stage, statements in repeated.items():
        for statement, first_row in statements:
            if statement["contradicts"]:
                place = statement["file"], statement["row"]
                found.setdefault(place, _contradiction(stage, statement, first_row, files))
    return found


def _contradiction(stage: _Stage, statement: Any, first_row: int, files: Sequence[SourceFileInfo]) -> dict[str, Any]:
    is_first = statement["seq"] == statement["first"]
    return _refusal(
        BadRow(
            files[statement["file"]].name,
            statement["row"],
            f"{statement['type']} key",
            " → ".join(statement[c] for c in stage.columns if c.endswith("key")),
            f"contradicts {'a later row' if is_first else f'row {first_row}'}: the same key with other values",
            f"与{'后面的行' if is_first else f'第 {first_row} 行'}矛盾：同一个键，其他值不同",
            _key_zh(statement["type"]),
        )
    )


def _key_zh(declared: str) -> str:
    """What a key is called in Chinese: 产品的键."""
    return f"{(RECORD_TYPES.get(declared) or LINK_TYPES[declared]).label}的键"


def _refusal(error: BadRow) -> dict[str, Any]:
    return {
        "file": error.file,
        "row": error.row,
        "field": error.field,
        "field_zh": error.field_zh,
        "value": error.value,
        "problem": error.problem,
        "problem_zh": error.problem_zh,
    }
