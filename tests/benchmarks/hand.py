"""What learning a hand gains and costs: generated hands, and people's where their files are given.

Of each hand's drawings the first half is for learning: those that are misread, as a person corrects
them, and a third of the others. The second half is read before and after, with memory and without.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np
import torch

from ml.data.drawings import Drawings, Strokes
from ml.data.examples import Examples
from ml.data.mnist import Digits
from ml.files import PROJECT_DIR
from ml.mnist_files import has_mnist
from ml.networks.card import read_card
from ml.networks.torch_classifier import TorchClassifier
from ml.networks.weights import load_weights
from ml.preprocess import fit_ink
from ml.strokes import Placement, draw, place, read_drawings
from ml.synthetic.digits import DIGITS
from ml.synthetic.handwriting import Hand, write
from ml.training.fine_tuning.judging import (
    Judgement,
    collect_answers,
    cross_validate,
    judge,
    measure_replay,
)
from ml.training.fine_tuning.learning import FineTuning, find_fine_tuning, learn
from ml.training.fine_tuning.replay import find_answers, make_judged, make_replay
from tests.benchmarks.corrections import is_for_choosing
from tests.benchmarks.new_habits import HABITS
from tests.benchmarks.readings import Readings
from webapp.store.drawings import NewDrawing
from webapp.store.store import Store

CPU = torch.device("cpu")
EACH = 24  # drawings of a digit by a generated hand
STRANGE = (0, 1, 2)  # digits that hands write in an invented way: one hand of each number
FEWEST = 100  # drawings by a person, for halves that say something
PEOPLE = 6  # at most
CONFIRMED = 1 / 3  # of what is read rightly
# How far one hand's drawings of a digit lie apart; between hands, slant, turn and width differ.
OWN = Hand(
    jitter=0.03, width=0.06, slant=0.05, lean=0, turn=0.04, apart=0.02, bow=0.02, grow=0.03,
    hook=0.03, hooked=0.1, tremor=0.004,
)  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """What became of one hand: shares of the second half read rightly, 0-1, and the judgement."""

    learned: int
    misread: int
    rest: int
    before: float
    memory: float
    after: float
    both: float
    seconds: float  # of the steps, those for judging included
    judgement: Judgement


def write_hand(strange: int, seed: int) -> Drawings:
    """Return EACH drawings of every digit by one generated hand, in random order.

    `strange` digits it writes as nobody does, the others in one habit of the generator's each.
    """
    rng = np.random.default_rng((seed, strange))
    odd = set(rng.permutation(10)[:strange].tolist())
    slant, turn, wide = rng.normal(0.1, 0.3), rng.normal(0, 0.12), np.exp(rng.normal(0, 0.25))
    across = np.array([[wide, 0], [-slant, 1]])  # of row vectors: x and y to x and y
    turned = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    invented = dict(HABITS.values())
    drawings = []
    for digit in range(10):
        own = DIGITS[str(digit)]
        habit = invented[digit] if digit in odd else own[rng.integers(len(own))]
        for segments in write(habit, EACH, rng, OWN):
            strokes = [stroke @ across @ turned for stroke in _join(segments)]
            drawings.append((digit, place(strokes, Placement(rng.uniform(0.4, 0.9)))))
    order = rng.permutation(len(drawings))
    return _draw([drawings[n] for n in order])


def _join(segments: np.ndarray) -> list[np.ndarray]:
    """Return the strokes (P, 2) that segments (S, 4) are the pieces of."""
    strokes = [[segments[0, :2]]]
    for start, end in zip(segments[:, :2], segments[:, 2:], strict=True):
        if not np.array_equal(strokes[-1][-1], start):
            strokes.append([start])
        strokes[-1].append(end)
    return [np.array(stroke) for stroke in strokes]


def _draw(drawings: list[tuple[int, list[np.ndarray]]]) -> Drawings:
    strokes: list[Strokes] = [tuple(s.astype(np.float32) for s in each) for _, each in drawings]
    images = torch.from_numpy(np.stack([fit_ink(draw(each)) for each in strokes]))
    labels = torch.tensor([label for label, _ in drawings])
    return Drawings(Examples(images, labels), tuple(strokes))


def list_people(path: Path) -> Iterator[tuple[str, Drawings]]:
    """Yield digits of people whom no constants were chosen by, those who drew most first.

    Each lies in the middle of the board, 40 to 90% of it large.
    """
    drawings = read_drawings(path)
    names, counts = np.unique([drawing.writer for drawing in drawings], return_counts=True)
    order = np.argsort(-counts, kind="stable")
    chosen = [n for n in order if counts[n] >= FEWEST and not is_for_choosing(names[n])]
    for number in chosen[:PEOPLE]:
        rng = np.random.default_rng(number)
        own = [drawing for drawing in drawings if drawing.writer == names[number]]
        sizes = rng.uniform(0.4, 0.9, len(own))
        placed = [place(d.strokes, Placement(size)) for d, size in zip(own, sizes, strict=True)]
        yield names[number], _draw([(int(d.label), p) for d, p in zip(own, placed, strict=True)])


def measure(model: str, weights: Path, data: Path, strokes: Path) -> Iterator[str]:
    """Yield a table of hands, and how long the whole command takes."""
    card = read_card(weights, model)
    network = load_weights(weights, card)
    mnist = Digits.load(data, 5_000) if has_mnist(data) else None
    replay = make_replay(network, mnist and mnist.training, 0)
    judged = make_judged(network, mnist and mnist.validation)
    known = measure_replay(network, judged, card.calibration)
    lines = [
        "| hand | drawings learned | of them misread | others | read before | with memory |"
        " after learning | with both | judged: drawings | generated | MNIST | non-digits | served |"
        " seconds |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    hands = [(f"{n} invented habits", write_hand(n, 50 + n)) for n in STRANGE]
    if strokes.is_file():
        hands += [(f"writer {name}", each) for name, each in list_people(strokes)]
    for name, drawings in hands:
        outcome = _follow(model, network, card.calibration, drawings, replay, judged, known)
        lines.append(_tell(name, outcome))
    yield "\n\n" + "\n".join(lines) + "\n"
    yield _time_command(model, weights, data, write_hand(STRANGE[1], 51))


def _follow(model, network, calibration, drawings, replay, judged, known) -> Outcome:
    middle = len(drawings) // 2
    first, rest = drawings[np.arange(middle)], drawings[np.arange(middle, len(drawings))]
    is_right = find_answers(network, first.examples, calibration) == first.labels
    is_told = ~is_right | (np.random.default_rng(0).random(middle) < CONFIRMED)
    tuning = FineTuning(network.state_dict(), first[np.flatnonzero(is_told)], replay)
    recipe, began = find_fine_tuning(model), perf_counter()
    learned = learn(tuning, recipe, 0, CPU)
    with TemporaryDirectory() as folder:
        list(cross_validate(tuning, recipe, calibration, Path(folder), seed=0, device=CPU))
        seconds = perf_counter() - began
        answers = collect_answers(tuning, Path(folder))
    figures = measure_replay(learned, judged, calibration)
    before = find_answers(network, tuning.drawings.examples, calibration)
    shares = {}
    for name, each in (("before", network), ("after", learned)):
        classifier = TorchClassifier(each, calibration)
        taught, asked = (
            Readings.of(classifier, part.examples.images.numpy(), part.labels)
            for part in (tuning.drawings, rest)
        )
        memory = taught.remember(taught.forget(), slice(None))
        shares[name] = [asked.is_right(m).mean() for m in (asked.forget(), memory)]
    return Outcome(
        learned=len(tuning.drawings),
        misread=int((~is_right).sum()),
        rest=len(rest),
        before=shares["before"][0],
        memory=shares["before"][1],
        after=shares["after"][0],
        both=shares["after"][1],
        seconds=seconds,
        judgement=judge(tuning.drawings, before, answers, known, figures),
    )


def _tell(name: str, outcome: Outcome) -> str:
    judgement = outcome.judgement
    names = ("drawings", "generated", "mnist", "non_digits")
    changes = [_compare(judgement.before[each], judgement.after[each]) for each in names]
    shares = (outcome.before, outcome.memory, outcome.after, outcome.both)
    cells = [f"{share:.1%}" for share in shares] + changes
    served = "yes" if judgement.served else "no"
    counts = f"{outcome.learned} | {outcome.misread} | {outcome.rest}"
    return f"| {name} | {counts} | {' | '.join(cells)} | {served} | {outcome.seconds:.0f} |"


def _compare(before: float | None, after: float | None) -> str:
    return "–" if before is None else f"{before:.2%} → {after:.2%}"


def _time_command(model: str, weights: Path, data: Path, drawings: Drawings) -> str:
    """Run the command as a press of the button does; say how long it took, and its steps."""
    with TemporaryDirectory() as folder:
        store = Store(Path(folder))
        store.put_all(
            store.machine_hand(),
            (
                NewDrawing(
                    [stroke.tolist() for stroke in strokes],
                    *(image.numpy().tobytes(), int(label), None, None, None),
                )
                for strokes, image, label in zip(
                    drawings.strokes, drawings.examples.images, drawings.labels, strict=True
                )
            ),
        )
        store.close()
        flags = ["--train", "--drawings", "--model", model, "--instance", folder, "--no-pictures"]
        places = ["--weights", str(weights), "--data", str(data)]
        began, used = perf_counter(), _count_processor_seconds()
        command = [sys.executable, str(PROJECT_DIR / "run.py"), *flags, *places]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        seconds, used = perf_counter() - began, _count_processor_seconds() - used
        (events,) = Path(folder).glob("runs/*/events.jsonl")
        lines = [json.loads(line) for line in events.read_text().splitlines()]
    if done.returncode:
        return f"`{model}`: the command failed: {done.stderr}"
    steps = max(line["seconds"] for line in lines if line["type"] == "point")
    verdict = lines[-1]["judged"]["reason"]
    return (
        f"`{model}`, {len(drawings)} drawings: {seconds:.0f} s from the start of the command to its"
        f" end ({used:.0f} s of a processor), {steps:.1f} s of them its steps. {verdict}"
    )


def _count_processor_seconds() -> float:
    """Return the processor's seconds of all processes that this one has waited for."""
    times = os.times()
    return times.children_user + times.children_system
