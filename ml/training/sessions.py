"""train(): a recipe in checkpointed sessions, from the first epoch to the test set."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import torch

from ml.data.mnist import Digits
from ml.errors import TrainingError
from ml.evaluation.metrics import evaluate
from ml.files import write_atomically
from ml.training.distributed import Group
from ml.training.events import (
    CheckpointChecked,
    EpochResult,
    Event,
    Finished,
    SessionStarted,
)
from ml.training.fine_tuning import learning
from ml.training.fine_tuning.learning import FineTuning
from ml.training.loop import fit
from ml.training.recipes import Recipe
from ml.training.state import TrainingState


def train(
    recipe: Recipe,
    digits: Digits,
    folder: Path,
    *,
    seed: int,
    device: torch.device,
    resume: bool = False,
    tuning: FineTuning | None = None,
    group: Group | None = None,
) -> Iterator[Event]:
    """Train in sessions with a checkpoint after every epoch; yield each thing that happens.

    Between two sessions the model goes through the file: saved, loaded into a fresh model and a
    fresh optimizer, and read on the test set by both, which must answer alike (TrainingError).
    `folder` is made and gets checkpoint.pt and history.jsonl. Resuming gives the same weights as
    never having stopped, bit for bit on the same machine. With `tuning` the sessions go on from its
    weights, and learn its drawings in place of `digits.training`. In a `group` of several processes
    all call this; the first one reads the test set between sessions, and writes what all can resume
    from, also if they are fewer or more by then.
    """
    group = group or Group()
    path = folder / "checkpoint.pt"
    checksum = tuning.checksum() if tuning else digits.checksum()
    load = (recipe, seed, checksum, device)
    weights = tuning.weights if tuning else None
    state = TrainingState.load(path, *load) if resume else TrainingState.start(*load, weights)
    if group.is_first:
        folder.mkdir(parents=True, exist_ok=True)
        _write_history(folder, state.history)  # a kill can fall between checkpoint and history
    marks, first = [], 1
    for number, epochs in enumerate(recipe.sessions, 1):
        last = first + epochs - 1
        if state.epoch < last and not state.is_done:
            sessions = len(recipe.sessions)
            yield SessionStarted(number, sessions, state.epoch + 1, last, state.model)
            yield from _run_session(state, digits, folder, last, tuning, group)
            if number < len(recipe.sessions):
                expected = group.from_first(partial(_read_test, state, digits))
                state = TrainingState.load(path, *load)
                loaded = group.from_first(partial(_read_test, state, digits))
                yield _compare(path, expected, loaded)
        if number < len(recipe.sessions) and last <= state.epoch:
            marks.append(last)
        first = last + 1
    evaluation = evaluate(state.result, digits.test, device)
    early = recipe.is_goal(state.history[-1]["training_accuracy"])
    yield Finished(state.result, evaluation, state.history, marks, early)


def _read_test(state: TrainingState, digits: Digits) -> float:
    """Return the accuracy on the test set, 0-1."""
    return evaluate(state.result, digits.test, state.device).accuracy


def _run_session(
    state: TrainingState,
    digits: Digits,
    folder: Path,
    last: int,
    tuning: FineTuning | None,
    group: Group,
) -> Iterator[Event]:
    own = {}
    if tuning:
        loader = tuning.make_loader(state.recipe, state.device)
        own = {"loader": loader, "learn": learning.train_epoch}
    for result in fit(
        state.model,
        state.optimizer,
        state.recipe,
        digits.training,
        digits.validation,
        epochs=range(state.epoch + 1, last + 1),
        seed=state.seed,
        device=state.device,
        generator=state.generator,
        average=state.average,
        group=group,
        **own,
    ):
        if isinstance(result, EpochResult):
            state.history.append(asdict(result))
            if group.is_first:
                state.save(folder / "checkpoint.pt")
                _write_history(folder, state.history)
        yield result


def _compare(path: Path, expected: float, loaded: float) -> CheckpointChecked:
    if expected != loaded:
        raise TrainingError(
            f"the model loaded from {path} reads {loaded:.4%} of the test set, "
            f"but the one saved there read {expected:.4%}"
        )
    return CheckpointChecked(path, expected, loaded)


def _write_history(folder: Path, history: list[dict[str, Any]]) -> None:
    """Make history.jsonl agree with the checkpoint."""
    text = "".join(json.dumps(epoch) + "\n" for epoch in history)
    path = folder / "history.jsonl"
    write_atomically(path, lambda temporary: temporary.write_text(text, encoding="utf-8"))
