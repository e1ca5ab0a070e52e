"""Drawn strokes are measured by every share that the report promises."""

import json

import numpy as np
import pytest

from ml.errors import DataError
from ml.evaluation.drawings import as_text, compute_auroc, measure
from ml.evaluation.sheets import PREPROCESSINGS, centre_box, draw_sheet, shrink_board
from ml.networks.card import WEIGHTS_DIR, find_cards, read_card
from ml.networks.classifier import load_onnx
from ml.networks.logits import Calibration
from ml.strokes import read_drawings
from tests.strokes_files import write_strokes

KEYS = {
    "accuracy",
    "false_refusals",
    "non_digits_refused",
    "auroc",
    "ece",
    "by_digit",
    "by_size",
    "by_width",
    "straight_digits_right",
    "drawings_refused",
    "parts_refused",
}


def load(name):
    return load_onnx(WEIGHTS_DIR, read_card(WEIGHTS_DIR, name))


@pytest.fixture
def files(tmp_path):
    return [write_strokes(tmp_path / "all.jsonl", "0123456789WM#")]


@pytest.mark.slow
@pytest.mark.parametrize("name", find_cards(WEIGHTS_DIR))
def test_every_shipped_model_is_measured(name, files):
    (report,) = measure({name: load(name)}, files)
    assert report.keys() >= KEYS
    assert report["drawings"] == 90
    assert list(report["by_digit"]) == list("0123456789")
    assert list(report["by_size"]) == ["0.2", "0.5", "0.95"]
    assert list(report["by_width"]) == ["8.0", "18.0", "30.0"]
    assert report["accuracy"] > 0.5
    assert name in as_text(report)
    json.dumps(report)


class Stub:
    """Reads a 7 in dark drawings and a 3 in light ones; refuses what is wider than high."""

    calibration = Calibration(refusal_threshold=0.0)

    def __call__(self, images):
        ink = images[:, 0] > 0
        is_wide = ink.any(axis=1).sum(axis=1) > ink.any(axis=2).sum(axis=1)
        logits = np.zeros((len(images), 11), np.float32)
        logits[:, 3] = 2.0
        logits[:, 7] = np.where(ink.sum(axis=(1, 2)) > 100, 4.0, 0.0)
        logits[:, 10] = np.where(is_wide, 9.0, -9.0)
        return logits, logits


BARS = {"7": [(0, 0), (0, 9)], "3": [(0, 0), (0, 9)], "=": [(0, 0), (9, 0)], "|": [(0, 0), (0, 9)]}


@pytest.fixture
def bars(tmp_path):
    """Measure the stub on upright and level strokes; writer a draws ten drawings, b only one."""
    names = [("a", "3")] * 9 + [("a", "=")] * 3 + [("a", "|")] + [("b", "7")]
    lines = [
        json.dumps({"id": "x", "writer": writer, "label": label, "strokes": [BARS[label]]})
        for writer, label in names
    ]
    (tmp_path / "bars.jsonl").write_text("\n".join(lines))
    return measure({"stub": Stub()}, [tmp_path / "bars.jsonl"])[0]


def test_each_share_counts_what_its_name_says(bars):
    assert bars["drawings"] == 90
    assert bars["false_refusals"] == 0
    assert bars["non_digits_refused"] == pytest.approx(3 / 4)
    assert bars["by_letter"] == {"=": 1.0, "|": 0.0}
    assert bars["auroc"] == pytest.approx(3 / 4 + 1 / 8)  # the fourth is tied with all digits
    assert bars["by_digit"].keys() == {"3", "7"}
    shares = bars["by_digit"]
    assert bars["accuracy"] == pytest.approx((9 * shares["3"] + shares["7"]) / 10, abs=1e-3)
    assert bars["answered_and_right"] == bars["accuracy"]


def test_a_spread_is_the_best_share_less_the_worst(bars):
    assert bars["by_width"]["8.0"] > bars["by_width"]["30.0"]  # thick pens make dark drawings
    assert bars["spread"]["width"] == pytest.approx(
        max(bars["by_width"].values()) - min(bars["by_width"].values())
    )
    assert list(bars["by_position"])[:2] == ["0.0,0.0", "0.0,0.5"]


