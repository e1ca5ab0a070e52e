"""What a model learns from in an epoch: the images as they are, or mixed, generated, distorted."""

from collections.abc import Iterator

import numpy as np
import torch

from ml.augment import distort_some
from ml.data import Examples, batches, join, to_tensors
from ml.preprocess import normalize
from ml.recipes import Recipe
from ml.retrace import trace
from ml.styles import make_digits, make_non_digits, retrace_digits


class Lessons:
    """Shuffled batches for one epoch after another, as the recipe wants them."""

    def __init__(self, recipe: Recipe, training: Examples, device: torch.device) -> None:
        self._recipe, self._training, self._device = recipe, training, device
        self._fixed = None
        if not recipe.is_varied:
            # What never changes is normalized once; batches are then gathered from it.
            self._fixed = to_tensors(join([training] * recipe.mnist_copies), device)
        self._traces = trace(training.images) if recipe.retraced_digits else None

    def count_images(self) -> int:
        """Return how many images an epoch has."""
        recipe = self._recipe
        made = recipe.retraced_digits + recipe.generated_digits + recipe.generated_non_digits
        return recipe.mnist_copies * len(self._training) + made

    def batches(
        self, epoch: int, seed: int, generator: torch.Generator
    ) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        """Yield normalized images (N, 1, 28, 28) and labels (N,) for the epoch, from 1.

        `seed` decides what is generated, the generator the order and the distortions.
        """
        size = self._recipe.batch_size
        if self._fixed is not None:
            yield from batches(*self._fixed, size, generator)
            return
        examples = self._mix(seed)
        share = self._recipe.share_distorted(epoch)
        for images, labels in batches(examples.images, examples.labels, size, generator):
            distorted = distort_some(images, share, generator)
            yield normalize(distorted.to(self._device)), labels.to(self._device)

    def _mix(self, seed: int) -> Examples:
        """Return MNIST's examples and newly made ones; another seed, other ones."""
        recipe = self._recipe
        parts = [self._training] * recipe.mnist_copies
        if self._traces is not None:
            rng = np.random.default_rng((seed, 3))
            labels = self._training.labels
            parts.append(retrace_digits(self._traces, labels, recipe.retraced_digits, rng))
        if recipe.generated_digits:
            parts.append(make_digits(recipe.generated_digits, seed))
        if recipe.generated_non_digits:
            parts.append(make_non_digits(recipe.generated_non_digits, seed))
        return join(parts)
