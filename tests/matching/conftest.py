"""Small graphs written as sentences, so that a score can be worked out by hand beside them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from graph.ledger import Ledger
    from graph.matching.facts import ProductGraph
    from graph.matching.needs import Needs, Step
    from graph.matching.partners import Direction, Ranking
    from graph.memory_view import MemoryView
    from graph.ontology import Link, Record

ON = date(2026, 11, 20)


@dataclass(frozen=True)
class World:
    """A view of a few sentences; every key is a name."""

    view: "MemoryView"
    types: dict[str, str]

    def __getitem__(self, key: str) -> int:
        from graph.ontology import Ref

        handle = self.view.handle(Ref(self.types[key], key))
        assert handle is not None
        return handle

    def name(self, handle: int) -> str:
        return self.view.ref(handle).key

    @property
    def graph(self) -> "ProductGraph":
        from graph.matching.facts import product_graph

        return product_graph(self.view, ON)

    @property
    def needs(self) -> "Needs":
        from graph.matching.needs import Needs

        return Needs.of_graph(self.graph)

    def need(self, product: str) -> dict[str, float]:
        """What a product needs, recorded and estimated."""
        return {self.name(q): need.p for q, need in self.needs.of(self[product]).items()}

    def why(self, product: str, material: str) -> list[tuple[str, str, str]]:
        return self.steps(self.needs.why(self[product], self[material]))

    def steps(self, steps: "Sequence[Step]") -> list[tuple[str, str, str]]:
        return [(self.name(step.from_), step.link, self.name(step.to)) for step in steps]

    def rank(self, company: str, direction: "Direction" = "supplier", **more: Any) -> "Ranking":
        from graph.matching.partners import rank

        return rank(self.view, self[company], direction, more.pop("on", ON), **more)

    def scores(self, company: str, direction: "Direction" = "supplier", **more: Any) -> dict[str, tuple[int, float]]:
        """Candidate → (tier, score), in the order of the ranking."""
        found = self.rank(company, direction, **more)
        columns = zip(found.handles.tolist(), found.tiers.tolist(), found.scores.tolist(), strict=True)
        return {self.name(handle): (tier, score) for handle, tier, score in columns}


@pytest.fixture
def world(tmp_ledger: "Ledger") -> Callable[[str], World]:
    """`world("甲 makes 泵 .6 \\n 铁 into 泵")`: a view of these sentences, one a line.

    Verbs: makes, supplies, into (goes into), is (is a kind of), of (product of a segment), in (enterprise in a
    segment), offers. Then, in any order: a share, a basis, days as 2020-01-01..2025-12-31, a part as #2.
    """

    def made(text: str) -> World:
        from graph.memory_build import build

        rows = [list(_read(line)) for line in text.splitlines() if line.strip()]
        _load(tmp_ledger, rows)
        view = build(tmp_ledger)
        return World(view, {r.ref.key: r.ref.type for row in rows for r in row if hasattr(r, "ref")})

    return made


def _read(line: str) -> "Iterator[Record | Link]":
    """One sentence: the two records and the link between them."""
    from graph.ontology import LINK_TYPES, RECORD_TYPES, Ref

    left, verb, right, *more = line.split()
    link, left_type, right_type = {
        "makes": ("Makes", "Enterprise", "Product"),
        "supplies": ("Supplies", "Enterprise", "Enterprise"),
        "into": ("UpstreamOf", "Product", "Product"),
        "is": ("KindOf", "Product", "Product"),
        "of": ("InSegment", "Product", "Segment"),
        "in": ("InSegment", "Enterprise", "Segment"),
        "offers": ("Offers", "Institution", "Product"),
    }[verb]
    for record_type, key in ((left_type, left), (right_type, right)):
        yield RECORD_TYPES[record_type](key=key)
    yield LINK_TYPES[link](from_ref=Ref(left_type, left), to_ref=Ref(right_type, right), **dict(map(_more, more)))


def _more(word: str) -> tuple[str, Any]:
    from graph.ontology import Basis

    if word[0] in ".01" and ".." not in word:
        return "share", float(word)
    if word[0] == "#":
        return "part", word
    if word[:2] == "..":
        return "valid_to", date.fromisoformat(word[2:])
    if word[-2:] == "..":
        return "valid_from", date.fromisoformat(word[:-2])
    return "basis", Basis(word)


def _load(ledger: "Ledger", rows: "list[list[Record | Link]]") -> None:
    from graph.ledger import LoadRequest, SourceFileInfo

    with ledger.staging() as staging:
        for number, statements in enumerate(rows, start=1):
            for statement in statements:
                staging.add(statement, 0, number)
        file = SourceFileInfo("sentences.txt", "0" * 64, 1, len(rows))
        staging.commit(LoadRequest("sentences", "test", "句子", "snapshot", [file], datetime(2026, 11, 20), trust=50))
