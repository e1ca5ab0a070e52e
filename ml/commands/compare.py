"""--compare: runs side by side, as a table and as curves in one picture."""

import argparse
from pathlib import Path
from typing import Any

from ml.commands import plots
from ml.data.mnist import MNIST
from ml.errors import ExplainedError
from ml.files import choose_picture
from ml.runs import folders
from ml.runs.events import read_events, select_course
from ml.training import runs
from ml.training.recipes import Recipe


def run(flags: argparse.Namespace) -> None:
    """Print the table and draw the picture."""
    runs_dir = folders.find_runs_dir(flags.instance)
    histories = {str(folder): runs.read_history(folder, runs_dir) for folder in flags.compare}
    recipes = {name: _describe_recipe(Path(name)) for name in histories}
    courses = {name: select_course(read_events(Path(name))) for name in histories}
    wide = max(map(len, histories))
    print(
        f"{'run':{wide}} {'epochs':>6} {'validation':>10} {'best':>7} {'loss':>7} {'seconds':>7}"
        "  recipe"
    )
    for name, history in histories.items():
        end = _describe_divergence(courses[name])
        print(f"{name:{wide}} {_summarize(history)}  {recipes[name]}{end}")
    path = choose_picture(flags.out, "comparison.png")
    points = {name: [e for e in course if e["type"] == "point"] for name, course in courses.items()}
    plots.plot_comparison(histories, path, points)
    print(path)


def _summarize(history: list[dict[str, Any]]) -> str:
    """Return a run's columns; one that has not finished an epoch has none to show."""
    if not history:
        return f"{0:>6} {'–':>10} {'–':>7} {'–':>7} {'–':>7}"
    accuracies = [epoch["validation_accuracy"] for epoch in history]
    seconds = sum(epoch["seconds"] for epoch in history)
    return (
        f"{len(history):>6} {accuracies[-1]:>10.2%} {max(accuracies):>7.2%} "
        f"{history[-1]['validation_loss']:>7.4f} {seconds:>7.1f}"
    )


def _describe_divergence(course: list[dict[str, Any]]) -> str:
    """Return where a run diverged, nothing if it did not."""
    if not course or not course[-1].get("diverged"):
        return ""
    done = max((event["done"] for event in course if event["type"] == "point"), default=0)
    return f"  diverged after {done:.2f} epochs"


def _describe_recipe(folder: Path) -> str:
    """Return what distinguishes a run's command, if its settings or its checkpoint are there."""
    settings = folders.read_settings(folder)
    if settings is not None:
        try:
            recipe, seed = Recipe.from_dict(settings.recipe), settings.seed or 0
        except (TypeError, ExplainedError):
            return "–"
        source = settings.data or MNIST
    elif (folder / folders.CHECKPOINT).exists():
        (recipe, seed), source = runs.read_settings(folder), MNIST
    else:
        return "–"
    return runs.make_command(recipe, seed, source).partition("--model ")[2]
