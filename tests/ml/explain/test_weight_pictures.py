"""What a network is made of, as pictures."""

from base64 import b64decode

import numpy as np
import pytest

from ml.explain.pictures import describe_pictures
from ml.networks.plan import PLANS
from tests.inside import OneLayer, load_shipped

FIRST = {
    "linear_scratch": ("weights", [28, 28], 10),
    "linear": ("weights", [28, 28], 10),
    "mlp": ("weights", [28, 28], 30),
    "small_cnn": ("kernels", [5, 5], 10),
    "tutorial_cnn": ("kernels", [3, 3], 32),
    "quick_cnn": ("kernels", [5, 5], 24),
    "board_cnn": ("kernels", [5, 5], 24),
}


@pytest.mark.parametrize("model", PLANS)
def test_every_network_shows_the_weights_of_its_first_layer(model):
    described = describe_pictures(load_shipped(model), model)
    kind, size, count = FIRST[model]
    assert (described["kind"], described["size"]) == (kind, size)
    assert len(described["members"]) == len(PLANS[model].members)
    for member in described["members"]:
        pictures = [np.frombuffer(b64decode(each), np.uint8) for each in member["pictures"]]
        assert [len(picture) for picture in pictures] == [size[0] * size[1]] * count
        assert np.abs(np.array(pictures).astype(int) - 128).max() == 127


def test_a_picture_is_the_weights_of_its_digit():
    weights = np.zeros((10, 784), np.float32)
    weights[3, 0], weights[3, 1], weights[5, 783] = 2, -1, -2
    (member,) = describe_pictures(OneLayer(weights), "linear")["members"]
    assert member["highest"] == 2
    pictures = [b64decode(each) for each in member["pictures"]]
    assert (pictures[3][0], pictures[3][1], pictures[5][783]) == (255, 64, 1)
    assert set(pictures[0]) == {128}


def test_a_network_without_weights_shows_none():
    (member,) = describe_pictures(OneLayer(np.zeros((10, 784), np.float32)), "linear")["members"]
    assert member["highest"] == 0
    assert set(b64decode(member["pictures"][9])) == {128}
