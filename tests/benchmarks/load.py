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

WAIT = 10.0  # seconds for an answer, as the page waits; then it counts as timed out
LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
RETRY_AFTER = re.compile(rb"retry-after: (\d+)", re.IGNORECASE)

# A tablet: a quarter of its time it is drawn on, and then its drawing changes eight times a second.
DRAWING, IDLE, CHANGE = 2.0, 6.0, 1 / 8  # seconds
PAUSE, LONGEST_PAUSE = 0.07, 2.5  # seconds between two questions, as in static/js/client.js


@dataclass
class Load:
    """What clients met in so many seconds: how often each status, and how long each 200 took."""

    seconds: float
    started: float = field(default_factory=perf_counter)
    statuses: Counter = field(default_factory=Counter)
    times: list[float] = field(default_factory=list)  # seconds, of answers with status 200
    in_time: int = 0  # of these, how many came before the seconds were over

    @property
    def is_over(self) -> bool:
        """Whether no more is asked."""
        return perf_counter() > self.started + self.seconds

    @property
    def rate(self) -> float:
        """Readings per second."""
        return self.in_time / self.seconds

    @property
    def p50(self) -> float:
        """Return the median time of a reading in ms."""
        return self.percentile(0.5)

    @property
    def p99(self) -> float:
        """Return the time in ms that 99% of the readings did not exceed."""
        return self.percentile(0.99)

    def note(self, status: str, taken: float) -> None:
        """Count an answer."""
        self.statuses[status] += 1
        if status == "200":
            self.times.append(taken)
            self.in_time += not self.is_over

    def percentile(self, share: float) -> float:
        """Return the time in ms that this share of the readings did not exceed."""
        if not self.times:
            return math.nan
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000


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
            async with asyncio.timeout(WAIT):
                return await self._exchange(request)
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
    requests = [write_request(body) for body in bodies]

    async def behave(load: Load, connection: Connection, number: int) -> None:
        while not load.is_over:
            number += 1
            answer = await ask(load, connection, requests[number % len(requests)])
            if answer.status != "200":
                await asyncio.sleep(answer.retry_after or 1)

    return asyncio.run(run_clients(behave, port, clients, seconds))


def draw_on_tablets(port: int, bodies: Sequence[bytes], tablets: int, seconds: float) -> Load:
    """Let tablets be drawn on, each for a while and then not, and ask as the page does.

    It asks one question at a time, and after 503 waits as long as the server says, twice as long
    as before, and a share of chance: see static/js/pace.js.
    """
    requests = [write_request(body) for body in bodies]

    async def behave(load: Load, connection: Connection, number: int) -> None:
        chance = random.Random(number)
        await asyncio.sleep(chance.uniform(0, DRAWING + IDLE))
        pause = PAUSE
        while not load.is_over:
            pen_up = perf_counter() + DRAWING
            while perf_counter() < pen_up:
                changed = perf_counter() + CHANGE
                answer = await ask(load, connection, chance.choice(requests))
                if answer.retry_after:
                    pause = min(LONGEST_PAUSE, max(answer.retry_after, 2 * pause))
                    await asyncio.sleep(pause * chance.uniform(1, 2))
                else:
                    pause = max(PAUSE, pause / 2)
                    await asyncio.sleep(max(pause, changed - perf_counter()))
            await asyncio.sleep(IDLE)

    return asyncio.run(run_clients(behave, port, tablets, seconds))


def ask_at_rate(port: int, bodies: Sequence[bytes], rate: float, seconds: float) -> Load:
    """Let questions come at random times, `rate` a second, whether or not others are answered.

    As many connections are open as are needed, and a question's time begins when it is due.
    """
    requests = [write_request(body) for body in bodies]

    async def ask_all() -> Load:
        load, free, tasks, chance = Load(seconds), [], [], random.Random(0)
        due = load.started
        while due < load.started + seconds:
            await asyncio.sleep(due - perf_counter())
            connection = free.pop() if free else Connection(port)
            request = chance.choice(requests)
            tasks.append(asyncio.create_task(ask_one(load, connection, request, due, free)))
            due += chance.expovariate(rate)
        await asyncio.gather(*tasks)
        for connection in free:
            connection.close()
        return load

    async def ask_one(
        load: Load, connection: Connection, request: bytes, due: float, free: list
    ) -> None:
        await ask(load, connection, request, due)
        free.append(connection)

    return asyncio.run(ask_all())


async def ask(
    load: Load, connection: Connection, request: bytes, due: float | None = None
) -> Answer:
    """Ask and note the answer; its time counts from when it was due."""
    started = due or perf_counter()
    answer = await connection.ask(request)
    load.note(answer.status, perf_counter() - started)
    return answer


async def run_clients(behave: Callable, port: int, clients: int, seconds: float) -> Load:
    """Let clients behave side by side until the time is over; return what they met."""
    load, connections = Load(seconds), [Connection(port) for _ in range(clients)]
    await asyncio.gather(*(behave(load, each, number) for number, each in enumerate(connections)))
    for connection in connections:
        connection.close()
    return load
