"""Quality of partner ranking 质量: many queries in one run, and figures on held-out pairs beside simple methods."""

import itertools
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from graph.matching import partners
from graph.matching.facts import ProductGraph, product_graph
from graph.matching.needs import Needs
from graph.matching.similarity import NameVectors
from graph.ontology import RECORD_TYPES, Ref
from graph.view import View
from lianxin.errors import BadRow, MissingData, NotKnown, UnreadableFile
from loaders.chain_cn import clean_product
from services.search import search

Doubles = npt.NDArray[np.float64]
Pair = tuple[str, str]
HIDDEN_TYPES = ("UpstreamOf", "KindOf", "Supplies", "Makes")
NOT_LOADED = {
    "segment": "which segment fits a company: no data set with the segments of listed companies is loaded",
    "company": "which company fits a segment: no data set with the segments of listed companies is loaded",
    "partner": "news-derived partners: no data set of relations extracted from news is loaded",
}
NOT_LOADED_ZH = {
    "segment": "企业适合哪个环节：还没有载入上市公司环节数据",
    "company": "环节适合哪些企业：还没有载入上市公司环节数据",
    "partner": "新闻中的伙伴：还没有载入新闻关系数据",
}


@dataclass(frozen=True, slots=True)
class PairFile:
    """Pairs of keys from a file, two a line, tab between them; `\\n` inside a key stands for a line end."""

    path: Path
    pairs: Sequence[Pair]

    @classmethod
    def read(cls, path: Path) -> "PairFile":
        """Read the file. Raises BadRow for a line that is not two keys."""
        pairs = []
        for row, line in cls.rows(path):
            cells = line.split("\t")
            if len(cells) != 2:
                raise BadRow(
                    path.name,
                    row,
                    "line",
                    line,
                    "is not two keys with a tab between them",
                    "不是以制表符分开的两个键",
                    "整行",
                )
            pairs.append((_unescaped(cells[0]), _unescaped(cells[1])))
        return cls(path, pairs)

    @classmethod
    def lines(cls, path: Path) -> list[str]:
        """The lines of a query file that are not empty. Raises UnreadableFile."""
        return [line for _, line in cls.rows(path)]

    @staticmethod
    def rows(path: Path) -> list[tuple[int, str]]:
        """The same with their numbers, from 1, empty lines counted: as an editor shows them."""
        try:
            text = path.read_text(encoding="utf-8-sig")  # Excel begins such files with a byte-order mark
        except UnicodeDecodeError as error:
            place = f"byte {error.start + 1}", f"第 {error.start + 1} 个字节"
            raise UnreadableFile(
                path.name,
                None,
                f"{place[0]} is not UTF-8. Save the file as UTF-8 and repeat",
                f"{place[1]}不是 UTF-8。请把文件另存为 UTF-8 后重试",
            ) from error
        except OSError as error:
            raise UnreadableFile(
                path.name,
                None,
                f"cannot be opened ({error.strerror}). Does the file exist, and may you read it?",
                "打不开。请确认文件存在并且可读",
            ) from error
        return [(row, line) for row, line in enumerate(text.split("\n"), start=1) if line.strip()]


def _unescaped(key: str) -> str:
    return key.replace("\\n", "\n")


def rank_all(
    view: View,
    queries: Sequence[str],
    relation: str,
    *,
    on: date,
    top: int,
    known: PairFile | None = None,
    hidden: PairFile | None = None,
) -> Iterator[tuple[str, list[tuple[str, float]]]]:
    """Rank candidates for each query: (query, [(candidate key, score)]), best first, ties by key.

    The score of `supplier` and `customer` is the noisy-or, plus 2 for exact candidates and 1 for those that are
    similar by what they need, so that it falls with the rank. `known`: (query, candidate) pairs left out before `top`
    is cut. `hidden`: links not used in either direction. All keys are looked up before the first answer: raises
    NotKnown, or MissingData for a relation whose data set is not loaded.
    """
    if relation in NOT_LOADED:
        raise MissingData(f"{relation}: {NOT_LOADED[relation]}", f"{relation}：{NOT_LOADED_ZH[relation]}")
    state = without(view, hidden)
    record_type = "Product" if relation == "material" else "Enterprise"
    handles = [_handle(state, record_type, query, row) for row, query in enumerate(queries, start=1)]
    left_out: defaultdict[str, set[str]] = defaultdict(set)
    for query, candidate in known.pairs if known else ():
        left_out[_key(record_type, query)].add(_key(record_type, candidate))
    return _ranked(state, queries, handles, relation, on, top, left_out)


