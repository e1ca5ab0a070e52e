"""Clients of the board, each with a cookie and a connection of its own, as browsers have them."""

import http.client
import json
import threading
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field

from tests.webapp.people import ADDRESS, make_strokes


@dataclass(frozen=True)
class Answer:
    """An answer over HTTP."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)


def ask(port, method, path, body=None, headers=None, timeout=60):
    """Ask on a connection of its own."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)) as connection:
        return send(connection, method, path, body, headers)


def send(connection, method, path, body=None, headers=None):
    """Ask on a connection; raises OSError or HTTPException if it breaks."""
    headers = dict(headers or {})
    if isinstance(body, dict):
        body, headers = json.dumps(body), {"Content-Type": "application/json"} | headers
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    return Answer(answer.status, answer.headers, answer.read())


class Browser:
    """A browser with its cookie, a hand of its own from its first confirmed drawing on."""

    def __init__(self, port, token=None):
        self.port = port
        self.headers = {"X-Board-Token": token} if token else {}

    def ask(self, method, path, body=None, port=None, **headers):
        answer = ask(port or self.port, method, path, body, self.headers | headers)
        cookie = answer.headers.get("Set-Cookie")
        if cookie:
            self.headers["Cookie"] = cookie.partition(";")[0]
        return answer

    def confirm(self, label, number=0, port=None):
        """Confirm a drawing; return what the server says of it."""
        body = {"strokes": make_strokes(number), "label": label}
        answer = self.ask("POST", ADDRESS, body, port)
        assert answer.status in (200, 201), answer
        return answer.json

    def read(self, number=0, port=None, **body):
        """Have a drawing read."""
        body = {"strokes": make_strokes(number)} | body
        answer = self.ask("POST", "/api/predict", body, port)
        assert answer.status == 200, answer
        return answer.json

    def list_ids(self):
        """The ids of all drawings that are kept."""
        first = self.ask("GET", ADDRESS).json
        pages = [self.ask("GET", f"{ADDRESS}?page={n + 1}").json for n in range(first["pages"])]
        return {drawing["id"] for page in pages for drawing in page["drawings"]}


@dataclass
class Load:
    """Clients that ask one thing after the other until the block ends, and what they heard.

    Every client has a hand, and every third question confirms a drawing that is new.
    """

    port: int
    clients: int = 8
    statuses: Counter = field(default_factory=Counter)
    broken: list = field(default_factory=list)  # connections that ended without an answer
    kept: list = field(default_factory=list)  # for each client, the ids that it was promised
    problems: set = field(default_factory=set)  # what readings said of the store

    def __enter__(self):
        self.browsers = [Browser(self.port) for _ in range(self.clients)]
        for browser in self.browsers:
            self.kept.append({browser.confirm(1)["id"]})
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self._threads = [
            threading.Thread(target=self._go_on, args=(number,)) for number in range(self.clients)
        ]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    @property
    def count(self):
        """How many questions were answered."""
        with self._lock:
            return sum(self.statuses.values())

    def wait_for_more(self, answers=60, seconds=300):
        """Wait until so many more questions have been answered."""
        wanted, until = self.count + answers, time.monotonic() + seconds
        while self.count < wanted:
            assert time.monotonic() < until, (self.statuses, self.broken)
            time.sleep(0.05)

    def _go_on(self, number):
        headers = {"Cookie": self.browsers[number].headers["Cookie"]}
        question = 0
        while not self._stopped.is_set():
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            with closing(connection):
                try:
                    while not self._stopped.is_set():
                        question += 1
                        self._ask(connection, number, question, headers)
                except (OSError, http.client.HTTPException) as error:
                    with self._lock:
                        self.broken.append(repr(error))

    def _ask(self, connection, number, question, headers):
        stores = question % 3 == 0
        body = {"strokes": make_strokes(question)} | ({"label": 1} if stores else {})
        path = ADDRESS if stores else "/api/predict"
        answer = send(connection, "POST", path, body, headers)
        with self._lock:
            self.statuses["stored" if stores else "read", answer.status] += 1
            if stores and answer.status in (200, 201):
                self.kept[number].add(answer.json["id"])
            if "memory_problem" in (answer.json if answer.status == 200 else {}):
                self.problems.add(answer.json["memory_problem"])
        if answer.status == 503:
            time.sleep(float(answer.headers["Retry-After"]) / 4)

    def find_lost(self):
        """How many confirmed drawings are not there any more."""
        found = [browser.list_ids() for browser in self.browsers]
        return sum(len(kept - ids) for kept, ids in zip(self.kept, found, strict=True))
