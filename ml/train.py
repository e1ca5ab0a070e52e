"""fit(): the only training loop. train(): checkpointed sessions. Both hand out what happens.

Neither prints, draws or decides what is served: the command line, the tests and the benchmarks
all consume the same events.
"""

import hashlib
import json
import math
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import nn

from ml.averaging import Average, pick_kept
from ml.data import Digits, Examples, count_batches
from ml.devices import flushing_tiny_numbers
from ml.errors import TrainingError
from ml.evaluate import Evaluation, evaluate
from ml.events import (
    CheckpointChecked,
    EpochResult,
    Event,
    Finished,
    SessionStarted,
    StepResult,
)
from ml.gradients import Gradients, pick_gradients
from ml.lessons import Lessons
from ml.memory import keep_freed_memory
from ml.progress import Progress, reached_goal
from ml.recipes import Recipe
from ml.steps import pick_step
from ml.timing import Stopwatch


def derive_seed(seed: int, epoch: int) -> int:
    """Return the seed of an epoch: the same however training was cut into sessions."""
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
) -> Iterator[StepResult | EpochResult]:
    """Train for the given epochs (numbered from 1); yield a result per step and per epoch.

    Training is shuffled anew in each epoch. `average` is what validation measures from the epoch
    on in which the recipe begins it. Ends early when an epoch's training accuracy reaches the
    recipe's goal. Raises TrainingError, naming the step, when the loss is no longer a number.
    """
    keep_freed_memory()
    generator = generator or torch.Generator()
    learn = partial(_learn, pick_gradients(model, recipe, device), pick_step(optimizer), optimizer)
    with closing(Lessons(recipe, training, device)) as lessons:
        steps = count_batches(lessons.count_images(), recipe.batch_size)
        for epoch in epochs:
            epoch_seed = derive_seed(seed, epoch)
            next_seed = derive_seed(seed, epoch + 1) if epoch + 1 in epochs else None
            torch.manual_seed(epoch_seed)  # dropout
            generator.manual_seed(epoch_seed)  # the order of the images
            taught = lessons.batches(epoch, epoch_seed, generator, next_seed)
            watch = Stopwatch()
            totals = yield from _teach(model, learn, recipe, taught, average, epoch, steps)
            if average is not None and average.has_begun:
                average.measure_norms()
            seconds = watch.seconds()
            checked = evaluate(pick_kept(model, average), validation, device)
            _check_loss(checked.loss, steps, epoch)  # the last step can break what no batch saw
            result = _finish_epoch(epoch, totals, seconds, checked)
            yield result
            if reached_goal(recipe, asdict(result)):
                return


def _teach(
    model: nn.Module,
    learn: Callable[[torch.Tensor, torch.Tensor, float], tuple[float, int]],
    recipe: Recipe,
    taught: Iterator[tuple[torch.Tensor, torch.Tensor]],
    average: Average | None,
    epoch: int,
    steps: int,
) -> Generator[StepResult, None, "_Totals"]:
    """Learn an epoch's batches; yield a result per step, and return their totals."""
    totals = _Totals()
    model.train()
    for step, (images, labels) in enumerate(taught, 1):
        done = epoch - 1 + (step - 1) / steps
        loss, correct = learn(images, labels, recipe.learning_rate_at(done))
        _check_loss(loss, step, epoch)
        if average is not None and recipe.is_averaged_at(done):
            average.add(model, images)
        totals.add(loss, correct, len(labels), recipe.loss_reduction)
        yield StepResult(epoch, step, steps, loss, correct, len(labels))
    return totals


def _check_loss(loss: float, step: int, epoch: int) -> None:
    if not math.isfinite(loss):
        raise TrainingError(
            f"the loss became {loss} at step {step} of epoch {epoch}; "
            "a smaller learning rate (--lr) often helps"
        )


def set_learning_rate(optimizer: torch.optim.Optimizer, rate: float) -> None:
    """Make the optimizer's next step this long."""
    for group in optimizer.param_groups:
        group["lr"] = rate


