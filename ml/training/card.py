"""The card of a finished run, and the three files that it becomes."""

import platform
from base64 import b64encode
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

import torch

from ml.data.examples import Examples
from ml.data.mnist import Digits
from ml.evaluation.metrics import Evaluation
from ml.networks.card import ModelCard
from ml.networks.layers import describe_layers
from ml.networks.logits import Calibration
from ml.networks.registry import MODELS, count_parameters
from ml.preprocess import contract_sha256
from ml.training.events import Finished
from ml.training.recipes import RECIPES, Recipe
from ml.training.runs import make_command

SHOWN_MISTAKES = 20


def make_card(
    recipe: Recipe,
    seed: int,
    device: torch.device,
    digits: Digits,
    finished: Finished,
    calibration: Calibration,
) -> ModelCard:
    """Return the card of a trained model, complete except for its files."""
    network, evaluation = MODELS[recipe.model], finished.evaluation
    return ModelCard(
        model=recipe.model,
        title=network.title,
        summary=network.summary,
        parameters=count_parameters(finished.model),
        layers=describe_layers(finished.model),
        tutorial=RECIPES[recipe.model].tutorial.to_dict(recipe.model),
        recipe=recipe.to_dict(),
        command=make_command(recipe, seed, digits.source),
        seed=seed,
        device=device.type,
        data={
            "name": digits.name,
            "training": len(digits.training),
            "validation": len(digits.validation),
            "test": len(digits.test),
            "sha256": digits.checksum(),
        },
        versions={
            "python": platform.python_version(),
            "torch": version("torch"),
            "numpy": version("numpy"),
        },
        date=datetime.now(UTC).strftime("%Y-%m-%d"),
        epochs=len(finished.history),
        reached_goal=finished.reached_goal,
        history=finished.history,
        marks=finished.marks,
        test_accuracy=evaluation.accuracy,
        test_interval=list(evaluation.interval),
        test_loss=evaluation.loss,
        test_ece=evaluation.ece,
        confusion=evaluation.confusion.tolist(),
        mistakes=list_mistakes(evaluation, digits.test),
        contract_sha256=contract_sha256(),
        calibration=calibration,
    )


def list_mistakes(evaluation: Evaluation, examples: Examples) -> list[dict[str, Any]]:
    """Return the 20 most confident mistakes; `seen` is the image's 784 bytes in base64."""
    return [
        {
            "truth": int(examples.labels[index]),
            "read": int(evaluation.predictions[index]),
            "probability": round(float(evaluation.probabilities[index].max()), 4),
            "seen": b64encode(examples.images[index].numpy().tobytes()).decode("ascii"),
        }
        for index in evaluation.mistakes[:SHOWN_MISTAKES]
    ]
