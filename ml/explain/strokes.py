"""What each stroke is good for: the drawing read without it, stroke by stroke."""

from collections.abc import Sequence

import numpy as np

from ml.predict import Memory, Reader, Reading
from ml.strokes import draw_freely

FEWEST, MOST = 2, 12  # strokes; one alone leaves nothing, and more are not told apart


def leave_out_each(
    reader: Reader, strokes: Sequence[np.ndarray], model: str, memory: Memory | None = None
) -> list[Reading]:
    """Read a drawing without its first stroke, without its second, and so on.

    Strokes are float (P, 2) in board px. What is left is drawn, scaled and centred anew, so each
    reading is what a person gets who draws the other strokes alone; it may be blank. There are none
    for fewer than 2 or more than 12 strokes. Raises UnknownModelError for a name not served.
    """
    if not FEWEST <= len(strokes) <= MOST:
        return []
    drawings = [[*strokes[:number], *strokes[number + 1 :]] for number in range(len(strokes))]
    return [reader.read(draw_freely(rest), model, memory) for rest in drawings]
