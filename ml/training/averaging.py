"""The mean of a network's weights over the last steps of training."""

from collections import deque

import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_swa_multi_avg_fn, update_bn

BATCHES_MEASURED = 40  # for batch normalization; 10,000 images for each of the board's two


class Average(AveragedModel):
    """Stochastic weight averaging: steps that stay long wander about a good place; this is it.

    Source: P. Izmailov and others, Averaging weights leads to wider optima and better
    generalization, 2018.
    """

    def __init__(self, model: nn.Module) -> None:
        super().__init__(model, multi_avg_fn=get_swa_multi_avg_fn())
        self._recent: deque[torch.Tensor] = deque(maxlen=BATCHES_MEASURED)

    @property
    def has_begun(self) -> bool:
        """Whether any weights are in it."""
        return int(self.n_averaged) > 0

    def add(self, model: nn.Module, images: torch.Tensor) -> None:
        """Count the weights after a step on these normalized images (N, 1, 28, 28)."""
        self.update_parameters(model)
        self._recent.append(images)

    def measure_norms(self) -> None:
        """Measure batch normalization's means and variances for the averaged weights.

        Those of the steps' weights are of other activations. The images are the latest ones since
        this was last called: what comes after does not depend on whether training was stopped.
        They are measured in float32, whatever they were rounded to.
        """
        update_bn((images.float() for images in self._recent), self.module)
        self._recent.clear()


def pick_kept(model: nn.Module, average: Average | None) -> nn.Module:
    """Return the network that is evaluated and kept: the average as soon as there is one."""
    return average.module if average is not None and average.has_begun else model
