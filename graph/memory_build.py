"""Building memory views from the ledger, and keeping the newest one ready.

Measured on chain_cn (100,000 records, 250,000 links): a build takes about 2 s, most of it reading the ledger.
"""

import threading
from collections import OrderedDict, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from sqlalchemy import Connection

from graph import contributions
from graph.contributions import FILTERED, Contribution
from graph.ledger import Ledger, merge, reading
from graph.link_table import LinkRows
from graph.memory_view import TYPES, Layer, MemoryView, Records, joined_pairs
from graph.ontology import LINK_TYPES, Ref
from lianxin.errors import NotKnown

OVERLAY_LIMIT = 0.02  # an overlay above this share of the base is folded into a new base (design: measured there)
PAST_STATES = 4  # past positions kept ready, least recently used out

_CODES = {name: code for code, name in enumerate(TYPES)}
Said = dict[int, list[Contribution]]


def build(ledger: Ledger, position: int | None = None) -> MemoryView:
    """Build a state from nothing: all that the ledger holds up to a position (default: the newest).

    Raises NotKnown for a position that the ledger has not reached.
    """
    with ledger.reading() as connection:
        newest = reading.newest_position(connection)
        upto = newest if position is None else position
        if not 0 <= upto <= newest:
            raise NotKnown("position", "账本位置", str(position))
        keys, types = [""], [-1]
        _read_keys(connection, keys, types)
        merged = merge.merged(connection, upto)
        said = _read_said(connection, upto, None, merged)
        read = _read_links(connection, upto, None, merged)
        layers = {name: [Layer(rows.table())] for name, rows in read.items()}
        codes = np.array(types, np.int8)
        present, divisions = np.zeros(len(keys), bool), np.zeros(len(keys), np.int32)
        sizes, closed = np.full(len(keys), -1, np.int8), np.zeros(len(keys), bool)
        records = Records(keys, codes, present, {}, said, divisions, sizes, closed)
        by_ref = _settle(records, said)
        for record, stands in merged.items():
            if present[stands]:
                by_ref[Ref(TYPES[codes[record]], keys[record])] = stands  # an old key still resolves
        return MemoryView(
            upto,
            contributions.datasets(connection, upto),
            replace(records, by_ref=by_ref, merged=merged),
            layers,
            contributions.sources(connection),
        )


def overlaid(ledger: Ledger, base: MemoryView) -> MemoryView:
    """The state at the newest position as an overlay on a base state.

    What later positions touched is read again whole, so the overlay never has to know what a change replaced. Where
    they touched a party of several records, or said which records are one party, the state is built from nothing.
    """
    with ledger.reading() as connection:
        upto, after = reading.newest_position(connection), base.position
        if _touches_merged(connection, base, upto):
            return build(ledger)
        keys, types = list(base.records.keys), list(base.records.types)
        _read_keys(connection, keys, types)
        said = dict(base.records.said)
        touched = reading.touched_records(connection, after, upto)
        for record in touched:
            said.pop(record, None)
        again = _read_said(connection, upto, after, {})
        said |= again
        records = _grown(base.records, keys, types, said)
        by_ref = dict(base.records.by_ref)
        for record in touched - again.keys():
            by_ref.pop(Ref(TYPES[types[record]], keys[record]), None)
            records.present[record] = False
        by_ref |= _settle(records, again)
        pairs = joined_pairs(reading.touched_links(connection, after, upto))
        added = _read_links(connection, upto, after, {})
        layers = {name: [base.layers[name][0].without(pairs), Layer(rows.table())] for name, rows in added.items()}
        return MemoryView(
            upto,
            contributions.datasets(connection, upto),
            replace(records, by_ref=by_ref, merged=base.records.merged),
            layers,
            contributions.sources(connection),
        )


def _touches_merged(connection: Connection, base: MemoryView, upto: int) -> bool:
    merged = base.records.merged
    if merge.merged(connection, upto) != merged:
        return True
    parties = merged.keys() | set(merged.values())
    if not parties:
        return False
    touched = reading.touched_records(connection, base.position, upto)
    ends = {end for pair in reading.touched_links(connection, base.position, upto) for end in pair}
    return not parties.isdisjoint(touched | ends)


def _grown(
    base: Records, keys: Sequence[str], types: Sequence[int], said: Mapping[int, Sequence[Contribution]]
) -> Records:
    """Copies of the arrays, long enough for the new records."""
    more = len(keys) - len(base.keys)
    return Records(
        keys,
        np.array(types, np.int8),
        np.concatenate((base.present, np.zeros(more, bool))),
        base.by_ref,
        said,
        np.concatenate((base.divisions, np.zeros(more, np.int32))),
        np.concatenate((base.sizes, np.full(more, -1, np.int8))),
        np.concatenate((base.closed, np.zeros(more, bool))),
    )


