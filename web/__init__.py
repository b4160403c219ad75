"""The web floor: `create_app` puts the platform, the API and the pages together; `serving` listens.

Where the clock enters, where the permission of every route is collected, where errors become answers.
"""

import secrets
from collections.abc import Callable, Mapping
from datetime import date
from urllib.parse import urlsplit

from flask_openapi.models.info import Info
from flask_openapi.openapi import OpenAPI

from graph.ledger import Ledger
from graph.views import open_views
from lianxin.settings import Settings
from lianxin.version import VERSION
from web import api, headers, pages, request_log, roles, security, state
from web.api import docs, models, problems
from web.api.operation import SECURITY_SCHEMES
from web.pages import phone

__all__ = ["create_app"]

MAX_BODY = 96 * 1024  # bytes: a plan over a hundred records, the largest that comes in, has three quarters of it
LOOPBACK = ["localhost", "127.0.0.1"]
_INFO = Info(
    title="链信 lianxin",
    version=VERSION,
    description="产业链对接与信用修复的接口，只读。每条依据都带来源；已证实、企业自述、推测三种依据分开计数，从不相加。"
    "出错时答复 RFC 9457 problem+json。Read-only; every link carries its source; the three bases are never added.",
)


def create_app(
    ledger: Ledger,
    *,
    demo: bool = False,
    today: Callable[[], date],
    settings: Settings | None = None,
    demo_passwords: Mapping[str, str] | None = None,
) -> OpenAPI:
    """The application over one ledger. `today` is its only clock of days; in the `demo` anybody may log in as anybody:
    `demo_passwords`, by the name of the account, stand on its login page.

    Raises RuntimeError when a route declares no permission, StoreUnavailable when a Neo4j server is named in the
    settings and does not answer.
    """
    chosen = settings or Settings()
    app = OpenAPI(
        __name__,
        info=_INFO,
        doc_ui=False,
        security_schemes=SECURITY_SCHEMES,
        validation_error_model=models.Problem,
        validation_error_callback=lambda error: problems.respond(problems.of_validation(error)),
    )
    app.openapi_version = "3.1.0"
    locked = state.Locked(ledger)
    _configure(app, chosen, everybody=demo or locked())
    views = open_views(ledger, chosen.neo4j, request_log.log_failure)
    app.extensions[state.EXTENSION] = state.Platform(
        ledger=ledger,
        views=views,
        today=today,
        division=chosen.division,
        demo=demo,
        locked=locked,
        base_url=chosen.base_url,
        public_host=None if demo else _public_host(chosen),
        secure=_secure(chosen),
        demo_passwords=demo_passwords or {},
    )
    app.view_functions["static"] = security.permission(security.Permission.PUBLIC)(app.view_functions["static"])
    app.register_api(api.blueprint)
    app.register_blueprint(docs.blueprint)
    app.register_blueprint(pages.blueprint)
    app.register_blueprint(phone.blueprint)
    if demo:
        app.register_blueprint(roles.blueprint)
    headers.secure(app)
    request_log.log_requests(app)
    problems.install(app)
    security.deny_by_default(app)
    security.protect_forms(app)  # after the guard: who may not call a route learns nothing of its form
    return app


def _configure(app: OpenAPI, settings: Settings, *, everybody: bool) -> None:
    """`everybody`: whether others than the operator at this machine may come."""
    app.config.update(
        SECRET_KEY=settings.secret_key or secrets.token_hex(32),
        SESSION_COOKIE_NAME="lianxin",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=_secure(settings),
        MAX_CONTENT_LENGTH=MAX_BODY,
        WTF_CSRF_TIME_LIMIT=None,  # the token lives as long as the session: a page left open overnight still works
    )
    if not everybody:
        # There are no accounts yet. A foreign site whose name is made to point at this machine must not read it.
        public = _public_host(settings)
        app.config["TRUSTED_HOSTS"] = LOOPBACK if public is None else [*LOOPBACK, public]


def _public_host(settings: Settings) -> str | None:
    """The name by which phones reach this platform; None where that is this machine itself."""
    host = urlsplit(settings.base_url or "").hostname
    return None if host in LOOPBACK else host


def _secure(settings: Settings) -> bool:
    """Whether cookies may go over https alone."""
    return urlsplit(settings.base_url or "").scheme == "https"
