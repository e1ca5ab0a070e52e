"""A run between two epochs: what its checkpoint holds and what the next epoch needs."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import nn

from ml.averaging import Average, pick_kept
from ml.checkpoint import load_checkpoint, save_checkpoint
from ml.errors import CheckpointError, ExplainedError
from ml.models import build_model
from ml.recipes import Recipe


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
    average: Average | None = None
    generator: torch.Generator = field(default_factory=torch.Generator)
    history: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def start(cls, recipe: Recipe, seed: int, checksum: str, device: torch.device) -> "Progress":
        """Return a run at its beginning: random weights drawn from the seed."""
        torch.manual_seed(seed)
        model = build_model(recipe.model).to(device, memory_format=torch.channels_last)
        optimizer = recipe.build_optimizer(model)
        average = Average(model) if recipe.averaged else None
        return cls(recipe, seed, checksum, device, model, optimizer, average)

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
        """The model that is evaluated and kept."""
        return pick_kept(self.model, self.average)

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
    # A constant rate does not look ahead, so sessions may be added; a one-cycle rate does, and so
    # does a share of training that is averaged.
    looks_ahead = recipe.schedule != "constant" or recipe.averaged
    free = set() if looks_ahead else {"sessions"}
    for name in sorted(ours.keys() - free):
        if theirs.get(name) != ours[name]:
            raise CheckpointError(
                f"the checkpoint {path} is of another recipe: its {name} is "
                f"{theirs.get(name)}, not {ours[name]}; leave out --resume"
            )
