"""The model as a picture 模型图 (SVG): every record type with its properties, every link type between them.

Derived from the ontology alone, so that a type that is declared there stands in the picture too. Columns are drawn
from left to right: a record type stands right of all that have links to it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape

from graph.ontology import LINK_TYPES, PROPERTIES, RECORD_TYPES, Property, link_name

NARROW, GAP, MARGIN = 150, 178, 24  # the narrowest box, between columns, around everything
HEAD, LINE, PORT = 34, 17, 19  # height of a heading, of a property, and between two links
LOOP = 130  # from one link to the next of those from a record to another of its own type
BETWEEN = 46  # two boxes of a column: room for a link from a record to one of its own type
FOOT = 92

_AROUND = (
    "Around every record 每条记录都有：(File)-[:STATES]->(record)，(File)-[:READ_IN]->(Load)-[:OF]->(Dataset)，"
    "(record)-[:SAME_AS]->(the record that stands for the party 合并后的主体)",
    "Every record also carries 另有属性：key, name, handle, since, until · every link 每条关系：basis, valid_from, "
    "valid_to, since, until, part, file, row",
)
_STYLE = (
    "text{font:13px sans-serif;fill:#1b2733}.h{font-weight:bold;font-size:15px;fill:#fff}.p{font-size:12px}"
    ".l{font-size:12px;fill:#7a3300;paint-order:stroke;stroke:#fff;stroke-width:4px}"
    "path{fill:none;stroke:#b8622a;stroke-width:1.4}.b{fill:#f4f7fa;stroke:#1f4e79}.t{fill:#1f4e79}"
)


@dataclass(frozen=True, slots=True)
class _Box:
    """Where a record type is drawn."""

    name: str
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class _Arrow:
    """A link type from one record type to another."""

    link_type: str
    start: str
    end: str


def model_svg() -> str:
    """The whole picture; the same bytes for the same declarations."""
    boxes = _boxes()
    width = max(box.x + box.width for box in boxes.values()) + MARGIN
    height = max(box.y + box.height for box in boxes.values()) + FOOT
    parts = [*_arrows(boxes), *(part for box in boxes.values() for part in _drawn(box)), *_foot(height)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'role="img" aria-label="链信图模型 The model of the graph">\n'
        f"<style>{_STYLE}</style>\n"
        '<defs><marker id="a" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
        '<path d="M0 0L8 4L0 8z" style="fill:#b8622a"/></marker></defs>\n'
        f'<rect width="{width}" height="{height}" fill="#fff"/>\n' + "\n".join(parts) + "\n</svg>\n"
    )


def _all_arrows() -> list[_Arrow]:
    return [_Arrow(name, start, end) for name, declared in LINK_TYPES.items() for start, end in declared.ends]


@cache
def _column(record_type: str, below: frozenset[str] = frozenset()) -> int:
    """One more than that of the last type that has links to it; `below` keeps a circle of types from going on."""
    seen = below | {record_type}
    before = {arrow.start for arrow in _all_arrows() if arrow.end == record_type} - seen
    return max((_column(each, seen) + 1 for each in before), default=0)


def _columns() -> list[list[str]]:
    """The record types from left to right; those without any link stand in the last column, where there is room."""
    linked = {end for arrow in _all_arrows() for end in (arrow.start, arrow.end)}
    columns: list[list[str]] = [[] for _ in range(max(map(_column, RECORD_TYPES)) + 1)]
    for name in RECORD_TYPES:
        columns[_column(name) if name in linked else -1].append(name)
    return columns


def _boxes() -> Mapping[str, _Box]:
    columns = _columns()
    tall = [sum(_height(name) + BETWEEN for name in names) for names in columns]
    boxes, x = {}, MARGIN
    for names, height in zip(columns, tall, strict=True):
        width = max(map(_width, names))
        y = MARGIN + (max(tall) - height) // 2 + BETWEEN // 2
        for name in names:
            boxes[name] = _Box(name, x, y, width, _height(name))
            y += _height(name) + BETWEEN
        x += width + GAP
    return boxes


def _width(record_type: str) -> int:
    """Room for the longest property, and for the links to the same type beside each other."""
    loops = sum(arrow.start == arrow.end == record_type for arrow in _all_arrows())
    return max(NARROW, LOOP * loops, *(_long(_told(declared)) + 20 for declared in PROPERTIES[record_type]))


def _long(text: str) -> int:
    """About how many points a text of 12 points is long: a Chinese character is a square."""
    return sum(7 if character.isascii() else 12 for character in text)


def _height(record_type: str) -> int:
    """Room for the properties, and for the links that leave and reach the box."""
    others = [arrow for arrow in _all_arrows() if arrow.start != arrow.end]
    leaving = sum(arrow.start == record_type for arrow in others)
    reaching = sum(arrow.end == record_type for arrow in others)
    return max(HEAD + LINE * len(PROPERTIES[record_type]) + 8, PORT * (max(leaving, reaching) + 1))


def _drawn(box: _Box) -> Iterator[str]:
    title = f"{box.name} {RECORD_TYPES[box.name].label}"
    yield f'<rect class="b" x="{box.x}" y="{box.y}" width="{box.width}" height="{box.height}" rx="6"/>'
    yield f'<rect class="t" x="{box.x}" y="{box.y}" width="{box.width}" height="26" rx="6"/>'
    yield f'<text class="h" x="{box.x + 10}" y="{box.y + 18}">{escape(title)}</text>'
    for number, declared in enumerate(PROPERTIES[box.name], start=1):
        yield f'<text class="p" x="{box.x + 10}" y="{box.y + HEAD - 4 + LINE * number}">{_told(declared)}</text>'


def _told(declared: Property) -> str:
    unit = f"（{declared.unit}）" if declared.unit else ""
    return escape(f"{declared.name} {declared.label}{unit}{' […]' if declared.many else ''}")


def _arrows(boxes: Mapping[str, _Box]) -> Iterator[str]:
    arrows = _all_arrows()
    between = [arrow for arrow in arrows if arrow.start != arrow.end]
    for arrow in between:
        start, end = boxes[arrow.start], boxes[arrow.end]
        y = _port(arrow, [a for a in between if a.start == arrow.start], start, boxes, "end")
        other_y = _port(arrow, [a for a in between if a.end == arrow.end], end, boxes, "start")
        yield _curve(arrow, start.x + start.width, y, end.x, other_y)
    for box in boxes.values():
        for number, arrow in enumerate(a for a in arrows if a.start == a.end == box.name):
            yield _loop(arrow, box, number)


def _port(arrow: _Arrow, beside: Sequence[_Arrow], box: _Box, boxes: Mapping[str, _Box], far: str) -> int:
    """The height at which a link leaves or reaches a box: those that come from above stand above."""
    order = sorted(beside, key=lambda a: (boxes[getattr(a, far)].y, a.link_type))
    return box.y + box.height * (order.index(arrow) + 1) // (len(order) + 1)


def _curve(arrow: _Arrow, x: int, y: int, to_x: int, to_y: int) -> str:
    bend = GAP * 3 // 4
    return (
        f'<path marker-end="url(#a)" d="M{x} {y}C{x + bend} {y} {to_x - bend} {to_y} {to_x} {to_y}"/>'
        f'<text class="l" x="{x + 6}" y="{y - 3}">{_named(arrow.link_type)}</text>'
    )


def _loop(arrow: _Arrow, box: _Box, number: int) -> str:
    """From a record to another of the same type: over the upper edge, one beside the other."""
    x, y = box.x + 16 + number * LOOP, box.y
    return (
        f'<path marker-end="url(#a)" d="M{x} {y}C{x} {y - 26} {x + 34} {y - 26} {x + 34} {y}"/>'
        f'<text class="l" x="{x}" y="{y - 23}">{_named(arrow.link_type)}</text>'
    )


def _named(link_type: str) -> str:
    own = ", ".join(declared.name for declared in PROPERTIES[link_type])
    return escape(f"{link_name(link_type)} {LINK_TYPES[link_type].label}{f' · {own}' if own else ''}")


def _foot(height: int) -> Iterator[str]:
    for number, text in enumerate(_AROUND):
        yield f'<text x="{MARGIN}" y="{height - FOOT + 44 + 24 * number}">{escape(text)}</text>'
