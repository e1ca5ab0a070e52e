"""Generated examples: the same from the same seed, of every kind, and fitted like drawings."""

from dataclasses import asdict, fields

import numpy as np
import pytest
import torch

from ml.data.examples import Examples, join
from ml.preprocess import fit_ink
from ml.strokes import draw
from ml.synthetic.additions import add_strokes
from ml.synthetic.digits import DIGITS
from ml.synthetic.generate import (
    NOT_A_DIGIT,
    make_digits,
    make_non_digit_parts,
    make_non_digits,
    make_samples,
    make_spoilt_parts,
    retrace_digits,
    trace_examples,
)
from ml.synthetic.handwriting import Hand, choose_pen_shares, rewrite, write
from ml.synthetic.letters import LETTERS, SYMBOLS
from ml.synthetic.non_digits import KINDS, NAMED, write_each
from ml.synthetic.parts import PARTS
from ml.synthetic.pictures import PICTURES
from ml.synthetic.raster import draw_paths
from ml.synthetic.splines import build_spline_matrix, parse_habit
from ml.synthetic.spoilt import SHARES, spoil
from ml.synthetic.straight_digits import list_habits, write_straight
from ml.tracing.paths import Paths
from ml.tracing.tracing import trace

STILL = Hand(**{field.name: 0.0 for field in fields(Hand)})
TABLES = [DIGITS, LETTERS, SYMBOLS, PICTURES, PARTS]
HABITS = [habit for table in TABLES for habits in table.values() for habit in habits]
HABITS += [habit for digit in DIGITS for habit in list_habits(digit)]


def test_every_habit_can_be_written():
    for habit in HABITS:
        segments = write(habit, 3, np.random.default_rng(0))
        assert (segments.shape[0], segments.shape[2]) == (3, 4), habit
        assert np.isfinite(segments).all(), habit


def test_a_still_hand_writes_the_skeleton():
    segments = write(("00 90! 39", 0.6), 1, np.random.default_rng(0), STILL)
    points = segments.reshape(-1, 2)
    assert points[0] == pytest.approx([-0.3, -0.5])
    assert points[-1] == pytest.approx([3 / 9 * 0.6 - 0.3, 0.5])


def test_two_hands_differ():
    first, second = write(DIGITS["2"][0], 2, np.random.default_rng(0))
    assert np.abs(first - second).mean() > 0.01


def test_a_still_hand_rewrites_a_path_as_it_was(made_digits):
    paths = trace(made_digits[0].images.numpy()[:20])
    again = rewrite(paths, np.random.default_rng(0), STILL)
    assert np.array_equal(again.lands, paths.lands)
    assert again.points == pytest.approx(paths.points, abs=1e-4)


def test_another_hand_writes_the_same_path_differently(made_digits):
    paths = trace(made_digits[0].images.numpy()[:200])
    again = rewrite(paths, np.random.default_rng(0))
    moved = measure_moves(paths, again).mean(axis=1)
    assert moved.min() > 0.1
    assert 0.5 < moved.mean() < 3


def measure_moves(paths, again):
    """Return how far each point has moved, in px, (N, L)."""
    return np.linalg.norm(again.points - paths.points, axis=2)


def repeat_path(points, lands, count=50):
    """Return one path `count` times: its points, and the numbers of those where the pen lands."""
    is_landing = np.isin(np.arange(len(points)), lands)
    return Paths(np.array([points] * count, np.float32), np.array([is_landing] * count))


def test_a_pen_that_rests_does_not_tremble():
    paths = repeat_path([[0, 0], [9, 20], [9, 20], [9, 20], [0, 20]], lands=[])
    resting = rewrite(paths, np.random.default_rng(0)).points[:, 1:4]
    assert (resting == resting[:, :1]).all()


