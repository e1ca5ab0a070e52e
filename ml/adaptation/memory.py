"""What a hand has confirmed, and the bonus that it gives to drawings near it. NumPy only.

A drawing is remembered by its features: what the network's last layer is given. A new drawing whose
features lie near those of a confirmed one is probably the same character by the same hand, so that
character's logit gets a bonus. Nothing is trained: the effect is there with the next reading, and
gone when the drawing is deleted. It is a cache model of one nearest drawing for each label
(E. Grave and others, Improving neural language models with a continuous cache, 2017; E. Orhan, A
simple cache model for image recognition, 2018).
"""

import math
from collections.abc import Sequence

import numpy as np

from ml.networks.logits import NOT_A_DIGIT

LABELS = NOT_A_DIGIT + 1

# bonus = STRENGTH · exp(−d² / REACH), where d is the distance of two feature vectors of length 1:
# d² is 0 for the same drawing and 2 for ones that have nothing in common. Both were chosen on half
# of the writers of `python -m tests.benchmarks corrections`; docs/research-log.md has the others.
STRENGTH = 16.0  # nats
REACH = 0.3
# A bonus below this changes nothing: a reading far from everything confirmed stays as it was.
LEAST = 0.05  # nats; reached at d² = 1.7
# The very drawing that was confirmed reads as confirmed, however sure the network is of another
# answer. Half floats put a drawing's features up to d² = 1e-6 from themselves; the most similar
# two drawings with different labels, of 11,120, lie 8e-3 apart.
SAME = 1e-4  # squared distance
CERTAIN = 1000.0  # nats: more than any two logits of ours differ by


class Memory:
    """The drawings that one hand has confirmed, as one model sees them; it never changes.

    `features` is (N, D) of any float type, `labels` integers (N,), 0 to 9 or NOT_A_DIGIT, and `ids`
    what the drawings are called elsewhere. They come in the order in which they were confirmed: of
    equal drawings with different labels the last one counts. Raises ValueError for other shapes or
    labels.
    """

    def __init__(self, features: np.ndarray, labels: np.ndarray, ids: Sequence[str]) -> None:
        labels = np.asarray(labels, np.int64)
        if features.ndim != 2 or not len(features) == len(labels) == len(ids):
            raise ValueError(
                f"features {features.shape} must have a row for each of {len(labels)} labels"
                f" and {len(ids)} ids"
            )
        if ((labels < 0) | (labels >= LABELS)).any():
            raise ValueError("labels must lie from 0 to 9, or be 10 for what is not a digit")
        self._features = to_unit_length(features)
        self._labels = labels
        self._ids = list(ids)

    def __len__(self) -> int:
        return len(self._ids)

    def bonus(self, features: np.ndarray) -> np.ndarray:
        """Return what to add to the logits of drawings with these features (M, D): float32 (M, 11).

        The last column is for "not a digit". Of each label only the nearest drawing counts. Where a
        drawing is one that was confirmed, its label's bonus is CERTAIN and the others' are 0.
        """
        distances = self._measure(features)
        nearest = np.full((len(features), LABELS), np.inf, np.float32)
        for label in np.unique(self._labels):
            nearest[:, label] = distances[:, self._labels == label].min(axis=1)
        bonus = STRENGTH * np.exp(-nearest / REACH)
        bonus[bonus < LEAST] = 0
        for row in np.flatnonzero(nearest.min(axis=1, initial=np.inf) < SAME):
            last = np.flatnonzero(distances[row] < SAME)[-1]
            bonus[row] = 0
            bonus[row, self._labels[last]] = CERTAIN
        return bonus

    def find_nearest(self, features: np.ndarray, label: int) -> str | None:
        """Return the id of the drawing with this label nearest to features (D,); None if none."""
        indices = np.flatnonzero(self._labels == label)
        if not len(indices):
            return None
        distances = self._measure(features[None])[0, indices]
        # Of those at the same distance, the one that was confirmed last.
        return self._ids[indices[::-1][np.argmin(distances[::-1])]]

    def _measure(self, features: np.ndarray) -> np.ndarray:
        """Return the squared distances of features (M, D) to all remembered: float32 (M, N)."""
        return np.maximum(2 - 2 * (to_unit_length(features) @ self._features.T), 0)


def to_unit_length(features: np.ndarray) -> np.ndarray:
    """Return features (N, D) as float32, each row of length 1."""
    exact = features.astype(np.float32)
    lengths = np.sqrt(np.einsum("ij,ij->i", exact, exact))
    exact[lengths == 0] = 1  # no unit is active: that has to be near itself, too
    lengths[lengths == 0] = math.sqrt(exact.shape[1])
    exact /= lengths[:, None]
    return exact
