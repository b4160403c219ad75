"""Who asks 来访者: an account by its session or its key, the operator at this machine, a guest of the demo, or nobody.

Looked up once a request. While the ledger has no account, whoever sits at this machine is the administrator; from the
first account on everybody logs in. In the demo whoever has not logged in looks around as a chain officer.
"""

from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlsplit

from flask import g, request, session
from werkzeug.wrappers import Response as AnyResponse

from cases import api_keys, sessions
from cases.accounts import Account, Role
from lianxin.clock import utc_now
from web.state import platform

COOKIE: Final = "lianxin_session"
_BEARER: Final = "bearer "


@dataclass(frozen=True, slots=True)
class Visitor:
    """来访者. `role`: None for nobody. `by_key`: a program. `over`: its session lets nobody in any more."""

    role: Role | None
    account: Account | None = None
    by_key: bool = False
    over: bool = False

    @property
    def signature(self) -> str:
        """What stands beside what somebody states or does: the role, and the account where there is one."""
        role = "" if self.role is None else self.role.value
        return role if self.account is None else f"{role} {self.account.name}"


NOBODY: Final = Visitor(None)


def visitor() -> Visitor:
    """Whoever asks. Raises KeyRefused, StoreUnavailable."""
    if "visitor" not in g:
        g.visitor = NOBODY  # where the look-up fails: the page that says so is drawn for nobody
        g.visitor = _found()
    found: Visitor = g.visitor
    return found


def from_outside() -> bool:
    """Whether a request came by the name that phones use, and not from this machine: there nobody is the operator."""
    public = platform().public_host
    return public is not None and urlsplit(f"//{request.headers.get('Host', '')}").hostname == public


def remember(response: AnyResponse, token: str) -> None:
    """Hand out the token of a new session; the one before it ends, and so do the forms that were open under it."""
    _forget_forms()
    response.set_cookie(COOKIE, token, httponly=True, samesite="Lax", secure=platform().secure)


def forget(response: AnyResponse) -> None:
    """Take the token back."""
    _forget_forms()
    response.delete_cookie(COOKIE, httponly=True, samesite="Lax", secure=platform().secure)


def _forget_forms() -> None:
    if token := request.cookies.get(COOKIE):
        sessions.end(platform().ledger, token, utc_now())
    session.clear()


def _found() -> Visitor:
    ledger = platform().ledger
    if (key := _key()) is not None:
        account = api_keys.let_in(ledger, key, utc_now())
        return Visitor(account.role, account, by_key=True)
    token = request.cookies.get(COOKIE)
    found = sessions.find(ledger, token, utc_now()) if token else None
    if found is not None:
        return Visitor(found.account.role, found.account)
    return replace(_without_login(), over=bool(token))


def _key() -> str | None:
    """The key of a program, on the API alone; None where none is sent: what else a proxy asks for is its own affair."""
    sent = request.headers.get("Authorization", "")
    if not request.path.startswith("/api/") or not sent.lower().startswith(_BEARER):
        return None
    return sent[len(_BEARER) :].strip()


def _without_login() -> Visitor:
    if platform().demo:
        return Visitor(Role.CHAIN_OFFICER)
    if from_outside() or platform().locked():
        return NOBODY
    return Visitor(Role.ADMINISTRATOR)
