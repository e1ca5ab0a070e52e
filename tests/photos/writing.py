"""Who writes on the paper: one hand's digits, as the paths of its pen."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ml.strokes import Drawing
from ml.synthetic.digits import DIGITS
from ml.synthetic.handwriting import Hand, write

Path = np.ndarray  # float (P, 2): x to the right, y down
# One writer's digits differ less from each other than those of many do.
STEADY = replace(Hand(), jitter=0.02, width=0.08, slant=0.05, lean=0.0, turn=0.04, bow=0.02)


@dataclass(frozen=True)
class Written:
    """A digit on the paper: its label, and its paths in px of the paper."""

    label: str
    paths: list[Path]

    @property
    def box(self) -> tuple[np.ndarray, np.ndarray]:
        """The least and the greatest x and y of the paths."""
        points = np.concatenate(self.paths)
        return points.min(axis=0), points.max(axis=0)

    def move(self, shift: tuple[float, float]) -> "Written":
        """Return the digit shifted by (x, y)."""
        return Written(self.label, [path + np.array(shift) for path in self.paths])


class GeneratedWriter:
    """One hand of our generator: a habit for each digit, one slant, and a pen."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._habits = {label: tuple(habits) for label, habits in DIGITS.items()}
        self._chosen = {k: h[rng.integers(len(h))] for k, h in self._habits.items()}
        self._slant = rng.normal(0.08, 0.15)

    def write(self, label: str) -> list[Path]:
        """Return a digit's paths, 1 high, from (0, 0)."""
        segments = write(self._chosen[label], 1, self._rng, STEADY)[0].reshape(-1, 2, 2)
        points = segments.astype(float)
        points[..., 0] -= self._slant * points[..., 1]
        return _stand_upright(list(points))


class RecordedWriter:
    """A hand whose digits were recorded: `drawings` of one writer, some of each label."""

    def __init__(self, rng: np.random.Generator, drawings: Sequence[Drawing]) -> None:
        self._rng = rng
        self._by_label: dict[str, list[Drawing]] = {}
        for drawing in drawings:
            self._by_label.setdefault(drawing.label, []).append(drawing)

    @property
    def labels(self) -> list[str]:
        """The digits that this hand has written."""
        return sorted(self._by_label)

    def write(self, label: str) -> list[Path]:
        """Return a digit's paths, 1 high, from (0, 0)."""
        drawings = self._by_label[label]
        chosen = drawings[self._rng.integers(len(drawings))]
        return _stand_upright([np.asarray(stroke, float) for stroke in chosen.strokes])


Writer = GeneratedWriter | RecordedWriter


def _stand_upright(paths: list[Path]) -> list[Path]:
    points = np.concatenate(paths)
    low, extent = points.min(axis=0), np.ptp(points, axis=0)
    # A digit that lies down would grow beyond its neighbours: the longer side spans at most 1.3.
    scale = max(extent[1], extent[0] / 1.3, 1e-6)
    return [(path - low) / scale for path in paths]


def write_row(
    writer: Writer,
    labels: str,
    height: float,
    gaps: tuple[float, float],
    rng: np.random.Generator,
) -> list[Written]:
    """Write digits in a row from (0, 0), `height` px high; `gaps` are shares of the height.

    A gap is the horizontal distance of two digits' boxes, chosen between the two values.
    """
    row, x = [], 0.0
    for label in labels:
        size = height * float(np.exp(rng.normal(0, 0.06)))
        paths = [path * size for path in writer.write(label)]
        digit = Written(label, paths).move((x, height - size + rng.normal(0, 0.05) * height))
        row.append(digit)
        x = digit.box[1][0] + height * rng.uniform(*gaps)
    return row
