"""The ledger: what a load appends, what a snapshot retracts, what is never changed again."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from graph.ledger import Ledger, LoadOutcome
from graph.ledger.merge import Decision, Judgement
from graph.ledger.request import HELD_BACK, REPEATED
from graph.ledger.schema import APPEND_ONLY, ERASABLE, ORDINARY, metadata
from graph.memory_build import build
from graph.memory_view import MemoryView
from graph.ontology import Basis, Enterprise, Link, Makes, Product, Record, Ref, UpstreamOf
from lianxin.errors import BadRow, Conflict, LargeRetraction, NotKnown

Put = Callable[..., LoadOutcome]
VERSIONS = ("record_version", "link_version")
REFUSED = BadRow("rows.jsonl", 99, "name", "", "is empty", "为空")


def product(key: str, name: str | None = None) -> Product:
    return Product(key=key, name=name or key)


def products(count: int) -> list[list[Record]]:
    return [[product(f"P{n:03}")] for n in range(count)]


def upstream(material: str, made: str, **more: Any) -> UpstreamOf:
    return UpstreamOf(from_ref=Ref("Product", material), to_ref=Ref("Product", made), **more)


def versions(ledger: Ledger) -> int:
    with ledger.reading() as connection:
        return sum(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() for table in VERSIONS)


def keys(ledger: Ledger) -> list[str]:
    view = build(ledger)
    return [view.ref(int(handle)).key for handle in view.all_of("Product")]


def counts(outcome: LoadOutcome) -> tuple[int, int, int, int]:
    return outcome.new, outcome.changed, outcome.unchanged, outcome.retracted


# --- what a load appends ----------------------------------------------------------------------------------------------


def test_a_second_load_of_the_same_rows_appends_no_version(each_ledger: Ledger, put: Put) -> None:
    rows = [[product("a")], [product("b")], [upstream("a", "b")]]
    assert counts(put(each_ledger, rows)) == (3, 0, 0, 0)
    before = versions(each_ledger)
    assert counts(put(each_ledger, rows)) == (0, 0, 3, 0)
    assert versions(each_ledger) == before
    assert [load.position for load in each_ledger.loads()] == [2, 1]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (product("a"), product("a", "another name")),
        (upstream("x", "y"), upstream("x", "y", basis=Basis.CLAIMED)),
        (upstream("x", "y"), upstream("x", "y", valid_from=date(2026, 1, 1))),
        (upstream("x", "y"), upstream("x", "y", valid_to=date(2026, 1, 1))),
    ],
    ids=["body", "basis", "first day", "last day"],
)
def test_each_part_of_a_value_makes_a_change(
    each_ledger: Ledger, put: Put, first: Record | Link, second: Record | Link
) -> None:
    ends: list[list[Record | Link]] = [[product("x")], [product("y")]]
    put(each_ledger, [*ends, [first]])
    assert counts(put(each_ledger, [*ends, [second]])) == (0, 1, 2, 0)
    assert counts(put(each_ledger, [*ends, [second]])) == (0, 0, 3, 0)


def test_a_row_of_several_statements_counts_once_by_what_moved_most(each_ledger: Ledger, put: Put) -> None:
    put(each_ledger, [[product("a"), product("b")]])
    assert counts(put(each_ledger, [[product("a", "new name"), product("b"), upstream("a", "b")]])) == (1, 0, 0, 0)
    assert counts(put(each_ledger, [[product("a"), product("b"), upstream("a", "b")]])) == (0, 1, 0, 0)


def test_a_row_that_repeats_another_is_skipped_and_one_that_adds_to_it_is_not(each_ledger: Ledger, put: Put) -> None:
    outcome = put(each_ledger, [[product("a")], [product("a")], [product("a"), product("b")]])
    assert outcome.skipped == {REPEATED: 1}
    assert outcome.new == 2


def test_rows_that_contradict_each_other_are_all_refused_and_name_each_other(each_ledger: Ledger, put: Put) -> None:
    outcome = put(each_ledger, [[product("a")], [product("a", "else")], [product("b")], [product("a")]])
    assert [(r["row"], r["field"], r["value"]) for r in outcome.refused] == [
        (1, "Product key", "a"),
        (2, "Product key", "a"),
        (4, "Product key", "a"),
    ]
    assert "row 1" in outcome.refused[1]["problem"]
    assert "第 1 行" in outcome.refused[1]["problem_zh"]
    assert keys(each_ledger) == ["b"]


def test_a_row_that_contradicts_two_others_is_refused_once(each_ledger: Ledger, put: Put) -> None:
    outcome = put(each_ledger, [[product("a", "1")], [product("a", "2"), product("b", "2")], [product("b", "3")]])
    assert [r["row"] for r in outcome.refused] == [1, 2, 3]
    assert outcome.rows == 3


def test_a_refused_row_leaves_neither_its_records_nor_its_links(each_ledger: Ledger, put: Put) -> None:
    rows = [[product("x"), product("y")], [product("a", "1"), upstream("x", "y")], [product("a", "2")]]
    put(each_ledger, rows)
    view = build(each_ledger)
    assert keys(each_ledger) == ["x", "y"]
    assert len(view.links("UpstreamOf", view.all_of("Product"), "out", on=None)) == 0


def test_a_link_to_a_record_that_nothing_states_stops_the_load(each_ledger: Ledger, put: Put) -> None:
    with pytest.raises(Conflict) as error:
        put(each_ledger, [[product("a")], [upstream("a", "nowhere")]])
    assert "nowhere" in error.value.en
    assert "nowhere" in error.value.zh
    assert each_ledger.loads() == []
    assert keys(each_ledger) == []


def test_a_link_to_a_record_that_was_retracted_stops_the_load(each_ledger: Ledger, put: Put) -> None:
    put(each_ledger, [[product("a")], [product("b")]])
    put(each_ledger, [[product("a")]])
    with pytest.raises(Conflict):
        put(each_ledger, [[product("a")], [upstream("a", "b")]])
    assert keys(each_ledger) == ["a"]


def test_a_link_may_name_a_record_of_another_data_set(each_ledger: Ledger, put: Put) -> None:
    put(each_ledger, [[product("a")], [product("b")]], "one")
    assert put(each_ledger, [[upstream("a", "b")]], "two").new == 1


def test_a_data_set_keeps_its_format(each_ledger: Ledger, put: Put) -> None:
    put(each_ledger, products(1))
    from graph.ledger import LoadRequest, SourceFileInfo

    request = LoadRequest(
        "a", "another", "x", "snapshot", [SourceFileInfo("f", "", 0, 0)], each_ledger.loads()[0].started_at
    )
    with each_ledger.staging() as staging, pytest.raises(Conflict, match="--dataset"):
        staging.commit(request)


# --- what a snapshot retracts -----------------------------------------------------------------------------------------


def test_a_snapshot_retracts_what_vanished_records_and_links(each_ledger: Ledger, put: Put) -> None:
    put(each_ledger, [[product("a")], [product("b")], [product("c")], [upstream("a", "b")]])
    assert counts(put(each_ledger, [[product("a")], [product("b")]])) == (0, 0, 2, 2)
    assert keys(each_ledger) == ["a", "b"]
    assert counts(put(each_ledger, [[product("a")], [product("b")]])) == (0, 0, 2, 0), "retracted once, not again"
    assert counts(put(each_ledger, [[product("a")], [product("b")], [product("c")]])) == (1, 0, 2, 0), "it came back"


def test_a_snapshot_retracts_only_within_its_own_data_set(each_ledger: Ledger, put: Put) -> None:
    put(each_ledger, [[product("a")], [product("b")]], "one")
    put(each_ledger, [[product("b", "as two says")], [product("c")]], "two")
    assert put(each_ledger, [[product("a")]], "one").retracted == 1
    view = build(each_ledger)
    handle = view.handle(Ref("Product", "b"))
    assert handle is not None
    assert [s.value for s in view.entity(handle).values["name"]] == ["as two says"]
    assert keys(each_ledger) == ["a", "b", "c"]


def test_an_increment_never_retracts(each_ledger: Ledger, put: Put) -> None:
    put(each_ledger, products(20))
    assert counts(put(each_ledger, [[product("new")]], mode="increment", yes=False)) == (1, 0, 0, 0)
    assert len(keys(each_ledger)) == 21


def test_refused_rows_hold_the_retraction_back(each_ledger: Ledger, put: Put) -> None:
    put(each_ledger, products(20))
    outcome = put(each_ledger, products(19), refused=[REFUSED])
    assert outcome.retracted == 0
    assert outcome.noted == {HELD_BACK: 1}
    assert len(keys(each_ledger)) == 20
    assert put(each_ledger, products(19)).retracted == 1, "the mended file retracts"


def test_a_retraction_that_is_held_back_asks_nobody(each_ledger: Ledger, put: Put) -> None:
    put(each_ledger, products(20))
    outcome = put(each_ledger, products(10), refused=[REFUSED], yes=False)
    assert (outcome.retracted, outcome.noted) == (0, {HELD_BACK: 10})


@pytest.mark.parametrize(
    ("present", "left", "asks"),
    [(30, 27, False), (30, 26, True), (30, 28, False), (7, 6, True), (1000, 900, False), (1000, 899, True)],
)
def test_more_than_a_tenth_retracted_asks_first(
    each_ledger: Ledger, put: Put, present: int, left: int, asks: bool
) -> None:
    put(each_ledger, products(present))
    before = versions(each_ledger)
    if not asks:
        assert put(each_ledger, products(left), yes=False).retracted == present - left
        return
    with pytest.raises(LargeRetraction, match="--yes") as error:
        put(each_ledger, products(left), yes=False)
    assert (error.value.retracted, error.value.present) == (present - left, present)
    assert "--yes" in error.value.zh
    assert (versions(each_ledger), len(each_ledger.loads())) == (before, 1)
    assert put(each_ledger, products(left), yes=True).retracted == present - left


ROWS = st.lists(
    st.tuples(st.sampled_from("abcdef"), st.sampled_from(["1", "2"]), st.none() | st.sampled_from("abcdef")), max_size=9
)


def _rows(drawn: list[tuple[str, str, str | None]]) -> list[list[Record | Link]]:
    """Rows that may repeat and contradict each other; every link's ends are declared by rows of their own."""
    ends: list[list[Record | Link]] = [[Enterprise(key=key)] for key in "abcdef"]
    return ends + [
        [product(key, name)]
        if to is None
        else [
            product(key, name),
            Makes(from_ref=Ref("Enterprise", to), to_ref=Ref("Product", key), share=int(name) / 4),
        ]
        for key, name, to in drawn
    ]


