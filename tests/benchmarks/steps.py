"""A training step of `small_cnn` by hand (ml.by_hand) beside the same step by autograd."""

import statistics
from functools import partial
from pathlib import Path

import torch

from ml.by_hand import ByHand
from ml.data import load_mnist, to_tensors
from ml.devices import flushing_tiny_numbers
from ml.gradients import compute_by_autograd
from ml.memory import keep_freed_memory
from ml.models import build_model
from ml.recipes import RECIPES
from ml.steps import pick_step
from ml.timing import Stopwatch

STEPS, TURNS = 100, 10


def measure(data_dir: Path) -> dict[str, float]:
    """Take steps both ways, by turns; return milliseconds a step, medians over the turns.

    Nothing where bfloat16 is slow: there training takes none by hand.
    """
    recipe, cpu = RECIPES["small_cnn"], torch.device("cpu")
    precision = recipe.precision_on(cpu)
    if precision != torch.bfloat16:
        return {}
    keep_freed_memory()
    batch = load_mnist(data_dir, train=False)[: recipe.batch_size]
    images, labels = to_tensors(batch, cpu, precision)
    ways, milliseconds = {}, {"by_autograd": [], "by_hand": []}
    for name in milliseconds:
        torch.manual_seed(0)
        model = build_model(recipe.model).to(memory_format=torch.channels_last)
        compute = partial(compute_by_autograd, model, recipe)
        if name == "by_hand":
            compute = ByHand(model, precision).compute_gradients
        ways[name] = compute, pick_step(recipe.build_optimizer(model))
    for _ in range(TURNS):
        for name, (compute, step) in ways.items():
            with flushing_tiny_numbers():
                watch = Stopwatch()
                for _ in range(STEPS):
                    compute(images, labels)
                    step()
                milliseconds[name].append(watch.seconds() / STEPS * 1000)
    middle = {name: statistics.median(each) for name, each in milliseconds.items()}
    share = middle["by_hand"] / middle["by_autograd"]
    return {name: round(each, 2) for name, each in middle.items()} | {"share": round(share, 2)}
