"""The numbers are right: checked on answers small enough to count by hand."""

import numpy as np
import pytest

from ml.evaluation.metrics import Evaluation, evaluate, judge
from ml.networks.registry import build_model


def answers(*rows):
    """Each row: (the digit read, its probability); the rest is spread over the others."""
    probabilities = np.zeros((len(rows), 10))
    for index, (digit, probability) in enumerate(rows):
        probabilities[index] = (1 - probability) / 9
        probabilities[index, digit] = probability
    return probabilities


def test_accuracy_is_the_share_read_correctly():
    evaluation = Evaluation(answers((3, 0.9), (4, 0.8), (5, 0.7)), np.array([3, 4, 6]), 0.0)
    assert evaluation.accuracy == pytest.approx(2 / 3)


def test_confusion_has_the_truth_in_rows():
    evaluation = Evaluation(answers((7, 0.9), (7, 0.9), (2, 0.9)), np.array([1, 7, 2]), 0.0)
    assert evaluation.confusion[1, 7] == 1
    assert evaluation.confusion[7, 7] == 1
    assert evaluation.confusion.sum() == 3


def test_perfect_calibration_has_no_error():
    evaluation = Evaluation(answers((1, 0.5), (1, 0.5)), np.array([1, 2]), 0.0)
    assert evaluation.ece == pytest.approx(0)


def test_calibration_error_is_the_mean_gap_over_the_bins():
    # 0.95, always right: a gap of 0.05. 0.55, never right: a gap of 0.55. Half of all each.
    rows = answers((1, 0.95), (2, 0.95), (3, 0.55), (4, 0.55))
    evaluation = Evaluation(rows, np.array([1, 2, 9, 9]), 0.0)
    assert evaluation.ece == pytest.approx((0.05 + 0.55) / 2, abs=1e-6)


def test_certain_answers_fall_in_the_last_bin():
    evaluation = Evaluation(answers((1, 1.0), (2, 1.0)), np.array([1, 3]), 0.0)
    assert evaluation.ece == pytest.approx(0.5)


def test_a_model_is_measured_on_all_examples_without_dropout(made_digits):
    model = build_model("tutorial_cnn").train()
    once, twice = evaluate(model, made_digits[0], size=50), evaluate(model, made_digits[0], size=77)
    assert model.training
    assert once.probabilities.shape == (360, 10)
    assert np.allclose(once.probabilities, twice.probabilities, atol=1e-5)
    assert np.allclose(once.probabilities.sum(axis=1), 1)
    assert 1.5 < once.loss < 4  # untrained: about ln(10)


def test_the_interval_is_wilsons():
    labels = np.zeros(100, np.int64)
    rows = answers(*[(0, 0.9)] * 90, *[(1, 0.9)] * 10)
    low, high = Evaluation(rows, labels, 0.0).interval
    assert (low, high) == pytest.approx((0.8256, 0.9448), abs=1e-3)


def test_a_perfect_score_has_an_interval_that_ends_at_one():
    labels = np.zeros(50, np.int64)
    low, high = Evaluation(answers(*[(0, 0.9)] * 50), labels, 0.0).interval
    assert 0.9 < low < high == pytest.approx(1)


def test_mistakes_come_the_most_confident_first():
    rows = answers((1, 0.6), (2, 0.9), (3, 0.95), (4, 0.7))
    evaluation = Evaluation(rows, np.array([0, 0, 3, 0]), 0.0)
    assert evaluation.mistakes == [1, 3, 0]


def test_the_loss_is_the_mean_surprise_at_the_truth():
    logits = np.log(np.array([[0.5] + [0.5 / 9] * 9, [0.2] + [0.8 / 9] * 9], np.float32))
    expected = -(np.log(0.5) + np.log(0.2)) / 2
    assert judge(logits, np.array([0, 0])).loss == pytest.approx(expected, abs=1e-6)


def test_the_loss_stays_finite_where_a_probability_rounds_to_0():
    logits = np.array([[1e4] + [0.0] * 9], np.float32)
    assert judge(logits, np.array([1])).loss == pytest.approx(1e4)
