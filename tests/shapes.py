"""Ten digits as a person writes them: strokes of points on a board that is 1 wide and 1 high."""

from math import cos, radians, sin

Point = tuple[float, float]
Stroke = list[Point]


def draw_arc(centre: Point, radius: Point, start: float, end: float, steps: int = 16) -> Stroke:
    """Return points on an ellipse; angles in degrees, 0 to the right, growing clockwise."""
    angles = [radians(start + (end - start) * step / steps) for step in range(steps + 1)]
    return [(centre[0] + radius[0] * cos(a), centre[1] + radius[1] * sin(a)) for a in angles]


def draw_curve(*points: Point, steps: int = 4) -> Stroke:
    """Return points on a Catmull-Rom curve: it goes through each of `points` without a corner."""
    padded = [points[0], *points, points[-1]]
    curve = [
        blend(padded[index : index + 4], step / steps)
        for index in range(len(points) - 1)
        for step in range(steps)
    ]
    return [*curve, points[-1]]


def blend(four: list[Point], t: float) -> Point:
    """Return the point at `t`, 0 to 1, between the second and the third of four points."""
    weights = (
        (-t + 2 * t**2 - t**3) / 2,
        (2 - 5 * t**2 + 3 * t**3) / 2,
        (t + 4 * t**2 - 3 * t**3) / 2,
        (-(t**2) + t**3) / 2,
    )
    return (
        sum(weight * x for weight, (x, _) in zip(weights, four, strict=True)),
        sum(weight * y for weight, (_, y) in zip(weights, four, strict=True)),
    )


DIGITS: dict[int, list[Stroke]] = {
    0: [draw_arc((0.50, 0.50), (0.19, 0.28), -75, 290, 28)],
    1: [draw_curve((0.53, 0.21), (0.515, 0.40), (0.50, 0.60), (0.485, 0.80))],
    2: [
        draw_curve(
            (0.32, 0.33), (0.40, 0.23), (0.54, 0.22), (0.62, 0.34), (0.54, 0.53), (0.31, 0.77)
        )
        + draw_curve((0.31, 0.77), (0.50, 0.755), (0.70, 0.76))
    ],
    3: [
        draw_curve((0.34, 0.27), (0.47, 0.20), (0.61, 0.29), (0.57, 0.43), (0.44, 0.48))
        + draw_curve((0.44, 0.48), (0.62, 0.54), (0.65, 0.68), (0.50, 0.80), (0.31, 0.74))
    ],
    4: [
        draw_curve((0.39, 0.21), (0.35, 0.37), (0.29, 0.53))
        + draw_curve((0.29, 0.53), (0.50, 0.525), (0.71, 0.51)),
        draw_curve((0.61, 0.26), (0.595, 0.50), (0.57, 0.80)),
    ],
    5: [
        draw_curve((0.40, 0.24), (0.385, 0.35), (0.37, 0.46))
        + draw_curve((0.37, 0.46), (0.53, 0.45), (0.64, 0.58), (0.57, 0.75), (0.33, 0.77)),
        draw_curve((0.40, 0.24), (0.54, 0.235), (0.68, 0.22)),
    ],
    6: [
        draw_curve(
            (0.58, 0.20),
            (0.45, 0.34),
            (0.37, 0.52),
            (0.37, 0.70),
            (0.49, 0.79),
            (0.62, 0.71),
            (0.60, 0.58),
            (0.49, 0.54),
            (0.38, 0.63),
        )
    ],
    7: [
        draw_curve((0.31, 0.25), (0.49, 0.245), (0.68, 0.24))
        + draw_curve((0.68, 0.24), (0.56, 0.45), (0.48, 0.63), (0.44, 0.80))
    ],
    8: [
        draw_curve(
            (0.62, 0.29),
            (0.51, 0.21),
            (0.39, 0.28),
            (0.43, 0.42),
            (0.57, 0.53),
            (0.63, 0.67),
            (0.50, 0.79),
            (0.37, 0.68),
            (0.44, 0.53),
            (0.58, 0.41),
            (0.63, 0.29),
        )
    ],
    9: [
        draw_curve(
            (0.62, 0.32), (0.50, 0.22), (0.37, 0.33), (0.42, 0.49), (0.55, 0.47), (0.62, 0.32)
        )
        + draw_curve((0.62, 0.32), (0.615, 0.55), (0.57, 0.80))
    ],
}
