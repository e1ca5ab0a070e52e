"""Addresses are relative to the page that holds them, so that the app works under any path.

A proxy that strips its own path from requests needs no flag: http://class.example/board/ asks for
`static/css/base.css` and finds it. One that passes the path whole needs --prefix.
"""

from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, Response, abort, current_app, redirect, request

OUTSIDE = "webapp.outside"  # in the environment of a request that is not under the prefix


def register_addresses(app: Flask) -> None:
    """Serve the app under its prefix; templates write relative addresses."""
    app.jinja_env.globals["url_for"] = relative_url
    if app.config["PREFIX"]:
        app.before_request(refuse_outside)
        app.wsgi_app = Prefix(app.wsgi_app, app.config["PREFIX"])


def relative_url(endpoint: str, **values: Any) -> str:  # noqa: ANN401
    """Return an endpoint's address, relative to the address that is being answered."""
    if endpoint == "static":
        values["filename"] = current_app.add_version(values["filename"])
    path = current_app.url_map.bind("").build(endpoint, values).removeprefix("/")
    return f"{find_root()}{path}".removeprefix("./") or "./"


def find_root() -> str:
    """Return the way from the address that is being answered to the board: ./, ../ or longer."""
    prefix = request.environ.get(OUTSIDE)
    ups = "../" * (request.path.count("/") - 1)
    return f"{ups}{prefix[1:]}/" if prefix else ups or "./"


class Prefix:
    """WSGI middleware that takes the prefix off an address and marks addresses without it."""

    def __init__(self, wsgi_app: Callable, prefix: str) -> None:
        self._wsgi_app = wsgi_app
        self._prefix = prefix

    def __call__(self, environ: dict[str, Any], start_response: Callable) -> Iterable[bytes]:
        """Pass the request on, as a copy: the log shows the whole address."""
        path = environ.get("PATH_INFO", "")
        if path.startswith(f"{self._prefix}/"):
            root = environ.get("SCRIPT_NAME", "") + self._prefix
            changed = {"SCRIPT_NAME": root, "PATH_INFO": path.removeprefix(self._prefix)}
        else:
            changed = {OUTSIDE: self._prefix}
        return self._wsgi_app({**environ, **changed}, start_response)


def refuse_outside() -> Response | None:
    """Raise NotFound for an address outside the prefix; lead from the bare prefix to the board."""
    prefix = request.environ.get(OUTSIDE)
    if prefix is not None and request.path != prefix:
        abort(404)
    return redirect(f"{prefix.rpartition('/')[2]}/", 308) if prefix else None
