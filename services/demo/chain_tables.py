"""The tables about chains 产业链: the vocabulary written out, nothing is drawn."""

from loaders.demo_district import (
    MARK,
    ChainRow,
    ProductLinkRow,
    ProductRow,
    Relation,
    SegmentLinkRow,
    SegmentRow,
)
from services.demo.vocabulary import Vocabulary


def chains(words: Vocabulary) -> list[ChainRow]:
    return [ChainRow(mark=MARK, chain=c.chain, name=c.name) for c in words.chains]


def segments(words: Vocabulary) -> list[SegmentRow]:
    return [
        SegmentRow(mark=MARK, segment=s.key, chain=s.chain.chain, name=s.words.name, side=s.words.side, order=s.order)
        for s in words.segments.values()
    ]


def segment_links(words: Vocabulary) -> list[SegmentLinkRow]:
    """A segment delivers to another where one of its products goes into one of the other's, or where it feeds it."""
    pairs = {
        (words.segment_of[material], words.segment_of[name])
        for name, product in words.products.items()
        for material in product.materials
    }
    pairs |= {(key, words.segment_key(fed)) for key, s in words.segments.items() for fed in s.words.feeds}
    place = {key: number for number, key in enumerate(words.segments)}
    ordered = sorted((pair for pair in pairs if pair[0] != pair[1]), key=lambda p: (place[p[0]], place[p[1]]))
    return [SegmentLinkRow(mark=MARK, upstream=up, downstream=down) for up, down in ordered]


def products(words: Vocabulary) -> list[ProductRow]:
    return [ProductRow(mark=MARK, product=name, segment=words.segment_of[name]) for name in words.products]


def product_links(words: Vocabulary) -> list[ProductLinkRow]:
    rows = []
    for name, product in words.products.items():
        rows += [_link(name, Relation.MATERIAL, material) for material in product.materials]
        if product.kind:
            rows.append(_link(product.kind, Relation.NARROWER, name))
    return rows


def _link(product: str, relation: Relation, other: str) -> ProductLinkRow:
    return ProductLinkRow(mark=MARK, product=product, relation=relation, other=other)
