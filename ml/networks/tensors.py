"""The weights of a safetensors file as NumPy arrays: serving has no package that reads it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ml.errors import WeightsError
from ml.networks.card import ModelCard, broken
from ml.networks.plan import BIAS, NORM, Layer

DTYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "U8": "u1"}
LENGTH = 8  # bytes at the beginning that say how long the header is
EPSILON = 1e-5  # of PyTorch's batch normalization, so that nothing is divided by 0


@dataclass(frozen=True)
class Weights:
    """A layer's numbers, float64; `bias`, `scale` and `shift` are (channels,)."""

    kernels: np.ndarray  # channels, channels of the input, rows, columns
    bias: np.ndarray | None = None
    scale: np.ndarray | None = None  # batch normalization is value · scale + shift
    shift: np.ndarray | None = None


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


def take_layer(weights: Mapping[str, np.ndarray], prefix: str, layer: Layer) -> Weights:
    """Return a layer's numbers out of a network's weights, given by their PyTorch names.

    `prefix` is that of the layer's member. Raises WeightsError if they are another network's.
    """

    def get(key: str, name: str, *shape: int) -> np.ndarray:
        full_name = prefix + (f"{key}.{name}" if key else name)
        found, count = weights.get(full_name), int(np.prod(shape))
        if found is None or found.size != count:
            raise WeightsError(f"the weights lack {count} numbers named {full_name}")
        return found.astype(np.float64)

    shape = (layer.channels, layer.inputs[0], *layer.kernel)
    kernels = get(layer.key, "weight", *shape)
    if not layer.key:  # linear_scratch writes x·W: a column for each answer
        kernels = kernels.reshape(-1, layer.channels).T
    bias = get(layer.key, "bias", layer.channels) if BIAS in layer.operations else None
    if NORM not in layer.operations:
        return Weights(kernels.reshape(shape), bias)
    names = ("weight", "bias", "running_mean", "running_var")
    gain, shift, mean, variance = (get(layer.norm_key, each, layer.channels) for each in names)
    scale = gain / np.sqrt(variance + EPSILON)
    return Weights(kernels.reshape(shape), bias, scale, shift - mean * scale)
