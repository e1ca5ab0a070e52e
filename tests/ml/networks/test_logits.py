"""From logits to probabilities and refusals."""

import numpy as np
import pytest

from ml.networks.logits import Calibration, can_refuse, refusal_scores, to_probabilities


def test_probabilities_are_softmax_of_the_ten_digits():
    logits = np.log(np.array([[0.1] * 10 + [5.0], [0.55] + [0.05] * 9 + [0.0001]], np.float32))
    expected = [[0.1] * 10, [0.55] + [0.05] * 9]
    assert to_probabilities(logits) == pytest.approx(np.array(expected), abs=1e-6)


def test_probabilities_of_huge_logits_are_finite_and_sum_to_1():
    logits = np.array([[1e4] + [0.0] * 9, [-1e4] * 10], np.float32)
    probabilities = to_probabilities(logits)
    assert probabilities[0].tolist() == [1.0] + [0.0] * 9
    assert probabilities.sum(axis=1) == pytest.approx(1, abs=1e-12)


def test_a_higher_temperature_makes_probabilities_less_extreme():
    logits = np.array([[3.0] + [0.0] * 9], np.float32)
    cold, hot = (to_probabilities(logits, temperature)[0, 0] for temperature in (0.5, 2))
    assert hot < to_probabilities(logits)[0, 0] < cold


def test_a_score_is_the_log_odds_of_not_a_digit():
    logits = np.log(np.array([[0.05] * 10 + [0.5], [0.09] * 10 + [0.1]]))
    assert refusal_scores(logits) == pytest.approx([0, -2.1972], abs=1e-4)


def test_drawings_are_refused_above_the_threshold():
    logits = np.log(np.array([[0.05] * 10 + [0.5], [0.09] * 10 + [0.1]]))
    assert Calibration(1.0, -1.0).is_refused(logits).tolist() == [True, False]
    assert Calibration(1.0, 1.0).is_refused(logits).tolist() == [False, False]


def test_ten_logits_cannot_refuse():
    assert not can_refuse(np.zeros((1, 10)))
    assert can_refuse(np.zeros((1, 11)))
    assert Calibration().is_refused(np.zeros((3, 10))).tolist() == [False] * 3
