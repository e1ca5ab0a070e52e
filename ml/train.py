"""fit(): the only training loop. train(): checkpointed sessions. Both hand out what happens.

Neither prints, draws or decides what is served: the command line, the tests and the benchmarks
all consume the same events.
"""

import hashlib
import json
import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from ml.checkpoint import load_checkpoint, save_checkpoint
from ml.data import Examples, load_mnist, split
from ml.errors import CheckpointError, ExplainedError, TrainingError
from ml.evaluate import Evaluation, evaluate
from ml.lessons import Lessons
from ml.models import build_model
from ml.recipes import Recipe
from ml.scratch import LinearScratch
from ml.timing import Stopwatch


@dataclass(frozen=True)
class Digits:
    """The three parts of a data set: to learn from, to choose on, and only to report on."""

    training: Examples
    validation: Examples
    test: Examples

    @classmethod
    def load(cls, data_dir: Path, validation: int) -> "Digits":
        """Read MNIST and split its training set; raises DataError."""
        test = load_mnist(data_dir, train=False)
        return cls(*split(load_mnist(data_dir, train=True), validation), test)

    def checksum(self) -> str:
        """Return one SHA-256 over the three parts, as hexadecimal digits."""
        parts = (self.training, self.validation, self.test)
        return hashlib.sha256("".join(part.checksum() for part in parts).encode()).hexdigest()


@dataclass(frozen=True)
class StepResult:
    """One batch learned from: `loss` as the recipe reduces it, counts over this batch."""

    epoch: int
    step: int  # from 1
    steps: int  # in an epoch
    loss: float
    correct: int
    images: int


@dataclass(frozen=True)
class EpochResult:
    """One epoch: losses are means over images, in nats; accuracies 0-1; training ones running."""

    epoch: int  # from 1, counted over all sessions
    training_loss: float
    training_accuracy: float
    validation_loss: float
    validation_accuracy: float
    seconds: float  # learning alone, without validation
    images_per_second: float


@dataclass(frozen=True)
class SessionStarted:
    """A session begins; `first` and `last` are its epochs, counted over all sessions."""

    number: int
    sessions: int
    first: int
    last: int


@dataclass(frozen=True)
class CheckpointChecked:
    """The model was saved and loaded into a fresh one: both test accuracies, which are equal."""

    path: Path
    expected: float
    loaded: float


@dataclass(frozen=True)
class Finished:
    """All sessions are done."""

    model: nn.Module
    evaluation: Evaluation  # on the test set
    history: list[dict[str, Any]]
    marks: list[int]  # the epochs after which the model went through its checkpoint
    reached_goal: bool  # the recipe's training accuracy was reached and ended the run


Event = StepResult | EpochResult | SessionStarted | CheckpointChecked | Finished


def pick_device(name: str = "auto") -> torch.device:
    """Return the named device, or the best one here: cuda, then mps, then cpu."""
    if name != "auto":
        return torch.device(name)
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


@cache
def has_fast_bfloat16(device: torch.device) -> bool:
    """Say whether this is a CPU with bfloat16 instructions (AMX or AVX-512), which double speed."""
    found = torch.cpu.get_capabilities() if device.type == "cpu" else {}
    return bool(found.get("amx_bf16") or found.get("avx512_bf16"))


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
    average: AveragedModel | None = None,
) -> Iterator[StepResult | EpochResult]:
    """Train for the given epochs (numbered from 1); yield a result per step and per epoch.

    Training is shuffled anew in each epoch. `average` follows the model step by step and is what
    validation measures. Ends early when an epoch's training accuracy reaches the recipe's goal.
    Raises TrainingError, naming the step, when the loss is no longer a number.
    """
    lessons = Lessons(recipe, training, device)
    steps = math.ceil(lessons.count_images() / recipe.batch_size)
    generator = generator or torch.Generator()
    for epoch in epochs:
        epoch_seed = derive_seed(seed, epoch)
        torch.manual_seed(epoch_seed)  # dropout
        generator.manual_seed(epoch_seed)  # the order of the images
        totals, watch = _Totals(), Stopwatch()
        model.train()
        for step, (batch, answers) in enumerate(lessons.batches(epoch, epoch_seed, generator), 1):
            set_learning_rate(optimizer, recipe.learning_rate_at(epoch - 1 + (step - 1) / steps))
            loss, correct = _learn(model, optimizer, recipe, batch, answers)
            if not math.isfinite(loss):
                raise TrainingError(
                    f"the loss became {loss} at step {step} of epoch {epoch}; "
                    "a smaller learning rate (--lr) often helps"
                )
            if average is not None:
                average.update_parameters(model)
            totals.add(loss, correct, len(answers), recipe.loss_reduction)
            yield StepResult(epoch, step, steps, loss, correct, len(answers))
        seconds = watch.seconds()
        kept = model if average is None else average.module
        result = _finish_epoch(epoch, totals, seconds, evaluate(kept, validation, device))
        yield result
        if reached_goal(recipe, asdict(result)):
            return


def set_learning_rate(optimizer: torch.optim.Optimizer, rate: float) -> None:
    """Make the optimizer's next step this long."""
    for group in optimizer.param_groups:
        group["lr"] = rate


