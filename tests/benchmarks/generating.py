"""What it costs to make what board_cnn learns from: processor time for each image."""

import time
from collections.abc import Callable

import numpy as np
import torch

from ml.data.augment import distort
from ml.synthetic.generate import make_digits, make_non_digits, retrace_digits, trace_examples
from ml.training.calibration import HELD_OUT_SEED
from tests.benchmarks.threads import one_thread

IMAGES = 5_000
BATCH = 256


def measure() -> dict[str, float]:
    """Return the microseconds of one thread for an image of each kind, the best of three runs."""
    digits = make_digits(IMAGES, HELD_OUT_SEED)
    images = digits.images[:BATCH]
    traced = trace_examples(digits)
    generator = torch.Generator().manual_seed(0)
    kinds = {
        "generated_digit": (lambda: make_digits(IMAGES, HELD_OUT_SEED), IMAGES),
        "generated_non_digit": (lambda: make_non_digits(IMAGES, HELD_OUT_SEED), IMAGES),
        "traced_digit": (lambda: trace_examples(digits), IMAGES),
        "retraced_digit": (
            lambda: retrace_digits(*traced, IMAGES, np.random.default_rng(0)),
            IMAGES,
        ),
        "distortion": (lambda: distort(images, generator), BATCH),
    }
    with one_thread():
        return {
            f"{name}_us": round(min(_time(make) for _ in range(3)) / count * 1e6, 1)
            for name, (make, count) in kinds.items()
        }


def _time(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun
