"""A model as one file that the reader in the browser takes (static/js/reader/weights.js).

    8 bytes  "digitnet"                    4 bytes  version of the format
    4 bytes  CRC-32 of all that follows    4 bytes  length of the header
    the header in JSON: model, weights_version, calibration, answers, whether kernels are "half" or
    "float", and the plan of each member;
    then of each layer, in the plan's order: its kernels, and as floats the scale of each channel,
    if it has batch normalization, and what is added to each channel

All numbers are little-endian. Half floats halve what a tablet has to fetch. Small networks keep
floats, of which they have few: their weights are large, and rounding these to halves would change
one of a hundred probabilities by more than 0.001 (mlp, linear_scratch). Batch normalization is not
multiplied into the kernels: after pooling a negative scale would pick other maxima.
"""

import json
import zlib
from collections.abc import Mapping
from struct import pack
from typing import Any

import numpy as np

from ml.errors import WeightsError
from ml.networks.card import ModelCard
from ml.networks.plan import BIAS, NORM, Layer, Member, find_plan

MAGIC = b"digitnet"
VERSION = 1
HALVED_FROM = 100_000  # parameters of a network whose kernels are half floats
DTYPES = {"half": "<f2", "float": "<f4"}
EPSILON = 1e-5  # of PyTorch's batch normalization, so that nothing is divided by 0
STRETCHED = "stretched"  # the member that sees the drawing so


def pack_weights(card: ModelCard, weights: Mapping[str, np.ndarray]) -> bytes:
    """Return the browser's file of a model, whose weights are given by their PyTorch names.

    Raises WeightsError if the weights are not those of the card's network, or cannot be written as
    half floats.
    """
    plan = find_plan(card.model)
    numbers = "half" if card.parameters >= HALVED_FROM else "float"
    header = {
        "model": card.model,
        "weights_version": card.weights_version,
        "calibration": vars(card.calibration),
        "answers": plan.answers,
        "kernels": numbers,
        "members": [_describe(member) for member in plan.members],
    }
    text = json.dumps(header, separators=(",", ":")).encode()
    layers = [
        _pack_layer(weights, member.prefix, layer, DTYPES[numbers])
        for member in plan.members
        for layer in member.layers
    ]
    checked = b"".join([pack("<I", len(text)), text, *layers])
    return MAGIC + pack("<II", VERSION, zlib.crc32(checked)) + checked


def _describe(member: Member) -> dict[str, Any]:
    fields = ("name", "operations", "inputs", "kernel", "padding", "channels")
    return {
        "stretched": member.name == STRETCHED,
        "layers": [{name: getattr(layer, name) for name in fields} for layer in member.layers],
    }


def _pack_layer(weights: Mapping[str, np.ndarray], prefix: str, layer: Layer, dtype: str) -> bytes:
    """Return a layer's numbers: kernels, then scale and shift as far as it has them."""

    def get(key: str, name: str, count: int) -> np.ndarray:
        full_name = f"{prefix}{key}.{name}" if key else name
        found = weights.get(full_name)
        if found is None or found.size != count:
            raise WeightsError(f"the weights lack {count} numbers named {full_name}")
        return found.astype(np.float64).ravel()

    channels = layer.channels
    count = channels * layer.inputs[0] * layer.kernel[0] * layer.kernel[1]
    kernels = get(layer.key, "weight", count)
    if not layer.key:  # linear_scratch writes x·W: a column for each answer
        kernels = kernels.reshape(-1, channels).T
    numbers = [_to_bytes(kernels, dtype)]
    if NORM in layer.operations:
        gain, shift, mean, variance = (
            get(layer.norm_key, name, channels)
            for name in ("weight", "bias", "running_mean", "running_var")
        )
        scale = gain / np.sqrt(variance + EPSILON)
        numbers += [_to_bytes(scale, "<f4"), _to_bytes(shift - mean * scale, "<f4")]
    if BIAS in layer.operations:
        numbers.append(_to_bytes(get(layer.key, "bias", channels), "<f4"))
    return b"".join(numbers)


def _to_bytes(values: np.ndarray, dtype: str) -> bytes:
    with np.errstate(over="ignore", under="ignore"):
        narrowed = values.astype(dtype)
    if not np.isfinite(narrowed).all():
        raise WeightsError("the weights cannot be written as half floats or floats")
    return narrowed.tobytes()
