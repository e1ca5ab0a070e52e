"""Evidence lies where a network looks, for networks made to look at one thing."""

import numpy as np
import pytest

from ml.explain.batches import LARGEST, run_batches
from ml.explain.evidence import find_evidence
from ml.networks.logits import Calibration
from ml.preprocess import fit_ink
from tests.digits import draw_ink
from tests.shapes import DIGITS

SEEN = fit_ink(draw_ink(DIGITS[4]))
TOP = 10  # rows


class Made:
    """A network whose logit for 4 is the ink in some rows, and for 9 the ink in others."""

    def __init__(self, for_4, for_9=slice(0, 0), answers=10):
        self.rows, self.answers = {4: for_4, 9: for_9}, answers
        self.calibration = Calibration()
        self.batches = []

    def __call__(self, images):
        self.batches.append(len(images))
        ink = images[:, 0] - images.min()
        logits = np.zeros((len(images), self.answers), np.float32)
        for digit, rows in self.rows.items():
            logits[:, digit] = ink[:, rows].sum(axis=(1, 2)) / 10
        return logits, logits


@pytest.mark.parametrize("answers", [10, 11])
def test_a_network_that_looks_at_the_top_shows_evidence_there(answers):
    found = find_evidence(Made(slice(0, TOP), answers=answers), SEEN, 4)
    assert found.map.max() == 1
    assert np.abs(found.map[TOP + 3 :]).max() < 0.2
    assert "top" in found.place


def test_a_network_that_counts_ink_has_all_ink_speak_for_its_answer():
    found = find_evidence(Made(slice(None)), SEEN, 4)
    assert (found.map[SEEN > 0] > 0).all()


def test_paper_is_never_evidence():
    found = find_evidence(Made(slice(None)), SEEN, 4)
    assert not found.map[SEEN == 0].any()
    assert not found.part[SEEN == 0].any()


def test_evidence_against_a_rival_counts_what_speaks_for_that_one():
    network = Made(slice(0, 14), slice(14, 28))
    found = find_evidence(network, SEEN, 4, 9)
    turned = find_evidence(network, SEEN, 9, 4)
    assert found.map[:11].sum() > 0 > found.map[17:].sum()
    np.testing.assert_allclose(found.map, -turned.map, atol=1e-5)


def test_it_says_what_is_read_without_the_strongest_part():
    found = find_evidence(Made(slice(0, TOP), slice(TOP + 4, TOP + 5)), SEEN, 4)
    rest = np.where(found.part, 0, SEEN)[None]
    logits, _ = run_batches(Made(slice(0, TOP), slice(TOP + 4, TOP + 5)), rest)
    assert found.without == logits.argmax()


@pytest.mark.parametrize("image", [np.zeros_like(SEEN), SEEN], ids=["blank", "nothing is seen"])
def test_where_nothing_matters_there_is_no_evidence(image):
    found = find_evidence(Made(slice(0, 1)), image, 4)
    assert not found.map.any()
    assert found.place is None


def test_a_moved_drawing_has_the_moved_map():
    moved = np.roll(SEEN, 1, axis=1)
    first, second = (find_evidence(Made(slice(0, TOP)), image, 4).map for image in (SEEN, moved))
    np.testing.assert_allclose(np.roll(first, 1, axis=1), second, atol=1e-4)


def test_no_batch_is_larger_than_is_best():
    network = Made(slice(None))
    find_evidence(network, SEEN, 4)
    assert max(network.batches) <= LARGEST
    assert sum(network.batches) <= 150
