"""Where somebody goes after logging in: back to the page that was asked for, else to the first one of the role."""

import re
from typing import Final

from flask import url_for

from web.security import GRANTS, Permission
from web.visitor import Visitor

# A path of this site: browsers read "//host" and "/\host" as another site.
_SAME_SITE: Final = re.compile(r"/(?![/\\])[^\x00-\x20\\]*")
_FIRST: Final = "/"


def same_site(path: str) -> str:
    """The path when it leads to a page of this site, else the first page."""
    return path if _SAME_SITE.fullmatch(path) else _FIRST


def first_page(who: Visitor, on: str | None = None, known_at: str | None = None) -> str:
    """The first page that a visitor may see: an enterprise its records, others the day's work or the rules. `on`,
    `known_at`: the two times that links keep."""
    if who.account is not None and who.account.duty.enterprise is not None:
        return url_for("pages.credit_page", key=who.account.duty.enterprise, on=on, known_at=known_at)
    may_read = who.role is not None and Permission.GRAPH_READ in GRANTS[who.role]
    return url_for("pages.home" if may_read else "pages.rule_table", on=on, known_at=known_at)


def after_login(wanted: str, who: Visitor) -> str:
    """The page that was asked for before, where it is one of this site and not just the first."""
    path = same_site(wanted)
    return first_page(who) if path == _FIRST else path
