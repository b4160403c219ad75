"""Partner questions: basis, evidence that can be read back from the files, choices, relaxations, why-not."""

import csv
import gzip
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import astuple, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from graph.matching import partners as matching
from graph.matching.facts import product_graph
from graph.memory_build import build
from graph.memory_view import MemoryView
from graph.ontology import (
    Basis,
    Enterprise,
    InSegment,
    Institution,
    KindOf,
    Makes,
    Offers,
    Product,
    Ref,
    Segment,
    Size,
    Supplies,
    UpstreamOf,
    link_name,
)
from lianxin.errors import BadQuestion, NotKnown
from loaders.chain_cn import CHAIN_CN
from services.credit import StripState
from services.demo import DEMO_FORMATS
from services.partners import (
    Candidate,
    CreditFilter,
    Filler,
    Filters,
    Place,
    Question,
    Relation,
    Tier,
    find,
    shown_score,
    why_not,
)
from services.partners.find import CREDITS, HOPS
from services.partners.paths import PATHS_SHOWN
from services.partners.pool import WEAKEST

if TYPE_CHECKING:
    from graph.ledger import Ledger

ON = date(2026, 11, 20)
BUYER, OBSERVED, CLAIMED, PREDICTED = (
    "91330113YANG00027N",
    "91330521YANG0006X6",
    "91330113YANG00078Y",
    "91330113YANG00086R",
)
SINGLE = "91330113YANG00019U"
WITHOUT_PRODUCTS = "91330113YANG001230"
FORMER_SUPPLIER, FORMER_BUYER = "91330113YANG00131T", "91330113YANG0014XJ"
Stated = Callable[..., MemoryView]


@pytest.fixture(scope="module")
def demo(demo_ledger: "Ledger") -> MemoryView:
    return build(demo_ledger)


@pytest.fixture(scope="module")
def chain(chain_ledger: "Ledger") -> MemoryView:
    return build(chain_ledger)


def _ask(key: str, relation: str = "supplier", **more: Any) -> Question:
    return Question(key, Relation(relation), **{"on": ON, "top": 1000, **more})


def _keys(candidates: Sequence[Candidate]) -> list[str]:
    return [candidate.ref.key for candidate in candidates]


def _by_key(view: MemoryView, question: Question) -> dict[str, Candidate]:
    return {candidate.ref.key: candidate for candidate in find(view, question).candidates}


# --- what is planted in the demo --------------------------------------------------------------------------------------


def test_observed_claimed_and_predicted_beside_each_other(demo: MemoryView) -> None:
    answer = find(demo, _ask(BUYER, known=True))
    found = {candidate.ref.key: candidate for candidate in answer.candidates}
    assert [found[key].basis for key in (OBSERVED, CLAIMED, PREDICTED)] == [*Basis]
    assert [found[key].known for key in (OBSERVED, CLAIMED, PREDICTED)] == [True, False, False]
    assert {basis: sum(c.basis is basis for c in answer.candidates) for basis in Basis} == dict(answer.counts)


def test_known_partners_are_left_out_and_counted(demo: MemoryView) -> None:
    without, with_ = find(demo, _ask(BUYER)), find(demo, _ask(BUYER, known=True))
    left_out = set(_keys(with_.candidates)) - set(_keys(without.candidates))
    assert left_out == {OBSERVED, SINGLE}
    assert without.searched.known_left_out == 2
    assert with_.searched.known_left_out == 0
    assert without.counts[Basis.OBSERVED] == 0
    assert [key for key in _keys(with_.candidates) if key not in left_out] == _keys(without.candidates)


def test_basis_is_that_of_the_supply_link_and_never_of_the_hops(demo: MemoryView) -> None:
    """A predicted candidate may stand on observed hops alone; an observed one shows its supply link first."""
    subject = demo.handle(Ref("Enterprise", BUYER))
    assert subject is not None
    supplies = demo.links("Supplies", [subject], "in", on=ON)
    joined = {demo.ref(h).key for h in supplies.other.tolist()}
    all_observed = 0
    for candidate in find(demo, _ask(BUYER, known=True)).candidates:
        first = candidate.paths[0].hops[0]
        assert (candidate.basis is Basis.PREDICTED) is (candidate.ref.key not in joined)
        if candidate.ref.key in joined:
            assert (first.link, first.basis, first.to.ref.key) == ("SUPPLIES", candidate.basis, BUYER)
        else:
            assert all(hop.link != "SUPPLIES" for path in candidate.paths for hop in path.hops)
            all_observed += all(hop.basis is Basis.OBSERVED for hop in candidate.paths[0].hops)
    assert all_observed > 0


