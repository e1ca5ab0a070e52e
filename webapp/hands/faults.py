"""What keeps the store from answering, in words, and who is told where the drawings are kept."""

import logging
from urllib.parse import quote

from flask import Flask, Response, current_app, request

from webapp.hands.token import has_token, is_used_alone
from webapp.problems import Problem, answer_problem
from webapp.store.errors import HandFullError, StoreError, StoreFullError, StoreGoneError

log = logging.getLogger(__name__)

# Most special first. Nothing of a request that met one was stored.
STATUSES = ((HandFullError, 409), (StoreFullError, 507), (StoreError, 503))
RETRY_AFTER = 2  # seconds: about as long as PostgreSQL takes to start again


def register_faults(app: Flask) -> None:
    """Answer every error of the store as a problem."""
    app.register_error_handler(StoreError, answer_fault)


def answer_fault(error: StoreError) -> Response:
    """Say what keeps the store from doing what was asked."""
    status = next(status for kind, status in STATUSES if isinstance(error, kind))
    if status >= 500:
        log.warning("%s: %s", quote(request.path), error)
    if isinstance(error, StoreGoneError):
        current_app.extensions["memories"].forget_all()
    problem = Problem(status, describe_fault(error))
    problem.retry_after = RETRY_AFTER if status == 503 else None
    return answer_problem(problem)


def describe_fault(error: StoreError) -> str:
    """Return an error's words: with the file's path only for who runs the server."""
    return str(error) if may_know_the_server() else error.discreet


def may_know_the_server() -> bool:
    """Whether the request is from somebody who runs the server, or uses the board alone."""
    try:
        return is_used_alone() or has_token()
    except Problem:  # a wrong token
        return False
