"""The token: who has it may use the machine's own hand, and see all hands together.

Who uses the board alone never meets it: the pages carry it themselves. It is worth something as
soon as others can open the pages, and then it is printed where the server was started.
"""

import hmac
import ipaddress
import secrets
from urllib.parse import urlsplit

from flask import Flask, current_app, request

from webapp.problems import Problem
from webapp.security import is_trusted_host

HEADER = "X-Board-Token"
WRONG = (
    "The token is not this server's: it has been restarted since. Reload the page, or open the "
    "address ending in #token=… that the server printed when it started."
)


def register_token(app: Flask) -> None:
    """Give the app a token, a random one unless it is configured."""
    app.config["TOKEN"] = app.config["TOKEN"] or secrets.token_urlsafe(16)


def has_token() -> bool:
    """Whether the request carries the token; raises Problem if it carries a wrong one."""
    given = request.headers.get(HEADER)
    if given is None:
        return False
    if not hmac.compare_digest(given.encode(), current_app.config["TOKEN"].encode()):
        raise Problem(403, WRONG, wrong_token=True)
    return True


def need_token() -> None:
    """Raise Problem unless the request carries the token."""
    if not has_token():
        raise Problem(
            403,
            "This needs the token, in the header X-Board-Token. Open the address ending in "
            "#token=… that the server printed when it started.",
        )


def find_page_token() -> str | None:
    """Return the token for a page to carry; None where others could open the page, too."""
    return current_app.config["TOKEN"] if is_used_alone() else None


def is_used_alone() -> bool:
    """Whether the request can only come from somebody at this machine.

    The server listens on loopback alone, and nothing says that a proxy passed the request on. A
    proxy that hides itself still speaks HTTP/1.0, as nginx does unless told otherwise; and a name
    that was made to lead here (DNS rebinding) is not loopback's.
    """
    if not current_app.config["LISTENS_ON_LOOPBACK"] or current_app.config["BEHIND_PROXY"]:
        return False
    if any(is_forwarded(name) for name, _ in request.headers):
        return False
    is_browser = request.environ.get("SERVER_PROTOCOL") != "HTTP/1.0"
    return is_browser and is_loopback_name(request.headers.get("Host", ""))


def is_forwarded(header: str) -> bool:
    """Whether a header is one that proxies add."""
    name = header.lower()
    return name in ("forwarded", "via", "x-real-ip") or name.startswith("x-forwarded-")


def is_loopback_name(host: str) -> bool:
    """Whether a Host is localhost or one of loopback's addresses."""
    if not is_trusted_host(host):
        return False
    name = (urlsplit(f"//{host}").hostname or "").lower()
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"
