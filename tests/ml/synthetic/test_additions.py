"""Strokes that MNIST's writers did not make are added to the digits that have such ways."""

import numpy as np
import pytest

from ml.synthetic.additions import ADDITIONS, add_flag, add_strokes
from ml.synthetic.raster import draw_paths
from ml.tracing.tracing import trace

PEN = 0.1


@pytest.fixture(scope="module")
def traced(made_digits):
    return trace(made_digits[0].images.numpy()), made_digits[0].labels.numpy()


def draw(paths):
    return draw_paths(paths, np.full(len(paths), PEN, np.float32)).numpy()


def test_only_digits_that_have_additions_are_changed(traced):
    paths, labels = traced
    changed = (draw(add_strokes(paths, labels, np.random.default_rng(0), 1.0)) != draw(paths)).any(
        axis=(1, 2)
    )
    assert set(labels[changed].tolist()) == set(ADDITIONS)
    assert changed[np.isin(labels, list(ADDITIONS))].mean() > 0.9


def test_about_the_share_asked_for_is_changed(traced):
    paths, labels = traced
    zeros = labels == 0
    some = add_strokes(paths, labels, np.random.default_rng(0), 0.5)
    changed = (draw(some) != draw(paths)).any(axis=(1, 2))[zeros].mean()
    assert 0.2 < changed < 0.8


def test_the_paths_given_are_left_alone(traced):
    paths, labels = traced
    points, lands = paths.points.copy(), paths.lands.copy()
    add_strokes(paths, labels, np.random.default_rng(0), 1.0)
    assert np.array_equal(points, paths.points)
    assert np.array_equal(lands, paths.lands)


def test_a_seed_decides_everything(traced):
    first, again, other = (
        draw(add_strokes(*traced, np.random.default_rng(seed))) for seed in (3, 3, 4)
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


EACH = [
    (digit, each) for digit, additions in ADDITIONS.items() for each in dict.fromkeys(additions)
]


@pytest.mark.parametrize(("digit", "addition"), EACH)
def test_every_addition_adds_a_stroke_and_keeps_the_path(traced, digit, addition):
    paths, labels = traced
    chosen = paths[labels == digit]
    with_it = addition(chosen, np.random.default_rng(1))
    before = chosen.points.shape[1]
    assert np.array_equal(with_it.points[:, :before], chosen.points)
    assert with_it.lands[:, before].all()  # the pen is lifted before it adds anything
    added = np.linalg.norm(np.diff(with_it.points[:, before:], axis=1), axis=2).sum(axis=1)
    assert (added > 0).all()
    assert (draw(with_it) != draw(chosen)).any(axis=(1, 2)).mean() > 0.8


def test_a_flag_is_the_shorter_the_flatter_it_is():
    stem = np.zeros((28, 28), np.uint8)
    stem[4:24, 13:15] = 255
    plain = trace(np.stack([stem] * 600))
    flagged = add_flag(plain, np.random.default_rng(4))
    end = flagged.find_left_end(np.full((600, 1), 24.0))
    across, down = np.abs(end - [14.0, 5.0]).T
    length, angle = np.hypot(across, down) / 18, np.degrees(np.arctan2(down, across))
    assert length[angle < 15].max() < 0.35
    assert length[angle < 30].max() < 0.52
    assert length[(angle > 30) & (angle < 36)].max() < 0.5  # it grows without a jump
    assert length[angle > 45].max() > 0.55
