"""--train --drawings: the served network learns a hand, and is served if that is good."""

import argparse
import json
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import nn

from ml.commands import console
from ml.commands.data import DRAWINGS, find_data
from ml.commands.finish import finish_run, resume_flags
from ml.commands.served import find_served
from ml.commands.train import describe_device, find_runs_dir, follow, note_settings
from ml.data.drawings import Drawings
from ml.data.examples import Examples, join
from ml.data.mnist import Digits
from ml.errors import CheckpointError, DataError, StoppedError
from ml.evaluation.metrics import evaluate
from ml.files import from_here, make_command_line, write_atomically
from ml.mnist_files import has_mnist
from ml.networks.card import ModelCard, read_card
from ml.networks.weights import load_weights, save_files
from ml.predict import DEFAULT_MODELS
from ml.runs import folders
from ml.training import runs
from ml.training.card import make_card
from ml.training.devices import pick_device, prepare_process
from ml.training.distributed import refuse_group
from ml.training.fine_tuning.judging import (
    Judgement,
    collect_answers,
    cross_validate,
    judge,
    measure_replay,
)
from ml.training.fine_tuning.learning import FineTuning, find_fine_tuning, select_learnable
from ml.training.fine_tuning.replay import GENERATED, find_answers, make_judged, make_replay
from ml.training.recipes import Recipe, parse_sessions
from ml.training.recorder import Recorder
from ml.training.sessions import train

FEWEST = 10  # drawings to learn from
WATCHED = 500  # images of a kind, at most, that each epoch is measured on
NAME = "my drawings"
# What a run's folder keeps of its beginning: drawings may be added and another version be served
# before it is resumed.
DRAWINGS_FILE, PARENT_FOLDER, PARENT_FILE = "drawings.npz", "before", "before.json"


@dataclass(frozen=True)
class Beginning:
    """What a run begins with: the drawings, and the network that was served."""

    drawings: Drawings
    card: ModelCard
    network: nn.Module
    number: int  # of the version
    folder: Path  # where its files are

    @property
    def parent(self) -> dict[str, object]:
        """What the new version's card says of the one that it went on from."""
        return {"version": self.number, "weights": self.card.weights_version}


def run(flags: argparse.Namespace) -> None:
    """Learn the drawings, judge the result, and keep it as a version."""
    refuse_group("--drawings learns in seconds, in one process; start it without torchrun")
    device = pick_device(flags.device)
    prepare_process()
    print(f"Training on {describe_device(device)}", flush=True)
    recipe, seed, folder = _choose_run(flags)
    beginning = _load_beginning(folder, recipe.model) if flags.resume else _begin(flags, recipe)
    console.header(f"Recipe: {recipe.model}, from version {beginning.number} on")
    print(make_command_line(*make_flags(flags, recipe, seed)), flush=True)
    console.header("Data")
    mnist = _load_mnist(flags, recipe)
    drawings = beginning.drawings
    with_what = "MNIST and generated digits" if mnist else "generated digits"
    print(f"{len(drawings)} drawings, and {with_what} to remember", flush=True)
    folder = folder or runs.make_folder(find_runs_dir(flags), recipe.model)
    with runs.hold_folder(folder, resume=flags.resume):
        print(f"The run is in {folder}", flush=True)
        if not flags.resume:
            _keep_beginning(folder, beginning)
        note_settings(folder, recipe, seed, DRAWINGS, kind=folders.HAND)
        try:
            with Recorder(folder, recipe) as recorder:
                _learn(flags, recorder, recipe, seed, beginning, mnist, device, folder)
            _forget_beginning(folder)
        except StoppedError as stopped:
            again = make_command_line(*resume_flags(flags, folder))
            print(f"{stopped}, as it was asked to; go on with: {again}".capitalize())


def _choose_run(flags: argparse.Namespace) -> tuple[Recipe, int, Path | None]:
    """Return recipe, seed and folder of a new run, or of the one to go on with."""
    overrides = {name: getattr(flags, name) for name in runs.OVERRIDES}
    overrides["sessions"] = flags.sessions and parse_sessions(flags.sessions)
    out = find_runs_dir(flags) / flags.run if flags.run else flags.out
    if not flags.resume:
        recipe = find_fine_tuning(flags.model or DEFAULT_MODELS[0], **overrides)
        if out:
            runs.check_unused(out)
        return recipe, flags.seed or 0, out
    folder = out or _find_newest(flags)
    recipe, seed = runs.read_settings(folder)
    return recipe, seed if flags.seed is None else flags.seed, folder


def _find_newest(flags: argparse.Namespace) -> Path:
    """Return the folder of the newest run that learned drawings; raises CheckpointError."""
    for folder in folders.list_folders(find_runs_dir(flags)):
        settings = folders.read_settings(folder)
        if settings and settings.kind == folders.HAND and flags.model in (None, settings.model):
            return from_here(folder)
    raise CheckpointError("there is no run on drawings to go on with; leave out --resume")


def make_flags(flags: argparse.Namespace, recipe: Recipe, seed: int) -> list[str]:
    """Return the flags that learn from the drawings by this recipe and seed."""
    standard = find_fine_tuning(recipe.model)
    hands = ["--all-hands"] if flags.all_hands else []
    changed = runs.list_changes(recipe, standard)
    return ["--train", "--drawings", *hands, "--model", recipe.model, *changed, "--seed", str(seed)]