def _ranked(
    view: View,
    queries: Sequence[str],
    handles: Sequence[int],
    relation: str,
    on: date,
    top: int,
    left_out: Mapping[str, set[str]],
) -> Iterator[tuple[str, list[tuple[str, float]]]]:
    for query, handle in zip(queries, handles, strict=True):
        scored = _materials(view, handle, on) if relation == "material" else _companies(view, handle, relation, on)
        excluded = left_out.get(view.ref(handle).key, set())
        yield query, [(key, score) for key, score in scored if key not in excluded][:top]


def _materials(view: View, product: int, on: date) -> list[tuple[str, float]]:
    needs = Needs.of_graph(product_graph(view, on)).of(product)
    scored = [(view.ref(q).key, round(need.p, partners.DECIMALS)) for q, need in needs.items()]
    return sorted(scored, key=lambda found: (-found[1], found[0]))


def _companies(view: View, company: int, relation: str, on: date) -> list[tuple[str, float]]:
    direction: partners.Direction = "supplier" if relation == "supplier" else "customer"
    ranking = partners.rank(view, company, direction, on)
    scores = ranking.scores + (partners.SIMILAR_SELLER - ranking.tiers)
    return [(view.ref(int(h)).key, float(s)) for h, s in zip(ranking.handles, scores, strict=True)]


def without(view: View, hidden: PairFile | None) -> View:
    """The view without the hidden links, whichever records the keys name, in either direction."""
    if hidden is None:
        return view
    pairs = [
        (Ref(kind, _key(kind, left)), Ref(other, _key(other, right)))
        for left, right in hidden.pairs
        for kind, other in itertools.product(("Product", "Enterprise"), repeat=2)
    ]
    return view.hiding(pairs, HIDDEN_TYPES)


def _key(record_type: str, key: str) -> str:
    return clean_product(_unescaped(key)) if record_type == "Product" else key.strip()


def _handle(view: View, record_type: str, query: str, row: int) -> int:
    handle = view.handle(Ref(record_type, _key(record_type, query)))
    if handle is None:
        zh = RECORD_TYPES[record_type].label
        near = [(found.ref.key, found.name) for found in search(view, query, types=(record_type,), limit=3)]
        raise NotKnown(f"{record_type.lower()} (query {row})", f"{zh}（第 {row} 个查询）", query, near)
    return handle


# --- figures on held-out pairs ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures of one method. Rank of a true pair: mean rank over ties, among all companies that sell something.

    `edge_hits_10`: Hits@10 as mean over each hidden edge's pairs, then over edges. The others are per pair, `ndcg_10`
    per company.
    """

    edge_hits_10: float
    mrr: float
    hits_10: float
    hits_50: float
    ndcg_10: float


@dataclass(frozen=True, slots=True)
class Quality:
    """Figures of our ranking and of simple methods, on the same pairs in the same run."""

    pairs: int
    companies: int
    edges: int
    methods: Mapping[str, Figures]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


OURS, CORE = "lianxin", "lianxin, core business first"
Scores = Callable[[int], Doubles]
"""From the buyer's place in the list of companies to a score for each company."""


class _Held:
    """The companies, the pairs to be found and those left out, by place in the list of companies."""

    def __init__(self, graph: ProductGraph, truth: PairFile, known: PairFile, hidden: PairFile) -> None:
        view = graph.view
        enterprises = view.all_of("Enterprise")
        sales = graph.sales_by(enterprises)
        self.companies = [int(h) for h in enterprises[np.unique(sales.origin)]]
        self.place = {handle: i for i, handle in enumerate(self.companies)}
        self.sales = {self.place[int(enterprises[o])]: set[int]() for o in np.unique(sales.origin)}
        for origin, product in zip(sales.origin.tolist(), sales.other.tolist(), strict=True):
            self.sales[self.place[int(enterprises[origin])]].add(product)
        self.true = self._places(view, truth)
        self.left_out = self._places(view, known)
        self.edges = self._edges(view, hidden)

    def _places(self, view: View, pairs: PairFile) -> list[tuple[int, int]]:
        found = []
        for a, b in pairs.pairs:
            left, right = (self.place.get(view.handle(Ref("Enterprise", k)) or -1) for k in (a, b))
            if left is not None and right is not None:
                found.append((left, right))
        return sorted(set(found))

    def _edges(self, view: View, hidden: PairFile) -> list[list[tuple[int, int]]]:
        """For each hidden product edge, the true pairs that follow from it."""
        true = set(self.true)
        sellers: defaultdict[int, list[int]] = defaultdict(list)
        for company, products in self.sales.items():
            for product in products:
                sellers[product].append(company)
        edges = []
        for p, q in hidden.pairs:
            product, material = (view.handle(Ref("Product", _key("Product", k))) or -1 for k in (p, q))
            pairs = [(a, b) for a in sellers.get(product, ()) for b in sellers.get(material, ()) if (a, b) in true]
            if pairs:
                edges.append(pairs)
        return edges


