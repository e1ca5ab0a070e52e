"""Serve the app on a port, with waitress, until it is stopped."""

import contextlib
import errno
import logging
import signal
import socket
import threading
from collections.abc import Iterator

from flask import Flask
from waitress import create_server

from ml.errors import ExplainedError
from webapp.malformed import Channel

THREADS = 4  # two cores read, the others receive and send
# The app itself refuses bodies above 1 MB, after reading them: a client that is cut off while it
# is still sending sees a broken connection and no reason. This limit only protects the disk.
MAX_BODY = 16 * 1024 * 1024
WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "::1"}
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class ServeError(ExplainedError):
    """The server cannot start; the message is one line that says what to do."""


class PortInUseError(ServeError):
    """Something else listens on that port."""


def serve(app: Flask, host: str = "127.0.0.1", port: int = 5000) -> None:
    """Serve until SIGINT or SIGTERM; raises PortInUseError or another ServeError."""
    start_log()
    with stop_on_signals(), contextlib.suppress(KeyboardInterrupt), listen(host, port) as listener:
        server = create_server(
            app,
            sockets=[listener],
            threads=THREADS,
            max_request_body_size=MAX_BODY,
            ident=None,
        )
        server.channel_class = Channel
        print(f"Open {describe_address(host, listener.getsockname()[1])}", flush=True)
        server.run()
    print("Stopped.", flush=True)


def start_log() -> None:
    """Send the log to stderr, as lines with a time."""
    logging.basicConfig(format="%(asctime)s %(message)s", datefmt="%H:%M:%S", level=logging.INFO)
    # A browser opens six connections at once: some waiting for a moment is normal.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens; raises ServeError.

    Not left to waitress: on Windows it would share a port that is already in use.
    """
    if not 0 <= port <= 65535:  # it would wrap around to another port
        raise ServeError(f"There is no port {port}; choose a port from 1024 to 65535.")
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(address, family=family, backlog=1024)
    except (socket.gaierror, UnicodeError) as error:
        raise ServeError(f"There is no host {host!r}; try --host 127.0.0.1.") from error
    except OSError as error:
        raise explain_refusal(error, host, port) from error


def explain_refusal(error: OSError, host: str, port: int) -> ServeError:
    """Say in one line why the system refused, and what to do."""
    if error.errno == errno.EADDRINUSE:
        other = port + 1 if port < 65535 else port - 1
        return PortInUseError(
            f"Port {port} is in use; choose another with --port {other} "
            f'(make run ARGS="--port {other}").'
        )
    if error.errno in (errno.EACCES, errno.EPERM):
        return ServeError(
            f"You have no permission to use port {port}; choose another with --port 5000."
        )
    if error.errno == errno.EADDRNOTAVAIL:
        return ServeError(f"This machine has no address {host}; try --host 127.0.0.1.")
    return ServeError(f"Cannot listen on {host} port {port}: {error.strerror}.")


def describe_address(host: str, port: int) -> str:
    """Return the address to open in a browser on this machine."""
    name = WILDCARDS.get(host, host)
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


@contextlib.contextmanager
def stop_on_signals() -> Iterator[None]:
    """Let SIGINT and SIGTERM raise KeyboardInterrupt, on which waitress stops cleanly."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may set handlers
        return
    before = {number: signal.signal(number, signal.default_int_handler) for number in STOP_SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