def test_segment_with_a_single_supplier(demo: MemoryView) -> None:
    answer = find(demo, _ask("YLQX-03", "gap"))
    exact = [c for c in answer.candidates if c.tier is Tier.EXACT and c.ref.type == "Enterprise"]
    assert _keys(exact) == [SINGLE]
    assert (exact[0].basis, exact[0].filler, exact[0].known) == (Basis.OBSERVED, Filler.LOCAL, False)
    assert answer.counts[Basis.OBSERVED] == 1


def test_empty_segment_is_filled_from_here_from_outside_and_by_institutions(demo: MemoryView) -> None:
    found = _by_key(demo, _ask("YLQX-15", "gap"))
    planted = {
        "91330113YANG00158J": (Filler.LOCAL, Tier.SIMILAR, Basis.PREDICTED),
        "91330113YANG00166D": (Filler.LOCAL, Tier.SIMILAR, Basis.PREDICTED),
        "91320506YANG00174L": (Filler.OUTSIDE, Tier.EXACT, Basis.OBSERVED),
        "91310117YANG00182L": (Filler.OUTSIDE, Tier.EXACT, Basis.OBSERVED),
        "JG-020": (Filler.INSTITUTION, Tier.EXACT, Basis.PREDICTED),
        "JG-021": (Filler.INSTITUTION, Tier.EXACT, Basis.PREDICTED),
    }
    assert {key: (found[key].filler, found[key].tier, found[key].basis) for key in planted} == planted
    assert not any(c.filler is Filler.LOCAL and c.tier is Tier.EXACT for c in found.values())


def test_gap_of_a_product(demo: MemoryView) -> None:
    found = _by_key(demo, _ask("医用聚丙烯粒料", "gap"))
    assert all(found[key].tier is Tier.EXACT for key in (OBSERVED, CLAIMED, PREDICTED))
    assert [found[key].basis for key in (OBSERVED, CLAIMED, PREDICTED)] == [*Basis]


@pytest.mark.parametrize("product", ["聚氯乙烯树脂", "海绵钛", "数控系统"])
def test_product_that_nobody_sells_has_no_exact_filler(demo: MemoryView, product: str) -> None:
    answer = find(demo, _ask(product, "gap"))
    assert all(c.tier is Tier.SIMILAR for c in answer.candidates if c.ref.type == "Enterprise")
    assert answer.counts[Basis.OBSERVED] == answer.counts[Basis.CLAIMED] == 0


def test_ended_supply_joins_nobody_after_its_last_day(demo: MemoryView) -> None:
    last_day = date(2025, 12, 31)
    for asked, relation, other in (
        (FORMER_BUYER, "supplier", FORMER_SUPPLIER),
        (FORMER_SUPPLIER, "customer", FORMER_BUYER),
    ):
        then = _by_key(demo, _ask(asked, relation, known=True, on=last_day, top=200))
        now = _by_key(demo, _ask(asked, relation, known=True, top=200))
        assert then[other].basis is Basis.OBSERVED
        assert now[other].basis is Basis.PREDICTED
        assert not now[other].known


def test_enterprise_without_products_gets_no_made_up_candidates(demo: MemoryView) -> None:
    answer = find(demo, _ask(WITHOUT_PRODUCTS))
    assert answer.candidates == []
    assert answer.relaxations == []
    assert (answer.searched.products, answer.searched.materials) == (0, 0)


def test_two_firms_with_one_name_are_both_named(demo: MemoryView) -> None:
    with pytest.raises(BadQuestion) as refusal:
        find(demo, _ask("浙江同昇精密机械（示例）有限公司"))
    for key in ("91330113YANG00107A", "91330521YANG00115C"):
        assert key in refusal.value.zh
        assert key in refusal.value.en


def test_renamed_firm_is_found_by_its_former_name(demo: MemoryView) -> None:
    by_name, by_key = (find(demo, _ask(k, top=5)) for k in ("余杭红枫农机修造（示例）厂", "91330113YANG00094L"))
    assert by_name.subject == by_key.subject
    assert by_name.subject.name == "杭州澜拓智能装备（示例）有限公司"
    assert _keys(by_name.candidates) == _keys(by_key.candidates) != []


@pytest.mark.parametrize(("relation", "key"), [("supplier", "YLQX-03"), ("gap", BUYER), ("customer", "没有这家")])
def test_what_a_question_cannot_be_asked_of_is_not_known(demo: MemoryView, relation: str, key: str) -> None:
    with pytest.raises(NotKnown):
        find(demo, _ask(key, relation))


@pytest.mark.parametrize("top", [0, -1, 1001])
def test_lists_have_a_length_from_1_to_1000(demo: MemoryView, top: int) -> None:
    with pytest.raises(BadQuestion):
        find(demo, _ask(BUYER, top=top))


