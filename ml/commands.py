"""What the command line does: each function is one command, given its parsed flags."""

import argparse
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from ml import console, runs
from ml.checkpoint import find_weights, load_weights, save_weights
from ml.data import default_data_dir, load_mnist
from ml.errors import UnknownModelError, WeightsError
from ml.evaluate import Evaluation, evaluate
from ml.models import build_model, count_parameters
from ml.predict import DEFAULT_MODEL
from ml.recipes import Recipe, find_recipe, parse_sessions
from ml.timing import Stopwatch
from ml.train import Digits, Finished, has_fast_bfloat16, pick_device, train


def run_training(flags: argparse.Namespace) -> None:
    """Train by a recipe, keep the run in its folder and refresh the served weights at the end."""
    device = pick_device(flags.device)
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
    overrides = {"sessions": flags.sessions and parse_sessions(flags.sessions)}
    if not flags.resume:
        recipe = find_recipe(flags.model or DEFAULT_MODEL, **overrides)
        return recipe, flags.seed or 0, runs.make_folder(recipe.model, flags.out)
    folder = runs.find_folder(flags.model, flags.out)
    recipe, seed = runs.read_settings(folder)
    asked = {"model": flags.model} | overrides
    recipe = replace(recipe, **{k: v for k, v in asked.items() if v is not None})
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
    console.header("Result on MNIST's test set")
    print(f"accuracy {finished.evaluation.accuracy:.2%}, loss {finished.evaluation.loss:.4f}")
    card = runs.make_card(recipe, seed, device, digits, finished)
    pictures = runs.save_run(folder, card, digits, finished)
    print("Pictures: " + ", ".join(str(path) for path in pictures))
    if flags.refresh:
        save_weights(flags.weights, finished.model, card)
        print(f"Served from now on: {flags.weights / recipe.model}.safetensors (restart to read)")


def run_evaluation(flags: argparse.Namespace) -> None:
    """Measure a served model on MNIST's test set."""
    name = flags.model or DEFAULT_MODEL
    known = find_weights(flags.weights)
    if not known:
        raise WeightsError(f"there are no weights in {flags.weights}; run python run.py --train")
    if name not in known:
        raise UnknownModelError(name, known)
    model, _ = load_weights(flags.weights, name)
    examples = load_mnist(flags.data or default_data_dir(), train=False)
    device = pick_device(flags.device)
    watch = Stopwatch()
    evaluation = evaluate(model.to(device), examples, device)
    report = _report(name, count_parameters(model), evaluation, watch.seconds())
    print(json.dumps(report) if flags.json else _as_text(report))


def _report(name: str, parameters: int, evaluation: Evaluation, seconds: float) -> dict[str, Any]:
    return {
        "model": name,
        "parameters": parameters,
        "test_accuracy": evaluation.accuracy,
        "test_loss": evaluation.loss,
        "images": len(evaluation.labels),
        "ece": evaluation.ece,
        "seconds": round(seconds, 3),
    }


def _as_text(report: dict[str, Any]) -> str:
    return (
        f"{report['model']} ({report['parameters']:,} parameters) on {report['images']:,} test "
        f"images: accuracy {report['test_accuracy']:.2%}, loss {report['test_loss']:.4f}, "
        f"calibration error {report['ece']:.2%}; {report['seconds']} s"
    )


def run_export(flags: argparse.Namespace) -> None:
    """Write a served model in another format, with its preprocessing contract beside it."""
    from ml.export import export_onnx

    for path in export_onnx(flags.weights, flags.model or DEFAULT_MODEL, flags.out):
        print(path)


def _describe(device: torch.device) -> str:
    if device.type == "cpu":
        speed = ", bfloat16" if has_fast_bfloat16(device) else ""
        return f"cpu ({torch.get_num_threads()} threads{speed})"
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else "Apple GPU"
    return f"{device.type} ({name})"
