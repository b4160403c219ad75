"""All candidates of a question as arrays, before anything is cut: what filters, counts and why-not work on."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from graph.matching import gap, partners
from graph.ontology import Basis, Size
from graph.places import within
from graph.view import BASES, Codes, Ints, View
from services.credit import CreditStrip, StripState
from services.partners.answer import CreditFilter, Filters, Place, Question, Relation

Flags = npt.NDArray[np.bool_]
Strips = Callable[[View, Iterable[int], date], Mapping[int, CreditStrip]]
"""The credit strips of records on a day, by handle: matching and graph know no rules, they are given this."""
STATES: Final = tuple(StripState)
_DAYS_KEPT: Final = 8  # of credit states: people ask for today, and now and then for another day
WEAKEST = 0.005  # a weaker similar candidate rests on hardly more than a shared character; it is not listed


@dataclass(frozen=True, slots=True)
class Pool:
    """Candidates in order: handle, score, tier, basis code of the supply link, and whether they are partners already.

    `credit`: the state of each one's credit strip, as its place in STATES, and -1 for institutions, which have none.
    `direct_links`: candidate → the supply link that joins it, and who is at the other end of that.
    `paths_of(handle)`: the paths of one, as matching found them. `weak`: how many were too weak to list, `closed`: how
    many are registered as cancelled or revoked.
    """

    handles: Ints
    scores: npt.NDArray[np.float64]
    tiers: Ints
    bases: Ints
    known: Flags
    divisions: Ints
    sizes: Codes
    credit: Ints
    paths_of: Callable[[int], Sequence[Any]]
    direct_links: Mapping[int, tuple[int, int]]
    products: int
    materials: int
    weak: int
    closed: int

    def __len__(self) -> int:
        return len(self.handles)

    def counts(self, mask: Flags) -> dict[Basis, int]:
        """How many of the masked candidates there are of each basis."""
        return {basis: int((mask & (self.bases == code)).sum()) for code, basis in enumerate(BASES)}

    def mask(self, filters: Filters, *, known: bool, division: str) -> Flags:
        """The candidates that meet all filters; partners already known only if wanted."""
        mask = np.ones(len(self), bool) if known else ~self.known
        if filters.place is not None:
            mask &= self.placed(filters.place, division)
        if filters.size is not None:
            mask &= self.sizes == tuple(Size).index(filters.size)
        if filters.bases:
            mask &= np.isin(self.bases, [BASES.index(basis) for basis in filters.bases])
        if filters.credit is CreditFilter.CLEAN:
            mask &= self.nothing_shown
        return mask

    @property
    def nothing_shown(self) -> Flags:
        """Whose credit was searched in some source, where nothing is shown and nothing bears the name untied."""
        return np.equal(self.credit, STATES.index(StripState.NONE_SHOWN))

    @property
    def credit_unknown(self) -> Flags:
        """Of whom neither can be told: nothing was searched, an untied record bears the name, or an institution."""
        return ~self.nothing_shown & np.not_equal(self.credit, STATES.index(StripState.SHOWN))

    def placed(self, place: Place, division: str) -> Flags:
        """Who sits within the district, its city or its province."""
        divisions, at = np.unique(self.divisions, return_inverse=True)
        return np.array([bool(d) and within(d, division, place.value) for d in divisions.tolist()], bool)[at]


def gather(view: View, question: Question, subject: int, strips: Strips) -> Pool:
    """Ask matching, and mark what joins each candidate to the subject. `strips`: says what is known of their credit."""
    if question.relation is Relation.GAP:
        return _gap_pool(view, question, subject, strips)
    return _company_pool(view, question, subject, strips)


def _company_pool(view: View, question: Question, subject: int, strips: Strips) -> Pool:
    direction: partners.Direction = "supplier" if question.relation is Relation.SUPPLIER else "customer"
    ranking = partners.rank(view, subject, direction, question.on, core=question.core)
    strong = (ranking.tiers == partners.EXACT) | (ranking.scores >= WEAKEST)
    closed = view.closed(ranking.handles)
    listed = strong & ~closed
    handles = ranking.handles[listed]
    direct = ranking.direct[listed]
    return Pool(
        handles=handles,
        scores=ranking.scores[listed],
        tiers=ranking.tiers[listed],
        bases=np.where(direct < 0, BASES.index(Basis.PREDICTED), direct),
        known=direct == BASES.index(Basis.OBSERVED),
        divisions=view.division(handles),
        sizes=view.size(handles),
        credit=_credit(view, handles, question.on, strips),
        paths_of=ranking.paths_of,
        direct_links={handle: (link, subject) for handle, link in ranking.direct_links.items()},
        products=ranking.products,
        materials=ranking.materials,
        weak=int((~strong).sum()),
        closed=int((strong & closed).sum()),
    )


def _gap_pool(view: View, question: Question, subject: int, strips: Strips) -> Pool:
    ranking = gap.fill(view, subject, question.on)
    enough = [f for f in ranking.fillings if f.tier == partners.EXACT or f.score >= WEAKEST]
    gone = view.closed(np.array([f.handle for f in enough], np.int64))
    strong = [f for f, closed in zip(enough, gone, strict=True) if not closed]
    handles = np.array([f.handle for f in strong], np.int64)
    paths = {f.handle: f.paths for f in strong}
    surest = _supply_of(view, handles, {ref.key for ref in view.refs(ranking.wanted)}, question)
    bases = np.array(
        [surest[h][0] if h in surest else BASES.index(Basis.PREDICTED) for h in handles.tolist()], np.int64
    )
    return Pool(
        handles=handles,
        scores=np.array([f.score for f in strong]),
        tiers=np.array([f.tier for f in strong], np.int64),
        bases=bases,
        known=np.zeros(len(handles), bool),  # who supplies it today is part of the answer, not a partner of anybody
        divisions=view.division(handles),
        sizes=view.size(handles),
        credit=_credit(view, handles, question.on, strips),
        paths_of=paths.__getitem__,
        direct_links={h: (link, buyer) for h, (_, link, buyer) in surest.items()},
        products=len(ranking.wanted),
        materials=ranking.considered,
        weak=len(ranking.fillings) - len(enough),
        closed=int(gone.sum()),
    )


def _credit(view: View, handles: Ints, on: date, strips: Strips) -> Ints:
    """The state of each one's strip; kept with the state of the view, since every question counts them all."""
    by_day: dict[tuple[Strips, date], dict[int, int]] = view.derived("credit states")
    if (strips, on) not in by_day and len(by_day) >= _DAYS_KEPT:
        by_day.clear()  # who is reading has a day of his own in hand
    kept = by_day.setdefault((strips, on), {})
    asked = handles.tolist()
    if new := sorted(set(asked) - kept.keys()):
        made = strips(view, new, on)
        kept.update({handle: STATES.index(made[handle].state) if handle in made else -1 for handle in new})
    return np.fromiter(map(kept.__getitem__, asked), np.int64, len(asked))


def _supply_of(view: View, handles: Ints, products: set[str], question: Question) -> dict[int, tuple[int, int, int]]:
    """Who supplies one of these products to anybody: handle → (surest basis code, that link, the buyer)."""
    links = view.links("Supplies", handles, "out", on=question.on)
    stated = view.evidences("Supplies", links.link.tolist())
    columns = (links.origin, links.basis, links.link, links.other)
    surest: dict[int, tuple[int, int, int]] = {}
    for each, origin, basis, link, buyer in zip(stated, *(column.tolist() for column in columns), strict=True):
        supplier = int(handles[origin])
        better = supplier not in surest or basis < surest[supplier][0]
        if better and each.properties.get("product") in products:
            surest[supplier] = (basis, link, buyer)
    return surest
