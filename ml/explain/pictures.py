"""What a network is made of, as pictures: the weights of its first layer."""

from typing import Any

import numpy as np

from ml.explain.layers import encode, find_weights
from ml.networks.classifier import Classifier
from ml.networks.plan import IMAGE, Member, find_plan

ZERO = 128  # the byte of a weight of 0, as in a run's weights.json


def describe_pictures(classifier: Classifier, model: str) -> dict[str, Any]:
    """Return one picture for each unit or channel of the first layer, as plain values for JSON.

    All of a member have one scale: the largest weight is 1 or 255, and none is ZERO. docs/api.md
    describes each field. Raises WeightsError if the weights can't be read or don't fit.
    """
    plan = find_plan(model)
    first = plan.members[0].layers[0]
    return {
        "model": model,
        "kind": "weights" if first.kernel == IMAGE[1:] else "kernels",
        "layer": first.name,
        "size": list(first.kernel),
        "members": [_describe_member(classifier, member) for member in plan.members],
    }


def _describe_member(classifier: Classifier, member: Member) -> dict[str, Any]:
    kernels = find_weights(classifier, member, member.layers[0]).kernels[:, 0]
    highest = float(np.abs(kernels).max())
    pictures = np.rint(ZERO + kernels * (127 / max(highest, 1e-12))).astype(np.uint8)
    return {
        "name": member.name,
        "title": member.title,
        "highest": highest,
        "pictures": [encode(picture) for picture in pictures],
    }
