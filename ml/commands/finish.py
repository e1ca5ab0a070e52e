"""The end of a training: the result is kept as a version, served or shipped, and drawn."""

import argparse
import shlex
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ml.commands import console
from ml.data.mnist import Digits
from ml.errors import ExplainedError, TrainingError, UnknownVersionError, WeightsError
from ml.files import PROJECT_DIR, from_here, make_command_line
from ml.networks.card import WEIGHTS_DIR, ModelCard, read_card
from ml.networks.weights import save_files, save_model
from ml.training.events import Finished
from ml.versions import SHIPPED, Version, add_version, name_instance, say_how_to_serve


@dataclass(frozen=True)
class Outcome:
    """What became of a finished run: its version, whether that is served, and its pictures."""

    version: int | None  # None if it was shipped instead
    served: bool
    pictures: list[Path]


def finish_run(
    flags: argparse.Namespace,
    digits: Digits,
    finished: Finished,
    folder: Path,
    card: ModelCard,
    *,
    serve: bool | None = None,
) -> Outcome:
    """Keep the result in the run's folder, make it a version, serve it, and draw the pictures.

    It is served unless --no-refresh was given or it learned from other data than MNIST; `serve`
    decides instead if it isn't None. What `card` lacks of parent and origin is filled in.
    """
    former = None if flags.ship else _find_former(flags, card.model)
    if not flags.ship:
        card = _add_origin(flags, card, former, folder)
    card = _keep(flags, finished, folder, card)
    if serve is None:
        serve = flags.refresh and (digits.is_mnist or flags.serve_other_data)
    number = None
    if flags.ship:
        serve = _ship(flags, digits, folder, card, serve)
    else:
        number = _add_version(flags, folder, card).number
        if serve:
            _serve(flags, card, number, former)
        else:
            _explain_why_not(flags, digits, card, number)
    # Last: a picture that cannot be drawn keeps nothing from being served.
    pictures = _draw(folder, digits, finished) if flags.pictures else []
    return Outcome(number, serve, pictures)


def resume_flags(flags: argparse.Namespace, folder: Path) -> list[str]:
    """Return the flags that go on with this run; one that is finished is only served."""
    data = ["--data", str(flags.data)] if flags.data else []
    weights = [] if flags.weights == WEIGHTS_DIR else ["--weights", str(flags.weights)]
    ship = ["--ship"] if flags.ship else []
    return [
        "--train",
        "--resume",
        "--out",
        str(folder),
        *data,
        *weights,
        *name_instance(flags.instance),
        *ship,
    ]


def explain(error: Exception) -> str:
    """Return an error in one line, with the file that it is about."""
    if isinstance(error, OSError):
        return f"{error.filename or 'a file'}: {error.strerror or error}"
    return str(error)


def _find_former(flags: argparse.Namespace, model: str) -> Version | None:
    """Return the version that is served until now, None if there is none that can be read."""
    try:
        return flags.shelf.find(model)
    except UnknownVersionError:
        return None
    except ExplainedError as error:  # damaged, or the database does not answer: go on without it
        console.warn(f"what was served until now cannot be read: {error}")
        return None


def _add_origin(
    flags: argparse.Namespace, card: ModelCard, former: Version | None, folder: Path
) -> ModelCard:
    """Return the card with its parent and its origin, as far as it lacks them."""
    parent, origin = card.parent, card.origin
    if parent is None and former is not None:
        parent = {"version": former.number, "weights": former.weights}
    if origin is None:
        origin = {
            "kind": "trained",
            "run": _name_run(flags, folder),
            "before": _compare(former, card),
            "after": {"test_accuracy": card.test_accuracy},
            "reason": None,
        }
    return replace(card, parent=parent, origin=origin)


def _name_run(flags: argparse.Namespace, folder: Path) -> str | None:
    """Return the run's id: the folder's name, where it lies among the instance's runs."""
    is_listed = folder.resolve().parent == (flags.instance / "runs").resolve()
    return getattr(flags, "run", None) or (folder.name if is_listed else None)


def _compare(former: Version | None, card: ModelCard) -> dict[str, Any] | None:
    """Return the accuracy of what was served, if it was measured on the same images."""
    if former is None or former.card.data.get("name") != card.data.get("name"):
        return None
    return {"test_accuracy": former.card.test_accuracy}


def _keep(
    flags: argparse.Namespace, finished: Finished, folder: Path, card: ModelCard
) -> ModelCard:
    try:
        return save_model(folder, finished.model, card)
    except OSError as error:
        again = make_command_line(*resume_flags(flags, folder))
        raise TrainingError(
            f"{explain(error)}; the training is whole in {folder / 'checkpoint.pt'}: "
            f"once that is put right, finish the run with: {again}"
        ) from error


