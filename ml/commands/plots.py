"""Pictures only: each function draws one figure and saves it. Nothing that serves imports this."""

from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ml.data.examples import Examples
from ml.evaluation.metrics import Evaluation
from ml.preprocess import IMAGE_SIDE

INK, ACCENT, FAINT = "#2b2a27", "#b5442e", "#b9b4a7"
CELL = 42  # px of a sheet of digits that one takes, its caption included
MARGIN = (CELL - IMAGE_SIDE) // 2  # px to its left

DIVERGED = 25  # nats: a loss that only a run that goes wrong has
WHOLE = {"nbins": 10, "integer": True, "min_n_ticks": 1}  # ticks for epochs
STYLE = {
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": INK,
    "axes.titlelocation": "left",
    "text.color": INK,
}


def plot_label_distribution(training: Examples, test: Examples, path: Path) -> None:
    """Draw how often each digit occurs in the training and in the test set, in percent."""
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(7, 3.4), layout="constrained")
        axes = figure.subplots()
        parts = ((training, "training", INK, -0.2), (test, "test", FAINT, 0.2))
        for examples, name, colour, shift in parts:
            counts = np.bincount(examples.labels, minlength=10)[:10]  # without what is no digit
            share = counts * (100 / len(examples))
            positions = np.arange(10) + shift
            axes.bar(positions, share, 0.38, color=colour, label=f"{name} ({len(examples):,})")
        axes.set_xticks(range(10))
        axes.set(title="Labels in the training and test sets", xlabel="digit", ylabel="share in %")
        axes.legend(frameon=False, ncols=2, loc="lower right", bbox_to_anchor=(1, 1))
        figure.savefig(path)


def plot_history(history: list[dict[str, Any]], marks: list[int], path: Path) -> None:
    """Draw loss and accuracy over all epochs, with the checkpoints after the epochs in `marks`."""
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(8, 3.4), layout="constrained")
        left, right = figure.subplots(1, 2)
        _plot_curves(left, history, "loss", 1)
        _plot_curves(right, history, "accuracy", 100)
        for axes in (left, right):
            for number, epoch in enumerate(marks):
                label = "checkpoint" if number == 0 else None
                axes.axvline(epoch, color=ACCENT, linestyle=":", label=label)
            axes.xaxis.set_major_locator(MaxNLocator(**WHOLE))
        left.set(title="Loss", xlabel="epoch", ylabel="cross-entropy in nats")
        right.set(title="Accuracy", xlabel="epoch", ylabel="accuracy in %")
        left.legend(frameon=False)
        figure.savefig(path)


def _plot_curves(axes: Axes, history: list[dict[str, Any]], quantity: str, scale: int) -> None:
    epochs = [epoch["epoch"] for epoch in history]
    for part, line in (("training", "-"), ("validation", "--")):
        values = [epoch[f"{part}_{quantity}"] * scale for epoch in history]
        axes.plot(epochs, values, line, marker="o", markersize=3, color=INK, label=part)


def plot_comparison(
    histories: dict[str, list[dict[str, Any]]],
    path: Path,
    points: dict[str, list[dict[str, Any]]] | None = None,
) -> None:
    """Draw the validation loss and accuracy of several runs, one line each.

    With `points` from between the epochs, what each run reached in training is a thin line behind.
    """
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(9, 3.6), layout="constrained")
        left, right = figure.subplots(1, 2)
        for name, history in histories.items():
            epochs = [epoch["epoch"] for epoch in history]
            losses = [epoch["validation_loss"] for epoch in history]
            accuracies = [epoch["validation_accuracy"] * 100 for epoch in history]
            # With a dot for each epoch, a run of one is seen too.
            (line,) = left.plot(epochs, losses, marker="o", markersize=3, label=name)
            colour = line.get_color()
            right.plot(epochs, accuracies, marker="o", markersize=3, color=colour)
            _plot_points((left, right), (points or {}).get(name, []), colour)
        if max(left.get_ylim()) > DIVERGED:  # or the others would be one line at the bottom
            left.set_yscale("log")
        for axes in (left, right):
            axes.xaxis.set_major_locator(MaxNLocator(**WHOLE))
        left.set(title="Validation loss", xlabel="epoch", ylabel="cross-entropy in nats")
        right.set(title="Validation accuracy", xlabel="epoch", ylabel="accuracy in %")
        figure.legend(frameon=False, loc="outside lower center", ncols=2)
        figure.savefig(path)


