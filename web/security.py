"""Access 权限: every route declares its permission; a role has a fixed set of them, each with how far it reaches;
everything else is denied.

A route that reads or writes the records of one party or one authority asks `reach` and hands it on to the service that
finds them: a limited role gets no answer from a route that did not ask. The matrix endpoint × role stands in
`docs/permissions.md`; `python -m web.generated` writes it anew.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import TypeVar

from flask import Flask, Response, abort, g, request
from flask_wtf import CSRFProtect

from cases.accounts import ROLE_NAMES, Account, Role
from cases.reach import EVERYTHING, Reach
from lianxin.errors import Forbidden, NotLoggedIn, OutOfScope, SessionOver
from web.state import platform
from web.visitor import from_outside, visitor

Handler = TypeVar("Handler", bound=Callable[..., object])
PERMISSION = "lianxin_permission"
CHANGES_NOTHING = "lianxin_changes_nothing"
LARGEST_BODY = "lianxin_largest_body"


class Permission(StrEnum):
    """What a route lets somebody do 权限."""

    PUBLIC = "public"  # health, static files, the API description, logging in and out
    ACCOUNT = "account"  # one's own account: its password
    GRAPH_READ = "graph.read"  # enterprises, chains, search: registers without personal data
    PARTNERS_READ = "partners.read"  # partner candidates and why-not
    LOADS_READ = "loads.read"  # load reports: refused values are shown
    CREDIT_READ = "credit.read"  # credit records of enterprises, with what the rules say of them
    REPAIR_CHECK = "repair.check"  # what the rules say of facts that the asker states himself: nothing is read
    REPAIR_OVERSEE = "repair.oversee"  # lists over the records of all parties
    NOTICE_WRITE = "notice.write"  # notices of decisions, and the links in their codes
    CLAIM_WRITE = "claim.write"  # what an enterprise says of its records, taken down for it
    PROOF_READ = "proof.read"  # documents that an enterprise handed in: they may name persons
    CASE_READ = "case.read"  # cases, as far as the role takes part in them
    CASE_ACT = "case.act"  # opening cases and acting in them: which act, the definition says
    REPORTS_READ = "reports.read"  # reports of touts


class Scope(StrEnum):
    """范围 How far a permission reaches."""

    ALL = "all"  # 全部
    OWN = "own"  # 本企业: the enterprise that the account acts for
    RECOGNISED = "recognised"  # 本单位认定: the records that the authorities of the account made

    @property
    def sign(self) -> str:
        """How the matrix shows it."""
        return "●" if self is Scope.ALL else "◐"


Grants = Mapping[Permission, Scope]


def _each(scope: Scope, *permissions: Permission) -> dict[Permission, Scope]:
    return dict.fromkeys(permissions, scope)


_NOBODY = _each(Scope.ALL, Permission.PUBLIC)
_ASK = {**_NOBODY, **_each(Scope.ALL, Permission.ACCOUNT, Permission.REPAIR_CHECK)}
_GRAPH = {**_ASK, **_each(Scope.ALL, Permission.GRAPH_READ)}
_ALL = {**_GRAPH, **_each(Scope.ALL, Permission.PARTNERS_READ, Permission.LOADS_READ, Permission.CREDIT_READ)}
_OVERSEE = _each(Scope.ALL, Permission.REPAIR_OVERSEE, Permission.PROOF_READ, Permission.REPORTS_READ)
GRANTS: Mapping[Role, Grants] = {
    Role.CHAIN_OFFICER: _ALL,
    Role.ENTERPRISE: _ASK
    | _each(Scope.OWN, Permission.CREDIT_READ, Permission.CLAIM_WRITE, Permission.PROOF_READ)
    | _each(Scope.OWN, Permission.CASE_READ, Permission.CASE_ACT),
    Role.REPAIR_AUTHORITY: _GRAPH
    | _each(Scope.RECOGNISED, Permission.CREDIT_READ, Permission.NOTICE_WRITE, Permission.CLAIM_WRITE)
    | _each(Scope.RECOGNISED, Permission.REPAIR_OVERSEE, Permission.PROOF_READ)
    | _each(Scope.RECOGNISED, Permission.CASE_READ, Permission.CASE_ACT),
    Role.BANK_OFFICER: _ASK,  # a bank sees nothing without consent, which comes later
    Role.INSTITUTE: _GRAPH,
    Role.LEAD_DEPARTMENT: _ALL | _OVERSEE | _each(Scope.ALL, Permission.CASE_READ, Permission.CASE_ACT),
    Role.ADMINISTRATOR: _each(Scope.ALL, *Permission),
    Role.AUDITOR: _GRAPH
    | _each(Scope.ALL, Permission.LOADS_READ, Permission.CREDIT_READ, Permission.CASE_READ)
    | _OVERSEE,
}
"""Role → what it may, and how far."""


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


def granted() -> Grants:
    """What whoever asks may."""
    role = visitor().role
    return _NOBODY if role is None else GRANTS[role]


def allowed(needed: Permission) -> bool:
    """Whether whoever asks has the permission: for a page that leaves out what it may not link to."""
    return needed is Permission.PUBLIC or needed in granted()


def require(needed: Permission) -> None:
    """Raises Forbidden unless whoever asks has the permission; for nobody NotLoggedIn, SessionOver."""
    if allowed(needed):
        return
    who = visitor()
    if who.role is None:
        raise SessionOver if who.over else NotLoggedIn
    raise Forbidden(needed, who.role, ROLE_NAMES[who.role])


def reach(needed: Permission) -> Reach:
    """How far a permission reaches for whoever asks: the one question of every route over single records.

    Raises as `require`, and OutOfScope where nothing is reached.
    """
    require(needed)
    g.setdefault("reached", set()).add(needed)
    scope, account = granted()[needed], visitor().account
    return EVERYTHING if scope is Scope.ALL else _limits(scope, account)


def _limits(scope: Scope, account: Account | None) -> Reach:
    if account is not None and scope is Scope.OWN and account.duty.enterprise:
        return Reach(enterprise=account.duty.enterprise)
    if account is not None and scope is Scope.RECOGNISED and account.duty.authorities:
        return Reach(authorities=frozenset(account.duty.authorities))
    raise OutOfScope


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
        needed = permissions[request.endpoint]
        if needed is not Permission.PUBLIC and from_outside() and not platform().locked():
            abort(404)
        require(needed)
        if request.endpoint in bodies:
            request.max_content_length = bodies[request.endpoint]

    @app.after_request
    def asked(response: Response) -> Response:
        """What went past the limits of a role leaves with nobody."""
        needed = permissions.get(request.endpoint or "", Permission.PUBLIC)
        if needed is Permission.PUBLIC or response.status_code >= 400 or request.method == "OPTIONS":
            return response
        scope = granted().get(needed, Scope.ALL)  # whoever may not at all was sent to the login page
        if scope is not Scope.ALL:
            if needed not in g.get("reached", ()):
                raise RuntimeError(f"{request.endpoint} did not ask how far {needed} reaches")
            response.headers["X-Scope"] = scope.value
        return response


def protect_forms(app: Flask) -> None:
    """Hold every request that changes something to the token of its form; a program with a key has no forms."""
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False  # the library knows no keys: we ask it
    tokens, free = CSRFProtect(app), without_token(app)

    @app.before_request
    def check() -> None:
        if request.endpoint is None or request.method not in app.config["WTF_CSRF_METHODS"]:
            return
        asks_only = app.view_functions[request.endpoint] in free
        if app.config["WTF_CSRF_ENABLED"] and not asks_only and not visitor().by_key:
            tokens.protect()


# --- the matrix -------------------------------------------------------------------------------------------------------

_HEAD = """# Permissions 权限