@given(st.lists(st.tuples(ROWS, st.sampled_from(["snapshot", "increment"])), min_size=1, max_size=4))
@settings(max_examples=25, deadline=None)
def test_every_row_is_counted_exactly_once(
    tmp_path_factory: pytest.TempPathFactory, put: Put, drawn: list[tuple[Any, str]]
) -> None:
    ledger = Ledger.open(f"sqlite:///{tmp_path_factory.mktemp('counted') / 'ledger.db'}")
    for rows, mode in drawn:
        outcome = put(ledger, _rows(rows), mode=mode)
        told = outcome.new + outcome.changed + outcome.unchanged
        assert outcome.rows == told + sum(outcome.skipped.values()) + len(outcome.refused)
        assert ledger.load(outcome.load).report == outcome.report()
    ledger.close()


# --- what is never changed again --------------------------------------------------------------------------------------


@pytest.fixture
def full_ledger(each_ledger: Ledger, put: Put) -> Ledger:
    """A ledger with at least one row in every table."""
    put(each_ledger, [[product("a")], [product("b")], [upstream("a", "b")]])
    each_ledger.decide(Decision(Ref("Product", "a"), Ref("Product", "b"), Judgement.SAME, "why", "who"))
    with each_ledger.engine.begin() as connection:
        for statement in STATED:
            connection.exec_driver_sql(statement)
    return each_ledger


