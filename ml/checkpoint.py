"""Write and read, atomically: a run's checkpoint, and weights with their readable card."""

import hashlib
import io
import json
import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load as load_safetensors
from safetensors.torch import save as save_safetensors
from torch import nn

from ml.errors import CheckpointError, WeightsError
from ml.models import MODELS, build_model, count_answers

CHECKPOINT_FORMAT = 1
WEIGHTS_DIR = Path(__file__).parent / "weights"


def write_atomically(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` fill a temporary file beside `path`, then put it in place in one step.

    Whatever goes wrong, a full disk or a kill, `path` holds all of the old or all of the new.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        write(temporary)
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def save_checkpoint(path: Path, state: dict[str, Any]) -> None:
    """Write a run's state (tensors and plain values) so that training can go on from it."""
    buffer = io.BytesIO()  # a full disk is then a plain OSError, not an error inside torch
    torch.save({"format": CHECKPOINT_FORMAT} | state, buffer)
    write_atomically(path, lambda temporary: temporary.write_bytes(buffer.getbuffer()))


def load_checkpoint(path: Path) -> dict[str, Any]:
    """Read what `save_checkpoint` wrote; raises CheckpointError if it is missing or damaged."""
    try:
        # weights_only: unpickling anything else could run code hidden in the file.
        state = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise CheckpointError(f"there is no checkpoint {path}; train without --resume") from None
    except Exception as error:  # torch raises a dozen kinds for a damaged file
        raise CheckpointError(
            f"the checkpoint {path} is damaged; train without --resume"
        ) from error
    if not isinstance(state, dict) or state.get("format") != CHECKPOINT_FORMAT:
        raise CheckpointError(f"{path} is not a checkpoint of this program's format")
    return state


def save_weights(folder: Path, model: nn.Module, card: dict[str, Any]) -> dict[str, Any]:
    """Write <name>.safetensors and <name>.json, named by the card's `model`; return the card.

    The card is completed with the weights' SHA-256. Both files are whole on the disk before the
    first is put in place, so a failure leaves the former pair as it was.
    """
    content = save_safetensors({k: v.cpu().contiguous() for k, v in model.state_dict().items()})
    digest = hashlib.sha256(content).hexdigest()
    card = card | {"weights_bytes": len(content), "weights_sha256": digest}
    text = json.dumps(card, indent=1) + "\n"
    folder.mkdir(parents=True, exist_ok=True)
    weights_path, card_path = _paths(folder, card["model"])

    def write_pair(temporary: Path) -> None:
        temporary.write_text(text, encoding="utf-8")
        write_atomically(weights_path, lambda path: path.write_bytes(content))

    write_atomically(card_path, write_pair)
    return card


def load_weights(folder: Path, name: str) -> tuple[nn.Module, dict[str, Any]]:
    """Return the model in evaluation mode and its card; raises WeightsError if they do not fit."""
    weights_path, card_path = _paths(folder, name)
    content, card = _read_weights(weights_path), read_card(folder, name)
    again = f"run python run.py --train --model {name}"
    if name not in MODELS or card.get("model") != name:
        raise WeightsError(f"{card_path} is not the card of a model {name!r}; {again}")
    if card.get("weights_sha256") != hashlib.sha256(content).hexdigest():
        raise WeightsError(f"{weights_path} and its card {card_path.name} do not match; {again}")
    model = build_model(name)
    try:
        model.load_state_dict(load_safetensors(content))
    except Exception as error:  # safetensors and torch each raise kinds of their own
        raise WeightsError(f"{weights_path} does not fit the model {name!r}; {again}") from error
    threshold = card.get("refusal_threshold")
    is_number = isinstance(threshold, int | float) and math.isfinite(threshold)
    if not is_number and count_answers(model) > 10:
        raise WeightsError(f"the card {card_path} lacks its model's refusal_threshold; {again}")
    return model.eval(), card


def find_weights(folder: Path) -> list[str]:
    """Return the names of the models that have weights in the folder, in MODELS' order."""
    return [name for name in MODELS if any(path.exists() for path in _paths(folder, name))]


def _paths(folder: Path, name: str) -> tuple[Path, Path]:
    return folder / f"{name}.safetensors", folder / f"{name}.json"


def _read_weights(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise WeightsError(f"the weights {path} cannot be read: {error.strerror}") from error


def read_card(folder: Path, name: str) -> dict[str, Any]:
    """Return the card of a model; raises WeightsError if it is missing or damaged."""
    path = _paths(folder, name)[1]
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise WeightsError(f"the card {path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise WeightsError(f"the card {path} is damaged: it is not JSON") from error
    if not isinstance(card, dict):
        raise WeightsError(f"the card {path} is damaged: it is no JSON object")
    return card
