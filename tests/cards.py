"""Cards of models that nobody trained, for tests."""

import hashlib
from pathlib import Path
from typing import Any

from ml.networks.card import ModelCard, SavedFile
from ml.preprocess import contract_sha256


def make_card(model: str, **changes: Any) -> ModelCard:
    """Return a valid card of a model, its files only named."""
    sha256 = hashlib.sha256(model.encode()).hexdigest()
    values = {
        "model": model,
        "title": model.replace("_", " ").capitalize(),
        "summary": "A network for tests. It learned nothing.",
        "parameters": 23_860,
        "layers": [{"layer": "linear, 784 → 10", "shape": [10], "parameters": 7_850}],
        "tutorial": {"figure": None, "note": "", "changed": None, "commands": {}},
        "recipe": {"model": model, "optimizer": "sgd", "learning_rate": 0.1, "batch_size": 64},
        "command": f"python run.py --train --model {model} --seed 0",
        "seed": 0,
        "device": "cpu",
        "data": {"name": "MNIST", "training": 55_000, "validation": 5_000, "test": 10_000},
        "versions": {"python": "3.11.0"},
        "date": "2025-03-01",
        "epochs": 0,
        "reached_goal": False,
        "history": [],
        "marks": [],
        "test_accuracy": 0.1,
        "test_interval": [0.09, 0.11],
        "test_loss": 2.3,
        "test_ece": 0.0,
        "confusion": [],
        "mistakes": [],
        "contract_sha256": contract_sha256(),
        "weights": SavedFile(f"{model}-{sha256[:12]}.safetensors", 3, sha256),
        "onnx": SavedFile(f"{model}-{sha256[:12]}.onnx", 3, sha256),
    }
    return ModelCard(**values | changes)


def names_of(folder: Path) -> set[str]:
    """Return the names of a folder's files; a lock is not content."""
    return {path.name for path in folder.iterdir() if not path.name.endswith(".lock")}
