"""The browser's reader, run by Node, against Python's: the same ink, pixels and answers."""

import base64
import json
import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ml.ink import read_picture
from ml.networks.card import WEIGHTS_DIR, find_cards, read_card
from ml.networks.exports.browser_weights import pack_weights
from ml.networks.tensors import read_weights
from ml.predict import Reader
from ml.preprocess import fit_ink, is_blank
from ml.strokes import draw_freely
from tests.board_drawings import make_drawings
from tests.reader_parity import compare_readings

SCRIPT = Path(__file__).with_name("read_drawings.mjs")


@pytest.fixture
def read_in_node(node, tmp_path):
    """Return a function that has drawings read by Node: the inks, and each model's readings."""

    def read(drawings, models=()):
        for name in models:
            card = read_card(WEIGHTS_DIR, name)
            packed = pack_weights(card, read_weights(WEIGHTS_DIR, card))
            (tmp_path / f"{name}.weights").write_bytes(packed)
        (tmp_path / "drawings.json").write_text(json.dumps(drawings))
        command = [node, SCRIPT, tmp_path]
        done = subprocess.run(command, capture_output=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr.decode()
        answer = json.loads(done.stdout)
        return answer["found"], answer["read"]

    return read


def as_canvas(alpha):
    """A canvas with black ink of this alpha, as JSON."""
    height, width = alpha.shape
    return {"width": width, "height": height, "alpha": base64.b64encode(alpha.tobytes()).decode()}


def decode(found):
    data = np.frombuffer(base64.b64decode(found["ink"]), np.uint8)
    return data.reshape(found["height"], found["width"])


def find_ink(alpha):
    """What the server finds in the canvas's PNG."""
    pixels = np.zeros((*alpha.shape, 4), np.uint8)
    pixels[..., 3] = alpha
    return read_picture(Image.fromarray(pixels))


def check_same_ink_and_pixels(read_in_node, alphas):
    found, _ = read_in_node([as_canvas(alpha) for alpha in alphas])
    for alpha, each in zip(alphas, found, strict=True):
        ink = find_ink(alpha)
        assert np.array_equal(decode(each), ink)
        assert (each["seen"] is None) == is_blank(ink)
        if each["seen"]:
            assert base64.b64decode(each["seen"]) == fit_ink(ink).tobytes()


def test_drawings_give_the_same_ink_and_the_same_784_bytes(read_in_node):
    check_same_ink_and_pixels(read_in_node, [each.draw() for each in make_drawings(200)])


def test_canvases_of_any_size_do_too(read_in_node):
    rng = np.random.default_rng(0)
    alphas = []
    for drawing in make_drawings(100, seed=1):
        ink, top, left = drawing.draw(), *rng.integers(0, 200, 2)
        alphas.append(ink[top : top + rng.integers(2, 280), left : left + rng.integers(2, 280)])
    check_same_ink_and_pixels(read_in_node, [alpha.copy() for alpha in alphas])


def test_so_do_canvases_whose_border_is_inked(read_in_node):
    rng = np.random.default_rng(0)
    alphas = []
    for number, drawing in enumerate(make_drawings(60, seed=2)):
        alpha = 255 - drawing.draw() if number % 2 else drawing.draw()
        for side in (alpha, alpha[::-1], alpha.T, alpha.T[::-1])[: rng.integers(0, 5)]:
            side[: rng.integers(1, 20)] = rng.integers(100, 256)
        alphas.append(alpha)
    check_same_ink_and_pixels(read_in_node, alphas)


def test_so_does_ink_whose_sums_end_in_a_half(read_in_node):
    """Symmetric ink: its mass lies between two pixels, and so do averages between two levels."""
    alphas = []
    for height, width in [(40, 40), (41, 40), (60, 35), (38, 60), (100, 36), (35, 90)]:
        alpha = np.zeros((200, 200), np.uint8)
        alpha[20 : 20 + height, 30 : 30 + width] = 255
        alpha[20 + 5 : 20 + height - 5, 30 + 5 : 30 + width - 5] = 85  # a frame around grey
        alphas.append(alpha)
    check_same_ink_and_pixels(read_in_node, alphas)


def test_strokes_are_drawn_as_python_draws_them_to_one_level(read_in_node):
    strokes = [each.strokes for each in make_drawings(60, seed=3)]
    strokes += [[[[-60, -20], [140.5, 300]]], [[[3000, 20], [140, 2000]], [[5, 5]]], []]
    found, _ = read_in_node([{"strokes": each} for each in strokes])
    for each, ours in zip(strokes, found, strict=True):
        theirs = draw_freely([np.array(stroke, np.float32) for stroke in each])
        assert decode(ours).shape == theirs.shape
        assert np.abs(decode(ours).astype(int) - theirs).max() <= 1


@pytest.mark.slow
def test_every_model_that_ships_answers_the_same(read_in_node):
    models, reader = find_cards(WEIGHTS_DIR), Reader()
    inks = [each.draw() for each in make_drawings(60, seed=4)]
    _, read = read_in_node([as_canvas(ink) for ink in inks], models)
    assert sorted(read) == models
    for name in models:
        expected = [reader.read(find_ink(ink), name).to_dict() for ink in inks]
        compare_readings(read[name], expected)
