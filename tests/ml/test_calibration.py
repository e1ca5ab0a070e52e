"""Temperature and threshold do what they are fitted for."""

import math

import pytest
import torch
import torch.nn.functional as F

from ml.calibration import (
    HELD_OUT_SEED,
    calibrate,
    choose_threshold,
    estimate_exceeded,
    fit_temperature,
    refusal_scores,
)
from ml.evaluate import compute_logits
from ml.models import build_model
from ml.runs import calibrate_if_refusing
from ml.styles import make_digits
from ml.train import derive_seed


def make_logits(count, scale, seed=0):
    generator = torch.Generator().manual_seed(seed)
    labels = torch.randint(10, (count,), generator=generator)
    logits = torch.randn(count, 11, generator=generator)
    logits[:, :10] += 2 * F.one_hot(labels, 10)
    sure = torch.distributions.Categorical(logits=logits[:, :10])
    torch.manual_seed(seed)
    return logits * scale, sure.sample()


@pytest.mark.parametrize("scale", [0.5, 1.0, 3.0])
def test_the_temperature_undoes_too_much_and_too_little_sureness(scale):
    logits, labels = make_logits(20_000, scale)
    assert fit_temperature(logits, labels) == pytest.approx(scale, rel=0.05)


def test_a_score_is_the_log_odds_of_being_no_digit():
    logits = torch.log(torch.tensor([[0.05] * 10 + [0.5], [0.09] * 10 + [0.1]]))
    assert refusal_scores(logits).tolist() == pytest.approx([0, -2.1972], abs=1e-4)


@pytest.mark.parametrize("harder", [-2.0, 0.0, 2.0])
def test_the_threshold_keeps_to_both_shares(harder):
    mnist, _ = make_logits(10_000, 1.0, seed=1)
    generated, _ = make_logits(10_000, 1.0, seed=2)
    generated[:, 10] += harder
    threshold = choose_threshold(mnist, generated)
    assert (refusal_scores(mnist) > threshold).double().mean() <= 0.0025
    assert (refusal_scores(generated) > threshold).double().mean() <= 0.01


def test_a_far_score_moves_less_from_sample_to_sample_than_one_that_is_counted():
    generator = torch.Generator().manual_seed(3)
    samples = -torch.rand(200, 5_000, generator=generator).log() * 2 - 7
    estimated = torch.tensor([estimate_exceeded(scores, 0.0025) for scores in samples])
    counted = torch.quantile(samples, 1 - 0.0025, dim=1)
    assert estimated.mean().item() == pytest.approx(-2 * math.log(0.0025) - 7, abs=0.1)
    assert estimated.std() < counted.std()


def test_scores_that_are_all_alike_give_themselves():
    assert estimate_exceeded(torch.full((50,), -3.0), 0.0025) == -3
    assert estimate_exceeded(torch.tensor([1.5]), 0.0025) == 1.5


def test_a_model_is_calibrated_on_digits_that_it_did_not_learn_from(
    made_digits, shipped_model, monkeypatch
):
    asked = []

    def make_few(count, seed):
        asked.append(seed)
        return make_digits(200, seed)

    monkeypatch.setattr("ml.calibration.make_digits", make_few)
    fitted = calibrate(shipped_model, made_digits[0], seed=0)
    assert 0.5 < fitted["temperature"] < 2
    scores = refusal_scores(compute_logits(shipped_model, made_digits[0]))
    assert (scores > fitted["refusal_threshold"]).double().mean() <= 0.01
    generated = refusal_scores(compute_logits(shipped_model, make_digits(200, asked[0])))
    assert fitted["refusal_threshold"] < max(scores.max(), generated.max()) + 5
    assert calibrate_if_refusing(shipped_model, made_digits[0], 0) == fitted
    of_epochs = {derive_seed(seed, epoch) for seed in range(3) for epoch in range(20)}
    assert not of_epochs.intersection(asked)
    assert min(asked) >= HELD_OUT_SEED


def test_a_model_that_cannot_refuse_is_not_calibrated(made_digits):
    assert calibrate_if_refusing(build_model("mlp"), made_digits[0], 0) == {}
