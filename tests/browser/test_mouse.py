"""The mouse, and all that can come between it and a clean stroke."""

import pytest

from tests.browser.drawing import (
    ACROSS,
    BOTTOM,
    DOWN,
    LEFT,
    MIDDLE,
    TOP,
    draw_stroke,
    get_board,
    has_ink,
    is_empty,
    place,
    read_ink,
    take_drawing,
)


def test_a_tap_leaves_a_round_dot(page):
    draw_stroke(page, [MIDDLE])
    ink = read_ink(page) > 127
    rows, columns = ink.any(axis=1).sum(), ink.any(axis=0).sum()
    assert 16 <= rows <= 20
    assert 16 <= columns <= 20
    assert ink.sum() == pytest.approx(3.14 * 9 * 9, rel=0.1)


def test_a_stroke_is_as_wide_as_the_pen_and_ends_round(page):
    draw_stroke(page, DOWN)
    ink = read_ink(page) > 127
    assert 17 <= ink[140].sum() <= 19
    assert 0.8 * 280 + 7 <= ink.any(axis=1).nonzero()[0].max() <= 0.8 * 280 + 10


def test_a_stroke_that_leaves_the_board_goes_on(page):
    draw_stroke(page, [MIDDLE, (0.9, 0.5), (1.2, 0.5), (1.2, 0.8), (0.9, 0.8), (0.5, 0.8)])
    assert has_ink(page, (0.99, 0.5))
    assert has_ink(page, (0.7, 0.8))


def test_a_stroke_that_ends_beside_the_board_is_over(page):
    draw_stroke(page, [MIDDLE, (0.9, 0.5), (1.2, 0.5)])
    before = take_drawing(page)
    page.mouse.move(*place(page, TOP))
    assert take_drawing(page) == before


def test_only_the_main_button_draws(page):
    for button in ("right", "middle"):
        page.mouse.move(*place(page, TOP))
        page.mouse.down(button=button)
        page.mouse.move(*place(page, MIDDLE))
        page.mouse.up(button=button)
    assert is_empty(page)


@pytest.mark.quick
def test_positions_between_two_frames_are_drawn(page):
    draw_stroke(page, [TOP], lift=False)
    get_board(page).evaluate(
        """(canvas, places) => {
          const at = ([x, y]) => ({
            pointerId: 1, pointerType: "mouse", buttons: 1, clientX: x, clientY: y, bubbles: true,
          });
          const coalescedEvents = places.map((each) => new PointerEvent("pointermove", at(each)));
          const last = at(places.at(-1));
          canvas.dispatchEvent(new PointerEvent("pointermove", { ...last, coalescedEvents }));
        }""",
        [place(page, point) for point in (LEFT, BOTTOM)],
    )
    page.mouse.up()
    assert has_ink(page, LEFT)
    assert has_ink(page, BOTTOM)


def test_strokes_remain_when_the_window_changes_its_size(page):
    draw_stroke(page, DOWN)
    before = take_drawing(page)
    page.set_viewport_size({"width": 500, "height": 700})
    assert take_drawing(page) == before
    draw_stroke(page, ACROSS)
    assert has_ink(page, LEFT)
    assert has_ink(page, TOP)


def test_a_new_window_size_during_a_stroke_keeps_the_pen_under_the_pointer(page):
    draw_stroke(page, DOWN[:2], lift=False)
    page.set_viewport_size({"width": 500, "height": 700})
    page.mouse.move(*place(page, LEFT))
    page.mouse.up()
    assert has_ink(page, LEFT)
