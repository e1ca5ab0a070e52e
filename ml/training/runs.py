"""A run's folder: where it lies, which one to go on with, and the command that repeats it."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any

from ml.data.mnist import MNIST
from ml.errors import CheckpointError, UnknownModelError
from ml.files import from_here
from ml.networks.card import card_path, read_card
from ml.networks.registry import MODELS
from ml.runs import folders
from ml.runs.control import CONTROL
from ml.runs.events import read_events, select_course
from ml.runs.locks import HANDED_OVER, keep_or_hold
from ml.training.events import EpochResult
from ml.training.recipes import RECIPES, Recipe
from ml.training.state import load_checkpoint

# The fields of a recipe that the command line can change, with their flags.
OVERRIDES = {
    "sessions": "--sessions",
    "learning_rate": "--lr",
    "batch_size": "--batch-size",
    "optimizer": "--optimizer",
    "momentum": "--momentum",
    "session_decay": "--session-decay",
}
NAMED = 3  # runs, where the one that is asked for is not there
LOCK_PATIENCE = 0.5  # seconds: whoever looks whether a folder is in use holds it for an instant


def make_folder(runs_dir: Path, model: str) -> Path:
    """Make a new run's folder, which no other training gets, and return it."""
    return from_here(folders.make_folder(runs_dir, model))


def check_unused(folder: Path) -> None:
    """Raise CheckpointError if a run is in the folder already."""
    if (folder / "checkpoint.pt").exists():
        raise CheckpointError(
            f"{folder} holds a run already; go on with it by --resume, or choose another --out"
        )


@contextmanager
def hold_folder(folder: Path, *, resume: bool, heed: bool = False) -> Iterator[None]:
    """Make a run's folder, if need be, and keep other trainings out of it.

    A server that starts this process has taken the lock and handed it over. What was asked of the
    run before is forgotten, unless this goes on with it (`heed`). Raises CheckpointError if another
    training uses the folder, or a new run's holds a run already.
    """
    folder.mkdir(parents=True, exist_ok=True)
    reason = CheckpointError(
        f"another training is running in {folder}; wait for its end, or choose another --out"
    )
    is_alone = HANDED_OVER not in os.environ
    with keep_or_hold(folder / folders.LOCK, LOCK_PATIENCE, reason):
        if not resume:
            check_unused(folder)  # again: a run may have ended in it since
        if is_alone and not heed:
            (folder / CONTROL).unlink(missing_ok=True)
        yield


def find_folder(runs_dir: Path, model: str | None, out: Path | None) -> Path:
    """Return the folder to resume: `out`, or that of the newest run (of the model).

    Raises CheckpointError if there is none or it was stopped before its first epoch had ended,
    UnknownModelError for a model that is not ours.
    """
    if model is not None and model not in MODELS:
        raise UnknownModelError(model, list(MODELS))
    if out is not None:
        return out
    found = (path.parent for path in _find_newest(runs_dir))
    folder = next((each for each in found if model is None or _is_of(each, model)), None)
    if folder is None:
        where = from_here(runs_dir)
        raise CheckpointError(f"there is no run in {where} to go on with; leave out --resume")
    if not (folder / "checkpoint.pt").exists():
        raise CheckpointError(
            f"the newest run, {folder}, was stopped before its first epoch had ended; "
            "leave out --resume, or name an older run by --out"
        )
    return folder


def _find_newest(runs_dir: Path) -> list[Path]:
    """Return the runs' histories, the last written first."""
    found = map(from_here, runs_dir.glob("*/history.jsonl"))
    return sorted(found, key=lambda path: path.stat().st_mtime, reverse=True)


def _is_of(folder: Path, model: str) -> bool:
    """Return whether a run trains the model; without a checkpoint the folder's name tells."""
    try:
        return read_settings(folder)[0].model == model
    except CheckpointError:
        return folder.name.startswith(f"{model}-")


def is_finished(folder: Path, recipe: Recipe) -> bool:
    """Return whether the run in a folder has come to the end of its recipe and has its card."""
    if not card_path(folder, recipe.model).exists():
        return False
    card = read_card(folder, recipe.model)
    return card.reached_goal or card.epochs == recipe.epochs


def read_settings(folder: Path) -> tuple[Recipe, int]:
    """Return the recipe and the seed that a run's checkpoint was trained with."""
    path = folder / "checkpoint.pt"
    state = load_checkpoint(path)
    try:
        return Recipe.from_dict(state["recipe"]), state["seed"]
    except (KeyError, TypeError, AttributeError) as error:
        raise CheckpointError(f"the checkpoint {path} has no readable recipe") from error


def make_flags(recipe: Recipe, seed: int, source: str = MNIST) -> list[str]:
    """Return the flags that train by this recipe and seed, on this source of data."""
    changed = list_changes(recipe, RECIPES[recipe.model])
    data = [] if source == MNIST else ["--learn-from", source]
    return ["--train", "--model", recipe.model, *changed, "--seed", str(seed), *data]


def list_changes(recipe: Recipe, standard: Recipe) -> list[str]:
    """Return the flags that make one recipe of another."""
    return [
        part
        for name, flag in OVERRIDES.items()
        if (value := getattr(recipe, name)) != getattr(standard, name)
        for part in (flag, ",".join(map(str, value)) if name == "sessions" else str(value))
    ]


def make_command(recipe: Recipe, seed: int, source: str = MNIST) -> str:
    """Return the command that trains by this recipe and seed, typed in the project's folder."""
    return " ".join(["python run.py", *make_flags(recipe, seed, source)])


def read_history(folder: Path, runs_dir: Path) -> list[dict[str, Any]]:
    """Return the epochs that a run's events tell of, or its history.jsonl where it has no events.

    Raises CheckpointError if it has none, with the newest of the runs in `runs_dir`.
    """
    course = select_course(read_events(folder))
    if history := [each for each in course if each["type"] == "epoch" and _is_epoch(each)]:
        return history
    path = folder / "history.jsonl"
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        history = [json.loads(line) for line in lines]
    except FileNotFoundError:
        if course:
            return []
        kept = [each for each in _find_newest(runs_dir) if each.stat().st_size]
        newest = ", ".join(str(each.parent) for each in kept[:NAMED])
        raise CheckpointError(
            f"{folder} holds no run: there is no {path.name} in it"
            + (f"; the newest runs are {newest}" if newest else "")
        ) from None
    except ValueError as error:
        raise CheckpointError(f"{path} is damaged: a line is not JSON") from error
    if not all(map(_is_epoch, history)):
        raise CheckpointError(f"{path} is damaged: a line is not an epoch's result")
    if not history and not course:
        raise CheckpointError(f"the run in {folder} has not finished an epoch yet")
    return history


def _is_epoch(record: object) -> bool:
    names = {field.name for field in fields(EpochResult)}
    return isinstance(record, dict) and all(
        type(record.get(name)) in (int, float) for name in names
    )
