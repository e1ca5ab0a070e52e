"""Numbers as one hand writes them: digits side by side, as strokes that know their digits.

What reads several digits is chosen on these (`python -m tests.benchmarks numbers`): which strokes
belong together is known here, also within a stroke that joins two digits. The digits are those of
`ml.synthetic.digits` and `.straight_digits`. One hand slants, sizes and spaces all digits of its
number in about the same way.
"""

from dataclasses import dataclass, replace

import numpy as np

from ml.synthetic.digits import DIGITS, Habit
from ml.synthetic.handwriting import Hand, write_strokes
from ml.synthetic.letters import LETTERS, SYMBOLS
from ml.synthetic.straight_digits import list_habits

COMMON = 8  # of a digit's habits: the first ones, which most people have
NAMED_SYMBOLS = [symbol for symbol in SYMBOLS if symbol not in "-~"]
BETWEEN, OWN = -1, -2  # owners of points between two digits or of a slip, and of a mark
FEWEST, MOST = 2, 5  # digits of a number
HEIGHT = 110.0, 215.0  # px of a digit on the board
# Shares of numbers, or of places in them.
STRAIGHT, ALL_JOINED, JOINED, LATE, SLIP, MARK = 0.08, 0.1, 0.5, 0.08, 0.03, 0.15
ROUND_TWO = 0.5  # of 4, 5 and 7: written in two strokes, which are the harder ones here


@dataclass(frozen=True)
class WrittenNumber:
    """A number's text and strokes, float32 (P, 2) in board px, in the order of the pen.

    `owners` has for each stroke the digit that each of its points is of, int (P,), BETWEEN for a
    line that joins two digits, OWN for a minus or a point, which the text leaves out.
    """

    text: str
    strokes: list[np.ndarray]
    owners: list[np.ndarray]


def write_number(rng: np.random.Generator, digits: int | None = None) -> WrittenNumber:
    """Write a number of 2 to 5 digits, or of so many."""
    digits = digits or int(rng.integers(FEWEST, MOST + 1))
    text = "".join(str(digit) for digit in rng.integers(10, size=digits))
    hand, height = _choose_hand(rng), rng.uniform(*HEIGHT)
    straight = rng.random() < STRAIGHT
    shapes = [_write_digit(digit, straight, rng, hand) for digit in text]
    placed = _set_beside(shapes, rng)
    strokes = [stroke for digit in placed for stroke in digit]
    owners = [np.full(len(stroke), n) for n, digit in enumerate(placed) for stroke in digit]
    if rng.random() < MARK and digits > 1:
        strokes, owners = _add_mark(placed, strokes, owners, rng)
    if rng.random() < ALL_JOINED:
        strokes, owners = _join_some(text, strokes, owners, rng)
    strokes, owners = _write_late(strokes, owners, rng)
    points = np.concatenate(strokes)
    turn = np.array([[1, rng.normal(0, 0.04)], [0, 1]])  # a line of writing that rises or falls
    corner = points.min(axis=0)
    strokes = [((stroke - corner) @ turn * height + 40).astype(np.float32) for stroke in strokes]
    return _slip(WrittenNumber(text, strokes, owners), height, rng)


def write_other(rng: np.random.Generator) -> WrittenNumber:
    """Write a letter or a symbol: one thing that is no digit; its text is "?"."""
    names = [*LETTERS, *NAMED_SYMBOLS]
    name = names[rng.integers(len(names))]
    habits = LETTERS[name] if name in LETTERS else SYMBOLS[name]
    written = write_strokes(habits[rng.integers(len(habits))], 1, rng)
    height = rng.uniform(*HEIGHT)
    strokes = [(stroke[0] * height + HEIGHT[1]).astype(np.float32) for stroke in written]
    return WrittenNumber("?", strokes, [np.zeros(len(stroke), int) for stroke in strokes])


def _choose_hand(rng: np.random.Generator) -> Hand:
    """Return the hand of one writer: as careful as it is, with a slant that it keeps."""
    careless = rng.uniform(0.3, 1.1)
    usual = Hand()
    return replace(
        usual,
        jitter=usual.jitter * careless,
        width=0.12,
        slant=0.05,
        lean=float(rng.normal(usual.lean, 0.17)),
        turn=0.05,
        apart=usual.apart * careless,
        grow=usual.grow * careless,
        bow=usual.bow * careless,
    )


def _write_digit(
    digit: str, straight: bool, rng: np.random.Generator, hand: Hand
) -> list[np.ndarray]:
    """Return the strokes of one digit, float (K, 2), about 1 high."""
    habits: list[Habit] = list_habits(digit) if straight else list(DIGITS[digit])
    if not straight and rng.random() < 0.7:
        habits = habits[:COMMON]
    if digit in "457" and rng.random() < ROUND_TWO:
        habits = [habit for habit in DIGITS[digit] if "/" in habit[0]]
    habit = habits[rng.integers(len(habits))]
    size = np.exp(rng.normal(0, 0.13))
    return [stroke[0] * size for stroke in write_strokes(habit, 1, rng, hand)]


