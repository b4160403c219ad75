"""证据路径 Evidence paths as pages show them: boxes in walking order, an arrow between each two."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from graph.ontology import Basis, Ref
from services.partners import Candidate, Hop, Named, Path


@dataclass(frozen=True, slots=True)
class Step:
    """One hop seen by somebody who walks from the subject to the candidate. `forward`: the link points his way."""

    hop: Hop
    to: Named
    forward: bool


@dataclass(frozen=True, slots=True)
class Box:
    """A record on the path, and the step that led to it (None at the start). `own`: it is the subject."""

    label: str
    own: bool
    step: Step | None


@dataclass(frozen=True, slots=True)
class Walk:
    """A path as boxes and arrows."""

    start: Named
    steps: Sequence[Step]
    notes: Sequence[str]
    subject: Ref

    @property
    def boxes(self) -> Iterator[Box]:
        """Start, then each step's end; companies by their short form, as their full names stand on the same page."""
        yield Box(brief(self.start), self.start.ref == self.subject, None)
        for step in self.steps:
            yield Box(brief(step.to), step.to.ref == self.subject, step)


LEGAL_FORMS = ("股份有限公司", "有限责任公司", "有限公司", "（示例）")


def brief(named: Named) -> str:
    """A company's name without what all have, its legal form and the demo's mark; other names as they are."""
    if named.ref.type != "Enterprise":
        return named.name
    short = named.name
    for ending in LEGAL_FORMS:
        short = short.replace(ending, "")
    return short or named.name


def walk(path: Path, subject: Ref, candidate: Ref) -> Walk:
    """Put the hops of a path in a row. A path that does not touch the subject begins at the candidate."""
    first = path.hops[0]
    here = _start(first, subject, candidate)
    start, steps = here, []
    for hop in path.hops:
        forward = hop.from_.ref == here.ref
        here = hop.to if forward else hop.from_
        steps.append(Step(hop, here, forward))
    return Walk(start, steps, path.notes, subject)


def _start(first: Hop, subject: Ref, candidate: Ref) -> Named:
    for wanted in (subject, candidate):
        for end in (first.from_, first.to):
            if end.ref == wanted:
                return end
    return first.from_


def middle(found: Candidate, subject: Ref) -> tuple[str, Basis] | None:
    """What stands between subject and candidate in the picture: the last record before him, and how it was reached."""
    for path in found.paths:
        row = walk(path, subject, found.ref)
        if row.start.ref == subject and len(row.steps) > 1:
            order = list(Basis)
            reached = max((step.hop.basis for step in row.steps[:-1]), key=order.index)
            return row.steps[-2].to.name, reached
    return None
