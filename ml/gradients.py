"""How a step's gradients are found: by hand where somebody wrote them down, else by autograd."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import partial

import torch
import torch.nn.functional as F
from torch import nn

from ml import by_hand
from ml.recipes import Recipe
from ml.scratch import LinearScratch

# Takes images (N, 1, 28, 28) and labels (N,), puts gradients where optimizers look, and returns the
# loss and the logits (N, 10 or 11).
Gradients = Callable[[torch.Tensor, torch.Tensor], tuple[torch.Tensor, torch.Tensor]]


def pick_gradients(model: nn.Module, recipe: Recipe, device: torch.device) -> Gradients:
    """Return the way to find a model's gradients that is right for it, and fast on the device."""
    if isinstance(model, LinearScratch):
        return model.compute_gradients
    is_mean = recipe.loss_reduction == "mean"
    in_bfloat16 = recipe.precision_on(device) == torch.bfloat16
    if is_mean and in_bfloat16 and by_hand.can_compute(model):
        return by_hand.ByHand(model, torch.bfloat16).compute_gradients
    return partial(compute_by_autograd, model, recipe)


def compute_by_autograd(
    model: nn.Module, recipe: Recipe, images: torch.Tensor, labels: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Leave a model's gradients and return (loss, logits), as every tutorial does."""
    model.zero_grad()
    with _precision(recipe, images.device):
        logits = model(images)
    # The loss in float32: its softmax would lose digits in bfloat16.
    loss = F.cross_entropy(logits.float(), labels, reduction=recipe.loss_reduction)
    loss.backward()
    return loss, logits


def _precision(recipe: Recipe, device: torch.device) -> AbstractContextManager:
    """Return what the forward pass runs in; entering autocast costs a small network a tenth."""
    if recipe.precision_on(device) == torch.bfloat16:
        return torch.autocast(device.type, torch.bfloat16)
    return nullcontext()