def test_only_writers_of_enough_drawings_are_among_the_worst(bars):
    assert list(bars["worst_writers"]) == ["a"]


def test_made_drawings_have_rows_in_the_report(bars):
    text = as_text(bars)
    assert "straight digits right 0." in text
    assert "drawings refused 0." in text
    assert "made drawings refused, by kind: G: " in text


def test_shares_of_zero_and_of_one_are_in_the_report(bars):
    assert "false refusals 0.0000" in as_text(bars)
    assert "=: 100.00%" in as_text(bars)


def test_a_drawing_can_be_drawn_at_every_position_size_and_pen(files):
    sheet = draw_sheet(read_drawings(files[0])[:2], everywhere=True)
    assert sheet.images.shape == (162, 28, 28)
    assert len(set(sheet.placements[:81])) == 81


def test_a_file_without_other_things_has_no_share_of_them(tmp_path):
    path = write_strokes(tmp_path / "digits.jsonl", "37")
    (report,) = measure({"linear": load("linear")}, [path])
    assert report["non_digits_refused"] is None
    assert report["auroc"] is None


def test_a_file_without_digits_is_refused(tmp_path):
    path = write_strokes(tmp_path / "letters.jsonl", "WM")
    with pytest.raises(DataError, match="no drawn digits"):
        measure({"linear": load("linear")}, [path])


def test_every_drawing_is_drawn_at_each_size_under_each_pen(files):
    sheet = draw_sheet(read_drawings(files[0])[:2])
    assert sheet.images.shape == (18, 28, 28)
    pairs = {(placement.size, placement.pen) for placement in sheet.placements[:9]}
    assert len(pairs) == 9


def test_a_shrunk_board_keeps_place_and_size():
    ink = np.zeros((280, 280), np.uint8)
    ink[20:40, 200:210] = 255
    image = shrink_board(ink)
    assert image.shape == (28, 28)
    assert (image[2:4, 20] == 255).all()
    assert int(image.sum()) == 2 * 255


@pytest.mark.parametrize("corner", [(0, 0), (100, 30), (199, 59)])
def test_a_centred_box_is_20_px_long_wherever_the_ink_was(corner):
    ink = np.zeros((280, 280), np.uint8)
    ink[corner[0] : corner[0] + 80, corner[1] : corner[1] + 40] = 255
    inked = centre_box(ink) > 127
    assert np.flatnonzero(inked.any(axis=1))[[0, -1]].tolist() == [4, 23]
    assert np.flatnonzero(inked.any(axis=0))[[0, -1]].tolist() == [9, 18]


def test_a_box_without_ink_is_refused():
    with pytest.raises(ValueError, match="no ink"):
        centre_box(np.zeros((280, 280), np.uint8))


@pytest.mark.slow
@pytest.mark.parametrize("preprocessing", PREPROCESSINGS)
def test_every_preprocessing_is_measured_and_named(preprocessing, files):
    (report,) = measure({"linear": load("linear")}, files, preprocessing)
    assert report["preprocessing"] == preprocessing
    assert preprocessing in as_text(report)


@pytest.mark.parametrize(
    ("digits", "others", "expected"),
    [([1, 2], [3, 4], 1.0), ([3, 4], [1, 2], 0.0), ([1, 1], [1, 1], 0.5), ([1, 3], [2], 0.5)],
)
def test_auroc_is_the_chance_that_another_thing_scores_higher(digits, others, expected):
    assert compute_auroc(np.array(digits), np.array(others)) == pytest.approx(expected)


def test_auroc_agrees_with_counting_all_pairs():
    random = np.random.default_rng(0)
    digits, others = random.integers(0, 9, 50), random.integers(2, 12, 40)
    pairs = [(d < o) + 0.5 * (d == o) for d in digits for o in others]
    ours = compute_auroc(digits, others)
    assert ours == pytest.approx(np.mean(pairs))
