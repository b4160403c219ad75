"""这里不对 How to say that something on a page is wrong: who mends which source, and what to name."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from flask import Blueprint, render_template, request

from graph.view import DatasetInfo
from services.credit_records import FORMATS_OF
from web.landing import same_site
from web.pages import frame
from web.security import Permission, allowed, permission

_AUTHORITY: Final = "作出这条记录的单位（写在记录上）"
_PROVIDER: Final = "提供这个文件的单位"
_CREDIT_FORMATS: Final = frozenset(name for formats in FORMATS_OF.values() for name in formats)


@dataclass(frozen=True, slots=True)
class Mending:
    """A data set and who can put its values right."""

    dataset: DatasetInfo
    who: str


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/wrong", view_func=wrong_page)


@permission(Permission.PUBLIC)
def wrong_page() -> str:
    """GET /wrong: reached from the foot of every page."""
    return render_template("wrong.html", came_from=_came_from(), mending=_mending())


def _came_from() -> str | None:
    """The page of this site that the reader came from, to be named in a report."""
    address = urlsplit(request.referrer or "")
    if address.netloc != request.host or address.path == request.path:
        return None
    return same_site(f"{address.path}?{address.query}".rstrip("?"))


def _mending() -> Sequence[Mending]:
    """Every data set in its order; none for a role that may not see what is loaded."""
    if not allowed(Permission.GRAPH_READ):
        return ()
    known = sorted(frame.datasets(), key=lambda each: each.label)
    return [Mending(each, _AUTHORITY if each.format in _CREDIT_FORMATS else _PROVIDER) for each in known]
