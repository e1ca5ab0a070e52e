"""The card of a trained model: everything that made it, what it reached, and which files it has.

A model in a folder is three files: `<model>.json`, the card, names `<model>-<hash>.safetensors`,
which training goes on from, and `<model>-<hash>.onnx`, which is served. The card is what makes the
three one: it holds their SHA-256, and it is written last.
"""

import hashlib
import json
import math
import re
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from ml.errors import WeightsError
from ml.files import PROJECT_DIR, make_command_line
from ml.networks.logits import Calibration
from ml.preprocess import contract_sha256

WEIGHTS_DIR = PROJECT_DIR / "ml" / "weights"  # what ships
NAME = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
HASH_LENGTH = 12  # hexadecimal digits of a file's SHA-256 in its name
OPTIONAL = {"parent", "origin"}  # what shipped before there were versions has neither
ORIGINS = ("trained", "drawings", "imported")


def broken(model: str, reason: str) -> WeightsError:
    """Return the error of a model that cannot be loaded, with the command that mends it."""
    command = make_command_line("--train", "--model", model)
    return WeightsError(f"{reason}; make it anew with: {command}")


@dataclass(frozen=True)
class SavedFile:
    """A file that belongs to a card: its name in the card's folder, its size and its SHA-256."""

    name: str
    size: int  # bytes
    sha256: str

    @classmethod
    def of(cls, model: str, ending: str, content: bytes) -> "SavedFile":
        """Return what a card says about a file with this content."""
        digest = hashlib.sha256(content).hexdigest()
        return cls(f"{model}-{digest[:HASH_LENGTH]}.{ending}", len(content), digest)

    def read(self, folder: Path) -> bytes:
        """Return the file's content; raises WeightsError unless it is the one that was saved."""
        path, model = folder / self.name, self.name.rpartition("-")[0]
        try:
            content = path.read_bytes()
        except OSError as error:
            raise broken(model, f"{path} cannot be read: {error.strerror}") from error
        if hashlib.sha256(content).hexdigest() != self.sha256:
            raise broken(model, f"{path} is damaged: its SHA-256 is not the one on its card")
        return content


@dataclass(frozen=True)
class ModelCard:
    """What is known about a trained model; accuracies are 0-1, losses in nats."""

    model: str
    title: str
    summary: str
    parameters: int
    layers: list[dict[str, Any]]  # name, output shape of one image, parameters
    tutorial: dict[str, Any]  # figure, note, changed, commands
    recipe: dict[str, Any]
    command: str  # trains it again
    seed: int
    device: str
    data: dict[str, Any]  # name, counts of images, sha256
    versions: dict[str, str]
    date: str  # YYYY-MM-DD
    epochs: int
    reached_goal: bool  # training ended early, at the recipe's training accuracy
    history: list[dict[str, Any]]  # of each epoch, as ml.training.events.EpochResult
    marks: list[int]  # the epochs after which the model went through its checkpoint
    test_accuracy: float
    test_interval: list[float]  # of 95%
    test_loss: float
    test_ece: float  # expected calibration error
    confusion: list[list[int]]  # a row for each true digit, a column for each digit read
    mistakes: list[dict[str, Any]]  # truth, read, probability, seen: 784 bytes in base64
    contract_sha256: str  # of the preprocessing that it was trained with
    weights: SavedFile | None = None  # None only between training and saving
    onnx: SavedFile | None = None
    calibration: Calibration = field(default_factory=Calibration)
    parent: dict[str, Any] | None = None  # version and weights that it began with, or replaced
    origin: dict[str, Any] | None = None  # of a version: kind, run, before, after, reason

    @property
    def weights_version(self) -> str:
        """The first 12 hexadecimal digits of the SHA-256 of its weights."""
        return self.weights.sha256[:HASH_LENGTH]

    def to_dict(self) -> dict[str, Any]:
        """Return the card as plain values for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: object) -> "ModelCard":
        """Return the card that `to_dict` gave; raises ValueError, naming what is wrong."""
        if not isinstance(values, dict):
            raise ValueError("it must be a JSON object")
        known = {each.name for each in fields(cls)}
        if missing := sorted(known - values.keys() - OPTIONAL):
            raise ValueError(f"it lacks {', '.join(missing)}")
        nested = {
            "weights": _build(SavedFile, values["weights"], "weights"),
            "onnx": _build(SavedFile, values["onnx"], "onnx"),
            "calibration": _build(Calibration, values["calibration"], "calibration"),
        }
        card = cls(**{name: values[name] for name in known & values.keys()} | nested)
        _check(card)
        return card


def _build(kind: type, values: object, name: str) -> Any:  # noqa: ANN401
    try:
        return kind(**values)
    except TypeError as error:
        raise ValueError(f"its {name} must be an object of {kind.__name__}'s fields") from error


def _check(card: ModelCard) -> None:
    """Raise ValueError unless every field is of its kind; what follows relies on this."""
    kinds = {
        **dict.fromkeys(("title", "summary", "command", "device", "date"), str),
        **dict.fromkeys(("parameters", "seed", "epochs"), int),
        **dict.fromkeys(("test_accuracy", "test_loss", "test_ece"), float),
        **dict.fromkeys(("layers", "history", "mistakes", "marks", "confusion"), list),
        **dict.fromkeys(("tutorial", "recipe", "data", "versions"), dict),
        "reached_goal": bool,
        "test_interval": list,
    }
    for name, kind in kinds.items():
        value = getattr(card, name)
        is_kind = _is_number(value) if kind is float else type(value) is kind
        if not is_kind:
            raise ValueError(f"its {name} must be of type {kind.__name__}, not {value!r:.40}")
    if not isinstance(card.model, str) or not NAME.fullmatch(card.model):
        raise ValueError(f"its model must be a name such as small_cnn, not {card.model!r:.40}")
    if not 0 <= card.test_accuracy <= 1:
        raise ValueError(f"its test_accuracy must lie from 0 to 1, not {card.test_accuracy}")
    if len(card.test_interval) != 2 or not all(map(_is_number, card.test_interval)):
        raise ValueError("its test_interval must be two numbers")
    if not all(isinstance(each, dict) for each in (*card.layers, *card.history, *card.mistakes)):
        raise ValueError("its layers, history and mistakes must be lists of objects")
    _check_file(card, "weights", "safetensors")
    _check_file(card, "onnx", "onnx")
    temperature, threshold = card.calibration.temperature, card.calibration.refusal_threshold
    if not (_is_number(temperature) and temperature > 0):
        raise ValueError(f"its temperature must be above 0, not {temperature!r:.40}")
    if not (threshold is None or _is_number(threshold)):
        raise ValueError(f"its refusal_threshold must be a number or null, not {threshold!r:.40}")
    if not (card.parent is None or _is_parent(card.parent)):
        raise ValueError("its parent must be null, or a version's number and its weights")
    if not (card.origin is None or _is_origin(card.origin)):
        raise ValueError("its origin must be null, or say kind, run, before, after and reason")


def _is_parent(value: object) -> bool:
    """Whether it names a version: its number, and the first digits of its weights' SHA-256."""
    if not isinstance(value, dict):
        return False
    number, weights = value.get("version"), value.get("weights")
    return type(number) is int and number >= 0 and isinstance(weights, str) and len(weights) <= 64


