"""Steps in less time are the same steps."""

import copy
from functools import partial

import pytest
import torch
from torch import nn

from ml.models import build_model
from ml.muon import Muon
from ml.recipes import find_recipe
from ml.scratch import BasicOptimizer
from ml.steps import AdamSteps, pick_step


def make_network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(6, 5), nn.Tanh(), nn.Linear(5, 3)).to(torch.float64)


def take_steps(network, optimizer, step, count=5):
    """Step along the gradients of fixed batches, at a rate that falls."""
    generator = torch.Generator().manual_seed(1)
    for number in range(1, count + 1):
        optimizer.param_groups[0]["lr"] = 0.1 / number
        network.zero_grad()
        inputs = torch.randn(4, 6, generator=generator, dtype=torch.float64)
        network(inputs).square().mean().backward()
        step()


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"weight_decay": 0.1},
        {"weight_decay": 0.1, "decoupled_weight_decay": True},
        {"betas": (0.5, 0.6), "eps": 0.1},
        {"maximize": True},
    ],
)
def test_steps_are_the_optimizers_own_bit_by_bit(options):
    results = []
    for pick in (lambda optimizer: optimizer.step, pick_step):
        network = make_network()
        groups = [{"params": layer.parameters()} for layer in (network[0], network[2])]
        optimizer = torch.optim.Adam(groups, fused=True, **options)
        step = pick(optimizer)
        assert isinstance(step.__self__, AdamSteps) == (pick is pick_step)
        take_steps(network, optimizer, step)
        results.append((list(network.parameters()), optimizer.state_dict()["state"]))
    (expected, kept), (ours, our_kept) = results
    assert all(map(torch.equal, ours, expected))
    assert ours[0].ne(make_network()[0].weight).all()
    for index, state in kept.items():
        assert state.keys() == our_kept[index].keys()
        assert all(torch.equal(our_kept[index][name], state[name]) for name in state)


def test_steps_go_on_from_a_state_that_was_saved():
    network = make_network()
    optimizer = torch.optim.Adam(network.parameters(), fused=True)
    take_steps(network, optimizer, pick_step(optimizer))
    copied, saved = copy.deepcopy(network), copy.deepcopy(optimizer.state_dict())
    take_steps(network, optimizer, optimizer.step)
    resumed = torch.optim.Adam(copied.parameters(), fused=True)
    resumed.load_state_dict(saved)
    take_steps(copied, resumed, pick_step(resumed))
    assert all(map(torch.equal, copied.parameters(), network.parameters()))


def test_weights_that_do_not_learn_stay():
    network = make_network()
    network[0].requires_grad_(False)
    optimizer = torch.optim.Adam(network.parameters(), fused=True)
    before = copy.deepcopy(network)
    take_steps(network, optimizer, pick_step(optimizer))
    assert torch.equal(network[0].weight, before[0].weight)
    assert network[2].weight.ne(before[2].weight).all()


@pytest.mark.parametrize(
    "make",
    [
        torch.optim.Adam,
        partial(torch.optim.Adam, fused=True, amsgrad=True),
        partial(torch.optim.AdamW, fused=True),
        partial(torch.optim.SGD, momentum=0.5),
        torch.optim.RMSprop,
        partial(BasicOptimizer, lr=0.1),
        Muon,
    ],
)
def test_other_optimizers_steps_are_theirs_bit_by_bit(make):
    results = []
    for pick in (lambda optimizer: optimizer.step, pick_step):
        network = make_network()
        optimizer = make(network.parameters())
        step = pick(optimizer)
        assert not isinstance(getattr(step, "__self__", None), AdamSteps)
        take_steps(network, optimizer, step)
        results.append(list(network.parameters()))
    assert all(map(torch.equal, *results))
    assert results[0][0].ne(make_network()[0].weight).all()


@pytest.mark.parametrize("make", [torch.optim.SGD, partial(torch.optim.Adam, fused=True)])
def test_nothing_is_done_around_a_step(make):
    network = make_network()
    optimizer = make(network.parameters())
    step = pick_step(optimizer)
    take_steps(network, optimizer, step, count=1)
    calls = []
    optimizer.register_step_pre_hook(lambda *given: calls.append(given))
    take_steps(network, optimizer, step)
    assert not calls
    take_steps(network, optimizer, optimizer.step, count=1)
    assert calls


def test_small_cnns_steps_are_listed_once():
    optimizer = find_recipe("small_cnn").build_optimizer(build_model("small_cnn"))
    assert isinstance(pick_step(optimizer).__self__, AdamSteps)


def test_a_step_that_pytorch_did_not_wrap_keeps_what_it_is_wrapped_in():
    class Other(torch.optim.SGD):
        pass

    optimizer = Other(make_network().parameters())
    Other.step = torch.no_grad()(lambda self: torch.is_grad_enabled())
    assert pick_step(optimizer)() is False
