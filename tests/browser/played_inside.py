"""A server that shows networks from inside, played: a small one made here is computed in NumPy.

It has one convolution, 3×3, of four kernels, with bias, pooling and ReLU, and then a linear layer;
`linear` has the linear layer alone, as logistic regression does.
"""

import json
from base64 import b64encode

import numpy as np
from playwright.sync_api import Page, Route

from ml.networks.logits import to_probabilities
from ml.preprocess import MEAN, STD, fit_ink, is_blank, normalize
from webapp.drawing import read_drawing

KERNELS, SIDE, POOLED = 4, 26, 13
TEMPERATURE = 0.8
_random = np.random.default_rng(29)
WEIGHTS = _random.normal(0, 0.4, (KERNELS, 3, 3))
BIASES = _random.normal(0, 0.2, KERNELS)
LAST = _random.normal(0, 0.08, (10, KERNELS, POOLED, POOLED))
TEMPLATES = _random.normal(0, 0.05, (10, 28, 28))
FULL = (1 - MEAN) / STD  # a pixel of full ink
PAPER = -MEAN / STD


def play_inside(page: Page) -> list[dict]:
    """Answer each explanation that the page asks for; return a list that fills with questions."""
    asked: list[dict] = []

    def explain(route: Route) -> None:
        question = route.request.post_data_json
        asked.append(question)
        route.fulfill(json=answer(question))

    page.route("**/api/explain", explain)
    page.route("**/api/models/*/pictures", lambda route: route.fulfill(json=list_pictures()))
    return asked


def answer(question: dict) -> dict:
    """Return what the server would say: a reading, layers and a unit, as far as asked for."""
    ink = read_drawing(question["image"])
    if is_blank(ink):
        reading = {"status": "blank", "digit": None, "probabilities": None, "seen": None}
        return {"reading": reading | {"model": question["model"]}, "layers": None, "unit": None}
    seen = fit_ink(ink)
    is_linear = question["model"].startswith("linear")
    layers = list_sums(seen) if is_linear else list_layers(seen)
    probabilities = layers["answer"]["probabilities"]
    reading = {
        "status": "digit",
        "digit": int(np.argmax(probabilities)),
        "probabilities": probabilities,
        "seen": seen.ravel().tolist(),
        "model": question["model"],
    }
    told = {"reading": reading}
    if "layers" in question["methods"]:
        told["layers"] = layers
    if "unit" in question["methods"]:
        show = show_sum if is_linear else show_map
        told["unit"] = show(seen, question["unit"])
    return json.loads(json.dumps(told, default=float))


def convolve(seen: np.ndarray) -> np.ndarray:
    """Return what comes to the pooling, float64 (4, 26, 26)."""
    image = normalize(seen[None])[0, 0].astype(np.float64)
    patches = np.lib.stride_tricks.sliding_window_view(image, (3, 3))
    return np.einsum("ijkl,ckl->cij", patches, WEIGHTS) + BIASES[:, None, None]


def pool(maps: np.ndarray) -> np.ndarray:
    """Return the maps after pooling and ReLU, float64 (4, 13, 13)."""
    squares = maps.reshape(KERNELS, POOLED, 2, POOLED, 2)
    return np.maximum(squares.max(axis=(2, 4)), 0)


def pack(maps: np.ndarray, highest: float) -> str:
    """Return maps as base64 of bytes."""
    return b64encode(np.rint(255 * maps / highest).astype(np.uint8).tobytes()).decode()


def list_layers(seen: np.ndarray) -> dict:
    """Return the small network's layers."""
    maps = pool(convolve(seen))
    highest = float(maps.max())
    layer = {
        "name": "conv1",
        "kind": "3×3 convolution, pooling, ReLU",
        "operations": ["convolution", "bias", "pooling", "ReLU"],
        "shape": [KERNELS, POOLED, POOLED],
        "inputs": [1, 28, 28],
        "kernel": [3, 3],
        "padding": 0,
        "highest": highest,
        "maps": pack(maps, highest),
    }
    logits = np.einsum("dcij,cij->d", LAST, maps)
    return wrap(seen, [layer], logits, {"name": "fc", "inputs": list(maps.shape)})


def list_sums(seen: np.ndarray) -> dict:
    """Return what logistic regression has: no layers before its ten sums."""
    logits = (TEMPLATES * normalize(seen[None])[0, 0]).sum(axis=(1, 2))
    return wrap(seen, [], logits, {"name": "linear", "inputs": [1, 28, 28]})


def wrap(seen: np.ndarray, layers: list[dict], logits: np.ndarray, last: dict) -> dict:
    """Return layers with the scores and softmax."""
    scaled = logits / TEMPERATURE
    exponentials = np.exp(scaled - scaled.max())
    member = {
        "name": "network",
        "title": "",
        "image": seen.ravel().tolist(),
        "layers": layers,
        "last": last | {"kind": "linear", "answers": 10, "logits": logits.tolist()},
    }
    return {
        "members": [member],
        "answers": [str(digit) for digit in range(10)],
        "answer": {
            "mean": logits.tolist(),
            "gathered": None,
            "logits": logits.tolist(),
            "temperature": TEMPERATURE,
            "scaled": scaled.tolist(),
            "highest": scaled.max(),
            "exponentials": exponentials.tolist(),
            "sum": exponentials.sum(),
            "probabilities": to_probabilities(logits[None], TEMPERATURE)[0].tolist(),
            "refusal": None,
        },
    }


