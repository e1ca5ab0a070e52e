"""A server of runs, played: it answers the page Train with what a test wants to be seen."""

import json
import math
import re
from base64 import b64encode
from datetime import UTC, datetime

from playwright.sync_api import BrowserContext, Page, Request, Route

RECIPE = {"learning_rate": 0.01, "batch_size": 64, "epochs": 3, "optimizer": "sgd", "seed": 0}
ABOUT = {
    "learning_rate": "How far the numbers move in one step.",
    "batch_size": "How many images it looks at before each step.",
    "epochs": "How often it sees all images.",
    "optimizer": "The rule that turns mistakes into steps.",
    "seed": "The same seed gives the same network.",
}
TITLES = {"quick_cnn": "Quick CNN", "linear": "Logistic regression", "board_cnn": "Board CNN"}
STEPS = 100  # of an epoch


def list_recipes() -> list[dict]:
    """Return what can be trained, as the server says it."""
    return [
        {
            "model": model,
            "title": title,
            "default": RECIPE,
            "bounds": {
                "learning_rate": [1e-5, 10],
                "batch_size": [2, 4096],
                "epochs": [1, 50],
            },
            "optimizers": ["sgd", "adam", "adamw"],
            "about": ABOUT,
        }
        for model, title in TITLES.items()
    ]


def make_summary(number: int, model: str = "quick_cnn", state: str = "running", **others) -> dict:
    """Return a run as the list has it; the larger its number, the newer it is."""
    started = datetime(2026, 11, 29, 9, number, tzinfo=UTC).isoformat()
    return {
        "id": f"{model}-20261129-09{number:02}00",
        "model": model,
        "title": TITLES[model],
        "state": state,
        "recipe": {"learning_rate": 0.01, "batch_size": 64, "optimizer": "sgd"},
        "seed": 0,
        "data": "generated",
        "kind": "train",
        "started": started,
        "epochs": 3,
        "accuracy": None,
        "version": None,
        "reason": None,
        "diverged": False,
        "can_resume": state in ("stopped", "failed"),
        "wanted": "run",
        "rest": 0,
    } | others


def make_point(done: float, accuracy: float, loss: float | None, probe: dict | None = None) -> dict:
    """Return the event of a point after `done` epochs."""
    epoch = max(1, math.ceil(done))
    return {
        "type": "point",
        "epoch": epoch,
        "step": round((done - epoch + 1) * STEPS),
        "steps": STEPS,
        "done": done,
        "loss": loss,
        "accuracy": accuracy,
        "images_per_second": 24_137.5,
        "seconds": 4 * done,
        "left": 4 * (3 - done),
        "probe": probe,
    }


def make_probe(digit: int, share: float = 0.8, number: int = 1) -> dict:
    """Return a reading of the drawing on the small board."""
    rest = (1 - share) / 9
    probabilities = [share if each == digit else rest for each in range(10)]
    return {"id": number, "digit": digit, "probabilities": probabilities, "no_digit": None}


def make_curve(epochs: float, speed: float = 2.0, probe: bool = False) -> list[dict]:
    """Return the events of a run that learns well, up to so many epochs."""
    events = [{"type": "start", "model": "quick_cnn", "epochs": 3, "resumed": 0}]
    for number in range(round(epochs * 20) + 1):
        done = number / 20
        learned = 1 - math.exp(-speed * done)
        wave = 0.02 * math.sin(9 * done) * (1 - learned)
        digit = (3 if done < 0.15 else 9) if done < 0.5 else 7
        reading = make_probe(digit, 0.3 + 0.6 * learned) if probe else None
        events.append(
            make_point(done, 0.1 + 0.88 * learned + wave, 2.3 - 2.2 * learned - wave, reading)
        )
        if done and done == int(done):
            figures = {"accuracy": 0.11 + 0.88 * learned, "loss": 2.25 - 2.2 * learned}
            events.append(
                {
                    "type": "epoch",
                    "epoch": int(done),
                    "seconds": 4.0,
                    "images_per_second": 24_000.0,
                    **{f"training_{name}": value for name, value in figures.items()},
                    **{f"validation_{name}": value for name, value in figures.items()},
                }
            )
    return events


def make_weights(contrast: int) -> dict:
    """Return ten weight pictures: rings, the stronger the higher the contrast."""
    pictures = []
    for digit in range(10):
        rings = bytes(
            round(128 + contrast * math.cos(math.hypot(x - 13.5, y - 13.5) * (0.3 + digit / 20)))
            for y in range(28)
            for x in range(28)
        )
        pictures.append(b64encode(rings).decode())
    return {"n": contrast, "pictures": pictures}


