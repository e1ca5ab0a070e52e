"""The lesson from scratch, each step proven against the next."""

import pytest
import torch
import torch.nn.functional as F

from ml.data import to_tensors
from ml.scratch import (
    BasicOptimizer,
    LinearScratch,
    build_sequential,
    cross_entropy,
    explore,
    gradients,
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


def test_gradients_by_hand_are_autograds(batch):
    pixels, labels, weight, bias = batch
    weight.requires_grad_()
    bias.requires_grad_()
    logits = pixels @ weight + bias
    F.cross_entropy(logits, labels).backward()
    with torch.no_grad():
        by_weight, by_bias = gradients(pixels, softmax(logits), labels)
    assert torch.allclose(by_weight, weight.grad, atol=1e-6, rtol=0)
    assert torch.allclose(by_bias, bias.grad, atol=1e-6, rtol=0)


def test_the_model_puts_its_gradients_where_optimizers_look(made_digits):
    images, labels = to_tensors(made_digits[0][:64], torch.device("cpu"))
    torch.manual_seed(0)
    model = LinearScratch()
    loss, logits = model.compute_gradients(images, labels)
    assert not logits.requires_grad
    ours = model.weight.grad.clone()
    model.zero_grad()
    F.cross_entropy(model(images), labels).backward()
    assert torch.allclose(ours, model.weight.grad, atol=1e-6)
    assert loss.item() > 1


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


def test_the_experiment_prints_all_four_losses(made_mnist, capsys):
    explore(str(made_mnist), epochs=2)
    title, *lines = capsys.readouterr().out.splitlines()
    assert "test accuracy" in title
    assert [line[:15].strip() for line in lines] == [
        "mean, clamp",
        "mean, no clamp",
        "sum, clamp",
        "sum, no clamp",
    ]
    for line in lines:
        shares = [float(share) for share in line[15:].split()]
        assert len(shares) == 2
        assert all(0 < share <= 1 for share in shares)
