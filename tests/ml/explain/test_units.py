"""What a unit answers most to among training images."""

import numpy as np
import pytest

from ml.explain.arithmetic import Unit, describe_unit
from ml.explain.examples import Examples
from ml.explain.units import FavouriteUnits, find_box, find_favourites
from tests.inside import LAYERS, OneLayer, find_layer, load_shipped, make_digits


@pytest.fixture(scope="module")
def pool():
    """60 images: more than one batch."""
    images = make_digits(60)
    return Examples(images, np.arange(60).astype(np.uint8) % 10)


def grey(*levels):
    """Return images, each of one grey."""
    return np.stack([np.full((28, 28), level, np.uint8) for level in levels])


def test_a_unit_that_counts_ink_likes_the_darkest_images():
    classifier = OneLayer(np.ones((10, 784), np.float32))
    pool = Examples(grey(40, 200, 90, 250, 10), np.array([0, 1, 2, 3, 4], np.uint8))
    found = find_favourites(pool, classifier, "linear", Unit(0, 0, 7), count=3)
    assert [each.label for each in found] == [3, 1, 2]
    assert [each.image[0, 0] for each in found] == [250, 200, 90]
    assert found[0].value > found[1].value > found[2].value


@pytest.mark.parametrize(("model", "member", "name"), LAYERS)
def test_no_image_of_the_pool_is_answered_more_than_the_favourites(pool, model, member, name):
    classifier, (_, layer, index) = load_shipped(model), find_layer(model, member, name)
    channel = layer.channels // 3
    unit = Unit(member, index, channel)
    found = find_favourites(pool, classifier, model, unit)
    values = [each.value for each in found]
    assert values == sorted(values, reverse=True)
    assert len(found) <= 9
    if not found:
        return
    best = found[0]
    shown = {"member": member, "layer": name, "channel": channel}
    where = {"row": best.row, "column": best.column}
    numbers = np.flatnonzero(pool.labels == best.label)
    described = [
        describe_unit(classifier, model, pool.images[n], shown | where)["value"] for n in numbers
    ]
    assert max(described) == pytest.approx(best.value, rel=1e-4, abs=1e-4)


def test_a_unit_sees_only_what_lies_in_its_box(pool):
    classifier, noise = load_shipped("small_cnn"), np.random.default_rng(0)
    for channel in range(20):
        unit = {"layer": "conv2", "channel": channel}
        for each in find_favourites(pool, classifier, "small_cnn", Unit(0, 1, channel), count=2):
            top, left, height, width = each.box
            changed = noise.integers(0, 256, (28, 28), np.uint8)
            box = np.s_[top : top + height, left : left + width]
            changed[box] = each.image[box]
            where = {"row": each.row, "column": each.column}
            described = describe_unit(classifier, "small_cnn", changed, unit | where)
            assert described["value"] == pytest.approx(each.value, rel=1e-4)


def test_a_box_ends_at_the_edge_and_covers_all_behind_a_linear_layer():
    layers = find_layer("board_cnn", 0, "fc")[0].layers
    assert find_box(layers[:1], 0, 0) == (0, 0, 6, 6)
    assert find_box(layers[:1], 11, 11) == (22, 22, 6, 6)
    assert find_box(layers[:2], 0, 5) == (0, 18, 10, 10)
    assert find_box(layers, 0, 0) == (0, 0, 28, 28)


def test_the_stretched_member_shows_images_stretched(pool):
    classifier = load_shipped("board_cnn")
    for each in find_favourites(pool, classifier, "board_cnn", Unit(1, 0, 2), count=3):
        rows, columns = (np.flatnonzero((each.image > 60).any(axis=axis)) for axis in (1, 0))
        assert max(np.ptp(rows), np.ptp(columns)) >= 18
        assert not any(np.array_equal(each.image, image) for image in pool.images)


def test_what_a_hidden_unit_answers_nothing_to_is_no_favourite():
    blank = Examples(np.zeros((3, 28, 28), np.uint8), np.zeros(3, np.uint8))
    for channel in range(30):
        found = find_favourites(blank, load_shipped("mlp"), "mlp", Unit(0, 0, channel))
        assert all(each.value > 0 for each in found)


class Counting(OneLayer):
    """Counts the images that it is asked about."""

    count = 0

    def layers(self, images):
        self.count += len(images)
        return super().layers(images)


def test_the_pool_is_looked_through_once_for_each_weights_version(pool):
    classifier = Counting(np.random.default_rng(0).random((10, 784), np.float32))
    units, unit = FavouriteUnits(pool), {"layer": "linear", "channel": 2}
    first = units.describe(classifier, "linear", "one", unit)
    assert classifier.count == 60 + 9
    assert units.describe(classifier, "linear", "one", unit) == first
    assert classifier.count == 60 + 9 + 9
    units.describe(classifier, "linear", "two", unit)
    assert classifier.count == 60 + 9 + 9 + 60 + 9


def test_favourites_are_plain_values(pool):
    found = FavouriteUnits(pool).describe(
        load_shipped("small_cnn"), "small_cnn", "1", {"layer": "conv1", "channel": 1}
    )
    assert len(found) == 9
    for each in found:
        assert each.keys() == {"image", "label", "value", "row", "column", "box"}
        assert len(each["image"]) == 784
        assert each["box"][2:] == [6, 6]
