"""Requests that are not valid HTTP, which waitress refuses before the app sees them.

waitress would answer them in plain text, without our headers and without a line in the log. The
API promises one format for every error, so the answer is ours; all the rest is waitress as it is.
"""

import logging

from waitress.channel import HTTPChannel
from waitress.task import ErrorTask

from webapp.problems import describe_problem
from webapp.security import HEADERS

log = logging.getLogger(__name__)

DETAILS = {
    400: "The request must be valid HTTP. Send it with a browser or with curl.",
    413: "The request is too large. Send a smaller picture.",
    431: "The request's headers are too large. Send fewer or shorter ones.",
    501: "This transfer encoding is not supported. Send the body with its length.",
}
FAILURE = "Something went wrong on the server. Try again in a moment."


class Refusal(ErrorTask):
    """The answer to a request that waitress could not parse."""

    def execute(self) -> None:
        """Send the problem and close the connection, whose state is unknown."""
        code, title = self.request.error.code, self.request.error.reason
        body = describe_problem(code, title, DETAILS.get(code, FAILURE)).encode()
        log.info("malformed request %s", code)
        self.status = f"{code} {title}"
        self.response_headers += HEADERS.items()
        self.response_headers.append(("Content-Type", "application/problem+json"))
        self.content_length = len(body)
        self.set_close_on_finish()
        self.write(body)


class Channel(HTTPChannel):
    """A connection that answers invalid requests with a Refusal."""

    error_task_class = Refusal
