"""Fine-tuning a network on a hand's drawings: batches of half drawings and half replay, and a loss.

It is a further session of the same training: `ml.training.sessions.train` begins with the served
weights in place of random ones, and saves and resumes as ever.
"""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from ml.data.drawings import NOT_A_DIGIT, Drawings
from ml.errors import RecipeError
from ml.networks.logits import DIGITS
from ml.networks.registry import build_model, count_answers
from ml.preprocess import normalize
from ml.training.averaging import Average
from ml.training.events import StepResult
from ml.training.fine_tuning.redrawing import Redrawing
from ml.training.fine_tuning.replay import Replay
from ml.training.loop import check_loss, derive_seed, set_learning_rate
from ml.training.prefetch import Prefetch
from ml.training.recipes import Recipe, find_recipe

STEPS = 20  # in an epoch, after which there is a checkpoint
BATCHES_PREFETCHED = 8
KEEPING = 3.0  # what a change of the replay's log-probabilities costs, against the cross-entropy
RATE = 1.2e-3
RATES = {"linear": 3e-3, "linear_scratch": 3e-3}  # a layer alone needs longer steps
SOURCE = "made here: fine-tuning on drawings, with replay and distillation; docs/training.md"

Batch = tuple[torch.Tensor, torch.Tensor, torch.Tensor]


def find_fine_tuning(model: str, **overrides: object) -> Recipe:
    """Return the recipe by which a served model learns drawings; None leaves a field alone.

    Raises UnknownModelError, and RecipeError for a batch that has no halves.
    """
    own = find_recipe(model)
    standard = Recipe(
        model=model,
        source=SOURCE,
        optimizer="adamw",
        learning_rate=RATES.get(model, RATE),
        batch_size=128,
        sessions=(2,),
        schedule="one_cycle",
        lowest_rate=0.05,
        bfloat16=own.bfloat16,
        tutorial=own.tutorial,
    )
    recipe = replace(standard, **{k: v for k, v in overrides.items() if v is not None})
    if recipe.batch_size % 2:
        raise RecipeError(
            f"half of a batch is drawings and half replay: {recipe.batch_size} must be an even "
            "number"
        )
    return recipe


@dataclass(frozen=True)
class FineTuning:
    """What is learned from: drawings and replay, from the served weights on."""

    weights: dict[str, torch.Tensor]  # of the served network
    drawings: Drawings
    replay: Replay

    def checksum(self) -> str:
        """Return one SHA-256 over the weights and all that is learned, as hexadecimal digits."""
        digest = hashlib.sha256(self.drawings.checksum().encode())
        for tensor in (self.replay.images, *self.weights.values()):
            digest.update(tensor.cpu().contiguous().numpy())
        return digest.hexdigest()

    def make_loader(self, recipe: Recipe, device: torch.device) -> "PairLoader":
        """Return what makes the batches."""
        return PairLoader(self, recipe, device)

    def without(self, chosen: np.ndarray) -> "FineTuning":
        """Return the same without the drawings of these numbers."""
        kept = np.setdiff1d(np.arange(len(self.drawings)), chosen)
        return replace(self, drawings=self.drawings[kept])


