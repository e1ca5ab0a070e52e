"""How one unit of a network comes to its value: patch × kernel, summed, and what follows.

Everything is float64, of weights and maps that are float32, so a sum that is shown is right to the
last digit shown.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ml.errors import UnknownUnitError
from ml.explain.layers import Inside, find_logits, find_weights, look_inside
from ml.networks.classifier import Classifier
from ml.networks.plan import (
    BIAS,
    IMAGE,
    NORM,
    POOL,
    POOLING,
    RELU,
    RESIDUAL,
    Layer,
    Member,
    Plan,
    find_plan,
)
from ml.networks.tensors import Weights
from ml.preprocess import MEAN, STD

STRONGEST = 3  # input channels whose patch and kernel are given whole


@dataclass(frozen=True)
class Unit:
    """One number that a layer gives: a channel at a place; `index` is the layer's in its member."""

    member: int
    index: int
    channel: int
    row: int = 0
    column: int = 0


def parse_unit(plan: Plan, value: object) -> Unit:
    """Return the unit that a JSON object names; raises UnknownUnitError, saying what there is."""
    if not isinstance(value, dict):
        raise UnknownUnitError('unit must be an object such as {"layer": "conv1", "channel": 0}')
    member = _parse_index(value, "member", len(plan.members))
    layers = plan.members[member].layers
    name = value.get("layer")
    index = plan.members[member].find(name) if isinstance(name, str) else None
    if index is None:
        names = ", ".join(layer.name for layer in layers)
        raise UnknownUnitError(f"unit.layer must be one of {names}")
    channels, rows, columns = layers[index].maps
    return Unit(
        member,
        index,
        _parse_index(value, "channel", channels),
        _parse_index(value, "row", rows),
        _parse_index(value, "column", columns),
    )


def _parse_index(value: dict[str, Any], name: str, count: int) -> int:
    index = value.get(name, 0)
    if type(index) is not int or not 0 <= index < count:
        raise UnknownUnitError(f"unit.{name} must be an integer from 0 to {count - 1}")
    return index


def describe_unit(
    classifier: Classifier, model: str, seen: np.ndarray, value: object
) -> dict[str, Any]:
    """Return how the unit that `value` names gets its value from an image, uint8 (28, 28).

    What is returned are plain values for JSON; docs/api.md describes each. Raises UnknownUnitError,
    and WeightsError as `look_inside` does.
    """
    plan = find_plan(model)
    unit = parse_unit(plan, value)
    inside = look_inside(classifier, model, seen[None])[unit.member]
    layer = inside.member.layers[unit.index]
    weights = find_weights(classifier, inside.member, layer)
    given = inside.given(unit.index)[0].astype(np.float64)
    places = find_places(layer, unit.row, unit.column)
    patches = np.stack([_cut(layer, given, place) for place in places])
    products = patches * weights.kernels[unit.channel]
    sums = products.sum(axis=(1, 2, 3))
    coming, chosen, steps = _follow(layer, weights, unit, given, places, sums)
    number = steps[-1]["value"]
    return {
        "member": unit.member,
        "layer": layer.name,
        "kind": layer.kind,
        "operations": list(layer.operations),
        "channel": unit.channel,
        "row": unit.row,
        "column": unit.column,
        "shape": list(layer.shape),
        "places": [
            _describe_place(layer, *each) for each in zip(places, sums, coming, strict=True)
        ],
        "chosen": chosen,
        **_describe_products(patches[chosen], weights.kernels[unit.channel]),
        "steps": steps,
        "value": number,
        "map": _find_map(classifier, inside, unit),
        "outgoing": _find_outgoing(classifier, inside.member, unit, number),
        "ink": _describe_ink(layer, weights, unit, given) if _sees_all_pixels(layer) else None,
    }


def find_places(layer: Layer, row: int, column: int) -> list[tuple[int, int]]:
    """Return where the sums are that become the value at this place: four before pooling."""
    if POOLING not in layer.operations:
        return [(row, column)]
    steps = range(POOL)
    return [(row * POOL + down, column * POOL + across) for down in steps for across in steps]


def _cut(layer: Layer, given: np.ndarray, place: tuple[int, int]) -> np.ndarray:
    """Return the patch under the kernel, (channels, rows, columns); beyond the edge is 0."""
    side = layer.padding
    padded = np.pad(given, ((0, 0), (side, side), (side, side)))
    (row, column), (height, width) = place, layer.kernel
    return padded[:, row : row + height, column : column + width]


def _describe_place(
    layer: Layer, place: tuple[int, int], total: float, value: float
) -> dict[str, Any]:
    row, column = place
    top, left = row - layer.padding, column - layer.padding
    corner = {"row": row, "column": column, "top": top, "left": left}
    return corner | {"sum": float(total), "value": float(value)}


