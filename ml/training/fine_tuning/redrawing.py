"""A hand's few drawings, written and drawn again many times: other pens, slightly other hands."""

import numpy as np
import torch

from ml.data.augment import distort
from ml.data.drawings import Drawings, Strokes
from ml.data.examples import Examples
from ml.preprocess import BOX_SIDE
from ml.strokes import BOARD_SIDE, PEN_WIDTH
from ml.synthetic.handwriting import Hand, choose_pen_shares, rewrite
from ml.synthetic.raster import draw_paths
from ml.tracing.paths import Paths, gather_paths
from ml.tracing.thinning import find_lines
from ml.tracing.tracing import make_paths

# The same hand another time: about half as far off as another hand (ml.synthetic.handwriting).
SAME = Hand(
    width=0.07, slant=0.07, lean=0, turn=0.05, bow=0.018, apart=0.01, hook=0.02, hooked=0.3,
    tremor=0.004,
)  # fmt: skip
AS_CONFIRMED = 0.25  # the share of drawings that are learned as they are
ANY_PEN = 0.5  # the share of the others under any pen; the rest are under the page's own
THICKEST = 0.3  # of those pens: a brush hides what one hand does differently from another
SMALLEST, LARGEST = 0.3, 0.95  # of the board: how large people draw, for the page's own pen
SPACING = 0.6  # px between points of a path that is 20 px large


class Redrawing:
    """The drawings' paths, from which any number of images is drawn.

    The pen's path is known where strokes are; a picture is traced. One whose ink has run together
    cannot be traced: it is distorted instead (`ml.data.augment`).
    """

    def __init__(self, drawings: Drawings) -> None:
        self._examples = drawings.examples
        self._paths, self._row = _find_paths(drawings)

    def draw(self, count: int, rng: np.random.Generator) -> Examples:
        """Return `count` images, each drawing as often as any other, in random order."""
        size = len(self._examples)
        goes = -(-count // size)
        chosen = np.concatenate([rng.permutation(size) for _ in range(goes)])[:count]
        images = self._examples.images[torch.from_numpy(chosen)].clone()
        is_again = rng.random(count) >= AS_CONFIRMED
        is_written = is_again & (self._row[chosen] >= 0)
        if is_written.any():
            rows = self._row[chosen[is_written]]
            written = rewrite(self._paths[rows], rng, SAME)
            images[torch.from_numpy(is_written)] = draw_paths(written, _choose_pens(len(rows), rng))
        is_distorted = torch.from_numpy(is_again & ~is_written)
        if is_distorted.any():
            generator = torch.Generator().manual_seed(int(rng.integers(2**62)))
            images[is_distorted] = distort(images[is_distorted], generator)
        return Examples(images, self._examples.labels[torch.from_numpy(chosen)])


def _choose_pens(count: int, rng: np.random.Generator) -> np.ndarray:
    """Return the pens' widths as shares of the longer side, float32 (N,)."""
    any_pen = choose_pen_shares(count, rng, THICKEST)
    own_pen = PEN_WIDTH / (BOARD_SIDE * rng.uniform(SMALLEST, LARGEST, count))
    return np.where(rng.random(count) < ANY_PEN, any_pen, own_pen).astype(np.float32)


def _find_paths(drawings: Drawings) -> tuple[Paths | None, np.ndarray]:
    """Return all paths that are known, and for each drawing its row among them, -1 for none."""
    row = np.full(len(drawings), -1)
    found = []
    numbers = np.array([n for n, strokes in enumerate(drawings.strokes) if strokes], int)
    if len(numbers):
        found.append((numbers, _follow_strokes([drawings.strokes[n] for n in numbers])))
    pictures = np.array([n for n, strokes in enumerate(drawings.strokes) if not strokes], int)
    if len(pictures):
        lines, is_blotted = find_lines(drawings.examples.images[pictures].numpy())
        if not is_blotted.all():
            found.append((pictures[~is_blotted], make_paths(lines[~is_blotted])))
    first = 0
    for which, paths in found:
        row[which] = np.arange(first, first + len(paths))
        first += len(paths)
    longest = max((paths.points.shape[1] for _, paths in found), default=0)
    padded = [paths.pad(longest) for _, paths in found]
    if not padded:
        return None, row
    points, lands = ([getattr(each, name) for each in padded] for name in ("points", "lands"))
    return Paths(np.concatenate(points), np.concatenate(lands)), row


def _follow_strokes(drawings: list[Strokes]) -> Paths:
    """Return the paths of strokes, the longer side 20 px, with a point about every SPACING px."""
    who, points, lands = [], [], []
    for number, strokes in enumerate(drawings):
        everything = np.concatenate(strokes)
        low, extent = everything.min(axis=0), float(np.ptp(everything, axis=0).max())
        scale = BOX_SIDE / extent if extent > 0 else 1.0
        for stroke in strokes:
            placed = _space_evenly((stroke - low) * scale)
            points.append(placed)
            who.append(np.full(len(placed), number))
            lands.append(np.arange(len(placed)) == 0)
    return gather_paths(
        np.concatenate(who), np.concatenate(points), np.concatenate(lands), len(drawings)
    )


def _space_evenly(stroke: np.ndarray) -> np.ndarray:
    """Return points at equal distances along a stroke (P, 2), its two ends among them."""
    lengths = np.hypot(*np.diff(stroke, axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(lengths)])
    if along[-1] == 0:
        return stroke[:1]
    places = np.linspace(0, along[-1], max(2, round(along[-1] / SPACING) + 1))
    return np.stack([np.interp(places, along, axis) for axis in stroke.T], axis=1)
