"""A hand's drawings, drawn again: all of them, recognizably, and the same from the same seed."""

import numpy as np
import pytest
import torch

from ml.data.drawings import Drawings
from ml.data.examples import Examples
from ml.training.fine_tuning.redrawing import Redrawing
from tests.hands import write_by_hand


@pytest.fixture(scope="module")
def drawings():
    return write_by_hand(3)


def forget_strokes(drawings):
    return Drawings(drawings.examples, (None,) * len(drawings))


def draw(drawings, count, seed=0):
    return Redrawing(drawings).draw(count, np.random.default_rng(seed))


def compare(ours, theirs):
    """The correlation of two images' pixels."""
    return np.corrcoef(ours.flatten().numpy(), theirs.flatten().numpy())[0, 1]


@pytest.mark.parametrize("prepare", [lambda drawings: drawings, forget_strokes])
def test_each_drawing_comes_as_often_as_any_other_with_its_label(prepare, drawings):
    again = draw(prepare(drawings), 60)
    assert again.images.shape == (60, 28, 28)
    assert again.images.dtype == torch.uint8
    assert again.labels.bincount().tolist() == [6] * 10


@pytest.mark.parametrize("prepare", [lambda drawings: drawings, forget_strokes])
def test_they_are_other_images_of_the_same_shape(prepare, drawings):
    one = prepare(drawings)[np.array([3])]
    again = draw(one, 40)
    known = one.examples.images[0]
    is_same = [torch.equal(image, known) for image in again.images]
    assert 2 <= sum(is_same) <= 20  # some are learned as they are
    assert np.median([compare(image, known) for image in again.images]) > 0.7


def test_strokes_follow_the_drawing_more_exactly_than_any_other(drawings):
    again, known = draw(drawings, 300), drawings.examples
    means = torch.stack([known.images[known.labels == n].float().mean(dim=0) for n in range(10)])
    nearest = torch.tensor(
        [np.argmax([compare(image, mean) for mean in means]) for image in again.images]
    )
    assert (nearest == again.labels).float().mean() > 0.8


def test_the_same_seed_draws_the_same(drawings):
    assert draw(drawings, 30, seed=4).checksum() == draw(drawings, 30, seed=4).checksum()
    assert draw(drawings, 30, seed=4).checksum() != draw(drawings, 30, seed=5).checksum()


def test_a_dot_and_a_blot_are_drawn_too():
    blot = torch.zeros(1, 28, 28, dtype=torch.uint8)
    blot[:, 6:22, 6:22] = 255
    dot = (np.array([[40.0, 40.0]], np.float32),)
    images = torch.cat([blot, blot])
    drawings = Drawings(Examples(images, torch.tensor([0, 10])), (dot, None))
    again = draw(drawings, 40)
    assert (again.images.flatten(1).amax(dim=1) > 100).all()
