"""Strokes that MNIST's writers did not make are added to the digits that have such ways."""

import numpy as np
import pytest
import torch

from ml.synthetic.additions import ADDITIONS, add_strokes, flag
from ml.tracing.thinning import trace

PEN = 0.1


@pytest.fixture(scope="module")
def traced(made_digits):
    return trace(made_digits[0].images), made_digits[0].labels


def draw(paths):
    return paths.draw(torch.full((len(paths),), PEN))


def test_only_digits_that_have_additions_are_changed(traced):
    paths, labels = traced
    changed = (draw(add_strokes(paths, labels, np.random.default_rng(0), 1.0)) != draw(paths)).any(
        dim=(1, 2)
    )
    assert set(labels[changed].tolist()) == set(ADDITIONS)
    assert changed[torch.isin(labels, torch.tensor(list(ADDITIONS)))].double().mean() > 0.9


def test_about_the_share_asked_for_is_changed(traced):
    paths, labels = traced
    zeros = labels == 0
    some = add_strokes(paths, labels, np.random.default_rng(0), 0.5)
    changed = (draw(some) != draw(paths)).any(dim=(1, 2))[zeros].double().mean()
    assert 0.2 < changed < 0.8


def test_the_paths_given_are_left_alone(traced):
    paths, labels = traced
    points, lands = paths.points.clone(), paths.lands.clone()
    add_strokes(paths, labels, np.random.default_rng(0), 1.0)
    assert torch.equal(points, paths.points)
    assert torch.equal(lands, paths.lands)


def test_a_seed_decides_everything(traced):
    first, again, other = (
        draw(add_strokes(*traced, np.random.default_rng(seed))) for seed in (3, 3, 4)
    )
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


EACH = [
    (digit, each) for digit, additions in ADDITIONS.items() for each in dict.fromkeys(additions)
]


@pytest.mark.parametrize(("digit", "addition"), EACH)
def test_every_addition_adds_a_stroke_and_keeps_the_path(traced, digit, addition):
    paths, labels = traced
    chosen = paths[labels == digit]
    with_it = addition(chosen, np.random.default_rng(1))
    before = chosen.points.shape[1]
    assert torch.equal(with_it.points[:, :before], chosen.points)
    assert with_it.lands[:, before].all()  # the pen is lifted before it adds anything
    added = with_it.points[:, before:].diff(dim=1).norm(dim=2).sum(dim=1)
    assert (added > 0).all()
    assert (draw(with_it) != draw(chosen)).any(dim=(1, 2)).double().mean() > 0.8


def test_a_flag_is_the_shorter_the_flatter_it_is():
    stem = torch.zeros(1, 28, 28, dtype=torch.uint8)
    stem[0, 4:24, 13:15] = 255
    plain = trace(stem.expand(600, -1, -1))
    flagged = flag(plain, np.random.default_rng(4))
    end = flagged.find_left_end(torch.full((600, 1), 24.0))
    across, down = (end - torch.tensor([14.0, 5.0])).abs().unbind(dim=1)
    length, angle = torch.hypot(across, down) / 18, torch.rad2deg(torch.atan2(down, across))
    assert length[angle < 15].max() < 0.35
    assert length[angle < 30].max() < 0.52
    assert length[(angle > 30) & (angle < 36)].max() < 0.5  # it grows without a jump
    assert length[angle > 45].max() > 0.55
