"""Muon steps equally far in every direction of a convolution's weights, AdamW elsewhere."""

import pytest
import torch
from torch import nn

from ml.networks.registry import build_model
from ml.training.muon import ITERATIONS, A, B, C, Muon, orthogonalize


@pytest.mark.parametrize("shape", [(32, 25), (25, 32), (64, 288), (8, 8), (1, 9)])
def test_all_directions_of_a_matrix_become_about_as_long(shape):
    matrix = torch.randn(shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    u, lengths, v = torch.linalg.svd(matrix, full_matrices=False)
    assert shape == (1, 9) or lengths.max() > 1.5 * lengths.min()
    again = orthogonalize(matrix)
    assert torch.linalg.svdvals(again).max() < 1.25
    # The directions are as they were: only the diagonal is left between them.
    between = u.T @ again @ v.T
    assert torch.allclose(between, torch.diag(between.diagonal()), atol=1e-9)
    assert between.diagonal().median() > 0.6


@pytest.mark.parametrize("shape", [(64, 288), (288, 64), (8, 8)])
def test_multiplying_all_iterations_first_gives_what_one_after_the_other_does(shape):
    matrix = torch.randn(shape, generator=torch.Generator().manual_seed(1))
    x = matrix / matrix.norm()
    for _ in range(ITERATIONS):
        x = A * x + B * (x @ x.T) @ x + C * (x @ x.T) @ (x @ x.T) @ x
    assert torch.allclose(orthogonalize(matrix), x, atol=1e-5)


def test_a_matrix_of_zeros_stays_one():
    assert not orthogonalize(torch.zeros(3, 4)).any()


def make_step(kind, **options):
    """Return a small network's parameters by name before and after one step."""
    torch.manual_seed(0)
    network = nn.Sequential(nn.Conv2d(1, 4, 3), nn.Flatten(), nn.Linear(4, 8))
    before = {name: each.detach().clone() for name, each in network.named_parameters()}
    optimizer = kind(network.parameters(), lr=0.01, weight_decay=0.1, **options)
    network(torch.randn(8, 1, 3, 3)).square().sum().backward()
    gradient = network[0].weight.grad.clone()
    optimizer.step()
    after = {name: each.detach() for name, each in network.named_parameters()}
    return before, after, gradient


def test_all_weights_but_a_convolutions_step_as_adamw_does():
    before, after, _ = make_step(Muon)
    _, theirs, _ = make_step(torch.optim.AdamW)
    for name in ("0.bias", "2.weight", "2.bias"):
        assert torch.equal(after[name], theirs[name])
        assert not torch.equal(after[name], before[name])
    assert not torch.equal(after["0.weight"], theirs["0.weight"])


def test_a_convolutions_first_step_goes_down_its_gradient_a_fifth_of_the_rate_per_weight():
    before, after, gradient = make_step(Muon)
    step = after["0.weight"] - before["0.weight"] * (1 - 0.01 * 0.1)
    assert (step * gradient).sum() < 0
    assert step.square().mean().sqrt().item() == pytest.approx(0.2 * 0.01, rel=0.3)
    told = orthogonalize(gradient.flatten(1)).view_as(step)
    assert torch.allclose(step, -0.01 * 0.2 * 3 * told, atol=1e-6)  # 3 = √9, the longer side


def test_a_reloaded_muon_goes_on_as_if_nothing_had_happened():
    ends = []
    for is_reloaded in (False, True):
        torch.manual_seed(0)
        model = build_model("board_cnn").to(memory_format=torch.channels_last)
        optimizer = Muon(model.parameters(), lr=0.01)
        for number in range(3):
            if is_reloaded and number == 2:
                state = optimizer.state_dict()
                optimizer = Muon(model.parameters(), lr=0.5)
                optimizer.load_state_dict(state)
            torch.manual_seed(number)
            optimizer.zero_grad()
            model(torch.randn(4, 1, 28, 28)).square().mean().backward()
            optimizer.step()
        ends.append(model.state_dict())
    assert all(torch.equal(ends[0][name], ends[1][name]) for name in ends[0])
