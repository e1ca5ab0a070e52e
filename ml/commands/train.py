"""--train: train by a recipe, keep the run in its folder, and serve the result as a version."""

import argparse
import contextlib
import io
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch

from ml.commands import console
from ml.commands.data import load_digits
from ml.commands.finish import explain, finish_run, resume_flags
from ml.data.mnist import MNIST, Digits
from ml.errors import CheckpointError, DataError, ExplainedError, StoppedError, TrainingError
from ml.evaluation.metrics import evaluate
from ml.files import make_command_line
from ml.networks.registry import build_model, count_parameters
from ml.predict import DEFAULT_MODELS
from ml.runs import folders
from ml.training import runs
from ml.training.calibration import calibrate
from ml.training.card import make_card
from ml.training.devices import prepare_process
from ml.training.distributed import Group, join_group
from ml.training.events import Event, Finished
from ml.training.recipes import Recipe, find_recipe, parse_sessions
from ml.training.recorder import Recorder
from ml.training.sessions import train


def run(flags: argparse.Namespace) -> None:
    """Train, and change what is served at the very end.

    Of several processes the first does so, and the others learn along.
    """
    with join_group() as group:
        device = group.pick_device(flags.device)
        prepare_process()
        if group.is_first:
            _lead(flags, group, device)
        else:
            _learn_along(flags, group, device)


def _lead(flags: argparse.Namespace, group: Group, device: torch.device) -> None:
    print(f"Training on {describe_device(device)}{group}", flush=True)
    if started_again := group.recall_folder():
        flags.out, flags.run = started_again, None
        flags.resume = (started_again / folders.CHECKPOINT).exists()
    recipe, seed, folder = _choose_run(flags)
    source = _choose_source(flags, folder)
    console.header(f"Recipe: {recipe.model}, from {recipe.source}")
    print(make_command_line(*runs.make_flags(recipe, seed, source)))
    print(f"{count_parameters(build_model(recipe.model)):,} parameters", flush=True)
    console.header("Data")
    digits = load_digits(flags, recipe.validation_images, source)
    counts = [f"{len(part):,}" for part in (digits.training, digits.validation, digits.test)]
    what = "{} images for training, {} for validation, {} for testing".format(*counts)
    print(f"{digits.name}: {what}", flush=True)
    folder = folder or runs.make_folder(find_runs_dir(flags), recipe.model)
    # A pause outlives a process that is lost.
    with runs.hold_folder(folder, resume=flags.resume, heed=started_again is not None):
        print(f"The run is in {folder}", flush=True)
        note_settings(folder, recipe, seed, source)
        group.note_folder(folder)
        task = Task(recipe.to_dict(), seed, source, str(folder.resolve()), flags.resume)
        group.from_first(lambda: asdict(task))
        if group.size > 1:
            _check_same_data(group, digits)
        try:
            with Recorder(folder, recipe) as recorder:
                _train(flags, recorder, recipe, seed, digits, device, folder, group)
        except StoppedError as stopped:
            again = make_command_line(*resume_flags(flags, folder))
            print(f"{stopped}, as it was asked to; go on with: {again}".capitalize())


@dataclass(frozen=True)
class Task:
    """What the first of several processes tells the others to train."""

    recipe: dict[str, Any]
    seed: int
    source: str
    folder: str
    resume: bool


def _learn_along(flags: argparse.Namespace, group: Group, device: torch.device) -> None:
    """Learn the own share of each batch, and neither print nor write anything."""
    task = Task(**group.from_first(dict))
    recipe = Recipe.from_dict(task.recipe)
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            digits = load_digits(flags, recipe.validation_images, task.source)
    except (ExplainedError, OSError) as error:
        _check_same_data(group, None, explain(error))
    _check_same_data(group, digits)
    options = {"seed": task.seed, "device": device, "resume": task.resume, "group": group}
    for _ in train(recipe, digits, Path(task.folder), **options):
        pass


def _check_same_data(group: Group, digits: Digits | None, problem: str | None = None) -> None:
    """Raise DataError unless all processes have the same data; `problem` is why this has none."""
    own = digits and digits.checksum()
    for rank, (checksum, reason) in enumerate(group.gather((own, problem))):
        if checksum != own or reason:
            reason = reason or "its data differ from the first's"
            raise DataError(f"process {rank + 1} of {group.size} cannot learn along: {reason}")