def show_map(seen: np.ndarray, asked: dict) -> dict:
    """Return one place of one map of the convolution, or a score's sum over the maps."""
    channel, row, column = asked["channel"], asked.get("row", 0), asked.get("column", 0)
    if asked["layer"] == "fc":
        return show_score(seen, channel)
    before = convolve(seen)[channel]
    tops, lefts = (2 * row, 2 * row + 1), (2 * column, 2 * column + 1)
    places = [
        {"row": top, "column": left, "top": top, "left": left, "value": before[top, left]}
        | {"sum": before[top, left] - BIASES[channel]}
        for top in tops
        for left in lefts
    ]
    chosen = int(np.argmax([place["value"] for place in places]))
    best = places[chosen]
    image = normalize(seen[None])[0, 0].astype(np.float64)
    patch = image[best["top"] : best["top"] + 3, best["left"] : best["left"] + 3]
    part = make_part(0, patch, WEIGHTS[channel])
    value = max(best["value"], 0)
    steps = [
        {"operation": "convolution", "value": best["sum"]},
        {"operation": "bias", "add": BIASES[channel], "value": best["value"]},
        {
            "operation": "pooling",
            "of": [place["value"] for place in places],
            "value": best["value"],
        },
        {"operation": "ReLU", "value": value},
    ]
    return make_unit(asked, [KERNELS, POOLED, POOLED], [part], steps) | {
        "row": row,
        "column": column,
        "places": places,
        "chosen": chosen,
        "outgoing": {"layer": "fc", "products": (LAST[:, channel, row, column] * value).tolist()},
    }


def show_score(seen: np.ndarray, digit: int) -> dict:
    """Return how a score comes from the four maps."""
    maps = pool(convolve(seen))
    parts = [make_part(channel, maps[channel], LAST[digit, channel]) for channel in range(KERNELS)]
    total = sum(part["sum"] for part in parts)
    steps = [{"operation": "linear", "value": total}]
    asked = {"layer": "fc", "channel": digit}
    return make_unit(asked, [10], parts, steps)


def show_sum(seen: np.ndarray, asked: dict) -> dict:
    """Return how a score of logistic regression comes from the pixels."""
    weights = TEMPLATES[asked["channel"]] * (FULL - PAPER)
    ink = seen / 255
    products = weights * ink
    paper = float(TEMPLATES[asked["channel"]].sum() * PAPER)
    total = float(products.sum()) + paper
    told = {
        "weights": weights.ravel().tolist(),
        "ink": ink.ravel().tolist(),
        "products": products.ravel().tolist(),
        "sum": float(products.sum()),
        "paper": paper,
    }
    part = make_part(0, normalize(seen[None])[0, 0], TEMPLATES[asked["channel"]])
    steps = [{"operation": "linear", "value": total}]
    return make_unit(asked, [10], [part], steps) | {"ink": told}


def make_part(channel: int, patch: np.ndarray, kernel: np.ndarray) -> dict:
    """Return what one input map adds to a sum."""
    products = patch * kernel
    return {
        "channel": channel,
        "sum": float(products.sum()),
        "patch": patch.tolist(),
        "kernel": kernel.tolist(),
        "products": products.tolist(),
    }


def make_unit(asked: dict, shape: list[int], parts: list[dict], steps: list[dict]) -> dict:
    """Return a unit as the server gives it."""
    strongest = sorted(parts, key=lambda part: -abs(part["sum"]))
    image = np.zeros((28, 28), np.uint8)
    image[4:24, 12:16] = 255
    favourite = {"image": image.ravel().tolist(), "label": 1, "value": 2.5, "row": 2, "column": 3}
    return {
        "member": 0,
        "layer": asked["layer"],
        "channel": asked["channel"],
        "row": 0,
        "column": 0,
        "kind": "",
        "shape": shape,
        "places": [{"row": 0, "column": 0, "top": 0, "left": 0}],
        "chosen": 0,
        "partial_sums": [part["sum"] for part in parts],
        "strongest": strongest[:3],
        "rest": sum(part["sum"] for part in strongest[3:]),
        "steps": steps,
        "value": steps[-1]["value"],
        "outgoing": None,
        "ink": None,
        "favourites": [favourite | {"box": [4, 6, 4, 4]}] * 9,
    }


def list_pictures() -> dict:
    """Return the weights of the ten sums as pictures."""
    highest = float(np.abs(TEMPLATES).max())
    levels = np.rint(128 + 127 * TEMPLATES / highest).astype(np.uint8)
    pictures = [b64encode(each.tobytes()).decode() for each in levels]
    member = {"name": "network", "title": "", "highest": highest, "pictures": pictures}
    return {"model": "linear", "kind": "weights", "layer": "linear", "size": [28, 28]} | {
        "members": [member]
    }