def test_strokes_are_set_apart_as_wholes():
    loose = Hand(**(asdict(STILL) | {"apart": 0.1}))
    paths = repeat_path([[0, 0], [0, 20], [5, 10], [9, 10], [9, 10]], lands=[0, 2])
    moves = rewrite(paths, np.random.default_rng(0), loose).points - paths.points
    assert np.allclose(moves[:, 0], moves[:, 1], atol=1e-4)
    assert np.allclose(moves[:, 2:4], moves[:, 2:3], atol=1e-4)
    assert np.linalg.norm(moves[:, 0] - moves[:, 2], axis=1).min() > 0.01


def test_hooks_are_where_a_pen_lands_and_leaves():
    hooked = Hand(**(asdict(STILL) | {"hook": 0.1, "hooked": 1.0}))
    line = [[0, 0], [0, 10], [0, 20], [0, 20], [5, 5], [5, 10], [5, 15]]
    paths = repeat_path(line, lands=[0, 4])
    again = rewrite(paths, np.random.default_rng(0), hooked)
    is_moved = measure_moves(paths, again) > 1e-3
    assert is_moved.all(axis=0).tolist() == [True, False, True, True, True, False, True]
    assert not is_moved[:, [1, 5]].any()
    assert np.allclose(again.points[:, 2], again.points[:, 3], atol=1e-4)  # the pen rests there


def test_a_coarse_tablet_sees_steps(made_digits):
    coarse = Hand(**(asdict(STILL) | {"coarse": 1.0, "coarsest": 0.1}))
    paths = trace(made_digits[0].images.numpy()[:50])
    again = rewrite(paths, np.random.default_rng(0), coarse)
    fine, seen = ([len(np.unique(part)) for part in each.points] for each in (paths, again))
    assert sum(seen) < 0.8 * sum(fine)


@pytest.mark.parametrize("pen", [0.1, 0.13, 0.16])
def test_a_digit_whose_loop_is_filled_is_left_out(pen):
    turn = np.linspace(0, 2 * np.pi, 40)
    stem = np.stack([110 + 30 * np.cos(turn[20:30]), 190 + 140 * np.sin(turn[20:30])], 1)
    loop = np.stack([110 + 32 * np.cos(turn), 190 + 32 * np.sin(turn)], 1)
    inside = np.stack([110 + 16 * np.cos(turn), 190 + 16 * np.sin(turn)], 1)
    filled = [stem, loop, inside, np.array([[100.0, 190], [120, 190]])]
    seen = np.stack([fit_ink(draw(strokes, pen * 170)) for strokes in ([stem, loop], filled)])
    paths, labels = trace_examples(Examples(torch.from_numpy(seen), torch.tensor([6, 7])))
    assert labels.tolist() == [6]
    assert np.array_equal(paths.points, trace(seen[:1]).points)


def test_a_bold_ring_is_not_a_blot():
    turn = np.linspace(0, 2 * np.pi, 40)
    ring = np.stack([140 + 50 * np.cos(turn), 140 + 70 * np.sin(turn)], 1)
    zero = torch.from_numpy(fit_ink(draw([ring], 34)))[None]
    _, labels = trace_examples(Examples(zero, torch.tensor([0])))
    assert labels.tolist() == [0]


def test_retraced_digits_are_written_by_other_hands_unless_their_shapes_are_to_stay(made_digits):
    images, labels = made_digits[0].images.numpy()[:40], made_digits[0].labels.numpy()[:40]
    paths = trace(images)
    own, other = (
        retrace_digits(paths, labels, 40, np.random.default_rng(0), other_hands=other_hands)
        for other_hands in (False, True)
    )
    assert torch.equal(own.labels, other.labels)
    assert (own.images != other.images).any(dim=(1, 2)).all()
    rng = np.random.default_rng(0)
    order = rng.permutation(40)
    pens = choose_pen_shares(40, rng).astype(np.float32)
    expected = draw_paths(add_strokes(paths[order], labels[order], rng), pens)
    assert torch.equal(own.images, expected)


