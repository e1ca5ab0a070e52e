"""Requests that the app never sees: not valid HTTP, too slow, or more than can be served.

waitress would answer them in plain text, without our headers and without a line in the log. The
API promises one format for every error, so the answer is ours.
"""

import logging
from http import HTTPStatus

from waitress.task import ErrorTask
from waitress.utilities import Error

from webapp.problems import describe_problem
from webapp.security import HEADERS

log = logging.getLogger(__name__)

DETAILS = {
    400: "The request must be valid HTTP. Send it with a browser or with curl.",
    408: "The request took too long to arrive. Send it again.",
    413: "The request is too large. Send a smaller picture.",
    431: "The address or the headers are too long. Send fewer or shorter ones.",
    501: "This transfer encoding is not supported. Send the body with its length.",
    503: "The server has too much to do. Try again in a moment.",
}
RETRY_AFTER = "2"  # seconds
FAILURE = "Something went wrong on the server. Try again in a moment."


class RequestError(Error):
    """Why a request is refused, as waitress keeps it: a status and its title."""

    def __init__(self, code: int, detail: str | None = None) -> None:
        super().__init__(detail or DETAILS[code])
        self.code = code
        self.reason = HTTPStatus(code).phrase


# The first is of a request that has arrived as a whole: its connection goes on.
WAITED, BUSY, TOO_SLOW = RequestError(503), RequestError(503), RequestError(408)


class Refusal(ErrorTask):
    """The answer to a request that the app does not see."""

    def execute(self) -> None:
        """Send the problem; close the connection where its state is unknown."""
        error = self.request.error
        code, title = error.code, error.reason
        detail = error.body if isinstance(error, RequestError) else DETAILS.get(code, FAILURE)
        body = describe_problem(code, title, detail).encode()
        log.info("refused request %s", code)
        self.status = f"{code} {title}"
        self.response_headers += HEADERS.items()
        self.response_headers.append(("Content-Type", "application/problem+json"))
        self.response_headers.append(("Cache-Control", "no-store"))
        if code == BUSY.code:
            self.response_headers.append(("Retry-After", RETRY_AFTER))
        self.content_length = len(body)
        if error is not WAITED:
            self.set_close_on_finish()
        self.write(body)