def measure(view: View, truth: PairFile, known: PairFile, hidden: PairFile, *, on: date) -> Quality:
    """Measure our supplier ranking and three simple methods on held-out pairs (buyer, supplier)."""
    graph = product_graph(without(view, hidden), on)
    held = _Held(graph, truth, known, hidden)
    methods = {
        OURS: _ours(graph, held, core=False),
        CORE: _ours(graph, held, core=True),
        "popularity": _popularity(held),
        "text similarity": _text_similarity(graph, held),
        "personalised PageRank": _pagerank(graph, held),
    }
    figures = {name: _figures(held, scores) for name, scores in methods.items()}
    return Quality(len(held.true), len({a for a, _ in held.true}), len(held.edges), figures)


def _ours(graph: ProductGraph, held: _Held, *, core: bool) -> Scores:
    def scores(buyer: int) -> Doubles:
        ranking = partners.rank(graph.view, held.companies[buyer], "supplier", graph.on, core=core)
        found = np.zeros(len(held.companies))
        for handle, score, tier in zip(ranking.handles.tolist(), ranking.scores, ranking.tiers, strict=True):
            if handle in held.place:
                found[held.place[handle]] = score + 1 + partners.SIMILAR_SELLER - tier
        return found

    return scores


def _popularity(held: _Held) -> Scores:
    """How often a company is seen as a supplier among the known pairs."""
    seen = np.zeros(len(held.companies))
    for _, supplier in held.left_out:
        seen[supplier] += 1
    return lambda _buyer: seen.copy()


def _text_similarity(graph: ProductGraph, held: _Held) -> Scores:
    """Cosine of the product lists as character 1- to 3-grams."""
    texts = [" ".join(sorted(graph.name(p) for p in held.sales[i])) for i in range(len(held.companies))]
    vectors = NameVectors(texts).fitted
    return lambda buyer: np.asarray((vectors[buyer] @ vectors.T).toarray()[0], np.float64)


def _pagerank(graph: ProductGraph, held: _Held, restart: float = 0.2, rounds: int = 8) -> Scores:
    """Random walk with restart at the buyer over sales, needs and kinds, in both directions."""
    count = len(held.companies)
    nodes: dict[int, int] = {}
    ends: list[tuple[int, int]] = []

    def node(product: int) -> int:
        return nodes.setdefault(product, count + len(nodes))

    for company, products in held.sales.items():
        ends += [(company, node(p)) for p in sorted(products)]
    for relation in (graph.materials, graph.narrower):
        ends += [(node(a), node(b)) for a, others in sorted(relation.items()) for b in sorted(others)]
    size = count + len(nodes)
    rows, columns = np.array(ends, np.int64).reshape(-1, 2).T
    half = sp.coo_array((np.ones(len(rows), np.float32), (rows, columns)), shape=(size, size))
    both = sp.csr_matrix(half + half.T)
    walk = sp.csr_matrix(both @ sp.diags_array(1 / np.maximum(np.asarray(both.sum(axis=0)).ravel(), 1)))

    def scores(buyer: int) -> Doubles:
        start = np.zeros(size)
        start[buyer] = 1
        reached = start
        for _ in range(rounds):
            reached = restart * start + (1 - restart) * (walk @ reached)
        return reached[:count]

    return scores


def _figures(held: _Held, scores: Scores) -> Figures:
    suppliers: defaultdict[int, list[int]] = defaultdict(list)
    left_out: defaultdict[int, list[int]] = defaultdict(list)
    for buyer, supplier in held.true:
        suppliers[buyer].append(supplier)
    for buyer, supplier in held.left_out:
        left_out[buyer].append(supplier)
    rank: dict[tuple[int, int], float] = {}
    ndcg = []
    for buyer, wanted in suppliers.items():
        found = scores(buyer)
        found[[buyer, *left_out[buyer]]] = -np.inf
        places = [_rank_over_ties(found, supplier) for supplier in wanted]
        rank.update(((buyer, supplier), place) for supplier, place in zip(wanted, places, strict=True))
        ideal = sum(1 / np.log2(i + 2) for i in range(min(10, len(wanted))))
        ndcg.append(sum(1 / np.log2(place + 1) for place in places if place <= 10) / ideal)
    ranks = np.array(list(rank.values()))
    edge_hits = [np.mean([rank[pair] <= 10 for pair in pairs]) for pairs in held.edges]
    return Figures(
        edge_hits_10=_mean(edge_hits),
        mrr=_mean(1 / ranks),
        hits_10=_mean(ranks <= 10),
        hits_50=_mean(ranks <= 50),
        ndcg_10=_mean(ndcg),
    )


def _rank_over_ties(scores: Doubles, place: int) -> float:
    value = scores[place]
    return float((scores > value).sum() + ((scores == value).sum() + 1) / 2)


def _mean(values: Any) -> float:
    return round(float(np.mean(values)), 4) if len(values) else 0.0
