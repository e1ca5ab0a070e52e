"""The recorder: between the trainer's generator and whoever follows it.

It writes a run's events to its folder, lets the network read the probe, and does what
`control.json` asks. The training loop knows nothing of it: while the loop waits at a `yield`, the
recorder writes, reads, rests or waits.
"""

import contextlib
import json
import math
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from time import perf_counter, sleep
from types import TracebackType
from typing import Any

import numpy as np
import torch
from torch import nn

from ml.data.examples import Examples
from ml.data.mnist import Digits
from ml.errors import DataError, DivergedError, StoppedError, TrainingError
from ml.evaluation.metrics import compute_logits
from ml.files import remove_leftovers
from ml.networks.logits import Calibration, can_refuse
from ml.networks.registry import build_model, count_parameters
from ml.runs.control import Control, Probe, read_control, read_probe, write_weights
from ml.runs.events import EventWriter, select_course
from ml.training.events import EpochResult, Event, Finished, SessionStarted, StepResult
from ml.training.recipes import Recipe

BETWEEN_POINTS = 0.1  # seconds, and a thousandth of the time so far: a long run has no more points
BETWEEN_LOOKS = 0.1  # seconds from one look at what is asked to the next
BETWEEN_WEIGHTS = 0.33  # seconds
BEFORE_ESTIMATE = 1.0  # seconds of learning after the first step, on which the time left rests
WAIT = 0.03  # seconds, while paused or resting
RESERVE, RESERVED = ".reserve", 8_192  # bytes that are freed to say that the disk is full


