"""What a hand confirmed gives a bonus to what is near it."""

import numpy as np
import pytest

from ml.adaptation.memory import CERTAIN, STRENGTH, Memory, to_unit_length
from ml.networks.logits import NOT_A_DIGIT

EAST, NORTH = [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]
NEAR_EAST = [1.0, 0.1, 0.0]


def remember(*drawings):
    """A memory of (features, label, id)."""
    features, labels, ids = zip(*drawings, strict=True)
    return Memory(np.array(features, np.float16), np.array(labels), ids)


def at(*features):
    return np.array(features, np.float32)


def test_a_confirmed_drawing_raises_its_own_label_alone():
    (bonus,) = remember((EAST, 7, "a")).bonus(at(NEAR_EAST))
    assert 0.9 * STRENGTH < bonus[7] < STRENGTH
    assert np.count_nonzero(bonus) == 1


def test_the_nearer_the_larger_the_bonus():
    nearer, near, far = remember((EAST, 7, "a")).bonus(at(NEAR_EAST, [1, 0.5, 0], NORTH))[:, 7]
    assert nearer > near > far


def test_what_is_far_from_everything_confirmed_gets_no_bonus_at_all():
    memory = remember((EAST, 7, "a"), (EAST, NOT_A_DIGIT, "b"))
    assert not memory.bonus(at(NORTH)).any()


def test_of_each_label_only_the_nearest_drawing_counts():
    once = remember((EAST, 7, "a"), (NORTH, 2, "b"))
    often = remember((EAST, 7, "a"), *[([1, 0.5, 0], 7, str(n)) for n in range(9)], (NORTH, 2, "b"))
    assert once.bonus(at(NEAR_EAST)) == pytest.approx(often.bonus(at(NEAR_EAST)))


def test_a_confirmed_non_digit_raises_the_eleventh_answer():
    (bonus,) = remember((EAST, NOT_A_DIGIT, "a")).bonus(at(NEAR_EAST))
    assert bonus.shape == (11,)
    assert bonus[NOT_A_DIGIT] > 0


def test_the_very_drawing_that_was_confirmed_is_certain():
    memory = remember((EAST, 7, "a"), (NEAR_EAST, 1, "b"))
    assert memory.bonus(at(EAST)).tolist() == [[0] * 7 + [CERTAIN] + [0] * 3]


def test_of_equal_drawings_with_different_labels_the_last_one_counts():
    memory = remember((EAST, 7, "a"), (EAST, 1, "b"), (NORTH, 3, "c"))
    assert memory.bonus(at(EAST))[0].argmax() == 1
    assert memory.find_nearest(np.array(EAST), 1) == "b"


def test_half_floats_keep_a_drawing_itself():
    features = np.random.default_rng(0).exponential(1, (50, 2304)).astype(np.float32)
    memory = Memory(to_unit_length(features).astype(np.float16), np.arange(50) % 11, range(50))
    assert (memory.bonus(features).max(axis=1) == CERTAIN).all()


@pytest.mark.parametrize("scale", [1e-4, 1.0, 1e4])
def test_features_count_by_their_direction(scale):
    memory = remember(([scale, 0, 0], 7, "a"))
    assert memory.bonus(at(NEAR_EAST)) == pytest.approx(
        remember((EAST, 7, "a")).bonus(at(NEAR_EAST)), rel=1e-3
    )


def test_a_drawing_for_which_no_unit_is_active_is_remembered_too():
    memory = remember(([0, 0, 0], 7, "a"))
    assert memory.bonus(at([0, 0, 0]))[0, 7] == CERTAIN
    assert memory.bonus(at(EAST))[0, 7] < STRENGTH / 4


def test_an_empty_memory_changes_nothing():
    memory = Memory(np.empty((0, 3), np.float16), np.empty(0, int), [])
    assert len(memory) == 0
    assert memory.bonus(at(EAST, NORTH)).tolist() == [[0] * 11] * 2
    assert memory.find_nearest(np.array(EAST), 7) is None


def test_the_nearest_drawing_of_a_label_is_found():
    memory = remember((NORTH, 7, "a"), (NEAR_EAST, 7, "b"), (EAST, 1, "c"))
    assert memory.find_nearest(np.array(EAST), 7) == "b"
    assert memory.find_nearest(np.array(EAST), 1) == "c"
    assert memory.find_nearest(np.array(EAST), 4) is None


@pytest.mark.parametrize("labels", [[7], [7, 11], [-1, 7]])
def test_labels_that_are_none_or_too_few_are_refused(labels):
    with pytest.raises(ValueError, match="labels"):
        Memory(np.array([EAST, NORTH]), np.array(labels), ["a", "b"])
