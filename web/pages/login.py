"""登录 Logging in and out, and one's own password. A password is never kept, shown again or put in an address."""

from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from cases.accounts import ROLE_NAMES, Account, Role
from cases.passwords import LONGEST, SHORTEST, Passwords
from lianxin.clock import utc_now
from lianxin.errors import BadQuestion, LoginRefused, TooManyAttempts
from services.access import change_password, log_in
from services.demo.accounts import name_of
from web.landing import after_login, first_page
from web.parameters import takes
from web.security import Permission, permission
from web.state import platform
from web.visitor import Visitor, forget, remember, visitor

WRONG_OLD: Final = "现在的密码不对"


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """演示账户 One line of the demo's list: role, name and password."""

    role: Role
    role_name: str
    name: str
    password: str


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/login", view_func=login_page)
    blueprint.add_url_rule("/login", view_func=enter, methods=["POST"])
    blueprint.add_url_rule("/logout", view_func=leave, methods=["POST"])
    blueprint.add_url_rule("/account/password", view_func=password_page)
    blueprint.add_url_rule("/account/password", view_func=set_password, methods=["POST"])


@cache
def passwords() -> Passwords:
    """The one that checks for all requests: it limits how many are checked at a time."""
    return Passwords()


# --- in and out -------------------------------------------------------------------------------------------------------


@takes("next", "left")
@permission(Permission.PUBLIC)
def login_page() -> str:
    """GET /login?next=&left=: the form; before the first account how to make one; in the demo its accounts."""
    return _login(request.args.get("next", "/"))


@permission(Permission.PUBLIC)
def enter() -> AnyResponse:
    """POST /login: name, password, next. What is refused stands above the form, which keeps the name."""
    name, wanted = request.form.get("name", ""), request.form.get("next", "/")
    try:
        done = log_in(platform().ledger, passwords(), name, request.form.get("password", ""), _address(), utc_now())
    except LoginRefused as refused:
        return make_response(_login(wanted, name, refused.zh), HTTPStatus.FORBIDDEN)
    except TooManyAttempts as refused:
        return _later(_login(wanted, name, refused.zh), refused)
    response = redirect(after_login(wanted, Visitor(done.account.role, done.account)), 303)
    remember(response, done.token)
    return response


@permission(Permission.PUBLIC)
def leave() -> AnyResponse:
    """POST /logout: the session ends on the server, not in the browser alone."""
    response = redirect(url_for("pages.login_page", left="1"), 303)
    forget(response)
    return response


def _login(wanted: str, name: str = "", refused: str = "") -> str:
    made, who = platform(), visitor()
    return render_template(
        "login.html",
        wanted=wanted,
        name=name,
        refused=refused,
        over=who.over,
        left=bool(request.args.get("left")),
        who=who.account,
        first=first_page(who),
        no_accounts=not made.demo and not made.locked(),
        demo_accounts=_demo_accounts() if made.demo else (),
    )


def _demo_accounts() -> list[DemoAccount]:
    """The accounts of the demo: nothing of them is known where no demo runs."""
    known = platform().demo_passwords
    named = [(role, name_of(role)) for role in Role]
    return [DemoAccount(role, ROLE_NAMES[role], name, known[name]) for role, name in named if name in known]


def _address() -> str:
    """Where a request comes from. Behind a proxy all come from there, and share one count of wrong passwords."""
    return request.remote_addr or ""


def _later(page: str, refused: TooManyAttempts) -> Response:
    response = make_response(page, HTTPStatus.TOO_MANY_REQUESTS)
    response.headers["Retry-After"] = str(refused.seconds)
    return response


# --- one's own password -----------------------------------------------------------------------------------------------


@takes("done")
@permission(Permission.ACCOUNT)
def password_page() -> str:
    """GET /account/password?done="""
    return _password(_own())


@permission(Permission.ACCOUNT)
def set_password() -> AnyResponse:
    """POST /account/password: old, new, again. All sessions of the account end, and this one begins anew."""
    own = _own()
    old, new = request.form.get("old", ""), request.form.get("new", "")
    try:
        if new != request.form.get("again", ""):
            raise BadQuestion("the two new passwords are not the same", "两次输入的新密码不一样")
        done = change_password(platform().ledger, passwords(), own, old, new, _address(), utc_now())
    except BadQuestion as refused:
        return make_response(_password(own, refused.zh), HTTPStatus.UNPROCESSABLE_ENTITY)
    except LoginRefused:
        return make_response(_password(own, WRONG_OLD), HTTPStatus.FORBIDDEN)
    except TooManyAttempts as refused:
        return _later(_password(own, refused.zh), refused)
    response = redirect(url_for("pages.password_page", done="1"), 303)
    remember(response, done.token)
    return response


def _own() -> Account:
    """The account that asks. Raises BadQuestion where there is none of its own."""
    account = visitor().account
    if account is None or platform().demo:
        raise BadQuestion(
            "there is no password of your own to change: the operator at this machine has none, and the demo's are "
            "drawn anew at each start",
            "没有可以改的密码：本机操作不用密码，演示账户的密码每次启动重新生成",
        )
    return account


def _password(own: Account, refused: str = "") -> str:
    return render_template(
        "password.html",
        own=own,
        refused=refused,
        done=bool(request.args.get("done")),
        shortest=SHORTEST,
        longest=LONGEST,
    )
