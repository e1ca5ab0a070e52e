"""Confirmed drawings as data: gathered, kept in a file, and split with none on both sides."""

import numpy as np
import pytest
import torch

from ml.data.drawings import NOT_A_DIGIT, Drawings, split_drawings
from ml.errors import DataError
from tests.hands import write_by_hand

BLACK = bytes([255] * 784)


def gather(count, **others):
    lists = {
        "seen": [bytes([n % 256] * 784) for n in range(count)],
        "labels": [n % 10 for n in range(count)],
        "strokes": [[[[n, 0.0], [n, 50.0]], [[9.0, 9.0]]] for n in range(count)],
    } | others
    return Drawings.gather(**lists)


def list_images(examples):
    return {image.numpy().tobytes() for image in examples.images}


def test_what_the_store_has_becomes_images_labels_and_strokes():
    drawings = gather(
        2, seen=[BLACK, bytes(784)], labels=[7, NOT_A_DIGIT], strokes=[None, [[[1, 2]]]]
    )
    assert drawings.examples.images.shape == (2, 28, 28)
    assert drawings.examples.images[0].eq(255).all()
    assert drawings.labels.tolist() == [7, NOT_A_DIGIT]
    assert drawings.strokes[0] is None
    assert drawings.strokes[1][0].tolist() == [[1.0, 2.0]]
    assert len(drawings.keep_digits()) == 1


def test_a_file_keeps_drawings_as_they_are(tmp_path):
    drawings = gather(3, strokes=[None, [[[1.5, 2.25], [3, 4]], [[5, 6]]], None])
    drawings.save(tmp_path / "drawings.npz")
    loaded = Drawings.load(tmp_path / "drawings.npz")
    assert loaded.checksum() == drawings.checksum()
    assert torch.equal(loaded.examples.images, drawings.examples.images)
    assert [len(stroke) for stroke in loaded.strokes[1]] == [2, 1]
    assert loaded.strokes[0] is loaded.strokes[2] is None


def test_a_file_without_any_strokes_is_kept_too(tmp_path):
    drawings = gather(2, strokes=[None, None])
    drawings.save(tmp_path / "drawings.npz")
    assert Drawings.load(tmp_path / "drawings.npz").checksum() == drawings.checksum()


@pytest.mark.parametrize("content", [b"", b"no archive at all"])
def test_a_damaged_file_is_one_clear_error(content, tmp_path):
    (tmp_path / "drawings.npz").write_bytes(content)
    with pytest.raises(DataError, match=r"drawings\.npz cannot be read"):
        Drawings.load(tmp_path / "drawings.npz")


def test_the_checksum_tells_other_labels_and_other_strokes():
    drawings = gather(3)
    assert drawings.checksum() == gather(3).checksum()
    assert drawings.checksum() != gather(3, labels=[0, 1, 3]).checksum()
    assert drawings.checksum() != gather(3, strokes=[None] * 3).checksum()


def test_every_digit_is_in_each_part_and_no_drawing_on_both_sides():
    parts = split_drawings(write_by_hand(5))
    assert [len(part) for part in parts] == [30, 10, 10]
    assert all(part.labels.unique().tolist() == list(range(10)) for part in parts)
    training, validation, test = map(list_images, parts)
    assert not training & validation
    assert not (training | validation) & test


def test_the_same_drawing_by_two_hands_stays_on_one_side():
    drawings = write_by_hand(4)
    twice = drawings[np.concatenate([np.arange(40), np.arange(40)])]
    training, validation, test = map(list_images, split_drawings(twice))
    assert not training & validation
    assert not (training | validation) & test


def test_the_split_is_the_same_every_time():
    first, again = (split_drawings(write_by_hand(4)) for _ in range(2))
    assert [part.checksum() for part in first] == [part.checksum() for part in again]


def test_too_few_drawings_of_a_digit_are_named():
    drawings = write_by_hand(3)
    with pytest.raises(DataError, match=r"at least 3 .* too few of 7 \(2\), 9 \(2\)"):
        split_drawings(drawings[np.setdiff1d(np.arange(30), [7, 9])])


def test_without_any_drawings_every_digit_is_named():
    with pytest.raises(DataError, match=r"0 \(0\), 1 \(0\)"):
        split_drawings(write_by_hand(1)[np.empty(0, int)])
