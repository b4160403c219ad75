"""The projection 投影: brings a graph in Neo4j forward to the ledger, position by position. All that writes is here.

What stands in the graph: every record is a node with the labels Record and its type; every link is a relationship of
its type; a file STATES a record; READ_IN and OF lead from the file to its load and data set; SAME_AS leads from a
record to the one that stands for the party. STATES, SAME_AS and all links carry `since` and `until`: from which ledger
position on they hold, and from which on no more (absent: they still hold). Nothing is ever taken out again, so a past
position answers as it did.

The node Applied holds how far the graph is. It is written in the same transaction as the data, and whoever writes
first puts its name there: of two projections at once the earlier one is stopped by its next transaction. A process
that is killed leaves whole transactions behind, and the next one goes on after the last of them.
"""

import secrets
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from itertools import groupby
from typing import Any

from neo4j import Transaction
from sqlalchemy import Connection, select

from graph import contributions
from graph.contributions import Contribution
from graph.ledger import Ledger, changes, merge, reading, schema
from graph.ledger.changes import LinkVersion, Position, RecordVersion
from graph.neo4j_server import Server
from graph.ontology import LINK_TYPES, PROPERTIES, RECORD_TYPES, FormerName, Ref, Unknown, link_name, read_body
from graph.view import Source
from lianxin.errors import Conflict, ViewMismatch

LAYOUT = 2  # of the graph; a program with another one asks for a rebuild
BATCH = 5_000  # rows a transaction: 10,000 gain nothing measurable and need twice the memory of the server
NAMES_INDEX = "record_names"

Statement = tuple[str, dict[str, Any]]
Progress = Callable[[int, int], None]
"""Called after each transaction with (rows done, rows in all). What it raises ends the projection there."""


@dataclass(frozen=True, slots=True)
class Applied:
    """How far a graph is: the position that it holds in whole, and where in the next one it stopped.

    `position` is None while the graph is being emptied. `committed_at`: when the ledger committed that position.
    """

    layout: int
    position: int | None
    committed_at: str
    record: int
    link: int
    writer: str | None


# --- the schema, derived from the ontology ----------------------------------------------------------------------------


def constraints() -> list[str]:
    """Each handle, key and version once: what makes the projection idempotent, and its look-ups quick."""
    once = [
        ("(n:Record)", "n.handle"),
        *((f"(n:{name})", "n.key") for name in RECORD_TYPES),
        ("(n:File)", "n.file"),
        ("(n:Load)", "n.load"),
        ("(n:Dataset)", "n.dataset"),
        ("(n:Applied)", "n.graph"),
        *((f"()-[n:{name}]-()", "n.version") for name in ("STATES", *map(link_name, LINK_TYPES))),
    ]
    return [f"CREATE CONSTRAINT IF NOT EXISTS FOR {what} REQUIRE {name} IS UNIQUE" for what, name in once]


def names_index() -> str:
    """All names by full text, in pairs of characters (cjk). Made after the first records: filled at once it costs a
    fifth of what it costs record by record."""
    named = {p.name for declared in RECORD_TYPES for p in PROPERTIES[declared] if p.names_record} | {"name"}
    properties = ", ".join(f"n.{name}" for name in sorted(named))
    return (
        f"CREATE FULLTEXT INDEX {NAMES_INDEX} IF NOT EXISTS FOR (n:{'|'.join(RECORD_TYPES)}) ON EACH [{properties}]"
        " OPTIONS {indexConfig: {`fulltext.analyzer`: 'cjk'}}"
    )


# --- statements -------------------------------------------------------------------------------------------------------

