"""Neo4jView 图数据库视图: the same questions answered by a real Neo4j server. All Cypher that reads stands here.

A state is one ledger position. Relationships say between which positions they hold, and every question asks for those
that hold at the state's own: what a projection writes meanwhile changes no answer. What stands in the graph is told in
`graph.neo4j_projection`.

Every call is a round trip of some milliseconds: whoever needs many records or links asks for all of them at once. What
was read is kept beside the state, since it cannot change. An answer is one list of rows, since a row for itself costs
five times as much on its way.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from graph import contributions
from graph.contributions import Contribution, Filters
from graph.neo4j_server import Server
from graph.ontology import Basis, Ref, link_name, read_body
from graph.view import BASES, Codes, DatasetInfo, Direction, Entity, Evidence, Ints, Links, Source, networkx_of, ranks

if TYPE_CHECKING:
    import networkx as nx

KEPT = 50_000  # contributions and links in full kept beside a state, about a kilobyte each
PIECE = 5_000  # records of a type read at once

_CODES = {basis.value: code for code, basis in enumerate(BASES)}


def _holds(name: str) -> str:
    """That a relationship holds at the state's position."""
    return f"{name}.since <= $position AND ({name}.until IS NULL OR {name}.until > $position)"


_ON = " AND (r.valid_from IS NULL OR r.valid_from <= $on) AND (r.valid_to IS NULL OR r.valid_to >= $on)"
_SOURCES = """
MATCH (f:File)-[:READ_IN]->(:Load)-[:OF]->(d:Dataset)
RETURN collect([f.file, f.name, f.digest, f.retrieved, d.dataset, d.name, d.label, d.synthetic, d.trust])
"""
_DATASETS = """
MATCH (l:Load)-[:OF]->(d:Dataset)
WHERE l.undoes IS NULL AND l.position <= $position
  AND NOT EXISTS { MATCH (u:Load) WHERE u.undoes = l.load AND u.position <= $position }
WITH d, l ORDER BY l.load
WITH d, last(collect(l)) AS newest ORDER BY d.dataset
RETURN collect([d.name, d.label, d.format, d.synthetic, newest.loaded_on, newest.data_day])
"""
_MERGED = f"MATCH (a:Record)-[r:SAME_AS]->(b:Record) WHERE {_holds('r')} RETURN collect([a.handle, b.handle])"
_REFS = """
UNWIND $handles AS handle
MATCH (n:Record {handle: handle})
RETURN collect([handle, [label IN labels(n) WHERE label <> 'Record'][0], n.key])
"""
_HANDLES = (
    "UNWIND $keys AS key MATCH (n:{type} {{key: key}}) RETURN collect([key, n.handle, EXISTS {{"
    " MATCH (n)<-[s:STATES]-() WHERE " + _holds("s") + " }}])"
)
_PRESENT = f"""
UNWIND $handles AS handle
MATCH (n:Record {{handle: handle}})
WHERE EXISTS {{ MATCH (n)<-[s:STATES]-() WHERE {_holds("s")} }}
RETURN collect(handle)
"""
_ALL_OF = "MATCH (n:{type})<-[s:STATES]-() WHERE " + _holds("s") + " RETURN collect(DISTINCT n.handle)"
_SAID = f"""
UNWIND $handles AS handle
MATCH (n:Record {{handle: handle}})<-[s:STATES]-(f:File) WHERE {_holds("s")}
RETURN collect([handle, f.file, s.part, s.body, s.row])
"""
_LINKS = """
UNWIND range(0, size($handles) - 1) AS i
MATCH (a:Record {{handle: $handles[i]}}){left}[r:{type}]{right}(b:Record) WHERE {holds}
RETURN collect([$origins[i], $handles[i], b.handle, r.basis, r.share, r.version, r.dataset, r.part])
"""
_EVIDENCE = """
UNWIND $versions AS version
MATCH (a:Record)-[r:{type} {{version: version}}]->(b:Record)
RETURN collect([version, a.handle, b.handle, r.basis, r.valid_from, r.valid_to, r.body, r.share, r.file, r.row])
"""


