"""Training images to show beside a drawing, and what each network sees in them.

They are a few hundred of MNIST's, chosen by `python run.py --examples`; EXAMPLES.md says how, and
under which licence they are handed on.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock

import numpy as np

from ml.explain.batches import LARGEST
from ml.predict import Reader

FILE = Path(__file__).with_name("examples.npz")


@dataclass(frozen=True)
class Examples:
    """Images, uint8 (N, 28, 28) with 0 = paper and 255 = ink, and their labels, uint8 (N,), 0-9.

    In the file that ships they are sorted by label, of each label the most usual shape first.
    """

    images: np.ndarray
    labels: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)

    def of(self, digit: int) -> np.ndarray:
        """Return the images of one digit, uint8 (M, 28, 28)."""
        return self.images[self.labels == digit]


@cache
def load_examples(path: Path = FILE) -> Examples:
    """Return the examples that ship; the file is read once."""
    with np.load(path, allow_pickle=False) as content:
        return Examples(content["images"], content["labels"])


class ExampleFeatures:
    """What each served network's last layer is given for the examples; safe to share by threads.

    It is computed at the first question about a model, and anew when other weights of the model
    are served. Of each model one array is kept, 2 bytes a number: 1.8 MB for the largest.
    """

    def __init__(self, examples: Examples | None = None) -> None:
        self.examples = load_examples() if examples is None else examples
        self._kept: dict[str, tuple[str, np.ndarray]] = {}  # by model: weights' version, features
        self._lock = Lock()

    def find(self, reader: Reader, model: str) -> np.ndarray:
        """Return the features of the examples, float16 (N, D), each row of length 1.

        Raises UnknownModelError for a name that is not served.
        """
        with self._lock:
            version, features = self._kept.get(model, ("", None))
            # Weights that are replaced while this runs would leave features of both: once more.
            while features is None or version != reader.weights_version(model):
                version = reader.weights_version(model)
                features = np.concatenate(list(self._compute(reader, model)))
            self._kept[model] = version, features
            return features

    def _compute(self, reader: Reader, model: str) -> Iterator[np.ndarray]:
        for start in range(0, len(self.examples), LARGEST):
            yield reader.features(model, self.examples.images[start : start + LARGEST])
