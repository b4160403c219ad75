"""What a page rests on 两个时间之二: the present, or a past position of the ledger (`known_at`), which its links keep.

What is written is written today: a form that is sent is judged by the present, whatever its address says.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from flask import g, request
from markupsafe import Markup

from graph.view import View
from graph.views import Lag, lag
from lianxin.errors import BadQuestion, LianxinError
from web.state import platform

NAME: Final = "known_at"
DIGITS: Final = 18  # of a position, as many as the ledger can count


@dataclass(frozen=True, slots=True)
class Known:
    """As of when a page knows: `position` of the past that was asked for and when the ledger took it in (UTC), the
    address of the same page at present; or how far the newest state lies behind the ledger."""

    position: int | None
    taken_in: datetime | None
    present: str
    behind: Lag | None


def asked_position() -> int | None:
    """The position for which the page is asked, None for the present. Raises BadQuestion for what is no number."""
    text = request.args.get(NAME, "").strip()
    if not text or request.method not in ("GET", "HEAD"):
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= DIGITS):
        shown = text[:DIGITS]
        raise BadQuestion(
            f'known_at: "{shown}" is no position of the ledger. Write a whole number, as 数据 lists it for each load, '
            "or leave it out for the present",
            f"账本位置“{shown}”看不懂。请写成“数据”页上每次入库所列的整数，或去掉它，按现在查",
        )
    return int(text)


def view() -> View:
    """The state of the graph that the page asks. Raises BadQuestion, NotKnown for a position to come."""
    return platform().view(asked_position())


def kept() -> str | None:
    """The position that links keep: none where the ledger has not reached the one that was asked for."""
    if "kept_position" not in g:
        g.kept_position = _reached()
    found: str | None = g.kept_position
    return found


def _reached() -> str | None:
    try:
        position = asked_position()
        return str(position) if position is not None and position <= platform().ledger.position() else None
    except LianxinError:  # a page that says so has links too
        return None


def fields(day: str | None) -> Markup:
    """The hidden fields by which a form keeps the day and the position asked for."""
    named = {"on": day, NAME: kept()}
    field = Markup('<input type="hidden" name="{}" value="{}">')
    return Markup("").join(field.format(name, value) for name, value in named.items() if value)


def known() -> Known:
    """As of when this page knows; never an error, for pages that say one have a head too."""
    there = [(name, value) for name, value in request.args.items(multi=True) if name != NAME]
    present = f"{request.path}?{urlencode(there)}" if there else request.path
    if (position := kept()) is not None:
        return Known(int(position), platform().ledger.committed_at(int(position)), present, None)
    try:
        return Known(None, None, present, lag(platform().ledger, platform().views.newest()))
    except LianxinError:
        return Known(None, None, present, None)
