"""A run's folder: where it lies, which one to go on with, and what is put there at the end."""

import json
import platform
from dataclasses import fields
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

from ml.checkpoint import load_checkpoint, save_weights
from ml.errors import CheckpointError
from ml.models import count_parameters
from ml.recipes import Recipe
from ml.train import Digits, Finished

RUNS_DIR = Path("runs")
SHOWN_SEED = 0  # which test images the picture of readings shows


def make_folder(model: str, out: Path | None) -> Path:
    """Return a new run's folder, made; raises CheckpointError if a run is in it already."""
    now = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    folder = out or _unused(RUNS_DIR / f"{model}-{now}")
    if (folder / "checkpoint.pt").exists():
        raise CheckpointError(
            f"{folder} holds a run already; go on with it by --resume, or choose another --out"
        )
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _unused(folder: Path) -> Path:
    """Return the path, or with -2, -3 … behind it the first that is free."""
    number, candidate = 1, folder
    while candidate.exists():
        number += 1
        candidate = folder.with_name(f"{folder.name}-{number}")
    return candidate


def find_folder(model: str | None, out: Path | None) -> Path:
    """Return the folder to resume: `out`, or the newest run (of the model) that has a checkpoint.

    Raises CheckpointError if there is none.
    """
    if out is not None:
        return out
    pattern = f"{model or '*'}-*/checkpoint.pt"
    found = sorted(RUNS_DIR.glob(pattern), key=lambda path: path.stat().st_mtime)
    if not found:
        raise CheckpointError(f"there is no run in {RUNS_DIR} to go on with; leave out --resume")
    return found[-1].parent


def read_settings(folder: Path) -> tuple[Recipe, int]:
    """Return the recipe and the seed that a run's checkpoint was trained with."""
    path = folder / "checkpoint.pt"
    state = load_checkpoint(path)
    try:
        known = {field.name for field in fields(Recipe)}
        return Recipe(**{k: v for k, v in state["recipe"].items() if k in known}), state["seed"]
    except (KeyError, TypeError, AttributeError) as error:
        raise CheckpointError(f"the checkpoint {path} has no readable recipe") from error


def make_card(
    recipe: Recipe, seed: int, device: torch.device, digits: Digits, finished: Finished
) -> dict[str, Any]:
    """Return the readable card of a trained model: all that made it and what it reached."""
    evaluation = finished.evaluation
    return {
        "model": recipe.model,
        "parameters": count_parameters(finished.model),
        "recipe": recipe.to_dict(),
        "command": make_command(recipe, seed),
        "seed": seed,
        "device": device.type,
        "data": {
            "name": "MNIST",
            "training": len(digits.training),
            "validation": len(digits.validation),
            "test": len(digits.test),
            "sha256": digits.checksum(),
        },
        "versions": {
            "python": platform.python_version(),
            "torch": version("torch"),
            "numpy": version("numpy"),
        },
        "epochs": len(finished.history),
        "reached_goal": finished.reached_goal,
        "test_accuracy": evaluation.accuracy,
        "test_loss": evaluation.loss,
        "test_ece": evaluation.ece,
        "history": finished.history,
        "marks": finished.marks,
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
    }


def make_command(recipe: Recipe, seed: int) -> str:
    """Return the command line that trains by this recipe and seed."""
    sessions = ",".join(map(str, recipe.sessions))
    return f"python run.py --train --model {recipe.model} --sessions {sessions} --seed {seed}"


def save_run(folder: Path, card: dict[str, Any], digits: Digits, finished: Finished) -> list[Path]:
    """Put weights, card and pictures into the run's folder; return the pictures' paths."""
    # Imported here: a program that only trains or reads runs needs no matplotlib.
    from ml import plots

    save_weights(folder, finished.model, card)
    names = ("labels", "history", "readings", "confusion")
    labels, history, readings, confusion = (folder / f"{name}.png" for name in names)
    shown = torch.Generator().manual_seed(SHOWN_SEED)
    indices = torch.randperm(len(digits.test), generator=shown)[:40].tolist()
    plots.plot_label_distribution(digits.training, digits.test, labels)
    plots.plot_history(finished.history, finished.marks, history)
    plots.plot_readings(digits.test, finished.evaluation, indices, readings)
    plots.plot_confusion(finished.evaluation, confusion)
    return [labels, history, readings, confusion]


def read_history(folder: Path) -> list[dict[str, Any]]:
    """Return the epochs in a run's history.jsonl."""
    text = (folder / "history.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]
