"""Two servers on one store, killed again and again; and a server whose clock is moved."""

import contextlib
import http.client
import json
import random
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.webapp.people import TOKEN, make_strokes

HEADERS = {"Content-Type": "application/json", "X-Board-Token": TOKEN}
# Moves the clock of the process's Python a second after it has started to serve.
MOVE = """
import threading, time
real = time.time
def move():
    time.time = lambda: real() + {seconds}
threading.Timer(1.0, move).start()
"""


def confirm(server, number, label=7):
    body = json.dumps({"strokes": make_strokes(number), "label": label})
    answer, said = server.ask("POST", "/api/drawings", body, HEADERS)
    assert answer.status in (200, 201), said
    return json.loads(said)["id"]


def confirm_until_killed(server, first):
    """Confirm one drawing after another; return the ids of those that the server has confirmed."""
    kept = []
    with contextlib.suppress(OSError, http.client.HTTPException):
        for number in range(first, first + 1000):
            kept.append(confirm(server, number))
    return kept


def list_ids(server):
    ids, page = [], 1
    while True:
        path = f"/api/drawings?page={page}"
        listed = json.loads(server.ask("GET", path, None, HEADERS)[1])
        ids += [drawing["id"] for drawing in listed["drawings"]]
        if page >= listed["pages"]:
            return ids
        page += 1


@pytest.mark.slow
def test_what_one_of_two_servers_confirmed_is_there_however_often_one_is_killed(start):
    moments, confirmed, rounds = random.Random(31), [], 8
    lasting = start(TOKEN=TOKEN)
    for number in range(rounds):
        killed = start(TOKEN=TOKEN)
        with ThreadPoolExecutor(3) as pool:
            several = [
                pool.submit(confirm_until_killed, killed, 10_000 * number + 3_000 * each)
                for each in range(2)
            ]
            confirmed.append(confirm(lasting, 90_000 + number))
            time.sleep(moments.uniform(0.2, 1.5))
            killed.process.send_signal(signal.SIGKILL)
            killed.process.wait()
            for each in several:
                confirmed += each.result()
    kept = list_ids(lasting)
    assert len(confirmed) > 2 * rounds
    assert set(confirmed) <= set(kept)
    assert len(kept) <= len(confirmed) + 2 * rounds  # those under way came through unheard
    print(f"{rounds} kills, {len(confirmed)} drawings confirmed, none lost")


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [-86_400, -61, 61, 86_400])
def test_a_clock_that_is_moved_stops_nobody(start, seconds):
    server = start(MOVE.format(seconds=seconds), TOKEN=TOKEN)
    first = confirm(server, 0)
    time.sleep(1.5)
    second = confirm(server, 1)
    assert set(list_ids(server)) == {first, second}
    for _ in range(5):
        body = json.dumps({"strokes": make_strokes(1)})
        assert server.ask("POST", "/api/predict", body, HEADERS)[0].status == 200
    assert server.ask("DELETE", "/api/drawings", None, HEADERS)[0].status == 204
    restored = server.ask("POST", "/api/drawings/restore", "{}", HEADERS)[1]
    assert json.loads(restored) == {"restored": 2}
