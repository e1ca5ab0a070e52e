"""Connections: how many there may be, for how long, and what a client hears that is not served.

waitress stops accepting at its limit: a hundred clients that send half a request and wait would
shut out everybody. Here the one that has waited longest makes room, with an answer that says so.
Who does not read answers waits, too.
"""

import contextlib
import heapq
import math
import select
import socket
import time
from functools import partial
from typing import Any

from flask import Flask
from waitress.adjustments import Adjustments
from waitress.channel import ClientDisconnected, HTTPChannel

from webapp.serving.bodies import BodyLimits, Request
from webapp.serving.lanes import Lanes
from webapp.serving.loop import LoopingServer
from webapp.serving.malformed import BUSY, TOO_SLOW, WAITED, Refusal, RequestError

CONNECTIONS = 2000
WITHOUT_POLL = 400  # Windows: select() takes 512
FEWEST = 32
ACCEPTED_AT_ONCE = 32
SPARE = 4 * ACCEPTED_AT_ONCE  # those that make room are closed a moment later
ROOM_EVERY = 0.1  # seconds between two looks for those that make room
FRESH = 3.0  # seconds that everybody may stay idle: longer than a busy server's Retry-After
FILES_EACH = 2  # the connection, and a body that is too large for memory
OTHER_FILES = 200  # libraries, static files that are being sent, the log

PATIENCE = 4.0  # seconds in the queue; the page gives up after 10
READING_PATIENCE = 1.0  # a newer drawing is there by then
PIPELINED = 8  # requests; browsers send one at a time
TIMEOUT = 120  # seconds for a request to arrive, and for a connection to be idle
CLEANUP = 10  # seconds between looking for those
MAX_HEADERS = 64 * 1024
IN_MEMORY = 64 * 1024  # bytes of a body; most drawings are smaller
BACKLOG = 1024
AT_ONCE = 64 * 1024  # bytes that are received: a whole drawing, not an eighth of one
LINGER = 10.0  # seconds that a client may go on sending what was refused; it reads why afterwards
LINGER_BYTES = 64 * 1024 * 1024


class Channel(HTTPChannel):
    """A connection that refuses in our format what it cannot serve."""

    error_task_class = Refusal

    def __init__(self, server: "Server", *arguments: Any, **options: Any) -> None:  # noqa: ANN401
        self.parser_class = partial(Request, server.limits)
        super().__init__(server, *arguments, **options)
        # Not last_activity, which a byte now and then keeps fresh.
        self.waiting_since = time.monotonic()  # the clock may be moved back
        self._unread = 0  # bytes of answers that the client has not taken yet
        self._lingers = self.is_lingering = False
        self._dropped = 0  # bytes, of what was refused

    @property
    def is_reading(self) -> bool:
        """Whether the request whose turn is next asks what a drawing shows."""
        return self.requests[0].is_reading

    @property
    def is_waiting(self) -> bool:
        """Whether the client has the next word: it is idle, or has to send or to read on."""
        return not (self.requests or self.will_close)

    def rank(self) -> tuple[bool, float]:
        """Return what those are ordered by that make room: first who was refused already."""
        return not self.is_lingering, self.waiting_since

    def service(self) -> None:
        """Answer one request, in a thread of its own; refuse it if it has waited too long."""
        self.server.note_served(self)
        request, waited = self.requests[0], time.time() - self.last_activity
        if len(self.requests) > PIPELINED:
            request.error = request.error or BUSY
        elif waited > (READING_PATIENCE if request.is_reading else PATIENCE):
            request.error = request.error or WAITED
        if self.server.is_crowded:
            # Closed later, without a word, it might be when the client has just sent another.
            request.headers["CONNECTION"] = "close"
        self._lingers = request.error is not None  # the rest of it may still be coming
        super().service()
        self._unread, self.waiting_since = self.total_outbufs_len, time.monotonic()

    def give_up(self, failure: RequestError) -> None:
        """Close a waiting connection; if a request has begun, answer it."""
        self.server.note_change(self)
        if self.total_outbufs_len or self.close_when_flushed or self.is_lingering:
            self.will_close = True  # it does not take the answer that it has
            return
        if self.request is not None:
            self.server.note_served(self)
            self.request.error = failure
            with contextlib.suppress(ClientDisconnected, OSError):
                Refusal(self, self.request).service()
        self.close_when_flushed = True

    def readable(self) -> bool:
        """Whether it takes what the client sends, be it to drop it."""
        return super().readable() or (self.is_lingering and not self.will_close)

    def handle_read(self) -> None:
        """Take in what came, or drop it."""
        if not self.is_lingering:
            super().handle_read()
            return
        self._dropped += len(self.recv(AT_ONCE))
        if self._dropped > LINGER_BYTES:
            self.will_close = True

    def handle_write(self) -> None:
        """Send what there is, and then close where that was said."""
        lingers = self.close_when_flushed and self._lingers
        if lingers:
            self.close_when_flushed = False
        super().handle_write()
        if self._unread - self.total_outbufs_len >= AT_ONCE or not self.total_outbufs_len:
            # Who takes a little of a large answer now and then is slow, but goes on.
            self._unread, self.waiting_since = self.total_outbufs_len, time.monotonic()
        if lingers and self.total_outbufs_len:
            self.close_when_flushed = True
        elif lingers and self.connected:
            self._linger()

    def _linger(self) -> None:
        """End the answer, and drop what the client still sends until it has seen that.

        Closing while there are unread bytes makes the system throw away the answer, too.
        """
        self.is_lingering = True
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:  # the client has gone
            self.handle_close()

    def add_channel(self, map: dict | None = None) -> None:  # noqa: A002
        """Count as one of the server's connections."""
        super().add_channel(map)
        self.server.note_change(self)

    def del_channel(self, map: dict | None = None) -> None:  # noqa: A002
        """Count no more, as the connection is being closed."""
        self.server.forget(self._fileno)
        super().del_channel(map)


