"""The lesson from scratch, each step proven against the next."""

import pytest
import torch
import torch.nn.functional as F

from ml.networks.scratch import (
    BasicOptimizer,
    LinearScratch,
    build_sequential,
    cross_entropy,
    softmax,
)


@pytest.fixture
def batch():
    generator = torch.Generator().manual_seed(4)
    pixels = torch.randn(64, 784, generator=generator, dtype=torch.float64)
    labels = torch.randint(10, (64,), generator=generator)
    weight = torch.randn(784, 10, generator=generator, dtype=torch.float64) / 28
    bias = torch.randn(10, generator=generator, dtype=torch.float64)
    return pixels, labels, weight, bias


def test_softmax_by_hand_is_torchs(batch):
    pixels, _, weight, bias = batch
    logits = pixels @ weight + bias
    assert torch.allclose(softmax(logits), F.softmax(logits, dim=1), atol=1e-12)


def test_softmax_of_huge_logits_is_finite():
    probabilities = softmax(torch.tensor([[1e4, 0.0], [-1e4, 0.0]]))
    assert torch.equal(probabilities, torch.tensor([[1.0, 0.0], [0.0, 1.0]]))


def test_the_loss_by_hand_is_torchs(batch):
    pixels, labels, weight, bias = batch
    logits = pixels @ weight + bias
    ours = cross_entropy(softmax(logits), labels).mean()
    assert torch.allclose(ours, F.cross_entropy(logits, labels), atol=1e-10)


def test_the_clamp_keeps_the_loss_of_the_impossible_finite():
    probabilities = torch.tensor([[1.0, 0.0]], dtype=torch.float64)
    loss = cross_entropy(probabilities, torch.tensor([1]))
    assert loss.item() == pytest.approx(23.0258509)


def test_the_gradients_by_hand_are_autograds(batch):
    pixels, labels, weight, bias = batch
    model = LinearScratch().double()
    model.load_state_dict({"weight": weight, "bias": bias})
    images = pixels.view(-1, 1, 28, 28)
    model.compute_loss(model(images), labels).backward()
    theirs = [weight.clone().requires_grad_(), bias.clone().requires_grad_()]
    F.cross_entropy(pixels @ theirs[0] + theirs[1], labels).backward()
    for ours, their in zip((model.weight, model.bias), theirs, strict=True):
        assert torch.allclose(ours.grad, their.grad, atol=1e-12, rtol=0)


def test_the_two_formulas_hold_at_every_number(batch):
    pixels, labels, weight, bias = (
        each[:4] if each.ndim and len(each) == 64 else each for each in batch
    )
    model = LinearScratch().double()

    def loss(weight, bias):
        return model.compute_loss(
            torch.func.functional_call(
                model, {"weight": weight, "bias": bias}, pixels.view(-1, 1, 28, 28)
            ),
            labels,
        )

    numbers = weight[:, :].clone().requires_grad_(), bias.clone().requires_grad_()
    assert torch.autograd.gradcheck(loss, numbers, fast_mode=True)


def test_a_loss_that_counts_double_has_gradients_twice_as_long(batch):
    pixels, labels, _, _ = batch
    torch.manual_seed(0)
    model, found = LinearScratch().double(), []
    for factor in (1, 2):
        model.zero_grad()
        (factor * model.compute_loss(model(pixels.view(-1, 1, 28, 28)), labels)).backward()
        found.append(model.weight.grad.clone())
    assert torch.allclose(2 * found[0], found[1])


def test_the_basic_optimizer_is_torchs_sgd_bit_for_bit(batch):
    pixels, labels, weight, _ = batch
    ends = []
    for kind in (BasicOptimizer, torch.optim.SGD):
        parameter = torch.nn.Parameter(weight.float().clone())
        optimizer = kind([parameter], lr=0.3)
        for _ in range(20):
            optimizer.zero_grad()
            F.cross_entropy(pixels.float() @ parameter, labels).backward()
            optimizer.step()
        ends.append(parameter.detach())
    assert torch.equal(*ends)


def test_the_sequential_network_is_the_same_network(batch):
    pixels, _, weight, bias = batch
    network = build_sequential().double()
    network.load_state_dict({"1.weight": weight.T, "1.bias": bias})
    assert torch.allclose(network(pixels), pixels @ weight + bias, atol=1e-12)
