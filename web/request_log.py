"""The request log: one JSON line a request, by route pattern, never by address or query; and the number of a request.

A key in an address names a party, so neither addresses nor messages of errors are written.
"""

import sys
import time
import traceback
from http import HTTPMethod
from typing import Any
from uuid import uuid4

import structlog
from flask import Flask, Response, g, has_app_context, request

KNOWN_METHODS = frozenset(HTTPMethod)  # a method is free text of the client


def request_id() -> str:
    """The number of this request, shown on error pages and written to the log: drawn by us, never the client's."""
    if "request_id" not in g:
        g.request_id = uuid4().hex[:16]
    number: str = g.request_id
    return number


def logger() -> Any:
    """Writes JSON lines to standard error."""
    return structlog.wrap_logger(
        structlog.PrintLogger(sys.stderr),
        processors=[
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )


def log_requests(app: Flask) -> None:
    """Number every request and write its line when it is answered."""

    @app.before_request
    def start() -> None:
        g.started = time.perf_counter()

    @app.after_request
    def write(response: Response) -> Response:
        response.headers["X-Request-Id"] = request_id()
        logger().info(
            "request",
            method=request.method if request.method in KNOWN_METHODS else "other",
            route=request.url_rule.rule if request.url_rule else None,
            status=response.status_code,
            ms=round((time.perf_counter() - g.get("started", time.perf_counter())) * 1000, 1),
            request_id=request_id(),
        )
        return response


def log_failure(error: Exception) -> None:
    """Write an unexpected error: its class and where it arose, without its message, which may quote a party. What runs
    beside the requests has no number."""
    frames = traceback.extract_tb(error.__traceback__)
    logger().error(
        "unexpected error",
        error=type(error).__qualname__,
        at=[f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
        request_id=request_id() if has_app_context() else None,
    )
