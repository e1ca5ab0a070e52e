"""The mean of the weights over the last steps, with batch normalization measured for it."""

import pytest
import torch
from torch import nn

from ml.training.averaging import BATCHES_MEASURED, Average, pick_kept
from ml.training.recipes import find_recipe


def make_network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Flatten())


def make_images(seed, count=8):
    return torch.randn(count, 1, 6, 6, generator=torch.Generator().manual_seed(seed))


def walk(network, average, steps):
    """Move the weights at random, as training would; return what they were after each step."""
    seen = []
    for step in range(steps):
        with torch.no_grad():
            for weight in network.parameters():
                noise = torch.Generator().manual_seed(step)
                weight.add_(torch.randn(weight.shape, generator=noise))
        average.add(network, make_images(step))
        seen.append([weight.detach().clone() for weight in network.parameters()])
    return seen


def test_the_average_is_the_mean_of_the_weights_after_every_step():
    network = make_network()
    average = Average(network)
    seen = walk(network, average, 5)
    for weight, steps in zip(average.module.parameters(), zip(*seen, strict=True), strict=True):
        assert torch.allclose(weight, torch.stack(steps).mean(dim=0), atol=1e-6)


def test_norms_are_measured_with_the_averaged_weights_on_the_latest_images():
    network = make_network()
    average = Average(network)
    walk(network, average, BATCHES_MEASURED + 3)
    average.measure_norms()
    with torch.no_grad():
        made = [average.module[0](make_images(step)) for step in range(3, BATCHES_MEASURED + 3)]
    norm = average.module[1]
    means = torch.stack([each.mean(dim=(0, 2, 3)) for each in made]).mean(dim=0)
    assert torch.allclose(norm.running_mean, means, atol=1e-5)
    assert norm.momentum == 0.1
    assert not torch.allclose(network[1].running_mean, means, atol=1e-2)


def test_norms_are_measured_on_images_of_another_precision_too():
    average = Average(make_network())
    average.add(make_network(), make_images(0).bfloat16())
    average.measure_norms()
    expected = Average(make_network())
    expected.add(make_network(), make_images(0).bfloat16().float())
    expected.measure_norms()
    assert torch.equal(average.module[1].running_mean, expected.module[1].running_mean)


def test_measuring_norms_leaves_the_network_that_learns_alone():
    network = make_network()
    average = Average(network)
    walk(network, average, 2)
    before = {name: each.clone() for name, each in network.state_dict().items()}
    average.measure_norms()
    assert all(torch.equal(each, before[name]) for name, each in network.state_dict().items())


def test_the_network_itself_is_kept_until_there_is_an_average():
    network = make_network()
    average = Average(network)
    assert pick_kept(network, None) is network
    assert pick_kept(network, average) is network
    average.add(network, make_images(0))
    assert pick_kept(network, average) is average.module


def test_an_average_goes_on_from_what_was_saved():
    network = make_network()
    whole, saved = Average(network), Average(network)
    walk(network, whole, 2)
    whole.measure_norms()
    saved.load_state_dict(whole.state_dict())
    assert saved.has_begun
    for average in (whole, saved):
        average.add(network, make_images(9))
        average.measure_norms()
    theirs = saved.state_dict()
    assert all(torch.equal(each, theirs[name]) for name, each in whole.state_dict().items())


@pytest.mark.parametrize(("averaged", "first"), [(0.4, 36), (0.25, 45), (0.0, None)])
def test_a_recipe_averages_the_last_share_of_training(averaged, first):
    recipe = find_recipe("board_cnn", sessions=(6,), averaged=averaged)
    counted = [tenth for tenth in range(60) if recipe.is_averaged_at(tenth / 10)]
    assert counted == ([] if first is None else list(range(first, 60)))