def _train(
    flags: argparse.Namespace,
    recorder: Recorder,
    recipe: Recipe,
    seed: int,
    digits: Digits,
    device: torch.device,
    folder: Path,
    group: Group,
) -> None:
    """Train to the end of the recipe and keep the result; raises StoppedError."""
    options = {"seed": seed, "device": device, "resume": flags.resume, "group": group}
    events = group.follow(train(recipe, digits, folder, **options))
    finished = follow(flags, recorder.follow(events, digits), folder)
    calibration = calibrate(finished.model, digits.validation, seed)
    evaluation = evaluate(finished.model, digits.test, device, calibration=calibration)
    finished = replace(finished, evaluation=evaluation)
    card = make_card(recipe, seed, device, digits, finished, calibration)
    _print_result(recipe, digits, finished)
    outcome = finish_run(flags, digits, finished, folder, card)
    recorder.finish(evaluation.accuracy, evaluation.loss, version=outcome.version)


def find_runs_dir(flags: argparse.Namespace) -> Path:
    """Return the folder of all runs."""
    return folders.find_runs_dir(flags.instance)


def _choose_source(flags: argparse.Namespace, folder: Path | None) -> str:
    """Return what to learn from; a run that is resumed learns from what it began with."""
    saved = folders.read_settings(folder) if folder and flags.resume else None
    return flags.learn_from or (saved and saved.data) or MNIST


def note_settings(
    folder: Path, recipe: Recipe, seed: int, source: str, kind: str = folders.TRAIN
) -> None:
    """Write run.json, or complete what the server wrote that started this process."""
    known = folders.read_settings(folder)
    settings = known or folders.RunSettings.now(folder, model=recipe.model, kind=kind)
    values = {"recipe": recipe.to_dict(), "seed": seed, "data": source, "pid": os.getpid()}
    replace(settings, model=recipe.model, **values).save(folder)


def _choose_run(flags: argparse.Namespace) -> tuple[Recipe, int, Path | None]:
    """Return recipe, seed and folder of a new run, or of the one to go on with.

    A new run has no folder yet, unless --out names it: data that cannot be read leaves none.
    """
    overrides = {name: getattr(flags, name) for name in runs.OVERRIDES}
    overrides["sessions"] = flags.sessions and parse_sessions(flags.sessions)
    out = find_runs_dir(flags) / flags.run if flags.run else flags.out
    if not flags.resume:
        recipe = find_recipe(flags.model or DEFAULT_MODELS[0], **overrides)
        if out:
            runs.check_unused(out)
        return recipe, flags.seed or 0, out
    folder = runs.find_folder(find_runs_dir(flags), flags.model, out)
    settings = folders.read_settings(folder)
    if settings and settings.kind == folders.HAND:
        raise CheckpointError(f"{folder} learned drawings; add --drawings to go on with it")
    recipe, seed = runs.read_settings(folder)
    asked = {"model": flags.model} | overrides
    recipe = replace(recipe, **{k: v for k, v in asked.items() if v is not None})
    if out is None and runs.is_finished(folder, recipe):
        raise CheckpointError(
            f"the newest run, {folder}, is finished; more --sessions go on with it"
        )
    return recipe, seed if flags.seed is None else flags.seed, folder


def follow(flags: argparse.Namespace, events: Iterator[Event], folder: Path) -> Finished:
    """Print the run's events; a disk that is full names the command that goes on."""
    try:
        return console.follow(events)
    except OSError as error:
        if not (error.filename and (folder / "checkpoint.pt").exists()):
            raise
        again = make_command_line(*resume_flags(flags, folder))
        raise TrainingError(f"{explain(error)}; once that is put right: {again}") from error


def _print_result(recipe: Recipe, digits: Digits, finished: Finished) -> None:
    if finished.reached_goal:
        print(f"training accuracy reached {recipe.stop_at_accuracy:.1%}: no more epochs are needed")
    console.header(f"Result on the test set of {digits.name}")
    print(f"accuracy {finished.evaluation.accuracy:.2%}, loss {finished.evaluation.loss:.4f}")


def describe_device(device: torch.device) -> str:
    """Return what is computed on, for people."""
    if device.type == "cpu":
        return f"cpu ({torch.get_num_threads()} threads)"
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else "Apple GPU"
    return f"{device.type} ({name})"