_APPLIED = (
    "MATCH (a:Applied {graph: 'lianxin'})"
    " RETURN collect([a.layout, a.position, a.committed_at, a.record, a.link, a.writer])"
)
_CLAIM = (
    "MERGE (a:Applied {graph: 'lianxin'}) ON CREATE SET a.layout = $layout, a.position = 0, a.committed_at = '',"
    " a.record = 0, a.link = 0 SET a.writer = $writer"
)
# The first statement takes the lock; what the second one reads cannot change any more.
_LOCK = "MATCH (a:Applied {graph: 'lianxin'}) SET a.turn = $writer"
_FENCED = "MATCH (a:Applied {graph: 'lianxin'}) WHERE a.writer = $writer SET a += $then RETURN a.writer"
_NO_NAMES = f"DROP INDEX {NAMES_INDEX} IF EXISTS"
_EMPTY = "MATCH (n:Record) WITH n LIMIT $size DETACH DELETE n RETURN count(*)"
_AWAIT = f"CALL db.awaitIndex('{NAMES_INDEX}', 600)"
_EMPTY_SOURCES = "MATCH (n:File|Load|Dataset) WITH n LIMIT $size DETACH DELETE n RETURN count(*)"
_LOAD = """
MERGE (d:Dataset {dataset: $load.dataset})
  SET d.name = $load.name, d.label = $load.label, d.format = $load.format, d.trust = $load.trust,
      d.synthetic = $load.synthetic
MERGE (l:Load {load: $load.load})
  SET l.position = $load.position, l.mode = $load.mode, l.undoes = $load.undoes, l.loaded_on = $load.loaded_on,
      l.data_day = $load.data_day
MERGE (l)-[:OF]->(d)
WITH l
UNWIND $load.files AS file
MERGE (f:File {file: file.file}) SET f += file
MERGE (f)-[:READ_IN]->(l)
"""
_RECORDS = """
UNWIND $rows AS row
MERGE (n:Record {{handle: row.handle}})
WITH n, row, coalesce(n.since, $position) AS since,
     CASE WHEN row.present THEN null ELSE coalesce(n.until, $position) END AS until
SET n:{label}, n = row.values, n.since = since, n.until = until
"""
_STATES = """
UNWIND $rows AS row
MATCH (f:File {file: row.file})
MATCH (n:Record {handle: row.handle})
MERGE (f)-[s:STATES {version: row.version}]->(n)
  ON CREATE SET s.since = $position, s.part = row.part, s.row = row.row, s.body = row.body
"""
_LINKS = """
UNWIND $rows AS row
MATCH (a:Record {{handle: row.from}})
MATCH (b:Record {{handle: row.to}})
MERGE (a)-[r:{type} {{version: row.version}}]->(b)
  ON CREATE SET r += row.values, r.since = $position
"""
_ENDED = "UNWIND $rows AS version MATCH ()-[r:{type} {{version: version}}]->() SET r.until = $position"
_NO_LONGER_SAME = """
UNWIND $rows AS row
MATCH (a:Record {handle: row.member})-[r:SAME_AS]->(:Record {handle: row.stands})
WHERE r.until IS NULL AND r.since < $position
SET r.until = $position
"""
_SAME = """
UNWIND $rows AS row
MATCH (a:Record {handle: row.member})
MATCH (b:Record {handle: row.stands})
MERGE (a)-[r:SAME_AS {since: $position}]->(b)
"""
_COUNTS = """
MATCH (n:Record) WHERE n.until IS NULL
WITH [label IN labels(n) WHERE label <> 'Record'][0] AS type, count(*) AS held ORDER BY type
RETURN collect([type, held])
"""
_LINK_COUNTS = """
MATCH (:Record)-[r]->(:Record) WHERE r.until IS NULL
WITH type(r) AS type, count(*) AS held ORDER BY type
RETURN collect([type, held])
"""


# --- reading how far a graph is ---------------------------------------------------------------------------------------


def applied(server: Server) -> Applied | None:
    """How far a graph is, None where nothing was ever projected into it."""
    found = server.read(_APPLIED)
    return Applied(*found[0]) if found else None


def checked(ledger: Ledger, server: Server) -> Applied | None:
    """The same, if the graph was made from this ledger as it stands.

    Raises ViewMismatch when the graph is ahead of the ledger or holds another history.
    """
    found = applied(server)
    if found is None or found.position is None:
        return found
    with ledger.reading() as connection:
        at = reading.committed_at(connection, found.position)
        newest = reading.newest_position(connection)
    if found.layout != LAYOUT or (found.position and (at is None or at.isoformat() != found.committed_at)):
        raise ViewMismatch(server.address.shown, found.position, newest)
    return found


