"""What a network makes of many images, computed once; with any memory, the rest is NumPy."""

from dataclasses import dataclass

import numpy as np

from ml.adaptation.adapting import add_bonus
from ml.adaptation.memory import Memory, to_unit_length
from ml.networks.classifier import Classifier
from ml.networks.logits import Calibration
from ml.preprocess import normalize

TOGETHER = 250  # images read at a time


@dataclass(frozen=True)
class Readings:
    """N images as one network sees them, with what they are: 0 to 9, or 10 for not a digit."""

    logits: np.ndarray  # float32 (N, 10 or 11)
    features: np.ndarray  # float16 (N, D)
    labels: np.ndarray  # int (N,)
    calibration: Calibration

    @classmethod
    def of(cls, classifier: Classifier, images: np.ndarray, labels: np.ndarray) -> "Readings":
        """Read images, uint8 (N, 28, 28), TOGETHER at a time."""
        starts = range(0, len(images), TOGETHER)
        parts = [classifier(normalize(images[start : start + TOGETHER])) for start in starts]
        logits = np.concatenate([logits for logits, _ in parts])
        features = [to_unit_length(part).astype(np.float16) for _, part in parts]
        return cls(logits, np.concatenate(features), np.asarray(labels), classifier.calibration)

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, chosen: np.ndarray | slice) -> "Readings":
        """Return the readings of some of the images."""
        parts = (part[chosen] for part in (self.logits, self.features, self.labels))
        return Readings(*parts, self.calibration)

    def answers(self, memory: Memory) -> np.ndarray:
        """Return int (N,): what is read with a hand's memory, 10 where it is refused."""
        if not memory:
            return self.calibration.answers(self.logits)
        bonus = memory.bonus(self.features, self.calibration.no_digit(self.logits))
        logits, calibration = add_bonus(self.logits, bonus, self.calibration)
        return calibration.answers(logits)

    def is_right(self, memory: Memory) -> np.ndarray:
        """Return bool (N,): which images are read as what they are."""
        return self.answers(memory) == self.labels

    def forget(self) -> Memory:
        """Return a memory without a drawing, for features like these."""
        return Memory(self.features[:0], self.labels[:0], [])

    def remember(self, memory: Memory, chosen: slice) -> Memory:
        """Return a memory with some of these drawings confirmed, too."""
        ids = [str(number) for number in range(len(self))[chosen]]
        return memory.add(self.features[chosen], self.labels[chosen], ids)