class Server(LoopingServer):
    """A server that always has room for one more connection."""

    channel_class = Channel

    def __init__(self, app: Flask, *arguments: Any, **options: Any) -> None:  # noqa: ANN401
        self.limits = BodyLimits(app.config)
        self._looked_for_room = -math.inf
        super().__init__(app, *arguments, **options)

    @property
    def is_crowded(self) -> bool:
        """Whether connections have to make room for others."""
        return len(self.active_channels) > self.adj.connection_limit - SPARE

    def readable(self) -> bool:
        """Make room, then say whether there is any; asked before each look at the connections."""
        if self.is_crowded and time.monotonic() - self._looked_for_room > ROOM_EVERY:
            self._looked_for_room = time.monotonic()
            self.make_room()
        return super().readable()

    def handle_accept(self) -> None:
        """Accept all that have come; each look at the sockets costs something."""
        for _ in range(ACCEPTED_AT_ONCE):
            before = len(self.active_channels)
            super().handle_accept()
            if len(self.active_channels) == before:
                return

    def make_room(self) -> None:
        """Give up the connections beyond the limit that have waited longest."""
        kept = [channel for channel in self.active_channels.values() if not channel.will_close]
        excess = len(kept) - (self.adj.connection_limit - SPARE)
        late = time.monotonic() - FRESH
        waiting = (one for one in kept if one.is_waiting and one.waiting_since < late)
        for channel in heapq.nsmallest(excess, waiting, key=Channel.rank):
            channel.give_up(BUSY)

    def maintenance(self, _clock: float) -> None:
        """Give up connections that have waited too long."""
        now = time.monotonic()
        for channel in list(self.active_channels.values()):
            patience = LINGER if channel.is_lingering else self.adj.channel_timeout
            if channel.is_waiting and now - channel.waiting_since > patience:
                channel.give_up(TOO_SLOW)


def make_server(app: Flask, listener: socket.socket, connections: int, **options: Any) -> Server:  # noqa: ANN401
    """Return a server of the app, whose run() serves on a socket that listens."""
    settings = Adjustments(
        sockets=[listener],
        connection_limit=connections + SPARE,
        channel_timeout=TIMEOUT,
        cleanup_interval=CLEANUP,
        max_request_header_size=MAX_HEADERS,
        inbuf_overflow=IN_MEMORY,
        backlog=BACKLOG,
        recv_bytes=AT_ONCE,
        ident=None,
        **options,
    )
    address = (listener.family, listener.type, listener.proto, listener.getsockname())
    return Server(app, None, True, listener, Lanes(), settings, sockinfo=address, bind_socket=False)


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
