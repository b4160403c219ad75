"""Access 权限: every route declares its permission; a role has a fixed set of them; everything else is denied.

The matrix endpoint × role stands in `docs/permissions.md`; `python -m web.generated` writes it anew.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlsplit

from flask import Flask, abort, request, session

from cases.accounts import ROLE_NAMES, Role
from lianxin.errors import Forbidden
from web.state import platform

Handler = TypeVar("Handler", bound=Callable[..., object])
PERMISSION = "lianxin_permission"
CHANGES_NOTHING = "lianxin_changes_nothing"
LARGEST_BODY = "lianxin_largest_body"


class Permission(StrEnum):
    """What a route lets somebody do 权限."""

    PUBLIC = "public"  # health, static files, the API description, the choice of a demo role
    GRAPH_READ = "graph.read"  # enterprises, chains, search: registers without personal data
    PARTNERS_READ = "partners.read"  # partner candidates and why-not
    LOADS_READ = "loads.read"  # load reports: refused values are shown
    CREDIT_READ = "credit.read"  # credit records of enterprises, with what the rules say of them
    REPAIR_CHECK = "repair.check"  # what the rules say of facts that the asker states himself: nothing is read
    REPAIR_OVERSEE = "repair.oversee"  # lists over the records of all parties
    NOTICE_WRITE = "notice.write"  # notices of decisions, and the links in their codes
    CLAIM_WRITE = "claim.write"  # what an enterprise says of its records, taken down for it
    PROOF_READ = "proof.read"  # documents that an enterprise handed in: they may name persons
    REPORTS_READ = "reports.read"  # reports of touts


_ASK = frozenset({Permission.PUBLIC, Permission.REPAIR_CHECK})
_GRAPH = _ASK | {Permission.GRAPH_READ}
_ALL = _GRAPH | {Permission.PARTNERS_READ, Permission.LOADS_READ, Permission.CREDIT_READ}
_OVERSEE = frozenset({Permission.REPAIR_OVERSEE, Permission.PROOF_READ, Permission.REPORTS_READ})
GRANTS: Mapping[Role, frozenset[Permission]] = {
    Role.CHAIN_OFFICER: _ALL,
    Role.ENTERPRISE: _ASK,
    Role.REPAIR_AUTHORITY: _GRAPH
    | {Permission.CREDIT_READ, Permission.NOTICE_WRITE, Permission.CLAIM_WRITE}
    | {Permission.REPAIR_OVERSEE, Permission.PROOF_READ},
    Role.BANK_OFFICER: _ASK,  # a bank sees nothing without consent, which comes later
    Role.INSTITUTE: _GRAPH,
    Role.LEAD_DEPARTMENT: _ALL | _OVERSEE,
    Role.ADMINISTRATOR: frozenset(Permission),
    Role.AUDITOR: _GRAPH | {Permission.LOADS_READ, Permission.CREDIT_READ} | _OVERSEE,
}
"""Role → what it may. An enterprise may not state anything itself before accounts say which one it is."""


def permission(needed: Permission) -> Callable[[Handler], Handler]:
    """Declare what a route needs. A route without this declaration fails at start."""

    def declare(handler: Handler) -> Handler:
        setattr(handler, PERMISSION, needed)
        return handler

    return declare


def changes_nothing(handler: Handler) -> Handler:
    """Declare that a POST only asks: it stores nothing and touches no session, so it needs no token of a form."""
    setattr(handler, CHANGES_NOTHING, True)
    return handler


def takes_files(largest: int) -> Callable[[Handler], Handler]:
    """Declare that a form may carry files: its body may have so many bytes. Bodies of other requests stay small."""

    def declare(handler: Handler) -> Handler:
        setattr(handler, LARGEST_BODY, largest)
        return handler

    return declare


def without_token(app: Flask) -> list[Callable[..., object]]:
    """The handlers that need no token of a form."""
    return [view for view in app.view_functions.values() if getattr(view, CHANGES_NOTHING, False)]


def current_role() -> Role:
    """The role of this request: in the demo the chosen one, else the operator at this machine (administrator)."""
    if not platform().demo:
        return Role.ADMINISTRATOR
    chosen = session.get("role", Role.CHAIN_OFFICER.value)
    return Role(chosen) if chosen in set(Role) else Role.CHAIN_OFFICER


def from_outside() -> bool:
    """Whether a request came by the name that phones use, and not from this machine: there everybody is nobody."""
    public = platform().public_host
    return public is not None and urlsplit(f"//{request.headers.get('Host', '')}").hostname == public


def allowed(needed: Permission) -> bool:
    """Whether the current role has the permission: for a page that leaves out what it may not link to."""
    if from_outside():
        return needed is Permission.PUBLIC
    return needed in GRANTS[current_role()]


def require(needed: Permission) -> None:
    """Raise Forbidden unless the current role has the permission."""
    if not allowed(needed):
        role = current_role()
        raise Forbidden(needed, role, ROLE_NAMES[role])


def declared(app: Flask) -> dict[str, Permission]:
    """Endpoint → its declared permission. Raises RuntimeError naming the endpoints that declare none."""
    found = {name: getattr(view, PERMISSION, None) for name, view in app.view_functions.items()}
    if undeclared := sorted(name for name, needed in found.items() if needed is None):
        raise RuntimeError(f"routes without a declared permission: {', '.join(undeclared)}")
    return {name: needed for name, needed in found.items() if needed is not None}


def deny_by_default(app: Flask) -> None:
    """Hold every request to the permission of its endpoint. Call it when all routes are registered.

    An unknown address or method has no endpoint: nothing stands behind it, and it ends as 404 or 405.
    """
    permissions = declared(app)
    bodies = {name: largest for name, view in app.view_functions.items() if (largest := getattr(view, LARGEST_BODY, 0))}

    @app.before_request
    def guard() -> None:
        if request.endpoint is None:
            return
        if from_outside() and permissions[request.endpoint] is not Permission.PUBLIC:
            abort(404)
        require(permissions[request.endpoint])
        if request.endpoint in bodies:
            request.max_content_length = bodies[request.endpoint]


# --- the matrix -------------------------------------------------------------------------------------------------------

_HEAD = """# Permissions 权限

Who may call what. Every route declares one permission, a role has a fixed set of them, everything else is denied;
a route that declares none stops the server at start. `web/security.py` declares it, `python -m web.generated` writes
this page, and a test calls every route in every role and compares.

Until accounts come, the roles can be chosen only in the demo (`lianxin serve --demo`). Without `--demo` the server
listens on this machine alone, and whoever sits at it is the administrator. ● may, – may not.

| address | permission |"""


def matrix(app: Flask) -> str:
    """The page `docs/permissions.md`: every route with its permission, cell by cell for every role."""
    permissions = declared(app)
    lines = [_HEAD + "".join(f" {ROLE_NAMES[role]} {role.replace('_', ' ')} |" for role in Role)]
    lines.append("|---|---|" + ":-:|" * len(Role))
    for address, endpoint in routes(app):
        needed = permissions[endpoint]
        cells = "".join(f" {'●' if needed in GRANTS[role] else '–'} |" for role in Role)
        lines.append(f"| `{address}` | {needed} |{cells}")
    return "\n".join(lines) + "\n"


def routes(app: Flask) -> list[tuple[str, str]]:
    """Every address with its method, as people read it, and its endpoint; by address."""
    return sorted(
        (f"{method} {rule.rule}", rule.endpoint)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    )
