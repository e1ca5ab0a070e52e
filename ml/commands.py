"""What the command line does: each function is one command, given its parsed flags."""

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from ml import console, drawn, runs
from ml.calibration import can_refuse, refusal_scores
from ml.checkpoint import find_weights, load_weights, read_card, save_weights
from ml.data import Digits, Examples, default_data_dir, has_mnist, load_mnist
from ml.devices import pick_device
from ml.errors import CheckpointError, UnknownModelError, WeightsError
from ml.evaluate import Evaluation, compute_logits, evaluate, judge
from ml.events import Finished
from ml.models import build_model, count_parameters
from ml.predict import DEFAULT_MODELS, pick_default
from ml.recipes import Recipe, find_recipe, parse_sessions
from ml.styles import make_samples
from ml.timing import Stopwatch
from ml.train import train


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
    calibration = runs.calibrate_if_refusing(finished.model, digits.validation, seed)
    if temperature := calibration.get("temperature"):
        calibrated = evaluate(finished.model, digits.test, device, temperature=temperature)
        finished = replace(finished, evaluation=calibrated)
    console.header("Result on MNIST's test set")
    print(f"accuracy {finished.evaluation.accuracy:.2%}, loss {finished.evaluation.loss:.4f}")
    card = runs.make_card(recipe, seed, device, digits, finished) | calibration
    pictures = runs.save_run(folder, card, digits, finished)
    print("Pictures: " + ", ".join(str(path) for path in pictures))
    if flags.refresh:
        former = _read_accuracy(flags.weights, recipe.model)
        save_weights(flags.weights, finished.model, card)
        print(
            f"Served from now on: {flags.weights / recipe.model}.safetensors; "
            "a server that is running reads it when it is started again"
        )
        if former > finished.evaluation.accuracy:
            print(
                f"What was served until now read {former:.2%}: --no-refresh keeps it another time, "
                "git checkout ml/weights brings back what shipped"
            )


def _read_accuracy(folder: Path, model: str) -> float:
    """Return the test accuracy in a served model's card, 0 if there is none to read."""
    try:
        return float(read_card(folder, model)["test_accuracy"])
    except (WeightsError, KeyError, TypeError, ValueError):
        return 0.0


def run_evaluation(flags: argparse.Namespace) -> None:
    """Measure a served model, or all of them, on MNIST's test set or on drawn strokes."""
    names = _served(flags) if flags.all else [_choose_served(flags)]
    if flags.strokes:
        reports = drawn.measure(
            flags.weights,
            names,
            flags.strokes,
            flags.preprocessing,
            everywhere=flags.everywhere,
            device=pick_device(flags.device),
        )
        as_text = drawn.as_text
    else:
        reports, as_text = _measure_all(flags, names), _as_text
    if flags.json:
        for report in reports:
            report.pop("refused", None)  # no part of what machines were promised
        print(json.dumps(reports if flags.all else reports[0]))
    else:
        print("\n".join(as_text(report) for report in reports))


def _measure_all(flags: argparse.Namespace, names: list[str]) -> list[dict[str, Any]]:
    examples = load_mnist(flags.data or default_data_dir(), train=False)
    return [_measure(flags, name, examples) for name in names]


def run_styles(flags: argparse.Namespace) -> None:
    """Draw samples of what the program generates to learn from."""
    from ml import plots

    path = _picture(flags, "styles.png")
    folder = flags.data or default_data_dir()
    mnist = load_mnist(folder, train=True) if has_mnist(folder) else None
    if mnist is None:
        print(f"MNIST is not in {folder}: its digits, written again, are left out", file=sys.stderr)
    plots.plot_styles(make_samples(flags.seed or 0, mnist=mnist), path)
    print(path)


def _picture(flags: argparse.Namespace, name: str) -> Path:
    """Return where a picture goes: into the folder --out, made here, or to --out itself, a .png."""
    out = flags.out or Path()
    path = out if out.suffix == ".png" else out / name
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _served(flags: argparse.Namespace) -> list[str]:
    known = find_weights(flags.weights)
    if not known:
        raise WeightsError(f"there are no weights in {flags.weights}; run python run.py --train")
    return known


def _choose_served(flags: argparse.Namespace) -> str:
    known = _served(flags)
    name = flags.model or pick_default(known)
    if name not in known:
        raise UnknownModelError(name, known)
    return name


