"""The real app on a free port, as long as a `with` block lasts."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from flask import Flask
from waitress import create_server

ROOT = Path(__file__).parents[2]


@contextmanager
def serve_app(app: Flask, port: int = 0) -> Iterator[str]:
    """Serve `app` in a thread; yield its address without a slash at the end."""
    server = create_server(app, host="127.0.0.1", port=port, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        # In its own thread: in this one, it could close what that one is about to wait on.
        with suppress(OSError):  # a request that has just ended woke it first, and it is closed
            server.trigger.pull_trigger(server.close)
        thread.join(timeout=0.5)  # a page that is open keeps it; it ends with the tests


def find_port() -> int:
    """Return a port that nothing listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def make_environment() -> dict[str, str]:
    """Return the environment for a server that keeps drawings in the test's folder alone."""
    return {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
