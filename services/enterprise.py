"""One enterprise 企业: every property with its sources, or why it is not known, and its place in the chains."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from graph.ontology import Basis, FormerName, Ref, Unknown
from graph.view import Evidence, Source, View


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


def profile(view: View, key: str, *, on: date) -> Profile:
    """An enterprise by key or any of its names. Raises NotKnown, BadQuestion when several bear the name."""
    raise NotImplementedError
