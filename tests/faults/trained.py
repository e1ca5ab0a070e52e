"""Writes of a training: its checkpoint, and a whole run with checkpoints, history and events."""

import argparse
import contextlib
import functools
import hashlib
import io
import json

import numpy as np
import torch

from ml.commands import export
from ml.data.drawings import Drawings
from ml.data.examples import Examples, split
from ml.data.mnist import Digits
from ml.networks.card import WEIGHTS_DIR
from ml.runs.events import read_events
from ml.training.recipes import find_recipe
from ml.training.recorder import Recorder
from ml.training.sessions import train
from ml.training.state import load_checkpoint, save_checkpoint
from ml.versions import Shelf
from tests.digits import make_examples
from tests.faults.enumeration import Write


class Checkpoint(Write):
    """A checkpoint in the place of the one before."""

    name, words = "checkpoint", "a checkpoint"

    def prepare(self, folder):
        self.save(folder, 1)

    def write(self, folder):
        self.save(folder, 2)

    def look(self, folder):
        state = load_checkpoint(folder / "checkpoint.pt")
        return state["epoch"], float(state["weights"].sum())

    def save(self, folder, epoch):
        weights = torch.full((100, 100), float(epoch))
        save_checkpoint(folder / "checkpoint.pt", {"epoch": epoch, "weights": weights})


class Run(Write):
    """A training of two epochs: whatever stops it, it ends with the same weights, bit for bit."""

    name, words = "training", "a training: checkpoints, history and events of two epochs"
    varies = cleans_later = True  # its reserve is removed when it goes on
    recipe = find_recipe("linear", batch_size=32, sessions=(1, 1))

    def write(self, folder):
        torch.set_num_threads(1)
        resume = (folder / "checkpoint.pt").exists()
        digits = make_digits()
        with Recorder(folder, self.recipe) as recorder:
            options = {"seed": 5, "device": torch.device("cpu"), "resume": resume}
            events = train(self.recipe, digits, folder, **options)
            for event in recorder.follow(events, digits):
                last = event
            recorder.finish(last.evaluation.accuracy, last.evaluation.loss)

    def look(self, folder):
        """The epochs in the checkpoint, its weights, and whether the run says that it ended."""
        path = folder / "history.jsonl"
        history = path.read_text().splitlines() if path.exists() else []
        assert all(json.loads(line)["epoch"] for line in history)
        is_finished = any(event["type"] == "finished" for event in read_events(folder))
        if not (folder / "checkpoint.pt").exists():
            return 0, "", is_finished
        state = load_checkpoint(folder / "checkpoint.pt")
        assert len(history) in (state["epoch"], state["epoch"] - 1)
        weights = b"".join(each.numpy().tobytes() for each in state["weights"].values())
        return state["epoch"], hashlib.sha256(weights).hexdigest(), is_finished

    def is_whole(self, state, old, new):
        return state[0] < new[0] or state[:2] == new[:2]

    def list_names(self, folder):
        own = {"checkpoint.pt", "history.jsonl", "events.jsonl"}  # of epochs that are done
        return super().list_names(folder) - own


class LearnedDrawings(Write):
    """The drawings that a hand's training learns, kept for its resumption."""

    name, words = "learned-drawings", "the drawings that a training learns"

    def prepare(self, folder):
        self.save(folder, 20)

    def write(self, folder):
        self.save(folder, 30)

    def look(self, folder):
        return Drawings.load(folder / "drawings.npz").checksum()

    def save(self, folder, count):
        images = torch.from_numpy(np.random.default_rng(1).integers(0, 255, (count, 28, 28)))
        examples = Examples(images.to(torch.uint8), torch.arange(count) % 10)
        Drawings(examples, (None,) * count).save(folder / "drawings.npz")


class ExportedNetwork(Write):
    """`--export onnx`: a network and its contract, the one after the other."""

    name, words = "onnx", "a network and its contract that are exported"

    def write(self, folder):
        shelf = Shelf(WEIGHTS_DIR, None, dict, None)
        flags = {
            "export": "onnx",
            "ship": False,
            "model": "linear",
            "out": folder,
            "weights": WEIGHTS_DIR,
        }
        with contextlib.redirect_stdout(io.StringIO()):
            export.run(argparse.Namespace(**flags, shelf=shelf))

    def look(self, folder):
        return {path.name: path.read_bytes() for path in folder.glob("linear.*")}

    def is_whole(self, state, old, new):
        return state.items() <= new.items()


@functools.cache
def make_digits() -> Digits:
    """Return a few digits, made once."""
    return Digits(*split(make_examples(120, seed=1), 5_000), make_examples(40, seed=2))


WRITES = (Checkpoint, Run, LearnedDrawings, ExportedNetwork)
