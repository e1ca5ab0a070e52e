"""Ten drawings with what a network is given for each and what it answers.

Another program that reads the exported network compares itself with them, step by step.
"""

from typing import Any

import numpy as np
from PIL import Image

from ml.networks.card import ModelCard
from ml.networks.classifier import Classifier
from ml.pictures.data_url import write_data_url
from ml.preprocess import fit_ink, normalize
from ml.strokes import Placement, draw, place
from ml.synthetic.digits import DIGITS
from ml.synthetic.splines import parse_habit

# One for each digit: large and small, thick and thin, in the middle and at the edges.
PLACEMENTS = (
    *(Placement(0.7), Placement(0.8, 10), Placement(0.5, 24), Placement(0.3, 8, 0, 0)),
    *(Placement(0.9, 30), Placement(0.6, 18, 1, 1), Placement(0.4, 14, 0.2, 0.7), Placement(0.75)),
    *(Placement(0.55, 12, 1, 0), Placement(0.65, 20, 0, 1)),
)


def make_vectors(card: ModelCard, classifier: Classifier) -> dict[str, Any]:
    """Return ten test vectors of a network, for JSON.

    Each has the `digit` that is written; the `drawing`, a data URL of a grey PNG of 280×280 px,
    0 = paper and 255 = ink; the 28×28 `image` as 784 integers, row by row; and the `logits`.
    """
    drawings = [write_digit(*each) for each in enumerate(PLACEMENTS)]
    images = np.stack([fit_ink(ink) for ink in drawings])
    logits, _ = classifier(normalize(images))
    vectors = [
        {
            "digit": digit,
            "drawing": write_data_url(Image.fromarray(ink), optimize=True),
            "image": image.ravel().tolist(),
            "logits": answer.astype(float).tolist(),
        }
        for digit, (ink, image, answer) in enumerate(zip(drawings, images, logits, strict=True))
    ]
    return {"model": card.model, "onnx_sha256": card.onnx.sha256, "vectors": vectors}


def write_digit(digit: int, placement: Placement) -> np.ndarray:
    """Return the first way of writing a digit as ink, uint8 (280, 280), 0 = paper, 255 = ink."""
    habit, width = DIGITS[str(digit)][0]
    curve = parse_habit(habit)
    controls = curve.points[None] * (width, 1.0)
    strokes = [stroke[0] for stroke in curve.follow(controls, np.random.default_rng(digit))]
    return draw(place(strokes, placement), placement.pen)
