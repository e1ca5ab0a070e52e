"""The training images that a drawing looks like."""

import numpy as np
import pytest

from ml.adaptation.memory import to_unit_length
from ml.explain.examples import ExampleFeatures, Examples, load_examples
from ml.explain.nearest import find_nearest, find_shared
from ml.predict import Reader
from ml.preprocess import fit_ink
from tests.digits import draw_ink
from tests.shapes import DIGITS


@pytest.fixture(scope="module")
def reader():
    return Reader()


def make_square(top, left, level=255):
    image = np.zeros((28, 28), np.uint8)
    image[top : top + 6, left : left + 6] = level
    return image


def see_pixels(images):
    """The features of a network that passes the pixels on."""
    return to_unit_length(np.reshape(images, (-1, 784)))


def test_the_nearest_come_first_and_each_says_how_far_it_is():
    near, nearest, apart = make_square(4, 8), make_square(4, 6), make_square(20, 20)
    examples = Examples(np.stack([near, apart, nearest]), np.array([3, 5, 8], np.uint8))
    found = find_nearest(
        examples, see_pixels(examples.images), see_pixels(make_square(4, 5))[0], make_square(4, 5)
    )
    assert [each.label for each in found] == [8, 3, 5]
    assert [each.distance for each in found] == pytest.approx([1 / 6, 1 / 2, 1], abs=1e-5)
    assert (found[0].image == nearest).all()


def test_the_nearest_of_one_digit_are_of_that_digit():
    images = np.stack([make_square(4, 5), make_square(4, 6), make_square(4, 20)])
    examples = Examples(images, np.array([1, 7, 7], np.uint8))
    found = find_nearest(examples, see_pixels(images), see_pixels(images[:1])[0], images[0], 7)
    assert [each.label for each in found] == [7, 7]
    assert (found[0].image == images[1]).all()


def test_no_more_are_found_than_asked_for():
    images = np.stack([make_square(4, left) for left in range(9)])
    examples = Examples(images, np.zeros(9, np.uint8))
    pool = see_pixels(images)
    assert len(find_nearest(examples, pool, pool[0], images[0])) == 5
    assert len(find_nearest(examples, pool, pool[0], images[0], count=2)) == 2
    assert find_nearest(examples, pool, pool[0], images[0], digit=3) == []


def test_what_both_share_is_the_ink_that_both_have():
    shared = find_shared(make_square(4, 4), make_square(4, 7, level=102))
    assert shared.dtype == np.float32
    assert shared[4:10, 7:10] == pytest.approx(0.4)
    shared[4:10, 7:10] = 0
    assert not shared.any()


@pytest.mark.parametrize("model", ["linear", "board_cnn"])
def test_a_training_image_is_nearest_to_itself(reader, model):
    examples = load_examples()
    some = Examples(examples.images[::40], examples.labels[::40])  # one of each digit
    pool = ExampleFeatures(some).find(reader, model)
    for number, image in enumerate(some.images):
        (found,) = find_nearest(some, pool, reader.features(model, image[None])[0], image, count=1)
        assert found.label == number
        assert found.distance < 2e-3
        assert (found.shared == image / np.float32(255)).all()


def test_a_drawn_digit_looks_like_training_images_of_it(reader):
    examples = load_examples()
    pool = ExampleFeatures(examples).find(reader, "quick_cnn")
    for digit in range(10):
        seen = fit_ink(draw_ink(DIGITS[digit]))
        features = reader.features("quick_cnn", seen[None])[0]
        labels = [each.label for each in find_nearest(examples, pool, features, seen)]
        assert labels.count(digit) >= 3, labels
