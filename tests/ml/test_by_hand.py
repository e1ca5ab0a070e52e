"""A convolutional network's gradients by hand, each proven against autograd's."""

from functools import partial

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from ml import recipes
from ml.by_hand import Band, BandedConvolution, ByHand, can_compute, draw_kept
from ml.data import Digits, split, to_tensors
from ml.evaluate import evaluate
from ml.events import EpochResult
from ml.gradients import compute_by_autograd, pick_gradients
from ml.models import SmallCNN, build_model
from ml.recipes import find_recipe
from ml.train import fit, train

CPU = torch.device("cpu")
FACTORS = {"channel_dropout": (20, 1, 1), "dropout": (50,)}  # by layer, their shape for one image


def make_batch(count, dtype=torch.float64):
    generator = torch.Generator().manual_seed(count)
    images = torch.randn(count, 1, 28, 28, generator=generator, dtype=dtype)
    return images, torch.randint(10, (count,), generator=generator)


def make_model(dtype=torch.float64, cls=SmallCNN):
    torch.manual_seed(0)
    return cls().to(dtype)


def drop(model, count):
    """Replace what dropout draws by fixed numbers; return them, by layer."""
    generator = torch.Generator().manual_seed(1)
    kept = {}
    for name, shape in FACTORS.items():
        layer = getattr(model, name)
        kept[layer] = 2.0 * torch.randint(2, (count, *shape), generator=generator)
        layer.register_forward_hook(lambda layer, given, _: given[0] * kept[layer].to(given[0]))
    return lambda layer, like: kept[layer].view_as(like).to(like)  # not for another shape


def gradients_of(model):
    return [parameter.grad for parameter in model.parameters()]


def compute_by_torch(model, images, labels, context=None):
    """Return loss, logits and gradients; leave none, or what is forgotten by hand is not missed."""
    with context or torch.enable_grad():
        logits = model(images)
    loss = F.cross_entropy(logits.to(model.fc1.weight), labels)
    loss.backward()
    found = gradients_of(model)
    model.zero_grad()
    return loss, logits, found


@pytest.mark.parametrize("count", [1, 7])
@pytest.mark.parametrize("order", [torch.contiguous_format, torch.channels_last])
def test_gradients_by_hand_are_autograds(count, order):
    model, (images, labels) = make_model().to(memory_format=order), make_batch(count)
    draw = drop(model, count)
    loss, logits, expected = compute_by_torch(model, images, labels)
    ours, our_logits = ByHand(model, torch.float64, draw).compute_gradients(images, labels)
    assert torch.allclose(ours, loss, atol=1e-12)
    assert torch.allclose(our_logits, logits, atol=1e-12)
    for parameter, gradient in zip(model.parameters(), expected, strict=True):
        assert torch.allclose(parameter.grad, gradient, rtol=1e-10, atol=1e-12)
        assert parameter.grad.stride() == parameter.stride()  # as a fused optimizer needs it


def test_a_step_leaves_nothing_behind_for_the_next():
    model = make_model()
    by_hand = ByHand(model, torch.float64, lambda layer, like: torch.ones_like(like))
    model.channel_dropout.p = model.dropout.p = 0
    for count in (3, 7, 2):  # what a larger batch wrote is still there for a smaller one
        images, labels = make_batch(count)
        expected = compute_by_torch(model, images, labels)[2]
        by_hand.compute_gradients(-images, labels)
        by_hand.compute_gradients(images, labels)
        for parameter, gradient in zip(model.parameters(), expected, strict=True):
            assert torch.allclose(parameter.grad, gradient, rtol=1e-10, atol=1e-12)
            parameter.data.add_(gradient)
        model.zero_grad()


def test_in_bfloat16_they_are_as_near_to_the_truth_as_autograds(made_digits):
    images, labels = to_tensors(made_digits[0][:100], CPU)
    model = make_model(torch.float32)
    draw = drop(model, 100)
    truth = compute_by_torch(model, images, labels)[2]
    rounded = compute_by_torch(model, images, labels, torch.autocast("cpu", torch.bfloat16))[2]
    ByHand(model, torch.bfloat16, draw).compute_gradients(images, labels)
    for ours, theirs, true in zip(gradients_of(model), rounded, truth, strict=True):
        assert 0 < (ours - true).norm() < 2 * (theirs - true).norm() + 0.002 * true.norm()


