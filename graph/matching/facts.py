"""The product graph of a day, in the form that matching reads it.

Everything here is observed or computed by the source; what we compute ourselves is in `needs`.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from graph.ontology import Basis
from graph.view import BASES, Ints, Links, View

Flags = npt.NDArray[np.bool_]
Sets = Mapping[int, frozenset[int]]
NOTHING: frozenset[int] = frozenset()
# Names under which nothing can be looked for: they say that something was sold, not what.
SAYS_NOTHING = re.compile(
    r"内部|^其他|^其它|其他业务|合计|^销售$|^服务$|^商品$|销售商品|^租金$|^租赁$|^配件$|材料销售|商品销售|^贸易$|^收入$"
)
DAYS_KEPT = 4  # product graphs of different days kept beside one view state


@dataclass(frozen=True)
class ProductGraph:
    """Who is made from what, and what is a kind of what, by handle, on one day.

    `materials[p]`: what p is made from; `users` the other way; `broader`/`narrower`: kinds. `sellers[p]`: how many
    companies sell p; `telling[p]`: whether its name says what it is (index of both: handle). `kept`: what is derived
    from this graph, by name.
    """

    view: View
    on: date
    materials: Sets
    users: Sets
    broader: Sets
    narrower: Sets
    sellers: Ints
    telling: Flags
    kept: dict[str, Any] = field(default_factory=dict)

    def sales(self, company: int) -> Links:
        """What a company sells. A share of zero is no sale."""
        return self.sales_by(np.array([company], np.int64))

    def sales_by(self, companies: Ints) -> Links:
        """What these companies sell: `origin` is the index into them."""
        return self._told(self.view.links("Makes", companies, "out", on=self.on))

    def sales_of(self, products: Ints) -> Links:
        """Who sells these products: `origin` is the index into them."""
        sold = _sold(self.view.links("Makes", products, "in", on=self.on))
        return sold.where(self.telling[products[sold.origin]]) if len(products) else sold

    def _told(self, sales: Links) -> Links:
        sold = _sold(sales)
        return sold.where(self.telling[sold.other])

    def name(self, handle: int) -> str:
        """The product's key, which is its name."""
        return self.view.ref(handle).key


def product_graph(view: View, on: date) -> ProductGraph:
    """The product graph of a view on a day; kept with the view."""
    kept: dict[date, ProductGraph] = view.derived("product graph")
    if on not in kept:
        while len(kept) >= DAYS_KEPT:
            kept.pop(next(iter(kept)), None)
        kept[on] = _read(view, on)
    return kept[on]


def _read(view: View, on: date) -> ProductGraph:
    products = view.all_of("Product")
    upstream = view.links("UpstreamOf", products, "in", on=on)
    kinds = view.links("KindOf", products, "out", on=on)
    materials = _sets(products[upstream.origin], upstream.other)
    broader = _sets(products[kinds.origin], kinds.other)
    sold = _sold(view.links("Makes", products, "in", on=on))
    telling = np.zeros(int(products.max(initial=0)) + 1, bool)
    telling[products] = [SAYS_NOTHING.search(ref.key) is None for ref in view.refs(products.tolist())]
    pairs = np.unique(np.stack((products[sold.origin], sold.other)), axis=1)  # two breakdowns state one sale twice
    sellers = np.bincount(pairs[0], minlength=len(telling))
    sellers[~telling] = 0
    return ProductGraph(view, on, materials, _inverse(materials), broader, _inverse(broader), sellers, telling)


def _sold(links: Links) -> Links:
    return links.where((links.share != 0) & (links.basis != _PREDICTED))


_PREDICTED = BASES.index(Basis.PREDICTED)


def _sets(keys: Ints, values: Ints) -> Sets:
    gathered: defaultdict[int, set[int]] = defaultdict(set)
    for key, value in zip(keys.tolist(), values.tolist(), strict=True):
        gathered[key].add(value)
    return {key: frozenset(found) for key, found in gathered.items()}


def _inverse(relation: Mapping[int, Iterable[int]]) -> Sets:
    gathered: defaultdict[int, set[int]] = defaultdict(set)
    for key, values in relation.items():
        for value in values:
            gathered[value].add(key)
    return {key: frozenset(found) for key, found in gathered.items()}
