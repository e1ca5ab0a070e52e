import math

import pytest

from webapp.charts import BOTTOM, LEFT, RIGHT, TOP, choose_epochs, choose_ticks, draw_charts


def make_history(losses, **more):
    return [{"epoch": epoch, "training_loss": loss, **more} for epoch, loss in enumerate(losses, 1)]


def test_a_falling_loss_goes_down_from_left_to_right():
    [chart] = draw_charts(make_history([0.9, 0.5, 0.1]), [])
    xs, ys = zip(*chart.lines[0].points, strict=True)
    assert list(xs) == sorted(xs)
    assert list(ys) == sorted(ys)


@pytest.mark.parametrize("losses", [[0.0], [2.3, 0.01], [1e-7, 1e-8], [500.0, 3.0], [0.1] * 40])
def test_every_point_lies_between_the_axes(losses):
    [chart] = draw_charts(make_history(losses), [1])
    for x, y in chart.lines[0].points:
        assert LEFT <= x <= RIGHT
        assert TOP <= y <= BOTTOM


def test_the_chart_is_told_in_words():
    history = make_history([0.5, 0.25], validation_loss=0.125)
    [chart] = draw_charts(history, [])
    assert chart.description == (
        "Loss over 2 epochs: training from 0.5 to 0.25, validation from 0.125 to 0.125."
    )


def test_accuracy_is_told_in_percent():
    [chart] = draw_charts([{"epoch": 1, "validation_accuracy": 0.9912}], [])
    assert chart.description == "Accuracy over 1 epoch: validation from 99.12% to 99.12%."


def test_a_checkpoint_is_marked_where_its_epoch_is():
    [chart] = draw_charts(make_history([3, 2, 1]), [2])
    assert chart.marks == [chart.lines[0].points[1][0]]


def test_values_that_are_not_numbers_are_left_out():
    [chart] = draw_charts(make_history([0.5, math.nan, None, 0.1]), [])
    assert len(chart.lines[0].points) == 2


def test_without_numbers_there_is_no_chart():
    assert draw_charts([], []) == []
    assert draw_charts([{"epoch": 1}], [1]) == []


def test_dots_are_left_out_where_they_would_touch():
    few, many = (draw_charts(make_history([1.0] * count), [])[0] for count in (20, 21))
    assert len(few.lines[0].dots) == 20
    assert many.lines[0].dots == []


@pytest.mark.parametrize(("low", "high"), [(0, 2.31), (0.91, 0.99), (0, 0), (0.5, 0.5), (0, 1e4)])
def test_ticks_are_few_and_reach_around_the_values(low, high):
    ticks = choose_ticks(low, high)
    assert 2 <= len(ticks) <= 7
    assert ticks[0] <= low
    assert ticks[-1] >= high


@pytest.mark.parametrize("epochs", [1, 2, 8, 9, 40, 1000, 10_000])
def test_an_axis_has_at_most_nine_epochs(epochs):
    chosen = choose_epochs(epochs)
    assert 1 <= len(chosen) <= 9
    assert set(chosen) <= set(range(1, epochs + 1))
