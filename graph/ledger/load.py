"""Writing a load: gather, compare with what the ledger holds, append what differs; and its reversal.

The statements of a load are gathered in temporary tables, outside the write lock. The comparison and the append are
one transaction: an interrupted load leaves nothing. The work is done by the database in sets, so memory stays flat.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import orjson
from sqlalchemy import Connection, insert, select, text

from graph.ledger import schema
from graph.ledger.failures import translated
from graph.ontology import Link, Record, body
from lianxin.errors import BadRow, Conflict, LargeRetraction, NotKnown

if TYPE_CHECKING:
    from graph.ledger.store import Ledger

BATCH = 20_000  # statements per executemany: larger ones gain nothing measurable
RETRACTION_LIMIT = 0.1  # a snapshot that would retract more than this share asks first


@dataclass(frozen=True, slots=True)
class SourceFileInfo:
    """One file of a load: name, SHA-256 digest, size in bytes, rows read."""

    name: str
    digest: str
    size: int
    rows: int


@dataclass(frozen=True, slots=True)
class LoadRequest:
    """What a load says of itself: its data set, and what the loader read, noted, skipped and refused."""

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


_STAGE = (
    "CREATE TEMPORARY TABLE stage_record"
    " (seq INTEGER PRIMARY KEY, type TEXT, key TEXT, part TEXT, body TEXT, file INTEGER, row INTEGER)",
    "CREATE TEMPORARY TABLE stage_link"
    " (seq INTEGER PRIMARY KEY, type TEXT, from_type TEXT, from_key TEXT, to_type TEXT, to_key TEXT, part TEXT,"
    " basis TEXT, valid_from DATE, valid_to DATE, body TEXT, file INTEGER, row INTEGER)",
    "CREATE TEMPORARY TABLE stage_file (stage INTEGER, file INTEGER)",
)
_TEMPORARY = ("stage_record", "stage_link", "stage_file", "head_record", "head_link", "diff_record", "diff_link")


class Staging:
    """Gathers the statements of one load; `commit` compares and appends them. Use as a context manager."""

    def __init__(self, ledger: "Ledger") -> None:
        self._ledger = ledger
        self._records: list[tuple[Any, ...]] = []
        self._links: list[tuple[Any, ...]] = []
        self._seq = 0
        with translated(ledger.url):
            self._connection = ledger.engine.connect()
        mark = "%s" if ledger.engine.dialect.paramstyle in ("format", "pyformat") else "?"
        self._insert_record = f"INSERT INTO stage_record VALUES ({', '.join([mark] * 7)})"
        self._insert_link = f"INSERT INTO stage_link VALUES ({', '.join([mark] * 13)})"

    def __enter__(self) -> Self:
        with translated(self._ledger.url):
            self._begin()
            for statement in _STAGE:
                self._connection.exec_driver_sql(statement)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # The temporary tables live as long as the connection: it is closed for good, not given back.
        self._connection.invalidate()
        self._connection.close()

    def _begin(self) -> None:
        self._connection.execution_options(lianxin_write=False)
        self._connection.begin()

    def add(self, statement: Record | Link, file: int, row: int) -> None:
        """Gather one statement with its place: index of the file in the load's order, row counted from 1."""
        self._seq += 1
        if isinstance(statement, Record):
            self._records.append(
                (self._seq, type(statement).__name__, statement.key, statement.part, body(statement), file, row)
            )
            if len(self._records) >= BATCH:
                self._flush()
            return
        valid_from, valid_to = statement.valid_from, statement.valid_to
        self._links.append(
            (
                self._seq,
                type(statement).__name__,
                *statement.from_ref,
                *statement.to_ref,
                statement.part,
                statement.basis._value_,  # the property `value` costs as much as the rest of this tuple
                None if valid_from is None else valid_from.isoformat(),
                None if valid_to is None else valid_to.isoformat(),
                body(statement),
                file,
                row,
            )
        )
        if len(self._links) >= BATCH:
            self._flush()

    def _flush(self) -> None:
        with translated(self._ledger.url):
            if self._records:
                self._connection.exec_driver_sql(self._insert_record, self._records)
            if self._links:
                self._connection.exec_driver_sql(self._insert_link, self._links)
        self._records, self._links = [], []

    def commit(self, request: LoadRequest, *, yes: bool = False) -> LoadOutcome:
        """Compare with the ledger and append what differs, in one transaction.

        Raises LargeRetraction (unless `yes`) when a snapshot would retract more than a tenth of its data set,
        Conflict when a link names a record that nothing states. Either way the ledger is as before.
        """
        self._flush()
        with translated(self._ledger.url):
            skipped, refused = self._settle_repeats(request)
            self._connection.commit()
        with self._ledger.writing(self._connection):
            return _append(self._connection, request, skipped, refused, yes=yes)

    def _settle_repeats(self, request: LoadRequest) -> tuple[Counter[str], list[dict[str, Any]]]:
        """Rows that state a fact again: equal ones are skipped, contradicting ones are refused, all of them."""
        skipped = Counter(request.skipped)
        refused = [_refusal(error) for error in request.refused]
        repeated = {stage: self._repeated(stage) for stage in (_RECORDS, _LINKS)}
        if contradicting := _contradicting(repeated, request.files):
            refused += self._refuse_with_followers(contradicting, request.files)
            # What a refused row repeated or was repeated by has changed.
            repeated = {stage: self._repeated(stage) for stage in (_RECORDS, _LINKS)}
        repeated_rows: set[tuple[int, int]] = set()
        for stage, statements in repeated.items():
            for statement, _ in statements:
                if statement["seq"] != statement["first"]:
                    repeated_rows.add((statement["file"], statement["row"]))
                    self._delete(stage.table, "seq = {}", statement["seq"])
        if only_repeated := len(repeated_rows) - self._still_staged(repeated_rows):
            skipped[REPEATED] += only_repeated
        return skipped, refused

    def _refuse_with_followers(
        self, rows: "dict[_Place, dict[str, Any]]", files: Sequence[SourceFileInfo]
    ) -> list[dict[str, Any]]:
        """Take these rows out, and every row that names a record which only they state."""
        refused: list[dict[str, Any]] = []
        run = self._connection.exec_driver_sql
        run("CREATE TEMPORARY TABLE lost (type TEXT, key TEXT)")
        while rows:
            refused += rows.values()
            for file, row in rows:
                place = f"file = {int(file)} AND row = {int(row)}"
                run(f"INSERT INTO lost SELECT type, key FROM {_RECORDS.table} WHERE {place}")
                for stage in (_RECORDS, _LINKS):
                    run(f"DELETE FROM {stage.table} WHERE {place}")
            run(f"DELETE FROM lost WHERE (type, key) IN (SELECT type, key FROM {_RECORDS.table})")
            followers = run(_FOLLOWERS).mappings().all()
            rows = {(link["file"], link["row"]): _follower(link, files) for link in followers}
        run("DROP TABLE lost")
        return refused

    def _repeated(self, stage: "_Stage") -> list[tuple[Any, int]]:
        """The statements whose identity stands several times, each with the first row of that identity."""
        self._connection.exec_driver_sql(
            f"CREATE TEMPORARY TABLE repeated AS SELECT {stage.identity}, min(seq) AS first,"
            f" min({stage.value}) <> max({stage.value}) AS contradicts FROM {stage.table}"
            f" GROUP BY {stage.identity} HAVING count(*) > 1"
        )
        joined = " AND ".join(f"s.{c} = g.{c}" for c in stage.columns)
        # CROSS JOIN keeps SQLite from building an index on the large side.
        found = self._connection.exec_driver_sql(
            f"SELECT s.*, g.first, g.contradicts FROM {stage.table} s CROSS JOIN repeated g ON {joined} ORDER BY s.seq"
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
        there = "SELECT s.file, s.row FROM {} s CROSS JOIN repeated_row r ON r.file = s.file AND r.row = s.row"
        found = run(f"{there.format(_RECORDS.table)} UNION {there.format(_LINKS.table)}").all()
        run("DROP TABLE repeated_row")
        return len(found)


@dataclass(frozen=True, slots=True)
class _Stage:
    """A temporary table, the columns that identify a statement (the most telling first: they are sorted by), and the
    expression of all that may differ between two statements of one identity."""

    table: str
    identity: str
    value: str

    @property
    def columns(self) -> list[str]:
        return self.identity.split(", ")


_RECORDS = _Stage("stage_record", "key, type, part", "body")
_LINKS = _Stage(
    "stage_link",
    "from_key, to_key, type, from_type, to_type, part",
    "body || '|' || basis || '|' || coalesce(valid_from, '') || '|' || coalesce(valid_to, '')",
)


_Place = tuple[int, int]  # file and row
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
        )
    )


