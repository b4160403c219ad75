"""MemoryView 内存视图: the graph in numpy arrays inside this process, the default view.

A state is an immutable base plus a small overlay of what the ledger appended since; a query holds one state and sees
nothing else. `graph.memory_build` builds states from the ledger and keeps the newest one ready.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from graph import contributions
from graph.contributions import Contribution
from graph.link_table import FAR_FUTURE, FAR_PAST, LinkTable, held_once, values_at
from graph.ontology import RECORD_TYPES, Basis, Ref, read_body
from graph.view import BASES, Codes, DatasetInfo, Direction, Entity, Evidence, Ints, Links, Source, networkx_of, ranks

if TYPE_CHECKING:
    import networkx as nx

TYPES = tuple(RECORD_TYPES)


@dataclass(frozen=True, slots=True)
class Layer:
    """A table of links and which of them a later layer, or a question, took away."""

    table: LinkTable
    gone: npt.NDArray[np.bool_] | None = None

    def without(self, pairs: Ints) -> "Layer":
        """The same layer without the links from the first to the second record of each pair (of `joined_pairs`)."""
        table = self.table
        gone = np.zeros(len(table), bool) if self.gone is None else self.gone.copy()
        if len(pairs) and len(table):
            first = np.zeros(table.records, bool)
            firsts = pairs >> 32
            first[firsts[firsts < table.records]] = True
            at = table.around(np.flatnonzero(first), "out")[1]
            ends = table.first_ends(at) << 32 | table.to[at]
            nearest = pairs[np.minimum(np.searchsorted(pairs, ends), len(pairs) - 1)]
            gone[at[nearest == ends]] = True
        return Layer(table, gone)


def joined_pairs(pairs: Iterable[tuple[int, int]]) -> Ints:
    """Pairs of handles, each as one number, ascending: pair by pair, the undo of a large load took 20 s."""
    ends = np.array(list(pairs), np.int64).reshape(-1, 2)
    return np.sort(ends[:, 0] << 32 | ends[:, 1])


@dataclass(frozen=True, slots=True)
class Records:
    """The records of a state, by handle; index 0 is unused (the ledger counts from 1)."""

    keys: Sequence[str]
    types: Codes  # index into TYPES
    present: npt.NDArray[np.bool_]  # False where no source states the record any more
    by_ref: Mapping[Ref, int]
    said: Mapping[int, Sequence[Contribution]]
    divisions: npt.NDArray[np.int32]
    sizes: Codes
    closed: npt.NDArray[np.bool_]
    merged: Mapping[int, int] = field(default_factory=dict)  # a record that is the same party as another → that one


@dataclass(frozen=True, slots=True)
class MemoryView:
    """One state of the graph in memory; implements `graph.view.View`."""

    position: int
    datasets: Sequence[DatasetInfo]
    records: Records
    layers: Mapping[str, Sequence[Layer]]  # by link type: the base, then the overlay
    sources: Mapping[int, Source]
    _derived: dict[str, Any] = field(default_factory=dict, compare=False)

    def handle(self, ref: Ref) -> int | None:
        return self.records.by_ref.get(ref)

    def ref(self, handle: int) -> Ref:
        return Ref(TYPES[self.records.types[handle]], self.records.keys[handle])

    def refs(self, handles: Iterable[int]) -> Sequence[Ref]:
        return [self.ref(handle) for handle in handles]

    def key_ranks(self, handles: Ints) -> Ints:
        """Counted once for all records of the state: a crowd of equal candidates is then sorted in numpy."""
        kept = self.derived("key ranks")
        if "ranks" not in kept:
            kept["ranks"] = ranks(self.records.keys).astype(np.int32)
        found: Ints = kept["ranks"][handles].astype(np.int64)
        return found

    def entity(self, handle: int) -> Entity:
        said = self.records.said.get(handle, ())  # a link may outlive its end in another data set
        return contributions.entity(handle, self.ref(handle), said, self.sources)

    def entities_of(self, handles: Iterable[int]) -> Sequence[Entity]:
        return [self.entity(handle) for handle in handles]

    def all_of(self, record_type: str) -> Ints:
        return np.flatnonzero((self.records.types == TYPES.index(record_type)) & self.records.present)

    def entities(self, record_type: str) -> Iterator[Entity]:
        return (self.entity(int(handle)) for handle in self.all_of(record_type))

    def links(
        self,
        link_type: str,
        handles: Sequence[int] | Ints,
        direction: Direction,
        *,
        on: date | None,
        bases: Iterable[Basis] = BASES,
    ) -> Links:
        asked = np.asarray(handles, np.int64)
        offset, found = 0, []
        for layer in self.layers[link_type]:
            found.append(_links_of(layer, asked, direction, on, offset))
            offset += len(layer.table)
        joined = _joined(found)
        wanted = [code for code, basis in enumerate(BASES) if basis in set(bases)]
        return joined if len(wanted) == len(BASES) else joined.where(np.isin(joined.basis, wanted))

    def evidence(self, link_type: str, link: int) -> Evidence:
        at, layers = link, iter(self.layers[link_type])
        table = next(layers).table
        while at >= len(table):
            at -= len(table)
            table = next(layers).table
        properties = read_body(link_type, table.details[table.detail[at]])
        if not np.isnan(table.share[at]):
            properties["share"] = round(float(table.share[at]), 6)  # float32 carries six digits of the source's share
        return Evidence(
            link_type,
            self.ref(int(table.first_ends(np.array([at]))[0])),
            self.ref(int(table.to[at])),
            BASES[table.basis[at]],
            _day(int(table.valid_from[at])),
            _day(int(table.valid_to[at])),
            properties,
            replace(self.sources[int(table.file[at])], row=int(table.row[at])),
        )

    def evidences(self, link_type: str, links: Iterable[int]) -> Sequence[Evidence]:
        return [self.evidence(link_type, link) for link in links]

    def division(self, handles: Ints) -> Ints:
        return self.records.divisions[handles].astype(np.int64)

    def size(self, handles: Ints) -> Codes:
        return self.records.sizes[handles]

    def closed(self, handles: Ints) -> npt.NDArray[np.bool_]:
        return self.records.closed[handles]

    def hiding(self, pairs: Iterable[tuple[Ref, Ref]], link_types: Iterable[str]) -> "MemoryView":
        ends = [(self.handle(a), self.handle(b)) for a, b in pairs]
        known = [(a, b) for a, b in ends if a is not None and b is not None]
        both_ways = joined_pairs(known + [(b, a) for a, b in known])
        layers = dict(self.layers)
        for link_type in link_types:
            layers[link_type] = [layer.without(both_ways) for layer in layers[link_type]]
        return replace(self, layers=layers, _derived={})

    def to_networkx(
        self, handles: Iterable[int], link_types: Iterable[str], *, on: date, bases: Iterable[Basis] = BASES
    ) -> "nx.MultiDiGraph[int]":
        return networkx_of(self, handles, link_types, on=on, bases=bases)

    def derived(self, name: str) -> dict[Any, Any]:
        """A place where others keep what they computed from this state; it goes when the state goes."""
        found: dict[Any, Any] = self._derived.setdefault(name, {})
        return found

    @property
    def link_bytes(self) -> tuple[int, int]:
        """(number of links, bytes of their arrays)."""
        tables = [layer.table for layers in self.layers.values() for layer in layers]
        return sum(map(len, tables)), sum(table.nbytes for table in tables)


def _links_of(layer: Layer, asked: Ints, direction: Direction, on: date | None, offset: int) -> Links:
    table = layer.table
    origin, at, other = table.neighbours(asked, direction)
    holds = _holding(layer, at, on)
    if holds is not None and not holds.all():
        origin, at, other = origin[holds], at[holds], other[holds]
    return Links(origin, other, values_at(table.basis, at), values_at(table.share, at), at + offset if offset else at)


def _holding(layer: Layer, at: Ints, on: date | None) -> npt.NDArray[np.bool_] | None:
    """Which of these links hold on a day; None where all do."""
    masks = [] if layer.gone is None else [~layer.gone[at]]
    if on is not None:
        day, table = on.toordinal(), layer.table
        for column, holds in ((table.valid_from, np.less_equal), (table.valid_to, np.greater_equal)):
            if not (held_once(column) and holds(column[:1], day).all()):
                masks.append(holds(values_at(column, at), day))
    return np.logical_and.reduce(masks) if masks else None


def _joined(found: Sequence[Links]) -> Links:
    filled = [links for links in found if len(links)] or list(found[:1])
    if len(filled) == 1:
        return filled[0]
    names = ("origin", "other", "basis", "share", "link")
    merged = [np.concatenate([getattr(links, name) for links in filled]) for name in names]
    order = np.lexsort((merged[1], merged[0]))
    return Links(*(array[order] for array in merged))


def _day(ordinal: int) -> date | None:
    return None if ordinal in (FAR_PAST, FAR_FUTURE) else date.fromordinal(ordinal)
