"""Static files: their content types, and addresses under which browsers keep them.

On Windows the registry decides what `mimetypes` answers, and other programs write `.js` as
text/plain into it: browsers then refuse the page's script, and nothing draws. So the types are our
own.

A page has eighty modules, and a browser that has to ask whether each is still the same shows it
half a second later. Pages therefore name scripts and style sheets with a version in front,
`static/v-0a1b2c3d/js/board.js`: what lies there never changes, and is never asked for again.
Modules import each other by relative addresses, so they stay within their version.
"""

import hashlib
import re
from contextlib import suppress
from functools import lru_cache
from pathlib import Path, PurePosixPath
from time import monotonic, time

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


VERSION = re.compile(r"^v-[0-9a-f]{8}/")
VERSIONED = (".css", ".js")  # icons and the manifest stay where installed boards know them
FRESH = 3.0  # seconds after a file was written in which the version may be that of the former one
KEPT = "public, max-age=31536000, immutable"  # for a year


class App(Flask):
    """A Flask app that knows the types and the version of its static files."""

    def send_static_file(self, filename: str) -> Response:
        """Send a file of the static folder, with or without a version; raises NotFound.

        Where the version is another one, of a page that is older than the file or of a newer server
        beside this one, or may be by now, nobody may store the file under that address: not even to
        ask whether it has changed, for its time and size may be those of the right one. A file of
        the future, written by a wrong clock, is stored, but asked about each time.
        """
        version = VERSION.match(filename)
        response = super().send_static_file(VERSION.sub("", filename, count=1))
        suffix = PurePosixPath(filename).suffix.lower()
        response.headers["Content-Type"] = TYPES.get(suffix, UNKNOWN)
        response.headers.pop("Content-Encoding", None)  # guessed from the name as well
        if version and suffix in VERSIONED:
            written = response.last_modified
            age = time() - written.timestamp() if written else 0.0  # s; below 0 by a wrong clock
            if version[0] != self.static_version or abs(age) <= FRESH:
                response.headers["Cache-Control"] = "no-store"
            elif age > 0:
                response.headers["Cache-Control"] = KEPT
        # The service worker compares hashes: a proxy that minifies scripts lets it keep nothing.
        response.cache_control.no_transform = True
        return response

    def add_version(self, filename: str) -> str:
        """Return the name under which a page loads a static file."""
        return self.static_version + filename if filename.endswith(VERSIONED) else filename

    @property
    def static_version(self) -> str:
        """What stands before the names of scripts and style sheets, as they are: `v-0a1b2c3d/`."""
        return name_lately(Path(self.static_folder), int(monotonic()))


@lru_cache(maxsize=4)
def name_lately(folder: Path, _second: int) -> str:
    """Return the version's name; the files are looked at once a second, not for each of them."""
    return name_version(folder, stamp(folder))


@lru_cache(maxsize=4)
def name_version(folder: Path, _stamp: int) -> str:
    """Return a name for all scripts and style sheets: the same on two servers of one board."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.suffix in VERSIONED:
            with suppress(OSError):  # it is being replaced, or cannot be read: nor served
                content = hashlib.sha256(path.read_bytes()).hexdigest()
                digest.update(f"{path.relative_to(folder).as_posix()} {content}\n".encode())
    return f"v-{digest.hexdigest()[:8]}/"


def stamp(folder: Path) -> int:
    """Return another number when a file of the folder has been written, added or removed."""
    found = []
    for path in folder.rglob("*"):
        with suppress(OSError):  # it has just been removed
            file = path.stat()
            found.append((file.st_ino, file.st_mtime_ns, file.st_size))
    return hash(tuple(sorted(found)))
