"""Undoing a load: its reversal is appended, after which every view equals the one before."""

from typing import Any

import orjson
from sqlalchemy import Connection, select, text

from graph.ledger import schema
from graph.ledger.commit import insert_row, take_position
from graph.ledger.request import LoadOutcome
from graph.ledger.store import Store
from lianxin.clock import utc_now
from lianxin.errors import Conflict, NotKnown

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


def undo(ledger: Store, load: int) -> LoadOutcome:
    """Append the reversal of a load, after which every view equals the one before it."""
    started = utc_now()
    with ledger.changing() as connection:
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
        reversal = insert_row(
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
        return LoadOutcome(load=reversal, position=take_position(connection, load=reversal), **counts)


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
