"""Temperature and threshold do what they are fitted for."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from ml.evaluation.metrics import compute_logits
from ml.networks.logits import Calibration, refusal_scores
from ml.networks.registry import build_model
from ml.synthetic.generate import make_digits, retrace_digits
from ml.tracing.tracing import trace
from ml.training.calibration import HELD_OUT_SEED, calibrate, choose_threshold, fit_temperature
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


def test_a_model_is_calibrated_on_digits_that_it_did_not_learn_from(
    made_digits, shipped_model, monkeypatch
):
    asked = []

    def make_few(count, seed):
        asked.append(seed)
        return make_digits(200, seed)

    monkeypatch.setattr("ml.training.calibration.make_digits", make_few)

    def retrace_own_shapes(*args, other_hands):
        assert not other_hands
        return retrace_digits(*args, other_hands=other_hands)

    monkeypatch.setattr("ml.training.calibration.retrace_digits", retrace_own_shapes)
    monkeypatch.setattr("ml.training.calibration.HELD_OUT_RETRACED", 720)
    fitted = calibrate(shipped_model, made_digits[0], seed=0)
    assert 0.5 < fitted.temperature < 2
    assert fitted.is_refused(compute_logits(shipped_model, made_digits[0])).mean() <= 0.01
    rng = np.random.default_rng(1)
    images, labels = made_digits[0].images.numpy(), made_digits[0].labels.numpy()
    others = retrace_digits(trace(images), labels, 720, rng)
    others = refusal_scores(compute_logits(shipped_model, others))
    assert np.median(others) < fitted.refusal_threshold < others.max() + 5
    of_epochs = {derive_seed(seed, epoch) for seed in range(3) for epoch in range(20)}
    assert not of_epochs.intersection(asked)
    assert min(asked) >= HELD_OUT_SEED


def test_a_model_that_cannot_refuse_is_not_calibrated(made_digits):
    assert calibrate(build_model("mlp"), made_digits[0], 0) == Calibration()
