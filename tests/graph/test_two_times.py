"""Two times: what was known at a position is told again word for word, whatever was loaded, undone or merged since."""

from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from graph.ledger import Ledger
from graph.ledger.merge import Decision, Judgement
from graph.memory_build import MemoryViews
from graph.neo4j_projection import Projection
from graph.neo4j_server import Server
from graph.neo4j_views import Neo4jViews
from graph.ontology import Enterprise, Link, Makes, Product, Record, Ref, Size, Status, Supplies, UpstreamOf
from graph.view import View

Neo4jServer = Any
FIRMS, PRODUCTS = "ABC", "pq"
BEFORE, DAY, AFTER = date(2026, 1, 1), date(2026, 6, 15), date(2026, 12, 31)
DAYS = st.sampled_from([None, BEFORE, DAY, AFTER])
ENDS: list[list[Record | Link]] = [[Enterprise(key=k)] for k in FIRMS] + [[Product(key=k)] for k in PRODUCTS]


def supplies(a: str, b: str, days: tuple[date | None, date | None], part: str, product: str | None) -> Supplies:
    ends = {"from_ref": Ref("Enterprise", a), "to_ref": Ref("Enterprise", b)}
    return Supplies(**ends, valid_from=days[0], valid_to=days[1], part=part, product=product)


def firm(key: str, name: str | None, division: str | None, size: Size | None, status: Status | None) -> Enterprise:
    return Enterprise(key=key, part="said", name=name, division=division, size=size, status=status)


STATEMENTS = st.one_of(
    st.builds(
        firm,
        st.sampled_from(FIRMS),
        st.sampled_from(["甲", "乙", None]),
        st.sampled_from(["330113", None]),
        st.sampled_from([Size.SMALL, Size.LARGE, None]),
        st.sampled_from([Status.ACTIVE, Status.CANCELLED, None]),
    ),
    st.builds(
        supplies,
        st.sampled_from(FIRMS),
        st.sampled_from(FIRMS),
        st.tuples(DAYS, DAYS),
        st.sampled_from(["", "again"]),
        st.sampled_from(["p", None]),
    ),
    st.builds(
        lambda a, b, share: Makes(from_ref=Ref("Enterprise", a), to_ref=Ref("Product", b), share=share),
        st.sampled_from(FIRMS),
        st.sampled_from(PRODUCTS),
        st.sampled_from([0.5, 0.333333, None]),
    ),
    st.builds(
        lambda a, b: UpstreamOf(from_ref=Ref("Product", a), to_ref=Ref("Product", b)),
        st.sampled_from(PRODUCTS),
        st.sampled_from(PRODUCTS),
    ),
)
LOADS = st.tuples(
    st.just("load"),
    st.sampled_from(["one", "two"]),
    st.sampled_from(["snapshot", "increment"]),
    st.lists(STATEMENTS, max_size=6),
    st.sets(st.sampled_from([*FIRMS, *PRODUCTS]), max_size=3),
)
MERGES = st.tuples(st.just("merge"), st.sampled_from(["AB", "BC", "AC"]), st.sampled_from([*Judgement, Judgement.SAME]))
ACTS = st.lists(st.one_of(LOADS, LOADS, MERGES, st.just(("undo",))), min_size=2, max_size=6)


def statement_id(statement: Record | Link) -> Any:
    ends = (getattr(statement, name, None) for name in ("key", "from_ref", "to_ref"))
    return type(statement), *ends, statement.part