class Recorder:
    """Writes what a training does to its run's folder; a context, which notes how it failed."""

    def __init__(self, folder: Path, recipe: Recipe) -> None:
        self._folder, self._recipe = folder, recipe
        self._model: nn.Module | None = None
        self._control, self._probe = Control(), None
        self._steps = Steps()
        self._clock = Clock()
        self._looked = self._pointed = self._pictured = -math.inf  # when
        self._last_point: dict[str, Any] = {}
        self._is_point_new = False
        self._first_point: tuple[float, float] | None = None  # epochs done, seconds since the start
        self._epochs = 0  # finished

    def __enter__(self) -> "Recorder":
        self._writer = EventWriter(self._folder)
        remove_leftovers(self._folder, "*")
        try:
            write_reserve(self._folder)
        except OSError:
            self._writer.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # What fails here would hide the error that it is about.
        with contextlib.suppress(OSError):
            (self._folder / RESERVE).unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            if isinstance(error, StoppedError | KeyboardInterrupt):
                self._writer.write("stopped", epoch=self._epochs)
            elif error is not None:
                diverged = isinstance(error, DivergedError)
                self._writer.write("failed", reason=explain(error), diverged=diverged)
        self._writer.close()

    def follow(self, events: Iterator[Event], digits: Digits) -> Iterator[Event]:
        """Yield a training's events, after each has been written.

        Raises StoppedError where the run is asked to stop, and what the training raises.
        """
        with contextlib.closing(events):
            first = self._next(events)
            self._start(first, digits)
            event: Event | None = first
            while event is not None:
                self._write(event)
                yield event
                if isinstance(event, StepResult | EpochResult):
                    self._obey()
                event = self._next(events)

    def finish(
        self,
        accuracy: float,
        loss: float,
        *,
        version: int | None = None,
        judged: dict[str, Any] | None = None,
    ) -> None:
        """Write the run's last event: its result on the test set (0-1, nats), what became of it.

        `version` is the model's version that it made; `judged` says whether that is served, why,
        and what was measured before and after.
        """
        pictures = sorted(path.name for path in self._folder.glob("*.png"))
        result = {"accuracy": accuracy, "loss": round_loss(loss), "version": version}
        self._writer.write("finished", **result, pictures=pictures, judged=judged)

    def note(self, kind: str, **values: object) -> None:
        """Write one more event, of a kind that the training itself does not have."""
        self._writer.write(kind, **values)

    def _next(self, events: Iterator[Event]) -> Event | None:
        """Return the next event; the steps before a loss that is not finite make a last point."""
        started = perf_counter()
        try:
            event = next(events, None)
        except DivergedError:
            if self._steps.images:
                self._write_point()
            raise
        if isinstance(event, StepResult):
            self._steps.add(event, perf_counter() - started, self._recipe)
        return event

    def _start(self, first: Event, digits: Digits) -> None:
        """Write `start`, and what a kill kept from being written of epochs that are done."""
        history = read_lines(self._folder / "history.jsonl")
        done = first.first - 1 if isinstance(first, SessionStarted) else len(history)
        model = getattr(first, "model", None) or build_model(self._recipe.model)
        self._epochs = done
        course = select_course(self._writer.events)
        written = max((each["epoch"] for each in course if each["type"] == "epoch"), default=0)
        points = [each for each in course if each["type"] == "point" and each["done"] <= done]
        self._clock.start(max((each["seconds"] for each in points), default=0.0))
        self._writer.write(
            "start",
            model=self._recipe.model,
            data={"name": digits.name} | count_parts(digits),
            epochs=self._recipe.epochs,
            parameters=count_parameters(model),
            resumed=done,
        )
        for epoch in history[written:done]:
            self._writer.write("epoch", **epoch)

    def _write(self, event: Event) -> None:
        match event:
            case SessionStarted():
                self._model = event.model
            case StepResult():
                if event.step == event.steps or self._is_time_for_point():
                    self._write_point()
            case EpochResult():
                self._epochs = event.epoch
                self._writer.write("epoch", **asdict(event))
            case Finished():
                self._writer.write("finishing")

    def _is_time_for_point(self) -> bool:
        now = self._clock.now()
        return now - self._pointed >= max(BETWEEN_POINTS, now / 1000)

    def _write_point(self) -> None:
        """Write a point of the steps since the last one, and the reading of the probe with it."""
        steps, now = self._steps, self._clock.now()
        left = self._estimate_left(steps.done)
        self._last_point = steps.describe() | {"seconds": round(now, 3), "left": left}
        self._steps, self._pointed, self._is_point_new = Steps(), now, True
        self._show_point()

    def _estimate_left(self, done: float) -> float | None:
        """Return the seconds until the last epoch is done, None as long as too little tells.

        The first step does not count: much of it is spent on what the others find ready.
        """
        seconds = self._clock.since_start()
        if self._first_point is None:
            self._first_point = done, seconds
        first_done, first_seconds = self._first_point
        remaining, learning = self._recipe.epochs - done, seconds - first_seconds
        if remaining == 0:
            return 0.0
        if learning < BEFORE_ESTIMATE:
            return None
        return round(remaining * learning / (done - first_done), 1)

    def _show_point(self) -> None:
        """Write the last point with the probe as it is read now, and the weights' pictures."""
        probe = None
        if self._probe is not None and (reading := read_with(self._model, self._probe)):
            probe = {"id": self._probe.id} | reading
        weights, now = find_weights(self._model), perf_counter()
        is_last = self._last_point["step"] == self._last_point["steps"]
        if weights is not None and (is_last or now - self._pictured >= BETWEEN_WEIGHTS):
            self._pictured = now
            # Before the point: whoever has seen the point has been given these, or newer ones.
            write_weights(self._folder, self._writer.count, weights)
        self._writer.write("point", **self._last_point, probe=probe)

    def _obey(self) -> None:
        """Do what is asked: show a new probe, rest after a point, wait while paused, or stop."""
        is_point_new, self._is_point_new = self._is_point_new, False
        began = perf_counter()
        if not (is_point_new and self._control.rest) and began - self._looked < BETWEEN_LOOKS:
            return
        while True:
            if self._look() == "pause":
                self._wait()
            if not is_point_new or perf_counter() - began >= self._control.rest:
                return
            sleep(WAIT)

    def _wait(self) -> None:
        """Wait until the run is no longer to be paused."""
        self._writer.write("paused")
        with self._clock.paused():
            while self._look() == "pause":
                sleep(WAIT)
        self._writer.write("continued")

    def _look(self) -> str:
        """Look at what is asked and return it; raises StoppedError if that is to stop.

        A drawing that is new is read at once: the next point may be far away.
        """
        self._looked = perf_counter()
        self._control = read_control(self._folder)
        if self._control.wanted == "stop":
            raise StoppedError(self._epochs)
        before, self._probe = self._probe, read_probe(self._folder)
        if self._probe and self._last_point and (before is None or before.id != self._probe.id):
            self._show_point()
        return self._control.wanted


