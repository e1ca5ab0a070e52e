"""Which requests are accepted, and what a browser may do with the answer.

A page on another site can make a visitor's browser send requests to this server; they are refused.
A page whose name is made to resolve to this machine (DNS rebinding) is its own origin and gets
through: it reaches a digit reader that is open to anyone and knows nothing about the visitor. To
refuse that, too, list this server's names in TRUSTED_HOSTS.
"""

from flask import Flask, Response, request

from webapp.problems import Problem

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
}
HEADERS = {
    "Content-Security-Policy": "; ".join(f"{key} {value}" for key, value in POLICY.items()),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    # Not no-referrer: with it some requests of our own page carry `Origin: null`.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


def register_security(app: Flask) -> None:
    """Check every request's origin and add the headers to every answer."""
    app.before_request(refuse_other_origins)
    app.after_request(add_headers)


def refuse_other_origins() -> None:
    """Raise Problem if another site's page sends a request that is not a plain GET."""
    if request.method not in SAFE_METHODS and is_from_elsewhere():
        raise Problem(
            403, "Requests from other sites are refused. Open the board itself and draw there."
        )


def is_from_elsewhere() -> bool:
    """Whether a browser says that another origin's page sent this request.

    Sec-Fetch-Site decides if it is there: a proxy may change Host, but no page can change
    Sec-Fetch-Site. Programs such as curl send neither header.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = request.headers.get("Origin")
    return origin is not None and origin not in own_origins()


def own_origins() -> tuple[str, str]:
    """Return this server's origin under the name that the request used, without and with TLS."""
    host = request.headers.get("Host", "")
    return f"http://{host}", f"https://{host}"


def add_headers(response: Response) -> Response:
    """Add the security headers to an answer; answers of the API are never cached."""
    response.headers.update(HEADERS)
    if request.path.startswith("/api/"):
        response.headers["Cache-Control"] = "no-store"
    return response
