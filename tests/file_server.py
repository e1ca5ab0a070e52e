"""A web server that answers with given contents, as any static host does."""

import contextlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import PurePosixPath
from time import sleep

TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css"}


@contextlib.contextmanager
def serve_files(
    contents: dict[str, bytes], seconds: float = 0, headers: dict[str, str] | None = None
) -> Iterator[str]:
    """Serve contents by their names, each taking so many seconds; yield the address.

    What is added to `contents` later is served, too.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            name = self.path.partition("?")[0].removeprefix("/")
            content = contents.get(name)
            self.send_response(404 if content is None else 200)
            kind = TYPES.get(PurePosixPath(name).suffix, "application/octet-stream")
            for key, value in ({"Content-Type": kind} | (headers or {})).items():
                self.send_header(key, value)
            self.send_header("Content-Length", str(len(content or b"")))
            self.end_headers()
            with contextlib.suppress(ConnectionError):
                half = len(content or b"") // 2
                self.wfile.write((content or b"")[:half])
                sleep(seconds)
                self.wfile.write((content or b"")[half:])

        def log_message(self, *_arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
