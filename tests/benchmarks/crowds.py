"""How many readings many clients get, at once and from another checkout's server in turn."""

import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from tests.benchmarks.load import Load, ask_at_once, ask_at_rate, draw_on_tablets
from tests.benchmarks.serving import ROOT, ask_many, cpu_of, make_body, memory_of, run_server

CLIENTS = (1, 4, 16, 100)
CROWD = 100
CPU = "processor time of a reading, ms"
ROUNDS, SECONDS = 3, 2.5  # each number of clients, each checkout, alternating
STARTS = 3
OPEN_SHARE, OPEN_SECONDS = 0.8, 10  # of the rate of 100 clients
TABLETS, TABLET_SECONDS = 300, 16  # two drawings of each
WORKERS = 2  # of gunicorn
CONFIGURATION = ROOT / "gunicorn.conf.py"
RIGHT = {"200", "503"}  # what a server answers under any load; a tablet asks again after 503


@dataclass(frozen=True)
class Crowds:
    """What this server reaches (`here`) and the other one, by the words for each figure.

    `answers` says what each crowd met here: readings per second, times in ms, every answer's count;
    `failures` is a sentence for each crowd that met what no crowd may meet.
    """

    figures: dict[str, dict[str, float]]
    answers: dict[str, tuple[float, float, float, str]]
    failures: list[str]


def measure(against: Path | None) -> Crowds:
    """Return what this server reaches, and what the other checkout's does in the same run."""
    roots = {"here": ROOT} | ({"against": against.resolve()} if against else {})
    bodies = [make_body(digit) for digit in range(10)]
    starts = {which: [] for which in roots}
    for _ in range(STARTS):
        for which, root in roots.items():
            starts[which].append(_measure_start(root, bodies))
    with ExitStack() as stack:
        servers = {which: stack.enter_context(run_server(root)) for which, root in roots.items()}
        loads, cpu = _measure_at_once(servers, bodies)
        _, port = servers["here"]
        rate = OPEN_SHARE * _median(loads["here", CROWD], "rate")
        at_rate = [ask_at_rate(port, bodies, rate, OPEN_SECONDS) for _ in range(ROUNDS)]
        tablets = draw_on_tablets(port, bodies, TABLETS, TABLET_SECONDS)
        figures = {
            which: {
                **_list_figures({clients: loads[which, clients] for clients in CLIENTS}),
                CPU: cpu[which],
                "seconds from `python run.py` to the first reading": statistics.median(
                    starts[which]
                ),
                "memory afterwards, MB": memory_of(process.pid),
            }
            for which, (process, _) in servers.items()
        }
    with run_workers() as port:
        ask_at_once(port, bodies, 16, 1)
        workers = [ask_at_once(port, bodies, CROWD, SECONDS) for _ in range(ROUNDS)]
    share = f"{OPEN_SHARE:.0%} of {CROWD} clients'"
    others = {
        f"{CROWD} clients, gunicorn with {WORKERS} workers": workers,
        f"{rate:.0f} readings a second at random times ({share})": at_rate,
        f"{TABLETS} tablets, of which a quarter draw": [tablets],
    }
    met = {_name(clients): loads["here", clients] for clients in CLIENTS} | others
    answers = {name: _describe_load(each) for name, each in met.items()}
    return Crowds(figures, answers, list_failures(met))


def list_failures(met: dict[str, list[Load]]) -> list[str]:
    """Return a sentence for each crowd of which somebody met something else than 200 and 503."""
    failures = []
    for name, loads in met.items():
        counts = _count_answers(loads)
        if wrong := {status: counts[status] for status in sorted(counts.keys() - RIGHT)}:
            failures.append(f"{name} met other answers than 200 and 503: {_list_counts(wrong)}.")
    return failures


def _measure_start(root: Path, bodies: list[bytes]) -> float:
    started = perf_counter()
    with run_server(root) as (_, port):
        ask_many(port, 1, bodies)
        return perf_counter() - started


def _measure_at_once(
    servers: dict[str, tuple[subprocess.Popen, int]], bodies: list[bytes]
) -> tuple[dict[tuple[str, int], list[Load]], dict[str, float]]:
    """Return the loads by server and number of clients, and each server's ms for a reading."""
    loads = {(which, clients): [] for which in servers for clients in CLIENTS}
    spent = dict.fromkeys(servers, 0.0)
    for _, port in servers.values():
        ask_at_once(port, bodies, 16, 1)  # both are warm
    for _ in range(ROUNDS):
        for clients in CLIENTS:
            for which, (process, port) in servers.items():
                before = cpu_of(process.pid)
                loads[which, clients].append(ask_at_once(port, bodies, clients, SECONDS))
                spent[which] += cpu_of(process.pid) - before
    readings = {
        which: sum(len(load.times) for clients in CLIENTS for load in loads[which, clients])
        for which in servers
    }
    return loads, {which: spent[which] * 1000 / readings[which] for which in servers}


def _list_figures(loads: dict[int, list[Load]]) -> dict[str, float]:
    found = {}
    for clients, each in loads.items():
        name = _name(clients)
        found[f"readings per second, {name}"] = _median(each, "rate")
        found[f"p50 in ms, {name}"] = _median(each, "p50")
        found[f"p99 in ms, {name}"] = _median(each, "p99")
    return found


def _name(clients: int) -> str:
    return f"{clients} client{'s' if clients > 1 else ''}"


def _describe_load(loads: list[Load]) -> tuple[float, float, float, str]:
    answers = _list_counts(_count_answers(loads))
    return _median(loads, "rate"), _median(loads, "p50"), _median(loads, "p99"), answers


def _count_answers(loads: list[Load]) -> Counter:
    return sum((load.statuses for load in loads), start=Counter())


def _list_counts(statuses: dict[str, int]) -> str:
    return ", ".join(f"{count:,} × {status}" for status, count in statuses.items())


def _median(loads: list[Load], figure: str) -> float:
    return statistics.median(getattr(load, figure) for load in loads)


@contextmanager
def run_workers() -> Iterator[int]:
    """Serve with gunicorn's workers, by its configuration where there is one; yield the port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as instance:
        settings = {"BOARD_INSTANCE": instance, "BOARD_WORKERS": str(WORKERS)}
        settings |= {"BOARD_BIND": f"127.0.0.1:{port}", "BOARD_LIMITS": "off"}
        flags = ["--workers", str(WORKERS), "--threads", "6", "--bind", f"127.0.0.1:{port}"]
        own = [] if CONFIGURATION.exists() else [*flags, "webapp:create_app()"]
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", *own],
            cwd=ROOT,
            env={**os.environ, **settings},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _wait_for(port)
            yield port
        finally:
            process.terminate()
            process.wait(30)


def _wait_for(port: int) -> None:
    for _ in range(300):
        try:
            ask_many(port, 1, [make_body(7)])
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("gunicorn did not start: gunicorn says why")
