"""The lesson from scratch: softmax, loss, gradients and optimizer by hand, then torch's own.

Each step is proven against the next in tests/ml/networks/test_scratch.py. The network is 784 → 10.
Its two gradients are written down here, in the `backward` of a `torch.autograd.Function` each:
`loss.backward()` of the training loop calls these two formulas and nothing else, so the same loop
trains it as every other network.

Symbols: x pixels (N, 784), z logits (N, 10), s probabilities (N, 10), y one-hot labels (N, 10),
L the mean loss over the batch.
"""

from typing import Any

import torch
from torch import nn

CLAMP = 1e-10  # the tutorial's: a smaller probability counts as this one, so that log is finite


def softmax(logits: torch.Tensor) -> torch.Tensor:
    """Return probabilities (N, 10) that sum to 1; the maximum is subtracted so exp is finite."""
    exponentials = torch.exp(logits - logits.max(dim=1, keepdim=True).values)
    return exponentials / exponentials.sum(dim=1, keepdim=True)


def cross_entropy(
    probabilities: torch.Tensor, labels: torch.Tensor, *, clamp: float = CLAMP
) -> torch.Tensor:
    """Return −log of each true digit's probability, in nats, shape (N,); clamped from below."""
    of_truth = probabilities.gather(1, labels.unsqueeze(1)).squeeze(1)
    return -torch.log(of_truth.clamp(min=clamp) if clamp else of_truth)


class _SoftmaxCrossEntropy(torch.autograd.Function):
    """z, labels -> L. Softmax and cross-entropy together: dL/dz = (s − y) / N."""

    @staticmethod
    def forward(context: Any, logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:  # noqa: ANN401
        probabilities = softmax(logits)
        context.save_for_backward(probabilities, labels)
        return cross_entropy(probabilities, labels).mean()

    @staticmethod
    def backward(context: Any, by_loss: torch.Tensor) -> tuple[torch.Tensor, None]:  # noqa: ANN401
        probabilities, labels = context.saved_tensors
        one_hot = nn.functional.one_hot(labels, 10).to(probabilities.dtype)
        return by_loss * (probabilities - one_hot) / len(labels), None


class _WeightedSum(torch.autograd.Function):
    """x, W, b -> z = x·W + b. The chain rule: dL/dW = xᵀ · dL/dz, and dL/db sums dL/dz."""

    @staticmethod
    def forward(
        context: Any,  # noqa: ANN401
        pixels: torch.Tensor,
        weight: torch.Tensor,
        bias: torch.Tensor,
    ) -> torch.Tensor:
        context.save_for_backward(pixels)
        # Laid out so that each logit is one sum in memory: it loses fewer digits, since hundreds of
        # its terms cancel.
        return pixels @ weight.T.contiguous().T + bias

    @staticmethod
    def backward(context: Any, by_logits: torch.Tensor) -> tuple[None, torch.Tensor, torch.Tensor]:  # noqa: ANN401
        (pixels,) = context.saved_tensors
        return None, pixels.T @ by_logits, by_logits.sum(dim=0)


def mean_cross_entropy(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Return the mean loss L, a scalar, of logits (N, 10) and labels int64 (N,)."""
    return _SoftmaxCrossEntropy.apply(logits, labels)


class LinearScratch(nn.Module):
    """784 → 10 with weights and bias drawn from N(0, 1): 7,850 parameters, gradients by hand."""

    title = "Linear, from scratch"
    summary = (
        "One weight for each pixel and digit, and gradients written down by hand. It shows that a "
        "network is arithmetic: no library finds its gradients."
    )
    compute_loss = staticmethod(mean_cross_entropy)  # instead of the library's

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(784, 10))
        self.bias = nn.Parameter(torch.randn(10))

    def features(self, images: torch.Tensor) -> torch.Tensor:
        """Return the pixels themselves, (N, 784): there is only one layer."""
        return images.flatten(1)

    def classify(self, features: torch.Tensor) -> torch.Tensor:
        """Return logits (N, 10) for features (N, 784)."""
        return _WeightedSum.apply(features, self.weight, self.bias)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return logits (N, 10) for normalized images (N, 1, 28, 28)."""
        return self.classify(self.features(images))


class BasicOptimizer(torch.optim.Optimizer):
    """Gradient descent and nothing else: every parameter goes down its gradient by lr."""

    def __init__(self, parameters: list[nn.Parameter], lr: float) -> None:
        super().__init__(parameters, {"lr": lr})

    @torch.no_grad()
    def step(self) -> None:
        """Take one step: p −= lr · grad."""
        for group in self.param_groups:
            for parameter in group["params"]:
                # One rounding instead of two: this is what torch.optim.SGD does, bit for bit.
                parameter.add_(parameter.grad, alpha=-group["lr"])


def build_sequential() -> nn.Sequential:
    """Return the same network in torch's own parts, for images of any (N, …) with 784 pixels."""
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
