"""Versions of models: whatever is trained, tuned or imported is kept, and any can be served again.

`<instance>/models/<model>/<n>/` holds the three files of version n, from 1. What ships, in
`ml/weights/`, is version 0. Which one is served is not said here but in the database.
"""

import contextlib
import functools
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from ml.errors import UnknownVersionError, WeightsError
from ml.files import (
    PROJECT_DIR,
    hold_unfinished,
    is_abandoned,
    make_command_line,
    sync_folder,
)
from ml.networks.card import NAME, ModelCard, SavedFile, broken, card_path, find_cards, read_card

MODELS_FOLDER = "models"  # in the instance folder
SHIPPED = 0  # the version that ships
LONGEST_NAME = 64  # characters of a model's name, which becomes a folder
LONGEST_NUMBER = 9  # digits
TAKEN = ".taken"
UNFINISHED = ".tmp"


@dataclass(frozen=True)
class Version:
    """A model as it was at some time: its number, and the folder that holds its three files."""

    model: str
    number: int
    folder: Path
    card: ModelCard

    @property
    def weights(self) -> str:
        """The first 12 hexadecimal digits of the SHA-256 of its weights."""
        return self.card.weights_version


def list_models(instance: Path) -> list[str]:
    """Return the names of the models that have versions besides what ships."""
    folders = _list_folder(instance / MODELS_FOLDER)
    return sorted(path.name for path in folders if _is_model(path.name) and path.is_dir())


def list_versions(instance: Path, model: str) -> list[Version]:
    """Return a model's versions from 1, the first one first, without those that are damaged."""
    return _scan(instance, model)[0]


def list_damaged(instance: Path, model: str) -> dict[int, str]:
    """Return why versions of a model can't be used, by their numbers."""
    return _scan(instance, model)[1]


def find_version(instance: Path | None, weights_dir: Path, model: str, number: int) -> Version:
    """Return a version, 0 for what lies in `weights_dir`.

    Raises UnknownVersionError if there is none, WeightsError if its files are damaged or don't
    belong together. Their content is checked when it is read.
    """
    known = list_numbers(instance, weights_dir, model)
    if number not in known:
        raise UnknownVersionError(model, number, known)
    folder = weights_dir if number == SHIPPED else version_folder(instance, model, number)
    return _read(folder, model, number)


def list_numbers(instance: Path | None, weights_dir: Path, model: str) -> list[int]:
    """Return the numbers of a model's versions, damaged ones included."""
    if not _is_model(model):
        return []
    shipped = [SHIPPED] if card_path(weights_dir, model).exists() else []
    return shipped + (_list_numbers(instance, model) if instance else [])


def version_folder(instance: Path, model: str, number: int) -> Path:
    """Return where a version lies."""
    return instance / MODELS_FOLDER / model / str(number)


def add_version(instance: Path, card: ModelCard, weights: bytes, onnx: bytes) -> Version:
    """Keep a model as a new version; return it, or the version that is the very same model.

    The version is written beside its place and then renamed: a failure or a kill leaves all of it
    or none. Its number is never given again, even after its folder was deleted: what said that it
    is served must not come to mean another one. Raises OSError, which names the folder.
    """
    card = replace(
        card,
        weights=SavedFile.of(card.model, "safetensors", weights),
        onnx=SavedFile.of(card.model, "onnx", onnx),
    )
    if not _is_model(card.model):
        raise WeightsError(f"a model's name must have at most {LONGEST_NAME} letters")
    twin = find_twin(instance, card)
    if twin is not None:
        return twin
    folder = instance / MODELS_FOLDER / card.model
    try:
        return _write(folder, card, weights, onnx)
    except OSError as error:
        if error.errno is None:
            raise
        raise OSError(error.errno, error.strerror, str(folder)) from error


def find_twin(instance: Path, card: ModelCard) -> Version | None:
    """Return the version that is the same model as this card's, calibration included."""
    same = (card.weights, card.onnx, card.calibration)
    versions = list_versions(instance, card.model)
    return next(
        (v for v in versions if (v.card.weights, v.card.onnx, v.card.calibration) == same), None
    )


@dataclass(frozen=True)
class Shelf:
    """Which version of each model is served, and how another one comes to be.

    `ask` returns the numbers by model, without those that were never switched: they are version 0.
    `serve` lets a version be served from now on. With `instance` None there is nothing but what
    lies in `weights_dir`.
    """

    weights_dir: Path
    instance: Path | None
    ask: Callable[[], Mapping[str, int]]
    serve: Callable[[str, int], None]

    def list_models(self) -> list[str]:
        """Return the names of the models that can be served."""
        chosen = {model for model, number in self.ask().items() if number != SHIPPED}
        return sorted({*find_cards(self.weights_dir), *chosen})

    def find(self, model: str) -> Version:
        """Return the version that is served: version 0 if the one that should be can't be used.

        Raises UnknownVersionError or WeightsError if there is neither.
        """
        number = self.ask().get(model, SHIPPED)
        try:
            return find_version(self.instance, self.weights_dir, model, number)
        except (UnknownVersionError, WeightsError):
            if number == SHIPPED or not card_path(self.weights_dir, model).exists():
                raise
            return find_version(self.instance, self.weights_dir, model, SHIPPED)