def _refusal(error: BadRow) -> dict[str, Any]:
    return {
        "file": error.file,
        "row": error.row,
        "field": error.field,
        "value": error.value,
        "problem": error.problem,
        "problem_zh": error.problem_zh,
    }


# --- the transaction --------------------------------------------------------------------------------------------------

_ADD_RECORDS = (
    "INSERT INTO record (type, key) SELECT s.type, s.key FROM stage_record s WHERE true ON CONFLICT DO NOTHING"
)
_HEAD_RECORDS = (
    "CREATE TEMPORARY TABLE head_record AS SELECT v.id, v.record, v.part, v.body, v.present FROM record_version v"
    " JOIN (SELECT max(id) AS id FROM record_version WHERE dataset = :dataset GROUP BY record, part) h ON h.id = v.id"
)
_HEAD_LINKS = (
    "CREATE TEMPORARY TABLE head_link AS SELECT v.* FROM link_version v JOIN (SELECT max(id) AS id FROM link_version"
    " WHERE dataset = :dataset GROUP BY from_record, to_record, type, part) h ON h.id = v.id"
)
# Status of a statement: 0 unchanged, 1 changed, 2 new.
_DIFF_RECORDS = (
    "CREATE TEMPORARY TABLE diff_record AS SELECT r.id AS record, s.part, s.body, s.file, s.row, h.id AS head,"
    " CASE WHEN h.id IS NULL OR NOT h.present THEN 2 WHEN h.body <> s.body THEN 1 ELSE 0 END AS status"
    " FROM stage_record s JOIN record r ON r.type = s.type AND r.key = s.key"
    " LEFT JOIN head_record h ON h.record = r.id AND h.part = s.part"
)
_DIFF_LINKS = (
    "CREATE TEMPORARY TABLE diff_link AS SELECT s.seq, s.type, a.id AS from_record, b.id AS to_record, s.part, s.basis,"
    " s.valid_from, s.valid_to, s.body, s.file, s.row, h.id AS head,"
    " CASE WHEN h.id IS NULL OR NOT h.present THEN 2"
    " WHEN h.body <> s.body OR h.basis <> s.basis OR coalesce(h.valid_from, '') <> coalesce(s.valid_from, '')"
    " OR coalesce(h.valid_to, '') <> coalesce(s.valid_to, '') THEN 1 ELSE 0 END AS status"
    " FROM stage_link s LEFT JOIN record a ON a.type = s.from_type AND a.key = s.from_key"
    " LEFT JOIN record b ON b.type = s.to_type AND b.key = s.to_key"
    " LEFT JOIN head_link h ON h.from_record = a.id AND h.to_record = b.id AND h.type = s.type AND h.part = s.part"
)
_ROWS_BY_STATUS = (
    "SELECT status, count(*) FROM (SELECT max(status) AS status FROM"
    " (SELECT file, row, status FROM diff_record UNION ALL SELECT file, row, status FROM diff_link) s"
    " GROUP BY file, row) t GROUP BY status"
)
_APPEND_RECORDS = (
    "INSERT INTO record_version (record, dataset, part, present, body, load, file, row)"
    " SELECT d.record, :dataset, d.part, :present, d.body, :load, f.file, d.row"
    " FROM diff_record d JOIN stage_file f ON f.stage = d.file WHERE d.status > 0"
)
_APPEND_LINKS = (
    "INSERT INTO link_version"
    " (type, from_record, to_record, dataset, part, basis, valid_from, valid_to, present, body, load, file, row)"
    " SELECT d.type, d.from_record, d.to_record, :dataset, d.part, d.basis, d.valid_from, d.valid_to, :present,"
    " d.body, :load, f.file, d.row FROM diff_link d JOIN stage_file f ON f.stage = d.file WHERE d.status > 0"
)
_VANISHED_RECORDS = (
    "FROM head_record h WHERE h.present AND h.id NOT IN (SELECT head FROM diff_record WHERE head IS NOT NULL)"
)
_VANISHED_LINKS = "FROM head_link h WHERE h.present AND h.id NOT IN (SELECT head FROM diff_link WHERE head IS NOT NULL)"
_RETRACT_RECORDS = (
    "INSERT INTO record_version (record, dataset, part, present, body, load, file, row)"
    f" SELECT h.record, :dataset, h.part, :absent, h.body, :load, :file, 0 {_VANISHED_RECORDS}"
)
_RETRACT_LINKS = (
    "INSERT INTO link_version"
    " (type, from_record, to_record, dataset, part, basis, valid_from, valid_to, present, body, load, file, row)"
    " SELECT h.type, h.from_record, h.to_record, :dataset, h.part, h.basis, h.valid_from, h.valid_to, :absent,"
    f" h.body, :load, :file, 0 {_VANISHED_LINKS}"
)
REPEATED = "repeats an earlier row"
HELD_BACK = "retraction held back because rows were refused"