def test_top_cuts_the_list_and_not_the_counts(demo: MemoryView) -> None:
    whole, cut = find(demo, _ask(BUYER, top=30)), find(demo, _ask(BUYER, top=3))
    assert _keys(cut.candidates) == _keys(whole.candidates)[:3]
    assert cut.counts == whole.counts


# --- evidence ---------------------------------------------------------------------------------------------------------


def _check_paths(view: MemoryView, question: Question, row_of: Callable[[str, int], str]) -> int:
    """Every hop is a link of the graph with the row that states it; the walk leads from the asked to the candidate."""
    answer = find(view, question)
    seen = 0
    for candidate in answer.candidates:
        assert candidate.paths, candidate
        for path in candidate.paths:
            hops = path.hops
            assert 0 < path.score <= 1
            assert len(hops) <= HOPS[question.relation]
            for hop in hops:
                _check_hop(view, hop, row_of)
            ends = [{hop.from_.ref, hop.to.ref} for hop in hops]
            at = answer.subject.ref
            if question.relation is Relation.GAP and hops[0].link == "SUPPLIES":
                assert hops[0].from_.ref == candidate.ref, "who supplies it today, shown alone"
                continue
            for step in ends:
                assert at in step, (candidate.ref, path)
                (at,) = step - {at}
            assert at == candidate.ref
            seen += 1
    return seen


def _check_hop(view: MemoryView, hop: Any, row_of: Callable[[str, int], str]) -> None:
    if hop.link in ("SIMILAR_TO", "GOES_WITH"):
        assert hop.basis is Basis.PREDICTED
        assert hop.source.row is None
        assert 0 < hop.score <= 1
        return
    types = {link_name(t): t for t in ("Supplies", "Makes", "UpstreamOf", "KindOf", "InSegment", "Offers")}
    left, right = view.handle(hop.from_.ref), view.handle(hop.to.ref)
    assert left is not None
    links = view.links(types[hop.link], [left], "out", on=ON)
    same = [view.evidence(types[hop.link], int(k)) for k, o in zip(links.link, links.other, strict=True) if o == right]
    assert any(e.source == hop.source and e.basis is hop.basis and e.valid_from == hop.stated_on for e in same)
    row = row_of(hop.source.file, hop.source.row)
    assert hop.from_.ref.key in row
    assert hop.to.ref.key in row


def test_every_hop_can_be_read_back_from_the_files_of_the_demo(demo: MemoryView, demo_dir: Path) -> None:
    @cache
    def rows(file: str) -> list[str]:
        with (demo_dir / file).open(encoding="utf-8-sig", newline="") as opened:
            return [",".join(cells) for cells in csv.reader(opened)]

    def row_of(file: str, row: int) -> str:
        return rows(file)[row]  # the heading is not a row

    questions = [
        _ask(BUYER, known=True, top=150),
        _ask(SINGLE, "customer", known=True, top=150),
        _ask("YLQX-15", "gap", top=150),
        _ask("YLQX-03", "gap", top=150),
        _ask("医用聚丙烯粒料", "gap", top=150),
    ]
    assert [_check_paths(demo, question, row_of) > 30 for question in questions] == [True] * 5


def test_every_hop_can_be_read_back_from_the_files_of_the_chain(chain: MemoryView, chain_cn_dir: Path) -> None:
    @cache
    def rows(file: str) -> list[str]:
        read = gzip.open if file.endswith(".gz") else open
        with read(chain_cn_dir / file, "rt", encoding="utf-8", newline="\n") as opened:
            return [" ".join(map(str, json.loads(line).values())) for line in opened]

    def row_of(file: str, row: int) -> str:
        return rows(file)[row - 1].replace("\n", "").replace("\r", "")

    for question in (_ask("300750", top=60), _ask("600019", "customer", top=60), _ask("钢材", "gap", top=60)):
        assert _check_paths(chain, question, row_of) > 30


SIX_HOPS = [
    *(Product(key=key) for key in ("锅", "桶", "铁", "铜线", "细铜线", "棉", "布", "铜")),
    *(Enterprise(key=key, name=key) for key in ("甲", "乙")),
    *(
        UpstreamOf(from_ref=Ref("Product", material), to_ref=Ref("Product", product))
        for material, product in (("铁", "锅"), ("铁", "桶"), ("铜线", "桶"), ("棉", "布"), ("铜", "铜线"))
    ),
    Makes(from_ref=Ref("Enterprise", "甲"), to_ref=Ref("Product", "锅")),
    Makes(from_ref=Ref("Enterprise", "乙"), to_ref=Ref("Product", "细铜线"), valid_from=date(2024, 5, 1)),
]


