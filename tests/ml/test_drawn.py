"""Drawn strokes are measured by every share that the report promises."""

import json

import numpy as np
import pytest
import torch

from ml.checkpoint import WEIGHTS_DIR, find_weights
from ml.drawn import (
    PREPROCESSINGS,
    as_text,
    centre_box,
    compute_auroc,
    draw_sheet,
    measure,
    shrink_board,
)
from ml.errors import DataError
from ml.strokes import read_drawings
from tests.browser.shapes import DIGITS

KEYS = {
    "accuracy",
    "false_refusals",
    "non_digits_refused",
    "auroc",
    "ece",
    "by_digit",
    "by_size",
    "by_width",
}


def write_strokes(path, labels):
    """Write one drawing for each label: the digit's own shape, or a zigzag for another."""
    zigzag = [[(0.1, 0.1), (0.9, 0.2), (0.1, 0.4), (0.9, 0.6), (0.1, 0.8), (0.9, 0.9)]]
    lines = []
    for number, label in enumerate(labels):
        strokes = DIGITS[int(label)] if label.isdigit() else zigzag
        points = [[[round(x * 1000), round(y * 1000)] for x, y in stroke] for stroke in strokes]
        record = {"id": str(number), "writer": "w", "label": label, "strokes": points}
        lines.append(json.dumps(record))
    path.write_text("\n".join(lines))
    return path


@pytest.fixture
def files(tmp_path):
    return [write_strokes(tmp_path / "all.jsonl", "0123456789WM#")]


@pytest.mark.parametrize("name", find_weights(WEIGHTS_DIR))
def test_every_shipped_model_is_measured(name, files):
    (report,) = measure(WEIGHTS_DIR, [name], files)
    assert report.keys() >= KEYS
    assert report["drawings"] == 90
    assert list(report["by_digit"]) == list("0123456789")
    assert list(report["by_size"]) == ["0.2", "0.5", "0.95"]
    assert list(report["by_width"]) == ["18.0", "30.0", "8.0"]
    assert report["accuracy"] > 0.5
    assert 0 <= report["auroc"] <= 1
    assert name in as_text(report)
    json.dumps(report)


def test_a_file_without_other_things_has_no_share_of_them(tmp_path):
    path = write_strokes(tmp_path / "digits.jsonl", "37")
    (report,) = measure(WEIGHTS_DIR, find_weights(WEIGHTS_DIR)[:1], [path])
    assert report["non_digits_refused"] is None
    assert report["auroc"] is None


def test_a_file_without_digits_is_refused(tmp_path):
    path = write_strokes(tmp_path / "letters.jsonl", "WM")
    with pytest.raises(DataError, match="no drawn digits"):
        measure(WEIGHTS_DIR, find_weights(WEIGHTS_DIR)[:1], [path])


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


@pytest.mark.parametrize("preprocessing", PREPROCESSINGS)
def test_every_preprocessing_is_measured_and_named(preprocessing, files):
    (report,) = measure(WEIGHTS_DIR, find_weights(WEIGHTS_DIR)[:1], files, preprocessing)
    assert report["preprocessing"] == preprocessing
    assert preprocessing in as_text(report)


@pytest.mark.parametrize(
    ("digits", "others", "expected"),
    [([1, 2], [3, 4], 1.0), ([3, 4], [1, 2], 0.0), ([1, 1], [1, 1], 0.5), ([1, 3], [2], 0.5)],
)
def test_auroc_is_the_chance_that_another_thing_scores_higher(digits, others, expected):
    scores = (torch.tensor(digits, dtype=torch.float), torch.tensor(others, dtype=torch.float))
    assert compute_auroc(*scores) == pytest.approx(expected)


def test_auroc_agrees_with_counting_all_pairs():
    random = np.random.default_rng(0)
    digits, others = random.integers(0, 9, 50), random.integers(2, 12, 40)
    pairs = [(d < o) + 0.5 * (d == o) for d in digits for o in others]
    ours = compute_auroc(torch.from_numpy(digits).float(), torch.from_numpy(others).float())
    assert ours == pytest.approx(np.mean(pairs))