@dataclass(frozen=True, slots=True)
class _File:
    """A file with what ranks it: the trust and the number of its data set."""

    source: Source
    trust: int
    dataset: int


@dataclass(frozen=True)
class Neo4jView:
    """One state of the graph in a Neo4j server; implements `graph.view.View`."""

    server: Server
    position: int
    known_refs: dict[int, Ref]  # shared by all states: a handle names one record for ever
    hidden: Mapping[str, frozenset[tuple[int, int]]] = field(default_factory=dict)
    _said: dict[int, Sequence[Contribution]] = field(default_factory=dict)
    _evidence: dict[tuple[str, int], Evidence] = field(default_factory=dict)
    _filters: dict[int, Filters] = field(default_factory=dict)
    _derived: dict[str, Any] = field(default_factory=dict)

    # --- what a state is made of --------------------------------------------------------------------------------------

    @cached_property
    def datasets(self) -> Sequence[DatasetInfo]:
        return [
            DatasetInfo(name, label, form, synthetic, loaded_on.to_native(), data_day and data_day.to_native())
            for name, label, form, synthetic, loaded_on, data_day in self._ask(_DATASETS)
        ]

    @cached_property
    def _files(self) -> Mapping[int, _File]:
        return {
            file: _File(Source(of, label, name, None, digest, day.to_native(), synthetic), trust, dataset)
            for file, name, digest, day, dataset, of, label, synthetic, trust in self._ask(_SOURCES)
        }

    @cached_property
    def _sources(self) -> Mapping[int, Source]:
        return {file: each.source for file, each in self._files.items()}

    @cached_property
    def _merged(self) -> Mapping[int, int]:
        return dict(self._ask(_MERGED))

    @cached_property
    def _parties(self) -> Mapping[int, Sequence[int]]:
        """Which records make up a party of several, by the one that stands for it."""
        parties: defaultdict[int, list[int]] = defaultdict(list)
        for member, stands in self._merged.items():
            parties[stands].append(member)
        return {stands: sorted([stands, *members]) for stands, members in parties.items()}

    def _ask(self, query: str, **values: Any) -> list[Any]:
        return self.server.read(query, position=self.position, **values)

    def _records_of(self, handles: Iterable[int]) -> list[tuple[int, int]]:
        """(index, record) of every record that is meant by each of these handles, merged ones by their party."""
        return [
            (index, record)
            for index, handle in enumerate(handles)
            if handle not in self._merged
            for record in self._parties.get(handle, (handle,))
        ]

    # --- records ------------------------------------------------------------------------------------------------------

    def handle(self, ref: Ref) -> int | None:
        return self._handles([ref]).get(ref)

    def _handles(self, refs: Iterable[Ref]) -> dict[Ref, int]:
        by_type: defaultdict[str, set[str]] = defaultdict(set)
        for ref in refs:
            by_type[ref.type].add(ref.key)
        found, of_parties = {}, {}
        for kind, keys in by_type.items():
            for key, number, present in self._ask(_HANDLES.format(type=kind), keys=list(keys)):
                stands = self._merged.get(number, number)
                if stands in self._parties:
                    of_parties[Ref(kind, key)] = stands
                elif present:
                    found[Ref(kind, key)] = number
        members = [member for stands in set(of_parties.values()) for member in self._parties[stands]]
        there = {self._merged.get(m, m) for m in self._ask(_PRESENT, handles=members)} if members else set()
        return found | {ref: stands for ref, stands in of_parties.items() if stands in there}

    def ref(self, handle: int) -> Ref:
        return self.refs([handle])[0]

    def refs(self, handles: Iterable[int]) -> Sequence[Ref]:
        asked, known = list(map(int, handles)), self.known_refs
        if new := list({handle for handle in asked if handle not in known}):
            known.update((number, Ref(kind, key)) for number, kind, key in self._ask(_REFS, handles=new))
        return [known[handle] for handle in asked]

    def key_ranks(self, handles: Ints) -> Ints:
        return ranks([ref.key for ref in self.refs(handles.tolist())])

    def entity(self, handle: int) -> Entity:
        return self.entities_of([handle])[0]

    def entities_of(self, handles: Iterable[int]) -> Sequence[Entity]:
        asked = list(map(int, handles))
        said = {handle: self._said[handle] for handle in asked if handle in self._said}
        said |= _kept(self._said, self._read_said([handle for handle in asked if handle not in said]))
        return [
            contributions.entity(handle, ref, said[handle], self._sources)
            for handle, ref in zip(asked, self.refs(asked), strict=True)
        ]

    def _read_said(self, handles: Iterable[int]) -> dict[int, Sequence[Contribution]]:
        asked = list(dict.fromkeys(handles))
        found: defaultdict[int, list[tuple[int, Contribution]]] = defaultdict(list)
        records = [record for _, record in self._records_of(asked)]
        for record, file, part, body, row in self._ask(_SAID, handles=records) if records else ():
            by = self._files[file]
            made = Contribution((-by.trust, by.dataset, part), body, file, row)
            found[self._merged.get(record, record)].append((record, made))
        return {
            handle: [each for _, each in sorted(found[handle], key=lambda f: (f[1].rank, f[0]))] for handle in asked
        }

    def all_of(self, record_type: str) -> Ints:
        found = {self._merged.get(number, number) for number in self._ask(_ALL_OF.format(type=record_type))}
        return np.array(sorted(found), np.int64)

    def entities(self, record_type: str) -> Iterator[Entity]:
        handles = self.all_of(record_type).tolist()
        for start in range(0, len(handles), PIECE):
            piece = handles[start : start + PIECE]
            said = self._read_said(piece)  # not kept: all products would drive everything else out
            for handle, ref in zip(piece, self.refs(piece), strict=True):
                yield contributions.entity(handle, ref, said[handle], self._sources)

    # --- links --------------------------------------------------------------------------------------------------------

    def links(
        self,
        link_type: str,
        handles: Sequence[int] | Ints,
        direction: Direction,
        *,
        on: date | None,
        bases: Iterable[Basis] = BASES,
    ) -> Links:
        asked = self._records_of(np.asarray(handles, np.int64).tolist())
        left, right = ("-", "->") if direction == "out" else ("<-", "-")
        holds = _holds("r") + (_ON if on is not None else "")
        query = _LINKS.format(left=left, right=right, type=link_name(link_type), holds=holds)
        values = {"origins": [index for index, _ in asked], "handles": [record for _, record in asked], "on": on}
        wanted = {basis.value for basis in bases}
        rows = [row for row in self._ask(query, **values) if row[3] in wanted] if asked else []
        found = self._in_order(rows)
        return found if link_type not in self.hidden else found.where(self._visible(link_type, handles, found))

    def _in_order(self, rows: Sequence[Sequence[Any]]) -> Links:
        """The links by origin and other end; several between the same two by data set, part and record."""
        origin, raw, far, basis, share, version, dataset, part = zip(*rows, strict=True) if rows else ((),) * 8
        here, there, origins = np.array(raw, np.int64), np.array(far, np.int64), np.array(origin, np.int64)
        own, other = self._standing(here), self._standing(there)
        parts = np.unique(np.array(part, str), return_inverse=True)[1]
        order = np.lexsort((there, here, parts, np.array(dataset, np.int64), other, origins))
        order = order[((own != other) | (here == there))[order]]  # one party under two keys is no link
        return Links(
            origins[order],
            other[order],
            np.array([_CODES[each] for each in basis], np.int8)[order],
            np.array([np.nan if each is None else each for each in share], np.float32)[order],
            np.array(version, np.int64)[order],
        )

    def _standing(self, handles: Ints) -> Ints:
        merged = self._merged
        return np.array([merged.get(h, h) for h in handles.tolist()], np.int64) if merged else handles

    def _visible(self, link_type: str, handles: Sequence[int] | Ints, found: Links) -> npt.NDArray[np.bool_]:
        own = np.asarray(handles, np.int64)[found.origin].tolist()
        gone = self.hidden[link_type]
        return np.array([ends not in gone for ends in zip(own, found.other.tolist(), strict=True)], bool)

    def evidence(self, link_type: str, link: int) -> Evidence:
        return self.evidences(link_type, [link])[0]

    def evidences(self, link_type: str, links: Iterable[int]) -> Sequence[Evidence]:
        asked = list(map(int, links))
        found = {link: self._evidence[link_type, link] for link in asked if (link_type, link) in self._evidence}
        new = self._read_evidence(link_type, [link for link in dict.fromkeys(asked) if link not in found])
        _kept(self._evidence, {(link_type, link): each for link, each in new.items()})
        return [found.get(link) or new[link] for link in asked]

    def _read_evidence(self, link_type: str, links: Sequence[int]) -> dict[int, Evidence]:
        rows = self._ask(_EVIDENCE.format(type=link_name(link_type)), versions=links) if links else []
        ends = self.refs(self._merged.get(end, end) for row in rows for end in row[1:3])
        found = {}
        for number, (link, _, _, basis, valid_from, valid_to, body, share, file, row) in enumerate(rows):
            properties = read_body(link_type, body or "{}")
            if share is not None:
                properties["share"] = round(float(np.float32(share)), 6)  # as precisely as the views give a share
            found[link] = Evidence(
                link_type,
                ends[2 * number],
                ends[2 * number + 1],
                Basis(basis),
                valid_from and valid_from.to_native(),
                valid_to and valid_to.to_native(),
                properties,
                replace(self._sources[file], row=row),
            )
        return found

    # --- filters ------------------------------------------------------------------------------------------------------

    def division(self, handles: Ints) -> Ints:
        return np.array([each[0] for each in self._filters_of(handles)], np.int64)

    def size(self, handles: Ints) -> Codes:
        return np.array([each[1] for each in self._filters_of(handles)], np.int8)

    def closed(self, handles: Ints) -> npt.NDArray[np.bool_]:
        return np.array([each[2] for each in self._filters_of(handles)], bool)

    def _filters_of(self, handles: Ints) -> list[Filters]:
        asked, known = handles.tolist(), self._filters
        if new := [handle for handle in asked if handle not in known]:
            known.update((handle, contributions.filters(said)) for handle, said in self._read_said(new).items())
        return [known[handle] for handle in asked]

    # --- the state as a whole -----------------------------------------------------------------------------------------

    def hiding(self, pairs: Iterable[tuple[Ref, Ref]], link_types: Iterable[str]) -> "Neo4jView":
        wanted = list(pairs)
        handles = self._handles(ref for pair in wanted for ref in pair)
        known = [(handles[a], handles[b]) for a, b in wanted if a in handles and b in handles]
        gone = frozenset(known + [(b, a) for a, b in known])
        hidden = {name: self.hidden.get(name, frozenset()) | gone for name in link_types}
        return replace(self, hidden={**self.hidden, **hidden}, _derived={})

    def to_networkx(
        self, handles: Iterable[int], link_types: Iterable[str], *, on: date, bases: Iterable[Basis] = BASES
    ) -> "nx.MultiDiGraph[int]":
        return networkx_of(self, handles, link_types, on=on, bases=bases)

    def derived(self, name: str) -> dict[Any, Any]:
        """A place where others keep what they computed from this state; it goes when the state goes."""
        found: dict[Any, Any] = self._derived.setdefault(name, {})
        return found


def _kept(kept: dict[Any, Any], new: dict[Any, Any]) -> dict[Any, Any]:
    """Keep what was read; another thread may be reading, so nobody counts on what is kept."""
    if len(kept) + len(new) > KEPT:
        kept.clear()
    kept.update(new)
    return new