def test_the_longest_path_and_the_day_it_was_stated(stated: Stated) -> None:
    """甲's 锅 shares 铁 with 桶, which needs 铜线, like which is 细铜线, which 乙 sells."""
    view = stated(rows=SIX_HOPS)

    def row_of(file: str, row: int) -> str:
        assert file == "rows.csv"
        link: Any = SIX_HOPS[row - 1]
        return f"{link.from_ref.key} {link.to_ref.key}"

    assert _check_paths(view, _ask("甲"), row_of) == 1
    (candidate,) = find(view, _ask("甲")).candidates
    (path,) = candidate.paths
    assert [(h.from_.ref.key, h.link, h.to.ref.key) for h in path.hops] == [
        ("甲", "MAKES", "锅"),
        ("铁", "UPSTREAM_OF", "锅"),
        ("铁", "UPSTREAM_OF", "桶"),
        ("铜线", "UPSTREAM_OF", "桶"),
        ("铜线", "SIMILAR_TO", "细铜线"),
        ("乙", "MAKES", "细铜线"),
    ]
    assert len(path.hops) == HOPS[Relation.SUPPLIER] == find(view, _ask("甲")).searched.hops
    assert path.hops[-1].stated_on == date(2024, 5, 1)
    assert path.hops[0].stated_on is None


def test_of_several_links_between_two_records_the_surest_is_the_hop(stated: Stated) -> None:
    makes = [
        Makes(from_ref=Ref("Enterprise", "乙"), to_ref=Ref("Product", "铁"), basis=basis, part=basis)
        for basis in (Basis.CLAIMED, Basis.OBSERVED)
    ]
    view = stated(rows=[*PUMP, Enterprise(key="乙", name="乙"), *makes])
    ((path,),) = (c.paths for c in find(view, _ask("甲")).candidates)
    assert path.hops[-1].basis is Basis.OBSERVED
    assert path.hops[-1].source.row == len(PUMP) + 3


def test_paths_are_the_strongest_and_the_rest_is_counted(demo: MemoryView) -> None:
    subject = demo.handle(Ref("Enterprise", BUYER))
    assert subject is not None
    ranking = matching.rank(demo, subject, "supplier", ON, core=True)
    more = 0
    for candidate in find(demo, _ask(BUYER, top=50)).candidates:
        handle = demo.handle(candidate.ref)
        assert handle is not None
        product_paths = [p for p in candidate.paths if p.hops[0].link != "SUPPLIES"]
        all_paths = ranking.paths_of(handle)
        assert len(product_paths) + candidate.more_paths == len(all_paths)
        assert len(product_paths) <= PATHS_SHOWN
        assert [p.score for p in product_paths] == [round(p.p, 4) for p in all_paths[:PATHS_SHOWN]]
        more += candidate.more_paths
    assert more > 0


def test_what_was_searched_is_said(demo: MemoryView, chain: MemoryView) -> None:
    searched = find(demo, _ask(BUYER)).searched
    assert [(d.name, d.synthetic) for d in searched.datasets] == [(each.name, True) for each in DEMO_FORMATS]
    assert (searched.until, searched.until_stated) == (date(2026, 11, 20), True)
    loaded = find(chain, _ask("300750", top=1)).searched
    assert (loaded.until, loaded.until_stated) == (chain.datasets[0].loaded_on, False)
    assert CHAIN_CN.label in [source for source, _ in searched.missing]
    assert CHAIN_CN.label not in [source for source, _ in find(chain, _ask("300750", top=1)).searched.missing]
    subject = demo.handle(Ref("Enterprise", BUYER))
    assert subject is not None
    assert searched.products == len(set(product_graph(demo, ON).sales(subject).other.tolist()))
    assert len(searched.stopped) == len(searched.stopped_en)


def test_where_it_stopped_says_only_what_is_so(demo: MemoryView) -> None:
    side_lines = [any("副业" in line for line in find(demo, q).searched.stopped) for q in _core_questions()]
    assert side_lines == [True, False, False], "supplier by core business, with side lines, a gap (no turnover in it)"
    subject = demo.handle(Ref("Enterprise", BUYER))
    assert subject is not None
    ranking = matching.rank(demo, subject, "supplier", ON, core=True)
    weak = int(((ranking.tiers != matching.EXACT) & (ranking.scores < WEAKEST)).sum())
    assert weak > 0
    assert any(f"{WEAKEST} 的 {weak} 家" in line for line in find(demo, _ask(BUYER, top=1)).searched.stopped)


def _core_questions() -> list[Question]:
    return [_ask(BUYER, top=1), _ask(BUYER, top=1, core=False), _ask("YLQX-03", "gap", top=1)]


