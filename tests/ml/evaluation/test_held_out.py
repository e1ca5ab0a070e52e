"""Made drawings are written from every table, by every hand, and the same way each time."""

from collections import Counter

import numpy as np
import pytest

from ml.evaluation.held_out import HANDS, make_others, make_straight_digits
from ml.evaluation.shapes import OTHERS, STRAIGHT, TURNED
from ml.synthetic.splines import parse_habit


@pytest.mark.parametrize("kind", OTHERS)
def test_every_habit_of_other_things_is_in_the_notation(kind):
    for text, width in OTHERS[kind]:
        assert len(parse_habit(text).strokes) == text.count("/") + 1
        assert width > 0


@pytest.mark.parametrize("digit", STRAIGHT)
def test_every_stroke_of_a_straight_digit_is_straight_between_corners(digit):
    for text in STRAIGHT[digit]:
        for stroke in text.split("/"):
            inner = stroke.split()[1:-1]
            assert all(token.endswith("!") for token in inner), text


def test_every_digit_has_straight_habits():
    assert list(STRAIGHT) == list("0123456789")
    assert set(OTHERS) >= TURNED


def test_each_kind_and_digit_is_drawn_as_often_as_asked():
    others, digits = make_others(3, seed=1), make_straight_digits(4, seed=1)
    assert set(Counter(drawing.label for drawing in others).values()) == {3}
    assert {drawing.label for drawing in others} == {*OTHERS, "spiral"}
    assert Counter(drawing.label for drawing in digits) == dict.fromkeys("0123456789", 4)


def test_all_hands_write_straight_digits_with_sharp_and_round_corners():
    writers = {drawing.writer for drawing in make_straight_digits(48, seed=1)}
    assert writers == {f"{hand}, {corners}" for hand in HANDS for corners in ("sharp", "round")}


def test_a_seed_makes_the_same_drawings_again_and_another_makes_others():
    def points(seed):
        drawings = [*make_others(2, seed), *make_straight_digits(20, seed)]
        return np.concatenate([stroke for drawing in drawings for stroke in drawing.strokes])

    np.testing.assert_array_equal(points(3), points(3))
    assert not np.array_equal(points(3), points(4))


def test_keys_draw_sharp_digits_of_level_upright_and_slanted_lines_only():
    sharp = [d for d in make_straight_digits(60, seed=1) if d.writer == "keys, sharp"]
    eights = [drawing for drawing in sharp if drawing.label == "8"]
    steps = np.diff(eights[0].strokes[0], axis=0)
    assert np.isclose(steps, 0, atol=1e-6).any(axis=1).all()


def test_straight_digits_have_several_widths():
    drawings = make_straight_digits(60, seed=1)
    extents = [np.ptp(np.concatenate(drawing.strokes), axis=0) for drawing in drawings]
    widths = [
        x / y for (x, y), drawing in zip(extents, drawings, strict=True) if drawing.label == "8"
    ]
    assert min(widths) < 0.5
    assert 0.7 < max(widths) < 1.3
