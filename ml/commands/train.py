"""--train: train by a recipe, keep the run in its folder, and serve the result."""

import argparse
from dataclasses import replace
from pathlib import Path

import torch

from ml.commands import console
from ml.commands.run_pictures import draw_run
from ml.data.mnist import Digits, default_data_dir
from ml.errors import CheckpointError, WeightsError
from ml.evaluation.metrics import evaluate
from ml.networks.card import read_card
from ml.networks.registry import build_model, count_parameters
from ml.networks.weights import save_files, save_model
from ml.predict import DEFAULT_MODELS
from ml.training import runs
from ml.training.calibration import calibrate
from ml.training.card import make_card
from ml.training.devices import pick_device, prepare_process
from ml.training.events import Finished
from ml.training.recipes import Recipe, find_recipe, parse_sessions
from ml.training.sessions import train


def run(flags: argparse.Namespace) -> None:
    """Train, and replace the served model at the very end."""
    device = pick_device(flags.device)
    prepare_process()
    print(f"Training on {_describe(device)}", flush=True)
    recipe, seed, folder = _choose_run(flags)
    console.header(f"Recipe: {recipe.model}, from {recipe.source}")
    print(runs.make_command(recipe, seed))
    print(f"{count_parameters(build_model(recipe.model)):,} parameters; the run is in {folder}")
    console.header("Data: MNIST")
    digits = Digits.load(flags.data or default_data_dir(), recipe.validation_images)
    counts = [f"{len(part):,}" for part in (digits.training, digits.validation, digits.test)]
    print("{} images for training, {} for validation, {} for testing".format(*counts), flush=True)
    events = train(recipe, digits, folder, seed=seed, device=device, resume=flags.resume)
    _finish_run(flags, recipe, seed, device, digits, console.follow(events), folder)


def _choose_run(flags: argparse.Namespace) -> tuple[Recipe, int, Path]:
    """Return recipe, seed and folder of a new run, or of the one to go on with."""
    overrides = {name: getattr(flags, name) for name in runs.OVERRIDES}
    overrides["sessions"] = flags.sessions and parse_sessions(flags.sessions)
    if not flags.resume:
        recipe = find_recipe(flags.model or DEFAULT_MODELS[0], **overrides)
        return recipe, flags.seed or 0, runs.choose_folder(recipe.model, flags.out)
    folder = runs.find_folder(flags.model, flags.out)
    recipe, seed = runs.read_settings(folder)
    asked = {"model": flags.model} | overrides
    recipe = replace(recipe, **{k: v for k, v in asked.items() if v is not None})
    if flags.out is None and runs.is_finished(folder, recipe):
        raise CheckpointError(
            f"the newest run, {folder}, is finished; more --sessions go on with it"
        )
    return recipe, seed if flags.seed is None else flags.seed, folder


def _finish_run(
    flags: argparse.Namespace,
    recipe: Recipe,
    seed: int,
    device: torch.device,
    digits: Digits,
    finished: Finished,
    folder: Path,
) -> None:
    if finished.reached_goal:
        print(f"training accuracy reached {recipe.stop_at_accuracy:.1%}: no more epochs are needed")
    calibration = calibrate(finished.model, digits.validation, seed)
    calibrated = evaluate(finished.model, digits.test, device, calibration=calibration)
    finished = replace(finished, evaluation=calibrated)
    console.header("Result on MNIST's test set")
    print(f"accuracy {finished.evaluation.accuracy:.2%}, loss {finished.evaluation.loss:.4f}")
    card = make_card(recipe, seed, device, digits, finished, calibration)
    card = save_model(folder, finished.model, card)
    if flags.refresh:
        former = _read_accuracy(flags.weights, recipe.model)
        save_files(flags.weights, card, card.weights.read(folder), card.onnx.read(folder))
        print(
            f"Served from now on: {flags.weights / card.onnx.name}; "
            "a server that is running loads it when it is restarted"
        )
        if former > finished.evaluation.accuracy:
            print(
                f"The test accuracy of what was served until now was {former:.2%}: --no-refresh "
                "keeps it another time, git checkout ml/weights brings back what shipped"
            )
    if flags.pictures:  # last: a picture that cannot be drawn keeps nothing from being served
        pictures = draw_run(folder, digits, finished)
        print("Pictures: " + ", ".join(str(path) for path in pictures))


def _read_accuracy(folder: Path, model: str) -> float:
    """Return the test accuracy on a served model's card, 0 if there is none to read."""
    try:
        return read_card(folder, model).test_accuracy
    except WeightsError:
        return 0.0


def _describe(device: torch.device) -> str:
    if device.type == "cpu":
        return f"cpu ({torch.get_num_threads()} threads)"
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else "Apple GPU"
    return f"{device.type} ({name})"