def test_notes_say_what_weakens_a_path(stated: Stated) -> None:
    view = stated(
        rows=[
            *(Product(key=key) for key in ("泵", "铁")),
            *(Enterprise(key=key, name=key) for key in ("甲", "乙")),
            UpstreamOf(from_ref=Ref("Product", "铁"), to_ref=Ref("Product", "泵")),
            Makes(from_ref=Ref("Enterprise", "甲"), to_ref=Ref("Product", "泵"), share=0.7),
            Makes(from_ref=Ref("Enterprise", "甲"), to_ref=Ref("Product", "铁"), share=0.3),
            Makes(from_ref=Ref("Enterprise", "乙"), to_ref=Ref("Product", "铁"), share=0.031),
        ]
    )
    ((path,),) = (c.paths for c in find(view, _ask("甲")).candidates)
    assert path.notes == ["采购方自己也生产这种材料", "供货方的副业，占营业收入 3.1%"]


# --- choices and relaxations ------------------------------------------------------------------------------------------

QUESTIONS = [
    _ask("YLQX-15", "gap"),
    _ask("YLQX-15", "gap", filters=Filters(place=Place.CITY)),
    _ask("YLQX-03", "gap", filters=Filters(size=Size.SMALL, bases=frozenset({Basis.PREDICTED}))),
    _ask(FORMER_BUYER, filters=Filters(place=Place.DISTRICT, size=Size.MICRO)),
    _ask(BUYER, known=True, filters=Filters(place=Place.PROVINCE, size=Size.LARGE)),
    _ask(BUYER, known=True, filters=Filters(bases=frozenset({Basis.OBSERVED}))),
    _ask(SINGLE, "customer", filters=Filters(place=Place.CITY, bases=frozenset({Basis.CLAIMED}))),
]


@pytest.mark.parametrize("question", QUESTIONS, ids=range(len(QUESTIONS)))
def test_every_choice_leaves_what_it_says(demo: MemoryView, question: Question) -> None:
    answer = find(demo, question)
    assert len(answer.choices) == len(Place) + len(Size) + len(Basis) + len(CreditFilter)
    for choice in answer.choices:
        chosen = find(demo, replace(question, filters=choice.filters, top=200))
        assert chosen.counts == choice.counts
        if sum(choice.counts.values()) <= 200:
            listed = [candidate.basis for candidate in chosen.candidates]
            assert {basis: listed.count(basis) for basis in Basis} == choice.counts
        for candidate in chosen.candidates:
            assert choice.filters.size in (None, candidate.size)
            assert not choice.filters.bases or candidate.basis in choice.filters.bases
            assert choice.filters.credit is None or _shows_nothing(candidate)
            assert _within(candidate.division, choice.filters.place)
        asked, now = astuple(choice.filters), astuple(question.filters)
        assert sum(a != b for a, b in zip(asked, now, strict=True)) == 1
        assert choice.chosen is (choice.filters.count < question.filters.count)


def _shows_nothing(candidate: Candidate) -> bool:
    return candidate.credit is not None and candidate.credit.state is StripState.NONE_SHOWN


def _within(division: str | None, place: Place | None) -> bool:
    """临平区 330113 lies in 杭州市 3301 and 浙江省 33."""
    beginnings = {None: "", Place.DISTRICT: "330113", Place.CITY: "3301", Place.PROVINCE: "33"}
    return place is None or (division or "").startswith(beginnings[place])


def test_several_bases_leave_what_each_of_them_does(demo: MemoryView) -> None:
    def keys(*bases: Basis) -> set[str]:
        question = _ask(BUYER, known=True, top=300, filters=Filters(bases=frozenset(bases)))
        return set(_keys(find(demo, question).candidates))

    assert keys(Basis.OBSERVED)
    assert keys(Basis.CLAIMED)
    assert keys(Basis.OBSERVED, Basis.CLAIMED) == keys(Basis.OBSERVED) | keys(Basis.CLAIMED)
    assert keys() == keys(*Basis)


CLEAN = Filters(credit=CreditFilter.CLEAN)


@pytest.mark.parametrize(("key", "relation"), [(BUYER, "supplier"), ("YLQX-15", "gap")])
def test_only_those_of_whom_a_searched_source_shows_nothing(demo: MemoryView, key: str, relation: str) -> None:
    whole = find(demo, _ask(key, relation, top=1000))
    left = find(demo, _ask(key, relation, top=1000, filters=CLEAN))
    assert _keys(left.candidates) == [c.ref.key for c in whole.candidates if _shows_nothing(c)]
    shown = sum(c.credit is not None and c.credit.state is StripState.SHOWN for c in whole.candidates)
    (offered,), (chosen,) = (
        [c for c in answer.choices if c.label == CREDITS[CreditFilter.CLEAN]] for answer in (whole, left)
    )
    assert offered.counts == left.counts
    assert chosen.counts == whole.counts
    assert offered.unknown == chosen.unknown == len(whole.candidates) - len(left.candidates) - shown
    assert relation == "supplier" or offered.unknown > 0  # institutions have no credit records
    assert shown or relation == "gap"