class PairLoader:
    """Batches in which a drawing and a replayed image alternate: each half of one has both."""

    def __init__(self, tuning: FineTuning, recipe: Recipe, device: torch.device) -> None:
        self._redrawing = Redrawing(tuning.drawings)
        self._replay, self._device = tuning.replay, device
        self._half = recipe.batch_size // 2
        self._batches: Prefetch[Batch] | None = None

    def count_images(self) -> int:
        """Return how many images an epoch has: STEPS batches of them."""
        return STEPS * 2 * self._half

    def batches(
        self, epoch: int, seed: int, generator: torch.Generator, next_seed: int | None = None
    ) -> Iterator[Batch]:
        """Yield normalized images (2N, 1, 28, 28), N labels and N old logits, STEPS times.

        Images 0, 2, 4 … are drawings and have the labels; 1, 3, 5 … are replayed and have the
        logits, (N, 10 or 11). `seed` decides what is drawn again, the generator what is replayed.
        """
        self._batches = Prefetch(self._make(seed, generator), BATCHES_PREFETCHED)
        with closing(self._batches):
            yield from self._batches

    def close(self) -> None:
        """Make no more batches."""
        if self._batches is not None:
            self._batches.close()

    def _make(self, seed: int, generator: torch.Generator) -> Iterator[Batch]:
        rng, size = np.random.default_rng((seed, 5)), len(self._replay.images)
        count = STEPS * self._half
        orders = [torch.randperm(size, generator=generator) for _ in range(-(-count // size))]
        for replayed in torch.cat(orders)[:count].split(self._half):
            drawn = self._redrawing.draw(len(replayed), rng)
            pairs = torch.stack([drawn.images, self._replay.images[replayed]], dim=1)
            images = torch.from_numpy(normalize(pairs.flatten(0, 1).numpy()))
            batch = images, drawn.labels, self._replay.logits[replayed]
            yield tuple(tensor.to(self._device) for tensor in batch)


def train_epoch(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    recipe: Recipe,
    batches: Iterable[Batch],
    epoch: int,
    steps: int,
    average: Average | None = None,
) -> Iterator[StepResult]:
    """Learn from each batch once; the results count drawings alone.

    The loop of `ml.training.loop.train_epoch` with another loss: the cross-entropy of the drawings,
    and how far the replayed images' log-probabilities have moved from the old ones. The network
    learns as it reads: without dropout, and with batch normalization as it was measured. A hand's
    drawings are not what it was measured on; measured anew, all else would be forgotten at once.
    """
    model.eval()
    for step, (images, labels, old_logits) in enumerate(batches, 1):
        set_learning_rate(optimizer, recipe.learning_rate_at(epoch - 1 + (step - 1) / steps))

        optimizer.zero_grad()
        with recipe.autocast_on(images.device):
            logits = model(images).float()  # 2N, 10 or 11
        drawn, replayed = logits[0::2], logits[1::2]
        loss = F.cross_entropy(drawn, labels) + KEEPING * measure_change(replayed, old_logits)
        loss.backward()
        optimizer.step()

        check_loss(loss.item(), step, epoch)
        correct = int((drawn.argmax(dim=1) == labels).sum())
        yield StepResult(epoch, step, steps, loss.item(), correct, len(labels))


def measure_change(logits: torch.Tensor, old_logits: torch.Tensor) -> torch.Tensor:
    """Return the mean squared difference, in nats², of log-probabilities of new and old logits.

    Both are (N, K). Squared, it also keeps the answers of which the old network was sure: their
    Kullback-Leibler divergence stays near 0 until they are lost.
    """
    return F.mse_loss(F.log_softmax(logits, dim=1), F.log_softmax(old_logits, dim=1))


def learn(tuning: FineTuning, recipe: Recipe, seed: int, device: torch.device) -> nn.Module:
    """Return the network after all epochs, in evaluation mode, with nothing kept on the way."""
    torch.manual_seed(seed)
    model = build_model(recipe.model).to(device, memory_format=torch.channels_last)
    model.load_state_dict(tuning.weights)
    optimizer, generator = recipe.build_optimizer(model), torch.Generator()
    with closing(tuning.make_loader(recipe, device)) as loader:
        for epoch in range(1, recipe.epochs + 1):
            epoch_seed = derive_seed(seed, epoch)
            torch.manual_seed(epoch_seed)
            generator.manual_seed(epoch_seed)
            batches = loader.batches(epoch, epoch_seed, generator)
            for _ in train_epoch(model, optimizer, recipe, batches, epoch, STEPS):
                pass
    return model.eval()


def select_learnable(drawings: Drawings, model: nn.Module) -> Drawings:
    """Return the drawings that a network can learn: without an eleventh answer, digits alone."""
    if count_answers(model) > DIGITS:
        return drawings
    return drawings[np.flatnonzero(drawings.labels < NOT_A_DIGIT)]
