"""A line for every request: method, path, status, milliseconds."""

import logging
import time
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote

log = logging.getLogger(__name__)

MAX_PATH = 200


class RequestLog:
    """WSGI middleware, so that every answer is logged, whoever gave it."""

    def __init__(self, wsgi_app: Callable) -> None:
        self._wsgi_app = wsgi_app

    def __call__(self, environ: dict[str, Any], start_response: Callable) -> Iterable[bytes]:
        """Pass the request on and log its answer."""
        started = time.perf_counter()

        def start_and_log(status: str, headers: list, exc_info: Any = None) -> Callable:  # noqa: ANN401
            milliseconds = (time.perf_counter() - started) * 1000
            log.info("%s %s ms", describe_request(environ, status), f"{milliseconds:.1f}")
            return start_response(status, headers, exc_info)

        return self._wsgi_app(environ, start_and_log)


def describe_request(environ: dict[str, Any], status: str) -> str:
    """Return method, path and status; anything that could break a line or a terminal is quoted."""
    method = quote(environ["REQUEST_METHOD"][:20], safe="")
    # WSGI passes the path's bytes as latin-1.
    path = quote(environ.get("PATH_INFO", "").encode("latin-1"), safe="/:@~+,=")
    return f"{method} {path[:MAX_PATH]} {status[:3]}"