def test_nobody_is_clean_where_no_source_of_credit_is_loaded(stated: Stated) -> None:
    view = stated(rows=[*PUMP, *_firm("乙"), *_firm("丙")])
    (offered,) = (c for c in find(view, _ask("甲")).choices if c.filters.credit is not None)
    assert (sum(offered.counts.values()), offered.unknown) == (0, 2)
    empty = find(view, _ask("甲", filters=CLEAN))
    assert empty.candidates == []
    assert [(r.label, r.counts[Basis.PREDICTED]) for r in empty.relaxations] == [
        ("不限于已查来源无展示中的失信信息", 2)
    ]
    why = why_not(view, _ask("甲", filters=CLEAN), "乙")
    assert (why.code, "未取得，不等于没有" in why.zh) == ("credit", True)


def test_why_not_says_that_something_is_shown(demo: MemoryView) -> None:
    why = why_not(demo, _ask(BUYER, filters=CLEAN), PREDICTED)
    assert (why.code, "有展示中的失信信息" in why.zh) == ("credit", True)
    assert "良好" not in why.zh + CREDITS[CreditFilter.CLEAN]


def test_filters_keep_the_order(demo: MemoryView) -> None:
    whole = find(demo, _ask(BUYER, top=300)).candidates
    local = find(demo, _ask(BUYER, top=30, filters=Filters(place=Place.DISTRICT))).candidates
    assert _keys(local) == [c.ref.key for c in whole if c.division == "330113"][:30]


def _firm(key: str, **more: Any) -> list[Any]:
    makes = Makes(from_ref=Ref("Enterprise", key), to_ref=Ref("Product", "铁"))
    return [Enterprise(key=key, name=key, **more), makes]


PUMP = [
    *(Product(key=key) for key in ("泵", "铁")),
    UpstreamOf(from_ref=Ref("Product", "铁"), to_ref=Ref("Product", "泵")),
    Enterprise(key="甲", name="甲"),
    Makes(from_ref=Ref("Enterprise", "甲"), to_ref=Ref("Product", "泵")),
]


def test_unknown_values_are_counted_and_never_pass_a_filter(stated: Stated) -> None:
    view = stated(
        rows=[*PUMP, *_firm("乙"), *_firm("丙", division="330113"), *_firm("丁", division="330113", size=Size.SMALL)]
    )
    answer = find(view, _ask("甲"))
    unknown = {choice.label: choice.unknown for choice in answer.choices}
    assert unknown["本区内"] == 1
    assert unknown["小型企业"] == 2
    assert unknown["只看推测"] == 0
    assert _keys(find(view, _ask("甲", filters=Filters(place=Place.PROVINCE))).candidates) == ["丁", "丙"]
    assert _keys(find(view, _ask("甲", filters=Filters(size=Size.SMALL))).candidates) == ["丁"]
    nowhere = next(c for c in answer.candidates if c.ref.key == "乙")
    assert (nowhere.place, nowhere.size, nowhere.division) == ("未取得", None, None)


def test_relaxations_only_when_nobody_is_left_and_each_leads_to_what_it_says(demo: MemoryView) -> None:
    empty = 0
    for question in _narrow_questions():
        answer = find(demo, question)
        assert bool(answer.relaxations) is (not answer.candidates), question
        for looser in answer.relaxations:
            led = find(demo, replace(question, filters=looser.filters, known=looser.known, top=1))
            assert led.counts == looser.counts
            assert led.candidates
            empty += 1
    assert empty > 5


def _narrow_questions() -> Iterator[Question]:
    for size in (Size.LARGE, Size.MICRO):
        for basis in Basis:
            for place in (Place.DISTRICT, Place.CITY):
                yield _ask(BUYER, top=1, filters=Filters(place, size, frozenset({basis})))
                yield _ask("YLQX-15", "gap", top=1, filters=Filters(place, size, frozenset({basis})))


def test_relaxations_of_place_widen_step_by_step(stated: Stated) -> None:
    view = stated(
        rows=[*PUMP, *_firm("乙", division="330106"), *_firm("丙", division="330200"), *_firm("丁", division="310000")]
    )
    answer = find(view, _ask("甲", filters=Filters(place=Place.DISTRICT)))
    assert [(r.label, r.counts[Basis.PREDICTED]) for r in answer.relaxations] == [
        ("本区内改为本市内", 1),
        ("本区内改为本省内", 2),
        ("去掉本区内", 3),
    ]


