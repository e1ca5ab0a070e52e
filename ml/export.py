"""A served model as ONNX, with the contract of its preprocessing beside it."""

import json
from pathlib import Path
from typing import Any

import torch

from ml.checkpoint import load_weights, write_atomically
from ml.preprocess import EDGE_SHARE, IMAGE_SIDE, MEAN, STD

EXPORTS_DIR = Path("exports")


def export_onnx(weights_dir: Path, name: str, folder: Path | None = None) -> list[Path]:
    """Write <name>.onnx and <name>.onnx.json into the folder (`exports`); return both paths.

    The network takes `images`, float32 (N, 1, 28, 28), and gives `logits`, float32 (N, 10), or
    (N, 11) if it can refuse, for any N. Raises WeightsError if the model is not there.
    """
    model, card = load_weights(weights_dir, name)
    folder = folder or EXPORTS_DIR
    folder.mkdir(parents=True, exist_ok=True)
    program = torch.onnx.export(
        model,
        (torch.zeros(2, 1, IMAGE_SIDE, IMAGE_SIDE),),
        input_names=["images"],
        output_names=["logits"],
        dynamic_shapes=({0: torch.export.Dim("N")},),
        dynamo=True,
        verbose=False,
    )
    network, contract = folder / f"{name}.onnx", folder / f"{name}.onnx.json"
    text = json.dumps(make_contract(card), indent=2) + "\n"
    write_atomically(network, lambda path: program.save(str(path)))
    write_atomically(contract, lambda path: path.write_text(text, encoding="utf-8"))
    return [network, contract]


def make_contract(card: dict[str, Any]) -> dict[str, Any]:
    """Return what a program must do to a drawing before this network, and to its logits after."""
    refuses = "refusal_threshold" in card
    return {
        "model": card["model"],
        "weights_sha256": card["weights_sha256"],
        "input": {"name": "images", "dtype": "float32", "shape": ["N", 1, IMAGE_SIDE, IMAGE_SIDE]},
        "output": {"name": "logits", "dtype": "float32", "shape": ["N", 11 if refuses else 10]},
        "preprocessing": [
            "take ink as grey levels: 0 = paper, 255 = ink",
            f"cut the tight box of the ink: pixels above {EDGE_SHARE} of the darkest",
            "pad it with paper on the right or below to a square",
            "average over areas to 20×20, stretch the darkest pixel to 255, round",
            "paste into 28×28 by the whole-pixel shift that takes the centre of mass to pixel 14",
            f"divide by 255, subtract {MEAN}, divide by {STD}",
        ],
        "postprocessing": [
            f"divide the first ten logits by {card.get('temperature', 1.0)}, then softmax",
            *([_describe_refusal(card["refusal_threshold"])] if refuses else []),
        ],
    }


def _describe_refusal(threshold: float) -> str:
    return (
        "it is no digit if the eleventh logit less log(sum(exp(the first ten))), none of them "
        f"divided, is above {threshold}"
    )
