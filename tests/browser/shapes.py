"""Ten digits as a person writes them: strokes of points on a board that is 1 wide and 1 high."""

from math import cos, radians, sin

Point = tuple[float, float]
Stroke = list[Point]


def draw_arc(
    centre: Point, radius: Point, start: float, end: float, steps: int = 18
) -> Stroke:
    """Return points on an ellipse; angles in degrees, 0 to the right, growing clockwise."""
    angles = [radians(start + (end - start) * step / steps) for step in range(steps + 1)]
    return [(centre[0] + radius[0] * cos(a), centre[1] + radius[1] * sin(a)) for a in angles]


DIGITS: dict[int, list[Stroke]] = {
    0: [draw_arc((0.50, 0.50), (0.19, 0.28), -75, 290, 32)],
    1: [[(0.53, 0.22), (0.52, 0.38), (0.50, 0.60), (0.48, 0.79)]],
    2: [
        draw_arc((0.48, 0.36), (0.17, 0.15), -165, 30)
        + [(0.56, 0.53), (0.44, 0.65), (0.32, 0.77), (0.46, 0.76), (0.58, 0.77), (0.70, 0.76)]
    ],
    3: [
        draw_arc((0.47, 0.35), (0.16, 0.14), -150, 80)
        + draw_arc((0.47, 0.64), (0.19, 0.16), -80, 150)
    ],
    4: [
        [(0.38, 0.22), (0.35, 0.36), (0.31, 0.52), (0.46, 0.52), (0.60, 0.51), (0.71, 0.50)],
        [(0.61, 0.24), (0.60, 0.42), (0.58, 0.62), (0.57, 0.80)],
    ],
    5: [
        [(0.40, 0.24), (0.39, 0.34), (0.37, 0.47)]
        + draw_arc((0.46, 0.62), (0.18, 0.17), -115, 145),
        [(0.40, 0.24), (0.53, 0.23), (0.67, 0.22)],
    ],
    6: [
        [(0.58, 0.20), (0.48, 0.30), (0.40, 0.44), (0.36, 0.60)]
        + draw_arc((0.50, 0.65), (0.14, 0.14), 180, -175, 26)
    ],
    7: [[(0.31, 0.25), (0.45, 0.24), (0.58, 0.24), (0.68, 0.25), (0.58, 0.45), (0.50, 0.62), (0.45, 0.79)]],
    8: [
        draw_arc((0.50, 0.36), (0.14, 0.14), -60, -270, 18)
        + draw_arc((0.50, 0.66), (0.17, 0.16), -90, 270, 28)
        + draw_arc((0.50, 0.36), (0.14, 0.14), 90, -60, 14)
    ],
    9: [
        draw_arc((0.49, 0.37), (0.15, 0.15), -10, -350, 26)
        + [(0.63, 0.50), (0.60, 0.64), (0.56, 0.80)]
    ],
}
