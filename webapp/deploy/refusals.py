"""What gunicorn refuses before the app sees it: not valid HTTP, or headers that are too large.

gunicorn would answer in HTML. The API promises one format for every error.
"""

import socket
from http import HTTPStatus

from gunicorn.util import write_nonblock

from webapp.problems import describe_problem
from webapp.security import HEADERS
from webapp.serving.malformed import DETAILS, FAILURE

AS_DESCRIBED = {414: 431, 417: 400}  # a long address, an Expect that is not known


def write_refusal(connection: socket.socket, status: int, _reason: str, _message: str) -> None:
    """Answer with a problem, in the place of `gunicorn.util.write_error`."""
    status = AS_DESCRIBED.get(status, status)
    title = HTTPStatus(status).phrase
    body = describe_problem(status, title, DETAILS.get(status, FAILURE))
    headers = {
        **HEADERS,
        "Content-Type": "application/problem+json",
        "Cache-Control": "no-store",
        "Connection": "close",
        "Content-Length": len(body),
    }
    lines = [f"{name}: {value}" for name, value in headers.items()]
    answer = "\r\n".join([f"HTTP/1.1 {status} {title}", *lines, "", body])
    write_nonblock(connection, answer.encode())
