"""What a hand has confirmed, and the bonus that it gives to drawings near it. NumPy only.

A drawing is remembered by its features: what the network's last layer is given. A new drawing whose
features lie near those of a confirmed one is probably the same character by the same hand, so that
character's logit gets a bonus. Nothing is trained: the effect is there with the next reading, and
gone when the drawing is deleted. It is a cache model of one nearest drawing for each label
(E. Grave and others, Improving neural language models with a continuous cache, 2017; E. Orhan, A
simple cache model for image recognition, 2018).
"""

import math
from collections.abc import Collection, Sequence

import numpy as np

from ml.networks.logits import NOT_A_DIGIT

LABELS = NOT_A_DIGIT + 1

# A confirmed drawing's bonus is STRENGTH · exp(−d² / REACH), where d is the distance of two feature
# vectors of length 1: d² is 0 for the same drawing and 2 for ones that have nothing in common.
STRENGTH = 16.0  # nats
REACH = 0.3
# Shapes that a network takes for no digit are far from all digits, and it is very sure of it. There
# what is confirmed counts more and from farther away, almost without loss for other digits: the
# bonus is STRENGTH_REFUSED · exp(−(d² / REACH_REFUSED)⁶), flat up to about d² = 0.5.
STRENGTH_REFUSED = 40.0  # nats
REACH_REFUSED = 0.75
# All four were chosen by half of the writers and by generated digits (docs/research-log.md).

# A bonus below this changes nothing: a reading far from everything confirmed stays as it was.
LEAST = 0.05  # nats; reached at d² = 1.7
# The very drawing that was confirmed reads as confirmed, however sure the network is of another
# answer. Half floats put a drawing's features up to d² = 1e-6 from themselves; of 6,000 people's
# digits, no two with different labels lie nearer than 8e-3 for any model.
SAME = 1e-4  # squared distance
CERTAIN = 1000.0  # nats: more than any two logits of ours differ by

BLOCK = 1_000  # drawings whose features lie in one array: adding one copies no more than these


class Memory:
    """The drawings that one hand has confirmed, as one model sees them; it never changes.

    `features` is (N, D) of any float type, `labels` integers (N,), 0 to 9 or NOT_A_DIGIT, and `ids`
    what the drawings are called elsewhere. They come in the order in which they were confirmed: of
    equal drawings with different labels the last one counts. `weights` says which weights of the
    model made the features, where that is known. Raises ValueError for other shapes or labels.
    """

    def __init__(
        self,
        features: np.ndarray,
        labels: np.ndarray,
        ids: Sequence[str],
        weights: str | None = None,
    ) -> None:
        labels = np.asarray(labels, np.int64)
        if features.ndim != 2 or not len(features) == len(labels) == len(ids):
            raise ValueError(
                f"features {features.shape} must have a row for each of {len(labels)} labels"
                f" and {len(ids)} ids"
            )
        if ((labels < 0) | (labels >= LABELS)).any():
            raise ValueError("labels must lie from 0 to 9, or be 10 for what is not a digit")
        starts = range(0, len(labels), BLOCK)
        self._blocks = [to_unit_length(features[start : start + BLOCK]) for start in starts]
        self._labels = labels
        self._ids = list(ids)
        self.weights = weights

    def __len__(self) -> int:
        return len(self._ids)

    def add(self, features: np.ndarray, labels: np.ndarray, ids: Sequence[str]) -> "Memory":
        """Return a memory of these drawings, too, confirmed last; a known id is replaced.

        With ten thousand drawings it takes a fraction of the time of making a memory anew.
        """
        kept, new = self.remove(ids), Memory(features, labels, ids)
        blocks = kept._blocks + new._blocks
        if kept._blocks and len(kept._blocks[-1]) + len(new) <= BLOCK:
            blocks = [*kept._blocks[:-1], np.concatenate([kept._blocks[-1], *new._blocks])]
        labels = np.concatenate([kept._labels, new._labels])
        return _join(blocks, labels, kept._ids + new._ids, self.weights)

    def remove(self, ids: Collection[str]) -> "Memory":
        """Return a memory without the drawings of these ids; unknown ones are ignored."""
        is_kept = np.array([each not in ids for each in self._ids], bool)
        if is_kept.all():
            return self
        ends = np.cumsum([len(block) for block in self._blocks])[:-1]
        masks = np.split(is_kept, ends)
        blocks = [
            block if mask.all() else block[mask]
            for block, mask in zip(self._blocks, masks, strict=True)
            if mask.any()
        ]
        kept_ids = [each for each, keep in zip(self._ids, is_kept, strict=True) if keep]
        return _join(blocks, self._labels[is_kept], kept_ids, self.weights)

    def bonus(self, features: np.ndarray, no_digit: np.ndarray | None = None) -> np.ndarray:
        """Return what to add to the logits of drawings with these features (M, D): float32 (M, 11).

        `no_digit` is float (M,), 0-1: how clearly the network alone refuses each drawing; None if
        it cannot refuse. The last column of the bonus is for "not a digit". Of each label only the
        nearest drawing counts. Where a drawing is one that was confirmed, its label's bonus is
        CERTAIN and the others' are 0.
        """
        distances = self._measure(features)
        nearest = np.full((len(features), LABELS), np.inf, np.float32)
        for label in np.unique(self._labels):
            nearest[:, label] = distances[:, self._labels == label].min(axis=1)
        bonus = STRENGTH * np.exp(-nearest / REACH)
        if no_digit is not None:
            if_refused = STRENGTH_REFUSED * np.exp(-((nearest / REACH_REFUSED) ** 6))
            bonus += no_digit[:, None].astype(np.float32) * np.maximum(if_refused - bonus, 0)
        bonus[bonus < LEAST] = 0
        for row in np.flatnonzero(nearest.min(axis=1) < SAME):
            last = np.flatnonzero(distances[row] < SAME)[-1]
            bonus[row] = 0
            bonus[row, self._labels[last]] = CERTAIN
        return bonus

    def find_nearest(self, features: np.ndarray, label: int) -> str | None:
        """Return the id of the drawing with this label nearest to features (D,); None if none."""
        indices = np.flatnonzero(self._labels == label)[::-1]  # of equal ones the last confirmed
        if not len(indices):
            return None
        return self._ids[indices[self._measure(features[None])[0, indices].argmin()]]

    def _measure(self, features: np.ndarray) -> np.ndarray:
        """Return the squared distances of features (M, D) to all remembered: float32 (M, N)."""
        unit = to_unit_length(features)
        parts = [2 - 2 * (unit @ block.T) for block in self._blocks]
        return np.maximum(np.concatenate(parts, axis=1), 0) if parts else np.empty((len(unit), 0))


def _join(
    blocks: list[np.ndarray], labels: np.ndarray, ids: list[str], weights: str | None
) -> Memory:
    """Return a memory of features that have length 1 already; blocks are shared, not copied."""
    memory = Memory.__new__(Memory)
    memory._blocks, memory._labels, memory._ids, memory.weights = blocks, labels, ids, weights
    return memory


def to_unit_length(features: np.ndarray) -> np.ndarray:
    """Return features (N, D) as float32, each row of length 1."""
    exact = features.astype(np.float32)
    lengths = np.sqrt(np.einsum("ij,ij->i", exact, exact))
    exact[lengths == 0] = 1  # no unit is active: that has to be near itself, too
    lengths[lengths == 0] = math.sqrt(exact.shape[1])
    exact /= lengths[:, None]
    return exact
