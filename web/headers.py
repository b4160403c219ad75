"""Security headers on every answer: nothing from elsewhere, nothing inline, no script, nothing kept by caches.

A page may set one of them itself where it has to be stricter.
"""

from flask import Flask, Response

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self' data:",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # an address names an enterprise: other sites must not learn it
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
KEPT_BY_CACHES = ("text/css", "text/javascript", "application/javascript", "image/", "font/")


def secure(app: Flask) -> None:
    """Set the headers; only style sheets, scripts and pictures may be stored by a browser or a proxy."""

    @app.after_request
    def set_headers(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if not (response.mimetype or "").startswith(KEPT_BY_CACHES):
            response.headers["Cache-Control"] = "no-store"
        return response
