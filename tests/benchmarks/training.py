"""Our training beside the tutorials' loop: same recipe, same epochs, same run of this program."""

import statistics
import tempfile
from dataclasses import replace
from pathlib import Path

import torch

from ml.data import Digits, to_tensors
from ml.events import EpochResult
from ml.models import build_model
from ml.recipes import RECIPES, Recipe
from ml.timing import Stopwatch
from ml.train import fit, train
from tests.benchmarks.plain_loop import PlainLoop

CPU = torch.device("cpu")


def compare(name: str, data_dir: Path, epochs: int) -> dict[str, object]:
    """Train both ways by turns, an epoch each, and return the seconds and both accuracies.

    Ours learns 55,000 images and validates on 5,000 in an epoch; the plain loop learns 60,000.
    """
    recipe = replace(RECIPES[name], stop_at_accuracy=None)
    digits = Digits.load(data_dir, recipe.validation_images)
    torch.manual_seed(0)
    plain = PlainLoop(recipe, build_model(name), str(data_dir))
    model = build_model(name).to(memory_format=torch.channels_last)
    ours = _our_epochs(model, recipe, digits, epochs)
    seconds = {"plain": 0.0, "ours": 0.0}
    for epoch in range(1, epochs + 1):
        watch = Stopwatch()
        plain.run_epoch()
        seconds["plain"] += watch.seconds()
        watch = Stopwatch()
        while not isinstance(next(ours), EpochResult):
            pass
        seconds["ours"] += watch.seconds()
        print(f"  {name} epoch {epoch}: plain {seconds['plain']:.1f} s, ours {seconds['ours']:.1f}")
    images, labels = to_tensors(digits.test, CPU)
    return {
        "model": name,
        "epochs": epochs,
        "plain_seconds": round(seconds["plain"], 1),
        "our_seconds": round(seconds["ours"], 1),
        "times_faster": round(seconds["plain"] / seconds["ours"], 2),
        "plain_accuracy": plain.accuracy(images, labels),
        "our_accuracy": PlainLoop(recipe, model, str(data_dir)).accuracy(images, labels),
        "our_images_per_second": round(len(digits.training) * epochs / seconds["ours"]),
    }


def spread(name: str, data_dir: Path, seeds: int) -> dict[str, object]:
    """Train a whole recipe with several seeds; return the last epochs' test accuracies."""
    recipe = RECIPES[name]
    digits = Digits.load(data_dir, recipe.validation_images)
    accuracies, seconds = [], []
    for seed in range(seeds):
        with tempfile.TemporaryDirectory() as folder:
            watch = Stopwatch()
            *_, last = train(recipe, digits, Path(folder), seed=seed, device=CPU)
            seconds.append(watch.seconds())
        accuracies.append(last.evaluation.accuracy)
    return {
        "model": name,
        "test_accuracies": accuracies,
        "mean": statistics.mean(accuracies),
        "standard_deviation": statistics.stdev(accuracies),
        "seconds": [round(each, 1) for each in seconds],
    }


def _our_epochs(model: torch.nn.Module, recipe: Recipe, digits: Digits, epochs: int):
    return fit(
        model,
        recipe.build_optimizer(model),
        recipe,
        digits.training,
        digits.validation,
        epochs=range(1, epochs + 1),
        seed=0,
        device=CPU,
    )
