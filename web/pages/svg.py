"""What both pictures need: widths of text, shortened labels, curves. All positions are computed here, never by CSS."""

import unicodedata


def text_width(text: str, size: float) -> float:
    """About how wide a text is drawn: Chinese characters are square, Latin ones a little over half."""
    return sum(size if unicodedata.east_asian_width(c) in "WF" else size * 0.56 for c in text)


def shortened(text: str, size: float, room: float) -> str:
    """The text, cut with an ellipsis where it would not fit."""
    if text_width(text, size) <= room:
        return text
    while text and text_width(text, size) > room - size:
        text = text[:-1]
    return f"{text}…"


def curve(x1: float, y1: float, x2: float, y2: float) -> str:
    """A path that leaves and arrives horizontally."""
    middle = (x1 + x2) / 2
    return f"M{x1:g} {y1:g}C{middle:g} {y1:g} {middle:g} {y2:g} {x2:g} {y2:g}"
