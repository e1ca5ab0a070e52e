"""--export onnx: a served network for other programs, with its contract and ten test vectors.

`--export web` is in `ml.commands.web`.

With --ship it writes the ONNX files of what ships anew, from their weights, which stay as they are:
for when the exporter has changed.
"""

import argparse
import json
import re
from pathlib import Path
from typing import Any

from ml.commands.exporting.vectors import make_vectors
from ml.commands.served import choose_served, find_served
from ml.commands.web import export as web
from ml.files import PROJECT_DIR, from_here, write_atomically
from ml.networks.card import ModelCard, SavedFile, find_cards, read_card
from ml.networks.classifier import load_onnx
from ml.preprocess import describe_contract, describe_details

LINES_OF_NUMBERS = re.compile(r"\[[-+\d.e,\s]+\]")
EXPORTS_DIR = PROJECT_DIR / "exports"


def run(flags: argparse.Namespace) -> None:
    """Write <model>.onnx, its contract and its test vectors into the folder --out; print the paths.

    With --ship: write the ONNX file of each model in --weights again, or of --model, with its card.
    """
    if flags.export == "web":
        web.run(flags)
        return
    if flags.ship:
        for name in [flags.model] if flags.model else find_cards(flags.weights):
            print(_export_again(flags.weights, name), flush=True)
        return
    version = find_served(flags, choose_served(flags))
    card = version.card
    network, classifier = card.onnx.read(version.folder), load_onnx(version.folder, card)
    folder = flags.out or from_here(EXPORTS_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in {
        f"{card.model}.onnx": network,
        f"{card.model}.onnx.json": to_json(make_contract(card)),
        f"{card.model}.vectors.json": to_json(make_vectors(card, classifier)),
    }.items():
        write_atomically(folder / name, lambda path, content=content: path.write_bytes(content))
        print(folder / name)


def to_json(value: dict[str, Any]) -> bytes:
    """Return a value as a JSON file, in which a list of numbers is one line."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    return (LINES_OF_NUMBERS.sub(lambda found: " ".join(found[0].split()), text) + "\n").encode()


def _export_again(folder: Path, name: str) -> Path:
    """Write a model's ONNX file anew from its weights; return its path. Raises WeightsError.

    Where nothing would change, nothing is written.
    """
    # Imported here: what is served can be exported without PyTorch.
    from ml.networks.onnx_export import export_onnx
    from ml.networks.weights import load_weights, save_files

    card = read_card(folder, name)
    onnx = export_onnx(load_weights(folder, card))
    if card.onnx != SavedFile.of(name, "onnx", onnx):
        card = save_files(folder, card, card.weights.read(folder), onnx)
    return folder / card.onnx.name


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
        "details": describe_details(),
        "postprocessing": steps,
        "temperature": card.calibration.temperature,
        "threshold": threshold,
    }
