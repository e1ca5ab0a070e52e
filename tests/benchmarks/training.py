"""Our training beside the tutorials' loop: same recipe, same epochs, same run of this program."""

import multiprocessing
import statistics
import tempfile
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from time import perf_counter

import torch

from ml.data.examples import Examples
from ml.data.mnist import Digits
from ml.evaluation.metrics import evaluate
from ml.networks.registry import build_model
from ml.training.devices import prepare_process
from ml.training.events import EpochResult
from ml.training.loop import fit
from ml.training.recipes import RECIPES, Recipe
from ml.training.sessions import train
from tests.benchmarks.plain_loop import PlainLoop

CPU = torch.device("cpu")
SHARE = 24  # one in so many images is enough to measure the speed, where they have to be made
LONGEST = 6.0  # seconds, for a recipe's speed
MADE = ("retraced_digits", "generated_digits", "generated_non_digits", "spoilt_digits")


def compare(name: str, data_dir: Path, epochs: int) -> dict[str, object]:
    """Train both ways, alternating epochs, and return the seconds and both accuracies.

    Ours learns 55,000 images and validates on 5,000 in an epoch; the plain loop learns 60,000. It
    runs in a process of its own, which `prepare_process` leaves as PyTorch is by default.
    """
    prepare_process()
    recipe = replace(RECIPES[name], stop_at_accuracy=None)
    digits = Digits.load(data_dir, recipe.validation_images)
    torch.manual_seed(0)
    model = build_model(name).to(memory_format=torch.channels_last)
    ours = _our_epochs(model, recipe, digits, epochs)
    seconds = {"plain": 0.0, "ours": 0.0}
    with ProcessPoolExecutor(
        1, multiprocessing.get_context("spawn"), _start_plain, (recipe, str(data_dir))
    ) as plain:
        for epoch in range(1, epochs + 1):
            seconds["plain"] += plain.submit(_run_plain_epoch).result()
            started = perf_counter()
            while not isinstance(next(ours), EpochResult):
                pass
            seconds["ours"] += perf_counter() - started
            print(
                f"  {name} epoch {epoch}: plain {seconds['plain']:.1f} s, "
                f"ours {seconds['ours']:.1f}"
            )
        plain_accuracy = plain.submit(_measure_plain, digits.test).result()
    return {
        "model": name,
        "epochs": epochs,
        "plain_seconds": round(seconds["plain"], 1),
        "our_seconds": round(seconds["ours"], 1),
        "times_faster": round(seconds["plain"] / seconds["ours"], 2),
        "plain_accuracy": plain_accuracy,
        "our_accuracy": evaluate(model, digits.test).accuracy,
        "our_images_per_second": round(len(digits.training) * epochs / seconds["ours"]),
    }


_plain: PlainLoop | None = None  # in the plain loop's own process


def _start_plain(recipe: Recipe, data_dir: str) -> None:
    global _plain
    torch.manual_seed(0)
    _plain = PlainLoop(recipe, build_model(recipe.model), data_dir)


def _run_plain_epoch() -> float:
    started = perf_counter()
    _plain.run_epoch()
    return perf_counter() - started


def _measure_plain(test: Examples) -> float:
    return evaluate(_plain.model, test).accuracy


def spread(name: str, data_dir: Path, seeds: int) -> dict[str, object]:
    """Train a whole recipe with several seeds; return the last epochs' test accuracies."""
    prepare_process()
    recipe = RECIPES[name]
    digits = Digits.load(data_dir, recipe.validation_images)
    accuracies, seconds = [], []
    for seed in range(seeds):
        with tempfile.TemporaryDirectory() as folder:
            started = perf_counter()
            *_, last = train(recipe, digits, Path(folder), seed=seed, device=CPU)
            seconds.append(perf_counter() - started)
        accuracies.append(last.evaluation.accuracy)
    return {
        "model": name,
        "test_accuracies": accuracies,
        "mean": statistics.mean(accuracies),
        "standard_deviation": statistics.stdev(accuracies),
        "seconds": [round(each, 1) for each in seconds],
    }


def measure_speed(recipe: Recipe, digits: Digits) -> float:
    """Return how many images a second the recipe learns, in an epoch or its first seconds.

    An epoch whose images are made is one of a part of them, and the next one is made meanwhile, as
    in every training.
    """
    prepare_process()
    share = SHARE if recipe.is_varied else 1
    training = digits.training[torch.arange(len(digits.training) // share)]
    made = {name: getattr(recipe, name) // share for name in MADE}
    torch.manual_seed(0)
    small = replace(recipe, stop_at_accuracy=None, **made)
    model = build_model(recipe.model).to(memory_format=torch.channels_last)
    parts = Digits(training, digits.validation[torch.arange(100)], digits.test)
    with closing(_our_epochs(model, small, parts, 2)) as results:
        next(results)  # an epoch's images are made before its first step
        images, started = 0, perf_counter()
        for result in results:
            if isinstance(result, EpochResult) or perf_counter() - started > LONGEST:
                break
            images += result.images
        return images / (perf_counter() - started)


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