def _append(
    connection: Connection,
    request: LoadRequest,
    skipped: Counter[str],
    refused: list[dict[str, Any]],
    *,
    yes: bool,
) -> LoadOutcome:
    dataset = _dataset(connection, request)
    _compare(connection, dataset)
    _refuse_loose_ends(connection, request, dataset, retracting=request.mode == "snapshot" and not refused)
    by_status = {int(status): int(rows) for status, rows in connection.execute(text(_ROWS_BY_STATUS))}
    noted = Counter(request.noted)
    # With refused rows nothing will be retracted: nobody needs to be asked.
    vanished = _vanished(connection, request, yes=yes or bool(refused)) if request.mode == "snapshot" else 0
    if vanished and refused:
        # A refused row cannot be told from a vanished one: what it stated before is kept until the row is mended.
        noted[HELD_BACK] += vanished
        vanished = 0
    counts: dict[str, Any] = {
        "rows": sum(f.rows for f in request.files),
        "new": by_status.get(2, 0),
        "changed": by_status.get(1, 0),
        "unchanged": by_status.get(0, 0),
        "retracted": vanished,
        "noted": dict(noted),
        "skipped": dict(skipped),
        "refused": refused,
    }
    load = _insert(
        connection,
        schema.load,
        dataset=dataset,
        mode=request.mode,
        started_at=request.started_at,
        report=orjson.dumps(counts).decode(),
    )
    files = _insert_files(connection, load, request.files)
    values: dict[str, Any] = {"dataset": dataset, "load": load, "present": True, "absent": False, "file": files[0]}
    for statement in (_APPEND_RECORDS, _APPEND_LINKS):
        connection.execute(text(statement), values)
    if vanished:
        for statement in (_RETRACT_RECORDS, _RETRACT_LINKS):
            connection.execute(text(statement), values)
    return LoadOutcome(load=load, position=_take_position(connection, load), **counts)


