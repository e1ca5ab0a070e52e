"""Writes of plain files: what is asked of a run, its events, models, versions, runs."""

import json
from pathlib import Path
from time import sleep

from ml.files import write_atomically
from ml.networks.card import read_card
from ml.networks.weights import save_files
from ml.runs import folders
from ml.runs.control import Control, read_control, write_control
from ml.runs.events import EventWriter, read_events
from ml.runs.folders import RunSettings, read_settings
from ml.versions import add_version, list_damaged, list_versions
from tests.cards import make_card
from tests.faults.enumeration import Write
from webapp.runs.starting import Trainer

MODEL = "linear"
RUN = f"{MODEL}-20260131-120000"


class File(Write):
    """A file that is replaced."""

    name, words = "file", "any file that is replaced"

    def prepare(self, folder):
        (folder / "file.json").write_text("old")

    def write(self, folder):
        write_atomically(folder / "file.json", lambda path: path.write_text("new" * 10_000))

    def look(self, folder):
        return (folder / "file.json").read_text()


class NewFile(File):
    """A file that was not there."""

    name, words = "new-file", "any file that is new"

    def prepare(self, folder):
        pass

    def look(self, folder):
        path = folder / "file.json"
        return path.read_text() if path.exists() else None


class ControlFile(Write):
    """What a server asks of a training."""

    name, words = "control", "what is asked of a training"

    def prepare(self, folder):
        write_control(folder, Control("run"))

    def write(self, folder):
        write_control(folder, Control("pause", 0.5))

    def look(self, folder):
        return json.loads((folder / "control.json").read_text()), read_control(folder)


class Settings(Write):
    """What a run was started with."""

    name, words = "settings", "a run's settings"

    def prepare(self, folder):
        RunSettings(RUN, MODEL).save(folder)

    def write(self, folder):
        RunSettings(RUN, MODEL, seed=7, pid=1).save(folder)

    def look(self, folder):
        return read_settings(folder)


class Events(Write):
    """A run's events: each is a write of its own."""

    name, words = "events", "a run's events"

    def prepare(self, folder):
        self.fill(folder, 2)

    def write(self, folder):
        self.fill(folder, 6)

    def look(self, folder):
        return [(event["n"], event["type"], event["done"]) for event in read_events(folder)]

    def is_whole(self, state, old, new):
        return len(state) >= len(old) and state == new[: len(state)]

    def fill(self, folder, count):
        writer = EventWriter(folder)
        try:
            while writer.count < count:
                writer.write("point", done=writer.count, words="x" * 200)
        finally:
            writer.close()


class Model(Write):
    """Weights, ONNX and card, swapped together."""

    name, words = "model", "weights, ONNX and card of a model"

    def prepare(self, folder):
        save_files(folder, make_card(MODEL), b"old weights" * 999, b"old network" * 999)

    def write(self, folder):
        save_files(folder, make_card(MODEL, seed=1), b"new weights" * 999, b"new network" * 999)

    def look(self, folder):
        card = read_card(folder, MODEL)
        return card.seed, card.weights.read(folder), card.onnx.read(folder)

    def list_names(self, folder):
        # Until the next write a former file may stay that no card names, whole.
        return super().list_names(folder) | super().list_names(folder.parent / "template")


class KeptVersion(Write):
    """A version of a model, kept beside another."""

    name, words = "version", "a version of a model"

    def prepare(self, folder):
        add_version(folder, make_card(MODEL), b"old weights" * 999, b"old network" * 999)

    def write(self, folder):
        add_version(folder, make_card(MODEL), b"new weights" * 999, b"new network" * 999)

    def look(self, folder):
        assert list_damaged(folder, MODEL) == {}
        versions = list_versions(folder, MODEL)
        return [(v.card.weights.read(v.folder), v.card.onnx.read(v.folder)) for v in versions]

    def simplify(self, name):
        parts = Path(name).parts
        return "/".join("n" if part.isdigit() and part != "1" else part for part in parts)


class StartedRun(Write):
    """A run that a server starts."""

    name, words = "run", "a run that is started"

    def prepare(self, folder):
        folders.find_runs_dir(folder).mkdir()

    def write(self, folder):
        while folders.find_running(folders.find_runs_dir(folder)):
            sleep(0.01)  # `true` of the try before has not ended yet
        Trainer(folder, ("true",)).start(RunSettings("", MODEL, seed=3), ())

    def look(self, folder):
        """The settings of runs; one that was interrupted before it began has none."""
        found = map(read_settings, folders.list_folders(folders.find_runs_dir(folder)))
        return [settings.seed for settings in found if settings][:1]

    def list_names(self, folder):
        return set()  # one that was killed as it began is listed, as interrupted


class DeletedRun(Write):
    """A run that is deleted."""

    name, words = "deleted-run", "a run that is deleted"

    def prepare(self, folder):
        self.make_run(folder, RUN)

    def write(self, folder):
        run = folders.find_runs_dir(folder) / RUN
        if not run.exists():  # its files are cleared away when the next one is deleted
            run = self.make_run(folder, f"{RUN}-2")
        Trainer(folder).delete(run)

    def look(self, folder):
        runs = folders.list_folders(folders.find_runs_dir(folder))
        return [(read_settings(run), (run / "checkpoint.pt").read_bytes()) for run in runs]

    cleans_later = True

    def make_run(self, folder, name):
        run = folders.find_runs_dir(folder) / name
        run.mkdir(parents=True)
        RunSettings(name, MODEL, seed=3).save(run)
        (run / "checkpoint.pt").write_bytes(b"weights")
        return run


WRITES = (
    *(File, NewFile, ControlFile, Settings, Events),
    *(Model, KeptVersion, StartedRun, DeletedRun),
)