Who may call what, and how far it reaches. Every route declares one permission, a role has a fixed set of them,
everything else is denied; a route that declares none stops the server at start. `web/security.py` declares it,
`python -m web.generated` writes this page, and a test calls every route in every role and compares.

● may, over everything; ◐ may, within limits: an enterprise over its own records, a repair authority over the records
that its authorities made; – may not. What lies beyond the limits is answered alike, whether it exists or not. Whoever
has not logged in may what is public. How accounts are made and what they are for: [access.md](access.md).

| address | permission |"""


def matrix(app: Flask) -> str:
    """The page `docs/permissions.md`: every route with its permission, cell by cell for every role."""
    permissions = declared(app)
    lines = [_HEAD + "".join(f" {ROLE_NAMES[role]} {role.replace('_', ' ')} |" for role in Role)]
    lines.append("|---|---|" + ":-:|" * len(Role))
    for address, endpoint in routes(app):
        needed = permissions[endpoint]
        cells = "".join(f" {scope.sign if (scope := GRANTS[role].get(needed)) else '–'} |" for role in Role)
        lines.append(f"| `{address}` | {needed} |{cells}")
    return "\n".join(lines) + "\n"


def routes(app: Flask) -> list[tuple[str, str]]:
    """Every address with its method, as people read it, and its endpoint; by address."""
    return sorted(
        (f"{method} {rule.rule}", rule.endpoint)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    )
