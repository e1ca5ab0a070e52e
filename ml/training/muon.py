"""Muon: steps for convolutions that go equally far in every direction of their weights.

Adam looks at each weight alone. The gradient of a layer is a matrix, and a few of its directions
usually outweigh all others, so these learn first and the rest late. Muon makes all directions
equally long before it steps. Source: K. Jordan, Muon: an optimizer for hidden layers in neural
networks, 2024, kellerjordan.github.io/posts/muon. torch.optim.Muon takes matrices only, and
calculates in bfloat16, which most CPUs lack.
"""

import math

import torch

MOMENTUM = 0.95
ITERATIONS = 5
# Of a + b·s² + c·s⁴, which takes a singular value s to a place near 1; Jordan's.
A, B, C = 3.4445, -4.7750, 2.0315
# Adam's steps are about a fifth of the learning rate for each weight; so are these (J. Liu and
# others, Muon is scalable for LLM training, 2025), so that one rate serves both.
ADAMS_STEP = 0.2


class Muon(torch.optim.AdamW):
    """Muon for the weights of convolutions, AdamW for everything else."""

    @torch.no_grad()
    def step(self) -> None:
        """Take one step along the gradients, and forget those of the convolutions."""
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.ndim == 4 and weight.grad is not None:
                    _step_weight(weight, self.state[weight], group["lr"], group["weight_decay"])
                    weight.grad = None  # AdamW leaves alone what has no gradient
        super().step()


def _step_weight(
    weight: torch.Tensor, state: dict[str, torch.Tensor], rate: float, decay: float
) -> None:
    if "momentum" not in state:
        state["momentum"] = torch.zeros_like(weight.grad)
        state["step"] = torch.tensor(0.0)  # AdamW wants one of all that it loads
    momentum = state["momentum"].mul_(MOMENTUM).add_(weight.grad)
    ahead = weight.grad + MOMENTUM * momentum  # where the momentum will be: Nesterov's
    update = orthogonalize(ahead.flatten(1))  # out, in × height × width
    length = ADAMS_STEP * math.sqrt(max(update.shape))
    weight.mul_(1 - rate * decay).add_(update.view_as(weight), alpha=-rate * length)


def orthogonalize(matrix: torch.Tensor) -> torch.Tensor:
    """Return a float (M, N) matrix with its singular values brought near 1, but for the tiniest.

    By Newton-Schulz iterations: each multiplies the singular values s by a + b·s² + c·s⁴ and
    leaves the directions as they are. A matrix of zeros stays one.
    """
    if matrix.shape[0] > matrix.shape[1]:
        return orthogonalize(matrix.T).T
    x = matrix / matrix.norm().clamp_min(1e-7)  # no singular value above 1
    # An iteration multiplies x by a polynomial of x·xᵀ, which is small: the product of all these
    # is made first, and multiplied by x, which is large, once.
    one = torch.eye(len(x), dtype=x.dtype, device=x.device)
    product, square = one, x @ x.T
    for _ in range(ITERATIONS):
        factor = A * one + B * square + C * square @ square
        product = factor @ product
        square = factor @ square @ factor
    return product @ x