def _begin(flags: argparse.Namespace, recipe: Recipe) -> Beginning:
    """Return the drawings in the store, as far as the network can learn them, and the network.

    Raises DataError if they are too few.
    """
    version = find_served(flags, recipe.model)
    network = load_weights(version.folder, version.card)
    drawings = select_learnable(Drawings.gather(*flags.read_confirmed()), network)
    if len(drawings) < FEWEST:
        raise DataError(
            f"learning a hand takes at least {FEWEST} drawings, and there are {len(drawings)} that "
            f"{recipe.model} can learn: confirm more on the board; memory counts from the first on"
        )
    return Beginning(drawings, version.card, network, version.number, version.folder)


def _keep_beginning(folder: Path, beginning: Beginning) -> None:
    """Keep in the run's folder what it begins with; raises OSError."""
    beginning.drawings.save(folder / DRAWINGS_FILE)
    card, source = beginning.card, beginning.folder
    save_files(folder / PARENT_FOLDER, card, card.weights.read(source), card.onnx.read(source))
    text = json.dumps(beginning.parent)
    write_atomically(folder / PARENT_FILE, lambda temporary: temporary.write_text(text))


def _load_beginning(folder: Path, model: str) -> Beginning:
    """Return what `_keep_beginning` wrote; raises CheckpointError."""
    try:
        number = json.loads((folder / PARENT_FILE).read_text())["version"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CheckpointError(
            f"{folder} is finished, or lacks what it began with; leave out --resume"
        ) from error
    parent = folder / PARENT_FOLDER
    card = read_card(parent, model)
    drawings = Drawings.load(folder / DRAWINGS_FILE)
    return Beginning(drawings, card, load_weights(parent, card), number, parent)


def _forget_beginning(folder: Path) -> None:
    """Remove what a finished run began with: drawings that people delete are to be gone."""
    (folder / DRAWINGS_FILE).unlink(missing_ok=True)
    (folder / PARENT_FILE).unlink(missing_ok=True)
    shutil.rmtree(folder / PARENT_FOLDER, ignore_errors=True)


def _load_mnist(flags: argparse.Namespace, recipe: Recipe) -> Digits | None:
    """Return MNIST, split, if it is there; nothing is downloaded for this."""
    folder = find_data(flags)
    return Digits.load(folder, recipe.validation_images) if has_mnist(folder) else None


def _learn(
    flags: argparse.Namespace,
    recorder: Recorder,
    recipe: Recipe,
    seed: int,
    beginning: Beginning,
    mnist: Digits | None,
    device: torch.device,
    folder: Path,
) -> None:
    """Train to the end of the recipe, judge the result and keep it; raises StoppedError."""
    network, drawings = beginning.network.to(device), beginning.drawings
    replay = make_replay(network, mnist and mnist.training, seed)
    tuning = FineTuning(network.state_dict(), drawings, replay)
    judged = make_judged(network, mnist and mnist.validation)
    digits = _gather_digits(drawings, judged, mnist)
    watched = replace(digits, test=digits.validation)  # the test set is read once, at the end
    options = {"seed": seed, "device": device, "resume": flags.resume}
    events = train(recipe, watched, folder, tuning=tuning, **options)
    finished = follow(flags, recorder.follow(events, digits), folder)
    calibration = beginning.card.calibration
    evaluation = evaluate(finished.model, digits.test, device, calibration=calibration)
    finished = replace(finished, evaluation=evaluation)
    judgement = _judge(recorder, recipe, seed, beginning, tuning, judged, finished.model, folder)
    card = make_card(recipe, seed, device, digits, finished, calibration)
    card = replace(
        card,
        command=" ".join(["python run.py", *make_flags(flags, recipe, seed)]),
        parent=beginning.parent,
        origin=_describe_origin(judgement, folder),
    )
    serve = judgement.served and flags.refresh
    outcome = finish_run(flags, digits, finished, folder, card, serve=serve)
    recorder.finish(
        evaluation.accuracy,
        evaluation.loss,
        version=outcome.version,
        judged=judgement.to_dict() | {"served": outcome.served},
    )


def _judge(
    recorder: Recorder,
    recipe: Recipe,
    seed: int,
    beginning: Beginning,
    tuning: FineTuning,
    judged: dict[str, Examples],
    learned: nn.Module,
    folder: Path,
) -> Judgement:
    """Cross-validate, measure what else was kept, and say what follows."""
    console.header("Judging")
    calibration, network = beginning.card.calibration, beginning.network
    device = next(network.parameters()).device
    options = {"seed": seed, "device": device}
    for fold, folds in cross_validate(tuning, recipe, calibration, folder, **options):
        print(f"fold {fold} of {folds}", flush=True)
        recorder.note("judging", fold=fold, folds=folds)
    judgement = judge(
        beginning.drawings,
        find_answers(network, beginning.drawings.examples, calibration),
        collect_answers(tuning, folder),
        measure_replay(network, judged, calibration),
        measure_replay(learned, judged, calibration),
    )
    print(judgement.reason, flush=True)
    return judgement


def _gather_digits(drawings: Drawings, judged: dict[str, Examples], mnist: Digits | None) -> Digits:
    """Return the parts of the data: the drawings, what epochs are measured on, and the test set.

    The test set is MNIST's where it is there, or generated digits.
    """
    digits = judged[GENERATED]
    parts = [
        part[torch.arange(0, len(part), max(1, len(part) // WATCHED))]
        for part in (digits, *([mnist.validation] if mnist else []))
    ]
    test = mnist.test if mnist else digits.named(GENERATED)
    return Digits(drawings.examples.named(NAME), join(parts), test, DRAWINGS)


def _describe_origin(judgement: Judgement, folder: Path) -> dict[str, object]:
    return {
        "kind": "drawings",
        "run": folder.name,
        "before": judgement.before,
        "after": judgement.after,
        "reason": judgement.reason,
    }