def _add_version(flags: argparse.Namespace, folder: Path, card: ModelCard) -> Version:
    try:
        weights, onnx = card.weights.read(folder), card.onnx.read(folder)
        version = add_version(flags.instance, card, weights, onnx)
    except (OSError, WeightsError) as error:
        raise WeightsError(
            f"{explain(error)}; what was served before still is; the finished run is in {folder}, "
            f"serve it from there with: {make_command_line('--weights', folder)}"
        ) from error
    same = "" if version.card == card else ": the same weights as before"
    print(f"Version {version.number} of {card.model}{same}, in {from_here(version.folder)}")
    return version


def _serve(flags: argparse.Namespace, card: ModelCard, number: int, former: Version | None) -> None:
    """Let the version be served; raises WeightsError with the command that does it later."""
    try:
        flags.shelf.serve(card.model, number)
    except (OSError, ExplainedError) as error:
        raise WeightsError(
            f"{explain(error)}; what was served before still is; version {number} is kept, "
            f"serve it with: {say_how_to_serve(flags.instance, card.model, number)}"
        ) from error
    print("Served from now on: a server that is running changes to it by itself")
    if former is not None and former.card.test_accuracy > card.test_accuracy:
        print(
            f"The test accuracy of what was served until now was {former.card.test_accuracy:.2%}: "
            "--no-refresh keeps it another time; back to it: "
            + say_how_to_serve(flags.instance, card.model, former.number)
        )


def _explain_why_not(
    flags: argparse.Namespace, digits: Digits, card: ModelCard, number: int
) -> None:
    is_judged = card.origin["kind"] == "drawings"  # that has been said
    because = f", because it learned from {digits.name}" if flags.refresh and not is_judged else ""
    how = say_how_to_serve(flags.instance, card.model, number)
    print(f"Not served{because}. To serve it: {how}")


def _ship(
    flags: argparse.Namespace, digits: Digits, folder: Path, card: ModelCard, serve: bool
) -> bool:
    """Let the finished run replace what ships; return whether it did. Raises WeightsError."""
    if not serve:
        again = make_command_line(*resume_flags(flags, folder), "--serve-other-data")
        print(f"Not shipped, because it learned from {digits.name}. To ship it: {again}")
        return False
    former = _read_accuracy(flags.weights, card.model)
    shipped = replace(card, parent=None, origin=None)
    try:
        save_files(flags.weights, shipped, card.weights.read(folder), card.onnx.read(folder))
    except (OSError, WeightsError) as error:
        raise WeightsError(
            f"{explain(error)}; what was served before still is; the finished run is in {folder}, "
            f"serve it from there with: {make_command_line('--weights', folder)}"
        ) from error
    print(
        f"Ships from now on: {from_here(flags.weights / card.onnx.name)}; "
        "a server that is running loads it when it is restarted"
    )
    if former > card.test_accuracy:
        print(
            f"The test accuracy of what shipped until now was {former:.2%}"
            + _say_how_to_restore(flags.weights)
        )
    return _check_what_is_served(flags, card.model)


def _check_what_is_served(flags: argparse.Namespace, model: str) -> bool:
    """Return whether what ships is what is served; if it isn't, say how it comes to be."""
    number = flags.shelf.ask().get(model, SHIPPED)
    if number != SHIPPED:
        command = say_how_to_serve(flags.instance, model, SHIPPED)
        print(f"Version {number} is served at present. To serve what ships: {command}")
    return number == SHIPPED


def _say_how_to_restore(folder: Path) -> str:
    if folder != WEIGHTS_DIR:
        return ""
    project = from_here(PROJECT_DIR)
    where = "" if project == Path() else f"-C {shlex.quote(str(project))} "
    return f", git {where}checkout ml/weights brings it back"


def _read_accuracy(folder: Path, model: str) -> float:
    """Return the test accuracy on the card of what ships, 0 if there is none to read."""
    try:
        return read_card(folder, model).test_accuracy
    except WeightsError:
        return 0.0


def _draw(folder: Path, digits: Digits, finished: Finished) -> list[Path]:
    """Draw the run's pictures; what keeps them from being drawn is a warning."""
    try:
        # Imported here: without matplotlib, or with a broken one, training still serves.
        from ml.commands.run_pictures import draw_run

        pictures = draw_run(folder, digits, finished)
    except (Exception, KeyboardInterrupt) as error:  # matplotlib raises many kinds
        reason = str(error).partition("\n")[0] or type(error).__name__
        console.warn(f"the pictures of the run could not be drawn in {folder}: {reason}")
        return []
    print("Pictures: " + ", ".join(str(path) for path in pictures))
    return pictures