def _measure(flags: argparse.Namespace, name: str, examples: Examples) -> dict[str, Any]:
    model, card = load_weights(flags.weights, name)
    device = pick_device(flags.device)
    watch = Stopwatch()
    logits = compute_logits(model.to(device), examples, device)
    seconds = watch.seconds()
    evaluation = judge(logits, examples.labels, card.get("temperature", 1.0))
    refused = refusal_scores(logits) > card["refusal_threshold"] if can_refuse(logits) else None
    return _report(card, count_parameters(model), evaluation, seconds) | {
        "refused": None if refused is None else refused.double().mean().item()
    }


def _report(
    card: dict[str, Any], parameters: int, evaluation: Evaluation, seconds: float
) -> dict[str, Any]:
    return {
        "model": card["model"],
        "parameters": parameters,
        "test_accuracy": evaluation.accuracy,
        "test_loss": evaluation.loss,
        "images": len(evaluation.labels),
        "ece": evaluation.ece,
        "seconds": round(seconds, 3),
    }


def _as_text(report: dict[str, Any]) -> str:
    return (
        f"{report['model']:15} {report['parameters']:>9,} parameters, {report['images']:,} test "
        f"images: accuracy {report['test_accuracy']:.2%}, loss {report['test_loss']:.4f}, "
        f"calibration error {report['ece']:.2%}; {report['seconds']} s"
        + ("" if report["refused"] is None else f"; refused {report['refused']:.2%}")
    )


def run_sample(flags: argparse.Namespace) -> None:
    """Draw random test images with their readings, and the most confident mistakes."""
    from ml import plots

    name = _choose_served(flags)
    examples = load_mnist(flags.data or default_data_dir(), train=False)
    model, card = load_weights(flags.weights, name)
    device = pick_device(flags.device)
    evaluation = evaluate(
        model.to(device), examples, device, temperature=card.get("temperature", 1.0)
    )
    folder = flags.out or Path("samples")
    folder.mkdir(parents=True, exist_ok=True)
    generator = torch.Generator()
    generator.seed() if flags.seed is None else generator.manual_seed(flags.seed)
    random = torch.randperm(len(examples), generator=generator).tolist()
    for title, indices in (("readings", random), ("mistakes", evaluation.mistakes)):
        path = folder / f"{name}-{title}.png"
        plots.plot_readings(examples, evaluation, indices, path)
        print(path)


def run_comparison(flags: argparse.Namespace) -> None:
    """Print runs side by side as a table and draw their curves in one picture."""
    from ml import plots

    histories = {str(folder): runs.read_history(folder) for folder in flags.compare}
    recipes = {name: _describe_recipe(Path(name)) for name in histories}
    wide = max(map(len, histories))
    print(
        f"{'run':{wide}} {'epochs':>6} {'validation':>10} {'best':>7} {'loss':>7} {'seconds':>7}"
        "  recipe"
    )
    for name, history in histories.items():
        accuracies = [epoch["validation_accuracy"] for epoch in history]
        print(
            f"{name:{wide}} {len(history):>6} {accuracies[-1]:>10.2%} {max(accuracies):>7.2%} "
            f"{history[-1]['validation_loss']:>7.4f} {sum(e['seconds'] for e in history):>7.1f}"
            f"  {recipes[name]}"
        )
    path = _picture(flags, "comparison.png")
    plots.plot_comparison(histories, path)
    print(path)


def _describe_recipe(folder: Path) -> str:
    """Return what of a run's command is its own; a run copied without its checkpoint has none."""
    if not (folder / "checkpoint.pt").exists():
        return "–"
    return runs.make_command(*runs.read_settings(folder)).partition("--model ")[2]


def run_export(flags: argparse.Namespace) -> None:
    """Write a served model in another format, with its preprocessing contract beside it."""
    from ml.export import export_onnx

    for path in export_onnx(flags.weights, _choose_served(flags), flags.out):
        print(path)


def _describe(device: torch.device) -> str:
    if device.type == "cpu":
        return f"cpu ({torch.get_num_threads()} threads)"
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else "Apple GPU"
    return f"{device.type} ({name})"


COMMANDS = {
    "train": run_training,
    "evaluate": run_evaluation,
    "compare": run_comparison,
    "sample": run_sample,
    "show_styles": run_styles,
    "export": run_export,
}
