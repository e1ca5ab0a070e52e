"""What each layer makes of an image, and how ten probabilities come of it."""

from base64 import b64encode
from dataclasses import dataclass
from typing import Any

import numpy as np

from ml.errors import WeightsError
from ml.networks.classifier import Classifier
from ml.networks.logits import DIGITS, log_sum_exp, refusal_scores
from ml.networks.plan import Layer, Member, Plan, find_plan
from ml.networks.tensors import Weights, take_layer
from ml.preprocess import IMAGE_SIDE, MEAN, STD, normalize

TOO_OLD = "This version was trained before networks could be looked into; train it again"
FOREIGN = "This version's weights are not those of its network; train it again"


@dataclass(frozen=True)
class Inside:
    """What the layers of one member were given and gave, for N images.

    `image` is float32 (N, 1, 28, 28), normalized; `maps` has what each layer but the last gives,
    float32 (N, channels, rows, columns).
    """

    member: Member
    image: np.ndarray
    maps: list[np.ndarray]

    def given(self, index: int) -> np.ndarray:
        """Return what the layer of this index is given, float32 (N, channels, rows, columns)."""
        return self.maps[index - 1] if index else self.image


def look_inside(classifier: Classifier, model: str, seen: np.ndarray) -> list[Inside]:
    """Return what the layers of each member make of images, uint8 (N, 28, 28).

    Raises WeightsError for a version that was trained before ONNX files had these outputs.
    """
    images = normalize(seen)
    results = classifier.layers(images)
    plan, first = find_plan(model), 0
    found = []
    for member in plan.members:
        is_first = member is plan.members[0]
        image = images if is_first else _take(results, f"{member.prefix}image", images.shape[1:])
        hidden = member.layers[:-1]
        maps = [_take(results, member.prefix + each.name, each.maps) for each in hidden[:-1]]
        if hidden:  # what the last layer is given are the features
            count = int(np.prod(hidden[-1].maps))
            share = {"features": results["features"][:, first : first + count]}
            maps.append(_take(share, "features", hidden[-1].maps))
            first += count
        found.append(Inside(member, image, maps))
    return found


def find_weights(classifier: Classifier, member: Member, layer: Layer) -> Weights:
    """Return a layer's weights; raises WeightsError if the version's file has others."""
    weights = classifier.weights()
    try:
        return take_layer(weights, member.prefix, layer)
    except WeightsError as error:
        raise WeightsError(FOREIGN) from error


def find_logits(classifier: Classifier, inside: Inside) -> np.ndarray:
    """Return a member's own logits, float64 (N, 10 or 47), of what its last layer is given."""
    last = inside.member.layers[-1]
    weights = find_weights(classifier, inside.member, last)
    given = inside.given(len(inside.member.layers) - 1)
    flat = given.reshape(len(given), -1).astype(np.float64)
    return flat @ weights.kernels.reshape(last.channels, -1).T + weights.bias


def describe_layers(classifier: Classifier, model: str, seen: np.ndarray) -> dict[str, Any]:
    """Return what each layer makes of an image, uint8 (28, 28), as plain values for JSON.

    docs/api.md describes each field. Raises WeightsError, as `look_inside` does.
    """
    plan = find_plan(model)
    found = look_inside(classifier, model, seen[None])
    logits = [find_logits(classifier, inside)[0] for inside in found]
    return {
        "members": [
            _describe_member(inside, own) for inside, own in zip(found, logits, strict=True)
        ],
        "answers": list(plan.answers),
        "answer": _describe_answer(classifier, plan, np.mean(logits, axis=0)),
    }


def to_grey(image: np.ndarray) -> np.ndarray:
    """Return normalized images as uint8 (…): what `ml.preprocess.normalize` was given."""
    return np.rint((image * STD + MEAN) * 255).clip(0, 255).astype(np.uint8)


def encode(values: np.ndarray) -> str:
    """Return uint8 values of any shape in base64, in their order."""
    return b64encode(values.tobytes()).decode()


def _take(results: dict[str, np.ndarray], name: str, shape: tuple[int, ...]) -> np.ndarray:
    """Return a result as (N, *shape)."""
    if name not in results:
        raise WeightsError(TOO_OLD)
    if results[name][0].size != np.prod(shape):
        raise WeightsError(FOREIGN)
    return results[name].reshape(-1, *shape)


def _describe_member(inside: Inside, logits: np.ndarray) -> dict[str, Any]:
    member, last = inside.member, inside.member.layers[-1]
    layers = zip(member.layers, inside.maps, strict=False)
    return {
        "name": member.name,
        "title": member.title,
        "image": to_grey(inside.image).reshape(IMAGE_SIDE * IMAGE_SIDE).tolist(),
        "layers": [_describe_layer(layer, maps[0]) for layer, maps in layers],
        "last": {
            "name": last.name,
            "kind": last.kind,
            "inputs": list(last.inputs),
            "answers": last.channels,
            "logits": logits.tolist(),
        },
    }


def _describe_layer(layer: Layer, maps: np.ndarray) -> dict[str, Any]:
    highest = float(maps.max())
    pixels = maps * (255 / highest) if highest > 0 else np.zeros_like(maps)
    return {
        "name": layer.name,
        "kind": layer.kind,
        "operations": list(layer.operations),
        "shape": list(layer.shape),
        "inputs": list(layer.inputs),
        "kernel": list(layer.kernel),
        "padding": layer.padding,
        "highest": highest,
        "maps": encode(np.rint(pixels).clip(0, 255).astype(np.uint8)),
    }


def _describe_answer(classifier: Classifier, plan: Plan, mean: np.ndarray) -> dict[str, Any]:
    """Return how the mean of the members' logits becomes ten probabilities, step by step."""
    others, calibration = len(plan.answers) - DIGITS, classifier.calibration
    logits = mean
    if others:
        logits = np.append(mean[:DIGITS], log_sum_exp(mean[None, DIGITS:]))
    scaled = logits[:DIGITS] / calibration.temperature
    exponentials = np.exp(scaled - scaled.max())
    refusal = None
    if calibration.refusal_threshold is not None and others:
        refusal = {
            "score": float(refusal_scores(logits[None])[0]),
            "threshold": calibration.refusal_threshold,
            "no_digit": float(calibration.no_digit(logits[None])[0]),
        }
    return {
        "mean": mean.tolist(),
        "gathered": {"from": len(plan.answers), "others": others} if others else None,
        "logits": logits.tolist(),
        "temperature": calibration.temperature,
        "scaled": scaled.tolist(),
        "highest": float(scaled.max()),
        "exponentials": exponentials.tolist(),
        "sum": float(exponentials.sum()),
        "probabilities": (exponentials / exponentials.sum()).tolist(),
        "refusal": refusal,
    }
