"""The view protocol 视图: what every view of the ledger answers, and the shapes of its answers.

A view is derived from the ledger and may be thrown away. A *handle* names a record inside views: it is the ledger's
own record number, so every view of one ledger gives the same. One object of this protocol is one consistent state;
nothing it answers changes while it is held.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Literal, Protocol, Self

import numpy as np
import numpy.typing as npt

from graph.ontology import Basis, Ref, Unknown

if TYPE_CHECKING:
    import networkx as nx

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]
Codes = npt.NDArray[np.int8]
Direction = Literal["out", "in"]

BASES: Sequence[Basis] = (Basis.OBSERVED, Basis.CLAIMED, Basis.PREDICTED)
"""The bases in the order of their codes in `Links.basis`: the surest first."""


@dataclass(frozen=True, slots=True)
class Source:
    """来源 Where a fact comes from: data set, file and row; `row` is None where we computed it ourselves.

    `label` is the data set in Chinese, `digest` the file's SHA-256, `retrieved` the day it was first loaded.
    """

    dataset: str
    label: str
    file: str
    row: int | None
    digest: str = ""
    retrieved: date | None = None
    synthetic: bool = False


@dataclass(frozen=True, slots=True)
class Stated:
    """One value of a property, as one source states it."""

    value: Any
    source: Source


@dataclass(frozen=True, slots=True)
class Entity:
    """A record with the values of all its sources. `values[name]` lists them, the one that is taken first."""

    handle: int
    ref: Ref
    values: Mapping[str, Sequence[Stated]] = field(default_factory=dict)

    def get(self, name: str) -> Any:
        """The value that is taken, or None; an Unknown is not a value."""
        stated = self.values.get(name)
        return stated[0].value if stated and not isinstance(stated[0].value, Unknown) else None

    def all(self, name: str) -> list[Any]:
        """All values of a property that may have several, each once, in the order of the sources."""
        return list(dict.fromkeys(v for stated in self.values.get(name, ()) for v in stated.value))

    @property
    def name(self) -> str:
        """What to call it: full name, short name, title or key."""
        return str(self.get("name") or self.get("short_name") or self.get("title") or self.ref.key)


@dataclass(frozen=True, slots=True)
class Links:
    """Links found from a batch of records: parallel arrays, ordered by origin, then by the record at the other end.

    `origin`: index into the handles that were asked for. `other`: handle at the other end. `basis`: code into BASES.
    `share`: share of turnover of a MAKES link, NaN elsewhere. `link`: names the link within this view's state.
    """

    origin: Ints
    other: Ints
    basis: Codes
    share: Floats
    link: Ints

    def __len__(self) -> int:
        return len(self.other)

    def where(self, mask: npt.NDArray[np.bool_]) -> "Links":
        """The links for which the mask is true."""
        return Links(self.origin[mask], self.other[mask], self.basis[mask], self.share[mask], self.link[mask])


@dataclass(frozen=True, slots=True)
class Evidence:
    """依据 One link in full: ends, basis, days, properties and source."""

    type: str
    from_ref: Ref
    to_ref: Ref
    basis: Basis
    valid_from: date | None
    valid_to: date | None
    properties: Mapping[str, Any]
    source: Source


@dataclass(frozen=True, slots=True)
class DatasetInfo:
    """A data set that the view holds: when it was last loaded, and whether it is made up.

    `data_day`: 数据到 up to which day its data reach; None where its source does not say.
    """

    name: str
    label: str
    format: str
    synthetic: bool
    loaded_on: date
    data_day: date | None = None


def ranks(keys: Sequence[str]) -> Ints:
    """A number for each key by which they sort; equal keys, equal numbers."""
    place = {key: rank for rank, key in enumerate(sorted(set(keys)))}
    return np.fromiter((place[key] for key in keys), np.int64, len(keys))


class View(Protocol):
    """One state of the graph, as of one ledger position."""

    @property
    def position(self) -> int:
        """The ledger position up to which this state was built."""

    @property
    def datasets(self) -> Sequence[DatasetInfo]:
        """The data sets in it."""

    def handle(self, ref: Ref) -> int | None:
        """The handle of a record, None when it is not in this state."""

    def ref(self, handle: int) -> Ref:
        """Type and key of a record."""

    def refs(self, handles: Iterable[int]) -> Sequence[Ref]:
        """Type and key of many records: outside this process one question instead of one for each."""

    def key_ranks(self, handles: Ints) -> Ints:
        """Numbers that sort these records by their keys (equal keys of two types: equal numbers)."""

    def entity(self, handle: int) -> Entity:
        """A record with all stated values."""

    def entities_of(self, handles: Iterable[int]) -> Sequence[Entity]:
        """Many records with all stated values."""

    def all_of(self, record_type: str) -> Ints:
        """The handles of all records of a type, ascending."""

    def entities(self, record_type: str) -> Iterator[Entity]:
        """All records of a type, by handle."""

    def links(
        self,
        link_type: str,
        handles: Sequence[int] | Ints,
        direction: Direction,
        *,
        on: date | None,
        bases: Iterable[Basis] = BASES,
    ) -> Links:
        """The links of a type that leave (`out`) or reach (`in`) the given records and hold on a day.

        `on` None: whatever their days, ended ones too.
        """

    def evidence(self, link_type: str, link: int) -> Evidence:
        """One link in full, by the number that `links` gave."""

    def evidences(self, link_type: str, links: Iterable[int]) -> Sequence[Evidence]:
        """Many links in full."""

    def division(self, handles: Ints) -> Ints:
        """The six-digit division of each enterprise or institution, 0 where it is not known."""

    def size(self, handles: Ints) -> Codes:
        """The size of each enterprise as an index into the members of Size, -1 where it is not known."""

    def closed(self, handles: Ints) -> npt.NDArray[np.bool_]:
        """Whether each enterprise is registered as cancelled or revoked; False where no source says so."""

    def hiding(self, pairs: Iterable[tuple[Ref, Ref]], link_types: Iterable[str]) -> Self:
        """The same state without the links of these types between the two records of each pair, either way."""

    def derived(self, name: str) -> dict[Any, Any]:
        """A place where others keep what they computed from this state; it goes when the state goes."""

    def to_networkx(
        self, handles: Iterable[int], link_types: Iterable[str], *, on: date, bases: Iterable[Basis] = BASES
    ) -> "nx.MultiDiGraph[int]":
        """The links of these types among the given records, for analysis."""


class Views(Protocol):
    """The states of one graph: the newest, and past ones. Safe to share between threads."""

    def newest(self) -> View:
        """The newest state that is ready."""

    def at(self, position: int) -> View:
        """The state at a ledger position, present or past. Raises NotKnown for one that is not reached."""

    def close(self) -> None:
        """Give back what is held outside this process."""


def networkx_of(
    view: View, handles: Iterable[int], link_types: Iterable[str], *, on: date, bases: Iterable[Basis]
) -> "nx.MultiDiGraph[int]":
    """What `View.to_networkx` answers, in whichever view."""
    import networkx as nx  # here: what only asks for links need not wait for it

    among = sorted(set(handles))
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph()
    for handle, ref in zip(among, view.refs(among), strict=True):
        graph.add_node(handle, type=ref.type, key=ref.key)
    for link_type in link_types:
        found = view.links(link_type, among, "out", on=on, bases=bases)
        for origin, other, basis, link in zip(found.origin, found.other, found.basis, found.link, strict=True):
            if int(other) in graph:
                graph.add_edge(among[origin], int(other), type=link_type, basis=BASES[basis], link=int(link))
    return graph
