"""The vocabulary of the demo district 演示区, read strictly from the YAML files beside this module.

Every name that one entry uses of another (a material, a broader product, a segment) has to exist: a typing error
in the vocabulary stops the generator instead of becoming a dangling key in a file.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from graph.ontology import Basis, InstitutionKind, Service, Side, Size


class Words(BaseModel):
    """Base of all vocabulary entries: an undeclared key is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ProductWords(Words):
    """产品 `kind`: the broader product; `materials`: what goes into it; `seller`: whether anybody may sell it."""

    kind: str | None = None
    materials: tuple[str, ...] = Field(default=(), alias="from")
    seller: bool = True


class SegmentWords(Words):
    """环节 `trades`: words for company names with their short form; `closed`: only planted enterprises work in it."""

    name: str
    side: Side
    weight: int = 10
    trades: Mapping[str, str] = {}
    closed: bool = False
    feeds: tuple[str, ...] = ()
    products: Mapping[str, ProductWords]

    @model_validator(mode="after")
    def _named(self) -> Self:
        if not self.closed and not self.trades:
            raise ValueError(f"{self.name}: a segment that is not closed needs trades")
        return self


class ChainWords(Words):
    """产业链."""

    chain: str
    name: str
    segments: tuple[SegmentWords, ...]


class SizeWords(Words):
    """企业规模 `employees` and `capital` (万元): the lowest and the highest."""

    weight: int
    employees: tuple[int, int]
    capital: tuple[int, int]


class DivisionWords(Words):
    """行政区划 `places`: words that open a company name, the first far more often than the others."""

    division: str
    weight: int
    places: tuple[str, ...]
    city: str
    streets: tuple[str, ...]


class InstitutionWords(Words):
    """机构 `offers`: what it does for products drawn from `chains`; `services`: what is planted beside that."""

    name: str
    kind: InstitutionKind
    division: str
    offers: Service | None = None
    chains: tuple[str, ...]
    services: Mapping[str, Service] = {}


class NameWords(Words):
    """Everything of `words.yaml`."""

    first: str
    second: str
    forms: Mapping[Size, Mapping[str, int]]
    sizes: Mapping[Size, SizeWords]
    divisions: tuple[DivisionWords, ...]
    roads: tuple[str, ...]
    needs: tuple[str, ...]
    institutions: tuple[InstitutionWords, ...]


class PlantedFormerName(Words):
    """曾用名."""

    name: str
    until: date


class PlantedSegment(Words):
    """所在环节, the segment by its name."""

    segment: str
    basis: Basis
    stated_on: date


class PlantedProduct(Words):
    """能生产."""

    product: str
    share: float
    basis: Basis
    stated_on: date


class PlantedEnterprise(Words):
    """企业 `number` makes the code; `open`: the drawn supplies may use it too."""

    id: str
    number: int
    open: bool = False
    name: str
    short_name: str
    established_on: date
    capital_wan: Decimal
    division: str
    address: str
    size: Size
    employees: int
    former_names: tuple[PlantedFormerName, ...] = ()
    segments: tuple[PlantedSegment, ...]
    products: tuple[PlantedProduct, ...] = ()


class PlantedSupply(Words):
    """供货 between two planted enterprises, by their ids."""

    supplier: str
    buyer: str
    product: str
    basis: Basis
    valid_from: date
    valid_to: date | None = None


class Plant(Words):
    """What is planted on purpose, as the documentation tells it."""

    title: str
    english: str
    enterprises: tuple[str, ...]
    segments: tuple[str, ...] = ()
    institutions: tuple[str, ...] = ()
    files: tuple[str, ...]
    text: str


class PlantedWords(Words):
    """Everything of `planted.yaml`."""

    enterprises: tuple[PlantedEnterprise, ...]
    supplies: tuple[PlantedSupply, ...]
    plants: tuple[Plant, ...]


@dataclass(frozen=True, slots=True)
class SegmentOf:
    """A segment with its key (chain and number) and its chain."""

    key: str
    order: int
    chain: ChainWords
    words: SegmentWords


@dataclass(frozen=True)
class Vocabulary:
    """All words, with the look-ups that the tables need. `segments` by key, `products` by name."""

    chains: tuple[ChainWords, ...]
    names: NameWords
    planted: PlantedWords
    segments: Mapping[str, SegmentOf]
    products: Mapping[str, ProductWords]
    segment_of: Mapping[str, str]

    def segment_key(self, name: str) -> str:
        """Key of a segment by its name (names are unique over all chains)."""
        return next(key for key, segment in self.segments.items() if segment.words.name == name)

    def sold(self, segment: str) -> tuple[str, ...]:
        """The products of a segment that somebody may sell."""
        return tuple(name for name, p in self.segments[segment].words.products.items() if p.seller)

    def unsold(self) -> tuple[str, ...]:
        """The products that nobody makes, whatever the seed."""
        planted = {p.product for enterprise in self.planted.enterprises for p in enterprise.products}
        closed = {name for s in self.segments.values() if s.words.closed for name in s.words.products}
        return tuple(name for name, p in self.products.items() if not p.seller or name in closed - planted)


@cache
def read_vocabulary() -> Vocabulary:
    """Read and check the three YAML files; they are read once."""
    chains = tuple(ChainWords.model_validate(entry) for entry in _read("chains.yaml"))
    segments = {segment.key: segment for chain in chains for segment in _segments(chain)}
    products = {name: p for segment in segments.values() for name, p in segment.words.products.items()}
    vocabulary = Vocabulary(
        chains,
        NameWords.model_validate(_read("words.yaml")),
        PlantedWords.model_validate(_read("planted.yaml")),
        segments,
        products,
        {name: segment.key for segment in segments.values() for name in segment.words.products},
    )
    _check(vocabulary)
    return vocabulary


def _read(name: str) -> Any:
    return yaml.safe_load(files(__package__).joinpath(name).read_text(encoding="utf-8"))


def _segments(chain: ChainWords) -> Iterator[SegmentOf]:
    for order, words in enumerate(chain.segments, 1):
        yield SegmentOf(f"{chain.chain}-{order:02d}", order, chain, words)


def _check(v: Vocabulary) -> None:
    segments = {segment.words.name for segment in v.segments.values()}
    used_segments = {name for s in v.segments.values() for name in s.words.feeds}
    used_segments |= {s.segment for e in v.planted.enterprises for s in e.segments}
    used_segments |= {name for plant in v.planted.plants for name in plant.segments}
    used_products = {m for p in v.products.values() for m in (*p.materials, *([p.kind] if p.kind else ()))}
    used_products |= {p.product for e in v.planted.enterprises for p in e.products}
    used_products |= {s.product for s in v.planted.supplies}
    used_products |= {name for i in v.names.institutions for name in i.services}
    unknown = (used_segments - segments) | (used_products - v.products.keys())
    if unknown:
        raise ValueError(f"the demo vocabulary uses undeclared names: {', '.join(sorted(unknown))}")
    if len(segments) != len(v.segments) or len(v.products) != sum(len(s.words.products) for s in v.segments.values()):
        raise ValueError("the demo vocabulary declares a segment or a product twice")
