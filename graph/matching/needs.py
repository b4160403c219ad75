"""Which materials a product needs: what is recorded, and for the rest five countable kinds of evidence.

An estimate is a noisy-or of shares, each of which can be counted again by hand: of the products that are like P in
some way, which share needs Q. Nothing is fitted. The constants were chosen on the development split of chain_cn;
figures are edge-balanced Hits@10 there / the mean of four further splits of the remaining links; below .02 is noise.
All of it together: .27 with every link between the hidden pairs hidden, popularity .04 in the same run.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from math import exp, log, log1p

import numpy as np
import scipy.sparse as sp

from graph.matching.facts import NOTHING, ProductGraph
from graph.matching.similarity import NameVectors, NearestRows, Neighbours, unit_rows


class Kind(StrEnum):
    """A kind of evidence that P needs Q though no source says so."""

    NAME = "name"  # products with a similar name need Q
    MATERIALS = "materials"  # products made from the same materials need Q
    SIBLING = "sibling"  # products under the same broader product need Q
    VARIANT = "variant"  # P needs a material whose name resembles Q
    TOGETHER = "together"  # products made from P are made from Q too


KNOWN_LINK = 0.95  # a recorded link: below 1, since a source may err; it orders the exact candidates among themselves
VOTERS = 50  # look-alikes by name; 20: .259/.254, 50: .272/.254
VOTE_POWER = 1.5  # weight of a look-alike = similarity ** power; 1.5: .280/.259, 2: .272/.254, 3: .261/.259
VOTE_DAMPING = 1.0  # added to the sum of weights; .3: .258/.256, 1: .272/.254, 2: .273/.253
CO_VOTERS = 50  # look-alikes by shared materials; 200: .265/.254, 50: .272/.254
CO_POWER = 2.0  # 1.5: .270/.254, 2: .272/.254
CO_DAMPING = 1.0  # .3: .273/.249, 1: .272/.254, 3: .271/.250
SIBLING_DAMPING = 1.0  # weight of a sibling: similarity of its name; weight 1 each: .283/.270, so: .286/.275
VARIANTS = 50  # materials named most like a recorded one; all: Hits .272, nDCG .1483; 50: .273, .1485
TOGETHER_DAMPING = 5  # added to the number of products made from P
WEIGHTS: Mapping[Kind, float] = {
    Kind.NAME: 0.3,
    Kind.MATERIALS: 0.9,
    Kind.SIBLING: 0.9,
    Kind.VARIANT: 0.1,
    Kind.TOGETHER: 0.1,
}
SHARE_CAP = 0.95  # no single kind of evidence is certain
MIN_NEED = 0.001  # weaker estimates are dropped; 0: .275/.254, .001: .276/.254, .005: .269/.253, .02: .256/.249


@dataclass(frozen=True, slots=True)
class Need:
    """That a product needs a material: probability, and the weighted share of each kind (none: it is recorded)."""

    p: float
    shares: Mapping[Kind, float] = field(default_factory=dict)

    @property
    def recorded(self) -> bool:
        return not self.shares


@dataclass(frozen=True, slots=True)
class Step:
    """One hop between two products: a link of this type in its own direction, or SimilarTo with a similarity."""

    link: str
    from_: int
    to: int
    similarity: float | None = None


class Needs:
    """The needs of every product of one product graph, estimated when first asked for."""

    def __init__(self, graph: ProductGraph) -> None:
        self.graph = graph
        known = sorted(p for p, materials in graph.materials.items() if materials)
        self._vectors = NameVectors([graph.name(p) for p in known] or ["空"])
        self._by_name = NearestRows(known, self._vectors.fitted if known else sp.csr_matrix((0, 1)))
        self._by_materials = NearestRows(known, self._material_matrix(known))
        sold_materials = sorted(q for q in graph.users if graph.sellers[q])
        self._sold_materials = NearestRows(
            sold_materials, self._vectors.of([graph.name(q) for q in sold_materials] or [" "])
        )
        materials = sorted(graph.users)
        self._materials = NearestRows(materials, self._vectors.of([graph.name(q) for q in materials] or [" "]))
        sold = sorted(p for p in graph.sellers.nonzero()[0].tolist())
        self._sold = NearestRows(sold, self._vectors.of([graph.name(p) for p in sold] or [" "]))
        self._needs: dict[int, Mapping[int, Need]] = {}
        self._variants: dict[int, Mapping[int, float]] = {}
        self._why: dict[tuple[int, int], Sequence[Step]] = {}

    @classmethod
    def of_graph(cls, graph: ProductGraph) -> "Needs":
        """The needs of a product graph, kept with it."""
        if "needs" not in graph.kept:
            graph.kept["needs"] = cls(graph)
        found: Needs = graph.kept["needs"]
        return found

    def of(self, product: int) -> Mapping[int, Need]:
        """Material → need, recorded and estimated, of one product."""
        if product not in self._needs:
            self._needs[product] = self._estimate(product)
        return self._needs[product]

    def similar_sold(self, product: int, k: int, floor: float) -> Neighbours:
        """Sold products with a name like this one's."""
        return self._sold.nearest(self._vector(product), k, without=product, floor=floor)

    def similar_material(self, product: int, k: int, floor: float) -> Neighbours:
        """Recorded materials with a name like this product's."""
        return self._materials.nearest(self._vector(product), k, without=product, floor=floor)

    def like(self, product: int) -> Sequence[int]:
        """Sold products that may share needs with this one: alike in name, or kinds of the same broader product."""
        by_name = [handle for handle, _ in self.similar_sold(product, VOTERS, 0.0)]
        siblings = [s for b in self.graph.broader.get(product, NOTHING) for s in self.graph.narrower.get(b, NOTHING)]
        return [h for h in dict.fromkeys(by_name + sorted(siblings)) if self.graph.sellers[h]]

    def why(self, product: int, material: int) -> Sequence[Step]:
        """The hops from a product to a material it needs: the recorded link, or the strongest kind of evidence."""
        if (product, material) not in self._why:  # many candidates of one answer are reached by the same need
            self._why[product, material] = self._explain(product, material)
        return self._why[product, material]

    def _explain(self, product: int, material: int) -> list[Step]:
        need = self.of(product)[material]
        if need.recorded:
            return [Step("UpstreamOf", material, product)]
        kind = max(need.shares, key=lambda k: (need.shares[k], k))
        return _EXPLANATIONS[kind](self, product, material)

    # --- evidence: material → share from 0 to 1 ----------------------------------------------------------------------

    def _estimate(self, product: int) -> Mapping[int, Need]:
        shares: defaultdict[int, dict[Kind, float]] = defaultdict(dict)
        for kind, found in self._evidence(product).items():
            for material, share in found.items():
                shares[material][kind] = min(WEIGHTS[kind] * share, SHARE_CAP)
        recorded = self.graph.materials.get(product, NOTHING)
        needs = {material: Need(KNOWN_LINK) for material in sorted(recorded)}
        for material, parts in shares.items():
            if material != product and material not in recorded:
                p = noisy_or(parts.values())
                if p >= MIN_NEED:
                    needs[material] = Need(p, parts)
        return needs

    def _evidence(self, product: int) -> Mapping[Kind, Mapping[int, float]]:
        return {
            Kind.NAME: self._vote(self._name_voters(product), VOTE_POWER, VOTE_DAMPING),
            Kind.MATERIALS: self._vote(self._material_voters(product), CO_POWER, CO_DAMPING),
            Kind.SIBLING: self._vote(self._sibling_voters(product), 1.0, SIBLING_DAMPING),
            Kind.VARIANT: self._variant_shares(product),
            Kind.TOGETHER: self._together_shares(product),
        }

    def _vote(self, voters: Neighbours, power: float, damping: float) -> Mapping[int, float]:
        """The weighted share of the voters that need each material."""
        votes: defaultdict[int, float] = defaultdict(float)
        total = damping
        for voter, similarity in voters:
            weight = similarity**power
            total += weight
            for material in self.graph.materials[voter]:
                votes[material] += weight
        return {material: vote / total for material, vote in votes.items()}

    def _vector(self, product: int) -> sp.csr_matrix:
        for index in (self._by_name, self._sold, self._materials):
            row = index.row(product)
            if row is not None:
                return row
        return self._vectors.of([self.graph.name(product)])

    def _name_voters(self, product: int) -> Neighbours:
        return self._by_name.nearest(self._vector(product), VOTERS, without=product)

    def _material_voters(self, product: int) -> Neighbours:
        row = self._by_materials.row(product)
        return [] if row is None else self._by_materials.nearest(row, CO_VOTERS, without=product)

    def _siblings(self, product: int) -> Mapping[int, int]:
        """Products under the same broader product → that broader product; only those with recorded materials."""
        return {
            sibling: broader
            for broader in sorted(self.graph.broader.get(product, NOTHING))
            for sibling in sorted(self.graph.narrower.get(broader, NOTHING))
            if sibling != product and self.graph.materials.get(sibling)
        }

    def _sibling_voters(self, product: int) -> Neighbours:
        """The siblings, the most similar name first."""
        siblings = list(self._siblings(product))
        if not siblings:
            return []
        names = self._vectors.of([self.graph.name(sibling) for sibling in siblings])
        similarities = (names @ self._vector(product).T).toarray().ravel().tolist()
        return sorted(zip(siblings, similarities, strict=True), key=lambda v: (-v[1], v[0]))

    def _variants_of(self, material: int) -> Mapping[int, float]:
        """Sold materials → similarity of their name to this material's."""
        if material not in self._variants:
            found = self._sold_materials.nearest(self._vector(material), VARIANTS, without=-1)
            self._variants[material] = dict(found)
        return self._variants[material]

    def _variant_shares(self, product: int) -> Mapping[int, float]:
        best: dict[int, float] = {}
        for recorded in self.graph.materials.get(product, NOTHING):
            for material, similarity in self._variants_of(recorded).items():
                best[material] = max(best.get(material, 0.0), similarity)
        return best

    def _together_shares(self, product: int) -> Mapping[int, float]:
        users = self.graph.users.get(product, NOTHING)
        counts: defaultdict[int, int] = defaultdict(int)
        for user in users:
            for material in self.graph.materials[user]:
                counts[material] += 1
        return {material: n / (len(users) + TOGETHER_DAMPING) for material, n in counts.items()}

    def _material_matrix(self, known: Sequence[int]) -> sp.csr_matrix:
        """Products × materials; rare materials count more; rows of unit length."""
        materials = self.graph.materials
        column = {material: j for j, material in enumerate(sorted(self.graph.users))}
        rarity = {q: log(max(len(known), 2) / len(users)) for q, users in self.graph.users.items()}
        rows = [i for i, p in enumerate(known) for _ in materials[p]]
        columns = [column[q] for p in known for q in sorted(materials[p])]
        values = [rarity[q] for p in known for q in sorted(materials[p])]
        shape = (len(known), max(len(column), 1))
        matrix = sp.csr_matrix(sp.coo_array((values, (rows, columns)), shape=shape, dtype=np.float32))
        return unit_rows(matrix)

    # --- explanation ------------------------------------------------------------------------------------------------

    def _first_user(self, voters: Neighbours, material: int) -> tuple[int, float]:
        return next((voter, s) for voter, s in voters if material in self.graph.materials[voter])

    def _why_name(self, product: int, material: int) -> list[Step]:
        voter, similarity = self._first_user(self._name_voters(product), material)
        return [Step("SimilarTo", product, voter, similarity), Step("UpstreamOf", material, voter)]

    def _why_materials(self, product: int, material: int) -> list[Step]:
        voter, similarity = self._first_user(self._material_voters(product), material)
        shared = min(
            self.graph.materials[product] & self.graph.materials[voter], key=lambda m: (len(self.graph.users[m]), m)
        )
        return [
            Step("UpstreamOf", shared, product),
            Step("UpstreamOf", shared, voter, similarity),
            Step("UpstreamOf", material, voter),
        ]

    def _why_sibling(self, product: int, material: int) -> list[Step]:
        sibling, _ = self._first_user(self._sibling_voters(product), material)
        broader = self._siblings(product)[sibling]
        return [
            Step("KindOf", product, broader),
            Step("KindOf", sibling, broader),
            Step("UpstreamOf", material, sibling),
        ]

    def _why_variant(self, product: int, material: int) -> list[Step]:
        recorded = max(sorted(self.graph.materials[product]), key=lambda m: self._variants_of(m).get(material, 0.0))
        similarity = self._variants_of(recorded)[material]
        return [Step("UpstreamOf", recorded, product), Step("SimilarTo", recorded, material, similarity)]

    def _why_together(self, product: int, material: int) -> list[Step]:
        user = min(u for u in self.graph.users[product] if material in self.graph.materials[u])
        return [Step("UpstreamOf", product, user), Step("UpstreamOf", material, user)]


_EXPLANATIONS = {
    Kind.NAME: Needs._why_name,
    Kind.MATERIALS: Needs._why_materials,
    Kind.SIBLING: Needs._why_sibling,
    Kind.VARIANT: Needs._why_variant,
    Kind.TOGETHER: Needs._why_together,
}


def noisy_or(parts: Iterable[float]) -> float:
    """The probability that at least one of several independent reasons holds."""
    return 1.0 - exp(sum(log1p(-min(p, 0.9999)) for p in parts))
