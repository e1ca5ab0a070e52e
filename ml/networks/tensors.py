"""The weights of a safetensors file as NumPy arrays: serving has no package that reads it."""

import json
from pathlib import Path

import numpy as np

from ml.networks.card import ModelCard, broken

DTYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "U8": "u1"}
LENGTH = 8  # bytes at the beginning that say how long the header is


def read_weights(folder: Path, card: ModelCard) -> dict[str, np.ndarray]:
    """Return the weights that a card describes, by name; raises WeightsError."""
    content = card.weights.read(folder)
    try:
        return parse_safetensors(content)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise broken(card.model, f"{folder / card.weights.name} holds no weights") from error


def parse_safetensors(content: bytes) -> dict[str, np.ndarray]:
    """Return the arrays of a safetensors file, read-only views of `content`.

    The file is the length of its header (8 bytes, little-endian), the header as JSON, which gives
    dtype, shape and first and last byte of each array, and then the arrays' bytes. Source: the
    section "Format" of the README of safetensors. Raises ValueError, or what an odd header
    makes of it.
    """
    start = LENGTH + int.from_bytes(content[:LENGTH], "little")
    header = json.loads(content[LENGTH:start])
    header.pop("__metadata__", None)
    data = memoryview(content)[start:]
    arrays = {}
    for name, entry in header.items():
        first, last = entry["data_offsets"]
        flat = np.frombuffer(data[first:last], DTYPES[entry["dtype"]])
        arrays[name] = flat.reshape(entry["shape"])
    return arrays
