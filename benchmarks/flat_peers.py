"""A flat part of credit repair for two other engines: gravity and days of a penalty of Credit China.

Flat: one sanction, nothing unknown, no condition, no doubt, no comparison of rule sets. What is asked of DuckDB as one
query over columns and of zen-engine as decision tables, one record after the other, with the numbers written into both.
Either may be missing on a machine; it is then skipped by name.
"""

from collections.abc import Callable, Sequence
from datetime import date
from itertools import pairwise
from typing import Any, NamedTuple

from rules.credit_repair.facts import Facts


class Flat(NamedTuple):
    """What the flat part comes to."""

    gravity: str
    not_before: date
    last_day: date


Row = tuple[date, date, str, str | None, str | None, str | None, float]
"""on, document_date, sanction, fine_band, procedure, special_sector, fine_yuan."""
Prepared = Callable[[], Sequence[Flat]]
COLUMNS = ("asked", "written", "sanction", "band", "proc", "sector", "fine")


def row(facts: Facts, on: date) -> Row:
    """A record as plain columns."""
    assert facts.document_date is not None
    (sanction,) = facts.sanctions
    codes = (facts.fine_band, facts.procedure, facts.special_sector)
    band, procedure, sector = (None if code is None else code.value for code in codes)
    return on, facts.document_date, sanction.value, band, procedure, sector, float(facts.fine_yuan or 0)


QUERY = """
WITH classed AS (
    SELECT *, CASE
        WHEN asked < DATE '2026-04-01' THEN 'none'
        WHEN proc = 'simple' OR sanction IN ('warning', 'criticism') OR (sanction = 'fine' AND band = 'low')
            THEN 'minor'
        WHEN sanction IN ('confiscate_income', 'confiscate_goods') OR (sanction = 'fine' AND band = 'large')
            THEN 'general'
        ELSE 'serious'
    END AS gravity
    FROM records
), timed AS (
    SELECT *,
        CASE gravity
            WHEN 'minor' THEN 0
            WHEN 'general' THEN 3
            WHEN 'serious' THEN 12
            ELSE CASE WHEN sector IN ('food', 'drug', 'special_equipment', 'fire')
                OR (sector = 'work_safety' AND fine >= 100000) THEN 12 ELSE 3 END
        END AS least,
        CASE gravity WHEN 'minor' THEN 3 WHEN 'general' THEN 12 ELSE 36 END AS most
    FROM classed
)
SELECT gravity,
    CAST(CASE WHEN least = 0 THEN written ELSE written + to_months(least) + INTERVAL 1 DAY END AS DATE),
    CAST(written + to_months(most) AS DATE)
FROM timed ORDER BY place
"""


def duckdb_peer(rows: Sequence[Row]) -> Prepared:
    """DuckDB with the records in a table. Raises ImportError."""
    import duckdb

    connection = duckdb.connect()
    connection.execute("SET threads = 1")  # as the engine: one process, one thread
    columns = ", ".join(f"unnest(?) AS {name}" for name in ("place", *COLUMNS))
    values = [list(range(len(rows))), *(list(column) for column in zip(*rows, strict=True))]
    connection.execute(f"CREATE TABLE records AS SELECT {columns}", values)
    return lambda: [Flat(*found) for found in connection.execute(QUERY).fetchall()]


def zen_peer(rows: Sequence[Row]) -> Prepared:
    """zen-engine with its decision tables. Raises ImportError."""
    import zen

    engine = zen.ZenEngine({"loader": {"type": "static", "content": {"flat": _graph()}}})
    asked = [{"key": "flat", "context": _context(row)} for row in rows]
    return lambda: [_flat(each["data"]["result"]) for each in engine.evaluate_batch(asked)]


def _context(row: Row) -> dict[str, Any]:
    on, written, *others = row
    return dict(zip(COLUMNS, (str(on), str(written), *others), strict=True))


def _flat(told: dict[str, str]) -> Flat:
    return Flat(told["gravity"], date.fromisoformat(told["not_before"]), date.fromisoformat(told["last_day"]))


PEERS = {"duckdb": duckdb_peer, "zen-engine": zen_peer}


def _graph() -> dict[str, Any]:
    """Two decision tables and the days, in zen-engine's own format."""
    gravity = _table(
        "gravity",
        ["d(asked) < d('2026-04-01')", "proc", "sanction", "band"],
        ["gravity"],
        [
            ["true", "", "", "", "'none'"],
            ["", "'simple'", "", "", "'minor'"],
            ["", "", "'warning', 'criticism'", "", "'minor'"],
            ["", "", "'fine'", "'low'", "'minor'"],
            ["", "", "'fine'", "'large'", "'general'"],
            ["", "", "'confiscate_income', 'confiscate_goods'", "", "'general'"],
            ["", "", "", "", "'serious'"],
        ],
    )
    period = _table(
        "period",
        ["gravity", "sector", "fine"],
        ["least", "most"],
        [
            ["'minor'", "", "", "0", "3"],
            ["'general'", "", "", "3", "12"],
            ["'serious'", "", "", "12", "36"],
            ["'none'", "'food', 'drug', 'special_equipment', 'fire'", "", "12", "36"],
            ["'none'", "'work_safety'", ">= 100000", "12", "36"],
            ["'none'", "", "", "3", "36"],
        ],
    )
    later = "d(written).add(least, 'month').add(1, 'day').format('%Y-%m-%d')"
    days = {"not_before": f"least == 0 ? written : {later}", "last_day": _LAST_DAY, "gravity": "gravity"}
    expressions = [{"id": name, "key": name, "value": value} for name, value in days.items()]
    nodes = [
        {"id": "in", "name": "in", "type": "inputNode", "content": {}},
        gravity,
        period,
        {"id": "days", "name": "days", "type": "expressionNode", "content": {"expressions": expressions}},
        {"id": "out", "name": "out", "type": "outputNode", "content": {}},
    ]
    ids = [node["id"] for node in nodes]
    edges = [
        {"id": f"{one}-{other}", "type": "edge", "sourceId": one, "targetId": other} for one, other in pairwise(ids)
    ]
    return {"contentType": "application/vnd.gorules.decision", "nodes": nodes, "edges": edges}


_LAST_DAY = "d(written).add(most, 'month').format('%Y-%m-%d')"


def _table(name: str, given: Sequence[str], told: Sequence[str], rules: Sequence[Sequence[str]]) -> dict[str, Any]:
    inputs = [{"id": f"i{n}", "name": field, "field": field} for n, field in enumerate(given)]
    outputs = [{"id": f"o{n}", "name": field, "field": field} for n, field in enumerate(told)]
    ids = [each["id"] for each in (*inputs, *outputs)]
    lines = [{"_id": str(n), **dict(zip(ids, cells, strict=True))} for n, cells in enumerate(rules)]
    content = {"hitPolicy": "first", "inputs": inputs, "outputs": outputs, "rules": lines, "passThrough": True}
    return {"id": name, "name": name, "type": "decisionTableNode", "content": content}
