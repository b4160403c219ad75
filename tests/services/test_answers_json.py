"""The JSON of an answer leaves nothing out: a field that a service adds must appear, and bases are never added."""

import dataclasses
from datetime import date
from decimal import Decimal

import orjson
import pytest

from graph.ledger import Ledger
from graph.memory_build import build
from graph.memory_view import MemoryView
from graph.ontology import Basis, FormerName, Size, Unknown
from services import answers_json, chains, enterprise, partners, search
from services.partners import Question, Relation

DAY = date(2026, 11, 24)
TUBING, NO_PRODUCTS = "91330113YANG00019U", "91330113YANG001230"
RENAMED = {"from_": "from", "zh": "why", "en": "why_en", "key": "asked", "filters": "place", "retrieved": "retrieved"}
SPREAD = {
    "ref",
    "other",
    "other_name",
    "question",
    "subject",
    "summary",
}  # written as type, key and name, or member by member


@pytest.fixture(scope="module")
def view(demo_ledger: Ledger) -> MemoryView:
    return build(demo_ledger)


def missing(answer: object, written: dict[str, object]) -> set[str]:
    assert dataclasses.is_dataclass(answer)
    names = {field.name for field in dataclasses.fields(answer)} - SPREAD
    return {name for name in names if RENAMED.get(name, name) not in written and name not in written}


def test_a_partner_answer_is_whole(view: MemoryView) -> None:
    answer = partners.find(view, Question(TUBING, Relation.SUPPLIER, DAY))
    written = answers_json.partner_answer(answer)
    candidate = answer.candidates[0]
    path = candidate.paths[0]
    hop = path.hops[0]
    shown = written["candidates"][0]
    for part, json in (
        (answer, written),
        (answer.question, written["query"]),
        (answer.searched, written["searched"]),
        (candidate, shown),
        (path, shown["paths"][0]),
        (hop, shown["paths"][0]["hops"][0]),
        (hop.source, shown["paths"][0]["hops"][0]["source"]),
        (answer.choices[0], written["choices"][0]),
        (answer.searched.datasets[0], written["searched"]["datasets"][0]),
    ):
        assert not missing(part, json), type(part).__name__
    orjson.dumps(written)


def test_relaxations_are_whole(view: MemoryView) -> None:
    answer = partners.find(view, Question(NO_PRODUCTS, Relation.SUPPLIER, DAY))
    for offered in answer.relaxations:
        assert not missing(offered, answers_json.relaxation(offered))


def test_why_not_is_whole(view: MemoryView) -> None:
    answer = partners.why_not(view, Question(TUBING, Relation.SUPPLIER, DAY), NO_PRODUCTS)
    assert not missing(answer, answers_json.why_not(answer))


def test_a_profile_is_whole(view: MemoryView) -> None:
    known = enterprise.profile(view, TUBING, on=DAY)
    written = answers_json.profile(known)
    assert not missing(known, written)
    assert not missing(known.facts[0], written["facts"][0])
    assert not missing(known.relations[0], written["relations"][0])
    assert not missing(search.search(view, TUBING)[0], answers_json.found(search.search(view, TUBING)[0]))
    orjson.dumps(written)


def test_a_chain_is_whole(view: MemoryView) -> None:
    chain = chains.chain_map(view, "YLQX", on=DAY, division="330113")
    written = answers_json.chain_map(chain)
    assert not missing(chain, written)
    assert not missing(chain.summary, written)
    assert not missing(chain.segments[0], written["segments"][0])
    orjson.dumps(written)


def test_a_load_is_whole(demo_ledger: Ledger) -> None:
    load = demo_ledger.load(1)
    assert not missing(load, answers_json.load_report(load))


def test_counts_are_three_numbers_even_where_one_is_missing() -> None:
    assert answers_json.counts({Basis.CLAIMED: 2}) == {"observed": 0, "claimed": 2, "predicted": 0}


def test_values_keep_their_writing() -> None:
    assert answers_json.plain(Decimal("3000.50")) == "3000.50"
    assert answers_json.plain(date(2026, 1, 2)) == "2026-01-02"
    assert answers_json.plain(Size.SMALL) == "small"
    assert answers_json.plain(Unknown.NOT_SUPPLIED) == "not_supplied"
    assert answers_json.plain((FormerName("旧名", date(2020, 1, 1)),)) == [{"name": "旧名", "until": "2020-01-01"}]
