"""Ink in, a reading out."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch

from ml.checkpoint import save_weights
from ml.errors import UnknownModelError, WeightsError
from ml.models import build_model
from ml.predict import Reader
from ml.preprocess import fit_ink
from tests.digits import draw_ink
from tests.shapes import DIGITS


@pytest.fixture(scope="module")
def reader():
    return Reader()


@pytest.mark.parametrize("digit", range(10))
def test_a_drawn_digit_is_read(reader, digit):
    reading = reader.read(draw_ink(DIGITS[digit]))
    assert reading.status == "digit"
    assert reading.digit == digit


ZIGZAG = [[(0.1, 0.1), (0.9, 0.2), (0.1, 0.4), (0.9, 0.6), (0.1, 0.8), (0.9, 0.9)]]
TRIANGLE = [[(0.5, 0.1), (0.9, 0.9), (0.1, 0.9), (0.5, 0.1)]]
HASH = [[(0.3, 0), (0.3, 1)], [(0.7, 0), (0.7, 1)], [(0, 0.3), (1, 0.3)], [(0, 0.7), (1, 0.7)]]
LETTER = [[(0, 0), (0.25, 1), (0.5, 0.3), (0.75, 1), (1, 0)]]
TWO = [[(x * 0.4, y) for x, y in stroke] for stroke in DIGITS[2]]
TWO += [[(0.6 + x * 0.4, y) for x, y in stroke] for stroke in DIGITS[5]]


@pytest.mark.parametrize("strokes", [ZIGZAG, TRIANGLE, HASH, LETTER, TWO])
def test_what_is_no_digit_is_refused_and_keeps_its_probabilities(reader, strokes):
    reading = reader.read(
        draw_ink([[(0.1 + 0.8 * x, 0.1 + 0.8 * y) for x, y in s] for s in strokes])
    )
    assert reading.status == "not_a_digit"
    assert reading.digit is None
    assert sum(reading.probabilities) == pytest.approx(1)


def test_a_card_without_a_threshold_is_refused(tmp_path):
    save_weights(tmp_path, build_model("board_cnn"), {"model": "board_cnn"})
    with pytest.raises(WeightsError, match="refusal_threshold"):
        Reader(tmp_path)


@pytest.mark.parametrize("digit", [2, 3, 5, 7])
@pytest.mark.parametrize("board", [(28, 28), (100, 300), (1024, 1024), (700, 60)])
def test_a_digit_is_read_on_a_board_of_any_size(reader, digit, board):
    side = min(board)
    ink = draw_ink(DIGITS[digit], board=board, side=side, pen=side * 0.06)
    assert reader.read(ink).digit == digit


def test_ten_probabilities_sum_to_one(reader):
    probabilities = reader.read(draw_ink(DIGITS[8])).probabilities
    assert len(probabilities) == 10
    assert sum(probabilities) == pytest.approx(1, abs=1e-12)
    assert all(0 <= p <= 1 for p in probabilities)
    assert max(probabilities) == probabilities[8]


def test_seen_is_what_the_network_was_given(reader):
    ink = draw_ink(DIGITS[6])
    assert reader.read(ink).seen == fit_ink(ink).ravel().tolist()


def test_an_empty_board_is_blank(reader):
    reading = reader.read(np.zeros((280, 280), np.uint8))
    assert reading.to_dict() == {
        "status": "blank",
        "model": reader.default,
        "digit": None,
        "probabilities": None,
        "seen": None,
        "unsure": None,
        "milliseconds": None,
    }


def test_several_models_read_the_same_drawing(reader):
    readings = reader.read_each(draw_ink(DIGITS[4]), reader.models)
    assert [reading.model for reading in readings] == reader.models
    assert all(reading.seen == readings[0].seen for reading in readings)


def test_the_default_model_comes_first(reader):
    assert reader.models[0] == reader.default
    assert reader.read(draw_ink(DIGITS[1])).model == reader.default


def test_an_unknown_model_is_refused_with_the_known_names(reader):
    with pytest.raises(UnknownModelError) as refusal:
        reader.read(draw_ink(DIGITS[1]), "resnet")
    assert refusal.value.known == reader.models


def test_a_folder_without_weights_is_refused(tmp_path):
    with pytest.raises(WeightsError, match="no weights"):
        Reader(tmp_path)


def test_one_broken_pair_refuses_the_start(tmp_path):
    save_weights(tmp_path, build_model("tutorial_cnn"), {"model": "tutorial_cnn"})
    (tmp_path / "tutorial_cnn.json").write_text("{}")
    with pytest.raises(WeightsError):
        Reader(tmp_path)


def test_threads_that_share_a_reader_get_the_answers_of_one(reader):
    inks = [draw_ink(DIGITS[digit]) for digit in range(10)]
    # In a thread like the others: training leaves later threads fewer helpers than the main one
    # has, and how many calculate a product decides in which order its parts are added up.
    with ThreadPoolExecutor(1) as pool:
        alone = list(pool.map(reader.read, inks))
    with ThreadPoolExecutor(10) as pool:
        together = list(pool.map(reader.read, inks))
    assert together == alone


def test_reading_leaves_no_gradients(reader):
    reader.read(draw_ink(DIGITS[5]))
    assert torch.is_grad_enabled()
    assert not torch.is_inference_mode_enabled()


@pytest.fixture
def refusing_reader(tmp_path):
    """A reader whose network answers what the test sets: eleven logits, whatever the drawing."""

    def make(logits, threshold=0.0, temperature=1.0):
        model = build_model("board_cnn")
        for member in model.members:
            torch.nn.init.zeros_(member.fc.weight)
            member.fc.bias.data = torch.tensor(logits, dtype=torch.float32)
        card = {
            "model": "board_cnn",
            "refusal_threshold": threshold,
            "temperature": temperature,
        }
        save_weights(tmp_path, model, card)
        return Reader(tmp_path)

    return make


def test_a_drawing_whose_eleventh_answer_wins_is_no_digit(refusing_reader):
    reading = refusing_reader([5.0] + [0.0] * 9 + [9.0]).read(draw_ink(DIGITS[0]))
    assert (reading.status, reading.digit) == ("not_a_digit", None)
    assert max(reading.probabilities) == reading.probabilities[0]
    assert sum(reading.probabilities) == pytest.approx(1)


def test_the_threshold_of_the_card_decides_what_is_refused(refusing_reader):
    logits = [5.0] + [0.0] * 9 + [9.0]
    assert refusing_reader(logits, threshold=10.0).read(draw_ink(DIGITS[0])).status == "digit"


def test_the_temperature_of_the_card_softens_the_probabilities(refusing_reader):
    logits = [4.0] + [0.0] * 10
    sharp = refusing_reader(logits, 99.0).read(draw_ink(DIGITS[0]))
    soft = refusing_reader(logits, 99.0, temperature=2.0).read(draw_ink(DIGITS[0]))
    assert sharp.probabilities[0] > soft.probabilities[0] > 0.1
    assert sharp.digit == soft.digit == 0


def test_two_digits_that_are_close_are_both_named(refusing_reader):
    logits = [0.0] * 11
    logits[4], logits[9] = 8.0, 8.4
    reading = refusing_reader(logits, 99.0).read(draw_ink(DIGITS[9]))
    assert (reading.digit, reading.unsure) == (9, [9, 4])
    logits[4] = 2.0
    assert refusing_reader(logits, 99.0).read(draw_ink(DIGITS[9])).unsure is None
