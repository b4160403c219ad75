"""2 跳关系图 The subject at the left, products between, candidates at the right; it repeats only what the list says."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from graph.ontology import Basis
from services.partners import Candidate, Named
from web.pages.paths import brief, middle
from web.pages.svg import curve, shortened, text_width

WIDTH = 388
SUBJECT, BOX, ROW, TOP = 88, 132, 52, 14
MIDDLE_X = 158
SHOWN = 8
DASHES = {Basis.OBSERVED: None, Basis.CLAIMED: "7 4", Basis.PREDICTED: "2 4"}


@dataclass(frozen=True, slots=True)
class Line:
    """A drawn link: path and dash pattern."""

    path: str
    dashes: str | None


@dataclass(frozen=True, slots=True)
class Between:
    """A product between subject and candidates."""

    x: float
    y: float
    label: str
    title: str


@dataclass(frozen=True, slots=True)
class End:
    """A candidate's box. `number`: its place in the list."""

    number: int
    y: float
    label: str
    title: str
    dashes: str | None


@dataclass(frozen=True, slots=True)
class Row:
    """The same in the table."""

    number: int
    name: str
    basis: Basis
    via: str | None


@dataclass(frozen=True, slots=True)
class HopPicture:
    """Everything the template draws, and the rows of its table."""

    width: int
    height: int
    subject: Sequence[str]
    subject_y: float
    subject_width: int
    box_x: int
    box_width: int
    lines: Sequence[Line]
    between: Sequence[Between]
    ends: Sequence[End]
    rows: Sequence[Row]
    left_out: int


def draw(subject: Named, candidates: Sequence[Candidate]) -> HopPicture:
    """Draw the first candidates of the list, those with the same product beside each other."""
    numbered = list(enumerate(candidates, 1))[:SHOWN]
    reached = {number: middle(found, subject.ref) for number, found in numbered}
    names = list(dict.fromkeys(via[0] if via else "" for via in reached.values()))
    order = sorted(numbered, key=lambda pair: names.index(_via(reached[pair[0]])))
    height = max(TOP * 2 + len(order) * ROW, 150)
    start = (height - len(order) * ROW) / 2 + ROW / 2
    at = {number: start + i * ROW for i, (number, _) in enumerate(order)}
    lines: list[Line] = []
    between: list[Between] = []
    for name, group in groupby(order, key=lambda pair: _via(reached[pair[0]])):
        members = list(group)
        middle_y = sum(at[number] for number, _ in members) / len(members)
        lines += _lines(members, at, middle_y, height / 2, reached[members[0][0]])
        if name:
            between.append(Between(MIDDLE_X, middle_y, shortened(name, 13, 130), name))
    return HopPicture(
        width=WIDTH,
        height=int(height),
        subject=_wrapped(brief(subject)),
        subject_y=height / 2,
        subject_width=SUBJECT,
        box_x=WIDTH - BOX - 2,
        box_width=BOX,
        lines=lines,
        between=between,
        ends=[
            End(n, at[n], shortened(_brief(found), 13, BOX - 10), found.name, DASHES[found.basis]) for n, found in order
        ],
        rows=[Row(n, _brief(found), found.basis, _via(reached[n]) or None) for n, found in numbered],
        left_out=max(len(candidates) - SHOWN, 0),
    )


def _brief(found: Candidate) -> str:
    return brief(Named(found.ref, found.name))


def _via(reached: tuple[str, Basis] | None) -> str:
    return reached[0] if reached else ""


def _lines(
    members: Sequence[tuple[int, Candidate]],
    at: dict[int, float],
    middle_y: float,
    subject_y: float,
    reached: tuple[str, Basis] | None,
) -> list[Line]:
    box = WIDTH - BOX - 2
    if reached is None:
        return [Line(curve(SUBJECT, subject_y, box, at[n]), DASHES[found.basis]) for n, found in members]
    first = Line(curve(SUBJECT, subject_y, MIDDLE_X - 8, middle_y), DASHES[reached[1]])
    return [first, *(Line(curve(MIDDLE_X + 8, middle_y, box, at[n]), DASHES[f.basis]) for n, f in members)]


def _wrapped(name: str) -> list[str]:
    """At most four lines that fit into the subject's box."""
    lines: list[str] = []
    rest = name
    while rest and len(lines) < 4:
        cut = len(rest)
        while text_width(rest[:cut], 14) > SUBJECT - 14:
            cut -= 1
        lines.append(rest[:cut])
        rest = rest[cut:]
    if rest:
        lines[-1] = lines[-1][:-1] + "…"
    return lines
