"""Ranking many queries, hiding links, and figures on held-out pairs."""

import random
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from graph.memory_build import build
from graph.memory_view import MemoryView
from graph.ontology import Basis, Enterprise, KindOf, Makes, Product, Ref, Supplies, UpstreamOf
from lianxin.errors import BadRow, MissingData, NotKnown, UnreadableFile
from services.quality import CORE, OURS, PairFile, Quality, measure, rank_all

if TYPE_CHECKING:
    from graph.ledger import Ledger

ON = date(2026, 11, 20)
Stated = Callable[..., MemoryView]
Write = Callable[[str], PairFile]


@pytest.fixture
def pairs(tmp_path: Path) -> Write:
    """`pairs("a\\tb\\n")`: a pair file with this text."""

    def written(text: str) -> PairFile:
        file = tmp_path / "pairs.tsv"
        file.write_text(text, encoding="utf-8")
        return PairFile.read(file)

    return written


# --- pair files -------------------------------------------------------------------------------------------------------


def test_pairs_are_read_with_line_ends_inside_keys(pairs: Write) -> None:
    assert pairs("a\tb\n\n油\\n漆\t铁 \n").pairs == [("a", "b"), ("油\n漆", "铁 ")]


def test_a_byte_order_mark_is_no_part_of_the_first_key(pairs: Write) -> None:
    assert pairs("\ufeffa\tb\n").pairs == [("a", "b")]


@pytest.mark.parametrize("line", ["a", "a b", "a\tb\tc"])
def test_a_line_that_is_not_two_keys_is_named_with_its_row(pairs: Write, line: str) -> None:
    with pytest.raises(BadRow) as refusal:
        pairs(f"a\tb\n\n{line}\n")
    assert (refusal.value.row, refusal.value.value) == (3, line)
    assert "3" in refusal.value.zh


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "gbk.tsv").write_bytes("铁\t锅".encode("gb18030"))
    for name in ("none.tsv", "gbk.tsv"):
        with pytest.raises(UnreadableFile, match=name):
            PairFile.read(tmp_path / name)


# --- rank -------------------------------------------------------------------------------------------------------------

WORLD = [
    *(Product(key=key) for key in ("锅", "铁", "油漆", "机")),
    *(Enterprise(key=key, name=key) for key in ("甲", "乙", "丙")),
    *(UpstreamOf(from_ref=Ref("Product", q), to_ref=Ref("Product", "锅")) for q in ("铁", "油漆")),
    KindOf(from_ref=Ref("Product", "锅"), to_ref=Ref("Product", "机")),
    *(
        Makes(from_ref=Ref("Enterprise", who), to_ref=Ref("Product", what))
        for who, what in (("甲", "锅"), ("乙", "铁"), ("丙", "油漆"))
    ),
    Supplies(from_ref=Ref("Enterprise", "丙"), to_ref=Ref("Enterprise", "甲"), basis=Basis.CLAIMED),
]


def _rank(view: MemoryView, query: str, relation: str = "supplier", **more: Any) -> list[str]:
    ((asked, found),) = rank_all(view, [query], relation, on=ON, top=more.pop("top", 50), **more)
    assert asked == query
    scores = [score for _, score in found]
    assert scores == sorted(scores, reverse=True)
    return [key for key, _ in found]


def test_rank_of_each_relation(stated: Stated) -> None:
    view = stated(rows=WORLD)
    assert _rank(view, "甲") == ["丙", "乙"]
    assert _rank(view, "乙", "customer") == ["甲"]
    assert _rank(view, "锅", "material") == ["油漆", "铁"], "ties by key"
    assert _rank(view, "甲", top=1) == ["丙"]


def test_known_pairs_are_left_out_before_the_list_is_cut(stated: Stated, pairs: Write) -> None:
    view = stated(rows=WORLD)
    assert _rank(view, "甲", known=pairs("甲\t丙\n乙\t乙\n"), top=1) == ["乙"]
    assert _rank(view, "锅", "material", known=pairs("锅\t油\\n漆\n"), top=1) == ["铁"]


@pytest.mark.parametrize(
    ("hidden", "left"),
    [
        ("锅\t铁", ["丙"]),
        ("铁\t锅", ["丙"]),
        ("乙\t铁", ["丙"]),
        ("铁\t乙", ["丙"]),
        ("甲\t丙", ["丙", "乙"]),  # the paint still joins them
        ("甲\t丙\n锅\t油\\n漆", ["乙"]),
        ("丙\t甲\n油\\n漆\t锅", ["乙"]),
        ("锅\t铁\n锅\t油漆", ["丙"]),  # the supply link still does
        ("没有\t这个", ["丙", "乙"]),
    ],
)
def test_hidden_links_are_not_used_in_either_direction(
    stated: Stated, pairs: Write, hidden: str, left: list[str]
) -> None:
    assert _rank(stated(rows=WORLD), "甲", hidden=pairs(hidden)) == left


def test_unknown_queries_are_refused_before_the_first_answer(stated: Stated) -> None:
    view = stated(rows=WORLD)
    with pytest.raises(NotKnown) as refusal:
        rank_all(view, ["锅", "油"], "material", on=ON, top=5)
    assert "第 2 个" in refusal.value.zh
    assert refusal.value.suggestions == (("油漆", "油漆"),)


