"""The pictures of a finished run: its data, its course and its result."""

from pathlib import Path

import torch

from ml.commands import plots
from ml.data.mnist import Digits
from ml.training.events import Finished

SHOWN_SEED = 0  # which test images the picture of readings shows


def draw_run(folder: Path, digits: Digits, finished: Finished) -> list[Path]:
    """Draw the data, the course and the result of a run into its folder; return the paths."""
    names = ("labels", "history", "readings", "confusion", "reliability")
    labels, history, readings, confusion, reliability = (folder / f"{n}.png" for n in names)
    shown = torch.Generator().manual_seed(SHOWN_SEED)
    indices = torch.randperm(len(digits.test), generator=shown)[:40].tolist()
    plots.plot_label_distribution(digits.training, digits.test, labels)
    plots.plot_history(finished.history, finished.marks, history)
    plots.plot_readings(digits.test, finished.evaluation, indices, readings)
    plots.plot_confusion(finished.evaluation, confusion)
    plots.plot_reliability(finished.evaluation, reliability)
    return [labels, history, readings, confusion, reliability]
