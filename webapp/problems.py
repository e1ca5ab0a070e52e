"""Every error has one format: RFC 9457 under /api/, a small page elsewhere."""

import errno
import json
import logging
import os
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from flask import Flask, Response, current_app, request
from markupsafe import escape
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from ml.errors import UnknownModelError
from webapp.addresses import find_root
from webapp.store.errors import ArchiveError

log = logging.getLogger(__name__)

API_PREFIX = "/api/"
LATER = 2  # seconds after which to ask again where a 503 does not say when
DETAILS = {
    400: "The request is invalid. Check it and send it again.",
    404: "There is nothing at this address.",
    413: "The request is too large. Send a smaller picture.",
    500: "Something went wrong on the server, not in your request. Try again in a moment.",
}
DISK_FAILURES = {
    getattr(errno, name, None) for name in ("ENOSPC", "EDQUOT", "EFBIG", "EROFS", "EIO", "EACCES")
}
# Not one of the pages' templates: an error in those is shown with this page.
PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<link rel="stylesheet" href="{root}static/css/base.css">
<link rel="stylesheet" href="{root}static/css/text.css">
<header class="masthead">
<p class="masthead__title"><a href="{root}">Digit board</a></p>
</header>
<main class="page">
<header class="opening">
<h1>{title}</h1>
<p class="opening__lead">{detail}</p>
<p class="opening__lead"><a href="{root}">Open the drawing board</a></p>
</header>
</main>
</html>
"""


class Problem(HTTPException):
    """A refused request; `detail` tells a person what to change.

    Keyword arguments become extension members of the answer (RFC 9457, 3.2).
    """

    retry_after: int | None = None  # seconds, for the header Retry-After

    def __init__(self, status: int, detail: str, **members: Any) -> None:  # noqa: ANN401
        super().__init__(detail)
        self.code = status
        self.detail = detail
        self.members = members

    def to_dict(self) -> dict[str, Any]:
        """Return the problem as the object of RFC 9457."""
        return build_problem(self.code, HTTPStatus(self.code).phrase, self.detail) | self.members


def register_problems(app: Flask) -> None:
    """Send every error of the app, expected or not, through `answer_problem`.

    Those of the store are in webapp/hands/faults.py: how much they say depends on who asks.
    """
    app.register_error_handler(HTTPException, answer_http_error)
    app.register_error_handler(UnknownModelError, answer_unknown_model)
    app.register_error_handler(ArchiveError, answer_archive_error)
    app.register_error_handler(OSError, answer_disk_failure)
    app.register_error_handler(Exception, answer_failure)


def answer_problem(problem: Problem) -> Response:
    """Return the problem as JSON under /api/ and as a page elsewhere."""
    if not is_for_api():
        title = HTTPStatus(problem.code).phrase
        page = PAGE.format(title=escape(title), detail=escape(problem.detail), root=find_root())
        return Response(page, problem.code, mimetype="text/html")
    body = json.dumps(problem.to_dict())
    response = Response(body, problem.code, mimetype="application/problem+json")
    retry_after = problem.retry_after or (LATER if problem.code == 503 else None)
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    return response


def describe_problem(status: int, title: str, detail: str) -> str:
    """Return a problem as the JSON of RFC 9457."""
    return json.dumps(build_problem(status, title, detail))


def build_problem(status: int, title: str, detail: str) -> dict[str, Any]:
    """Return a problem as the object of RFC 9457."""
    return {"type": "about:blank", "title": title, "status": status, "detail": detail}


def is_for_api() -> bool:
    """Whether the request is for the API, so that a program reads the answer."""
    return f"{request.path}/".startswith(API_PREFIX)


def answer_http_error(error: HTTPException) -> Response:
    """Give Flask's own errors (404, 405, 413 …) the same format, with our detail."""
    if isinstance(error, Problem):
        return answer_problem(error)
    if isinstance(error, MethodNotAllowed):
        return answer_method_not_allowed(error)
    detail = DETAILS.get(error.code, DETAILS[400])
    if error.code == 404 and is_for_api():
        detail += f" The API has {list_api()}."
    return answer_problem(Problem(error.code, detail))


def list_api() -> str:
    """Return what there is under /api/, by the first part of each address."""
    rules = [rule.rule for rule in current_app.url_map.iter_rules()]
    names = {rule.split("/")[2] for rule in rules if rule.startswith(API_PREFIX)}
    return ", ".join(f"{API_PREFIX}{name}" for name in sorted(names))


def answer_method_not_allowed(error: MethodNotAllowed) -> Response:
    """Name the methods that work, in words and in the Allow header that a 405 must have."""
    allowed = ", ".join(sorted(error.valid_methods or ()))
    response = answer_problem(
        Problem(405, f"This address does not support that method. Use {allowed}.")
    )
    response.headers["Allow"] = allowed
    return response


def answer_unknown_model(error: UnknownModelError) -> Response:
    """Name the models that there are."""
    known = ", ".join(error.known)
    detail = f"There is no model with that name. The models are: {known}."
    return answer_problem(Problem(404, detail, models=error.known))


def answer_archive_error(error: ArchiveError) -> Response:
    """Say what is wrong with the ZIP."""
    return answer_problem(Problem(400, str(error)))


def answer_disk_failure(error: OSError) -> Response:
    """Say that the server's disk takes no more; any other error of the system is a failure."""
    if error.errno not in DISK_FAILURES:
        return answer_failure(error)
    log.warning("%s: %s", quote(request.path), error)
    reason = os.strerror(error.errno)
    detail = f"The server cannot write to its disk: {reason}. Make room there, and try again."
    return answer_problem(Problem(507, detail))


def answer_failure(_error: Exception) -> Response:
    """Log the error, and tell the client only that it was not their fault."""
    # Quoted: a path may contain line breaks and terminal codes.
    log.exception("%s failed", quote(request.path))
    return answer_problem(Problem(500, DETAILS[500]))