class Steps:
    """What the steps since the last point learned, taken together."""

    def __init__(self) -> None:
        self._last: StepResult | None = None
        self._loss, self._correct, self._seconds = 0.0, 0, 0.0
        self.images = 0

    def add(self, step: StepResult, seconds: float, recipe: Recipe) -> None:
        """Count one more step, which took so many seconds."""
        self._last = step
        self._loss += step.loss * (1 if recipe.loss_reduction == "sum" else step.images)
        self._correct += step.correct
        self._seconds += seconds
        self.images += step.images

    @property
    def done(self) -> float:
        """How many epochs the run has done, and which part of the next."""
        return self._last.epoch - 1 + self._last.step / self._last.steps

    def describe(self) -> dict[str, Any]:
        """Return what a point says about these steps: means over their images."""
        return {
            "epoch": self._last.epoch,
            "step": self._last.step,
            "steps": self._last.steps,
            "done": round(self.done, 5),
            "loss": round_loss(self._loss / self.images),
            "accuracy": round(self._correct / self.images, 5),
            "images_per_second": round(self.images / max(self._seconds, 1e-9), 1),
        }


class Clock:
    """Seconds of training, without pauses; those before the run was resumed count."""

    def __init__(self) -> None:
        self._before = self._paused = 0.0
        self._started = perf_counter()

    def start(self, before: float) -> None:
        """Begin to count, after so many seconds before the run was stopped."""
        self._before, self._started = before, perf_counter()

    def since_start(self) -> float:
        """Return the seconds since `start`."""
        return perf_counter() - self._started - self._paused

    def now(self) -> float:
        """Return the seconds of the whole run."""
        return self._before + self.since_start()

    @contextlib.contextmanager
    def paused(self) -> Iterator[None]:
        """Count nothing meanwhile."""
        began = perf_counter()
        try:
            yield
        finally:
            self._paused += perf_counter() - began


def write_reserve(folder: Path) -> None:
    """Take room on the disk that is given back to say that the disk is full."""
    path = folder / RESERVE
    try:
        path.write_bytes(bytes(RESERVED))
    except OSError as error:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
        raise OSError(error.errno, error.strerror, str(path)) from error


def read_lines(path: Path) -> list[dict[str, Any]]:
    """Return the objects of a file of JSON lines."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def count_parts(digits: Digits) -> dict[str, int]:
    """Return how many images each part of a data set has."""
    names = ("training", "validation", "test")
    return {name: len(getattr(digits, name)) for name in names}


def round_loss(loss: float) -> float:
    """Return a loss with six digits, whatever its size."""
    return float(f"{loss:.6g}")


def explain(error: BaseException) -> str:
    """Return what a run failed of, in one sentence that everybody may read: without folders."""
    cause = error if isinstance(error, OSError) else error.__cause__
    if isinstance(cause, OSError):
        name = Path(cause.filename).name if cause.filename else "a file"
        return f"{name} could not be written: {cause.strerror or cause}"
    if isinstance(error, DivergedError | DataError | TrainingError):
        return str(error)
    return f"{type(error).__name__}: the end of the log says why"


def read_with(model: nn.Module, probe: Probe) -> dict[str, Any] | None:
    """Return how a network reads a drawing at this moment, in evaluation mode.

    None if its answers are no numbers: one that diverges comes to that before its loss does.
    """
    seen = torch.from_numpy(np.frombuffer(probe.seen, np.uint8).reshape(1, 28, 28).copy())
    device = next(model.parameters()).device
    logits = compute_logits(model, Examples(seen, torch.zeros(1, dtype=torch.int64)), device)
    if not np.isfinite(logits).all():
        return None
    calibration = Calibration(refusal_threshold=0.0 if can_refuse(logits) else None)
    probabilities = calibration.probabilities(logits)[0]
    no_digit = calibration.no_digit(logits)
    return {
        "digit": int(probabilities.argmax()),
        "probabilities": [round(float(each), 4) for each in probabilities],
        "no_digit": None if no_digit is None else round(float(no_digit[0]), 4),
    }


def find_weights(model: nn.Module | None) -> np.ndarray | None:
    """Return the ten weight pictures, float32 (10, 784), of a network of one layer, else None.

    None as well if they are no numbers.
    """
    names = dict(model.named_parameters()) if model is not None else {}
    if set(names) == {"linear.weight", "linear.bias"}:
        weights = names["linear.weight"]
    elif set(names) == {"weight", "bias"}:
        weights = names["weight"].T
    else:
        return None
    pictures = weights.detach().float().cpu().numpy()
    return pictures if pictures.shape == (10, 784) and np.isfinite(pictures).all() else None
