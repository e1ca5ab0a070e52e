"""What a checkpoint keeps of a run between two epochs, and how it is saved and loaded."""

import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import nn

from ml.errors import CheckpointError, ExplainedError
from ml.files import write_atomically
from ml.networks.registry import build_model
from ml.training.averaging import Average, pick_kept
from ml.training.recipes import Recipe

CHECKPOINT_FORMAT = 1


def save_checkpoint(path: Path, state: dict[str, Any]) -> None:
    """Write a run's state (tensors and plain values) so that training can go on from it."""
    buffer = io.BytesIO()  # a full disk is then a plain OSError, not an error inside torch
    torch.save({"format": CHECKPOINT_FORMAT} | state, buffer)
    write_atomically(path, lambda temporary: temporary.write_bytes(buffer.getbuffer()))


def load_checkpoint(path: Path) -> dict[str, Any]:
    """Read what `save_checkpoint` wrote; raises CheckpointError if it is missing or damaged."""
    try:
        # weights_only: unpickling anything else could run code hidden in the file.
        state = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise CheckpointError(f"there is no checkpoint {path}; train without --resume") from None
    except Exception as error:  # torch raises a dozen kinds for a damaged file
        raise CheckpointError(
            f"the checkpoint {path} is damaged; train without --resume"
        ) from error
    if not isinstance(state, dict) or state.get("format") != CHECKPOINT_FORMAT:
        raise CheckpointError(f"{path} is not a checkpoint of this program's format")
    return state


@dataclass
class TrainingState:
    """A run between two epochs: everything that the next epoch needs."""

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
    def start(
        cls,
        recipe: Recipe,
        seed: int,
        checksum: str,
        device: torch.device,
        weights: dict[str, torch.Tensor] | None = None,
    ) -> "TrainingState":
        """Return a run at its beginning: the given weights, or random ones drawn from the seed."""
        torch.manual_seed(seed)
        model = build_model(recipe.model).to(device, memory_format=torch.channels_last)
        if weights is not None:
            model.load_state_dict(weights)
        optimizer = recipe.build_optimizer(model)
        average = Average(model) if recipe.averaged else None
        return cls(recipe, seed, checksum, device, model, optimizer, average)

    @classmethod
    def load(
        cls, path: Path, recipe: Recipe, seed: int, checksum: str, device: torch.device
    ) -> "TrainingState":
        """Load a checkpoint into a fresh model and a fresh optimizer; raises CheckpointError."""
        state = load_checkpoint(path)
        _check_same_run(state, path, recipe, seed, checksum)
        run = cls.start(recipe, seed, checksum, device)
        try:
            run.model.load_state_dict(state["weights"])
            run.optimizer.load_state_dict(state["optimizer"])
            if run.average is not None:
                run.average.load_state_dict(state["average"])
            run.generator.set_state(state["generators"]["shuffle"])
            torch.set_rng_state(state["generators"]["cpu"])
        except (KeyError, ValueError, RuntimeError, TypeError) as error:
            raise CheckpointError(f"the checkpoint {path} does not fit the model") from error
        run.history = state["history"]
        return run

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
        if self.history and self.recipe.is_goal(self.history[-1]["training_accuracy"]):
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
    """Refuse a checkpoint whose recipe, seed or data differ; words about a recipe may."""
    try:
        theirs = Recipe.from_dict(state["recipe"]).to_dict()
        theirs |= {"seed": state["seed"], "data": state["data"]}
    except (KeyError, TypeError, AttributeError, ExplainedError) as error:
        raise CheckpointError(f"the checkpoint {path} lacks {error}") from error
    ours = recipe.to_dict() | {"seed": seed, "data": checksum}
    # A constant rate does not look ahead, so sessions may be added; a one-cycle rate does, and so
    # does a share of training that is averaged.
    looks_ahead = recipe.schedule != "constant" or recipe.averaged
    free = {"source"} if looks_ahead else {"source", "sessions"}
    for name in sorted(ours.keys() - free):
        if theirs.get(name) != ours[name]:
            raise CheckpointError(
                f"the checkpoint {path} is of another recipe: its {name} is "
                f"{theirs.get(name)}, not {ours[name]}; leave out --resume"
            )