def test_a_strip_times_the_banded_matrix_is_the_convolution():
    images, _ = make_batch(3)
    layer = nn.Conv2d(1, 4, 5).to(torch.float64)
    band = Band(layer, torch.float64)
    expected = F.relu(F.max_pool2d(layer(images), 2))
    assert torch.allclose(BandedConvolution(layer, band).forward(images), expected, atol=1e-12)
    weights = band.fill(layer.weight, torch.zeros(4)).count_nonzero()
    assert weights == 4 * 25 * 48  # each of them at each of its places


def test_dropout_leaves_out_its_share_and_scales_the_rest():
    torch.manual_seed(0)
    kept = draw_kept(nn.Dropout(0.2), torch.empty(1_000, 50, dtype=torch.float64))
    assert kept.unique().tolist() == [0, 1.25]
    assert kept.mean().item() == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize(("share", "factor"), [(0.0, 1), (1.0, 0)])
def test_dropout_of_nothing_and_of_everything_are_numbers(share, factor):
    assert draw_kept(nn.Dropout(share), torch.empty(9, 9)).unique().tolist() == [factor]


def test_channels_and_numbers_are_dropped_by_the_seed():
    model, batch = make_model(), make_batch(5)
    seen = {}
    for share in (0.0, 0.5):
        model.channel_dropout.p = model.dropout.p = share
        for seed in (1, 2, 1):
            torch.manual_seed(seed)
            logits = ByHand(model, torch.float64).compute_gradients(*batch)[1]
            if seed in seen:
                assert torch.equal(logits, seen.pop(seed))
            seen[seed] = logits
        assert torch.equal(seen[1], seen.pop(2)) == (share == 0)
        del seen[1]


def replace(**layers):
    """Return a SmallCNN in which some layers are others."""
    model = make_model(torch.float32)
    for name, layer in layers.items():
        setattr(model, name, layer)
    return model


class WithoutDropout(SmallCNN):
    def forward(self, images):
        x = F.relu(F.max_pool2d(self.conv1(images), 2))
        x = F.relu(F.max_pool2d(self.conv2(x), 2))
        return self.fc2(self.dropout(F.relu(self.fc1(x.flatten(1)))))


class WithTanh(SmallCNN):
    def forward(self, images):
        x = F.tanh(F.max_pool2d(self.conv1(images), 2))
        x = F.relu(F.max_pool2d(self.channel_dropout(self.conv2(x)), 2))
        return self.fc2(self.dropout(F.relu(self.fc1(x.flatten(1)))))


class WithClampedPixels(SmallCNN):
    def forward(self, images):
        return super().forward(images.clamp(-10, 10))


class WithNoise(SmallCNN):
    def forward(self, images):
        return super().forward(F.dropout(images, 0.1, self.training))


class WithOneMoreLayer(SmallCNN):
    def __init__(self):
        super().__init__()
        self.fc3 = nn.Linear(10, 10)


@pytest.mark.parametrize(
    "cls", [WithoutDropout, WithTanh, WithClampedPixels, WithNoise, WithOneMoreLayer]
)
@pytest.mark.parametrize("is_training", [True, False])
def test_a_network_whose_code_somebody_changed_is_not_computed_by_hand(cls, is_training):
    assert not can_compute(make_model(torch.float32, cls).train(is_training))


@pytest.mark.parametrize(
    "changed",
    [
        replace(conv1=nn.Conv2d(1, 10, 3), conv2=nn.Conv2d(10, 20, 6)),
        replace(conv1=nn.Conv2d(1, 10, 5, bias=False)),
        replace(fc1=nn.Linear(320, 50, bias=False)),
        replace(fc1=nn.Sequential(nn.Linear(320, 50))),
        replace(conv2=nn.utils.parametrizations.weight_norm(nn.Conv2d(10, 20, 5))),
        replace(dropout=nn.Identity()),
        replace(channel_dropout=nn.Dropout(0.5)),
        make_model(torch.float32).requires_grad_(False),
    ],
)
def test_a_network_whose_layers_somebody_changed_is_not_computed_by_hand(changed):
    assert not can_compute(changed)


