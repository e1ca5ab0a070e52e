"""Serve the app on a port, with waitress, until it is stopped."""

import contextlib
import errno
import logging
import select
import signal
import socket
import sys
import threading
from collections.abc import Iterator

from flask import Flask

from ml.errors import ExplainedError
from webapp.deploy.token_file import FOR_THE_TEACHER
from webapp.serving.connections import (
    BACKLOG,
    CONNECTIONS,
    FILES_EACH,
    OTHER_FILES,
    find_connection_limit,
    make_server,
)
from webapp.serving.network import BAD_PORTS, find_addresses, is_loopback

WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "::1"}
FEW_CONNECTIONS = 1200  # a thousand slow ones, and a class
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class ServeError(ExplainedError):
    """The server cannot start; the message is one line that says what to do."""


class PortInUseError(ServeError):
    """Something else listens on that port."""


def serve(app: Flask, host: str = "127.0.0.1", port: int = 5000) -> None:
    """Serve until SIGINT or SIGTERM; raises PortInUseError or another ServeError."""
    start_log()
    connections = find_connection_limit()
    with stop_on_signals(), contextlib.suppress(KeyboardInterrupt), listen(host, port) as listener:
        # waitress would drop X-Forwarded-*, by which the app knows that others may open its pages.
        server = make_server(app, listener, connections, clear_untrusted_proxy_headers=False)
        address, port = listener.getsockname()[:2]
        app.config["LISTENS_ON_LOOPBACK"] = is_loopback(address)
        for warning in list_warnings(host, address, port, connections):
            print(warning, file=sys.stderr, flush=True)
        lines = describe_addresses(host, port, app.config["PREFIX"])
        for line in [*lines, *describe_token(app, lines)]:
            print(line, flush=True)
        server.run()
    print("Stopped.", flush=True)


def list_warnings(host: str, address: str, port: int, connections: int) -> list[str]:
    """Return what may surprise a person about where and how this server answers, a line each."""
    warnings = []
    if port in BAD_PORTS:
        warnings.append(f"Browsers refuse port {port}; choose another with --port 5000.")
    if ":" in host and ":" not in address:
        warnings.append("IPv6 is unavailable on this machine; the server answers IPv4 only.")
    if connections < FEW_CONNECTIONS and hasattr(select, "poll"):
        needed = CONNECTIONS * FILES_EACH + OTHER_FILES
        warnings.append(
            f"The limit of open files is too low for a crowd: {connections} connections at once. "
            f"Raise it with `ulimit -n {needed}`."
        )
    return warnings


def start_log() -> None:
    """Send the log to stderr, as lines with a time."""
    logging.basicConfig(format="%(asctime)s %(message)s", datefmt="%H:%M:%S", level=logging.INFO)
    # A browser opens six connections at once: some waiting for a moment is normal.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens; raises ServeError.

    Not left to waitress: on Windows it would share a port that is already in use, and of `::` it
    answers IPv6 only. Where IPv6 is unavailable, `::` is IPv4.
    """
    if not 0 <= port <= 65535:  # it would wrap around to another port
        raise ServeError(f"There is no port {port}; choose a port from 1024 to 65535.")
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        both = address[0] == "::"
        if both and not socket.has_dualstack_ipv6():
            family, address, both = socket.AF_INET, ("0.0.0.0", port), False
        return socket.create_server(address, family=family, backlog=BACKLOG, dualstack_ipv6=both)
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


def describe_addresses(host: str, port: int, prefix: str) -> list[str]:
    """Return the address to open on this machine, and those to open on others, a line each."""
    end = f"{prefix}/" if prefix else ""
    lines = [f"Open {describe_address(host, port)}{end}"]
    if is_loopback(host):
        return lines
    others = find_addresses() if host in WILDCARDS else [host]
    lines += [f"On other devices: {describe_address(other, port)}{end}" for other in others]
    if not others:
        lines.append("On other devices: this machine has no address in a network yet.")
    return lines


def describe_token(app: Flask, lines: list[str]) -> list[str]:
    """Return the line with the token's address, unless the pages carry the token themselves.

    Of the `lines` with the board's addresses, the first for other devices counts: a teacher's may
    be one of them.
    """
    if app.config["LISTENS_ON_LOOPBACK"] and not app.config["BEHIND_PROXY"]:
        return []
    own, *others = [line.rpartition(" ")[2] for line in lines if "://" in line]
    address = (others or [own])[0].removesuffix("/")
    return [f"{FOR_THE_TEACHER}: {address}/drawings#token={app.config['TOKEN']}"]


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
