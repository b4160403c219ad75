"""Access 权限: every route declares its permission; a role has a fixed set of them; everything else is denied."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import TypeVar

from flask import Flask, session

from lianxin.errors import Forbidden
from web.state import platform

Handler = TypeVar("Handler", bound=Callable[..., object])
PERMISSION = "lianxin_permission"


class Permission(StrEnum):
    """What a route lets somebody do 权限."""

    PUBLIC = "public"  # health, static files, the API description, the choice of a demo role
    GRAPH_READ = "graph.read"  # enterprises, chains, search: registers without personal data
    PARTNERS_READ = "partners.read"  # partner candidates and why-not
    LOADS_READ = "loads.read"  # load reports: refused values are shown


class Role(StrEnum):
    """Who asks 角色. Until accounts come, the demo offers them in its header."""

    CHAIN_OFFICER = "chain_officer"
    ENTERPRISE = "enterprise"
    REPAIR_AUTHORITY = "repair_authority"
    BANK_OFFICER = "bank_officer"
    INSTITUTE = "institute"
    LEAD_DEPARTMENT = "lead_department"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


ROLE_NAMES: Mapping[Role, str] = {
    Role.CHAIN_OFFICER: "链专员",
    Role.ENTERPRISE: "企业",
    Role.REPAIR_AUTHORITY: "认定单位",
    Role.BANK_OFFICER: "银行",
    Role.INSTITUTE: "院所",
    Role.LEAD_DEPARTMENT: "牵头部门",
    Role.ADMINISTRATOR: "管理员",
    Role.AUDITOR: "审计",
}

_ALL = frozenset({Permission.PUBLIC, Permission.GRAPH_READ, Permission.PARTNERS_READ, Permission.LOADS_READ})
GRANTS: Mapping[Role, frozenset[Permission]] = {
    Role.CHAIN_OFFICER: _ALL,
    Role.ENTERPRISE: frozenset({Permission.PUBLIC}),
    Role.REPAIR_AUTHORITY: frozenset({Permission.PUBLIC, Permission.GRAPH_READ}),
    Role.BANK_OFFICER: frozenset({Permission.PUBLIC}),  # a bank sees nothing without consent, which comes later
    Role.INSTITUTE: frozenset({Permission.PUBLIC, Permission.GRAPH_READ}),
    Role.LEAD_DEPARTMENT: _ALL,
    Role.ADMINISTRATOR: _ALL,
    Role.AUDITOR: frozenset({Permission.PUBLIC, Permission.GRAPH_READ, Permission.LOADS_READ}),
}


def permission(needed: Permission) -> Callable[[Handler], Handler]:
    """Declare what a route needs. A route without this declaration fails at start."""

    def declare(handler: Handler) -> Handler:
        setattr(handler, PERMISSION, needed)
        return handler

    return declare


def current_role() -> Role:
    """The role of this request: in the demo the chosen one, else the operator at this machine (administrator)."""
    if not platform().demo:
        return Role.ADMINISTRATOR
    chosen = session.get("role", Role.CHAIN_OFFICER.value)
    return Role(chosen) if chosen in set(Role) else Role.CHAIN_OFFICER


def require(needed: Permission) -> None:
    """Raise Forbidden unless the current role has the permission."""
    role = current_role()
    if needed not in GRANTS[role]:
        raise Forbidden(needed, role, ROLE_NAMES[role])


def declared(app: Flask) -> dict[str, Permission]:
    """Endpoint → its declared permission. Raises RuntimeError naming the endpoints that declare none."""
    found = {name: getattr(view, PERMISSION, None) for name, view in app.view_functions.items()}
    if undeclared := sorted(name for name, needed in found.items() if needed is None):
        raise RuntimeError(f"routes without a declared permission: {', '.join(undeclared)}")
    return {name: needed for name, needed in found.items() if needed is not None}
