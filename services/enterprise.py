"""One enterprise 企业: every property with its sources, or why it is not known, and its place in the chains."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from graph.ontology import PROPERTIES, Basis, FormerName, Property, Ref, Unknown, chinese
from graph.places import place_name
from graph.view import BASES, Direction, Entity, Evidence, Source, Stated, View
from services.search import resolve


@dataclass(frozen=True, slots=True)
class Fact:
    """One property: its values as stated (the one taken first), or why there is none.

    `disagree`: two sources give different values. `text`: the value taken, as people read it, unit included.
    """

    name: str
    label: str
    text: str | None
    unknown: Unknown | None
    stated: Sequence[tuple[Any, str, Source]]  # (value, its text, source)
    disagree: bool


@dataclass(frozen=True, slots=True)
class Relation:
    """One link of the enterprise, seen from it: 供货给, 采购自, 能生产, 所在环节, 所属行业."""

    label: str
    other: Ref
    other_name: str
    basis: Basis
    evidence: Evidence
    holds: bool  # on the day asked for


@dataclass(frozen=True, slots=True)
class Profile:
    """企业页 What is known of an enterprise, and what is not."""

    ref: Ref
    name: str
    short_name: str | None
    former_names: Sequence[FormerName]
    other_names: Sequence[str]
    facts: Sequence[Fact]
    relations: Sequence[Relation]
    known: int
    unknown: int
    synthetic: bool


RELATIONS: Sequence[tuple[str, Direction, str]] = (
    ("Supplies", "out", "供货给"),
    ("Supplies", "in", "采购自"),
    ("Makes", "out", "能生产"),
    ("InSegment", "out", "所在环节"),
    ("InIndustry", "out", "所属行业"),
)
"""Link type, direction and what the link is called when seen from the enterprise."""


def profile(view: View, key: str, *, on: date) -> Profile:
    """An enterprise by key or any of its names. Raises NotKnown, BadQuestion when several bear the name."""
    entity = view.entity(resolve(view, key, ("Enterprise",)))
    facts = [_fact(entity, declared) for declared in PROPERTIES["Enterprise"]]
    relations = [relation for kind in RELATIONS for relation in _relations(view, entity.handle, kind, on)]
    return Profile(
        ref=entity.ref,
        name=entity.name,
        short_name=entity.get("short_name"),
        former_names=entity.all("former_names"),
        other_names=entity.all("other_names"),
        facts=facts,
        relations=relations,
        known=sum(fact.unknown is None for fact in facts),
        unknown=sum(fact.unknown is not None for fact in facts),
        synthetic=any(source.synthetic for source in _sources(facts, relations)),
    )


def _fact(entity: Entity, declared: Property) -> Fact:
    stated = entity.values.get(declared.name, ())
    listed = [(each.value, value_text(declared, each.value), each.source) for each in stated]
    unknown, text = _why_unknown(stated), None
    if unknown is None:
        value = entity.all(declared.name) if declared.many else stated[0].value
        text = value_text(declared, value)
    return Fact(declared.name, declared.label, text, unknown, listed, _disagree(declared, stated))


def _why_unknown(stated: Sequence[Stated]) -> Unknown | None:
    """Why there is no value: as a source says, else that no loaded source has it. None where there is a value."""
    if not stated:
        return Unknown.NOT_OBTAINED
    first = stated[0].value  # a source that knows stands before one that does not
    return first if isinstance(first, Unknown) else None


def _disagree(declared: Property, stated: Sequence[Stated]) -> bool:
    """Whether sources give different values. Several names are no contradiction, and not to know is none either."""
    return not declared.many and len({each.value for each in stated if not isinstance(each.value, Unknown)}) > 1


def value_text(declared: Property, value: Any) -> str:
    """A value as people read it: Chinese words of closed lists, thousands apart, the unit, names of places."""
    if isinstance(value, (tuple, list)):
        return "、".join(_plain_text(item) for item in value)
    if declared.name == "division":
        return place_name(value)
    text = _plain_text(value)
    return f"{text} {declared.unit}" if declared.unit and not isinstance(value, Unknown) else text


def _plain_text(value: Any) -> str:
    if isinstance(value, StrEnum):
        return chinese(value)
    if isinstance(value, FormerName):
        return f"{value.name}（至 {value.until}）" if value.until else value.name
    if isinstance(value, Decimal):
        whole = value == value.to_integral_value()
        return f"{value.to_integral_value() if whole else value.normalize():,f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _relations(view: View, handle: int, kind: tuple[str, Direction, str], on: date) -> list[Relation]:
    """The links of one kind, those that hold first, the surest basis first, then by name."""
    link_type, direction, label = kind
    links = view.links(link_type, [handle], direction, on=None)
    others, stated = view.entities_of(links.other.tolist()), view.evidences(link_type, links.link.tolist())
    found = [
        Relation(label, other.ref, other.name, evidence.basis, evidence, _holds(evidence, on))
        for other, evidence in zip(others, stated, strict=True)
    ]
    return sorted(found, key=lambda r: (not r.holds, BASES.index(r.basis), r.other_name, r.other.key, _row(r)))


def _holds(evidence: Evidence, on: date) -> bool:
    begun = evidence.valid_from is None or evidence.valid_from <= on
    return begun and (evidence.valid_to is None or on <= evidence.valid_to)


def _row(relation: Relation) -> tuple[str, int]:
    source = relation.evidence.source
    return source.file, source.row or 0


def _sources(facts: Sequence[Fact], relations: Sequence[Relation]) -> Iterator[Source]:
    yield from (source for fact in facts for _, _, source in fact.stated)
    yield from (relation.evidence.source for relation in relations)
