"""The sector standards 分类标准 of the ledger: they class the fines of its records."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from graph.view import Source, View
from loaders.standards import standard_of
from rules.credit_repair.standards import NO_STANDARDS, SectorStandard, Standards


@dataclass(frozen=True, slots=True)
class SectorStandards:
    """The standards of a state of the ledger, each with the sources that state it."""

    standards: Standards
    sources: Mapping[SectorStandard, Sequence[Source]]


NONE_LOADED: Final = SectorStandards(NO_STANDARDS, {})


def sector_standards(view: View) -> SectorStandards:
    """The standards that the ledger holds, read once for a state of the view."""
    kept: dict[str, SectorStandards] = view.derived("sector standards")
    if "all" not in kept:
        kept["all"] = _read(view)
    return kept["all"]


def _read(view: View) -> SectorStandards:
    sources: dict[SectorStandard, Sequence[Source]] = {}
    for entity in view.entities_of(view.all_of("SectorStandard").tolist()):
        row = standard_of({name: entity.get(name) for name in entity.values})
        stated = [each.source for values in entity.values.values() for each in values]
        sources[row] = list(dict.fromkeys(stated))
    return SectorStandards(Standards(list(sources)), sources) if sources else NONE_LOADED
