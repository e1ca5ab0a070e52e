"""What a hand gains by what it confirms, and what others would lose by its memory.

People's digits come in the order in which they were drawn. Either each misread or refused one is
corrected and remembered, or every one is confirmed. Half of the writers are for choosing the
constants of `ml.adaptation.memory`; the other half is reported.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ml.adaptation.memory import Memory
from ml.data.examples import Examples
from ml.networks.card import read_card
from ml.networks.classifier import load_onnx
from ml.networks.logits import NOT_A_DIGIT
from ml.preprocess import fit_ink
from ml.strokes import Drawing, draw, grid_of_placements, place, read_drawings
from tests.benchmarks.readings import Readings

FEWEST = 30  # digits by a writer
SEEN = (5, 10, 20, 40)  # drawings before errors are counted
TAUGHT = 20  # drawings after which others read with a hand's memory
ROWS = {"misread": False, "all": True}  # what is remembered: are rightly read ones confirmed, too?
RESAMPLES = 10_000


@dataclass(frozen=True)
class Gain:
    """How one hand's drawings after the first few were read; counts."""

    drawings: int
    without: int  # errors without a memory
    going_on: int  # errors if the hand goes on correcting
    stopped: int  # errors if only what came before is remembered


def draw_images(drawings: list[Drawing]) -> np.ndarray:
    """Draw each once on the page's board; return what networks are given, uint8 (N, 28, 28).

    Sizes, pens and positions take turns; the step of ten goes through all 81 combinations.
    """
    grid = grid_of_placements()
    placements = (grid[number * 10 % len(grid)] for number in range(len(drawings)))
    return np.stack(
        [
            fit_ink(draw(place(drawing.strokes, placement), placement.pen))
            for drawing, placement in zip(drawings, placements, strict=True)
        ]
    )


def is_for_choosing(writer: str) -> bool:
    """Say whether a writer's drawings are for choosing constants: about half of them are.

    They are the ones that were looked at while the generator was made (docs/results.md).
    """
    return int(hashlib.sha256(writer.encode()).hexdigest(), 16) % 10 < 5


def follow(hand: Readings, confirms_all: bool) -> tuple[dict[int, Gain], Memory, Memory]:
    """Read a hand's drawings in their order while it corrects them.

    Returns the gains after SEEN drawings, and its memories after TAUGHT drawings and at the end.
    """
    alone = ~hand.is_right(hand.forget())
    is_wrong = np.zeros(len(hand), bool)
    memories = [hand.forget()]
    for number in range(len(hand)):
        one = slice(number, number + 1)
        is_wrong[number] = not hand[one].is_right(memories[-1])[0]
        is_told = confirms_all or is_wrong[number]
        memories.append(hand.remember(memories[-1], one) if is_told else memories[-1])
        memories[:-2] = [m if n in (*SEEN, TAUGHT) else None for n, m in enumerate(memories[:-2])]
    gains = {}
    for seen in SEEN:
        if seen < len(hand):
            stopped = ~hand[seen:].is_right(memories[seen])
            counts = (each.sum() for each in (alone[seen:], is_wrong[seen:], stopped))
            gains[seen] = Gain(len(hand) - seen, *map(int, counts))
    return gains, memories[min(TAUGHT, len(hand))], memories[-1]


def measure(
    models: list[str], strokes: Path, mnist: Examples, weights: Path, *, choosing: bool = False
) -> Iterator[str]:
    """Yield two tables for each model: what hands gain, and what others lose by their memories."""
    drawings = read_drawings(strokes)
    images = draw_images(drawings)
    labels = np.array([int(drawing.label) for drawing in drawings])
    writers = np.array([drawing.writer for drawing in drawings])
    letters = strokes.with_name("letters.jsonl.gz")
    letter_images = draw_images(read_drawings(letters)) if letters.is_file() else images[:0]
    names, counts = np.unique(writers, return_counts=True)
    hands = [n for n in names[counts >= FEWEST] if is_for_choosing(n) == choosing]
    for model in models:
        classifier = load_onnx(weights, read_card(weights, model))
        digits = Readings.of(classifier, images, labels)
        followed = {
            row: [follow(digits[writers == hand], confirms_all) for hand in hands]
            for row, confirms_all in ROWS.items()
        }
        yield _tabulate_gains(model, {row: [g for g, _, _ in f] for row, f in followed.items()})
        others = {
            "MNIST's test set": Readings.of(classifier, mnist.images.numpy(), mnist.labels.numpy()),
            "other writers' digits": digits,
        }
        if len(letter_images) and classifier.calibration.refusal_threshold is not None:
            no_digits = np.full(len(letter_images), NOT_A_DIGIT)
            others["letters"] = Readings.of(classifier, letter_images, no_digits)
        lines = [
            f"| model | remembered | after | {' | '.join(others)} |",
            f"|---|---|---|{'---|' * len(others)}",
        ]
        for row, results in followed.items():
            for after, which in ((f"{TAUGHT} drawings", 1), ("all of them", 2)):
                memories = [result[which] for result in results]
                cells = [
                    _describe_loss(
                        read,
                        memories,
                        [writers != hand if read is digits else slice(None) for hand in hands],
                    )
                    for read in others.values()
                ]
                lines.append(f"| `{model}` | {row} | {after} | {' | '.join(cells)} |")
        yield "\n".join(lines)


def _describe_loss(
    readings: Readings, memories: list[Memory], chosen: list[np.ndarray | slice]
) -> str:
    """Return by how many points images are read better (+) or worse (−) with others' memories."""
    before = readings.is_right(readings.forget()).astype(float)
    points = [
        100 * (readings.is_right(memory) - before)[part].mean()
        for memory, part in zip(memories, chosen, strict=True)
    ]
    return f"{np.mean(points):+.3f} (worst {min(points):+.2f})"


def _tabulate_gains(model: str, rows: dict[str, list[dict[int, Gain]]]) -> str:
    lines = [
        "| model | remembered | seen | hands | drawings after | errors without | with | change |"
        " 95% interval | with the first alone |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row, hands in rows.items():
        for seen in SEEN:
            gains = [hand[seen] for hand in hands if seen in hand]
            counts = np.array([list(vars(gain).values()) for gain in gains])
            drawings, without, going_on, stopped = counts.sum(axis=0)
            low, high = bootstrap_change(counts[:, 1], counts[:, 2])
            lines.append(
                f"| `{model}` | {row} | {seen} | {len(gains)} | {drawings:,} | {without} |"
                f" {going_on} | {going_on / without - 1:+.0%} | {low:+.0%} to {high:+.0%} |"
                f" {stopped / without - 1:+.0%} |"
            )
    return "\n".join(lines)


def bootstrap_change(before: np.ndarray, after: np.ndarray, seed: int = 0) -> tuple[float, float]:
    """Return the 95% interval of Σ after / Σ before − 1 over resampled hands; counts (H,)."""
    picks = np.random.default_rng(seed).integers(len(before), size=(RESAMPLES, len(before)))
    sums = before[picks].sum(axis=1)
    changes = after[picks].sum(axis=1)[sums > 0] / sums[sums > 0] - 1
    low, high = np.quantile(changes, [0.025, 0.975])
    return float(low), float(high)