def test_no_digits_cannot_be_written_again(made_digits):
    none = trace(made_digits[0].images.numpy()[:1])[:0]
    with pytest.raises(ValueError, match="no digits"):
        retrace_digits(none, np.zeros(0, int), 5, np.random.default_rng(0))


def test_a_curve_runs_through_its_points():
    positions = build_spline_matrix(4, 3) @ np.array([[0, 0], [1, 2], [3, 2], [4, 0]])
    assert positions[::3] == pytest.approx(np.array([[0, 0], [1, 2], [3, 2], [4, 0]]))


@pytest.mark.parametrize("text", ["0", "0a", "123 00", "00,11"])
def test_other_notation_is_refused(text):
    with pytest.raises(ValueError, match="is not a point"):
        parse_habit(text)


def test_a_lifted_pen_begins_a_new_stroke():
    assert len(parse_habit("00 90! 39 / 25 75").strokes) == 2


def test_no_letter_that_could_be_a_digit_is_in_the_tables():
    assert not set("OoIlZzSsBbqgcCDQUyJji!>") & (set(LETTERS) | set(SYMBOLS) | set(PICTURES))


def test_generated_digits_are_as_many_of_each():
    digits = make_digits(205, seed=1)
    counts = torch.bincount(digits.labels, minlength=10)
    assert digits.images.shape == (205, 28, 28)
    assert digits.images.dtype == torch.uint8
    assert counts.min() >= 20
    assert counts.sum() == 205


def test_generated_non_digits_have_a_label_of_their_own():
    others = make_non_digits(123, seed=1)
    assert others.images.shape == (123, 28, 28)
    assert (others.labels == NOT_A_DIGIT).all()


def test_letters_and_symbols_can_be_labelled_by_name():
    named = join(list(make_non_digit_parts(400, 1, by_name=True)))
    assert torch.bincount(named.labels)[:NOT_A_DIGIT].sum() == 0
    assert named.labels.max() <= NOT_A_DIGIT + len(NAMED)
    letters = (KINDS["letters"].share + KINDS["symbols"].share) * 400
    assert (named.labels > NOT_A_DIGIT).sum() == pytest.approx(letters, abs=16)  # fewer: dashes
    arms = named.images[named.labels == NOT_A_DIGIT + 1 + NAMED.index("X")].float()
    middle, right = arms[:, 11:17, 11:17].mean(), arms[:, 11:17, 20:24].mean()
    assert middle > 2 * right  # an X crosses in the middle and is open at the right


def test_what_is_written_in_four_times_as_many_ways_comes_twice_as_often():
    stroke = ("00 99", 1.0)
    table = {"one way": (stroke,), "four ways": (stroke,) * 4}
    written = dict(write_each(table, 600, np.random.default_rng(0)))
    few, many = (sum(map(len, written[name])) for name in table)
    assert few + many == 600
    assert many == pytest.approx(2 * few, rel=0.3)


@pytest.mark.parametrize("make", [make_digits, make_non_digits])
def test_a_seed_decides_everything(make):
    first, again, other = make(60, seed=3), make(60, seed=3), make(60, seed=4)
    assert torch.equal(first.images, again.images)
    assert not torch.equal(first.images, other.images)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_gives_as_many_as_asked_for(kind):
    make = KINDS[kind].make
    for count in (37, 1, 0):
        parts = make(count, np.random.default_rng(0))
        assert sum(len(part) for part in parts) == count
        assert all(np.isfinite(part).all() for part in parts)


def test_the_shares_of_all_kinds_add_up_to_one():
    assert sum(kind.share for kind in KINDS.values()) == pytest.approx(1)


@pytest.mark.parametrize("digit", DIGITS)
def test_a_straight_digit_is_written_at_several_widths(digit):
    parts = write_straight(digit, 120, np.random.default_rng(0))
    assert sum(map(len, parts)) == 120
    points = [part.reshape(len(part), -1, 2) for part in parts]
    shapes = np.concatenate([np.ptp(each, axis=1) for each in points])
    widths = np.quantile(shapes[:, 0] / shapes[:, 1], [0.1, 0.9])
    assert widths[1] > 1.3 * widths[0]
    assert widths[1] < 1.2  # wider, a zero is a square


