"""Files of drawn strokes, made for tests."""

import json

from tests.shapes import DIGITS


def write_strokes(path, labels):
    """Write one drawing for each label: the digit's own shape, or a zigzag for another."""
    zigzag = [[(0.1, 0.1), (0.9, 0.2), (0.1, 0.4), (0.9, 0.6), (0.1, 0.8), (0.9, 0.9)]]
    lines = []
    for number, label in enumerate(labels):
        strokes = DIGITS[int(label)] if label.isdigit() else zigzag
        points = [[[round(x * 1000), round(y * 1000)] for x, y in stroke] for stroke in strokes]
        record = {"id": str(number), "writer": "w", "label": label, "strokes": points}
        lines.append(json.dumps(record))
    path.write_text("\n".join(lines))
    return path