STATED = (
    "INSERT INTO document VALUES (1, 'd', 'application/pdf', 1, '2026-11-24')",
    "INSERT INTO claim VALUES (1, 1, 2, 'f', '2026-11-24', NULL, 'r', '2026-11-24')",
    "INSERT INTO claim_document VALUES (1, 1, 1)",
    "INSERT INTO record_link VALUES (1, 'd', 't', 'k', NULL, NULL, 'r', '2026-11-24')",
    "INSERT INTO record_link_end VALUES (1, 1, 'r', '2026-11-24')",
    "INSERT INTO tout_report VALUES (1, 'f', '2026-11-24')",
    "INSERT INTO account VALUES (1, 'n', 'n', 'auditor', NULL, 'h', '2026-11-24', NULL)",
    "INSERT INTO account_event VALUES (1, 1, 'made', 'auditor', 'operator', '2026-11-24')",
    "INSERT INTO case_file VALUES (1, 'k', NULL, NULL, '2026-11-24')",
    "INSERT INTO case_event VALUES (1, 1, 1, '2026-11-24', 'a', 'r', 'open', '{}', 'p', 'h')",
    "INSERT INTO case_document VALUES (1, 1, 1)",
    "INSERT INTO case_key VALUES (1, 'a', 'k', 'r', 1)",
    "INSERT INTO case_checkpoint VALUES (1, '2026-11-24', '2026-11-24', 1, 1, 'p', 'd')",
    "INSERT INTO restated VALUES (1, 1, 1, 1, 1)",
)
"""One row in each table of what people state, of what is done to accounts, of cases and what follows from them."""


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_no_row_of_any_table_can_be_updated_or_deleted(full_ledger: Ledger, table: str) -> None:
    for act in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}"):
        act = act.replace("SET id = id", "SET committed_at = NULL") if table == "position" else act
        with full_ledger.engine.connect() as connection, pytest.raises(DatabaseError, match="append-only"):
            connection.exec_driver_sql(act)


