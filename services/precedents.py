"""Precedents 先例: how the same unit settled the same matter in cases of the same class. Counts only, never names.

They bind nobody; below a number of cases nothing is shown, so that no single one can be told.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from cases import forms
from cases.case import Case, Proposal, Standing
from cases.definition import FieldType, Matter, Words
from cases.engine import Engine

FEWEST: Final = 5  # cases, below which nothing is shown
MOST_CASES: Final = 200  # of the unit that are looked through, the newest
_COUNTED: Final = frozenset({FieldType.CHOICE, FieldType.YES_NO})
_WORDS: Final[Mapping[Standing, str]] = {Standing.REFUSED: "没有谈成", Standing.WITHDRAWN: "撤回"}


@dataclass(frozen=True, slots=True)
class Precedents:
    """先例 Of one matter: in how many cases it was brought to an end, of which class, and how often in which way."""

    matter: Matter
    alike: Words
    cases: int
    outcomes: Sequence[tuple[str, int]]


def precedents(over: Engine, case: Case) -> list[Precedents]:
    """What there is for the matters of a case; a matter with too few cases is left out."""
    if case.definition.alike is None or case.authority is None:
        return []
    own = case.definition.alike(case)
    others = [each for each in _others(over, case) if case.definition.alike(each) == own]
    found = [Precedents(each, own, *_counted(each, others)) for each in case.definition.matters]
    return [each for each in found if each.cases >= FEWEST]


def _others(over: Engine, case: Case) -> Iterator[Case]:
    heads = [each for each in over.heads() if each.kind == case.definition.kind and each.authority == case.authority]
    with over.ledger.reading() as connection:
        for head in heads[:MOST_CASES]:
            if head.id != case.id:
                yield over.folded(connection, head.id)


def _counted(matter: Matter, others: Sequence[Case]) -> tuple[int, list[tuple[str, int]]]:
    ended = [end for each in others if (end := _end(each, matter)) is not None]
    return len(ended), Counter(_outcome(matter, each) for each in ended).most_common()


def _end(case: Case, matter: Matter) -> Proposal | None:
    """How a matter ended in a case: what both sides have confirmed, else what was refused or withdrawn last."""
    about = [each for each in case.proposals.values() if each.matter == matter.name]
    agreed = [each for each in about if each.settled is not None and each.confirmed == matter.between]
    ended = agreed or [each for each in about if each.standing in _WORDS]
    return ended[-1] if ended else None


def _outcome(matter: Matter, end: Proposal) -> str:
    """In words, of what can be counted: a choice, yes or no; nothing that was written freely."""
    if end.settled is None:
        return _WORDS[end.standing]
    counted = [each for each in matter.fields if each.type in _COUNTED and each.name in end.settled]
    said = "，".join(f"{each.words.zh}：{forms.shown(each, end.settled[each.name])}" for each in counted)
    return said or ("部分谈成" if end.standing is Standing.ACCEPTED_IN_PART else "谈成")
