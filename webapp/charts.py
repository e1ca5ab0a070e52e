"""A training history -> curves, as the coordinates of an SVG."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

LEFT, RIGHT, TOP, BOTTOM = 40, 352, 22, 176  # where the axes are, in an SVG of 360 × 200
MAX_DOTS = 20  # epochs up to which each gets a dot
SPLITS = ("training", "validation")

Point = tuple[float, float]
Tick = tuple[float, str]  # a position on the axis and its label


@dataclass(frozen=True)
class Line:
    """The curve of one split."""

    split: str
    points: list[Point]

    @property
    def path(self) -> str:
        """The curve as an SVG polyline's points."""
        return " ".join(f"{x:g},{y:g}" for x, y in self.points)

    @property
    def dots(self) -> list[Point]:
        """A dot for each epoch, unless they would touch."""
        return self.points if len(self.points) <= MAX_DOTS else []


@dataclass(frozen=True)
class Chart:
    """Everything that a template needs to draw the curves of one quantity."""

    title: str
    description: str
    lines: list[Line]
    x_ticks: list[Tick]
    y_ticks: list[Tick]
    marks: list[float]  # x of each checkpoint


def draw_charts(history: list[dict[str, Any]], marks: list[int]) -> list[Chart]:
    """Return the charts of loss and of accuracy; a quantity without numbers gets none."""
    charts = (
        draw_chart("Loss", "loss", history, marks, lambda value: f"{value:.3g}"),
        draw_chart("Accuracy", "accuracy", history, marks, lambda value: f"{100 * value:.4g}%"),
    )
    return [chart for chart in charts if chart]


def draw_chart(
    title: str,
    key: str,
    history: list[dict[str, Any]],
    marks: list[int],
    write: Callable[[float], str],
) -> Chart | None:
    """Return the chart of `training_<key>` and `validation_<key>`, or None without numbers."""
    series = {split: collect(history, f"{split}_{key}") for split in SPLITS}
    values = [value for numbers in series.values() for _, value in numbers]
    if not values:
        return None
    ticks = choose_ticks(min(values) if key == "accuracy" else 0, max(values))
    place_y = make_scale(ticks[0], ticks[-1], BOTTOM, TOP)
    epochs = [epoch for numbers in series.values() for epoch, _ in numbers]
    place_x = make_scale(min(epochs), max(epochs), LEFT + 10, RIGHT - 10)
    return Chart(
        title=title,
        description=describe(title, series, write),
        lines=[
            Line(split, [(place_x(epoch), place_y(value)) for epoch, value in numbers])
            for split, numbers in series.items()
            if numbers
        ],
        x_ticks=[(place_x(epoch), str(epoch)) for epoch in choose_epochs(max(epochs), min(epochs))],
        y_ticks=[(place_y(tick), write(tick)) for tick in ticks],
        marks=[place_x(mark) for mark in marks if min(epochs) <= mark <= max(epochs)],
    )


def collect(history: list[dict[str, Any]], key: str) -> list[tuple[int, float]]:
    """Return (epoch, value) where there is a finite value."""
    pairs = [
        (epoch.get("epoch", number), epoch.get(key)) for number, epoch in enumerate(history, 1)
    ]
    return [(epoch, value) for epoch, value in pairs if value is not None and math.isfinite(value)]


def choose_ticks(low: float, high: float) -> list[float]:
    """Return three to seven round numbers, evenly spaced, from at most `low` to at least `high`."""
    rough = max(high - low, 1e-3) / 4
    power = 10 ** math.floor(math.log10(rough))
    step = next(size * power for size in (1, 2, 5, 10) if size * power >= rough)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(number * step, 10) for number in range(first, max(last, first + 1) + 1)]


def choose_epochs(last: int, first: int = 1) -> list[int]:
    """Return at most nine epochs as labels of the axis."""
    step = next(
        size
        for size in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 10_000)
        if (last - first) / size <= 8
    )
    return [epoch for epoch in range(first, last + 1) if epoch % step == 0 or step == 1] or [last]


def make_scale(low: float, high: float, start: float, end: float) -> Callable[[float], float]:
    """Return the function that maps `low` to `start` and `high` to `end`, rounded to 0.1."""
    if low == high:
        return lambda _value: (start + end) / 2
    return lambda value: round(start + (value - low) / (high - low) * (end - start), 1)


def describe(title: str, series: dict[str, list], write: Callable[[float], str]) -> str:
    """Return the chart in words."""
    told = [
        f"{split} from {write(numbers[0][1])} to {write(numbers[-1][1])}"
        for split, numbers in series.items()
        if numbers
    ]
    epochs = max(len(numbers) for numbers in series.values())
    return f"{title} over {epochs} epoch{'' if epochs == 1 else 's'}: {', '.join(told)}."
