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

import hashlib
import json
import zlib
from collections.abc import Mapping
from struct import pack
from typing import Any

import numpy as np

from ml.errors import WeightsError
from ml.networks.card import ModelCard
from ml.networks.plan import PLANS, Member, find_plan
from ml.networks.tensors import Weights, take_layer

MAGIC = b"digitnet"
VERSION = 1
HALVED_FROM = 100_000  # parameters of a network whose kernels are half floats
DTYPES = {"half": "<f2", "float": "<f4"}
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
        _pack_layer(take_layer(weights, member.prefix, layer), DTYPES[numbers])
        for member in plan.members
        for layer in member.layers
    ]
    checked = b"".join([pack("<I", len(text)), text, *layers])
    return MAGIC + pack("<II", VERSION, zlib.crc32(checked)) + checked


def find_file_version(card: ModelCard) -> str:
    """Return what changes with anything in the browser's file of a model, without making the file.

    The same weights with another calibration are another file. Also for a model that
    `pack_weights` refuses.
    """
    plan = PLANS.get(card.model)
    content = VERSION, card.weights.sha256, card.calibration, card.parameters, plan
    return hashlib.sha256(repr(content).encode()).hexdigest()[:12]


def _describe(member: Member) -> dict[str, Any]:
    fields = ("name", "operations", "inputs", "kernel", "padding", "channels")
    return {
        "stretched": member.name == STRETCHED,
        "layers": [{name: getattr(layer, name) for name in fields} for layer in member.layers],
    }


def _pack_layer(layer: Weights, dtype: str) -> bytes:
    """Return a layer's numbers: kernels, then scale, shift and bias as far as it has them."""
    added = (layer.scale, layer.shift, layer.bias)
    rest = [_to_bytes(numbers, "<f4") for numbers in added if numbers is not None]
    return b"".join([_to_bytes(layer.kernels, dtype), *rest])


def _to_bytes(values: np.ndarray, dtype: str) -> bytes:
    with np.errstate(over="ignore", under="ignore"):
        narrowed = values.astype(dtype)
    if not np.isfinite(narrowed).all():
        raise WeightsError("the weights cannot be written as half floats or floats")
    return narrowed.tobytes()
