"""Connections: how many there may be, for how long, and what a client hears that is not served.

waitress stops accepting at its limit: a hundred clients that send half a request and wait would
shut out everybody. Here the one that has waited longest makes room, with an answer that says so.
"""

import contextlib
import heapq
import select
import socket
import time
from typing import Any

from waitress.adjustments import Adjustments
from waitress.channel import ClientDisconnected, HTTPChannel
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher

from webapp.serving.malformed import BUSY, TOO_SLOW, Refusal, RequestError

CONNECTIONS = 2000
WITHOUT_POLL = 400  # Windows: select() takes 512
FEWEST = 32
ACCEPTED_AT_ONCE = 32
SPARE = 4 * ACCEPTED_AT_ONCE  # those that make room are closed a moment later
FILES_EACH = 2  # the connection, and a body that is too large for memory
OTHER_FILES = 200  # libraries, static files that are being sent, the log

THREADS = 6  # up to two explain, up to two read photos (turns.py), the others read drawings
PATIENCE = 4.0  # seconds in the queue; the page gives up after 10
PIPELINED = 8  # requests; browsers send one at a time
TIMEOUT = 120  # seconds for a request to arrive, and for a connection to be idle
CLEANUP = 10  # seconds between looking for those
MAX_HEADERS = 64 * 1024
IN_MEMORY = 64 * 1024  # bytes of a body; most drawings are smaller
# The app itself refuses bodies above 1 MB (photos: 14, ZIPs of drawings: 64), after reading them:
# a client that is cut off while it is still sending sees a broken connection and no reason. This
# limit only protects the disk.
MAX_BODY = 80 * 1024 * 1024
BACKLOG = 1024
AT_ONCE = 64 * 1024  # bytes that are received: a whole drawing, not an eighth of one


class Channel(HTTPChannel):
    """A connection that refuses in our format what it cannot serve."""

    error_task_class = Refusal

    def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401
        super().__init__(*arguments, **options)
        # Not last_activity, which a byte now and then keeps fresh.
        self.waiting_since = self.creation_time

    @property
    def is_closing(self) -> bool:
        """Whether the connection ends as soon as its answer is sent."""
        return self.will_close or self.close_when_flushed

    @property
    def is_waiting(self) -> bool:
        """Whether the client has the next word: idle, or in the middle of a request."""
        return not (self.requests or self.total_outbufs_len or self.is_closing)

    def service(self) -> None:
        """Answer one request, in a thread of its own; refuse it if it has waited too long."""
        waited = time.time() - self.last_activity
        if waited > PATIENCE or len(self.requests) > PIPELINED:
            self.requests[0].error = self.requests[0].error or BUSY
        super().service()
        self.waiting_since = time.time()

    def give_up(self, failure: RequestError) -> None:
        """Close a waiting connection; if a request has begun, answer it."""
        if self.request is not None:
            self.request.error = failure
            with contextlib.suppress(ClientDisconnected, OSError):
                Refusal(self, self.request).service()
        self.close_when_flushed = True


class Server(TcpWSGIServer):
    """A server that always has room for one more connection."""

    channel_class = Channel

    def readable(self) -> bool:
        """Make room, then say whether there is any; asked before each look at the connections."""
        if len(self.active_channels) > self.adj.connection_limit - SPARE:
            self.make_room()
        return super().readable()

    def handle_accept(self) -> None:
        """Accept what has come; waitress alone would look at every connection in between."""
        for _ in range(ACCEPTED_AT_ONCE):
            before = len(self.active_channels)
            super().handle_accept()
            if len(self.active_channels) == before:
                return

    def make_room(self) -> None:
        """Give up the connections beyond the limit that have waited longest."""
        kept = [channel for channel in self.active_channels.values() if not channel.is_closing]
        excess = len(kept) - (self.adj.connection_limit - SPARE)
        waiting = (channel for channel in kept if channel.is_waiting)
        for channel in heapq.nsmallest(excess, waiting, key=lambda one: one.waiting_since):
            channel.give_up(BUSY)

    def maintenance(self, now: float) -> None:
        """Give up connections that have waited too long."""
        for channel in list(self.active_channels.values()):
            if channel.is_waiting and now - channel.waiting_since > self.adj.channel_timeout:
                channel.give_up(TOO_SLOW)
        super().maintenance(now)


def make_server(app: Any, listener: socket.socket, connections: int, **options: Any) -> Server:  # noqa: ANN401
    """Return a server of the WSGI app `app`, whose run() serves on a socket that listens."""
    settings = Adjustments(
        sockets=[listener],
        connection_limit=connections + SPARE,
        channel_timeout=TIMEOUT,
        cleanup_interval=CLEANUP,
        max_request_header_size=MAX_HEADERS,
        max_request_body_size=MAX_BODY,
        inbuf_overflow=IN_MEMORY,
        backlog=BACKLOG,
        recv_bytes=AT_ONCE,
        asyncore_use_poll=True,  # select() takes 1,024 files at most
        ident=None,
        **options,
    )
    threads = ThreadedTaskDispatcher()
    threads.set_thread_count(THREADS)
    address = (listener.family, listener.type, listener.proto, listener.getsockname())
    return Server(app, None, True, listener, threads, settings, sockinfo=address, bind_socket=False)


def find_connection_limit() -> int:
    """Return how many connections the system allows, at most CONNECTIONS.

    Raises the process's own limit of open files as far as that is allowed and needed.
    """
    if not hasattr(select, "poll"):
        return WITHOUT_POLL
    files = allow_files(CONNECTIONS * FILES_EACH + OTHER_FILES)
    return max(FEWEST, min(CONNECTIONS, (files - OTHER_FILES) // FILES_EACH))


def allow_files(wanted: int) -> int:
    """Return how many files the process may open: `wanted`, or fewer if the system refuses."""
    try:
        import resource
    except ImportError:  # not on Windows
        return wanted
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return wanted
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    except (ValueError, OSError):
        return soft
    return allowed
