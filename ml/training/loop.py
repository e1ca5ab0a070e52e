"""The training loop, as every textbook has it: forward, loss, backward, step.

It yields results and does nothing else: it neither prints, draws nor saves.
"""

import hashlib
import math
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from functools import partial
from time import perf_counter

import torch
from torch import nn

from ml.data.examples import Examples, count_batches
from ml.errors import DivergedError
from ml.evaluation.metrics import evaluate
from ml.training.averaging import Average, pick_kept
from ml.training.distributed import Group
from ml.training.events import EpochResult, StepResult
from ml.training.loader import Loader
from ml.training.recipes import Recipe


def derive_seed(seed: int, epoch: int) -> int:
    """Return an epoch's seed: the same wherever training was stopped and resumed."""
    return int.from_bytes(hashlib.sha256(f"{seed}/{epoch}".encode()).digest()[:7], "big")


def fit(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    recipe: Recipe,
    training: Examples,
    validation: Examples,
    *,
    epochs: range,
    seed: int,
    device: torch.device,
    generator: torch.Generator | None = None,
    average: Average | None = None,
    loader: Loader | None = None,
    learn: Callable[..., Iterator[StepResult]] | None = None,
    group: Group | None = None,
) -> Iterator[StepResult | EpochResult]:
    """Train for the given epochs (numbered from 1); yield a result per step and per epoch.

    Training images are shuffled in each epoch. Fine-tuning brings a loader of its own, and
    `learn` in place of `train_epoch`. From the epoch on in which the recipe begins to
    average weights, validation measures the average. Ends early when an epoch's training accuracy
    reaches the recipe's goal. Raises DivergedError, naming the step, when the loss is not finite.
    In a `group` of several processes each learns its share of every batch; the results are those
    of the whole batch, in all of them, so that all go on or end together.
    """
    generator = generator or torch.Generator()
    learn, group = learn or train_epoch, group or Group()
    learner = group.wrap(model, recipe)
    with closing(loader or Loader(recipe, training, device)) as loader:
        steps = count_batches(loader.count_images(), recipe.batch_size)
        for epoch in epochs:
            epoch_seed = derive_seed(seed, epoch)
            next_seed = derive_seed(seed, epoch + 1) if epoch + 1 in epochs else None
            torch.manual_seed(epoch_seed + group.rank)  # dropout: each process drops other units
            generator.manual_seed(epoch_seed)  # the order of the images
            batches = group.share(loader.batches(epoch, epoch_seed, generator, next_seed))
            learned = learn(learner, optimizer, recipe, batches, epoch, steps, average)
            total_loss, correct, images = 0.0, 0, 0
            seconds, started = 0.0, perf_counter()
            for result in group.add_up(learned):
                check_loss(result.loss, result.step, epoch)
                total_loss += result.loss * (1 if recipe.loss_reduction == "sum" else result.images)
                correct += result.correct
                images += result.images
                seconds += perf_counter() - started
                yield result
                started = perf_counter()  # what is done with a result is not the training's time
            if average is not None and average.has_begun:
                average.measure_norms()
            kept = pick_kept(model, average)
            group.average_norms(kept)
            seconds += perf_counter() - started
            loss, accuracy = group.from_first(partial(validate, kept, validation, device))
            check_loss(loss, steps, epoch)  # the last step can break what no batch saw
            yield EpochResult(
                epoch=epoch,
                training_loss=total_loss / images,
                training_accuracy=correct / images,
                validation_loss=loss,
                validation_accuracy=accuracy,
                seconds=round(seconds, 3),
                images_per_second=round(images / max(seconds, 1e-9), 1),
            )
            if recipe.is_goal(correct / images):
                return


def train_epoch(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    recipe: Recipe,
    batches: Iterable[tuple[torch.Tensor, torch.Tensor]],
    epoch: int,
    steps: int,
    average: Average | None,
) -> Iterator[StepResult]:
    """Learn from each batch once: images float32 (N, 1, 28, 28), labels int64 (N,)."""
    model.train()
    for step, (images, labels) in enumerate(batches, 1):
        done = epoch - 1 + (step - 1) / steps  # in epochs
        set_learning_rate(optimizer, recipe.learning_rate_at(done))

        optimizer.zero_grad()
        with recipe.autocast_on(images.device):
            logits = model(images)  # N, 10 or 11
        loss = recipe.compute_loss(logits.float(), labels)  # a softmax in bfloat16 loses digits
        loss.backward()
        optimizer.step()

        if average is not None and recipe.is_averaged_at(done):
            average.add(model, images)
        correct = int((logits.argmax(dim=1) == labels).sum())
        yield StepResult(epoch, step, steps, loss.item(), correct, len(labels))


def validate(model: nn.Module, validation: Examples, device: torch.device) -> tuple[float, float]:
    """Return the loss, in nats, and the accuracy, 0-1, on the validation images."""
    evaluation = evaluate(model, validation, device)
    return evaluation.loss, evaluation.accuracy


def set_learning_rate(optimizer: torch.optim.Optimizer, rate: float) -> None:
    """Make the optimizer's next step this long."""
    for group in optimizer.param_groups:
        group["lr"] = rate


def check_loss(loss: float, step: int, epoch: int) -> None:
    """Raise DivergedError unless the loss is finite."""
    if not math.isfinite(loss):
        raise DivergedError(
            f"the loss became {loss} at step {step} of epoch {epoch}; "
            "a smaller learning rate (--lr) often helps"
        )