def counts(server: Server) -> list[tuple[str, int]]:
    """How many records and links of each type hold in the graph."""
    return [(str(kind), int(count)) for query in (_COUNTS, _LINK_COUNTS) for kind, count in server.read(query)]


# --- from the ledger's rows to the graph's ----------------------------------------------------------------------------


def _stored(value: Any) -> Any:
    """A value as Neo4j can hold it, for people who ask in Cypher; the views read the statements themselves."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, FormerName):
        return value.name
    return [_stored(each) for each in value] if isinstance(value, list | tuple) else value


def _record_row(
    said: Sequence[RecordVersion], own: RecordVersion, *, merged: bool, sources: Mapping[int, Source]
) -> dict[str, Any]:
    """The node of a record with the values that are taken of all that is said of it, by rank."""
    standing = sorted((v for v in said if v.present), key=lambda v: (_contribution(v).rank, v.record))
    ref = Ref(own.type, own.key)
    entity = contributions.entity(own.record, ref, map(_contribution, standing), sources)
    values = {p.name: _stored(entity.all(p.name) if p.many else entity.get(p.name)) for p in PROPERTIES[own.type]}
    return {
        "handle": own.record,
        "present": bool(standing) and not merged,
        "values": {**values, "handle": own.record, "key": own.key, "name": entity.name},
    }


def _contribution(version: RecordVersion) -> Contribution:
    return Contribution((-version.trust, version.dataset, version.part), version.body, version.file, version.row)


def _statement_row(version: RecordVersion) -> dict[str, Any]:
    return {
        "handle": version.record,
        "file": version.file,
        "version": version.version,
        "part": version.part,
        "row": version.row,
        "body": version.body,
    }


def _link_row(version: LinkVersion) -> dict[str, Any]:
    values = {
        "dataset": version.dataset,
        "part": version.part,
        "basis": version.basis,
        "valid_from": _day(version.valid_from),
        "valid_to": _day(version.valid_to),
        "file": version.file,
        "row": version.row,
        "body": version.body if version.body != "{}" else None,
    }
    for name, value in read_body(version.type, version.body).items():
        values[name] = None if isinstance(value, Unknown) else _stored(value)
    return {"from": version.from_, "to": version.to, "version": version.version, "values": values}


def _day(day: str | date | None) -> date | None:
    return date.fromisoformat(day) if isinstance(day, str) else day


# --- writing ----------------------------------------------------------------------------------------------------------


class Projection:
    """Writes one ledger into one graph. Of several at once only the one that began last may write."""

    def __init__(self, ledger: Ledger, server: Server) -> None:
        self._ledger = ledger
        self._server = server
        self._writer = secrets.token_hex(8)

    def catch_up(self, progress: Progress | None = None) -> int:
        """Apply all that the ledger has and the graph lacks; returns the position reached.

        Raises ViewMismatch, StoreUnavailable, and Conflict when another projection takes over.
        """
        if checked(self._ledger, self._server) is None:  # before anything is written
            self._server.run(constraints())
        self._claim()
        found = checked(self._ledger, self._server)
        assert found is not None  # claimed
        if found.position is None:
            self._empty()
            found = replace(found, position=0, record=0, link=0)
        return self._forward(found, progress)

    def rebuild(self, progress: Progress | None = None) -> int:
        """Empty the graph and apply the ledger from nothing; what is not ours in the database stays."""
        self._server.run(constraints())
        self._claim()
        self._empty()
        return self._forward(Applied(LAYOUT, 0, "", 0, 0, self._writer), progress)

    def _claim(self) -> None:
        with self._server.writing() as transaction:
            _run(transaction, _CLAIM, layout=LAYOUT, writer=self._writer)

    def _empty(self) -> None:
        self._write([], {"position": None})
        self._server.run([_NO_NAMES])
        for statement in (_EMPTY, _EMPTY_SOURCES):
            while self._write([(statement, {"size": BATCH})], {"position": None}):
                pass
        self._write([], {"layout": LAYOUT, "position": 0, "committed_at": "", "record": 0, "link": 0})

    def _write(self, statements: Sequence[Statement], then: Mapping[str, Any]) -> int:
        """One transaction: the statements, and how far the graph is after them. The first number that they return."""
        with self._server.writing() as transaction:
            _run(transaction, _LOCK, writer=self._writer)
            if not _run(transaction, _FENCED, writer=self._writer, then=then):
                raise _overtaken(self._server.address.shown)
            found = [_run(transaction, text, **values) for text, values in statements]
        return int(found[0][0][0]) if found and found[0] else 0

    def _forward(self, found: Applied, progress: Progress | None) -> int:
        assert found.position is not None
        reached, record, link = found.position, found.record, found.link
        with self._ledger.reading() as connection:
            pending = changes.positions(connection, reached)
            batch = _Batch(self._write, progress, changes.versions_after(connection, reached))
            for at in pending:
                batch.begin(at, record, link)
                if at.load is None:
                    self._decide(connection, at, batch)
                else:
                    self._load(connection, at, batch)
                batch.finish()
                reached, record, link = at.position, 0, 0
        self._server.run([names_index(), _AWAIT])
        self._write([], {"writer": None})
        return reached

    def _load(self, connection: Connection, at: Position, batch: "_Batch") -> None:
        batch.add(_LOAD, load=_load_row(connection, at))
        parties = merge.merged(connection, at.position)
        in_party = parties.keys() | set(parties.values())
        sources = contributions.sources(connection)
        heads = changes.touched_records(connection, at, batch.record)
        for record, versions in groupby(heads, key=lambda v: v.record):
            batch.record_of(list(versions), at, sources, keeps_node=record in in_party)
        for version in changes.touched_links(connection, at.load or 0, batch.link):
            batch.link_of(version)
        if in_party:
            touched = reading.touched_records(connection, at.position - 1, at.position)
            self._settle_parties(connection, at, parties, touched & in_party, batch)

    def _decide(self, connection: Connection, at: Position, batch: "_Batch") -> None:
        before = merge.merged(connection, at.position - 1)
        after = merge.merged(connection, at.position)
        gone, come = (
            [{"member": member, "stands": stands} for member, stands in sorted(one.items() - other.items())]
            for one, other in ((before, after), (after, before))
        )
        batch.add(_NO_LONGER_SAME, rows=gone)
        batch.add(_SAME, rows=come)
        touched = {handle for row in gone + come for handle in row.values()}
        self._settle_parties(connection, at, after, touched, batch)

    def _settle_parties(
        self, connection: Connection, at: Position, parties: Mapping[int, int], touched: Iterable[int], batch: "_Batch"
    ) -> None:
        """Give the record that stands for a party the values of all of it; the others hold no more by themselves."""
        stands = {parties.get(record, record) for record in touched}
        members = {m for m, s in parties.items() if s in stands}
        sources = contributions.sources(connection)
        said: defaultdict[int, list[RecordVersion]] = defaultdict(list)
        for version in changes.records_at(connection, at.position, stands | members):
            said[version.record].append(version)
        for record in sorted(said):
            of_party = [v for m in (*(m for m in members if parties[m] == record), record) for v in said[m]]
            row = _record_row(of_party, said[record][0], merged=record in members, sources=sources)
            batch.add(_RECORDS.format(label=said[record][0].type), rows=[row])


def _load_row(connection: Connection, at: Position) -> dict[str, Any]:
    load, dataset = schema.load, schema.dataset
    query = select(load, dataset.c.name, dataset.c.label, dataset.c.format, dataset.c.trust, dataset.c.synthetic)
    row = connection.execute(query.join_from(load, dataset).where(load.c.id == at.load)).mappings().one()
    files = connection.execute(select(schema.load_file).where(schema.load_file.c.load == at.load)).mappings()
    return {
        **{name: row[name] for name in ("dataset", "name", "label", "format", "trust", "synthetic", "mode", "undoes")},
        "load": row["id"],
        "position": at.position,
        "loaded_on": contributions.china_day(at.committed_at),
        "data_day": row["data_day"],
        "files": [
            {
                "file": file["id"],
                "name": file["name"],
                "digest": file["digest"],
                "retrieved": contributions.china_day(row["started_at"]),
            }
            for file in files
        ],
    }


class _Batch:
    """Gathers the rows of one position and writes them, a transaction for every BATCH rows."""

    def __init__(
        self, write: Callable[[Sequence[Statement], Mapping[str, Any]], int], progress: Progress | None, total: int
    ) -> None:
        self._write, self._progress = write, progress
        self._done, self._total = 0, total

    def begin(self, at: Position, record: int, link: int) -> None:
        """Turn to the next position, of which this much is written already."""
        self._at, self.record, self.link = at, record, link
        self._others: list[Statement] = []
        self._nodes: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        self._states: list[dict[str, Any]] = []
        self._links: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        self._ended: defaultdict[str, list[int]] = defaultdict(list)
        self._rows = 0

    def add(self, text: str, **values: Any) -> None:
        """A statement of its own, written with the next transaction."""
        self._others.append((text, values))

    def record_of(
        self, versions: Sequence[RecordVersion], at: Position, sources: Mapping[int, Source], *, keeps_node: bool
    ) -> None:
        """All that holds of a record that the load touched."""
        own = versions[0]
        if not keeps_node:
            self._nodes[own.type].append(_record_row(versions, own, merged=False, sources=sources))
        for version in versions:
            if version.load == at.load:
                self._count(version.ends, "STATES")
                if version.present:
                    self._states.append(_statement_row(version))
        self.record = own.record
        self._flush_full()

    def link_of(self, version: LinkVersion) -> None:
        """A version of a link that the load appended."""
        kind = link_name(version.type)
        self._count(version.ends, kind)
        if version.present:
            self._links[kind].append(_link_row(version))
        self.link = version.version
        self._flush_full()

    def _count(self, ends: int | None, kind: str) -> None:
        self._rows += 1
        if ends is not None:
            self._ended[kind].append(ends)

    def _flush_full(self) -> None:
        if self._rows >= BATCH:
            self._flush({"record": self.record, "link": self.link})

    def finish(self) -> None:
        """Write what is left, and that the graph holds this position now."""
        at = self._at
        then = {"position": at.position, "committed_at": at.committed_at.isoformat(), "record": 0, "link": 0}
        self._flush(then)

    def _flush(self, then: Mapping[str, Any]) -> None:
        self._write(list(self._statements()), then)
        self._done += self._rows
        if self._progress is not None:
            self._progress(self._done, self._total)
        at, record, link = self._at, self.record, self.link
        self.begin(at, record, link)

    def _statements(self) -> Iterator[Statement]:
        loads = [each for each in self._others if each[0] is _LOAD]
        for text, values in loads:
            yield text, values
        for label, rows in self._nodes.items():
            yield _RECORDS.format(label=label), self._with_position(rows)
        if self._states:
            yield _STATES, self._with_position(self._states)
        for kind, links in self._links.items():
            yield _LINKS.format(type=kind), self._with_position(links)
        for kind, ended in self._ended.items():
            yield _ENDED.format(type=kind), self._with_position(ended)
        for text, values in self._others:
            if text is not _LOAD:
                yield text, {**values, "position": self._at.position}

    def _with_position(self, rows: Sequence[Any]) -> dict[str, Any]:
        return {"rows": rows, "position": self._at.position}


def _run(transaction: Transaction, text: str, **values: Any) -> list[list[Any]]:
    return transaction.run(text, values).values()


def _overtaken(where: str) -> Conflict:
    return Conflict(
        f"{where}: another process has begun to write into this graph, so this one stops. Nothing is lost; "
        "lianxin view status shows how far the graph is",
        f"{where}：另一个进程开始写这个图，本进程停止写入。数据没有丢失；用 lianxin view status 查看进度",
    )
