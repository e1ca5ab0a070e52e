"""Weights are read from safetensors files without the package that writes them."""

import json
from dataclasses import replace

import numpy as np
import pytest
import safetensors.numpy

from ml.errors import WeightsError
from ml.networks.card import WEIGHTS_DIR, SavedFile, read_card
from ml.networks.registry import MODELS
from ml.networks.tensors import parse_safetensors, read_weights
from tests.cards import make_card


@pytest.mark.parametrize("model", MODELS)
def test_every_shipped_file_is_read_as_its_own_package_reads_it(model):
    card = read_card(WEIGHTS_DIR, model)
    ours = read_weights(WEIGHTS_DIR, card)
    theirs = safetensors.numpy.load(card.weights.read(WEIGHTS_DIR))
    assert ours.keys() == theirs.keys()
    for name, array in theirs.items():
        assert ours[name].dtype == array.dtype
        assert np.array_equal(ours[name], array)


def test_what_a_file_says_about_itself_is_no_array():
    content = safetensors.numpy.save({"a": np.arange(6.0).reshape(2, 3)}, {"format": "pt"})
    assert parse_safetensors(content)["a"].tolist() == [[0, 1, 2], [3, 4, 5]]


def write(header, data=b"\0" * 8):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data


ENTRY = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff" * 40,
        write(b"{"),
        write(b"[" * 100_000),
        write([1]),
        write({"a": None}),
        write({"a": ENTRY | {"dtype": "BF16"}}),
        write({"a": ENTRY | {"dtype": []}}),
        write({"a": ENTRY | {"shape": [3]}}),
        write({"a": ENTRY | {"shape": [10**30]}}),
        write({"a": ENTRY | {"shape": "2"}}),
        write({"a": ENTRY | {"data_offsets": [0, 7]}}),
        write({"a": ENTRY | {"data_offsets": [0]}}),
        write({"a": ENTRY | {"data_offsets": ["0", "8"]}}),
        write({"a": ENTRY}, b"\0" * 4),
    ],
    ids=range(15),
)
def test_a_file_that_holds_no_weights_is_refused(content, tmp_path):
    card = make_card("mlp")
    saved = SavedFile.of("mlp", "safetensors", content)
    (tmp_path / saved.name).write_bytes(content)
    with pytest.raises(WeightsError, match="holds no weights"):
        read_weights(tmp_path, replace(card, weights=saved))