def _follow(
    layer: Layer,
    weights: Weights,
    unit: Unit,
    given: np.ndarray,
    places: list[tuple[int, int]],
    sums: np.ndarray,
) -> tuple[np.ndarray, int, list[dict[str, Any]]]:
    """Follow the sums at `places` through the layer's operations.

    Returns what comes to the pooling from each place, which of them it takes, and the steps of
    that one.
    """
    values, history = sums, [({}, sums)]
    coming, chosen = None, 0
    for operation in layer.operations[1:]:
        if operation == POOLING:
            coming, chosen = values, int(values.argmax())
            note, values = {"of": values.tolist()}, values[chosen : chosen + 1]
        else:
            note = _note(operation, weights, unit, given, places)
            values = _apply(operation, note, values)
        history.append((note, values))
    steps = [
        _describe_step(operation, note, values, chosen)
        for operation, (note, values) in zip(layer.operations, history, strict=True)
    ]
    return values if coming is None else coming, chosen, steps


def _note(
    operation: str,
    weights: Weights,
    unit: Unit,
    given: np.ndarray,
    places: list[tuple[int, int]],
) -> dict[str, Any]:
    """Return the numbers that an operation changes values with; an array has one for each place."""
    channel = unit.channel
    if operation == BIAS:
        return {"add": float(weights.bias[channel])}
    if operation == NORM:
        return {"scale": float(weights.scale[channel]), "shift": float(weights.shift[channel])}
    if operation == RESIDUAL:
        return {"add": np.array([given[channel][place] for place in places])}
    return {}


def _apply(operation: str, note: dict[str, Any], values: np.ndarray) -> np.ndarray:
    if operation == NORM:
        return values * note["scale"] + note["shift"]
    if operation == RELU:
        return np.maximum(values, 0)
    return values + note["add"]


def _describe_step(
    operation: str, note: dict[str, Any], values: np.ndarray, chosen: int
) -> dict[str, Any]:
    """Return a step of the place that was chosen; after the pooling there is no other."""
    index = chosen if len(values) > 1 else 0
    own = {
        name: float(each[index]) if isinstance(each, np.ndarray) else each
        for name, each in note.items()
    }
    return {"operation": operation, **own, "value": float(values[index])}


def _describe_products(patch: np.ndarray, kernel: np.ndarray) -> dict[str, Any]:
    """Return each input channel's part of the sum, the strongest with all their numbers."""
    products = patch * kernel
    partial = products.sum(axis=(1, 2))
    order = np.argsort(-np.abs(partial), kind="stable")
    return {
        "partial_sums": partial.tolist(),
        "strongest": [
            {
                "channel": int(channel),
                "sum": float(partial[channel]),
                "patch": patch[channel].tolist(),
                "kernel": kernel[channel].tolist(),
                "products": products[channel].tolist(),
            }
            for channel in order[:STRONGEST]
        ],
        "rest": float(partial[order[STRONGEST:]].sum()),
    }


def _find_map(classifier: Classifier, inside: Inside, unit: Unit) -> float:
    """Return what the network itself has at the unit's place."""
    if unit.index == len(inside.member.layers) - 1:
        return float(find_logits(classifier, inside)[0, unit.channel])
    return float(inside.maps[unit.index][0, unit.channel, unit.row, unit.column])


def _find_outgoing(
    classifier: Classifier, member: Member, unit: Unit, value: float
) -> dict[str, Any] | None:
    """Return what the value adds to each answer, if the next layer gives the answers."""
    if unit.index != len(member.layers) - 2:
        return None
    last = member.layers[-1]
    kernels = find_weights(classifier, member, last).kernels
    weights = kernels[:, unit.channel, unit.row, unit.column]
    products = (weights * value).tolist()
    return {"layer": last.name, "weights": weights.tolist(), "products": products}


def _sees_all_pixels(layer: Layer) -> bool:
    return layer.inputs == IMAGE and layer.kernel == IMAGE[1:]


def _describe_ink(layer: Layer, weights: Weights, unit: Unit, given: np.ndarray) -> dict[str, Any]:
    """Return the sum over all pixels as what each pixel's ink adds to what a blank sheet gives.

    Paper is −0.42 once it is normalized, so weight × pixel is not 0 there. Ink is 0 to 1:
    weight × (ink − mean) / std is (weight / std) × ink, and a constant.
    """
    kernel = weights.kernels[unit.channel, 0].ravel()
    ink = (given.ravel() * STD + MEAN).clip(0, 1)
    ink[ink < 1e-6] = 0  # float32's rounding of paper
    products = kernel / STD * ink
    bias = 0.0 if BIAS not in layer.operations else float(weights.bias[unit.channel])
    return {
        "weights": (kernel / STD).tolist(),
        "ink": ink.tolist(),
        "products": products.tolist(),
        "sum": float(products.sum()),
        "paper": bias - MEAN / STD * float(kernel.sum()),
    }
