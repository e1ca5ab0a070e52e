"""Read a digit with an exported network.

    python read_onnx.py board_cnn.onnx drawing.png

Needs numpy, pillow and onnxruntime, and <model>.onnx.json beside the network. The drawing is of any
size, dark on light, light on dark, or on nothing (transparent). Its ink is what differs in grey
from the upper and lower edge; the digit board itself looks at colours, frames and lines, too.
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image


def fit(ink: np.ndarray) -> np.ndarray:
    """Turn ink (H, W), 0 = paper and 255 = full ink, into (28, 28) as in training."""
    rows, columns = np.nonzero(ink > int(ink.max()) * 23 // 100)
    box = ink[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    side = max(box.shape)
    square = np.pad(box.astype(np.int64), [(0, side - length) for length in box.shape])
    cells, edges = np.arange(side) * 20, np.arange(21)[:, None] * side
    shared = np.minimum(edges[1:], cells + 20) - np.maximum(edges[:-1], cells)
    sums = shared.clip(0) @ square @ shared.clip(0).T  # of areas, 20×20
    small = np.pad((510 * sums + sums.max()) // (2 * sums.max()), (0, 8))
    for axis in (0, 1):  # the centre of mass to pixel 14, as far as no ink leaves the image
        masses = small.sum(axis=1 - axis)
        inked = np.flatnonzero(masses)
        shift = round(14 - masses @ np.arange(28) / masses.sum())
        small = np.roll(small, min(max(shift, -inked[0]), 27 - inked[-1]), axis)
    return small


if __name__ == "__main__":
    network, drawing = sys.argv[1:]
    grey, alpha = (np.asarray(band, int) for band in Image.open(drawing).convert("LA").split())
    ink = abs(grey - int(np.median(grey[[0, -1]]))) * alpha // 255
    if np.median(alpha[[0, -1]]) < 128:
        ink = alpha  # on nothing
    if ink.max() < 24:  # of 255, as for the digit board
        sys.exit("The drawing is blank.")
    images = ((fit(ink) / 255 - 0.1307) / 0.3081)[None, None].astype(np.float32)
    logits = onnxruntime.InferenceSession(network).run(["logits"], {"images": images})[0][0]
    contract = json.loads(Path(f"{network}.json").read_text(encoding="utf-8"))
    scores = np.exp(logits[:10] / contract["temperature"])
    for digit, probability in enumerate(scores / scores.sum()):
        print(f"{digit}: {probability:6.1%}")
    threshold = contract["threshold"]  # null: it cannot refuse
    if threshold is not None and logits[10] - np.log(np.exp(logits[:10]).sum()) > threshold:
        print("It does not look like a digit.")
