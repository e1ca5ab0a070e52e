"""The loop that waits for all connections at once, and asks only those that may have changed.

waitress asks every connection before each look at the sockets whether it wants to read or write:
with 100 clients that takes a millisecond of each reading. Here the system keeps what each one
waits for (epoll or kqueue), and a connection is asked again after something happened to it: bytes
came, its request was answered, or it was given up.
"""

import contextlib
import selectors
import threading
from collections import deque
from typing import Any

from waitress import wasyncore
from waitress.server import TcpWSGIServer

LOOK = 1.0  # seconds, the longest wait: then connections that wait too long are looked for


class LoopingServer(TcpWSGIServer):
    """waitress's server with a loop of its own; the other threads only call `pull_trigger`."""

    def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401
        self._selector = selectors.DefaultSelector()
        self._changed: deque[Any] = deque()
        self._served = threading.local()  # `by`: the connection that this thread answers
        super().__init__(*arguments, **options)

    def note_change(self, channel: Any) -> None:  # noqa: ANN401
        """Ask this connection, or listener, before the next look what it waits for."""
        self._changed.append(channel)

    def note_served(self, channel: Any) -> None:  # noqa: ANN401
        """Note whose request this thread answers: what it wakes the loop for."""
        self._served.by = channel

    def pull_trigger(self) -> None:
        """Wake the loop: there is an answer to send, or the next request may come."""
        self.note_change(self._served.by)
        super().pull_trigger()

    def run(self) -> None:
        """Serve until SIGINT, SIGTERM or SystemExit."""
        self._changed.extend(self._map.values())
        try:
            while self._map:
                self._look()
        except (SystemExit, KeyboardInterrupt):
            self.task_dispatcher.shutdown()
        finally:
            self._selector.close()

    def _look(self) -> None:
        self._follow(self)  # it makes room first, and may stop accepting
        while self._changed:
            channel = self._changed.popleft()
            try:
                self._follow(channel)
            except (OSError, ValueError):  # another thread has closed its socket in this moment
                channel.handle_close()
        for key, events in self._selector.select(LOOK):
            channel = key.data
            # What came before in this list may have closed it.
            if events & selectors.EVENT_READ and self._map.get(key.fd) is channel:
                wasyncore.read(channel)
            if events & selectors.EVENT_WRITE and self._map.get(key.fd) is channel:
                wasyncore.write(channel)
            self.note_change(channel)

    def _follow(self, channel: Any) -> None:  # noqa: ANN401
        """Tell the system what a connection waits for now."""
        number = channel._fileno
        if number is None or self._map.get(number) is not channel:
            return  # closed: `forget` has told the system
        events = selectors.EVENT_READ if channel.readable() else 0
        if channel.writable() and not channel.accepting:
            events |= selectors.EVENT_WRITE
        known = self._selector.get_map().get(number)
        if known is None:
            if events:
                self._selector.register(number, events, channel)
        elif not events:
            self._selector.unregister(number)
        elif known.events != events:
            self._selector.modify(number, events, channel)

    def forget(self, number: int | None) -> None:
        """Stop waiting for a connection that is being closed, before its number is given anew."""
        # It was not waited for, or waitress closes it for the second time: it has no number then.
        with contextlib.suppress(KeyError, ValueError):
            self._selector.unregister(number)