def _is_origin(value: object) -> bool:
    """Whether it says where a version comes from, with figures before and after."""
    if not isinstance(value, dict) or value.get("kind") not in ORIGINS:
        return False
    words = (value.get("run"), value.get("reason"))
    figures = (value.get("before"), value.get("after"))
    return all(each is None or isinstance(each, str) for each in words) and all(
        each is None or (isinstance(each, dict) and all(map(_is_figure, each.values())))
        for each in figures
    )


def _is_figure(value: object) -> bool:
    return value is None or _is_number(value)


def _is_number(value: object) -> bool:
    try:
        return type(value) in (int, float) and math.isfinite(value)
    except OverflowError:  # an integer that is too large for a float
        return False


def _check_file(card: ModelCard, field_name: str, ending: str) -> None:
    """Raise ValueError unless the card names a file of this folder by its model and its hash."""
    saved = getattr(card, field_name)
    if not (isinstance(saved.sha256, str) and SHA256.fullmatch(saved.sha256)):
        raise ValueError(f"its {field_name} must have a SHA-256 of 64 hexadecimal digits")
    name = f"{card.model}-{saved.sha256[:HASH_LENGTH]}.{ending}"
    if saved.name != name or type(saved.size) is not int:
        raise ValueError(f"its {field_name} must be the file {name}")


def by_size(card: ModelCard) -> tuple[int, str]:
    """Return what cards are sorted by: the smallest network first."""
    return card.parameters, card.title


def find_cards(folder: Path) -> list[str]:
    """Return the names of the models that have a card in the folder, in alphabetical order."""
    return sorted(path.stem for path in folder.glob("*.json") if NAME.fullmatch(path.stem))


def card_path(folder: Path, name: str) -> Path:
    """Return where a model's card lies."""
    return folder / f"{name}.json"


def read_card(folder: Path, name: str) -> ModelCard:
    """Return a model's card; raises WeightsError, with the command that makes it anew."""
    path = card_path(folder, name)
    try:
        card = ModelCard.from_dict(json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise broken(name, f"the card {path} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:  # JSON's own error is a ValueError, too
        raise broken(name, f"the card {path} is damaged: {error}") from error
    if card.model != name:
        raise broken(name, f"the card {path} is of the model {card.model}")
    if card.contract_sha256 != contract_sha256():
        raise broken(name, f"the model of {path} was trained for other preprocessing")
    return card