@pytest.mark.parametrize("seed", [0, 54, 244, 252])
def test_the_trial_does_not_depend_on_weights(seed):
    # Read in float32, pictures of a trial with weights of seeds 54 to 252 had all but equal maxima.
    torch.manual_seed(seed)
    assert can_compute(SmallCNN().to(memory_format=torch.channels_last))


def test_a_network_with_another_count_of_answers_is_computed_by_hand():
    assert can_compute(replace(fc2=nn.Linear(50, 11)))


@pytest.mark.parametrize("name", ["linear", "mlp", "quick_cnn", "tutorial_cnn"])
def test_other_networks_are_not_computed_by_hand(name):
    assert not can_compute(build_model(name))


def test_the_trial_leaves_the_model_and_the_random_numbers_as_they_were():
    model = make_model(torch.float32).eval()
    before = [parameter.clone() for parameter in model.parameters()]
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    assert can_compute(model)
    assert torch.equal(torch.rand(1), expected)
    assert all(parameter.grad is None for parameter in model.parameters())
    assert all(map(torch.equal, model.parameters(), before))
    assert not any(layer._forward_hooks for layer in model.children())
    assert not model.training


@pytest.fixture
def fast_bfloat16(monkeypatch):
    monkeypatch.setattr(recipes, "has_fast_bfloat16", lambda device: True)


def is_by_hand(model, **changes):
    way = pick_gradients(model, find_recipe("small_cnn", **changes), CPU)
    if isinstance(way, partial):
        assert way.func == compute_by_autograd
        return False
    assert way.__self__.model is model
    return way.__func__ == ByHand.compute_gradients


def test_gradients_are_computed_by_hand_where_bfloat16_is_fast(monkeypatch):
    for is_fast in (True, False):
        monkeypatch.setattr(recipes, "has_fast_bfloat16", lambda device, fast=is_fast: fast)
        assert is_by_hand(build_model("small_cnn")) == is_fast


def test_autograd_computes_what_is_not_written_down(fast_bfloat16):
    assert not is_by_hand(build_model("small_cnn"), loss_reduction="sum")
    assert not is_by_hand(build_model("small_cnn"), bfloat16=False)
    assert not is_by_hand(make_model(torch.float32, WithTanh))


def test_training_by_hand_learns_to_read_the_made_digits(made_digits, fast_bfloat16, monkeypatch):
    steps, compute = [], ByHand.compute_gradients
    monkeypatch.setattr(
        ByHand, "compute_gradients", lambda *given: steps.append(1) or compute(*given)
    )
    recipe = find_recipe("small_cnn", batch_size=16, learning_rate=0.003)
    model = make_model(torch.float32)
    run = partial(fit, model, recipe.build_optimizer(model), recipe, *made_digits)
    list(run(epochs=range(1, 5), seed=0, device=CPU))
    assert len(steps) == 1 + 4 * 23  # the trial and every step
    assert evaluate(model, made_digits[1]).accuracy > 0.95


def test_a_stop_changes_nothing_where_gradients_are_computed_by_hand(
    made_digits, fast_bfloat16, tmp_path
):
    digits = Digits(*split(made_digits[0], 5_000), made_digits[1])
    recipe = find_recipe("small_cnn", batch_size=50, sessions=(2,))
    run = partial(train, recipe, digits, seed=54, device=CPU)
    *_, whole = run(tmp_path / "whole")
    stopped = run(tmp_path / "stopped")
    while not isinstance(next(stopped), EpochResult):
        pass
    stopped.close()
    *_, resumed = run(tmp_path / "stopped", resume=True)
    ours, theirs = resumed.model.state_dict(), whole.model.state_dict()
    assert all(torch.equal(ours[name], theirs[name]) for name in theirs)
