"""How large a request's body may be, by its address, and refused as soon as that is known.

waitress receives a body before the app sees the request, in memory and on the disk. Here a
Content-Length above the limit is refused when the headers are there, and a body in chunks when
what has come passes it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from waitress.adjustments import Adjustments
from waitress.parser import HTTPRequestParser

from webapp import body, photo
from webapp.serving.malformed import RequestError

FRAMES = 2  # times the limit: what chunks may take as they are sent, with their sizes


@dataclass(frozen=True)
class Limit:
    """How many bytes a body may have, and what is said of a larger one."""

    bytes: int
    refusal: RequestError


class BodyLimits:
    """The limit of each address; most addresses have the same."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        usual, archive = config["MAX_CONTENT_LENGTH"], config["MAX_ARCHIVE"]
        self.usual = Limit(usual, RequestError(413, body.TOO_LARGE.format(usual)))
        too_large = f"The ZIP must be at most {archive // 2**20} MiB. Divide it."
        zips = Limit(archive, RequestError(413, too_large))
        # By the end of the path: a prefix may stand before it.
        self._larger = {
            "/api/read-photo": Limit(photo.MOST_BODY, RequestError(413, photo.TOO_LARGE)),
            "/api/drawings/import": zips,
            "/api/versions/import": zips,
        }

    def find(self, path: str) -> Limit:
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
            self.error, self.completed = self._limit.refusal, True
            self.expect_continue = False  # nobody should send the body
        return consumed

    def _is_too_large(self) -> bool:
        if not self.chunked:
            return self.content_length > self._limit.bytes
        arrived, sent = len(self.body_rcv), self.body_bytes_received
        return arrived > self._limit.bytes or sent > FRAMES * self._limit.bytes
