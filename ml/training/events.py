"""What a training run hands out, one thing after another."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from torch import nn

from ml.evaluation.metrics import Evaluation


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
    seconds: float  # from its first batch to its last step, without validation
    images_per_second: float


@dataclass(frozen=True)
class SessionStarted:
    """A session begins; `first` and `last` are its epochs, counted over all sessions.

    `model` is the network that learns until the next session: the same object, step after step.
    """

    number: int
    sessions: int
    first: int
    last: int
    model: nn.Module = field(compare=False, repr=False)


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