def _learn(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    recipe: Recipe,
    images: torch.Tensor,
    labels: torch.Tensor,
) -> tuple[float, int]:
    """Take one step; return the loss and how many of the batch were read right."""
    optimizer.zero_grad()
    if isinstance(model, LinearScratch):
        loss, logits = model.compute_gradients(images, labels)
    else:
        device = images.device
        is_short = recipe.bfloat16 and has_fast_bfloat16(device)
        with torch.autocast(device.type, torch.bfloat16, enabled=is_short):
            logits = model(images)
        # The loss in float32: its softmax would lose digits in bfloat16.
        loss = F.cross_entropy(logits.float(), labels, reduction=recipe.loss_reduction)
        loss.backward()
    optimizer.step()
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


def reached_goal(recipe: Recipe, epoch: dict[str, Any]) -> bool:
    """Say whether an epoch's training accuracy is the one at which the recipe stops."""
    goal = recipe.stop_at_accuracy
    return goal is not None and epoch["training_accuracy"] >= goal


@dataclass
class Progress:
    """A run between two epochs: all that a checkpoint holds, and that the next epoch needs."""

    recipe: Recipe
    seed: int
    data_checksum: str
    device: torch.device
    model: nn.Module
    optimizer: torch.optim.Optimizer
    average: AveragedModel | None = None
    generator: torch.Generator = field(default_factory=torch.Generator)
    history: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def start(cls, recipe: Recipe, seed: int, checksum: str, device: torch.device) -> "Progress":
        """Return a run at its beginning: random weights drawn from the seed."""
        torch.manual_seed(seed)
        model = build_model(recipe.model).to(device, memory_format=torch.channels_last)
        optimizer = recipe.build_optimizer(model)
        return cls(recipe, seed, checksum, device, model, optimizer, make_average(model, recipe))

    @classmethod
    def load(
        cls, path: Path, recipe: Recipe, seed: int, checksum: str, device: torch.device
    ) -> "Progress":
        """Load a checkpoint into a fresh model and a fresh optimizer; raises CheckpointError."""
        state = load_checkpoint(path)
        _check_same_run(state, path, recipe, seed, checksum)
        progress = cls.start(recipe, seed, checksum, device)
        try:
            progress.model.load_state_dict(state["weights"])
            progress.optimizer.load_state_dict(state["optimizer"])
            if progress.average is not None:
                progress.average.load_state_dict(state["average"])
            progress.generator.set_state(state["generators"]["shuffle"])
            torch.set_rng_state(state["generators"]["cpu"])
        except (KeyError, ValueError, RuntimeError, TypeError) as error:
            raise CheckpointError(f"the checkpoint {path} does not fit the model") from error
        progress.history = state["history"]
        return progress

    @property
    def result(self) -> nn.Module:
        """The model that is evaluated and kept: the average where the recipe wants one."""
        return self.model if self.average is None else self.average.module

    @property
    def epoch(self) -> int:
        """How many epochs are done."""
        return len(self.history)

    @property
    def is_done(self) -> bool:
        """Whether there is nothing left to train."""
        if self.history and reached_goal(self.recipe, self.history[-1]):
            return True
        return self.epoch >= self.recipe.epochs

    def save(self, path: Path) -> None:
        """Write everything that going on needs."""
        state = {
            "recipe": self.recipe.to_dict(),
            "seed": self.seed,
            "data": self.data_checksum,
            "epoch": self.epoch,
            "history": self.history,
            "weights": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "average": self.average and self.average.state_dict(),
            "generators": {"cpu": torch.get_rng_state(), "shuffle": self.generator.get_state()},
        }
        save_checkpoint(path, state)


def make_average(model: nn.Module, recipe: Recipe) -> AveragedModel | None:
    """Return an exponential moving average of the model's weights, or None if not wanted."""
    if not recipe.averaging:
        return None
    update = get_ema_multi_avg_fn(recipe.averaging)
    return AveragedModel(model, multi_avg_fn=update, use_buffers=True)


def _check_same_run(
    state: dict[str, Any], path: Path, recipe: Recipe, seed: int, checksum: str
) -> None:
    """Refuse a checkpoint whose recipe, seed or data differ; its sessions may be cut otherwise."""
    try:
        theirs = Recipe.from_dict(state["recipe"]).to_dict()
        theirs |= {"seed": state["seed"], "data": state["data"]}
    except (KeyError, TypeError, AttributeError, ExplainedError) as error:
        raise CheckpointError(f"the checkpoint {path} lacks {error}") from error
    ours = recipe.to_dict() | {"seed": seed, "data": checksum}
    # A constant rate does not look ahead, so sessions may be added; a one-cycle rate does.
    free = {"sessions"} if recipe.schedule == "constant" else set()
    for name in sorted(ours.keys() - free):
        if theirs.get(name) != ours[name]:
            raise CheckpointError(
                f"the checkpoint {path} is of another recipe: its {name} is "
                f"{theirs.get(name)}, not {ours[name]}; leave out --resume"
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
    `folder` gets checkpoint.pt and history.jsonl. Resuming gives the same weights as never having
    stopped, bit for bit on the same machine.
    """
    path = folder / "checkpoint.pt"
    checksum = digits.checksum()
    load = (recipe, seed, checksum, device)
    progress = Progress.load(path, *load) if resume else Progress.start(*load)
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
