"""What a hand confirmed gives a bonus to what is near it."""

import tracemalloc

import numpy as np
import pytest

from ml.adaptation.memory import BLOCK, CERTAIN, STRENGTH, Memory, to_unit_length
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


def test_where_the_network_refuses_what_is_confirmed_counts_more_and_from_farther():
    memory = remember((EAST, 7, "a"), (EAST, NOT_A_DIGIT, "b"))
    doubtful = at([1, 0.8, 0])
    sure, unsure, refused = (
        memory.bonus(doubtful, np.array([share]))[0] for share in (0.0, 0.5, 1.0)
    )
    assert (sure == memory.bonus(doubtful)[0]).all()
    for label in (7, NOT_A_DIGIT):
        assert sure[label] < unsure[label] < refused[label]
    assert refused[7] > STRENGTH
    assert not memory.bonus(at(NORTH), np.array([1.0])).any()


def make_many(count, seed=0):
    features = np.random.default_rng(seed).exponential(1, (count, 8)).astype(np.float32)
    return features, np.arange(count) % 11, [f"{seed}-{n}" for n in range(count)]


@pytest.mark.parametrize("count", [0, 1, BLOCK - 1, BLOCK, 2 * BLOCK + 1])
@pytest.mark.parametrize("more", [1, 3, BLOCK])
def test_a_memory_that_grew_is_like_one_made_at_once(count, more):
    (some, labels, ids), (others, more_labels, more_ids) = make_many(count), make_many(more, seed=1)
    grown = Memory(some, labels, ids).add(others, more_labels, more_ids)
    whole = Memory(
        np.concatenate([some, others]), np.concatenate([labels, more_labels]), ids + more_ids
    )
    queries = make_many(20, seed=2)[0]
    assert len(grown) == count + more
    assert grown.bonus(queries) == pytest.approx(whole.bonus(queries), abs=1e-4)
    for label in range(11):
        found = whole.find_nearest(queries[0], label)
        assert grown.find_nearest(queries[0], label) == found


def test_what_is_removed_counts_no_more():
    features, labels, ids = make_many(2 * BLOCK + 5)
    memory = Memory(features, labels, ids)
    gone = [ids[3], ids[BLOCK], ids[-1], "unknown"]
    left = memory.remove(gone)
    assert len(left) == len(memory) - 3
    kept = [n for n, each in enumerate(ids) if each not in gone]
    again = Memory(features[kept], labels[kept], [ids[n] for n in kept])
    queries = features[[3, 4, BLOCK, BLOCK + 1, -1]]
    assert left.bonus(queries) == pytest.approx(again.bonus(queries), abs=1e-4)
    assert len(memory) == 2 * BLOCK + 5
    assert len(memory.remove(ids)) == 0
    assert not memory.remove(ids).bonus(queries).any()


def test_a_drawing_that_is_confirmed_anew_has_its_new_label_alone_and_comes_last():
    memory = remember((EAST, 7, "a"), (EAST, 3, "b"))
    assert memory.bonus(at(EAST))[0].argmax() == 3
    memory = memory.add(at(EAST), np.array([1]), ["a"])
    assert len(memory) == 2
    assert memory.bonus(at(EAST))[0].argmax() == 1
    assert memory.find_nearest(np.array(EAST), 7) is None


def test_a_memory_stays_as_it_is_when_another_is_made_of_it():
    memory = remember((EAST, 7, "a"))
    memory.add(at(NORTH), np.array([2]), ["b"]).remove(["a"])
    assert len(memory) == 1
    assert memory.bonus(at(EAST, NORTH))[:, 7].tolist() == [CERTAIN, 0]


def test_one_more_among_ten_thousand_copies_few_of_them():
    features = np.random.default_rng(0).random((10_000, 256), np.float32)
    memory = Memory(features, np.arange(10_000) % 11, [str(n) for n in range(10_000)])
    tracemalloc.start()
    try:
        memory = memory.add(1 - features[:1], np.array([7]), ["new"])
        assert memory.bonus(1 - features[:1])[0, 7] == CERTAIN
        assert tracemalloc.get_traced_memory()[1] < features.nbytes / 2
    finally:
        tracemalloc.stop()