def _plot_points(axes: tuple[Axes, Axes], points: list[dict[str, Any]], colour: str) -> None:
    done = [point["done"] for point in points]
    thin = {"color": colour, "linewidth": 0.7, "alpha": 0.5}
    axes[0].plot(done, [point["loss"] for point in points], **thin)
    axes[1].plot(done, [point["accuracy"] * 100 for point in points], **thin)


def plot_readings(
    examples: Examples, evaluation: Evaluation, indices: list[int], path: Path
) -> None:
    """Draw up to 40 test images with what was read and, where that is wrong, the truth."""
    shown = indices[:40]
    rows = max(1, -(-len(shown) // 10))
    # One picture of all cells: an axes for each takes matplotlib ten times as long.
    sheet = np.zeros((rows * CELL, 10 * CELL), dtype=np.uint8)
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(9, 0.9 * rows), layout="constrained")
        axes = figure.subplots()
        axes.axis("off")
        for number, index in enumerate(shown):
            top, left = number // 10 * CELL + CELL - IMAGE_SIDE, number % 10 * CELL + MARGIN
            sheet[top : top + IMAGE_SIDE, left : left + IMAGE_SIDE] = examples.images[index].numpy()
            read, truth = int(evaluation.predictions[index]), int(examples.labels[index])
            text = f"{read}" if read == truth else f"{truth} read as {read}"
            colour = INK if read == truth else ACCENT
            axes.text(left + IMAGE_SIDE / 2, top - 2, text, fontsize=9, ha="center", color=colour)
        axes.imshow(sheet, cmap="gray_r", vmin=0, vmax=255)
        figure.savefig(path)


def plot_confusion(evaluation: Evaluation, path: Path) -> None:
    """Draw how often each digit was read as each, with the mistakes standing out."""
    counts = evaluation.confusion
    mistakes = counts * (1 - np.eye(10))
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(4.8, 4.6), layout="constrained")
        axes = figure.subplots()
        axes.imshow(mistakes, cmap="Reds", vmax=max(1.0, mistakes.max() * 1.6))
        for row in range(10):
            for column in range(10):
                if counts[row, column]:
                    text = str(int(counts[row, column]))
                    axes.text(column, row, text, ha="center", va="center", fontsize=8)
        axes.set_xticks(range(10))
        axes.set_yticks(range(10))
        axes.spines[:].set_visible(False)
        axes.set(title="Confusion matrix", xlabel="read as", ylabel="is")
        figure.savefig(path)


def plot_styles(rows: list[tuple[str, torch.Tensor]], path: Path) -> None:
    """Draw rows of uint8 images (columns, 28, 28), each with its name."""
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(12, 0.62 * len(rows)), layout="constrained")
        for axes, (name, images) in zip(figure.subplots(len(rows), 1), rows, strict=True):
            row = images.permute(1, 0, 2).reshape(IMAGE_SIDE, -1).numpy()
            axes.imshow(row, cmap="gray_r", vmin=0, vmax=255)
            axes.set_ylabel(name, rotation=0, ha="right", va="center")
            axes.set(xticks=[], yticks=[])
            axes.spines[:].set_visible(False)
        figure.savefig(path, bbox_inches="tight")  # the layout leaves too little for long names


def plot_reliability(evaluation: Evaluation, path: Path) -> None:
    """Draw how often the model is right against how sure it says it is, in 15 bins."""
    counts, sure, right = evaluation.reliability
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(4.6, 4.6), layout="constrained")
        axes = figure.subplots()
        axes.plot([0, 100], [0, 100], ":", color=FAINT)
        used = counts > 0
        sizes = 12 + 160 * counts[used] / counts.max()
        axes.scatter(100 * sure[used], 100 * right[used], sizes, color=INK)
        title = f"Reliability: calibration error {evaluation.ece:.2%}"
        axes.set(title=title, xlabel="highest probability in %", ylabel="accuracy in %")
        figure.savefig(path)