def test_the_append_only_tables_are_all_but_the_erasable_and_the_ordinary_ones() -> None:
    assert set(APPEND_ONLY) | set(ERASABLE) | set(ORDINARY) == set(metadata.tables)
    assert (len(APPEND_ONLY), len(ERASABLE), len(ORDINARY)) == (21, 3, 11)


def test_the_migrated_schema_is_the_declared_one(each_ledger: Ledger) -> None:
    with each_ledger.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_the_comparison_of_schemas_sees_a_missing_table(each_ledger: Ledger) -> None:
    with each_ledger.engine.connect() as connection:
        connection.exec_driver_sql("DROP TABLE position")
        assert compare_metadata(MigrationContext.configure(connection), metadata) != []


# --- positions and the manifest ---------------------------------------------------------------------------------------


def test_loads_from_many_threads_take_positions_in_order(each_ledger: Ledger, put: Put) -> None:
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda n: put(each_ledger, [[product(f"p{n}")]], f"set {n}"), range(16)))
    assert sorted(outcome.position for outcome in outcomes) == list(range(1, 17))
    loads = each_ledger.loads()
    assert [load.position for load in loads] == list(range(16, 0, -1))
    assert [load.committed_at for load in loads] == sorted((load.committed_at for load in loads), reverse=True)
    assert len(keys(each_ledger)) == 16


def test_the_manifest_names_the_file_with_digest_size_and_rows(each_ledger: Ledger, put: Put) -> None:
    outcome = put(each_ledger, products(3), noted={"something": 2})
    load = each_ledger.load(outcome.load)
    assert load.files == [{"name": "rows.jsonl", "digest": "0" * 64, "size": 1, "rows": 3}]
    assert (load.dataset, load.mode, load.undone_by) == ("a", "snapshot", None)
    assert load.report["noted"] == {"something": 2}


def test_an_unknown_load_is_not_known(each_ledger: Ledger) -> None:
    for act in (each_ledger.load, each_ledger.undo):
        with pytest.raises(NotKnown, match="42"):
            act(42)


