"""The real app on a free port, as long as a `with` block lasts."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from waitress import create_server


@contextmanager
def serve_app(app: Flask, port: int = 0) -> Iterator[str]:
    """Serve `app` in a thread; yield its address without a slash at the end."""
    server = create_server(app, host="127.0.0.1", port=port, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        server.close()
        thread.join(timeout=5)
