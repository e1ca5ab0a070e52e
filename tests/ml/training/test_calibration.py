"""Temperature and threshold do what they are fitted for."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from ml.evaluation.metrics import compute_logits
from ml.networks.logits import Calibration, refusal_scores
from ml.networks.registry import build_model
from ml.preprocess import MEAN, STD
from ml.synthetic.generate import make_digits, retrace_digits
from ml.tracing.tracing import trace
from ml.training.calibration import calibrate, choose_threshold, fit_temperature
from ml.training.loop import derive_seed


def make_logits(count, scale, seed=0):
    generator = torch.Generator().manual_seed(seed)
    labels = torch.randint(10, (count,), generator=generator)
    logits = torch.randn(count, 11, generator=generator)
    logits[:, :10] += 2 * F.one_hot(labels, 10)
    sure = torch.distributions.Categorical(logits=logits[:, :10])
    torch.manual_seed(seed)
    return (logits * scale).numpy(), sure.sample().numpy()


@pytest.mark.parametrize("scale", [0.5, 1.0, 3.0])
def test_the_temperature_undoes_too_much_and_too_little_sureness(scale):
    logits, labels = make_logits(20_000, scale)
    assert fit_temperature(logits, labels) == pytest.approx(scale, rel=0.05)


def test_the_threshold_refuses_half_a_percent_of_held_out_digits():
    logits, _ = make_logits(10_000, 1.0, seed=1)
    threshold = choose_threshold(logits)
    assert (refusal_scores(logits) > threshold).sum() == 50


def test_thresholds_of_two_samples_are_alike():
    first, second = (choose_threshold(make_logits(40_000, 3.0, seed)[0]) for seed in (1, 2))
    assert first == pytest.approx(second, abs=0.3)


FEW = {"generated_digits": 200, "retraced_digits": 720}


@pytest.fixture(scope="module")
def calibrated(made_digits, shipped_model):
    """The shipped model calibrated on few images, and the images it was given, uint8 (N, 784)."""
    seen = []
    watching = shipped_model.register_forward_pre_hook(lambda _, given: seen.append(given[0]))
    try:
        fitted = calibrate(shipped_model, made_digits[0], seed=0, **FEW)
    finally:
        watching.remove()
    pixels = (torch.cat(seen).flatten(1) * STD + MEAN) * 255
    return fitted, pixels.round().to(torch.uint8)


@pytest.mark.slow
def test_a_calibrated_model_is_about_as_sure_as_before_and_refuses_few_digits(
    calibrated, made_digits, shipped_model
):
    fitted, _ = calibrated
    assert 0.5 < fitted.temperature < 2
    assert fitted.is_refused(compute_logits(shipped_model, made_digits[0])).mean() <= 0.01
    rng = np.random.default_rng(1)
    images, labels = made_digits[0].images.numpy(), made_digits[0].labels.numpy()
    others = retrace_digits(trace(images), labels, 720, rng)
    others = refusal_scores(compute_logits(shipped_model, others))
    assert np.median(others) < fitted.refusal_threshold < others.max() + 5


def test_a_model_is_calibrated_on_digits_that_no_epoch_learned_from(calibrated):
    seen = {image.numpy().tobytes() for image in calibrated[1]}
    for seed in (0, derive_seed(0, 1), derive_seed(0, 12)):
        learned = make_digits(FEW["generated_digits"], seed).images
        assert not any(image.numpy().tobytes() in seen for image in learned)


def test_a_threshold_is_chosen_on_digits_that_keep_their_shapes(calibrated, made_digits):
    retraced, originals = calibrated[1][-FEW["retraced_digits"] :], made_digits[0].images.flatten(1)
    directions = [F.normalize(images.double(), dim=1) for images in (retraced, originals)]
    likeness = (directions[0] @ directions[1].T).amax(dim=1)
    # By chance some get about their own pen: a tenth of them. By other hands, a hundredth.
    assert (likeness > 0.95).double().mean() > 0.05


def test_a_model_that_cannot_refuse_is_not_calibrated(made_digits):
    assert calibrate(build_model("mlp"), made_digits[0], 0) == Calibration()
