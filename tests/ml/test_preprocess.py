"""Ink becomes what MNIST's makers made."""

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from PIL import Image

from ml.data.examples import Examples
from ml.data.mnist import load_mnist
from ml.evaluation.metrics import evaluate
from ml.preprocess import area_weights, fit_ink, is_blank, normalize, paste_centred, shrink
from tests.board_drawings import make_drawings
from tests.digits import draw_ink, find_mnist, vary
from tests.shapes import DIGITS


def centroid(image):
    mass = image.astype(float)
    return [(mass.sum(axis=1 - axis) @ np.arange(mass.shape[axis])) / mass.sum() for axis in (0, 1)]


def longest_side(image):
    rows, columns = image.any(axis=1).nonzero()[0], image.any(axis=0).nonzero()[0]
    return max(np.ptp(rows), np.ptp(columns)) + 1


@st.composite
def drawings(draw):
    """A digit in somebody's hand, anywhere on a board of any size, with any pen."""
    board = draw(st.tuples(st.integers(28, 400), st.integers(28, 400)))
    side = draw(st.floats(0.4, 1.2)) * min(board)
    corner = [draw(st.floats(-0.1, 1.0)) * max(0, extent - side) for extent in board[::-1]]
    strokes = DIGITS[draw(st.integers(0, 9))]
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    pen = draw(st.floats(0.03, 0.12)) * side
    ink = draw_ink(vary(strokes, random), board=board, corner=corner, side=side, pen=pen)
    assume(ink.any())  # a thin digit can lie wholly off a narrow board
    return ink


@settings(max_examples=150, deadline=None, derandomize=True)
@given(drawings())
def test_every_drawing_spans_twenty_pixels_and_is_centred_by_its_mass(ink):
    image = fit_ink(ink)
    assert image.shape == (28, 28)
    assert image.dtype == np.uint8
    assert image.max() == 255
    assert abs(longest_side(image) - 20) <= 1
    assert all(13.5 <= c <= 14.5 for c in centroid(image))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(drawings(), st.integers(0, 60), st.integers(0, 60))
def test_where_a_digit_is_drawn_makes_no_difference(ink, top, left):
    board = np.zeros((ink.shape[0] + 60, ink.shape[1] + 60), np.uint8)
    board[top : top + ink.shape[0], left : left + ink.shape[1]] = ink
    assert np.array_equal(fit_ink(board), fit_ink(ink))


@pytest.mark.parametrize("digit", range(10))
@pytest.mark.parametrize("side", [90, 160, 420, 1000])
def test_how_large_a_digit_is_drawn_makes_next_to_no_difference(digit, side):
    def draw(side):
        return draw_ink(DIGITS[digit], board=(1024, 1024), side=side, pen=side * 0.06)

    image, other = fit_ink(draw(side)).astype(int), fit_ink(draw(280)).astype(int)
    # A centre of mass near the middle of two pixels may be rounded either way.
    shifts = [(y, x) for y in (-1, 0, 1) for x in (-1, 0, 1)]
    assert min(np.abs(np.roll(image, by, (0, 1)) - other).mean() for by in shifts) < 4


@pytest.mark.parametrize("scale", [2, 5, 13])
def test_whole_enlargements_come_back_as_they_were(scale):
    ink = np.zeros((20, 20), np.uint8)
    ink[:, 4:16:3] = 255
    ink[::5, 4:16] = 128
    enlarged = np.kron(ink, np.ones((scale, scale), np.uint8))
    assert np.array_equal(fit_ink(enlarged), fit_ink(ink))


def test_ink_stays_whole_where_centring_would_push_it_over_the_edge():
    ink = np.zeros((200, 200), np.uint8)
    ink[:, :8] = 255  # a post, and far off a dot
    ink[0:8, 192:200] = 255
    image = fit_ink(ink)
    assert longest_side(image) == 20


