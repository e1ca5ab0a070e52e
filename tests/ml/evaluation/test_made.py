"""Made drawings are reported by digit, by hand and by kind."""

import numpy as np
import pytest

from ml.evaluation import made
from ml.evaluation.parts import ROWS
from ml.networks.logits import Calibration
from tests.drawn_digits import FOUR, NOUGHT, draw_digits


class Stub:
    """Reads a 1 in everything, and refuses all or nothing; with ten logits, it cannot refuse."""

    def __init__(self, answers, refused=-9.0):
        self.answers, self.refused = answers, refused
        self.calibration = Calibration(refusal_threshold=0.0 if answers == 11 else None)

    def __call__(self, images):
        logits = np.zeros((len(images), self.answers), np.float32)
        logits[:, 1] = 1.0
        logits[:, 10:] = self.refused
        return logits, logits


@pytest.fixture(scope="module")
def sheets():
    return made.make_sheets(draw_digits(_4=FOUR)[:3] + draw_digits(_0=NOUGHT)[:3])


def test_a_small_file_is_measured_on_as_few_made_drawings(sheets):
    (straight,) = sheets["straight_digits"]
    assert straight.images.shape == (60, 28, 28)
    assert straight.copies == 1


def test_what_is_read_is_counted_by_digit_and_by_hand(sheets):
    shares = made.report(Stub(11), sheets)
    assert shares["straight_digits_right"] == 0.1
    assert shares["straight_digits_by_digit"] == {str(d): float(d == 1) for d in range(10)}
    assert shares["straight_digits_by_hand"].keys() >= {"keys, sharp"}
    assert shares["drawings_refused"] == shares["parts_refused"] == 0


def test_what_is_refused_is_counted_by_kind(sheets):
    shares = made.report(Stub(11, refused=9.0), sheets)
    assert shares["straight_digits_right"] == 0
    assert shares["drawings_refused"] == shares["parts_refused"] == 1
    assert shares["drawings_by_kind"].keys() >= {"straight arrow", "G", "spiral"}
    assert shares["parts_by_kind"].keys() >= {"stroke", "two digits"}
    assert ROWS & shares["parts_by_kind"].keys()


def test_a_model_that_cannot_refuse_has_no_shares_of_refused_ones(sheets):
    shares = made.report(Stub(10), sheets)
    assert shares["straight_digits_right"] == 0.1
    assert shares["drawings_refused"] is shares["parts_by_kind"] is None


def test_pens_of_made_drawings_are_thin_enough_to_tell_what_they_are(sheets):
    for sheet in sheets["straight_digits"]:
        assert max(p.pen / p.size for p in sheet.placements) <= made.PEN_OF_STRAIGHT * 280