def test_where_no_single_condition_helps_all_are_dropped(stated: Stated) -> None:
    supplied = Supplies(from_ref=Ref("Enterprise", "乙"), to_ref=Ref("Enterprise", "甲"))
    view = stated(rows=[*PUMP, *_firm("乙", division="310000", size=Size.LARGE), supplied])
    assert [r.label for r in find(view, _ask("甲")).relaxations] == ["列入已有合作的企业"]
    answer = find(view, _ask("甲", filters=Filters(place=Place.CITY, size=Size.SMALL)))
    assert [(r.label, r.filters, r.known, r.counts[Basis.OBSERVED]) for r in answer.relaxations] == [
        ("去掉全部条件", Filters(), True, 1)
    ]


# --- why not ----------------------------------------------------------------------------------------------------------


def _why(view: MemoryView, other: str, **more: Any) -> str:
    answer = why_not(view, _ask(more.pop("key", "甲"), **more), other)
    assert answer.zh
    assert answer.en.isascii() or answer.code in ("place", "subject_has_no_products")
    return answer.code


def test_each_reason_decides_alone(stated: Stated) -> None:
    """Everything that could keep somebody out is absent but the one thing that the code names."""
    bare = Enterprise(key="无", name="无")
    far = [
        Enterprise(key="远", name="远"),
        Product(key="云"),
        Makes(from_ref=Ref("Enterprise", "远"), to_ref=Ref("Product", "云")),
    ]
    once = [
        Enterprise(key="旧", name="旧"),
        Makes(from_ref=Ref("Enterprise", "旧"), to_ref=Ref("Product", "云")),
        Supplies(from_ref=Ref("Enterprise", "旧"), to_ref=Ref("Enterprise", "甲"), valid_to=date(2026, 11, 19)),
    ]
    partner = [
        *_firm("伴", division="330113"),
        Supplies(from_ref=Ref("Enterprise", "伴"), to_ref=Ref("Enterprise", "甲")),
    ]
    view = stated(
        rows=[*PUMP, *_firm("乙", division="310000", size=Size.LARGE), *_firm("丙"), bare, *far, *once, *partner]
    )
    assert _why(view, "乙") == "listed"
    assert _why(view, "乙", top=1) == "below_top"
    assert _why(view, "伴") == "known_partner"
    assert _why(view, "伴", known=True) == "listed"
    assert _why(view, "乙", filters=Filters(place=Place.PROVINCE)) == "place"
    assert _why(view, "丙", filters=Filters(place=Place.PROVINCE)) == "place"
    assert _why(view, "乙", filters=Filters(size=Size.SMALL)) == "size"
    assert _why(view, "丙", filters=Filters(size=Size.SMALL)) == "size"
    assert _why(view, "乙", filters=Filters(bases=frozenset({Basis.CLAIMED}))) == "basis"
    assert _why(view, "甲") == "itself"
    assert _why(view, "乙", key="无") == "subject_has_no_products"
    assert _why(view, "无") == "no_products"
    assert _why(view, "旧") == "supply_ended"
    assert _why(view, "旧", on=date(2026, 11, 19), known=True) == "listed"
    assert _why(view, "远") == "no_path"


def test_rank_of_who_is_listed_or_below_is_the_place_in_the_list(demo: MemoryView) -> None:
    listed = _keys(find(demo, _ask(BUYER, top=40)).candidates)
    for rank, key in list(enumerate(listed, start=1))[::13]:
        answer = why_not(demo, _ask(BUYER, top=rank), key)
        assert (answer.code, answer.rank) == ("listed", rank)
        if rank > 1:
            answer = why_not(demo, _ask(BUYER, top=rank - 1), key)
            assert (answer.code, answer.rank) == ("below_top", rank)


def test_why_not_agrees_with_the_list_for_every_enterprise(demo: MemoryView) -> None:
    question = _ask(FORMER_BUYER, filters=Filters(place=Place.DISTRICT), top=25)
    listed = _keys(find(demo, question).candidates)
    codes = set()
    for handle in demo.all_of("Enterprise")[::41].tolist() + [
        demo.handle(Ref("Enterprise", key)) for key in listed[:3]
    ]:
        key = demo.ref(handle).key
        answer = why_not(demo, question, key)
        assert (answer.code == "listed") is (key in listed)
        codes.add(answer.code)
    assert codes >= {"listed", "below_top", "place", "no_path"}


