"""Save a trained model as three files, weights, ONNX and card, and load its weights again."""

import contextlib
import json
from dataclasses import replace
from pathlib import Path

from safetensors.torch import load as load_safetensors
from safetensors.torch import save as save_safetensors
from torch import nn

from ml.errors import WeightsError
from ml.files import hold_lock, remove_leftovers, write_atomically
from ml.networks.card import ModelCard, SavedFile, broken, card_path
from ml.networks.onnx_export import export_onnx
from ml.networks.registry import MODELS, build_model

ENDINGS = ("safetensors", "onnx")
PATIENCE = 5.0  # seconds for another writer, who needs less than one


def save_model(folder: Path, model: nn.Module, card: ModelCard) -> ModelCard:
    """Write <model>-<hash>.safetensors, <model>-<hash>.onnx and <model>.json; return the card.

    The three are swapped together: the new files have other names than the old ones, so nothing
    changes for a reader until the card, which names them, is renamed into place. A failure or a
    kill before that leaves the old three as they were.
    """
    state = {name: tensor.cpu().contiguous() for name, tensor in model.state_dict().items()}
    return save_files(folder, card, save_safetensors(state), export_onnx(model))


def save_files(
    folder: Path, card: ModelCard, weights: bytes, onnx: bytes, patience: float = PATIENCE
) -> ModelCard:
    """Swap a model's three files for these; return the card, which names them.

    Raises WeightsError if another process is still writing the model after `patience` seconds.
    """
    card = replace(
        card,
        weights=SavedFile.of(card.model, "safetensors", weights),
        onnx=SavedFile.of(card.model, "onnx", onnx),
    )
    text = json.dumps(card.to_dict(), indent=1) + "\n"
    folder.mkdir(parents=True, exist_ok=True)
    # One writer at a time, or one would remove the files that the other's card is about to name.
    lock = folder / f".{card.model}.lock"
    reason = WeightsError(
        f"{folder} is locked: another training has been writing {card.model} there for "
        f"{patience:g} s"
    )
    with hold_lock(lock, patience, reason):
        write_atomically(folder / card.weights.name, lambda path: path.write_bytes(weights))
        write_atomically(folder / card.onnx.name, lambda path: path.write_bytes(onnx))
        path = card_path(folder, card.model)
        write_atomically(path, lambda temporary: temporary.write_text(text, encoding="utf-8"))
        _remove_others(folder, card)
        remove_leftovers(folder, f"{card.model}-*")  # of killed writers: this one has the lock
    return card


def _remove_others(folder: Path, card: ModelCard) -> None:
    """Remove the files of the model that its card no longer names.

    One that cannot be removed is left to the next writer: the new model is in its place already.
    """
    for ending in ENDINGS:
        for path in folder.glob(f"{card.model}-*.{ending}"):
            if path.name not in (card.weights.name, card.onnx.name):
                with contextlib.suppress(OSError):
                    path.unlink(missing_ok=True)


def load_weights(folder: Path, card: ModelCard) -> nn.Module:
    """Return the model that a card describes, in evaluation mode; raises WeightsError."""
    if card.model not in MODELS:
        raise WeightsError(f"there is no network {card.model} in the code")
    content = card.weights.read(folder)
    model = build_model(card.model)
    try:
        model.load_state_dict(load_safetensors(content))
    except Exception as error:  # safetensors and torch each raise kinds of their own
        path = folder / card.weights.name
        raise broken(card.model, f"{path} doesn't fit the network {card.model}") from error
    return model.eval()
