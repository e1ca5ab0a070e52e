"""A flipped bit anywhere in what ships is found by the file's hash, and the other models go on."""

import logging

import pytest

from ml.errors import WeightsError
from ml.networks.card import WEIGHTS_DIR, find_cards, read_card
from ml.predict import Reader
from tests.webapp.kept_versions import copy_shipped

HEADER = 64  # bytes at the beginning that are flipped one by one
SAMPLES = 40  # places in what follows
NAMES = find_cards(WEIGHTS_DIR)


def flip(path, place, bit):
    with path.open("r+b") as file:
        file.seek(place)
        byte = file.read(1)[0]
        file.seek(place)
        file.write(bytes([byte ^ 1 << bit]))


def list_places(size):
    """The first bytes, the last, and some between."""
    step = max(1, (size - HEADER) // SAMPLES)
    return [*range(min(HEADER, size)), *range(HEADER, size, step), size - 1]


@pytest.mark.slow
@pytest.mark.parametrize("field", ["weights", "onnx"])
@pytest.mark.parametrize("name", NAMES)
def test_a_flipped_bit_is_refused_in_words(name, field, tmp_path):
    saved = getattr(read_card(WEIGHTS_DIR, name), field)
    copy_shipped(tmp_path, name)
    path = tmp_path / saved.name
    places = list_places(saved.size)
    for place in places:
        flip(path, place, place % 8)
        with pytest.raises(WeightsError, match="is damaged") as refusal:
            saved.read(tmp_path)
        assert str(path) in str(refusal.value)
        assert "\n" not in str(refusal.value)
        flip(path, place, place % 8)
    saved.read(tmp_path)
    print(f"{saved.name}: {len(places)} flips")


def test_the_server_reads_with_the_other_models(tmp_path, caplog):
    copy_shipped(tmp_path, "linear", "mlp")
    card = read_card(tmp_path, "linear")
    flip(tmp_path / card.onnx.name, 1000, 3)
    with caplog.at_level(logging.WARNING):
        assert Reader(tmp_path).models == ["mlp"]
    assert "is damaged" in caplog.text
    assert "make it anew with" in caplog.text
