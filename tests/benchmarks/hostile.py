"""Hostile requests to a real server: nothing answers 5xx, nothing hangs, memory stays flat."""

import contextlib
import http.client
import random
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

from tests.benchmarks.hostile_requests import RARE, make_request
from tests.benchmarks.serving import run_server

REQUESTS = 100_000
CLIENTS = 6
LONGEST = 60.0  # seconds for an answer, on a machine that has other things to do
GROWTH = 48.0  # MiB at the end above what was taken when all was warm
WARM = 1_000  # requests by which all that is loaded once is loaded; of many, it is a fifth
MARKS = 10  # looks at the memory
EACH_RARE = 50


@dataclass
class Attack:
    """What has been sent, and what came back; safe for threads."""

    port: int
    pid: int
    requests: int
    sent: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    longest: float = 0.0
    longest_of: str = ""
    failures: list[str] = field(default_factory=list)
    memory: dict[int, float] = field(default_factory=dict)  # MiB, by the requests so far
    lock: threading.Lock = field(default_factory=threading.Lock)

    def next_number(self) -> int | None:
        """Return the number of a request that nobody sends yet; None after the last."""
        with self.lock:
            if self.sent >= self.requests:
                return None
            if self.sent % (self.requests // MARKS) == 0:
                self.memory[self.sent] = read_memory(self.pid)
                print(f"{self.sent:,}: {self.memory[self.sent]:.0f} MiB", file=sys.stderr)
            self.sent += 1
            return self.sent - 1

    def note(self, what: str, status: int, retry: str | None, seconds: float) -> None:
        """Count an answer; 5xx is a failure, but for 503 that says when to come back."""
        with self.lock:
            self.statuses[str(status)] += 1
            if seconds > self.longest:
                self.longest, self.longest_of = seconds, what
            if status >= 500 and not (status == 503 and retry):
                self.failures.append(f"{what}: {status}")

    def fail(self, words: str) -> None:
        """Count what is no answer at all."""
        with self.lock:
            self.failures.append(words)


def measure(requests: int = REQUESTS, seed: int = 31) -> dict[str, Any]:
    """Attack a server of its own; return what came back, with `failures` where it did wrong."""
    with tempfile.TemporaryDirectory() as place:
        flags = ("--instance", str(Path(place) / "instance"))
        with run_server(flags=flags) as (process, port):
            attack = Attack(port, process.pid, requests)
            started = perf_counter()
            threads = [
                threading.Thread(target=send_all, args=(attack, seed)) for _ in range(CLIENTS)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            seconds = perf_counter() - started
            attack.memory[requests] = read_memory(process.pid)
            if process.poll() is not None:
                attack.fail("the server has ended")
    return describe(attack, seconds)


def describe(attack: Attack, seconds: float) -> dict[str, Any]:
    """Return the figures of an attack; too much memory is a failure, too."""
    marks = sorted(attack.memory)
    # The C library keeps a heap for each thread, which breathes: the highest counts.
    is_warm_by = max(WARM, attack.requests // 5)
    warm = max(attack.memory[mark] for mark in marks if mark <= is_warm_by)
    growth = attack.memory[marks[-1]] - warm
    if growth > GROWTH:
        attack.fail(f"the memory grew by {growth:.0f} MiB")
    if attack.longest > LONGEST:
        attack.fail(f"{attack.longest_of} took {attack.longest:.1f} s")
    return {
        "requests": attack.requests,
        "seconds": round(seconds),
        "statuses": dict(sorted(attack.statuses.items())),
        "longest_seconds": round(attack.longest, 2),
        "longest": attack.longest_of,
        "memory_mib": {mark: round(attack.memory[mark], 1) for mark in marks},
        "growth_mib": round(growth, 1),
        "allowed_growth_mib": GROWTH,
        "failures": len(attack.failures),
        "first_failures": attack.failures[:20],
    }


def send_all(attack: Attack, seed: int) -> None:
    """Send requests on a connection that is kept as long as the server keeps it."""
    connection = http.client.HTTPConnection("127.0.0.1", attack.port, timeout=LONGEST)
    with contextlib.closing(connection):
        while (number := attack.next_number()) is not None:
            rng = random.Random(f"{seed} {number}")
            is_rare = number % EACH_RARE == 0
            send(attack, connection, *(rng.choice(RARE)(rng) if is_rare else make_request(rng)))


def send(
    attack: Attack,
    connection: http.client.HTTPConnection,
    method: str,
    path: str,
    headers: dict[str, str],
    body: bytes | None,
) -> None:
    """Send a request and count its answer; once more where the connection had been closed."""
    what, started = f"{method} {path[:60]}", perf_counter()
    for last in (False, True):
        try:
            connection.request(method, path or "/", body, headers)
            answer = connection.getresponse()
            answer.read()
        except TimeoutError:
            attack.fail(f"{what}: no answer in {LONGEST:.0f} s")
            connection.close()
            return
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            if last:
                attack.fail(f"{what}: {error!r}")
        else:
            retry = answer.getheader("Retry-After")
            attack.note(what, answer.status, retry, perf_counter() - started)
            return


def read_memory(pid: int) -> float:
    """Return a process's resident memory in MiB; 0 where the system does not say."""
    with contextlib.suppress(OSError, StopIteration, ValueError):
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024
    return 0.0


def report(requests: int = REQUESTS) -> Iterator[dict[str, Any]]:
    """Yield the figures; raises SystemExit if the server did anything wrong."""
    figures = measure(requests)
    yield figures
    if figures["failures"]:
        raise SystemExit(f"hostile: {figures['failures']} failures")
