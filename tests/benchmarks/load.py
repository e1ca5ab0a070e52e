"""Many clients in one process and one thread, so that asking costs little beside answering.

Every client keeps one connection, as a browser does, and has one question under way.
"""

import asyncio
import math
import random
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import perf_counter

WAIT = 30.0  # seconds for an answer, after which it counts as timed out
LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
RETRY_AFTER = re.compile(rb"retry-after: (\d+)", re.IGNORECASE)


@dataclass
class Load:
    """What clients met: how often each status, and how long each 200 took."""

    seconds: float = 0.0  # in which answers counted
    statuses: Counter = field(default_factory=Counter)
    times: list[float] = field(default_factory=list)  # seconds, of answers with status 200

    @property
    def rate(self) -> float:
        """Readings per second."""
        return self.statuses["200"] / self.seconds

    def percentile(self, share: float) -> float:
        """Return the time in ms that this share of the readings did not exceed."""
        if not self.times:
            return math.nan
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000

    def summarize(self) -> dict[str, object]:
        """Return the figures of a table's row."""
        return {
            "readings_per_second": round(self.rate, 1),
            "p50_ms": round(self.percentile(0.5), 1),
            "p99_ms": round(self.percentile(0.99), 1),
            "answers": dict(self.statuses),
        }


@dataclass(frozen=True)
class Answer:
    """A status as HTTP says it, or "reset" or "timed out"; and when to come back, in seconds."""

    status: str
    retry_after: int | None = None


class Connection:
    """One client's connection, opened when it is first needed and again after it was closed."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def ask(self, request: bytes) -> Answer:
        """Send a request; return what came back."""
        try:
            return await asyncio.wait_for(self._exchange(request), WAIT)
        except TimeoutError:
            self.close()
            return Answer("timed out")
        except (OSError, asyncio.IncompleteReadError):
            self.close()
            return Answer("reset")

    async def _exchange(self, request: bytes) -> Answer:
        if self._writer is None:
            opened = await asyncio.open_connection("127.0.0.1", self._port, limit=2**20)
            self._reader, self._writer = opened
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        await self._reader.readexactly(int(LENGTH.search(head)[1]))
        status, later = head[9:12].decode(), RETRY_AFTER.search(head)
        if b"connection: close" in head.lower():
            self.close()
        return Answer(status, int(later[1]) if later else None)

    def close(self) -> None:
        """Close the connection; the next question opens another."""
        if self._writer is not None:
            self._writer.close()
        self._writer = None


def write_request(body: bytes) -> bytes:
    """Return a question as a browser sends it."""
    head = (
        "POST /api/predict HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def ask_at_once(port: int, bodies: Sequence[bytes], clients: int, seconds: float) -> Load:
    """Let every client ask again as soon as it has its answer, or may come back."""

    async def behave(load: Load, connection: Connection, number: int, end: float) -> None:
        turn = number
        while perf_counter() < end:
            turn += 1
            answer = await ask(load, connection, requests[turn % len(requests)])
            if answer.status != "200":
                await asyncio.sleep(answer.retry_after or 1)

    requests = [write_request(body) for body in bodies]
    return asyncio.run(run_clients(behave, port, clients, seconds))


def ask_at_rate(port: int, bodies: Sequence[bytes], rate: float, seconds: float) -> Load:
    """Let questions come at random times, `rate` a second, whether or not others are answered.

    As many connections are open as are needed.
    """

    async def ask_all() -> Load:
        load, free, tasks = Load(), [], []
        random.seed(0)
        started = due = perf_counter()
        while due < started + seconds:
            await asyncio.sleep(due - perf_counter())
            connection = free.pop() if free else Connection(port)
            tasks.append(asyncio.create_task(ask_one(load, connection, due, free)))
            due += random.expovariate(rate)
        await asyncio.gather(*tasks)
        load.seconds = perf_counter() - started
        for connection in free:
            connection.close()
        return load

    async def ask_one(load: Load, connection: Connection, due: float, free: list) -> None:
        await ask(load, connection, random.choice(requests), due)
        free.append(connection)

    requests = [write_request(body) for body in bodies]
    return asyncio.run(ask_all())


async def ask(
    load: Load, connection: Connection, request: bytes, due: float | None = None
) -> Answer:
    """Ask and note the answer; its time counts from when it was due."""
    started = due or perf_counter()
    answer = await connection.ask(request)
    load.statuses[answer.status] += 1
    if answer.status == "200":
        load.times.append(perf_counter() - started)
    return answer


async def run_clients(behave: Callable, port: int, clients: int, seconds: float) -> Load:
    """Let clients behave side by side until the time is over; return what they met."""
    load, connections = Load(), [Connection(port) for _ in range(clients)]
    started = perf_counter()
    await asyncio.gather(
        *(
            behave(load, connection, number, started + seconds)
            for number, connection in enumerate(connections)
        )
    )
    load.seconds = perf_counter() - started
    for connection in connections:
        connection.close()
    return load
