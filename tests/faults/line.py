"""The line to a PostgreSQL server, which breaks at one message."""

import contextlib
import select
import socket
import threading
from dataclasses import dataclass, field
from pathlib import Path

SOCKET = ".s.PGSQL.5432"  # what libpq looks for in a folder
GOODBYE = b"X"  # the first byte of a client's last message, which the server does not answer
MOST = 1 << 20  # bytes at once
LONGEST = 1.0  # seconds that an answer takes
SILENCE = 0.02  # seconds, after which it is thought to be whole


@dataclass
class Line:
    """Passes on what client and server say, and counts what the client says, from 0.

    At message `at` the line breaks: before the server hears it, or, where `is_heard`, after the
    server has done it and before the client is told. It is whole again for the next connection.
    """

    server: Path
    here: Path
    at: int = -1
    is_heard: bool = False
    messages: int = 0
    has_broken: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._door = socket.socket(socket.AF_UNIX)
        self._door.bind(str(self.here / SOCKET))
        self._door.listen()
        threading.Thread(target=self._let_in, daemon=True).start()

    def reroute(self, url: str) -> str:
        """Return the address of the server's database at this end of the line."""
        return url.replace(str(self.server), str(self.here))

    def break_at(self, message: int, is_heard: bool) -> None:
        """Begin to count anew."""
        with self.lock:
            self.at, self.is_heard = message, is_heard
            self.messages, self.has_broken = 0, False

    def close(self) -> None:
        """Let nobody in any more."""
        with contextlib.suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()

    def _let_in(self) -> None:
        with contextlib.suppress(OSError):  # closed
            while True:
                client = self._door.accept()[0]
                threading.Thread(target=self._connect, args=(client,), daemon=True).start()

    def _connect(self, client: socket.socket) -> None:
        with client, socket.socket(socket.AF_UNIX) as server, contextlib.suppress(OSError):
            server.connect(str(self.server / SOCKET))
            while True:
                speakers = select.select([client, server], [], [])[0]
                said = speakers[0].recv(MOST)
                if not said:
                    return
                if speakers[0] is server:
                    client.sendall(said)
                elif said.startswith(GOODBYE) or not self._count():
                    server.sendall(said)
                else:
                    if self.is_heard:
                        server.sendall(said)
                        wait_for_answer(server)
                    return

    def _count(self) -> bool:
        with self.lock:
            breaks = self.messages == self.at
            self.messages += 1
            self.has_broken |= breaks
            return breaks


def wait_for_answer(server: socket.socket) -> None:
    """Let a server say all that it has to say; it is silent while it waits for more."""
    patience = LONGEST
    while select.select([server], [], [], patience)[0] and server.recv(MOST):
        patience = SILENCE
