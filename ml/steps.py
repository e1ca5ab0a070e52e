"""An optimizer's step, with as little around it as a small network deserves."""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import torch
from torch.optim.adam import adam

Group = dict[str, Any]  # of an optimizer: its weights and the numbers they are stepped with


def pick_step(optimizer: torch.optim.Optimizer) -> Callable[[], object]:
    """Return what takes the optimizer's steps: what its step() does, in less time.

    Around step() PyTorch opens a record for a profiler and looks for hooks, of which there are
    none here. That is an eighth of all that a step of `mlp` takes.
    """
    if type(optimizer) is torch.optim.Adam and all(
        map(_is_fused_and_plain, optimizer.param_groups)
    ):
        return AdamSteps(optimizer).step
    step = type(optimizer).step
    if getattr(step, "hooked", False):  # torch.optim.Optimizer.profile_hook_step made it
        step = step.__wrapped__
    return partial(step, optimizer)


def _is_fused_and_plain(group: Group) -> bool:
    return bool(group["fused"]) and not group["amsgrad"]


class _Listed(NamedTuple):
    group: Group
    weights: list[torch.Tensor]
    means: list[torch.Tensor]  # of gradients
    squares: list[torch.Tensor]
    counts: list[torch.Tensor]  # of steps


class AdamSteps:
    """A fused Adam's step(), for weights of which the same have gradients in each step.

    Its own lists them, and what it keeps of each, anew each time: for a small network that takes
    as long as the arithmetic. Here they are listed once. What is kept stays the optimizer's, so a
    checkpoint holds what it always did; whoever loads one into the optimizer needs a new list.
    """

    def __init__(self, optimizer: torch.optim.Adam) -> None:
        self._optimizer = optimizer
        self._listed: list[_Listed] = []

    @torch.no_grad()
    def step(self) -> None:
        """Step along the gradients that the weights have."""
        if not self._listed:
            self._optimizer.step()  # the first one makes what is kept
            self._listed = [self._list(group) for group in self._optimizer.param_groups]
            return
        for group, weights, means, squares, counts in self._listed:
            adam(
                weights,
                [weight.grad for weight in weights],
                means,
                squares,
                [],
                counts,
                fused=True,
                amsgrad=False,
                beta1=group["betas"][0],
                beta2=group["betas"][1],
                lr=group["lr"],
                weight_decay=group["weight_decay"],
                eps=group["eps"],
                maximize=group["maximize"],
                decoupled_weight_decay=group["decoupled_weight_decay"],
            )

    def _list(self, group: Group) -> _Listed:
        weights = [weight for weight in group["params"] if weight.grad is not None]
        kept = [self._optimizer.state[weight] for weight in weights]
        names = ("exp_avg", "exp_avg_sq", "step")
        return _Listed(group, weights, *([each[name] for each in kept] for name in names))