class PlayedRuns:
    """The runs, data and versions of a server that is not there; tests change what it says."""

    def __init__(self) -> None:
        self.summaries: dict[str, dict] = {}  # by id, the newest last
        self.events: dict[str, list[dict]] = {}
        self.asked: list[tuple[str, str, dict | None]] = []  # method, path and body of each change
        self.polls = 0  # how often a run was asked for
        self.data = {
            "mnist": {"there": True, "folder": "data", "missing": [], "download": None},
            "torch": True,
            "drawings": 23,
        }
        self.versions: list[dict] = []
        self.weights: dict | None = None
        self.probe: dict | None = None
        self.answers: dict[tuple[str, str], dict] = {}  # of (method, path): instead of the usual

    def play_for(self, page: Page | BrowserContext) -> None:
        """Answer what the page asks of the API of runs."""
        page.route(re.compile(r"/api/(runs|data|recipes|versions)"), self._answer)

    def add(self, summary: dict, events: list[dict] = ()) -> str:
        """Add a run; return its id."""
        self.summaries[summary["id"]] = summary
        self.events[summary["id"]] = []
        self.tell(summary["id"], *events)
        return summary["id"]

    def tell(self, run: str, *events: dict, **changed) -> None:
        """Let events happen in a run, and its summary change."""
        told = self.events[run]
        for event in events:
            told.append(event | {"n": len(told), "time": 0})
        self.summaries[run] |= changed

    def _answer(self, route: Route) -> None:
        request = route.request
        path, _, query = request.url.partition("/api/")[2].partition("?")
        body = read_body(request)
        if request.method != "GET":
            self.asked.append((request.method, path, body))
        usual = self.answers.get((request.method, path)) or self._find(
            request.method, path, query, body
        )
        route.fulfill(**usual)

    def _find(self, method: str, path: str, query: str, body: dict | None) -> dict:
        noun, *rest = path.split("/")
        if method == "GET" and noun != "runs":
            return {"json": getattr(self, f"_get_{noun}")()}
        if noun == "versions":
            return {"json": self._serve(rest[0], body["version"])}
        if noun == "data":
            self.data["mnist"]["download"] = {"state": "running", "bytes": 0, "total": 11_594_722}
            return {"status": 202, "json": {}}
        if method == "GET" and not rest:
            return {"json": {"runs": self._list(), "running": None}}
        if method == "GET":
            return self._tell_run(rest[0], query)
        if method == "POST" and not rest:
            return {"status": 201, "json": self._start(body)}
        return self._change(method, *rest, body=body)

    def _get_recipes(self) -> dict:
        return {"recipes": list_recipes()}

    def _get_data(self) -> dict:
        return self.data

    def _get_versions(self) -> dict:
        return {"versions": self.versions}

    def _list(self) -> list[dict]:
        return list(self.summaries.values())[::-1]

    def _tell_run(self, run: str, query: str) -> dict:
        if run not in self.summaries:
            return {"status": 404, "json": {"detail": "There is no such run."}}
        self.polls += 1
        since = int(re.search(r"since=(\d+)", query)[1])
        events = self.events[run]
        state = {"events": events[since:], "next": len(events), "weights": self.weights}
        is_dead = self.summaries[run]["state"] == "failed"
        log = {"log": ["Traceback (most recent call last):", "MemoryError"]} if is_dead else {}
        return {"json": self.summaries[run] | state | log | {"probe": self.probe}}

    def _start(self, body: dict) -> dict:
        changed = {name: value for name, value in body["recipe"].items() if name != "epochs"}
        summary = make_summary(len(self.summaries) + 10, body["model"], data=body["data"])
        summary["recipe"] |= changed
        summary["epochs"] = body["recipe"].get("epochs", 3)
        self.add(summary)
        return summary

    def _change(self, method: str, run: str, word: str = "", *, body: dict | None) -> dict:
        if method == "DELETE":
            del self.summaries[run]
            return {"status": 204}
        states = {"pause": "paused", "continue": "running", "stop": "stopped", "resume": "running"}
        if word in states:
            self.summaries[run] |= {"state": states[word], "can_resume": word == "stop"}
        if word == "probe":
            self.probe = None if "clear" in body else {"id": 1, "seen": [0] * 784}
            return {"json": self.probe or {"id": None, "seen": None}}
        return {"json": self.summaries[run]}

    def _serve(self, model: str, version: int) -> dict:
        for entry in self.versions:
            entry["served"] = entry["version"] == version
        return next(entry for entry in self.versions if entry["version"] == version)


def read_body(request: Request) -> dict | None:
    """Return the JSON that a request carries."""
    return json.loads(request.post_data) if request.post_data else None


def make_version(number: int, served: bool = False, **others) -> dict:
    """Return a version as the server lists it."""
    return {
        "model": "quick_cnn",
        "version": number,
        "served": served,
        "date": "2026-11-29T09:00:00+00:00",
        "parent": None,
        "origin": None if number == 0 else {"kind": "trained", "run": None},
        "test_accuracy": 0.987,
        "weights": "0123456789ab",
        "data": {"name": "MNIST"},
    } | others
