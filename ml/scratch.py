"""The lesson from scratch: softmax, loss, gradients and optimizer by hand, then torch's own.

Each step is proven against the next in tests/ml/test_scratch.py. The network is 784 → 10; its
gradients are written down here and never computed by autograd. `python -m ml.scratch` repeats the
tutorial's puzzle: why its autograd run stayed at 31% where its hand-made one reached 88 to 91%.

Symbols: x pixels (N, 784), z logits (N, 10), s probabilities (N, 10), y one-hot labels (N, 10).
"""

import argparse

import torch
from torch import nn

CLAMP = 1e-10  # the tutorial's: below this a probability is treated as this, so that log is finite


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


def gradients(
    pixels: torch.Tensor, probabilities: torch.Tensor, labels: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return dL/dW (784, 10) and dL/db (10,) of the mean cross-entropy over the batch.

    Softmax and cross-entropy together have the simplest of derivatives: dL/dz = s − y. The chain
    rule does the rest, since z = x·W + b.
    """
    one_hot = nn.functional.one_hot(labels, 10).to(probabilities.dtype)
    by_logits = (probabilities - one_hot) / len(labels)  # N, 10
    return pixels.T @ by_logits, by_logits.sum(dim=0)


class LinearScratch(nn.Module):
    """784 → 10 with weights and bias drawn from N(0, 1): 7,850 parameters, no autograd."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(784, 10))
        self.bias = nn.Parameter(torch.randn(10))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return logits (N, 10) for normalized images (N, 1, 28, 28)."""
        return images.flatten(1) @ self.weight + self.bias

    @torch.no_grad()
    def compute_gradients(
        self, images: torch.Tensor, labels: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Put the gradients of the mean loss where optimizers look; return (loss, logits)."""
        images = images.to(self.weight.dtype)  # they may be rounded to another
        logits = self(images)
        probabilities = softmax(logits)
        self.weight.grad, self.bias.grad = gradients(images.flatten(1), probabilities, labels)
        return cross_entropy(probabilities, labels).mean(), logits


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


def explore(data_dir: str, epochs: int = 3, seed: int = 0) -> None:
    """Train with autograd on four losses that differ in two ways; print test accuracies.

    The tutorial's autograd run has both: the sum over the batch makes each step 64 times as long,
    and the clamp hides from autograd whatever has fallen below it, so a digit once believed
    impossible is never learned again. Its hand-made gradient, s − y, has neither.
    """
    # Imported here: ml.data is not part of the lesson.
    from pathlib import Path

    from ml.data import batches, load_mnist, to_tensors

    cpu = torch.device("cpu")
    images, labels = to_tensors(load_mnist(Path(data_dir), train=True), cpu)
    test_images, test_labels = to_tensors(load_mnist(Path(data_dir), train=False), cpu)
    print(f"{'loss':15} test accuracy (of 1) after each epoch")
    for reduce in (torch.mean, torch.sum):
        for clamp in (CLAMP, 0.0):
            torch.manual_seed(seed)
            model = LinearScratch()
            optimizer = BasicOptimizer(model.parameters(), lr=1.0)
            accuracies = []
            for epoch in range(epochs):
                order = torch.Generator().manual_seed(epoch)
                for batch, answers in batches(images, labels, 64, order):
                    optimizer.zero_grad()
                    # Without the clamp, log-softmax keeps log of the tiniest probability finite.
                    logits = model(batch)
                    losses = (
                        cross_entropy(softmax(logits), answers, clamp=clamp)
                        if clamp
                        else nn.functional.cross_entropy(logits, answers, reduction="none")
                    )
                    reduce(losses).backward()
                    optimizer.step()
                with torch.no_grad():
                    is_right = model(test_images).argmax(dim=1) == test_labels
                accuracies.append(is_right.double().mean().item())
            name = f"{reduce.__name__}, {'clamp' if clamp else 'no clamp'}"
            print(
                f"{name:15} " + " ".join(f"{accuracy:.4f}" for accuracy in accuracies), flush=True
            )


def main(arguments: list[str] | None = None) -> None:
    """Run the experiment from the command line; what is wrong with the data is told in a line."""
    from ml.data import default_data_dir
    from ml.errors import ExplainedError

    parser = argparse.ArgumentParser(prog="python -m ml.scratch", description=explore.__doc__)
    parser.add_argument("--data", default=default_data_dir(), help="where MNIST is (%(default)s)")
    try:
        explore(parser.parse_args(arguments).data)
    except ExplainedError as error:
        parser.exit(1, f"{parser.prog}: {error}\n")


if __name__ == "__main__":
    main()
