"""怎么判的 The walk of a finding as rows: one row a step, and where the ways differ, what each of them says."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from rules.answer import ToldStep
from rules.credit_repair.finding import RepairFinding
from rules.law import Citation

_DAYS: Final[Mapping[str, str]] = {
    "start": "起算日",
    "min_end": "最短公示期最后一天",
    "last_day": "最长公示期最后一天",
    "exclusion_end": "不得申请的最后一天",
    "measure_ends_on": "限制措施最后一天",
}
"""Days that a step rests on, as a row that decides shows them."""
_NOT_ASKED: Final = "不用再看"

_Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Said:
    """What a step says; `ways`: the numbers of the ways that say so, empty where all do. `decides`: it is a reason."""

    text: str
    ways: Sequence[int]
    decides: bool


@dataclass(frozen=True, slots=True)
class WalkRow:
    """One step. `decides`: it gave a reason in some way. `days`: what it rests on, where it decides."""

    number: str
    question: str
    said: Sequence[Said]
    how: str
    days: str
    citations: Sequence[Citation]
    decides: bool


def walk_rows(finding: RepairFinding) -> list[WalkRow]:
    """The steps of all ways in their order, equal steps once."""
    walks = [list(finding.walk(way)) for way in finding.ways] or [list(finding.walk())]
    steps = [{_key(step): step for step in walk} for walk in walks]
    return [_row([walk.get(key) for walk in steps]) for key in _order(walks)]


def not_asked(finding: RepairFinding) -> list[str]:
    """The numbers of the questions that no way came to, since an earlier one settled the matter."""
    if finding.ruleset is None:
        return []
    asked = {step.number for way in finding.ways for step in way.told()}
    rules = [rule for rule in finding.ruleset.rules if rule.answers and rule.number not in asked]
    return list(dict.fromkeys(rule.number for rule in rules))


def _key(step: ToldStep) -> _Key:
    return step.number, step.question


def _order(walks: Sequence[Sequence[ToldStep]]) -> list[_Key]:
    """The steps of all walks; a step that only a later walk has stands behind the one that came before it there."""
    order: list[_Key] = []
    for walk in walks:
        at = 0
        for step in walk:
            if _key(step) not in order:
                order.insert(at, _key(step))
            at = order.index(_key(step)) + 1
    return order


def _row(steps: Sequence[ToldStep | None]) -> WalkRow:
    """One step as each way tells it; None where a way did not come to it."""
    told = [step for step in steps if step is not None]
    first = next((step for step in told if step.reasons), told[0])
    return WalkRow(
        number=first.number,
        question=first.question,
        said=_said(steps),
        how=first.how,
        days="；".join(_days(first)) if first.reasons else "",
        citations=tuple(dict.fromkeys(citation for step in told for citation in step.citations)),
        decides=bool(first.reasons),
    )


def _said(steps: Sequence[ToldStep | None]) -> list[Said]:
    by_text: dict[str, list[int]] = {}
    for number, step in enumerate(steps, 1):
        by_text.setdefault(_NOT_ASKED if step is None else step.said, []).append(number)
    reasons = {step.said for step in steps if step is not None and step.reasons}
    return [Said(text, ways if len(by_text) > 1 else (), text in reasons) for text, ways in by_text.items()]


def _days(step: ToldStep) -> Iterator[str]:
    for name, label in _DAYS.items():
        if step.values.get(name, "—") != "—":
            yield f"{label} {step.values[name]}"