def _compare(connection: Connection, dataset: int) -> None:
    connection.execute(text(_ADD_RECORDS))
    connection.execute(text(_HEAD_RECORDS), {"dataset": dataset})
    connection.execute(text(_HEAD_LINKS), {"dataset": dataset})
    # Without an index the comparison of a large data set with itself would be quadratic.
    connection.execute(text("CREATE INDEX head_record_identity ON head_record (record, part)"))
    connection.execute(text("CREATE INDEX head_link_identity ON head_link (from_record, to_record, type, part)"))
    connection.execute(text(_DIFF_RECORDS))
    connection.execute(text(_DIFF_LINKS))


# A record is stated by this load, or by what the ledger holds and this load does not retract.
_STATED = (
    "({0} IN (SELECT record FROM diff_record) OR EXISTS (SELECT 1 FROM record_version v WHERE v.record = {0}"
    " AND v.present AND (v.dataset <> :dataset OR NOT :retracting) AND NOT EXISTS (SELECT 1 FROM record_version w"
    " WHERE w.record = v.record AND w.dataset = v.dataset AND w.part = v.part AND w.id > v.id)))"
)
_LOOSE_END = (
    "SELECT s.type, s.from_key, s.to_key, s.file, s.row FROM stage_link s WHERE s.seq = (SELECT d.seq FROM diff_link d"
    f" WHERE d.from_record IS NULL OR d.to_record IS NULL OR NOT {_STATED.format('d.from_record')}"
    f" OR NOT {_STATED.format('d.to_record')} LIMIT 1)"
)


