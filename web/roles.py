"""The choice of a role, in the demo alone: one click logs in as the demo's account of that role."""

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from cases import accounts, sessions
from cases.accounts import ROLE_NAMES, Account, Role
from lianxin.clock import utc_now
from lianxin.errors import BadQuestion, NotKnown
from services.demo.accounts import name_of
from web.landing import after_login
from web.security import Permission, permission
from web.state import platform
from web.visitor import Visitor, remember

blueprint = Blueprint("roles", __name__)


@blueprint.post("/role")
@permission(Permission.PUBLIC)
def choose() -> Response:
    """Log in as the demo's account of the chosen role, and go back to where it was chosen."""
    account = _account(request.form.get("role", ""))
    token = sessions.start(platform().ledger, account, utc_now())
    response = redirect(after_login(request.form.get("next", "/"), Visitor(account.role, account)), 303)
    remember(response, token)
    return response


def _account(chosen: str) -> Account:
    """The demo's account of a role. Raises BadQuestion, NotKnown in a demo over a ledger without the demo district."""
    if chosen not in set(Role):
        raise BadQuestion(
            f"there is no such role; one of: {', '.join(Role)}",
            f"没有这个角色，可选：{'、'.join(ROLE_NAMES[role] for role in Role)}",
        )
    name = name_of(Role(chosen))
    found = accounts.find(platform().ledger, name)
    if found is None:
        raise NotKnown("account", "账户", name)
    return found