def _settle(records: Records, said: Mapping[int, list[Contribution]]) -> dict[Ref, int]:
    """Order what is said of each record, fill its filter columns, and give its reference."""
    by_ref = {}
    for handle, found in said.items():
        found.sort(key=lambda c: c.rank)
        kind = TYPES[records.types[handle]]
        by_ref[Ref(kind, records.keys[handle])] = handle
        records.present[handle] = True
        if kind in FILTERED:
            records.divisions[handle], records.sizes[handle], records.closed[handle] = contributions.filters(found)
    return by_ref


def _read_keys(connection: Connection, keys: list[str], types: list[int]) -> None:
    """Append the records that the lists do not have yet; a number that the database left out stays empty."""
    for kind, key, handle in reading.record_keys(connection, after=len(keys) - 1):
        gap = handle - len(keys)
        keys += [""] * gap
        types += [-1] * gap
        keys.append(key)
        types.append(_CODES[kind])


def _read_said(connection: Connection, upto: int, after: int | None, merged: Mapping[int, int]) -> Said:
    trust = reading.trust(connection)
    said: defaultdict[int, list[Contribution]] = defaultdict(list)
    for record, part, dataset, body, file, row in reading.record_heads(connection, upto, after):
        said[merged.get(record, record)].append(Contribution((-trust[dataset], dataset, part), body, file, row))
    return dict(said)


def _read_links(connection: Connection, upto: int, after: int | None, merged: Mapping[int, int]) -> dict[str, LinkRows]:
    gathered = {name: LinkRows() for name in LINK_TYPES}
    for kind, from_, to, *rest in reading.link_heads(connection, upto, after):
        ends = merged.get(from_, from_), merged.get(to, to)
        if ends[0] != ends[1] or from_ == to:  # what one party does with itself under two keys is no link
            gathered[kind].add(*ends, *rest)
    return gathered


class MemoryViews:
    """The newest state of one ledger, kept up to date, and a few past ones. Safe to share between threads."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._lock = threading.Lock()
        self._base = self._newest = build(ledger)
        self._committed = ledger.committed_at(self._base.position)
        self._past: OrderedDict[int, MemoryView] = OrderedDict()
        self._rebuilding: threading.Thread | None = None

    def newest(self) -> MemoryView:
        """The state at the ledger's newest position."""
        if self._ledger.position() == self._newest.position:
            return self._newest
        with self._lock:
            if self._ledger.position() != self._newest.position:
                self._catch_up()
            return self._newest

    def _catch_up(self) -> None:
        if not self._base.records.by_ref or self._ledger.committed_at(self._base.position) != self._committed:
            # Nothing to lay over, or the ledger is another one: a backup was put in its place.
            self._begin(build(self._ledger))
            self._newest = self._base
            self._past.clear()
            return
        self._newest = overlaid(self._ledger, self._base)
        if _overlay_share(self._newest) > OVERLAY_LIMIT and self._rebuilding is None:
            self._rebuilding = threading.Thread(target=self._rebuild, name="memory-view-rebuild", daemon=True)
            self._rebuilding.start()

    def _rebuild(self) -> None:
        try:
            rebuilt = build(self._ledger)
            with self._lock:
                self._begin(rebuilt)
                if rebuilt.position >= self._newest.position:
                    self._newest = rebuilt
        finally:
            self._rebuilding = None

    def _begin(self, base: MemoryView) -> None:
        self._base, self._committed = base, self._ledger.committed_at(base.position)

    def at(self, position: int) -> MemoryView:
        """The state at a past position, built at the first call and kept for a while.

        Raises NotKnown for a position that the ledger has not reached.
        """
        newest = self.newest()
        if position == newest.position:
            return newest
        if not 0 <= position < newest.position:  # a state kept for a later position would be wrong when it comes
            raise NotKnown("position", "账本位置", str(position))
        with self._lock:
            if position not in self._past:
                self._past[position] = build(self._ledger, position)
                while len(self._past) > PAST_STATES:
                    self._past.popitem(last=False)
            self._past.move_to_end(position)
            return self._past[position]

    def close(self) -> None:
        """Nothing is held outside this process."""


def _overlay_share(view: MemoryView) -> float:
    base = sum(len(layers[0].table) for layers in view.layers.values())
    added = sum(len(layer.table) for layers in view.layers.values() for layer in layers[1:])
    gone = sum(int(layers[0].gone.sum()) for layers in view.layers.values() if layers[0].gone is not None)
    return (added + gone) / max(base, 1)
