"""The training images that a drawing looks like, as the network's last layer sees both.

Nearest is by the angle between the two feature vectors: for `linear`, whose features are the
pixels, it is how far the inks cover each other; for the others, how far they excite the same units.
Source: N. Papernot and P. McDaniel, Deep k-nearest neighbors, 2018.
"""

from dataclasses import dataclass

import numpy as np

from ml.explain.examples import Examples


@dataclass(frozen=True)
class Neighbour:
    """A training image near to a drawing."""

    label: int
    image: np.ndarray  # uint8 (28, 28)
    distance: float  # 1 − cosine: 0 for the same features, 1 for ones that have nothing in common
    shared: np.ndarray  # float32 (28, 28), 0-1: the ink that both have at a pixel


def find_nearest(
    examples: Examples,
    pool: np.ndarray,
    features: np.ndarray,
    seen: np.ndarray,
    digit: int | None = None,
    count: int = 5,
) -> list[Neighbour]:
    """Return the `count` examples nearest to a drawing, the nearest first; fewer if there are.

    `pool` (N, D) holds the examples' features and `features` (D,) the drawing's, each of length 1,
    as `ExampleFeatures.find` and `Reader.features` give them. `seen` is the drawing, uint8
    (28, 28). With a `digit`, only examples of this label are considered.
    """
    distances = 1 - pool.astype(np.float32) @ features.astype(np.float32).ravel()
    distances = distances.clip(0)  # half floats put an image up to 1e-3 from itself
    if digit is not None:
        distances = np.where(examples.labels == digit, distances, np.inf)
    order = distances.argsort(kind="stable")[:count]
    return [
        Neighbour(
            int(examples.labels[index]),
            examples.images[index],
            float(distances[index]),
            find_shared(seen, examples.images[index]),
        )
        for index in order
        if np.isfinite(distances[index])
    ]


def find_shared(seen: np.ndarray, image: np.ndarray) -> np.ndarray:
    """Return the ink that two images, uint8 (28, 28), have in common: float32 (28, 28), 0-1."""
    return np.minimum(seen, image).astype(np.float32) / 255
