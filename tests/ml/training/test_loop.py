"""The loop: forward, loss, backward, step, and what it reports."""

import pytest
import torch

from ml.data.examples import split
from ml.data.mnist import Digits
from ml.errors import TrainingError
from ml.networks.registry import build_model
from ml.training.events import EpochResult, StepResult
from ml.training.loop import derive_seed, fit
from ml.training.recipes import find_recipe

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def digits(made_digits):
    return Digits(*split(made_digits[0], 5_000), made_digits[1])


def make_recipe(**changes):
    recipe = {"model": "small_cnn", "optimizer": "adam", "learning_rate": 0.003, "batch_size": 16}
    return find_recipe(**(recipe | changes))


def fit_model(model, recipe, digits, epochs=range(1, 2)):
    """Return all results of training the model."""
    optimizer = recipe.build_optimizer(model)
    parts = (digits.training, digits.validation)
    return list(fit(model, optimizer, recipe, *parts, epochs=epochs, seed=0, device=CPU))


def test_a_loss_that_is_not_finite_stops_at_its_step(digits):
    model = build_model("small_cnn")
    torch.nn.init.constant_(model.fc2.bias, float("nan"))
    with pytest.raises(TrainingError, match="nan at step 1 of epoch 1"):
        fit_model(model, make_recipe(), digits)


def test_training_images_are_shuffled_in_each_epoch(digits):
    seen, model = [], build_model("small_cnn")

    def watch(model, given):
        if model.training:
            seen.append(given[0].flatten(1))

    model.register_forward_pre_hook(watch)
    fit_model(model, make_recipe(batch_size=330), digits, range(1, 3))
    first, second = seen
    assert not torch.equal(first, second)
    assert torch.equal(first.sum(dim=1).sort().values, second.sum(dim=1).sort().values)


def test_the_sum_over_a_batch_is_reported_as_a_mean_over_images(digits):
    changes = {"loss_reduction": "sum", "learning_rate": 1e-9, "optimizer": "sgd"}
    torch.manual_seed(0)
    results = fit_model(build_model("small_cnn"), make_recipe(**changes, batch_size=64), digits)
    assert results[-1].training_loss == pytest.approx(2.3, abs=0.3)
    assert results[0].loss > 64


def test_a_step_is_what_a_textbook_does(digits):
    recipe = make_recipe(model="linear", optimizer="sgd", learning_rate=0.1, batch_size=330)
    torch.manual_seed(0)
    model, theirs = build_model("linear"), build_model("linear")
    theirs.load_state_dict(model.state_dict())
    step, epoch = fit_model(model, recipe, digits)
    images = (
        torch.from_numpy(digits.training.images.numpy() / 255.0).float().sub(0.1307).div(0.3081)
    )
    loss = torch.nn.functional.cross_entropy(theirs(images.unsqueeze(1)), digits.training.labels)
    loss.backward()
    with torch.no_grad():
        expected = theirs.linear.weight - 0.1 * theirs.linear.weight.grad
    assert torch.allclose(model.linear.weight, expected, atol=1e-6)
    assert step.loss == pytest.approx(loss.item(), abs=1e-5)
    assert isinstance(step, StepResult)
    assert isinstance(epoch, EpochResult)


@pytest.mark.parametrize("name", ["linear_scratch", "quick_cnn", "tutorial_cnn"])
def test_every_kind_of_network_learns_in_the_same_loop(name, digits):
    torch.manual_seed(0)
    recipe = find_recipe(name, sessions=(3,), batch_size=30)
    *_, last = fit_model(build_model(name), recipe, digits, range(1, 4))
    assert last.validation_accuracy > 0.5


def test_each_epoch_has_a_seed_of_its_own():
    seeds = {derive_seed(seed, epoch) for seed in range(20) for epoch in range(20)}
    assert len(seeds) == 400
