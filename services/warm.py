"""What the first question on a state would otherwise wait for: the name index and the product graph."""

from datetime import date

from graph.matching.facts import product_graph
from graph.matching.needs import Needs
from graph.view import View
from services.search import search


def warm(view: View, on: date) -> None:
    """Build what is derived from a state: 5 s of a first question on 95,000 products, milliseconds on a district."""
    Needs.of_graph(product_graph(view, on))
    for query in ("公司", "gongsi"):  # names, then their pinyin
        search(view, query, limit=1)
