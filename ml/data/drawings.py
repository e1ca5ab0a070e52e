"""Drawings that people confirmed, as training takes them: images, labels and the pen's strokes."""

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from ml.data.examples import Examples
from ml.errors import DataError
from ml.files import write_atomically
from ml.preprocess import IMAGE_SIDE

NOT_A_DIGIT = 10  # the label of what is not a digit; digits have 0 to 9
SPLIT_SEED = 30_000  # fixed: whoever splits the same drawings gets the same parts
HELD_BACK = 5  # of so many drawings of a digit, one is for validation and one for testing
FEWEST = 3  # drawings of a digit, for one of them to be in each part

Strokes = tuple[np.ndarray, ...]  # float32 (P, 2) each, in board px


@dataclass(frozen=True)
class Drawings:
    """N confirmed drawings: 28×28 images with labels 0 to 9 or NOT_A_DIGIT, and their strokes.

    The strokes are None for a drawing that came as a picture.
    """

    examples: Examples
    strokes: tuple[Strokes | None, ...]

    @classmethod
    def gather(
        cls,
        seen: Sequence[bytes],
        labels: Sequence[int],
        strokes: Sequence[Sequence[Sequence[Sequence[float]]] | None],
    ) -> "Drawings":
        """Return drawings from 784 bytes, a label and lists of strokes of [x, y] for each."""
        images = np.frombuffer(b"".join(seen), np.uint8).reshape(-1, IMAGE_SIDE, IMAGE_SIDE)
        lines = (
            each and tuple(np.array(stroke, np.float32) for stroke in each) for each in strokes
        )
        examples = Examples(
            torch.from_numpy(images.copy()), torch.tensor(labels, dtype=torch.int64)
        )
        return cls(examples, tuple(each or None for each in lines))

    def __len__(self) -> int:
        return len(self.strokes)

    def __getitem__(self, chosen: np.ndarray) -> "Drawings":
        """Return the drawings of these numbers, int (M,), in their order."""
        examples = self.examples[torch.from_numpy(chosen)]
        return Drawings(examples, tuple(self.strokes[number] for number in chosen))

    @property
    def labels(self) -> np.ndarray:
        """What each drawing is, int64 (N,)."""
        return self.examples.labels.numpy()

    def keep_digits(self) -> "Drawings":
        """Return the drawings that are digits."""
        return self[np.flatnonzero(self.labels < NOT_A_DIGIT)]

    def checksum(self) -> str:
        """Return one SHA-256 over images, labels and strokes, as hexadecimal digits."""
        digest = hashlib.sha256(self.examples.checksum().encode())
        for strokes in self.strokes:
            digest.update(b"-" if strokes is None else b"".join(map(np.ndarray.tobytes, strokes)))
        return digest.hexdigest()

    def save(self, path: Path) -> None:
        """Write the drawings to a .npz file, atomically."""
        lengths = [[len(stroke) for stroke in strokes or ()] for strokes in self.strokes]
        points = [stroke for strokes in self.strokes for stroke in strokes or ()]
        buffer = io.BytesIO()
        np.savez_compressed(
            buffer,
            images=self.examples.images.numpy(),
            labels=self.labels,
            counts=np.array([len(each) for each in lengths], np.int64),
            lengths=np.array([length for each in lengths for length in each], np.int64),
            points=np.concatenate([np.empty((0, 2), np.float32), *points]),
        )
        write_atomically(path, lambda temporary: temporary.write_bytes(buffer.getbuffer()))

    @classmethod
    def load(cls, path: Path) -> "Drawings":
        """Read what `save` wrote; raises DataError if it is missing or damaged."""
        try:
            with np.load(path, allow_pickle=False) as file:
                parts = {name: file[name] for name in file.files}
            ends = np.cumsum(parts["lengths"])[:-1]
            lines = np.split(parts["points"], ends) if len(parts["lengths"]) else []
            strokes, first = [], 0
            for count in parts["counts"]:
                strokes.append(tuple(lines[first : first + count]) or None)
                first += count
            examples = Examples(*(torch.from_numpy(parts[name]) for name in ("images", "labels")))
        except Exception as error:  # NumPy and zipfile each raise kinds of their own
            raise DataError(f"the run's drawings in {path} cannot be read: {error}") from error
        return cls(examples, tuple(strokes))


def split_drawings(drawings: Drawings) -> tuple[Examples, Examples, Examples]:
    """Split digits into (training, validation, test), the same ones every time.

    A fifth of each digit's drawings, at least one, goes to each of the last two. Equal images stay
    together: no drawing is on both sides. Raises DataError if a digit has fewer than FEWEST.
    """
    labels, images = drawings.labels, drawings.examples.images.flatten(1).numpy()
    parts: tuple[list[int], ...] = ([], [], [])
    for digit in range(10):
        numbers = np.flatnonzero(labels == digit)
        _, group = np.unique(images[numbers], axis=0, return_inverse=True)
        groups = [numbers[group.ravel() == each] for each in range(group.max(initial=-1) + 1)]
        if len(groups) < FEWEST:
            raise DataError(_say_too_few(drawings))
        rng = np.random.default_rng((SPLIT_SEED, digit))
        kept_back = max(1, len(groups) // HELD_BACK)
        for place, each in enumerate(rng.permutation(len(groups))):
            part = parts[1 if place < kept_back else 2 if place < 2 * kept_back else 0]
            part.extend(groups[each])
    chosen = (torch.tensor(sorted(part)) for part in parts)
    training, validation, test = (drawings.examples[part] for part in chosen)
    return training, validation, test


def _say_too_few(drawings: Drawings) -> str:
    """Say which digits lack drawings."""
    images = drawings.examples.images.flatten(1).numpy()
    counts = {
        digit: len(np.unique(images[drawings.labels == digit], axis=0)) for digit in range(10)
    }
    lacking = ", ".join(f"{digit} ({n})" for digit, n in counts.items() if n < FEWEST)
    return (
        f"at least {FEWEST} different drawings of each digit are needed, for learning, validation "
        f"and testing; there are too few of {lacking}: confirm more on the board, or learn from "
        "them together with MNIST by --train --drawings"
    )
