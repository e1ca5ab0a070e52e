"""Which requests are accepted, and what a browser may do with the answer; SECURITY.md says why.

A page on another site can make a visitor's browser send requests to this server. It cannot send
JSON or a header of its own, because a browser asks first and this server never agrees. Readings
need no more: they are open to anyone and know nothing about the visitor. What is stored needs
`require_trusted_host`, too.
"""

import ipaddress
import socket
from collections.abc import Callable
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, request

from webapp.body import WRONG_TYPE
from webapp.problems import Problem

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
# Browsers send Sec-Fetch-Site to https and loopback only; no page can change it.
WELCOME_SITES = ("same-origin", "same-site", "none")
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "worker-src": "'self'",
    "manifest-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
}
# A blob: address leads to what the page itself holds: a photo that its user gave it.
POLICY_WITH_BLOBS = POLICY | {"img-src": "'self' data: blob:"}


def write_policy(policy: dict[str, str]) -> str:
    """Return a Content-Security-Policy as the header has it."""
    return "; ".join(f"{key} {value}" for key, value in policy.items())


HEADERS = {
    "Content-Security-Policy": write_policy(POLICY),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    # Not no-referrer: with it some requests of our own page carry `Origin: null`.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


def register_security(app: Flask) -> None:
    """Check where every request comes from and add the headers to every answer."""
    app.before_request(refuse_other_encodings)
    app.before_request(refuse_other_sites)
    app.before_request(refuse_other_bodies)
    app.after_request(add_headers)


def refuse_other_encodings() -> None:
    """Raise Problem for an address with raw bytes after its ? that are not UTF-8."""
    try:
        request.query_string.decode()
    except UnicodeDecodeError as error:
        raise Problem(400, "The address must be in UTF-8. Write other bytes as %80.") from error


def refuse_other_sites() -> None:
    """Raise Problem if a browser says that another site's page sends more than a plain GET."""
    site = request.headers.get("Sec-Fetch-Site", "none")
    if request.method not in SAFE_METHODS and site not in WELCOME_SITES:
        raise Problem(
            403, "Requests from other sites are refused. Open the board itself and draw there."
        )


def refuse_other_bodies() -> None:
    """Raise Problem for a POST that any page's form could send: not JSON and no X-Board header."""
    if request.method != "POST" or request.routing_exception:
        return
    if request.mimetype == "application/json":
        return
    view = current_app.view_functions[request.endpoint]
    if not getattr(view, "takes_other_bodies", False):
        raise Problem(415, WRONG_TYPE)
    if request.headers.get("X-Board") != "1":
        raise Problem(403, "A POST that is not JSON needs the header X-Board: 1. Add it.")


def takes_other_bodies(view: Callable) -> Callable:
    """Mark a view whose POST may have another body than JSON, or none: it needs X-Board: 1."""
    view.takes_other_bodies = True
    return view


def shows_blobs(view: Callable) -> Callable:
    """Mark a page whose script shows pictures that its user gave it, such as a photo."""
    view.shows_blobs = True
    return view


def may_be_kept(view: Callable) -> Callable:
    """Mark a view of the API whose answer a browser may keep, if it asks each time anew."""
    view.may_be_kept = True
    return view


def require_trusted_host() -> None:
    """Raise Problem unless Host is a name that another site cannot have made to lead here.

    For whatever stores, changes or hands out stored things, GETs included: call it first in a
    view, or give it to a blueprint's `before_request`.
    """
    if not is_trusted_host(request.headers.get("Host", "")):
        raise Problem(
            403,
            "This server does not know the name under which you opened it. Open it by its IP "
            "address, or restart it with --trusted-host and that name; under gunicorn, write the "
            "name into BOARD_TRUSTED_HOSTS.",
        )


def is_trusted_host(host: str) -> bool:
    """Whether Host is an IP address, localhost, this machine's name or a --trusted-host."""
    try:
        name = (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:  # such as half an IPv6 address
        return False
    given = [known.lower() for known in current_app.config["OWN_NAMES"]]
    return is_address(name) or name in {"localhost", *list_machine_names(), *given}


def is_address(name: str) -> bool:
    """Whether a host is an IP address, which nobody else's DNS can answer for."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def list_machine_names() -> set[str]:
    """Return this machine's name as it is, without its domain, and as the local network asks."""
    name = socket.gethostname().lower()
    short = name.partition(".")[0]
    return {name, short, f"{short}.local"} if short else set()


def add_headers(response: Response) -> Response:
    """Add the security headers to an answer; answers of the API are not cached, but for some."""
    response.headers.update(HEADERS)
    view = current_app.view_functions.get(request.endpoint)
    if getattr(view, "shows_blobs", False):
        response.headers["Content-Security-Policy"] = write_policy(POLICY_WITH_BLOBS)
    if is_opened_over_plain_http():
        del response.headers["Cross-Origin-Opener-Policy"]
    if request.path.startswith("/api/"):
        is_kept = getattr(view, "may_be_kept", False) and response.status_code in (200, 304)
        response.headers["Cache-Control"] = "no-cache" if is_kept else "no-store"
    return response


def is_opened_over_plain_http() -> bool:
    """Whether a browser opens a page over plain HTTP in a network.

    There it ignores Cross-Origin-Opener-Policy and reports that as an error in its console.
    """
    is_page = "Upgrade-Insecure-Requests" in request.headers
    return is_page and "Sec-Fetch-Site" not in request.headers and not request.is_secure
