"""What can be chosen for a run: each model's own settings, their bounds, and what each does.

The trainer's recipes need PyTorch; this table says the same without it, and a test compares them.
"""

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from ml.errors import RecipeError, UnknownModelError

OPTIMIZERS = ("basic", "sgd", "adam", "adamw", "muon", "rmsprop")
LARGEST_SEED = 2**31 - 1
# Lowest and highest, both included.
BOUNDS: dict[str, tuple[float, float]] = {
    "learning_rate": (1e-5, 10.0),
    "batch_size": (2, 4096),
    "epochs": (1, 50),
    "seed": (0, LARGEST_SEED),
}
WHOLE = ("batch_size", "epochs", "seed")
ABOUT = {
    "learning_rate": "How far each step moves the weights. Too small, and it learns slowly; too "
    "large, and the loss jumps about or grows without end.",
    "batch_size": "How many images each step learns from. Small batches make many rough steps, "
    "large ones few smooth steps.",
    "epochs": "How often the network sees all training images.",
    "optimizer": "The rule that turns gradients into a step. basic and sgd go straight down the "
    "gradient; the others choose a step length for each weight.",
    "seed": "Where chance begins: the first weights and the order of the images. The same seed "
    "gives the same run again.",
}


@dataclass(frozen=True)
class Choice:
    """A model that can be trained, with the settings of its own recipe."""

    model: str
    title: str
    learning_rate: float
    batch_size: int
    sessions: tuple[int, ...]  # epochs in each
    optimizer: str
    seed: int = 0

    @property
    def epochs(self) -> int:
        """The epochs of all sessions together."""
        return sum(self.sessions)

    def to_dict(self) -> dict[str, Any]:
        """Return the settings as plain values for JSON."""
        names = ("learning_rate", "batch_size", "epochs", "optimizer", "seed")
        return {name: getattr(self, name) for name in names}

    def split_epochs(self, epochs: int) -> tuple[int, ...]:
        """Return so many epochs in sessions whose shares are the recipe's, as nearly as it goes.

        Where the recipe takes smaller steps in its last session, a run of any length does.
        """
        ends = [
            sum(self.sessions[: n + 1]) * epochs / self.epochs for n in range(len(self.sessions))
        ]
        whole = [0, *(math.floor(end + 0.5) for end in ends)]
        lengths = (end - start for start, end in pairwise(whole))
        return tuple(length for length in lengths if length)


# The first one is what an impatient class begins with.
CHOICES = {
    choice.model: choice
    for choice in (
        Choice("quick_cnn", "Quick CNN", 0.006, 125, (2,), "adam"),
        Choice("linear", "Logistic regression", 0.05, 128, (5, 5), "sgd"),
        Choice("linear_scratch", "Linear, from scratch", 1.0, 64, (15, 6), "basic"),
        Choice("mlp", "Multilayer perceptron", 0.001, 64, (40,), "sgd"),
        Choice("small_cnn", "Small CNN", 0.002, 100, (12, 3), "adam"),
        Choice("tutorial_cnn", "Tutorial CNN", 0.001, 64, (3, 3), "rmsprop"),
        Choice("board_cnn", "Board", 0.01, 512, (14,), "muon"),
    )
}


def find_choice(model: object) -> Choice:
    """Return what can be chosen for a model; raises UnknownModelError."""
    if not isinstance(model, str) or model not in CHOICES:
        raise UnknownModelError(str(model), list(CHOICES))
    return CHOICES[model]


def choose_settings(choice: Choice, wanted: object) -> dict[str, Any]:
    """Return all settings of a run, those of `wanted` in place of the recipe's own.

    Raises RecipeError, which names the setting, for one that there is not, of the wrong type, or
    out of bounds.
    """
    if not isinstance(wanted, dict):
        raise RecipeError('`recipe` must be an object such as {"epochs": 3}')
    settings = choice.to_dict()
    for name, value in wanted.items():
        if name not in settings:
            raise RecipeError(f"`recipe` has no `{name}`; it has {', '.join(settings)}")
        settings[name] = _check_setting(name, value)
    return settings


def _check_setting(name: str, value: object) -> object:
    if name == "optimizer":
        if not isinstance(value, str) or value not in OPTIMIZERS:
            raise RecipeError(f"`optimizer` must be one of {', '.join(OPTIMIZERS)}")
        return value
    low, high = BOUNDS[name]
    kinds, kind = ((int,), "a whole number") if name in WHOLE else ((int, float), "a number")
    # type(), since True is an int to isinstance.
    if type(value) not in kinds or not low <= value <= high:
        raise RecipeError(f"`{name}` must be {kind} from {low:g} to {high:,.10g}")
    return value