def test_ended_supply_of_a_customer_too(stated: Stated) -> None:
    rows = [
        *(Product(key=key) for key in ("泵", "云")),
        *(Enterprise(key=key, name=key) for key in ("甲", "旧")),
        Makes(from_ref=Ref("Enterprise", "甲"), to_ref=Ref("Product", "泵")),
        Makes(from_ref=Ref("Enterprise", "旧"), to_ref=Ref("Product", "云")),
        Supplies(from_ref=Ref("Enterprise", "甲"), to_ref=Ref("Enterprise", "旧"), valid_to=date(2026, 11, 19)),
    ]
    view = stated(rows=rows)
    assert _why(view, "旧", relation="customer") == "supply_ended"
    assert _why(view, "旧", relation="supplier") == "no_path"
    assert "2026-11-19" in why_not(view, _ask("甲", "customer"), "旧").zh


def test_why_an_institution_does_not_fill_a_gap(stated: Stated) -> None:
    view = stated(
        rows=[
            *(Product(key=key) for key in ("泵", "云")),
            *(Institution(key=key, name=key) for key in ("所", "院")),
            Segment(key="段", name="段"),
            InSegment(from_ref=Ref("Product", "泵"), to_ref=Ref("Segment", "段")),
            Offers(from_ref=Ref("Institution", "所"), to_ref=Ref("Product", "泵")),
            Offers(from_ref=Ref("Institution", "院"), to_ref=Ref("Product", "云")),
        ]
    )
    assert _why(view, "所", key="段", relation="gap") == "listed"
    assert _why(view, "院", key="段", relation="gap") == "no_path"


def test_gap_by_a_kind_says_so_in_its_hops(stated: Stated) -> None:
    view = stated(
        rows=[
            *(Product(key=key) for key in ("泵", "水轮")),
            KindOf(from_ref=Ref("Product", "水轮"), to_ref=Ref("Product", "泵")),
            *_made("乙", "水轮"),
        ]
    )
    (candidate,) = find(view, _ask("泵", "gap")).candidates
    assert (candidate.tier, candidate.score) == (Tier.SIMILAR, 0.7)
    assert [(h.from_.ref.key, h.link, h.to.ref.key) for h in candidate.paths[0].hops] == [
        ("水轮", "KIND_OF", "泵"),
        ("乙", "MAKES", "水轮"),
    ]


def _made(key: str, product: str) -> list[Any]:
    return [Enterprise(key=key, name=key), Makes(from_ref=Ref("Enterprise", key), to_ref=Ref("Product", product))]


# --- the whole chain of listed companies ------------------------------------------------------------------------------


def test_exact_links_alone_serve_few_companies_and_similar_ones_nearly_all(chain: MemoryView) -> None:
    """352 of 3,832 by the cleaning of the development split (discovery); similar products must answer for the rest."""
    graph = product_graph(chain, ON)
    enterprises = chain.all_of("Enterprise")
    companies = enterprises[np.unique(graph.sales_by(enterprises).origin)]
    assert len(companies) == 3832
    served = sum(len(_exact_suppliers(chain, graph, company)) >= 5 for company in companies.tolist())
    assert served == pytest.approx(352, abs=5)
    sample = companies[:: len(companies) // 60].tolist()
    pools = [matching.rank(chain, company, "supplier", ON) for company in sample]
    enough = [((p.tiers == matching.EXACT) | (p.scores >= WEAKEST)).sum() >= 5 for p in pools]
    assert all(enough)


def _exact_suppliers(view: MemoryView, graph: Any, company: int) -> set[int]:
    """Counted apart from matching: who sells what a recorded link says one of its products needs."""
    own = graph.sales(company).other
    needed = view.links("UpstreamOf", np.unique(own), "in", on=ON).other
    return set(graph.sales_of(np.unique(needed)).other.tolist()) - {company}


def test_exact_candidates_are_those_of_the_recorded_links(chain: MemoryView) -> None:
    graph = product_graph(chain, ON)
    seen = 0
    for company in chain.all_of("Enterprise")[::150].tolist():
        found = matching.rank(chain, company, "supplier", ON)
        exact = set(found.handles[found.tiers == matching.EXACT].tolist())
        assert exact == _exact_suppliers(chain, graph, company)
        seen += len(exact)
    assert seen > 20


def test_a_well_known_company_without_exact_candidates_gets_similar_ones_labelled(chain: MemoryView) -> None:
    answer = find(chain, _ask("300750", top=50))
    assert len(answer.candidates) == 50
    assert {(c.tier, c.basis) for c in answer.candidates} == {(Tier.SIMILAR, Basis.PREDICTED)}
    scores = [c.score for c in answer.candidates]
    assert min(scores) >= WEAKEST


def test_only_what_is_computed_is_never_shown_as_certain() -> None:
    assert [shown_score(1.0, basis) for basis in Basis] == [1.0, 1.0, 0.99]
    assert shown_score(0.9899, Basis.PREDICTED) == 0.9899
