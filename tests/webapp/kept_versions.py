"""Versions of a model that were never trained: the network that ships, turned about."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
from safetensors.numpy import load, save

from ml.networks.card import WEIGHTS_DIR, read_card
from ml.versions import add_version

NAME = "linear"


def copy_shipped(folder: Path, *names: str) -> Path:
    """Copy models that ship into a folder; return it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names or (NAME,):
        for path in WEIGHTS_DIR.glob(f"{name}[.-]*"):
            if path.name.startswith((f"{name}.", f"{name}-")):
                shutil.copy(path, folder)
    return folder


def turn_digits(model_proto: bytes, by: int) -> bytes:
    """Return the ONNX of `linear` whose answers are turned: what was d is d + by."""
    import onnx
    from onnx import numpy_helper

    model = onnx.load_from_string(model_proto)
    for tensor in model.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if 10 in values.shape:
            turned = np.roll(values, by, axis=values.shape.index(10))
            tensor.CopyFrom(numpy_helper.from_array(turned, tensor.name))
    return model.SerializeToString()


def make_version(instance: Path, by: int = 1, **changes):
    """Keep a version of `linear` that reads each digit as the one `by` after it."""
    card = read_card(WEIGHTS_DIR, NAME)
    weights = load(card.weights.read(WEIGHTS_DIR))
    turned = {name: np.roll(values, by, axis=0) for name, values in weights.items()}
    onnx = turn_digits(card.onnx.read(WEIGHTS_DIR), by)
    return add_version(instance, replace(card, **changes), save(turned), onnx)


def change_card(folder: Path, **changes) -> None:
    """Change what the card in a version's folder says."""
    path = folder / f"{NAME}.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))
