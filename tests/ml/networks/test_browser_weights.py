"""A model becomes one file for the browser; tests/js/test_reader.py has it read there."""

import json
import zlib
from dataclasses import replace

import numpy as np
import pytest

from ml.errors import WeightsError
from ml.networks.card import WEIGHTS_DIR, find_cards, read_card
from ml.networks.exports.browser_weights import pack_weights
from ml.networks.tensors import read_weights

LARGEST = 1_600_000  # bytes of the board's network


def load(name):
    card = read_card(WEIGHTS_DIR, name)
    return card, read_weights(WEIGHTS_DIR, card)


def read_header(packed):
    length = int.from_bytes(packed[16:20], "little")
    return json.loads(packed[20 : 20 + length]), packed[20 + length :]


@pytest.fixture(scope="module")
def linear():
    return load("linear")


@pytest.mark.parametrize("name", find_cards(WEIGHTS_DIR))
def test_each_model_that_ships_becomes_a_file_that_says_what_it_is(name):
    card, weights = load(name)
    packed = pack_weights(card, weights)
    header, numbers = read_header(packed)
    assert packed[:8] == b"digitnet"
    assert int.from_bytes(packed[12:16], "little") == zlib.crc32(packed[16:])
    assert (header["model"], header["weights_version"]) == (name, card.weights_version)
    assert header["calibration"] == vars(card.calibration)
    assert len(numbers) >= card.parameters * {"half": 2, "float": 4}[header["kernels"]]


def test_the_boards_network_fits_into_1600000_bytes():
    assert len(pack_weights(*load("board_cnn"))) <= LARGEST


def test_the_same_model_gives_the_same_bytes(linear):
    assert pack_weights(*linear) == pack_weights(*linear)


def test_small_networks_keep_floats_and_large_ones_are_halved(linear):
    header, numbers = read_header(pack_weights(*linear))
    assert header["kernels"] == "float"
    written = np.frombuffer(numbers, "<f4")
    assert np.array_equal(written[:7840], linear[1]["linear.weight"].ravel())
    assert np.array_equal(written[7840:], linear[1]["linear.bias"])
    assert read_header(pack_weights(*load("quick_cnn")))[0]["kernels"] == "half"


def test_batch_normalization_is_one_scale_and_one_shift_a_channel():
    card, weights = load("quick_cnn")
    _, numbers = read_header(pack_weights(card, weights))
    start = 2 * weights["conv1.weight"].size
    scale, shift = np.frombuffer(numbers[start : start + 2 * 4 * 24], "<f4").reshape(2, 24)
    deviation = np.sqrt(weights["norm1.running_var"] + 1e-5)
    assert np.allclose(scale, weights["norm1.weight"] / deviation)
    expected = weights["norm1.bias"] - weights["norm1.running_mean"] * scale
    assert np.allclose(shift, expected, atol=1e-6)


def test_weights_of_another_network_are_refused(linear):
    card, _ = linear
    with pytest.raises(WeightsError, match="lack 7840 numbers named linear"):
        pack_weights(card, load("mlp")[1])
    with pytest.raises(WeightsError, match="lack 7840 numbers"):
        pack_weights(card, {"linear.weight": np.zeros(3), "linear.bias": np.zeros(10)})


def test_so_is_a_network_that_the_code_does_not_know(linear):
    card, weights = linear
    with pytest.raises(WeightsError, match="no such model"):
        pack_weights(replace(card, model="other"), weights)


@pytest.mark.parametrize("number", [np.nan, np.inf, 1e6])
def test_so_are_numbers_that_a_half_float_cannot_hold(number):
    card, weights = load("quick_cnn")
    kernels = weights["conv1.weight"].copy()
    kernels[0, 0, 0, 0] = number
    with pytest.raises(WeightsError, match="cannot be written"):
        pack_weights(card, weights | {"conv1.weight": kernels})
