"""What a model learns from in an epoch: the images as they are, or mixed, generated, distorted."""

from collections.abc import Iterator

import torch

from ml.augment import distort_some
from ml.data import Examples, batches, to_tensors
from ml.preprocess import normalize
from ml.recipes import Recipe
from ml.styles import Mixture


class Lessons:
    """Shuffled batches for one epoch after another, as the recipe wants them."""

    def __init__(self, recipe: Recipe, training: Examples, device: torch.device) -> None:
        self._recipe, self._training, self._device = recipe, training, device
        # What never changes is normalized once; batches are then slices of it.
        self._fixed = None if recipe.is_varied else to_tensors(training, device)

    def count_images(self) -> int:
        """Return how many images an epoch has."""
        recipe = self._recipe
        generated = recipe.generated_digits + recipe.generated_non_digits
        return recipe.mnist_copies * len(self._training) + generated

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
        recipe = self._recipe
        if not (recipe.generated_digits or recipe.generated_non_digits):
            return self._training
        counts = (recipe.mnist_copies, recipe.generated_digits, recipe.generated_non_digits)
        return Mixture(*counts).add_to(self._training, seed)
