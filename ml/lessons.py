"""What a model learns from in an epoch: the images as they are, or mixed, generated, distorted."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import closing

import numpy as np
import torch

from ml.ahead import Ahead
from ml.augment import distort_some
from ml.data import Examples, batches, join, to_tensors
from ml.preprocess import normalize
from ml.recipes import Recipe
from ml.retrace import trace
from ml.styles import make_digit_parts, make_non_digit_parts, make_retraced_parts

Batch = tuple[torch.Tensor, torch.Tensor]
BATCHES_AHEAD = 8
PARTS_AHEAD = 1_000  # more than an epoch has: all of the next one is made during this one


def derive_seed(seed: int, epoch: int) -> int:
    """Return the seed of an epoch: the same however training was cut into sessions."""
    return int.from_bytes(hashlib.sha256(f"{seed}/{epoch}".encode()).digest()[:7], "big")


class Lessons:
    """Shuffled batches for one epoch after another, as the recipe wants them.

    What is generated and distorted is made in other threads, one for each kind, while the model
    learns what they made before.
    """

    def __init__(self, recipe: Recipe, training: Examples, device: torch.device, seed: int) -> None:
        self._recipe, self._training, self._device = recipe, training, device
        self._fixed = None
        if not recipe.is_varied:
            # What never changes is normalized once; batches are then gathered from it.
            self._fixed = to_tensors(join([training] * recipe.mnist_copies), device)
        self._supplies = list(self._open_supplies(seed))
        self._varied: Ahead[Batch] | None = None  # what this epoch learns next

    def count_images(self) -> int:
        """Return how many images an epoch has."""
        recipe = self._recipe
        made = recipe.retraced_digits + recipe.generated_digits + recipe.generated_non_digits
        return recipe.mnist_copies * len(self._training) + made

    def batches(
        self, epoch: int, generator: torch.Generator, *, is_last: bool = True
    ) -> Iterator[Batch]:
        """Yield normalized images (N, 1, 28, 28) and labels (N,) for the epoch, from 1.

        The generator decides the order and the distortions. Unless this epoch is the last, what
        the next one wants is generated during it.
        """
        if self._fixed is not None:
            yield from batches(*self._fixed, self._recipe.batch_size, generator)
            return
        # All begin before the first is waited for.
        for supply in self._supplies:
            supply.prepare(epoch)
        made = [supply.take(epoch) for supply in self._supplies]
        examples = join([self._training] * self._recipe.mnist_copies + made)
        if not is_last:
            for supply in self._supplies:
                supply.prepare(epoch + 1)
        self._varied = Ahead(self._vary(examples, epoch, generator), BATCHES_AHEAD)
        with closing(self._varied):
            yield from self._varied

    def close(self) -> None:
        """Stop making what nobody will ask for, as soon as what is under way is made."""
        if self._varied is not None:
            self._varied.close()
        for supply in self._supplies:
            supply.close()

    def _open_supplies(self, seed: int) -> Iterator["_Supply"]:
        recipe, labels = self._recipe, self._training.labels
        if recipe.retraced_digits:
            traces, count = trace(self._training.images), recipe.retraced_digits
            yield _Supply(
                lambda seed: make_retraced_parts(
                    traces, labels, count, np.random.default_rng((seed, 3))
                ),
                seed,
            )
        if digits := recipe.generated_digits:
            yield _Supply(
                lambda seed: make_digit_parts(digits, seed), seed, recipe.epochs_per_drawing
            )
        if others := recipe.generated_non_digits:
            yield _Supply(
                lambda seed: make_non_digit_parts(others, seed), seed, recipe.epochs_per_drawing
            )

    def _vary(self, examples: Examples, epoch: int, generator: torch.Generator) -> Iterator[Batch]:
        share = self._recipe.share_distorted(epoch)
        for images, labels in batches(
            examples.images, examples.labels, self._recipe.batch_size, generator
        ):
            distorted = distort_some(images, share, generator)
            yield normalize(distorted.to(self._device)), labels.to(self._device)


class _Supply:
    """Drawings of one kind, made anew every so many epochs, in a thread of their own."""

    def __init__(
        self, make: Callable[[int], Iterator[Examples]], seed: int, epochs: int = 1
    ) -> None:
        self._make, self._seed, self._epochs = make, seed, epochs
        self._at_hand: tuple[int, Examples] | None = None  # the epoch they were made for, and they
        self._coming: tuple[int, Ahead[Examples]] | None = None

    def prepare(self, epoch: int) -> None:
        """Begin to make what the epoch wants, unless that is at hand or under way."""
        origin = self._find_origin(epoch)
        if any(each and each[0] == origin for each in (self._at_hand, self._coming)):
            return
        self.close()
        parts = self._make(derive_seed(self._seed, origin))
        self._coming = origin, Ahead(parts, PARTS_AHEAD)

    def take(self, epoch: int) -> Examples:
        """Return what the epoch wants; waits until it is made."""
        self.prepare(epoch)
        if self._coming and self._coming[0] == self._find_origin(epoch):
            self._at_hand = None  # two epochs' at once would be twice the memory
            self._at_hand = self._coming[0], join(list(self._coming[1]))
            self.close()
        return self._at_hand[1]

    def close(self) -> None:
        """Stop making what is not at hand yet."""
        if self._coming is not None:
            self._coming[1].close()
        self._coming = None

    def _find_origin(self, epoch: int) -> int:
        """Return the epoch, from 1, that what this one learns is made for."""
        return epoch - (epoch - 1) % self._epochs
