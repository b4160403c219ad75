"""时间线 When each record may be repaired, as a drawing: all positions are computed here, never by CSS."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from rules.calendar import months_after
from services.credit import CreditRecord
from web.pages.credit_words import gravity_word
from web.pages.svg import shortened, text_width

WIDTH: Final = 1240
LEFT, RIGHT = 250, 1220  # the plot
TOP, PITCH, BAR = 58, 62, 24
LABEL_ROOM: Final = 215
DRAWN: Final = 10  # records; all stand in the table below
MOST_TICKS: Final = 9
FAR: Final = timedelta(days=3653)  # ten years: a day asked for that is further off would squeeze the records
STEPS: Final = (1, 2, 3, 6, 12, 24, 36, 60)  # months between two ticks


@dataclass(frozen=True, slots=True)
class Mark:
    """A day on the axis."""

    x: float
    label: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One record: grey until the first day, then an outline as long as it may be applied for.

    `dashed`: it depends on something not known. `inside`: the label stands in the outline, else below the bar.
    """

    y: float
    title: str
    second: str
    start: float
    first: float | None
    later: float | None
    end: float
    dashed: bool
    label: str
    label_x: float
    inside: bool
    end_label: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """The drawing. `left_out`: records that are not drawn, since there are too many or no day is known."""

    height: float
    today: float
    today_x: float
    today_width: float
    today_label: str
    ticks: Sequence[Mark]
    bars: Sequence[Bar]
    left_out: int


@dataclass(frozen=True, slots=True)
class _Scale:
    low: date
    high: date

    def x(self, day: date) -> float:
        at = (day - self.low).days / max((self.high - self.low).days, 1)
        return round(LEFT + (RIGHT - LEFT) * min(max(at, 0), 1), 1)


def draw(records: Sequence[CreditRecord], on: date) -> Timeline | None:
    """The records that are shown and have a day; None where there is none to draw."""
    dated = [record for record in records if record.shown and record.day is not None and record.finding is not None]
    drawn = dated[:DRAWN]
    if not drawn:
        return None
    scale = _scale(drawn, on)
    label = f"查询日 {on:%m-%d}"
    width = round(text_width(label, 13) + 12)
    return Timeline(
        height=TOP + PITCH * len(drawn) + 4,
        today=scale.x(on),
        today_x=max(LEFT, min(scale.x(on) - width / 2, RIGHT - width)),
        today_width=width,
        today_label=label,
        ticks=list(_ticks(scale)),
        bars=[_bar(record, scale, TOP + PITCH * row) for row, record in enumerate(drawn)],
        left_out=sum(record.shown for record in records) - len(drawn),
    )


def _scale(records: Sequence[CreditRecord], on: date) -> _Scale:
    """From the first day of the records to the last; a day asked for that is far from both stands at the edge."""
    days = [day for record in records for day in _days_of(record)]
    first, last = min(days), max(days)
    low, high = min(first, max(on, first - FAR)), max(last, min(on, last + FAR))
    return _Scale(low.replace(day=1), months_after(high.replace(day=1), 2))


def _days_of(record: CreditRecord) -> Iterator[date]:
    if record.day is not None:
        yield record.day
    for way in record.ways:
        yield from (day for day in (way.last_day, way.day.day if way.day else None) if day is not None)


def _ticks(scale: _Scale) -> Iterator[Mark]:
    months = (scale.high.year - scale.low.year) * 12 + scale.high.month - scale.low.month
    step = next((each for each in STEPS if months / each < MOST_TICKS), STEPS[-1])
    for count in range(0, months, step):
        day = months_after(scale.low, count)
        yield Mark(scale.x(day), f"{day:%Y-%m}")


def _bar(record: CreditRecord, scale: _Scale, y: float) -> Bar:
    assert record.day is not None, "only records with a day are drawn"
    start, last = scale.x(record.day), _last(record)
    first = None if record.earliest is None else scale.x(record.earliest.day)
    end = max(RIGHT if last is None else scale.x(last), (first or start) + 4)
    label, end_label = _label(record), f"至 {last}" if last else ""
    inside = first is not None and record.latest is None and end - first >= text_width(label + end_label, 14) + 48
    if not inside:
        label, end_label = "，".join(filter(None, (label, end_label))), ""
    return Bar(
        y=y,
        title=shortened(record.authority, 15, LABEL_ROOM),
        second=shortened(f"{gravity_word(record.gravity)} · {record.title}", 13, LABEL_ROOM),
        start=start,
        first=first,
        later=None if record.latest is None else scale.x(record.latest.day),
        end=end,
        dashed=record.latest is not None or record.day_open,
        label=label,
        label_x=(first or start) + 16 if inside else _fit(first or start, label),
        inside=inside,
        end_label=end_label,
    )


def _last(record: CreditRecord) -> date | None:
    """The last day on which it is shown at the longest; None where it does not stop by itself."""
    ends = [way.last_day for way in record.ways if not way.ended]
    return None if not ends or None in ends else max(day for day in ends if day is not None)


def _fit(x: float, label: str) -> float:
    """Where a label begins that must not leave the drawing."""
    return max(LEFT, min(x, RIGHT - text_width(label, 14)))


def _label(record: CreditRecord) -> str:
    first, last = record.earliest, record.latest
    if first is None:
        return "定不出日期，要先判定"
    what = "自动停止" if first.automatic else "可申请"
    if last is not None:
        return f"若{gravity_word(first.gravity)} {first.day} 起{what}，若{gravity_word(last.gravity)} {last.day} 起"
    if record.day_open:
        return f"有的情形 {first.day} 起{what}"
    return f"{first.day} 起{what}"
