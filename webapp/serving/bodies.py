"""How large a request's body may be, by its address, and refused as soon as that is known.

waitress receives a body before the app sees the request, in memory and on the disk. Here a
Content-Length above the limit is refused when the headers are there, and a body in chunks when
what has come passes it.
"""

from collections.abc import Mapping
from typing import Any

from waitress.adjustments import Adjustments
from waitress.parser import HTTPRequestParser

from webapp.photo import MOST_BODY
from webapp.serving.malformed import TooLargeError

FRAMES = 2  # times the limit: what chunks may take as they are sent, with their sizes


class BodyLimits:
    """How many bytes a body may have at each address; at most addresses, the same."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        self.usual = config["MAX_CONTENT_LENGTH"]
        archive = config["MAX_ARCHIVE"]
        # By the end of the path: a prefix may stand before it.
        self._larger = {
            "/api/read-photo": MOST_BODY,
            "/api/drawings/import": archive,
            "/api/versions/import": archive,
        }

    def find(self, path: str) -> int:
        """Return the limit of a path."""
        found = (limit for end, limit in self._larger.items() if path.endswith(end))
        return next(found, self.usual)


class Request(HTTPRequestParser):
    """A request that is being received, and ends early if its body is too large."""

    def __init__(self, limits: BodyLimits, adjustments: Adjustments) -> None:
        super().__init__(adjustments)
        self._limits = limits
        self._limit = limits.usual

    @property
    def is_reading(self) -> bool:
        """Whether it asks what a drawing shows."""
        return self.error is None and self.path.endswith("/api/predict")

    def parse_header(self, header_plus: bytes) -> None:
        """Take in the headers; raises waitress's ParsingError."""
        super().parse_header(header_plus)
        self._limit = self._limits.find(self.path)
        # Who sends no body waits for no leave to send it.
        self.expect_continue = self.expect_continue and self.body_rcv is not None

    def received(self, data: bytes) -> int:
        """Take in what came; return how many bytes belong to this request."""
        consumed = super().received(data)
        if self._is_too_large():
            self.error, self.completed = TooLargeError(self._limit), True
            self.expect_continue = False  # nobody should send the body
        return consumed

    def _is_too_large(self) -> bool:
        if not self.chunked:
            return self.content_length > self._limit
        arrived, sent = len(self.body_rcv), self.body_bytes_received
        return arrived > self._limit or sent > FRAMES * self._limit
