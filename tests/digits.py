"""Digits that the tests make themselves: drawn on a board, or as a whole data set like MNIST."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw

from ml.data.examples import Examples
from ml.mnist_files import FILES, default_data_dir, has_mnist
from ml.preprocess import fit_ink
from ml.strokes import Drawing, read_drawings
from tests.shapes import DIGITS, Stroke

BOARD = 280
SMOOTHING = 4  # drawn this many times larger and averaged, for antialiased edges


def draw_ink(
    strokes: list[Stroke],
    *,
    board: tuple[int, int] = (BOARD, BOARD),
    corner: tuple[float, float] = (0, 0),
    side: float = BOARD,
    pen: float = 18,
) -> np.ndarray:
    """Draw strokes of points in 0..1 as ink, uint8 (H, W): at `corner`, `side` px large."""
    height, width = board
    canvas = Image.new("L", (width * SMOOTHING, height * SMOOTHING))
    brush = ImageDraw.Draw(canvas)
    radius = pen * SMOOTHING / 2
    for stroke in strokes:
        points = [
            ((corner[0] + x * side) * SMOOTHING, (corner[1] + y * side) * SMOOTHING)
            for x, y in stroke
        ]
        brush.line(points, fill=255, width=round(2 * radius))
        for x, y in points:
            brush.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    return np.asarray(canvas.resize((width, height), Image.Resampling.BOX))


def vary(strokes: list[Stroke], random: np.random.Generator) -> list[Stroke]:
    """Return the strokes a little turned, slanted and stretched, as another hand would write."""
    matrix = np.eye(2) + random.normal(0, 0.1, (2, 2))
    return [
        [tuple(matrix @ (np.array(point) - 0.5) + 0.5) for point in stroke] for stroke in strokes
    ]


def make_examples(count: int, seed: int) -> Examples:
    """Return `count` drawn digits, each of the ten equally often, as MNIST holds its own."""
    random = np.random.default_rng(seed)
    labels = np.arange(count) % 10
    images = [
        fit_ink(draw_ink(vary(DIGITS[label], random), pen=random.uniform(12, 26)))
        for label in labels
    ]
    return Examples(torch.from_numpy(np.stack(images)), torch.from_numpy(labels))


def write_mnist(folder: Path, training: Examples, test: Examples) -> Path:
    """Write two sets in the files and the layout of MNIST; return the folder for --data."""
    raw = folder / "MNIST" / "raw"
    raw.mkdir(parents=True)
    parts = (training.images, training.labels, test.images, test.labels)
    for name, tensor in zip(FILES, parts, strict=True):
        values = tensor.numpy().astype(np.uint8)
        header = np.array([0x0800 + values.ndim, *values.shape], dtype=">i4")
        (raw / name).write_bytes(header.tobytes() + values.tobytes())
    return folder


def find_mnist() -> Path:
    """Return the folder that holds MNIST, or skip the test with the reason."""
    folder = default_data_dir()
    if not has_mnist(folder):
        pytest.skip(f"MNIST is not in {folder}: set MNIST_DIR to the folder that holds it")
    return folder


def find_strokes(name: str) -> list[Drawing]:
    """Return the drawings in a file beside MNIST's folder, or skip the test with the reason."""
    path = default_data_dir() / "strokes" / name
    if not path.is_file():
        pytest.skip(f"there are no drawn strokes in {path}")
    return read_drawings(path)
