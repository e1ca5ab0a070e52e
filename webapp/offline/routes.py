"""The pages that a browser keeps, and the service worker that keeps them.

A page that is kept never carries the token, so it has an address of its own: what has a token is
not to be kept by anybody.
"""

import hashlib
import json
from base64 import b64encode
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Response, abort, current_app, render_template

from ml.networks.exports.browser_weights import find_file_version
from webapp.api.questions import reader
from webapp.offline.parts import list_parts
from webapp.pages import render_board
from webapp.static_files import stamp

offline = Blueprint("offline", __name__)

WORKER = "js/service_worker.js"


@offline.after_request
def keep_as_it_is(response: Response) -> Response:
    """Let browsers compare it at each visit, and nobody change it on the way: it has a hash."""
    response.headers["Cache-Control"] = "no-cache, no-transform"
    return response


@offline.get("/kept")
def kept_board() -> str:
    """Show the board without the token: what a browser keeps of it."""
    return render_board(None, shown="pages.draw", is_kept=True)


@offline.get("/away")
def away() -> str:
    """Say that a page needs the server: what a browser shows of all other pages without it."""
    return render_template("away.html")


@offline.get("/service-worker.js")
def service_worker() -> Response:
    """Answer the script that keeps the board, after the list of what it keeps.

    A browser compares it with the one it has at each visit: whatever changes in what is kept must
    change it. So does any script or style sheet, since all of them have other addresses then. A
    service worker controls only what lies beside or below it, so it lies at the board's root.
    """
    folder = Path(current_app.config["STATIC_DIR"])
    if not (folder / WORKER).is_file():
        abort(404)
    shelf = reader()
    pages = {"kept": kept_board(), "away": away()}
    weights = f"api/models/{shelf.default}/browser-weights"
    version = find_file_version(shelf.find(shelf.default).card)
    script = write_script(tuple(pages.items()), (weights, version), folder, stamp(folder))
    return Response(script, mimetype="text/javascript")


@lru_cache(maxsize=4)
def write_script(
    pages: tuple[tuple[str, str], ...], weights: tuple[str, str], folder: Path, _stamp: int
) -> str:
    """Return the service worker of these pages and weights: (address, version).

    Its version is the hash of all content, so that two servers of one board agree on it. Each file
    has a hash of its own: another version of the server may answer when the browser asks for it.
    """
    texts = {address: text.encode() for address, text in pages}
    parts = texts | {
        address: content
        for _, text in pages
        for address, content in list_parts(text, folder).items()
    }
    worker = (folder / WORKER).read_bytes()
    digest = hashlib.sha256(repr((parts, weights, worker)).encode()).hexdigest()[:16]
    files = {address: find_integrity(content) for address, content in parts.items()}
    kept = {"version": digest, "files": files, "weights": weights[0]}
    return f"const KEPT = {json.dumps(kept)};\n\n{worker.decode()}"


def find_integrity(content: bytes) -> str:
    """Return a file's hash as browsers compare it (W3C Subresource Integrity)."""
    return f"sha256-{b64encode(hashlib.sha256(content).digest()).decode()}"
