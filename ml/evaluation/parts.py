"""Parts of drawn digits, and several of them together: what is not a digit, from digits that are.

A part is kept only where nobody could take it for a digit. It is a line of the pen, cut where the
pen was lifted, at a corner or at a crossing of two strokes, and it has to be one of two shapes:

- An angle: two straight arms, one of them level, that meet at the lower left, lower right or upper
  left: L, ┘ or Γ. At the upper right they would be a seven, with no arm level a one or a check.
- An arc: half a turn to one side, its back in its middle, open to the left, the right or upwards.
  Open downwards or to the lower left, it could be a seven or a one; with more of a turn, a nought,
  a six or a nine.

So all straight strokes are left out (a one, a dash: the bars of sevens, the stems of fours), all
rings (noughts), a seven without its bar, a five without its hat, and the S of an eight. Arcs of
twos, sixes and sevens are left out, since what they lack is hardly missed, and all parts of ones.

Two digits beside each other are nothing that can be read as one, unless a one is among them: 1 and
any other digit have to stand clearly apart, and 1 and 1 are left out (11 and H, 4, or a thick 1).
"""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from ml.strokes import Drawing

STEPS = 24  # straight pieces that a line is measured by
STRAIGHT = 0.13  # what a straight line may be off its chord, as a share of it
STEEP = np.radians(40)  # off the upright
LEVEL = np.radians(25)
SHORTEST_ARM = 0.5  # of the longer arm
NARROWEST_ANGLE = np.radians(65)
THINNEST = 0.28  # extent across, as a share of that along
SMALLEST = 0.35  # extent of a part, as a share of its digit's
FEWEST_TURNS, MOST_TURNS = np.radians(150), np.radians(205)
MOST_ASKEW = np.radians(32)  # between an end of an arc and its opening
SHARPEST_TURN = np.radians(75)  # at one of the points of an arc; V has a sharper one
OPENING = 0.45  # between the ends of an arc, as a share of its extent
SHARP = np.radians(60)  # a corner turns by more, within a tenth of the line
CLEAR_GAP = 0.15  # beside a one, as a share of the height
WIDEST_GAP = 0.3
WIDEST = 1.5  # width / height of a digit beside others: no dashes
NARROW = 0.25  # width / height of what may be a one, whatever its label

ROWS = {"neighbour", "two digits", "three digits"}  # kinds that are wider than a digit

Strokes = tuple[np.ndarray, ...]


def make_parts(digits: list[Drawing], each: int, seed: int) -> list[Drawing]:
    """Return at most `each` parts of every kind, from people's digits; the label is the kind.

    The kinds are "stroke" (one of several), "cut at a corner", "cut at a crossing", "neighbour"
    (a digit and a stroke of the one beside it), "two digits" and "three digits".
    """
    rng = np.random.default_rng((seed, 3))
    shuffled = [digits[i] for i in rng.permutation(len(digits))]
    kept = [
        *_take(_list_strokes(shuffled), each),
        *_take(_list_corner_cuts(shuffled), each),
        *_take(_list_crossing_cuts(shuffled), each),
    ]
    neighbours = _pair_by_writer(shuffled)
    kept += [
        *_take(_list_neighbours(neighbours, rng), each),
        *_take(_list_rows(neighbours, 2, rng), each),
        *_take(_list_rows(neighbours, 3, rng), each),
    ]
    return kept


def _take(parts: Iterator[Drawing], each: int) -> Iterator[Drawing]:
    return (part for part, _ in zip(parts, range(each), strict=False))


def _list_strokes(digits: list[Drawing]) -> Iterator[Drawing]:
    for digit in digits:
        strokes = _scale(digit.strokes)
        if len(strokes) > 1:
            yield from _keep(digit, "stroke", strokes)


def _list_corner_cuts(digits: list[Drawing]) -> Iterator[Drawing]:
    for digit in digits:
        if digit.label == "8":
            continue  # its half loops can be sixes that are not closed
        pieces = [piece for stroke in _scale(digit.strokes) for piece in _cut_at_corners(stroke)]
        yield from _keep(digit, "cut at a corner", pieces)


def _list_crossing_cuts(digits: list[Drawing]) -> Iterator[Drawing]:
    for digit in digits:
        # Half a ring and half a slash can be a nought again, and a five without its hat a five.
        if digit.label not in "05":
            yield from _keep(digit, "cut at a crossing", _cut_at_crossings(_scale(digit.strokes)))


def _keep(digit: Drawing, kind: str, lines: Iterator[np.ndarray]) -> Iterator[Drawing]:
    """Yield the first of the lines that nobody takes for a digit, if there is one."""
    for line in lines:
        if is_no_digit(line, digit.label):
            yield Drawing(digit.id, digit.writer, kind, (line,))
            return


def is_no_digit(line: np.ndarray, label: str) -> bool:
    """Say whether a part (P, 2) of a digit 1 high is surely none, by the rules above."""
    if label == "1" or len(line) < 2 or np.ptp(line, axis=0).max() < SMALLEST:
        return False
    even = _resample(line)
    if not _is_wide(even):
        return False
    return is_angle(even) or (label not in "267" and is_arc(even))