def test_a_ledger_is_the_same_after_it_was_closed(tmp_path: Path, put: Put, everything: Callable[..., Any]) -> None:
    url = f"sqlite:///{tmp_path / 'x.db'}"
    ledger = Ledger.open(url)
    put(ledger, [[product("a")], [product("b")], [upstream("a", "b")]])
    before = everything(build(ledger))
    ledger.close()
    again = Ledger.open(url)
    assert everything(build(again)) == before
    assert isinstance(build(again), MemoryView)
    again.close()


# --- merge decisions --------------------------------------------------------------------------------------------------

A, B, C = Ref("Product", "a"), Ref("Product", "b"), Ref("Product", "c")


@pytest.fixture
def pairs(each_ledger: Ledger, put: Put) -> Ledger:
    put(each_ledger, [[product("a")], [product("b")], [product("c")]])
    return each_ledger


def judged(ledger: Ledger) -> dict[tuple[Ref, Ref], Judgement]:
    return {decision.pair(): decision.judgement for decision in ledger.decisions()}


def test_a_pair_has_no_order_and_its_latest_decision_holds(pairs: Ledger) -> None:
    pairs.decide(Decision(A, B, Judgement.SAME, "one address", "Li"))
    assert judged(pairs) == {(A, B): Judgement.SAME}
    pairs.decide(Decision(B, A, Judgement.DIFFERENT, "two licences", "Wang"))
    assert judged(pairs) == {(A, B): Judgement.DIFFERENT}
    latest = pairs.decisions()[0]
    assert (latest.reason, latest.decided_by) == ("two licences", "Wang")


def test_unsure_takes_a_decision_back_and_it_can_be_taken_again(pairs: Ledger) -> None:
    for judgement in (Judgement.SAME, Judgement.UNSURE):
        pairs.decide(Decision(A, B, judgement, "r", "w"))
    pairs.decide(Decision(A, C, Judgement.SAME, "r", "w"))
    assert judged(pairs) == {(A, C): Judgement.SAME}
    pairs.decide(Decision(B, A, Judgement.SAME, "r", "w"))
    assert judged(pairs) == {(A, B): Judgement.SAME, (A, C): Judgement.SAME}


def test_decisions_take_positions_beside_loads(pairs: Ledger, put: Put) -> None:
    assert pairs.decide(Decision(A, B, Judgement.SAME, "r", "w")) == 2
    assert put(pairs, products(1), "b").position == 3
    assert pairs.position() == 3


def test_a_decision_about_an_unknown_record_is_refused_and_takes_no_position(pairs: Ledger) -> None:
    with pytest.raises(NotKnown, match="zzz"):
        pairs.decide(Decision(A, Ref("Product", "zzz"), Judgement.SAME, "r", "w"))
    assert (pairs.position(), pairs.decisions()) == (1, [])


def test_a_record_cannot_be_decided_against_itself(pairs: Ledger) -> None:
    with pytest.raises(Conflict):
        pairs.decide(Decision(A, A, Judgement.DIFFERENT, "r", "w"))
    assert pairs.position() == 1


def test_the_day_up_to_which_data_reach_is_that_of_the_newest_load_that_stands(each_ledger: Ledger, put: Put) -> None:
    assert put(each_ledger, [[product("a")]], data_day=date(2026, 6, 30)).load == 1
    put(each_ledger, [[product("a")], [product("b")]], data_day=date(2026, 9, 30))
    put(each_ledger, [[product("c")]], "without a day")
    days = {each.name: each.data_day for each in each_ledger.datasets()}
    assert days == {"a": date(2026, 9, 30), "without a day": None}
    assert [each.data_day for each in each_ledger.loads()] == [None, date(2026, 9, 30), date(2026, 6, 30)]
    each_ledger.undo(2)
    assert {each.name: each.data_day for each in each_ledger.datasets()}["a"] == date(2026, 6, 30)
    put(each_ledger, [[product("d")]])  # the newest delivery says no day: the day of an older one would be a guess
    assert {each.name: each.data_day for each in build(each_ledger).datasets} == {"a": None, "without a day": None}
