"""Seams cut connected ink where digits touch."""

import numpy as np

from ml.segmentation.seams import find_cuts, find_meetings
from tests.digits import draw_ink
from tests.shapes import DIGITS, draw_arc

PEN = 18
BOARD = (200, 300)


def draw(*strokes):
    return draw_ink(list(strokes), board=BOARD, side=200) > 128


RING = draw_arc((0.45, 0.5), (0.25, 0.35), 0, 360, 40)
STEM = [(0.78, 0.15), (0.78, 0.85)]


def cut(mask, most=6):
    return find_cuts([mask], PEN, [most])[0]


def test_touching_digits_are_parted_between_them():
    ring, stem = draw(RING), draw(STEM)
    both = ring | stem
    cuts = cut(both)
    assert any(
        (np.arange(300) >= each.columns[:, None])[stem & ~ring].mean() > 0.85
        and (np.arange(300) < each.columns[:, None])[ring & ~stem].mean() > 0.85
        for each in cuts.cuts
    )


def test_cuts_do_not_cross_each_other():
    mask = draw(RING, STEM, [(0.2, 0.8), (1.2, 0.4)], [(0.9, 0.2), (1.1, 0.9)])
    columns = np.stack([each.columns for each in cut(mask).cuts])
    assert len(columns) > 2
    assert (np.diff(columns, axis=0) >= 0).all()


def test_a_cut_through_one_line_is_as_thick_as_the_pen():
    [only] = cut(draw([(0.2, 0.5), (1.2, 0.5)]), most=1).cuts
    assert 0.8 < only.thickness < 1.2


def test_all_ink_is_in_some_part_and_only_what_is_shared_in_two():
    mask = draw(RING, STEM)
    ink = np.where(mask, 200, 0).astype(np.uint8)
    cuts = cut(mask)
    parts = np.stack(list(cuts.split(ink, PEN)))
    assert len(parts) == len(cuts.cuts) + 1
    assert np.array_equal(parts.max(axis=0), ink)
    twice = (parts > 0).sum(axis=0) > 1
    assert not (twice & ~cuts.shared).any()


def test_lines_meet_where_they_cross_and_not_along_a_line():
    crossing = draw([(0.2, 0.2), (0.8, 0.8)], [(0.2, 0.8), (0.8, 0.2)])
    meeting = find_meetings(crossing, PEN)
    assert meeting[100, 100]
    assert not find_meetings(draw([(0.2, 0.2), (0.8, 0.8)]), PEN).any()
    rows, columns = np.nonzero(meeting)
    assert np.hypot(rows - 100, columns - 100).max() < 1.5 * PEN


def test_no_more_cuts_are_returned_than_asked_for():
    mask = draw(*DIGITS[8])
    assert len(cut(mask, most=2).cuts) <= 2
    assert find_cuts([], PEN, []) == []


def test_cuts_of_several_components_have_the_rows_of_each():
    masks = [draw(RING, STEM), draw(*DIGITS[4])[20:180], draw(STEM)[:150, 100:200]]
    for mask, cuts in zip(masks, find_cuts(masks, PEN, [4, 4, 4]), strict=True):
        assert cuts.shared.shape == mask.shape
        assert all(len(each.columns) == len(mask) for each in cuts.cuts)