def is_angle(line: np.ndarray) -> bool:
    """Say whether a line (P, 2) is an angle that is neither a seven, a one nor a check mark."""
    corner = _find_corner(line)
    arms = line[: corner + 1], line[corner:]
    if min(map(len, arms)) < 3 or not all(map(_is_straight, arms)):
        return False
    first, last = line[0] - line[corner], line[-1] - line[corner]
    lengths = np.hypot(*first), np.hypot(*last)
    if min(lengths) < SHORTEST_ARM * max(lengths):
        return False
    units = first / lengths[0], last / lengths[1]
    if units[0] @ units[1] > np.cos(NARROWEST_ANGLE):
        return False
    level, upright = sorted(units, key=lambda unit: abs(unit[1]))
    if abs(level[1]) > np.sin(LEVEL) or abs(upright[1]) < np.cos(STEEP):
        return False
    if upright[1] < 0:  # it stands on its corner
        return True
    # Γ: with the bar to the left, it would be a seven; with a hanging one, a one in a mirror.
    return level[0] > 0 and abs(level[1]) < 0.25 and upright[0] < 0.25


def is_arc(line: np.ndarray) -> bool:
    """Say whether a line (P, 2) turns half round to one side, and is not open downwards.

    Both arms are about equally long, and reach equally far: with a longer left arm, it could be a
    six that is not closed; with a longer lower one, a seven.
    """
    turns = _measure_turns(line)
    total = abs(turns.sum())
    is_smooth = total > 0.85 * np.abs(turns).sum() and np.abs(turns).max() < SHARPEST_TURN
    if not is_smooth or not FEWEST_TURNS <= total <= MOST_TURNS:
        return False
    if not len(line) / 3 <= _find_corner(line) <= len(line) * 2 / 3:
        return False
    opening = np.abs(line[-1] - line[0])
    if opening.max() < OPENING * np.ptp(line, axis=0).max() or opening.min() > 0.35 * opening.max():
        return False
    inward = line.mean(axis=0) - (line[0] + line[-1]) / 2  # from the opening to the back
    for end in (line[3] - line[0], line[-4] - line[-1]):  # a seven's foot does not turn back
        if end @ inward < np.cos(MOST_ASKEW) * np.hypot(*end) * np.hypot(*inward):
            return False
    if inward[0] > abs(inward[1]):  # open to the left
        return -inward[1] < 0.36 * inward[0]
    is_open_downwards = -inward[1] > abs(inward[0])
    return not is_open_downwards


def _is_wide(line: np.ndarray) -> bool:
    """Say whether a line (P, 2) is far from straight, whatever its direction."""
    middle = line - line.mean(axis=0)
    along = middle @ np.linalg.svd(middle, full_matrices=False)[2].T
    low, high = sorted(np.ptp(along, axis=0))
    return low > THINNEST * high


def _find_corner(line: np.ndarray) -> int:
    """Return the number of the point that is farthest from the line between both ends."""
    return int(np.abs(_cross(line[-1] - line[0], line - line[0])).argmax())


def _is_straight(line: np.ndarray) -> bool:
    chord = line[-1] - line[0]
    length = max(float(np.hypot(*chord)), 1e-9)
    return np.abs(_cross(chord, line - line[0])).max() / length < STRAIGHT * length


def _cross(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]


def _measure_turns(line: np.ndarray) -> np.ndarray:
    """Return the angles in radians by which a line (P, 2) turns at its inner points, (P - 2,)."""
    steps = np.diff(line, axis=0)
    return np.arctan2(_cross(steps[:-1], steps[1:]), (steps[:-1] * steps[1:]).sum(axis=1))


def _resample(line: np.ndarray, steps: int = STEPS) -> np.ndarray:
    """Return points at equal distances along a line (P, 2), (steps + 1, 2)."""
    along = np.concatenate([[0], np.hypot(*np.diff(line, axis=0).T).cumsum()])
    even = np.linspace(0, along[-1], steps + 1)
    return np.stack([np.interp(even, along, line[:, axis]) for axis in (0, 1)], axis=1)


def _scale(strokes: Strokes) -> list[np.ndarray]:
    """Return strokes whose longer side is 1 and whose upper left corner is (0, 0)."""
    points = np.concatenate(strokes)
    low = points.min(axis=0)
    longest = max(float(np.ptp(points, axis=0).max()), 1e-6)
    return [(stroke - low) / longest for stroke in strokes]


def _cut_at_corners(line: np.ndarray) -> Iterator[np.ndarray]:
    """Yield what lies before and behind each sharp corner of a line, the longer pieces first."""
    even = _resample(line, 2 * STEPS)
    reach = 3
    behind, ahead = even[reach:-reach] - even[: -2 * reach], even[2 * reach :] - even[reach:-reach]
    turns = np.abs(np.arctan2(_cross(behind, ahead), (behind * ahead).sum(axis=1)))
    for number in range(len(turns)):
        around = turns[max(0, number - reach) : number + reach + 1]
        if turns[number] > SHARP and turns[number] == around.max():
            corner = number + reach
            yield even[: corner + 1]
            yield even[corner:]


