"""The choice of a role, in the demo alone: there are no accounts yet."""

import re

from flask import Blueprint, redirect, request, session
from werkzeug.wrappers import Response

from cases.accounts import ROLE_NAMES, Role
from lianxin.errors import BadQuestion
from web.security import Permission, permission

# A path of this site: browsers read "//host" and "/\host" as another site.
SAME_SITE = re.compile(r"/(?![/\\])[^\x00-\x20\\]*")

blueprint = Blueprint("roles", __name__)


@blueprint.post("/role")
@permission(Permission.PUBLIC)
def choose() -> Response:
    """Store the chosen role in the session and go back to where it was chosen."""
    chosen = request.form.get("role", "")
    if chosen not in set(Role):
        raise BadQuestion(
            f"there is no such role; one of: {', '.join(Role)}",
            f"没有这个角色，可选：{'、'.join(ROLE_NAMES[role] for role in Role)}",
        )
    session["role"] = chosen
    return redirect(same_site(request.form.get("next", "/")), 303)


def same_site(path: str) -> str:
    """The path when it leads to a page of this site, else the first page."""
    return path if SAME_SITE.fullmatch(path) else "/"