def test_faint_ink_is_stretched_to_full_black():
    ink = draw_ink(DIGITS[3])
    assert np.abs(fit_ink(ink // 4).astype(int) - fit_ink(ink)).max() <= 4


@pytest.mark.parametrize("source", [1, 7, 20, 33, 280])
def test_area_averaging_keeps_the_mean(source):
    weights = area_weights(source, 20)
    assert (weights == weights.astype(int)).all()
    assert (weights.sum(axis=1) == source).all()
    assert (weights.sum(axis=0) == 20).all()


@pytest.mark.parametrize("shape", [(1, 1), (20, 20), (280, 31), (33, 250), (300, 4096)])
def test_areas_of_full_ink_are_full_and_paper_is_put_below_or_on_the_right(shape):
    small = shrink(np.full(shape, 255, np.uint8), 20)
    assert small.max() == small[0, 0] == 255
    assert small.mean() == pytest.approx(255 * min(shape) / max(shape))
    assert np.array_equal(shrink(np.full(shape[::-1], 255, np.uint8), 20), small.T)


def fit_in_floats(ink):
    """What fit_ink was before it calculated with whole numbers: averages in float32."""
    marked = ink > int(ink.max() * 0.23)
    rows, columns = marked.any(axis=1).nonzero()[0], marked.any(axis=0).nonzero()[0]
    cut = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    side = max(cut.shape)
    edges, cells = np.arange(21) * (side / 20), np.arange(side)
    shared = np.minimum(edges[1:, None], cells + 1) - np.maximum(edges[:-1, None], cells)
    weights = (shared.clip(0) * (20 / side)).astype(np.float32)
    small = weights[:, : cut.shape[0]] @ cut.astype(np.float32) @ weights[:, : cut.shape[1]].T
    small = np.rint(small * (255 / small.max())).astype(np.uint8)
    return paste_centred(small)


def test_at_most_one_grey_level_differs_from_averages_in_floats():
    inks = [drawing.draw() for drawing in make_drawings(400, seed=1)]
    for ink in inks:
        if not is_blank(ink):
            assert np.abs(fit_ink(ink).astype(int) - fit_in_floats(ink)).max() <= 1


def test_an_empty_board_is_blank():
    assert is_blank(np.zeros((280, 280), np.uint8))


def test_a_tap_is_blank():
    assert is_blank(draw_ink([[(0.5, 0.5)]]))


def test_a_slip_of_the_pen_is_blank_and_so_is_a_dot_of_the_thickest():
    assert is_blank(draw_ink([[(0.5, 0.5), (0.53, 0.5)]], pen=18))
    assert is_blank(draw_ink([[(0.5, 0.5)]], pen=30))


def test_a_digit_of_a_fifth_of_the_board_is_not_blank():
    assert not is_blank(draw_ink(DIGITS[1], side=0.2 * 280, pen=8))


def test_a_single_pixel_is_blank():
    ink = np.zeros((280, 280), np.uint8)
    ink[100, 100] = 255
    assert is_blank(ink)


def test_ink_too_faint_to_be_seen_is_blank():
    assert is_blank(np.full((280, 280), 5, np.uint8))


@pytest.mark.parametrize("digit", range(10))
def test_a_small_digit_is_not_blank(digit):
    assert not is_blank(draw_ink(DIGITS[digit], side=90, pen=8))


@pytest.mark.parametrize(
    "ink",
    [
        np.zeros((28, 28), np.uint8),
        np.ones((28, 28), np.float32),
        np.ones((28, 28, 3), np.uint8),
        np.ones(784, np.uint8),
    ],
)
def test_an_array_that_isnt_ink_is_refused(ink):
    with pytest.raises(ValueError, match="ink"):
        fit_ink(ink)


def test_normalize_gives_mnists_mean_and_deviation():
    normalized = normalize(np.array([[[0, 255]]], np.uint8))
    assert normalized.dtype == np.float32
    assert np.allclose(normalized, [[[[-0.1307 / 0.3081, (1 - 0.1307) / 0.3081]]]])


def test_mnists_own_images_are_what_fit_ink_makes():
    images = load_mnist(find_mnist(), train=False).images.numpy()
    sides = np.array([longest_side(image) for image in images])
    centres = np.array([centroid(image) for image in images])
    assert (sides == 20).mean() > 0.999
    assert ((centres > 13.49) & (centres < 14.51)).all()
    refitted = np.stack([fit_ink(image) for image in images[:1000]])
    assert np.abs(refitted.astype(int) - images[:1000]).mean() < 1  # faint edges alone are cut


def enlarge(image, scale, corner):
    """Paste an MNIST image, each pixel a block, on an empty board with its corner there."""
    side = 28 * scale
    board = np.zeros((280, 280), np.uint8)
    large = Image.fromarray(image).resize((side, side), Image.Resampling.NEAREST)
    board[corner[0] : corner[0] + side, corner[1] : corner[1] + side] = large
    return board


def read(model, images):
    """Return the digits that the model reads in a list of uint8 (28, 28) images."""
    examples = Examples(torch.from_numpy(np.stack(images)), torch.zeros(len(images)).long())
    return evaluate(model, examples).predictions


@pytest.mark.slow
def test_a_test_image_enlarged_anywhere_on_a_board_gets_the_same_answer(shipped_model):
    images = load_mnist(find_mnist(), train=False).images.numpy()[::5]
    random = np.random.default_rng(0)
    fitted = []
    for image in images:
        scale = int(random.integers(3, 10))
        corner = random.integers(0, 280 - 28 * scale + 1, 2)
        fitted.append(fit_ink(enlarge(image, scale, corner)))
    same = read(shipped_model, images) == read(shipped_model, fitted)
    assert same.mean() >= 0.995


@pytest.mark.slow
def test_nine_positions_on_the_board_get_the_same_accuracy(shipped_model):
    examples = load_mnist(find_mnist(), train=False)[:500]
    images, labels = examples.images.numpy(), examples.labels.numpy()
    accuracies = []
    for corner in [(top, left) for top in (0, 70, 140) for left in (0, 70, 140)]:
        fitted = [fit_ink(enlarge(image, 5, corner)) for image in images]
        accuracies.append((read(shipped_model, fitted) == labels).mean())
    assert max(accuracies) - min(accuracies) <= 0.003