def _refuse_loose_ends(connection: Connection, request: LoadRequest, dataset: int, *, retracting: bool) -> None:
    loose = connection.execute(text(_LOOSE_END), {"dataset": dataset, "retracting": retracting}).first()
    if loose is not None:
        place, place_zh = (
            f"{request.files[loose.file].name}, row {loose.row}",
            f"{request.files[loose.file].name}，第 {loose.row} 行",
        )
        raise Conflict(
            f"{place}: the link {loose.type} from {loose.from_key} to {loose.to_key} names a record that no source "
            "states. Nothing was loaded; load the source of that record first",
            f"{place_zh}：关系 {loose.type}（{loose.from_key} → {loose.to_key}）的一端没有任何来源载明，没有入库；"
            "请先装入那条记录的来源",
        )


def _vanished(connection: Connection, request: LoadRequest, *, yes: bool) -> int:
    present = sum(
        connection.execute(text(f"SELECT count(*) FROM {head} WHERE present")).scalar_one()
        for head in ("head_record", "head_link")
    )
    vanished = sum(
        connection.execute(text(f"SELECT count(*) {clause}")).scalar_one()
        for clause in (_VANISHED_RECORDS, _VANISHED_LINKS)
    )
    if not yes and vanished > RETRACTION_LIMIT * present:
        raise LargeRetraction(request.dataset, vanished, present)
    return int(vanished)


def _dataset(connection: Connection, request: LoadRequest) -> int:
    known = (
        connection.execute(select(schema.dataset).where(schema.dataset.c.name == request.dataset)).mappings().first()
    )
    if known is None:
        return _insert(
            connection,
            schema.dataset,
            name=request.dataset,
            format=request.format,
            label=request.label,
            trust=request.trust,
            synthetic=request.synthetic,
        )
    if known["format"] != request.format:
        raise Conflict(
            f"the data set {request.dataset} is of the format {known['format']}, not {request.format}; "
            "give --dataset another name",
            f"数据集 {request.dataset} 的格式是 {known['format']}，不是 {request.format}；请用 --dataset 换一个名字",
        )
    return int(known["id"])


def _insert_files(connection: Connection, load: int, files: Iterable[SourceFileInfo]) -> list[int]:
    ids = []
    for stage, info in enumerate(files):
        file = _insert(
            connection, schema.load_file, load=load, name=info.name, digest=info.digest, size=info.size, rows=info.rows
        )
        connection.execute(text("INSERT INTO stage_file VALUES (:stage, :file)"), {"stage": stage, "file": file})
        ids.append(file)
    return ids


def _insert(connection: Connection, table: Any, **values: Any) -> int:
    inserted = connection.execute(insert(table).values(**values)).inserted_primary_key
    assert inserted is not None
    return int(inserted[0])


def _take_position(connection: Connection, load: int) -> int:
    """The last statement before COMMIT, under the write lock: positions become visible in order."""
    return _insert(connection, schema.position, load=load, committed_at=datetime.now(UTC).replace(tzinfo=None))


# --- the reversal -----------------------------------------------------------------------------------------------------

