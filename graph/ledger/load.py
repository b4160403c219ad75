"""Writing a load: compare what was gathered with what the ledger holds, and append what differs.

The comparison and the append are one transaction: an interrupted load leaves nothing. The work is done by the
database in sets, so memory stays flat.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from sqlalchemy import Connection, bindparam, select, text

from graph.ledger import schema
from graph.ledger.commit import insert_row, take_position
from graph.ledger.database import Database
from graph.ledger.request import HELD_BACK, LoadOutcome, LoadRequest, SourceFileInfo
from graph.ontology import Settles
from lianxin.errors import Conflict, LargeRetraction

RETRACTION_LIMIT = 0.1  # a snapshot that would retract more than this share asks first

# --- statements --------------------------------------------------------------------------------------------------

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
    "CREATE TEMPORARY TABLE diff_record AS SELECT s.seq, r.id AS record, s.file, s.row, h.id AS head,"
    " CASE WHEN h.id IS NULL OR NOT h.present THEN 2 WHEN h.body <> s.body THEN 1 ELSE 0 END AS status"
    " FROM stage_record s JOIN record r ON r.type = s.type AND r.key = s.key"
    " LEFT JOIN head_record h ON h.record = r.id AND h.part = s.part"
)
_DIFF_LINKS = (
    "CREATE TEMPORARY TABLE diff_link AS SELECT s.seq, a.id AS from_record, b.id AS to_record, s.file, s.row,"
    " h.id AS head,"
    " CASE WHEN h.id IS NULL OR NOT h.present THEN 2"
    " WHEN h.body <> s.body OR h.basis <> s.basis"
    " OR coalesce(CAST(h.valid_from AS TEXT), '') <> coalesce(CAST(s.valid_from AS TEXT), '')"
    " OR coalesce(CAST(h.valid_to AS TEXT), '') <> coalesce(CAST(s.valid_to AS TEXT), '') THEN 1 ELSE 0 END AS status"
    " FROM stage_link s LEFT JOIN record a ON a.type = s.from_type AND a.key = s.from_key"
    " LEFT JOIN record b ON b.type = s.to_type AND b.key = s.to_key"
    " LEFT JOIN head_link h ON h.from_record = a.id AND h.to_record = b.id AND h.type = s.type AND h.part = s.part"
)
_STATUSES = "SELECT status FROM diff_record UNION SELECT status FROM diff_link"
_ROWS_BY_STATUS = (
    "SELECT status, count(*) FROM (SELECT max(status) AS status FROM"
    " (SELECT file, row, status FROM diff_record UNION ALL SELECT file, row, status FROM diff_link) s"
    " GROUP BY file, row) t GROUP BY status"
)
_APPEND_RECORDS = (
    "INSERT INTO record_version (record, dataset, part, present, body, load, file, row)"
    " SELECT d.record, :dataset, s.part, :present, s.body, :load, f.file, s.row FROM diff_record d"
    " JOIN stage_record s ON s.seq = d.seq JOIN stage_file f ON f.stage = s.file WHERE d.status > 0"
)
_APPEND_LINKS = (
    "INSERT INTO link_version"
    " (type, from_record, to_record, dataset, part, basis, valid_from, valid_to, present, body, load, file, row)"
    " SELECT s.type, d.from_record, d.to_record, :dataset, s.part, s.basis, s.valid_from, s.valid_to, :present,"
    " s.body, :load, f.file, s.row FROM diff_link d"
    " JOIN stage_link s ON s.seq = d.seq JOIN stage_file f ON f.stage = s.file WHERE d.status > 0"
)
# What a case has settled and this load states, unchanged too: of a row that is as it was no version would tell.
_RESTATED = (
    "INSERT INTO restated (record, load, file, row) SELECT d.record, :load, min(f.file), min(s.row) FROM diff_record d"
    " JOIN stage_record s ON s.seq = d.seq JOIN stage_file f ON f.stage = s.file"
    " WHERE d.record IN (SELECT to_record FROM link_version WHERE type = :settles) GROUP BY d.record"
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


def append(
    connection: Connection,
    database: Database,
    request: LoadRequest,
    skipped: Counter[str],
    refused: list[dict[str, Any]],
    *,
    yes: bool,
) -> LoadOutcome:
    dataset = dataset_number(connection, request)
    known = int(connection.execute(text("SELECT coalesce(max(id), 0) FROM record")).scalar_one())
    _compare(connection, database, dataset)
    retracting = request.mode == "snapshot" and not refused
    _refuse_loose_ends(connection, request, dataset, known, retracting=retracting)
    rows = sum(f.rows for f in request.files)
    by_status = _rows_by_status(connection, taken=rows - skipped.total() - len(refused))
    noted = Counter(request.noted)
    # With refused rows nothing will be retracted: nobody needs to be asked.
    vanished = _vanished(connection, request, yes=yes or bool(refused)) if request.mode == "snapshot" else 0
    if vanished and refused:
        # A refused row cannot be told from a vanished one: what it stated before is kept until the row is mended.
        noted[HELD_BACK] += vanished
        vanished = 0
    counts: dict[str, Any] = {
        "rows": rows,
        "new": by_status.get(2, 0),
        "changed": by_status.get(1, 0),
        "unchanged": by_status.get(0, 0),
        "retracted": vanished,
        "noted": dict(noted),
        "skipped": dict(skipped),
        "refused": refused,
    }
    load = insert_load(connection, request, dataset, counts)
    files = _insert_files(connection, load, request.files)
    values: dict[str, Any] = {"dataset": dataset, "load": load, "present": True, "absent": False, "file": files[0]}
    for statement in (_APPEND_RECORDS, _APPEND_LINKS):
        connection.execute(text(statement), values)
    connection.execute(text(_RESTATED), {"load": load, "settles": Settles.__name__})
    if vanished:
        for statement in (_RETRACT_RECORDS, _RETRACT_LINKS):
            connection.execute(text(statement), values)
    return LoadOutcome(load=load, position=take_position(connection, load=load), **counts)


def _compare(connection: Connection, database: Database, dataset: int) -> None:
    connection.execute(text(database.add_records))
    for heads in (_HEAD_RECORDS, _HEAD_LINKS):
        # Into the text: a statement that defines a table takes no values from outside.
        connection.execute(text(heads).bindparams(bindparam("dataset", dataset, literal_execute=True)))
    # Without an index the comparison of a large data set with itself would be quadratic.
    connection.execute(text("CREATE INDEX head_record_identity ON head_record (record, part)"))
    connection.execute(text("CREATE INDEX head_link_identity ON head_link (from_record, to_record, type, part)"))
    database.look_at(connection, "record", "head_record", "head_link")
    connection.execute(text(_DIFF_RECORDS))
    connection.execute(text(_DIFF_LINKS))
    database.look_at(connection, "diff_record", "diff_link")


def _rows_by_status(connection: Connection, taken: int) -> dict[int, int]:
    """How many of the rows taken state something new, something changed, nothing new. Mostly they are all alike."""
    statuses = [int(status) for (status,) in connection.execute(text(_STATUSES))]
    if len(statuses) == 1:
        return {statuses[0]: taken}
    return {int(status): int(rows) for status, rows in connection.execute(text(_ROWS_BY_STATUS))}


# A record is stated by this load, which all records numbered above `known` are, or by what the ledger holds and this
# load does not retract.
_STATED = (
    "({0} > :known OR {0} IN (SELECT record FROM diff_record) OR EXISTS (SELECT 1 FROM record_version v"
    " WHERE v.record = {0} AND v.present AND (v.dataset <> :dataset OR NOT :retracting) AND NOT EXISTS"
    " (SELECT 1 FROM record_version w"
    " WHERE w.record = v.record AND w.dataset = v.dataset AND w.part = v.part AND w.id > v.id)))"
)
_LOOSE_END = (
    "SELECT s.type, s.from_key, s.to_key, s.file, s.row FROM stage_link s WHERE s.seq = (SELECT d.seq FROM diff_link d"
    f" WHERE d.from_record IS NULL OR d.to_record IS NULL OR NOT {_STATED.format('d.from_record')}"
    f" OR NOT {_STATED.format('d.to_record')} LIMIT 1)"
)


def _refuse_loose_ends(
    connection: Connection, request: LoadRequest, dataset: int, known: int, *, retracting: bool
) -> None:
    values = {"dataset": dataset, "known": known, "retracting": retracting}
    loose = connection.execute(text(_LOOSE_END), values).first()
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


def dataset_number(connection: Connection, request: LoadRequest) -> int:
    """The number of the data set of a load, which is made where it is new. Raises Conflict for another format."""
    known = (
        connection.execute(select(schema.dataset).where(schema.dataset.c.name == request.dataset)).mappings().first()
    )
    if known is None:
        return insert_row(
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


def insert_load(connection: Connection, request: LoadRequest, dataset: int, report: Mapping[str, Any]) -> int:
    """The row of a load with its report, in the form of `LoadOutcome.report`; gives its number."""
    return insert_row(
        connection,
        schema.load,
        dataset=dataset,
        mode=request.mode,
        started_at=request.started_at,
        report=orjson.dumps(report).decode(),
        data_day=request.data_day,
    )


def insert_file(connection: Connection, load: int, info: SourceFileInfo) -> int:
    """The row of one file of a load; gives its number."""
    return insert_row(
        connection, schema.load_file, load=load, name=info.name, digest=info.digest, size=info.size, rows=info.rows
    )


def _insert_files(connection: Connection, load: int, files: Iterable[SourceFileInfo]) -> list[int]:
    ids = []
    for stage, info in enumerate(files):
        file = insert_file(connection, load, info)
        connection.execute(text("INSERT INTO stage_file VALUES (:stage, :file)"), {"stage": stage, "file": file})
        ids.append(file)
    return ids