@pytest.mark.parametrize("relation", ["segment", "company", "partner"])
def test_relations_without_data_name_what_is_missing(stated: Stated, relation: str) -> None:
    with pytest.raises(MissingData, match="no data set") as refusal:
        rank_all(stated(rows=WORLD), ["甲"], relation, on=ON, top=5)
    assert "还没有载入" in refusal.value.zh


# --- figures ----------------------------------------------------------------------------------------------------------


def test_figures_by_hand(stated: Stated, pairs: Write) -> None:
    """甲 needs 铁 (sold by 乙, 戊) and 盐 (by 丁): once both links are hidden, 铁 is found by name."""
    makes = {"甲": "高压锅", "乙": "铁", "丁": "盐", "戊": "铁", "己": "压锅"}
    rows = [
        *(Product(key=key) for key in ("高压锅", "铁", "盐", "压锅")),
        *(Enterprise(key=key, name=key) for key in makes),
        *(Makes(from_ref=Ref("Enterprise", a), to_ref=Ref("Product", p)) for a, p in makes.items()),
        *(
            UpstreamOf(from_ref=Ref("Product", q), to_ref=Ref("Product", p))
            for q, p in (("铁", "高压锅"), ("盐", "高压锅"), ("铁", "压锅"))
        ),
    ]
    truth, known = pairs("甲\t乙\n甲\t丁\n甲\t戊\n"), pairs("己\t乙\n")
    found = measure(stated(rows=rows), truth, known, pairs("高压锅\t铁\n高压锅\t盐\n"), on=ON)
    assert (found.pairs, found.companies, found.edges) == (3, 1, 2)
    ours = found.methods[OURS]
    # Places among 乙 丁 戊 己: 乙 and 戊 share 1 and 2, 丁 and 己 (nothing found) share 3 and 4.
    assert ours.mrr == pytest.approx((1 / 1.5 + 1 / 1.5 + 1 / 3.5) / 3, abs=1e-4)
    assert (ours.edge_hits_10, ours.hits_10, ours.hits_50) == (1, 1, 1)
    popular = found.methods["popularity"]
    # 乙 was seen as a supplier once; 丁, 戊, 己 never: they share 2 to 4.
    assert popular.mrr == pytest.approx((1 + 1 / 3 + 1 / 3) / 3, abs=1e-4)


@pytest.fixture(scope="module")
def chain(chain_ledger: "Ledger") -> MemoryView:
    return build(chain_ledger)


@pytest.fixture(scope="module")
def split(chain_cn_dir: Path) -> dict[str, PairFile]:
    names = {"truth": "dev_partner_truth", "known": "dev_partner_known", "hidden": "dev_hidden_edges"}
    return {name: PairFile.read(chain_cn_dir / f"{file}.tsv") for name, file in names.items()}


@pytest.fixture(scope="module")
def quality(chain: MemoryView, split: dict[str, PairFile]) -> Quality:
    return measure(chain, **split, on=ON)


def test_development_split_is_complete(quality: Quality) -> None:
    assert (quality.pairs, quality.companies, quality.edges) == (2265, 327, 150)


def test_figures_on_the_development_split_are_the_documented_ones(quality: Quality) -> None:
    ours = quality.methods[OURS]
    assert ours.edge_hits_10 == pytest.approx(0.272, abs=0.01)
    assert ours.hits_10 == pytest.approx(0.094, abs=0.01)
    assert ours.hits_50 == pytest.approx(0.254, abs=0.01)
    assert ours.ndcg_10 == pytest.approx(0.148, abs=0.01)
    assert ours.mrr == pytest.approx(0.047, abs=0.01)
    assert quality.methods[CORE].edge_hits_10 == pytest.approx(0.194, abs=0.015)


def test_ours_is_above_popularity_and_the_aim(quality: Quality) -> None:
    edges = {name: figures.edge_hits_10 for name, figures in quality.methods.items()}
    assert edges[OURS] >= 0.15
    assert edges[OURS] > max(edges[name] for name in ("popularity", "text similarity", "personalised PageRank"))
    assert edges["popularity"] == pytest.approx(0.041, abs=0.01)


def test_hiding_changes_the_figures(chain: MemoryView, split: dict[str, PairFile]) -> None:
    """Without hiding, the true pairs follow from recorded links: a leak would show as figures like these."""
    buyers = sorted({buyer for buyer, _ in split["truth"].pairs})
    some = set(random.Random(1).sample(buyers, 25))
    truth = [pair for pair in split["truth"].pairs if pair[0] in some]
    known: dict[str, set[str]] = {}
    for buyer, supplier in split["known"].pairs:
        known.setdefault(buyer, set()).add(supplier)
    hits = []
    for hidden in (split["hidden"], None):
        ranked = rank_all(chain, sorted(some), "supplier", on=ON, top=50, known=split["known"], hidden=hidden)
        found = {query: [key for key, _ in candidates] for query, candidates in ranked}
        assert all(not known.get(query, set()) & set(keys) for query, keys in found.items())
        hits.append(sum(supplier in found[buyer] for buyer, supplier in truth) / len(truth))
    assert hits[0] < 0.5
    assert hits[1] > 2 * hits[0]
