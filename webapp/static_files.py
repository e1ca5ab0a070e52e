"""Static files with content types of our own, whatever the machine's tables say.

On Windows the registry decides what `mimetypes` answers, and other programs write `.js` as
text/plain into it: browsers then refuse the page's script, and nothing draws.
"""

from pathlib import PurePosixPath

from flask import Flask, Response

UNKNOWN = "application/octet-stream"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".jpg": "image/jpeg",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".mjs": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}


class App(Flask):
    """A Flask app that knows the types of its static files."""

    def send_static_file(self, filename: str) -> Response:
        """Send a file of the static folder; raises NotFound."""
        response = super().send_static_file(filename)
        suffix = PurePosixPath(filename).suffix.lower()
        response.headers["Content-Type"] = TYPES.get(suffix, UNKNOWN)
        response.headers.pop("Content-Encoding", None)  # guessed from the name as well
        return response