def _cut_at_crossings(strokes: list[np.ndarray]) -> Iterator[np.ndarray]:
    """Yield the halves of strokes that cross, each joined to a half of the other."""
    even = [_resample(stroke, 2 * STEPS) for stroke in strokes]
    for number, first in enumerate(even):
        for second in even[number + 1 :]:
            crossing = _find_crossing(first, second)
            if crossing is None:
                continue
            i, j = crossing
            for one in (first[: i + 1], first[:i:-1]):
                for other in (second[j::-1], second[j + 1 :]):
                    yield np.concatenate([one, other])


def _find_crossing(first: np.ndarray, second: np.ndarray) -> tuple[int, int] | None:
    """Return the numbers of the first pieces by which two lines cross each other, or None."""
    a, along = first[:-1, None], np.diff(first, axis=0)[:, None]
    b, beside = second[None, :-1], np.diff(second, axis=0)[None]
    sides = _cross(along, b - a), _cross(along, b + beside - a)
    others = _cross(beside, a - b), _cross(beside, a + along - b)
    crosses = (sides[0] * sides[1] < 0) & (others[0] * others[1] < 0)
    found = np.argwhere(crosses)
    return (int(found[0][0]), int(found[0][1])) if len(found) else None


def _pair_by_writer(digits: list[Drawing]) -> list[tuple[Drawing, ...]]:
    """Return three upright digits at a time, each time of one writer."""
    written: dict[str, list[Drawing]] = {}
    for digit in digits:
        width, height = np.ptp(np.concatenate(digit.strokes), axis=0)
        if width < WIDEST * height:
            written.setdefault(digit.writer, []).append(digit)
    rows = [
        tuple(own[start : start + 3])
        for own in written.values()
        for start in range(0, len(own) - 2, 3)
    ]
    return sorted(rows, key=lambda row: row[0].id)


def _list_rows(
    rows: list[tuple[Drawing, ...]], count: int, rng: np.random.Generator
) -> Iterator[Drawing]:
    """Yield `count` digits of a writer beside each other, from touching to WIDEST_GAP apart."""
    for number in rng.permutation(len(rows)):
        row = rows[number][:count]
        written = [_write_high(digit, rng) for digit in row]
        is_one = [_may_be_one(digit.label, own) for digit, own in zip(row, written, strict=True)]
        if any(a and b for a, b in pairwise(is_one)):
            continue
        gap = rng.uniform(CLEAR_GAP if any(is_one) else 0, WIDEST_GAP)
        kind = {2: "two digits", 3: "three digits"}[count]
        label_row = "".join(digit.label for digit in row)
        yield Drawing(label_row, row[0].writer, kind, tuple(_set_in_line(written, gap)))


def _list_neighbours(
    rows: list[tuple[Drawing, ...]], rng: np.random.Generator
) -> Iterator[Drawing]:
    """Yield a digit and the nearest stroke of the next one, which has several.

    That stroke stands clearly apart, or a straight one could make a nought a six or a nine.
    """
    for number in rng.permutation(len(rows)):
        digit, other, _ = rows[number]
        own, beside = _write_high(digit, rng), _write_high(other, rng)
        if _may_be_one(digit.label, own) or len(beside) < 2:
            continue
        is_right = rng.random() < 0.5
        middles = [np.ptp(s[:, 0]) / 2 + s[:, 0].min() for s in beside]
        stroke = beside[int(np.argmin(middles) if is_right else np.argmax(middles))]
        if np.ptp(stroke, axis=0).max() < SMALLEST:
            continue
        line = [own, [stroke]] if is_right else [[stroke], own]
        gap = rng.uniform(CLEAR_GAP, WIDEST_GAP)
        name = f"{digit.label} beside {other.label}"
        yield Drawing(name, digit.writer, "neighbour", tuple(_set_in_line(line, gap)))


def _may_be_one(label: str, strokes: list[np.ndarray]) -> bool:
    extent = np.ptp(np.concatenate(strokes), axis=0)
    return label == "1" or extent[0] < NARROW * extent[1]


def _write_high(digit: Drawing, rng: np.random.Generator) -> list[np.ndarray]:
    """Return a digit's strokes about 1 high, a little larger, smaller, higher or lower."""
    points = np.concatenate(digit.strokes)
    low, height = points.min(axis=0), max(float(np.ptp(points[:, 1])), 1e-6)
    size, shift = np.exp(rng.normal(0, 0.06)), rng.normal(0, 0.03)
    return [(stroke - low) / height * size + [0, shift] for stroke in digit.strokes]


def _set_in_line(written: list[list[np.ndarray]], gap: float) -> Iterator[np.ndarray]:
    """Yield the strokes of things that stand beside each other, `gap` apart."""
    start = 0.0
    for strokes in written:
        x = np.concatenate(strokes)[:, 0]
        for stroke in strokes:
            yield stroke + np.array([start - x.min(), 0])
        start += np.ptp(x) + gap