def _is_model(name: str) -> bool:
    return len(name) <= LONGEST_NAME and NAME.fullmatch(name) is not None


def _scan(instance: Path, model: str) -> tuple[list[Version], dict[int, str]]:
    versions, damaged = [], {}
    for number in _list_numbers(instance, model):
        try:
            versions.append(_read(version_folder(instance, model, number), model, number))
        except WeightsError as error:
            damaged[number] = str(error)
    return versions, damaged


def _read(folder: Path, model: str, number: int) -> Version:
    """Return the version in a folder; raises WeightsError unless both files have their size."""
    card = _read_card(folder, model, _stamp(card_path(folder, model)))
    for saved in (card.weights, card.onnx):
        path = folder / saved.name
        try:
            size = path.stat().st_size
        except OSError as error:
            raise broken(model, f"{path} cannot be read: {error.strerror}") from error
        if size != saved.size:
            raise broken(model, f"{path} is damaged: it has {size:,} bytes, not {saved.size:,}")
    return Version(model, number, folder, card)


@functools.lru_cache(maxsize=1000)  # cards that did not change need not be parsed for each list
def _read_card(folder: Path, model: str, _stamp: tuple[int, ...]) -> ModelCard:
    return read_card(folder, model)


def _stamp(path: Path) -> tuple[int, ...]:
    """Return what differs once a file was written anew."""
    try:
        status = path.stat()
    except OSError:  # reading it says why
        return ()
    return status.st_mtime_ns, status.st_size, status.st_ino


def _list_numbers(instance: Path, model: str) -> list[int]:
    if not _is_model(model):
        return []
    folders = _list_folder(instance / MODELS_FOLDER / model)
    return sorted(int(path.name) for path in folders if _is_number(path.name) and path.is_dir())


def _list_folder(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:  # there is none yet
        return []


def _is_number(name: str) -> bool:
    is_digits = name.isascii() and name.isdigit() and len(name) <= LONGEST_NUMBER
    return is_digits and not name.startswith("0")


def _write(folder: Path, card: ModelCard, weights: bytes, onnx: bytes) -> Version:
    folder.mkdir(parents=True, exist_ok=True)
    _remove_unfinished(folder)
    unfinished = Path(tempfile.mkdtemp(dir=folder, prefix=".", suffix=UNFINISHED))
    try:
        with hold_unfinished(unfinished):
            return _fill(unfinished, card, weights, onnx)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise


def _fill(unfinished: Path, card: ModelCard, weights: bytes, onnx: bytes) -> Version:
    """Write a version's three files into a folder, and rename that to the number it takes."""
    folder = unfinished.parent
    _write_file(unfinished / card.weights.name, weights)
    _write_file(unfinished / card.onnx.name, onnx)
    text = json.dumps(card.to_dict(), indent=1) + "\n"
    _write_file(unfinished / card_path(unfinished, card.model).name, text.encode())
    unfinished.chmod(0o755)  # as a folder that is made in the ordinary way
    sync_folder(unfinished)
    number = _take_number(folder)
    place = folder / str(number)
    unfinished.rename(place)
    sync_folder(folder)
    return Version(card.model, number, place, card)


def _write_file(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _take_number(folder: Path) -> int:
    """Return a number that no version had before, and no other process gets."""
    names = [path.name.removeprefix(".").removesuffix(TAKEN) for path in folder.iterdir()]
    number = max((int(name) for name in names if _is_number(name)), default=0)
    while True:
        number += 1
        with contextlib.suppress(FileExistsError):  # another process was quicker
            (folder / f".{number}{TAKEN}").touch(exist_ok=False)
            return number


def _remove_unfinished(folder: Path) -> None:
    """Remove what kills have left of versions that were being written."""
    for path in folder.glob(f".*{UNFINISHED}"):
        if is_abandoned(path):
            shutil.rmtree(path, ignore_errors=True)


def say_how_to_serve(instance: Path, model: str, number: int) -> str:
    """Return the command that serves a version."""
    return make_command_line("--serve-version", model, number, *name_instance(instance))


def name_instance(instance: Path) -> list[str]:
    """Return the flag that names an instance folder, if it isn't the default."""
    return [] if instance == PROJECT_DIR / "instance" else ["--instance", str(instance)]
