"""--export onnx: a served network for other programs, with its preprocessing contract."""

import argparse
import json
from typing import Any

from ml.commands.served import choose_served, find_served
from ml.files import PROJECT_DIR, from_here, write_atomically
from ml.networks.card import ModelCard
from ml.preprocess import describe_contract

EXPORTS_DIR = PROJECT_DIR / "exports"


def run(flags: argparse.Namespace) -> None:
    """Write <model>.onnx and <model>.onnx.json into the folder --out, and print their paths."""
    version = find_served(flags, choose_served(flags))
    card, content = version.card, version.card.onnx.read(version.folder)
    text = json.dumps(make_contract(card), indent=2) + "\n"
    folder = flags.out or from_here(EXPORTS_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    network, contract = folder / f"{card.model}.onnx", folder / f"{card.model}.onnx.json"
    write_atomically(network, lambda path: path.write_bytes(content))
    write_atomically(contract, lambda path: path.write_text(text, encoding="utf-8"))
    print(network, contract, sep="\n")


def make_contract(card: ModelCard) -> dict[str, Any]:
    """Return what a program must do to a drawing before this network, and to its logits after."""
    contract, threshold = describe_contract(), card.calibration.refusal_threshold
    answers = 10 if threshold is None else 11
    steps = [f"divide the first ten logits by {card.calibration.temperature}, then softmax"]
    if threshold is not None:
        steps.append(
            "it isn't a digit if the eleventh logit less log(sum(exp(the first ten))), none of "
            f"them divided, is above {threshold}"
        )
    return {
        "model": card.model,
        "weights_sha256": card.weights.sha256,
        "onnx_sha256": card.onnx.sha256,
        "input": contract["input"],
        "output": {"name": "logits", "dtype": "float32", "shape": ["N", answers]},
        "features": {"name": "features", "dtype": "float32", "what": "input of the last layer"},
        "preprocessing": contract["steps"],
        "postprocessing": steps,
    }
