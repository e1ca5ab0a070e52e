"""Logits with a memory's bonus, and what they then mean."""

import numpy as np
import pytest

from ml.adaptation.adapting import adapt, add_bonus
from ml.adaptation.memory import STRENGTH, Memory
from ml.networks.logits import NOT_A_DIGIT, Calibration

REFUSING = Calibration(0.9, 0.3)
TEN = Calibration()
HERE = np.array([[1.0, 0.0]], np.float32)
NEAR = np.array([[1.0, 0.2]], np.float32)
FAR = np.array([[0.0, 1.0]], np.float32)


def confirm(label, features=HERE, name="mine"):
    return Memory(features, np.array([label]), [name])


def favour(answer, by=5.0, count=11):
    """Logits of one drawing that favour one answer."""
    logits = np.zeros((1, count), np.float32)
    logits[0, answer] = by
    return logits


def test_a_misread_digit_is_read_as_the_near_one_that_was_confirmed():
    adapted = adapt(confirm(7), favour(1), NEAR, REFUSING)
    assert adapted.calibration.answers(adapted.logits) == [7]
    assert adapted.because == "mine"


def test_a_confirmed_digit_lifts_the_refusal():
    assert REFUSING.no_digit(favour(NOT_A_DIGIT)) > 0.5
    adapted = adapt(confirm(4), favour(NOT_A_DIGIT), NEAR, REFUSING)
    assert adapted.calibration.no_digit(adapted.logits) < 0.5
    assert adapted.calibration.answers(adapted.logits) == [4]
    assert adapted.because == "mine"


@pytest.mark.parametrize(("count", "calibration"), [(11, REFUSING), (10, TEN)])
def test_a_confirmed_non_digit_raises_the_refusal(count, calibration):
    adapted = adapt(confirm(NOT_A_DIGIT), favour(3, count=count), NEAR, calibration)
    assert adapted.calibration.no_digit(adapted.logits) > 0.5
    assert adapted.because == "mine"


@pytest.mark.parametrize("label", [1, 7, NOT_A_DIGIT])
@pytest.mark.parametrize(("count", "calibration"), [(11, REFUSING), (10, TEN)])
def test_the_very_drawing_reads_as_confirmed_however_sure_the_network_is(label, count, calibration):
    for answer in range(count):
        adapted = adapt(confirm(label), favour(answer, 200.0, count), HERE, calibration)
        assert adapted.calibration.answers(adapted.logits) == [label]


@pytest.mark.parametrize("label", [1, NOT_A_DIGIT])
@pytest.mark.parametrize(("count", "calibration"), [(11, REFUSING), (10, TEN)])
def test_what_is_far_stays_exactly_as_it_was(label, count, calibration):
    logits = favour(3, count=count)
    adapted = adapt(confirm(label), logits, FAR, calibration)
    assert np.array_equal(adapted.logits, logits)
    assert adapted.calibration == calibration
    assert adapted.because is None


def test_an_answer_that_stays_the_same_has_no_cause():
    assert adapt(confirm(3), favour(3), NEAR, REFUSING).because is None


def test_the_cause_is_the_digit_that_lifted_the_refusal_even_if_another_is_read():
    logits = favour(3, 30.0)
    logits[0, NOT_A_DIGIT] = 31.0
    logits[0, 7] = 30.0 - 0.9 * STRENGTH
    between = np.array([[1.0, 0.15]], np.float32)
    memory = Memory(np.concatenate([HERE, FAR]), np.array([7, 3]), ["lifted", "far"])
    adapted = adapt(memory, logits, between, REFUSING)
    assert adapted.calibration.answers(adapted.logits) in ([3], [7])
    assert adapted.because == "lifted"


def test_a_digit_and_a_non_digit_that_are_equally_near_leave_a_network_of_ten_its_answer():
    memory = Memory(np.concatenate([HERE, HERE]), np.array([NOT_A_DIGIT, 3]), ["a", "b"])
    adapted = adapt(memory, favour(3, count=10), NEAR, TEN)
    assert adapted.calibration.answers(adapted.logits) == [3]
    assert adapted.because is None


def test_a_network_of_ten_refuses_from_half_of_the_largest_bonus_on():
    for share, is_refused in ((0.45, False), (0.55, True)):
        bonus = np.zeros((1, 11), np.float32)
        bonus[0, NOT_A_DIGIT] = share * STRENGTH
        logits, calibration = add_bonus(favour(3, count=10), bonus, TEN)
        assert calibration.is_refused(logits) == [is_refused]
