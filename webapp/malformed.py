"""Requests that are no proper HTTP: waitress refuses them before the app could.

They get the app's shape and headers all the same, and a line in the log.
"""

import json
import logging
from http import HTTPStatus

from waitress.channel import HTTPChannel
from waitress.task import ErrorTask

from webapp.security import HEADERS

log = logging.getLogger(__name__)

DETAILS = {
    400: "The request is no proper HTTP. Send it with a browser or with curl.",
    413: "The request is too large. Send a smaller picture.",
    431: "The request's headers are too large. Send fewer or shorter ones.",
    501: "This way to transfer a body is not known here. Send it whole, with its length.",
}


class Refusal(ErrorTask):
    """The answer to a request that waitress could not read."""

    def execute(self) -> None:
        """Write the problem and close the connection, whose state nobody knows any more."""
        status = HTTPStatus(self.request.error.code)
        body = describe_problem(status)
        log.info("malformed request %s", status.value)
        self.status = f"{status.value} {status.phrase}"
        self.response_headers.extend(HEADERS.items())
        self.response_headers.append(("Content-Type", "application/problem+json"))
        self.content_length = len(body)
        self.set_close_on_finish()
        self.write(body)


class Channel(HTTPChannel):
    """A connection that refuses in our words."""

    error_task_class = Refusal


def describe_problem(status: HTTPStatus) -> bytes:
    """Return the problem as JSON."""
    detail = DETAILS.get(status.value, "Something went wrong here. Try again in a moment.")
    problem = {
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "detail": detail,
    }
    return json.dumps(problem).encode()