_RECORD_COLUMNS = "record, dataset, part, present, body"
_LINK_COLUMNS = "type, from_record, to_record, dataset, part, basis, valid_from, valid_to, present, body"
_SAME_RECORD = "p.record = v.record AND p.dataset = v.dataset AND p.part = v.part"
_SAME_LINK = (
    "p.from_record = v.from_record AND p.to_record = v.to_record AND p.type = v.type"
    " AND p.dataset = v.dataset AND p.part = v.part"
)


def _restoring(table: str, columns: str, same: str) -> tuple[str, str]:
    """Two statements: restore the version before the load; mark absent what the load stated for the first time."""
    earlier = f"(SELECT max(p.id) FROM {table} p WHERE {same} AND p.id < v.id)"
    restored = ", ".join(f"e.{c}" for c in columns.split(", "))
    absent = ", ".join(":absent" if c == "present" else f"v.{c}" for c in columns.split(", "))
    return (
        f"INSERT INTO {table} ({columns}, load, file, row) SELECT {restored}, :load, e.file, e.row"
        f" FROM {table} v JOIN {table} e ON e.id = {earlier} WHERE v.load = :undone",
        f"INSERT INTO {table} ({columns}, load, file, row) SELECT {absent}, :load, v.file, v.row"
        f" FROM {table} v WHERE v.load = :undone AND {earlier} IS NULL",
    )


_UNDO = (
    *_restoring("record_version", _RECORD_COLUMNS, _SAME_RECORD),
    *_restoring("link_version", _LINK_COLUMNS, _SAME_LINK),
)


def undo(ledger: "Ledger", load: int) -> LoadOutcome:
    """Append the reversal of a load, after which every view equals the one before it."""
    started = datetime.now(UTC).replace(tzinfo=None)
    with translated(ledger.url), ledger.engine.connect() as connection, ledger.writing(connection):
        undone = connection.execute(select(schema.load).where(schema.load.c.id == load)).mappings().first()
        if undone is None:
            raise NotKnown("load", "入库批次", str(load))
        _refuse_unless_last(connection, load, undone["dataset"], undone["undoes"])
        appended = _count_versions(connection, load)
        counts: dict[str, Any] = {
            "rows": 0,
            "new": 0,
            "changed": 0,
            "unchanged": 0,
            "retracted": 0,
            "noted": {f"facts set back to before load {load}": appended},
            "skipped": {},
            "refused": [],
        }
        reversal = _insert(
            connection,
            schema.load,
            dataset=undone["dataset"],
            mode="undo",
            undoes=load,
            started_at=started,
            report=orjson.dumps(counts).decode(),
        )
        for statement in _UNDO:
            connection.execute(text(statement), {"load": reversal, "undone": load, "absent": False})
        return LoadOutcome(load=reversal, position=_take_position(connection, reversal), **counts)


def _count_versions(connection: Connection, load: int) -> int:
    return sum(
        int(connection.execute(text(f"SELECT count(*) FROM {table} WHERE load = :load"), {"load": load}).scalar_one())
        for table in ("record_version", "link_version")
    )


def _refuse_unless_last(connection: Connection, load: int, dataset: int, undoes: int | None) -> None:
    if undoes is not None:
        raise Conflict(
            f"load {load} is itself the reversal of load {undoes}; load the file again instead",
            f"第 {load} 次入库本身就是对第 {undoes} 次的撤销；要恢复请重新入库",
        )
    standing: list[int] = []
    rows = connection.execute(
        select(schema.load.c.id, schema.load.c.undoes)
        .where(schema.load.c.dataset == dataset)
        .order_by(schema.load.c.id)
    )
    for row in rows:
        if row.undoes is None:
            standing.append(row.id)
        else:
            standing.remove(row.undoes)
    if load not in standing:
        raise Conflict(f"load {load} is undone already", f"第 {load} 次入库已经撤销过")
    if standing[-1] != load:
        raise Conflict(
            f"load {standing[-1]} of the same data set stands on load {load}; undo load {standing[-1]} first",
            f"同一数据集后来又有第 {standing[-1]} 次入库；请先撤销第 {standing[-1]} 次",
        )