def _set_beside(shapes: list[list[np.ndarray]], rng: np.random.Generator) -> list[list[np.ndarray]]:
    """Put digits side by side, some touching, some overlapping, on about one line."""
    usual = _choose_gap(rng)
    edge, placed = 0.0, []
    for strokes in shapes:
        points = np.concatenate(strokes)
        left, right = points[:, 0].min(), points[:, 0].max()
        gap = usual + rng.normal(0, 0.05)
        move = np.array([edge + gap - left, rng.normal(0, 0.06)])
        placed.append([stroke + move for stroke in strokes])
        edge += gap + right - left
    return placed


def _choose_gap(rng: np.random.Generator) -> float:
    """Return how far apart this number's digits are, in heights: most stand clear of each other."""
    kind = rng.random()
    if kind < 0.5:
        return rng.uniform(0.05, 0.35)
    return rng.uniform(-0.15, 0.08) if kind < 0.88 else rng.uniform(0.3, 0.8)


def _add_mark(
    placed: list[list[np.ndarray]],
    strokes: list[np.ndarray],
    owners: list[np.ndarray],
    rng: np.random.Generator,
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Add a minus before the first digit, or a point between two of them."""
    points = [np.concatenate(digit) for digit in placed]
    if rng.random() < 0.5:
        right = points[0][:, 0].min() - rng.uniform(0.2, 0.5)
        start = np.array([right - rng.uniform(0.25, 0.6), points[0][:, 1].mean()])
        place, mark = 0, np.stack([start, [right, start[1] + rng.normal(0, 0.04)]])
    else:
        before = int(rng.integers(1, len(placed)))
        room = points[before][:, 0].min() - points[before - 1][:, 0].max()
        if room < 0.25:
            return strokes, owners
        x = points[before][:, 0].min() - room / 2
        dot = np.array([x, points[before - 1][:, 1].max() - rng.uniform(0, 0.1)])
        mark = np.stack([dot, dot + rng.normal(0, 0.02, 2)])
        place = sum(len(digit) for digit in placed[:before])
    around = np.full(len(mark), OWN)
    return (
        [*strokes[:place], mark, *strokes[place:]],
        [*owners[:place], around, *owners[place:]],
    )


def _join_some(
    text: str, strokes: list[np.ndarray], owners: list[np.ndarray], rng: np.random.Generator
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Run strokes of neighbouring digits into each other, as a pen does that is not lifted.

    Ones stand alone: joined to others they are Ns and Ws.
    """
    joined, of = [strokes[0]], [owners[0]]
    for stroke, owner in zip(strokes[1:], owners[1:], strict=True):
        is_next = 0 <= of[-1][-1] < owner[0] and stroke[0, 0] > joined[-1][-1, 0] - 0.2
        has_one = "1" in (text[of[-1][-1]], text[owner[0]]) if is_next else False
        if not is_next or has_one or rng.random() > JOINED:
            joined.append(stroke)
            of.append(owner)
            continue
        line = _draw_ligature(joined[-1][-1], stroke[0], rng)
        joined[-1] = np.concatenate([joined[-1], line, stroke])
        of[-1] = np.concatenate([of[-1], np.full(len(line), BETWEEN), owner])
    return joined, of


def _draw_ligature(start: np.ndarray, end: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the points between two ends of a curve that sags or rises a little, (4, 2)."""
    middle = (start + end) / 2 + rng.normal(0, 0.06, 2) + [0, 0.05]
    t = np.linspace(0, 1, 6)[1:-1, None]
    return (1 - t) ** 2 * start + 2 * t * (1 - t) * middle + t**2 * end


def _write_late(
    strokes: list[np.ndarray], owners: list[np.ndarray], rng: np.random.Generator
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Move one digit's last stroke to the end in some numbers: bars are often added later."""
    seconds = [
        n
        for n in range(1, len(strokes))
        if (owners[n][0] == owners[n - 1][-1]) and len(set(owners[n].tolist())) == 1
    ]
    if not seconds or rng.random() > LATE:
        return strokes, owners
    late = seconds[rng.integers(len(seconds))]
    order = [n for n in range(len(strokes)) if n != late] + [late]
    return [strokes[n] for n in order], [owners[n] for n in order]


def _slip(number: WrittenNumber, height: float, rng: np.random.Generator) -> WrittenNumber:
    """Let the pen touch the paper somewhere in a few numbers."""
    if rng.random() > SLIP:
        return number
    points = np.concatenate(number.strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    start = rng.uniform(low, high + 0.1 * height)
    slip = np.stack([start, start + rng.normal(0, 0.02, 2) * height]).astype(np.float32)
    place = int(rng.integers(len(number.strokes) + 1))
    strokes, owners = number.strokes.copy(), number.owners.copy()
    strokes.insert(place, slip)
    owners.insert(place, np.full(2, BETWEEN))
    return WrittenNumber(number.text, strokes, owners)
