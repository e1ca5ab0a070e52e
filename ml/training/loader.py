"""The batches of each epoch: the images as they are, or mixed, generated and distorted."""

from collections.abc import Iterator
from contextlib import closing
from itertools import chain

import numpy as np
import torch

from ml.data.augment import distort_some
from ml.data.examples import Examples, batches, join, to_tensors
from ml.preprocess import normalize
from ml.synthetic.generate import (
    make_digit_parts,
    make_non_digit_parts,
    make_retraced_parts,
    make_spoilt_parts,
    trace_examples,
)
from ml.training.prefetch import Prefetch
from ml.training.recipes import Recipe

Batch = tuple[torch.Tensor, torch.Tensor]
BATCHES_PREFETCHED = 8
PARTS_PREFETCHED = 1_000  # more than an epoch has: all of the next one is made during this one


class Loader:
    """Shuffled batches for one epoch after another, as the recipe wants them.

    What is generated and distorted is made in other threads, one for each kind, while the model
    learns what they made before.
    """

    def __init__(self, recipe: Recipe, training: Examples, device: torch.device) -> None:
        self._recipe, self._training, self._device = recipe, training, device
        self._fixed = None
        if not recipe.is_varied:
            # Images that never change are normalized once; batches are then gathered from them.
            self._fixed = to_tensors(training, device)
        traces = recipe.retraced_digits or recipe.spoilt_digits
        self._traced = trace_examples(training) if traces else None
        self._varied: Prefetch[Batch] | None = None  # what this epoch learns next
        self._coming: dict[int, list[Prefetch[Examples]]] = {}  # what others will, by their seeds

    def count_images(self) -> int:
        """Return how many images an epoch has."""
        recipe = self._recipe
        return len(self._training) + sum(recipe.made)

    def batches(
        self, epoch: int, seed: int, generator: torch.Generator, next_seed: int | None = None
    ) -> Iterator[Batch]:
        """Yield normalized images (N, 1, 28, 28) and labels (N,) for the epoch, from 1.

        `seed` decides what is generated, the generator the order and the distortions. `next_seed`
        is that of the epoch to come, which is generated during this one.
        """
        if self._fixed is not None:
            yield from batches(*self._fixed, self._recipe.batch_size, generator)
            return
        examples = self._mix(seed)
        if next_seed is not None:
            self._prepare(next_seed)
        self._varied = Prefetch(self._vary(examples, epoch, generator), BATCHES_PREFETCHED)
        with closing(self._varied):
            yield from self._varied

    def close(self) -> None:
        """Stop making what nobody will ask for, as soon as what is under way is made."""
        if self._varied is not None:
            self._varied.close()
        while self._coming:
            for made in self._coming.popitem()[1]:
                made.close()

    def _prepare(self, seed: int) -> list[Prefetch[Examples]]:
        if seed not in self._coming:
            self._coming[seed] = [
                Prefetch(kind, PARTS_PREFETCHED) for kind in self._make_kinds(seed)
            ]
        return self._coming[seed]

    def _mix(self, seed: int) -> Examples:
        """Return MNIST's examples and newly made ones; another seed, other ones."""
        made = self._prepare(seed)
        try:
            return join([self._training, *chain(*made)])
        finally:
            for kind in self._coming.pop(seed):
                kind.close()

    def _make_kinds(self, seed: int) -> Iterator[Iterator[Examples]]:
        recipe = self._recipe
        if recipe.retraced_digits:
            rng = np.random.default_rng((seed, 3))
            yield make_retraced_parts(*self._traced, recipe.retraced_digits, rng)
        if recipe.spoilt_digits:
            rng = np.random.default_rng((seed, 4))
            yield make_spoilt_parts(*self._traced, recipe.spoilt_digits, rng)
        if recipe.generated_digits:
            yield make_digit_parts(recipe.generated_digits, seed)
        if recipe.generated_non_digits:
            yield make_non_digit_parts(
                recipe.generated_non_digits, seed, by_name=recipe.named_non_digits
            )

    def _vary(self, examples: Examples, epoch: int, generator: torch.Generator) -> Iterator[Batch]:
        share = self._recipe.share_distorted(epoch)
        for images, labels in batches(
            examples.images, examples.labels, self._recipe.batch_size, generator
        ):
            distorted = distort_some(images, share, generator)
            normalized = torch.from_numpy(normalize(distorted.numpy()))
            yield normalized.to(self._device), labels.to(self._device)