def test_a_fifth_of_the_generated_digits_is_written_in_straight_strokes():
    zeros = make_digits(1_000, seed=2).images[:100]
    upper_left = zeros[:, 4:9, 6:12].float().mean(dim=(1, 2))
    corners = zeros[80:, 4:6, 8:20].float().mean()  # a straight zero has ink along its top
    assert len(upper_left) == 100
    assert corners > 1.2 * zeros[:80, 4:6, 8:20].float().mean()


@pytest.mark.parametrize("make", [make_digits, make_non_digits])
def test_images_are_fitted_like_drawings(make):
    images = make(200, seed=5).images
    assert (images.amax(dim=(1, 2)) == 255).all()
    axis = torch.arange(28.0)
    mass = images.double()
    centre = (mass.sum(dim=1) @ axis.double()) / mass.sum(dim=(1, 2))
    assert ((centre > 13.4) & (centre < 14.6)).double().mean() > 0.95


def test_samples_show_every_digit_and_every_kind():
    rows = make_samples(columns=6)
    assert [name for name, _ in rows] == [f"digit {d}" for d in range(10)] + list(KINDS)
    assert all(images.shape == (6, 28, 28) for _, images in rows)


def test_samples_show_mnist_written_again_if_it_is_there(made_digits):
    rows = make_samples(columns=6, mnist=made_digits[0])
    assert [name for name, _ in rows][:10] == [f"MNIST's {digit}" for digit in range(10)]
    assert all(images.shape == (6, 28, 28) for _, images in rows)


def test_retraced_digits_come_once_each_before_any_comes_twice(made_digits):
    images, labels = made_digits[0].images.numpy(), made_digits[0].labels.numpy()
    again = retrace_digits(trace(images), labels, 540, np.random.default_rng(0))
    assert again.images.shape == (540, 28, 28)
    assert again.labels[:360].bincount().tolist() == [36] * 10


def test_spoilt_digits_are_two_or_three_in_a_row_or_turned(made_digits):
    paths = trace(made_digits[0].images.numpy())
    labels = made_digits[0].labels.numpy()
    spoilt = spoil(paths, labels, 100, np.random.default_rng(0))
    assert len(spoilt) == 100
    width, height = (spoilt.high - spoilt.low).T
    sizes = np.rint(np.array(list(SHARES.values())) * 100).astype(int)
    two, three, turned, _ = np.split(width / height, np.cumsum(sizes)[:-1])
    assert np.median(three) > np.median(two) > 1
    assert np.median(turned) > 1.2  # by a quarter, most of them


def test_several_digits_stand_clear_of_each_other(made_digits):
    digits = made_digits[0]
    paths = trace(digits.images.numpy())
    spoilt = spoil(paths, digits.labels.numpy(), 50, np.random.default_rng(1))
    pair = spoilt[np.arange(20)]
    joined = paths.points.shape[1]
    first, second = pair.points[:, :joined, 0].max(axis=1), pair.points[:, joined:, 0].min(axis=1)
    assert (second > first).all()


def test_spoilt_drawings_are_labelled_as_no_digit(made_digits):
    traced = trace_examples(made_digits[0])
    parts = list(make_spoilt_parts(*traced, 33, np.random.default_rng(0)))
    assert sum(len(part) for part in parts) == 33
    assert all((part.labels == NOT_A_DIGIT).all() for part in parts)


def test_the_same_seed_spoils_the_same_way(made_digits):
    traced = trace_examples(made_digits[0])
    first, again = (spoil(*traced, 40, np.random.default_rng(3)) for _ in range(2))
    assert np.array_equal(first.points, again.points)