@flushing_tiny_numbers()
def _learn(
    compute_gradients: Gradients,
    take_step: Callable[[], object],
    optimizer: torch.optim.Optimizer,
    images: torch.Tensor,
    labels: torch.Tensor,
    rate: float,
) -> tuple[float, int]:
    """Take one step; return the loss and how many of the batch were read right."""
    set_learning_rate(optimizer, rate)
    loss, logits = compute_gradients(images, labels)
    take_step()
    return loss.item(), int((logits.argmax(dim=1) == labels).sum())


@dataclass
class _Totals:
    loss: float = 0.0
    correct: int = 0
    images: int = 0

    def add(self, loss: float, correct: int, images: int, reduction: str) -> None:
        self.loss += loss if reduction == "sum" else loss * images
        self.correct += correct
        self.images += images


def _finish_epoch(
    epoch: int, totals: _Totals, seconds: float, validation: Evaluation
) -> EpochResult:
    return EpochResult(
        epoch=epoch,
        training_loss=totals.loss / totals.images,
        training_accuracy=totals.correct / totals.images,
        validation_loss=validation.loss,
        validation_accuracy=validation.accuracy,
        seconds=round(seconds, 3),
        images_per_second=round(totals.images / max(seconds, 1e-9), 1),
    )


def train(
    recipe: Recipe,
    digits: Digits,
    folder: Path,
    *,
    seed: int,
    device: torch.device,
    resume: bool = False,
) -> Iterator[Event]:
    """Train in sessions with a checkpoint after every epoch; yield each thing that happens.

    Between two sessions the model goes through the file: saved, loaded into a fresh model and a
    fresh optimizer, and read on the test set by both, which must answer alike (TrainingError).
    `folder` is made and gets checkpoint.pt and history.jsonl. Resuming gives the same weights as
    never having stopped, bit for bit on the same machine.
    """
    path = folder / "checkpoint.pt"
    checksum = digits.checksum()
    load = (recipe, seed, checksum, device)
    progress = Progress.load(path, *load) if resume else Progress.start(*load)
    folder.mkdir(parents=True, exist_ok=True)
    _rewrite_history(folder, progress.history)
    marks, first = [], 1
    for number, epochs in enumerate(recipe.sessions, 1):
        last = first + epochs - 1
        if progress.epoch < last and not progress.is_done:
            yield SessionStarted(number, len(recipe.sessions), progress.epoch + 1, last)
            yield from _run_session(progress, digits, folder, last)
            if number < len(recipe.sessions):
                expected = evaluate(progress.result, digits.test, device).accuracy
                progress = Progress.load(path, *load)
                loaded = evaluate(progress.result, digits.test, device).accuracy
                yield _compare(path, expected, loaded)
        if number < len(recipe.sessions) and last <= progress.epoch:
            marks.append(last)
        first = last + 1
    evaluation = evaluate(progress.result, digits.test, device)
    early = reached_goal(recipe, progress.history[-1])
    yield Finished(progress.result, evaluation, progress.history, marks, early)


def _run_session(progress: Progress, digits: Digits, folder: Path, last: int) -> Iterator[Event]:
    for result in fit(
        progress.model,
        progress.optimizer,
        progress.recipe,
        digits.training,
        digits.validation,
        epochs=range(progress.epoch + 1, last + 1),
        seed=progress.seed,
        device=progress.device,
        generator=progress.generator,
        average=progress.average,
    ):
        if isinstance(result, EpochResult):
            progress.history.append(asdict(result))
            progress.save(folder / "checkpoint.pt")
            with (folder / "history.jsonl").open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(result)) + "\n")
        yield result


def _compare(path: Path, expected: float, loaded: float) -> CheckpointChecked:
    if expected != loaded:
        raise TrainingError(
            f"the model loaded from {path} reads {loaded:.4%} of the test set, "
            f"but the one saved there read {expected:.4%}"
        )
    return CheckpointChecked(path, expected, loaded)


def _rewrite_history(folder: Path, history: list[dict[str, Any]]) -> None:
    """Make history.jsonl agree with the checkpoint: a kill can fall between the two."""
    text = "".join(json.dumps(epoch) + "\n" for epoch in history)
    (folder / "history.jsonl").write_text(text, encoding="utf-8")