def act_on(ledger: Ledger, act: Sequence[Any], put: Callable[..., Any]) -> None:
    if act[0] == "load":
        _, dataset, mode, drawn, left_out = act
        linked = {end.key for each in drawn if isinstance(each, Link) for end in (each.from_ref, each.to_ref)}
        ends = [row for row in ENDS if row[0].key not in left_out - linked]
        rows = [*ends, *([each] for each in {statement_id(each): each for each in drawn}.values())]
        put(ledger, rows, dataset, mode=mode, trust=60 if dataset == "two" else 50)
    elif act[0] == "merge":
        left, right = (Ref("Enterprise", key) for key in act[1])
        ledger.decide(Decision(left, right, act[2], "same licence", "tester"))
    else:
        standing = [load.id for load in ledger.loads() if load.undoes is None and load.undone_by is None]
        if len(standing) > 1:  # the first one stays, so that there is always somebody to merge
            ledger.undo(standing[0])


def told(view: View) -> list[Any]:
    """All that a view says on three days and on any, but the numbers that it gives to links."""
    refs = [Ref("Enterprise", key) for key in FIRMS] + [Ref("Product", key) for key in PRODUCTS]
    said: list[Any] = [view.position, list(view.datasets), [view.handle(ref) for ref in refs]]
    everybody = []
    for record_type in ("Enterprise", "Product"):
        handles = view.all_of(record_type)
        everybody += handles.tolist()
        said += [handles.tolist(), list(view.entities(record_type))]
        said += [view.division(handles).tolist(), view.size(handles).tolist(), view.closed(handles).tolist()]
    for on in (None, BEFORE, DAY, AFTER):
        for link_type in ("Supplies", "Makes", "UpstreamOf"):
            out, into = (view.links(link_type, everybody, way, on=on) for way in ("out", "in"))  # type: ignore[arg-type]
            for found in (out, into):
                said += [found.origin.tolist(), found.other.tolist(), found.basis.tolist()]
                said += [view.evidences(link_type, found.link.tolist())]
    return said


@pytest.fixture(scope="module")
def graph(neo4j: Neo4jServer) -> Neo4jServer:
    neo4j.clear()
    return neo4j


NAMED = [firm("A", "甲", "330113", Size.SMALL, None), supplies("A", "B", (BEFORE, AFTER), "", "p")]
RETRACTED_AND_MERGED = [
    ("load", "one", "snapshot", NAMED, set()),
    ("merge", "AB", Judgement.SAME),
    ("load", "two", "snapshot", [firm("B", "乙", None, Size.LARGE, Status.ACTIVE)], {"C", "q"}),
    ("load", "one", "snapshot", [], {"A", "p"}),  # what it said of them holds no more
    ("merge", "BC", Judgement.SAME),
    ("merge", "AB", Judgement.DIFFERENT),
    ("undo",),
]


@given(acts=ACTS)
@example(acts=RETRACTED_AND_MERGED)
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_past_answer_is_the_same_for_ever_in_both_views(
    acts: list[Any], graph: Neo4jServer, put: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.mktemp("two-times") / "ledger.db"
    with closing(Ledger.open(f"sqlite:///{file}")) as ledger, closing(Server.open(graph.url)) as server:
        put(ledger, ENDS, "one")
        projection, memory, neo4j = Projection(ledger, server), MemoryViews(ledger), Neo4jViews(ledger, server)
        projection.rebuild()
        answers = {}
        for act in acts:
            act_on(ledger, act, put)
            projection.catch_up()
            answers[ledger.position()] = told(memory.newest())
            assert told(neo4j.newest()) == answers[ledger.position()]
        later = MemoryViews(ledger), Neo4jViews(ledger, server)  # nothing kept from when it was the newest
        for position, answer in answers.items():
            assert [told(views.at(position)) for views in later] == [answer, answer]


def test_every_act_of_the_example_changes_the_answer(tmp_ledger: Ledger, put: Callable[..., Any]) -> None:
    """Else it would prove nothing."""
    put(tmp_ledger, ENDS, "one")
    views = MemoryViews(tmp_ledger)
    answers = [told(views.newest())[1:]]
    for act in RETRACTED_AND_MERGED:
        act_on(tmp_ledger, act, put)
        answers.append(told(views.newest())[1:])
        assert answers[-1] != answers[-2], act
