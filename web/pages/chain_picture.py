"""链图 The chain map as a drawing: three lanes of cards, bars for counts, arrows between segments."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from graph.ontology import Basis, Ref, Side, chinese
from services.chains import ChainMap, SegmentCard
from web.pages.svg import curve, shortened

WIDTH = 1240
LANE, LANE_GAP, LANE_PAD = 336, 116, 8
TOP, CARD, PITCH = 52, 90, 108
SPREAD = 12  # between two arrow ends on one side of a card
BAR = 288
SIDES = tuple(Side)
LANE_HINTS = {Side.UPSTREAM: "材料与部件", Side.MIDSTREAM: "整机与加工", Side.DOWNSTREAM: "检测与流通"}


@dataclass(frozen=True, slots=True)
class Card:
    """One segment: where its box lies and what stands in it. `observed` and `claimed` are widths of the bar."""

    segment: SegmentCard
    x: float
    y: float
    name: str
    line: str
    observed: float
    claimed: float
    shown: bool

    @property
    def stands_out(self) -> bool:
        """Whether its links are drawn thick: it has a warning, and is not filtered away."""
        return self.shown and self.segment.warning is not None

    @property
    def left(self) -> float:
        return self.x

    @property
    def right(self) -> float:
        return self.x + LANE - 2 * LANE_PAD

    @property
    def label(self) -> str:
        """What a screen reader says of the card."""
        counts = self.segment.counts
        warning = {"empty": "，空缺", "single_supplier": "，单一供应商"}.get(self.segment.warning or "", "")
        return f"{self.segment.name}，已证实 {counts[Basis.OBSERVED]} 家，自述 {counts[Basis.CLAIMED]} 家{warning}"


@dataclass(frozen=True, slots=True)
class Lane:
    """One side of the chain."""

    title: str
    hint: str
    x: float


@dataclass(frozen=True, slots=True)
class Arrow:
    """A link from an upstream segment to a downstream one; thick where one end has a warning."""

    path: str
    thick: bool


@dataclass(frozen=True, slots=True)
class ChainPicture:
    """Everything the template draws."""

    width: int
    height: int
    lane_width: int
    card_width: int
    card_height: int
    bar_width: int
    lanes: Sequence[Lane]
    cards: Sequence[Card]
    arrows: Sequence[Arrow]


def draw(chain: ChainMap, warning: str | None = None) -> ChainPicture:
    """Lay the chain out. With `warning`, cards without it are drawn pale."""
    cards = list(_cards(chain, warning))
    rows = max((sum(c.segment.side is side for c in cards) for side in SIDES), default=0)
    return ChainPicture(
        width=WIDTH,
        height=TOP + max(rows, 1) * PITCH + 4,
        lane_width=LANE,
        card_width=LANE - 2 * LANE_PAD,
        card_height=CARD,
        bar_width=BAR,
        lanes=[Lane(chinese(side), LANE_HINTS[side], _lane_x(side)) for side in SIDES],
        cards=cards,
        arrows=list(_arrows(chain, {card.segment.ref: card for card in cards})),
    )


def _lane_x(side: Side) -> float:
    return SIDES.index(side) * (LANE + LANE_GAP)


def _cards(chain: ChainMap, warning: str | None) -> Iterator[Card]:
    largest = max((s.counts[Basis.OBSERVED] + s.counts[Basis.CLAIMED] for s in chain.segments), default=0)
    unit = BAR / max(largest, 1)  # one scale for all bars; the two parts keep their own lengths
    rows: defaultdict[Side, int] = defaultdict(int)
    for segment in chain.segments:
        row = rows[segment.side]
        rows[segment.side] += 1
        yield Card(
            segment=segment,
            x=_lane_x(segment.side) + LANE_PAD,
            y=TOP + row * PITCH,
            name=shortened(segment.name, 18, 230),
            line=_line(segment),
            observed=round(segment.counts[Basis.OBSERVED] * unit, 1),
            claimed=round(segment.counts[Basis.CLAIMED] * unit, 1),
            shown=warning is None or segment.warning == warning,
        )


def _line(segment: SegmentCard) -> str:
    claimed = segment.counts[Basis.CLAIMED]
    if segment.warning == "single_supplier":
        return f"供 {segment.dependents} 家下游，" + (f"另有自述 {claimed} 家" if claimed else "没有自述")
    if segment.warning == "empty":
        return "没有已证实，也没有自述"
    return f"另有自述 {claimed} 家" if claimed else "没有自述"


def _arrows(chain: ChainMap, cards: Mapping[Ref, Card]) -> Iterator[Arrow]:
    pairs = [(cards[upper], cards[lower]) for upper, lower in chain.links if upper in cards and lower in cards]
    leaving = _ports(pairs)
    arriving = _ports([(lower, upper) for upper, lower in pairs])
    for (upper, lower), leave, arrive in zip(pairs, leaving, arriving, strict=True):
        yield Arrow(_route(upper, lower, leave, arrive), upper.stands_out or lower.stands_out)


def _ports(pairs: Sequence[tuple[Card, Card]]) -> list[float]:
    """How far from the middle of its card each arrow end lies: side by side, in the order of the other ends."""
    ends: defaultdict[Ref, list[int]] = defaultdict(list)
    for i, (card, _) in enumerate(pairs):
        ends[card.segment.ref].append(i)
    offsets = [0.0] * len(pairs)
    for members in ends.values():
        members.sort(key=lambda i: (pairs[i][1].y, pairs[i][1].x))
        step = min(SPREAD, (CARD - 24) / len(members))
        for place, i in enumerate(members):
            offsets[i] = (place - (len(members) - 1) / 2) * step
    return offsets


def _route(upper: Card, lower: Card, leave: float, arrive: float) -> str:
    middle = CARD / 2
    if upper.x == lower.x and lower.y - upper.y == PITCH:
        x = upper.x + (upper.right - upper.left) / 2
        return f"M{x:g} {upper.y + CARD:g}V{lower.y - 2:g}"
    y1, y2 = upper.y + middle + leave, lower.y + middle + arrive
    if upper.x == lower.x:  # around the outside of the lane
        out = upper.right + 26 + min(abs(lower.y - upper.y) / PITCH * 5, 18)
        return f"M{upper.right:g} {y1:g}C{out:g} {y1:g} {out:g} {y2:g} {lower.right + 2:g} {y2:g}"
    if upper.x < lower.x:
        return curve(upper.right, y1, lower.left - 2, y2)
    return curve(upper.left, y1, lower.right + 2, y2)
