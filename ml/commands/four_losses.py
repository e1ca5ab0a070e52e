"""--four-losses: why the tutorial's autograd run fails where its hand-written one learns.

The tutorial's autograd run differs in two ways from its hand-written gradient, s − y: it sums the
loss over the batch, which makes each step 64 times as long, and it lets autograd see the clamp at
1e-10, which hides whatever has fallen below it, so a digit once believed impossible is never
learned again. Only the combination fails.
"""

import argparse
from itertools import product

import torch
from torch import nn

from ml.commands.data import load_examples
from ml.data.examples import batches, to_tensors
from ml.networks.scratch import CLAMP, BasicOptimizer, LinearScratch, cross_entropy, softmax

EPOCHS, BATCH_SIZE, LEARNING_RATE = 3, 64, 1.0


def run(flags: argparse.Namespace) -> None:
    """Train with each of the four losses; print the test accuracy after each epoch."""
    cpu = torch.device("cpu")
    training = to_tensors(load_examples(flags, train=True), cpu)
    test = to_tensors(load_examples(flags, train=False), cpu)
    print(f"{'loss':15} test accuracy (of 1) after each epoch")
    for reduce, clamp in product((torch.mean, torch.sum), (CLAMP, 0.0)):
        accuracies = train_with(reduce, clamp, training, test, flags.seed or 0)
        name = f"{reduce.__name__}, {'clamp' if clamp else 'no clamp'}"
        print(f"{name:15} " + " ".join(f"{each:.4f}" for each in accuracies), flush=True)


def train_with(
    reduce: object,
    clamp: float,
    training: tuple[torch.Tensor, torch.Tensor],
    test: tuple[torch.Tensor, torch.Tensor],
    seed: int,
) -> list[float]:
    """Train by autograd, `reduce` over a batch's losses; return test accuracies, 0-1."""
    torch.manual_seed(seed)
    model = LinearScratch()
    optimizer = BasicOptimizer(model.parameters(), lr=LEARNING_RATE)
    accuracies = []
    for epoch in range(EPOCHS):
        order = torch.Generator().manual_seed(epoch)
        for images, labels in batches(*training, BATCH_SIZE, order):
            optimizer.zero_grad()
            logits = model(images)
            # Without the clamp, log-softmax keeps log of the tiniest probability finite.
            losses = (
                cross_entropy(softmax(logits), labels, clamp=clamp)
                if clamp
                else nn.functional.cross_entropy(logits, labels, reduction="none")
            )
            reduce(losses).backward()
            optimizer.step()
        with torch.no_grad():
            is_right = model(test[0]).argmax(dim=1) == test[1]
        accuracies.append(is_right.double().mean().item())
    return accuracies
