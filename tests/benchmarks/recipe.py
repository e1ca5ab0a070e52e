"""The recipe in the code beside the one on a card: the same number of steps of each, in turn."""

from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

import torch

from ml.data.examples import count_batches
from ml.data.mnist import Digits
from ml.networks.card import read_card
from ml.networks.registry import build_model
from ml.training.devices import prepare_process
from ml.training.events import StepResult
from ml.training.loop import fit
from ml.training.recipes import RECIPES, Recipe

CPU = torch.device("cpu")
STEPS = 200
TURNS = 4  # the steps are taken in so many parts


def compare(name: str, data_dir: Path, weights: Path) -> dict[str, object]:
    """Return how much longer the whole recipe takes than the one on the card in `weights`.

    Each step's share of what is generated meanwhile is in its time. The length of a recipe is its
    number of steps times the time of one.
    """
    prepare_process()
    recipes = {"ours": RECIPES[name], "card": Recipe.from_dict(read_card(weights, name).recipe)}
    digits = Digits.load(data_dir, RECIPES[name].validation_images)
    running = {which: _run(recipe, digits) for which, recipe in recipes.items()}
    for steps in running.values():
        next(steps)  # an epoch's images are made before its first step
    seconds = dict.fromkeys(recipes, 0.0)
    for _ in range(TURNS):
        for which, steps in running.items():
            started = perf_counter()
            for _ in range(STEPS // TURNS):
                next(steps)
            seconds[which] += perf_counter() - started
    for steps in running.values():
        steps.close()
    count = {which: _count_steps(recipe, digits) for which, recipe in recipes.items()}
    return {
        "model": name,
        **{f"{which}_steps": count[which] for which in recipes},
        **{f"{which}_seconds_a_step": round(seconds[which] / STEPS, 4) for which in recipes},
        "times_as_long": round(
            seconds["ours"] * count["ours"] / (seconds["card"] * count["card"]), 2
        ),
    }


def _run(recipe: Recipe, digits: Digits) -> Iterator[StepResult]:
    torch.manual_seed(0)
    model = build_model(recipe.model)
    optimizer = recipe.build_optimizer(model)
    epochs = range(1, 3)  # while the first is learned, the second is generated
    data = digits.training, digits.validation
    yield from fit(model, optimizer, recipe, *data, epochs=epochs, seed=0, device=CPU)


def _count_steps(recipe: Recipe, digits: Digits) -> int:
    images = len(digits.training) + sum(recipe.made)
    return recipe.epochs * count_batches(images, recipe.batch_size)
