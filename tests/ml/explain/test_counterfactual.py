"""What would change a network's mind, found with networks that ship and with ones made for it."""

import numpy as np
import pytest

from ml.explain.batches import run_batches
from ml.explain.counterfactual import VISIBLE, find_closest, find_counterfactual
from ml.explain.examples import Examples
from ml.networks.card import WEIGHTS_DIR, read_card
from ml.networks.classifier import load_onnx
from ml.networks.logits import DIGITS, NOT_A_DIGIT, Calibration
from ml.preprocess import MEAN, STD, fit_ink
from tests.digits import draw_ink
from tests.shapes import DIGITS as SHAPES

ZIGZAG = [[(0.1, 0.1), (0.9, 0.2), (0.1, 0.4), (0.9, 0.6), (0.1, 0.8), (0.9, 0.9)]]


@pytest.fixture(scope="module", params=["board_cnn", "quick_cnn", "linear"])
def classifier(request):
    return load_onnx(WEIGHTS_DIR, read_card(WEIGHTS_DIR, request.param))


class Made:
    """A network that says 9 where the mean ink of a place, 0-1, exceeds a level, and else 4."""

    calibration = Calibration()

    def __init__(self, place=np.s_[:10, 10:18], level=0.3):
        self.place, self.level, self.batches = place, level, []

    def __call__(self, images):
        self.batches.append(len(images))
        ink = images[:, 0] * STD + MEAN
        logits = np.zeros((len(images), DIGITS), np.float32)
        logits[:, 9] = 20 * (ink[:, *self.place].mean(axis=(1, 2)) - self.level)
        logits[:, 4] = 0.001
        return logits, logits


def make_image(*places):
    image = np.zeros((28, 28), np.uint8)
    for place in places:
        image[place] = 255
    return image


LEGS = (np.s_[6:16, 8:11], np.s_[6:24, 17:20])
OPEN_FOUR = make_image(*LEGS, np.s_[13:16, 8:20])
NINE = make_image(*LEGS, np.s_[13:16, 8:20], np.s_[6:9, 8:20])
NINES = Examples(NINE[None], np.array([9], np.uint8))


def read(classifier, image):
    logits, _ = run_batches(classifier, image[None])
    return classifier.calibration.answers(logits)[0]


def find_runner_up(classifier, seen):
    logits, _ = run_batches(classifier, seen[None])
    return int(np.argsort(-logits[0, :DIGITS])[1])


def test_the_network_itself_reads_the_result_as_the_rival(classifier):
    found = []
    for digit in range(10):
        seen = fit_ink(draw_ink(SHAPES[digit]))
        rival = find_runner_up(classifier, seen)
        changed = find_counterfactual(classifier, seen, rival)
        if changed is not None:
            assert changed.digit == read(classifier, changed.image) == rival
            assert (changed.image.shape, changed.image.dtype) == ((28, 28), np.uint8)
            differences = np.abs(changed.image.astype(int) - seen)
            assert changed.changed == (differences > VISIBLE).sum()
            found.append(changed.changed)
    assert len(found) >= 9
    assert np.median(found) <= 25


def test_a_refused_drawing_becomes_the_digit():
    classifier = load_onnx(WEIGHTS_DIR, read_card(WEIGHTS_DIR, "board_cnn"))
    seen = fit_ink(draw_ink(ZIGZAG))
    assert read(classifier, seen) == NOT_A_DIGIT
    logits, _ = run_batches(classifier, seen[None])
    digit = int(logits[0, :DIGITS].argmax())
    changed = find_counterfactual(classifier, seen, digit)
    assert changed is not None
    assert read(classifier, changed.image) == digit


def test_ink_is_added_where_the_network_looks_and_nowhere_else():
    network = Made()
    changed = find_counterfactual(network, OPEN_FOUR, 9, NINES)
    added = changed.image.astype(int) - OPEN_FOUR
    assert added.min() >= 0
    assert added[network.place].sum() == pytest.approx(added.sum(), rel=0.1)
    assert 0 < changed.changed < (NINE != OPEN_FOUR).sum()


def test_ink_is_taken_away_where_that_decides():
    class Opposite(Made):
        def __call__(self, images):
            logits, features = super().__call__(images)
            return logits[:, [0, 1, 2, 3, 9, 5, 6, 7, 8, 4]], features

    network = Opposite(np.s_[6:9, 11:17], level=0.2)
    fours_named_nine = Examples(OPEN_FOUR[None], np.array([9], np.uint8))
    assert read(network, NINE) == 4
    changed = find_counterfactual(network, NINE, 9, fours_named_nine)
    assert (changed.image <= NINE).all()
    assert 0 < changed.changed <= 18  # the place has so many pixels


def test_invisible_changes_are_put_back():
    changed = find_counterfactual(Made(), OPEN_FOUR, 9, NINES)
    differences = np.abs(changed.image.astype(int) - OPEN_FOUR)
    assert not ((differences > 0) & (differences <= VISIBLE)).any()


def test_nothing_is_changed_where_the_rival_wins_already():
    assert find_counterfactual(Made(), NINE, 9, NINES) is None


def test_it_gives_up_when_nothing_helps():
    stubborn = Made(level=9)
    assert find_counterfactual(stubborn, OPEN_FOUR, 9, NINES) is None
    assert find_counterfactual(Made(), OPEN_FOUR, 3, NINES) is None  # no example of a 3


def test_it_gives_up_after_250_images_in_batches_of_at_most_48():
    for level in (0.3, 0.6, 9):
        network = Made(level=level)
        find_counterfactual(network, fit_ink(draw_ink(SHAPES[4])), 9)
        assert sum(network.batches) <= 250
        assert max(network.batches) <= 48


def test_it_stops_when_a_newer_drawing_is_there():
    network, asked = Made(), []

    def should_stop():
        asked.append(len(network.batches))
        return len(network.batches) == 2

    assert find_counterfactual(network, OPEN_FOUR, 9, NINES, should_stop) is None
    assert asked == [0, 1, 2]  # before each batch
    assert len(network.batches) == 2


def test_the_same_drawing_gives_the_same_change():
    first, second = (find_counterfactual(Made(), OPEN_FOUR, 9, NINES) for _ in range(2))
    assert (first.image == second.image).all()


def test_examples_are_moved_to_where_they_cover_the_drawing():
    moved = np.roll(NINE, (2, -1), (0, 1))
    closest = find_closest(NINE, np.stack([make_image(np.s_[20:, 20:]), moved]))
    assert (closest[0] == NINE).all()


def test_an_image_without_ink_is_changed_too():
    blank = np.zeros((28, 28), np.uint8)
    changed = find_counterfactual(Made(level=0.05), blank, 9, NINES)
    assert changed.image.any()
