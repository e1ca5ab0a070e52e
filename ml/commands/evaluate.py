"""--evaluate: measure served models on MNIST's test set, or on drawn strokes."""

import argparse
import json
from time import perf_counter
from typing import Any

from ml.commands.data import load_examples
from ml.commands.served import choose_served, find_served, list_served
from ml.data.examples import Examples
from ml.data.mnist import NAME
from ml.evaluation import drawings
from ml.evaluation.metrics import compute_logits, judge
from ml.networks.card import by_size
from ml.networks.logits import can_refuse
from ml.networks.torch_classifier import TorchClassifier, load_torch
from ml.training.devices import pick_device
from ml.versions import Version


def run(flags: argparse.Namespace) -> None:
    """Print a report for one model, or with --all for every one."""
    names = list_served(flags) if flags.all else [choose_served(flags)]
    versions = [find_served(flags, name) for name in names]
    versions.sort(key=lambda version: by_size(version.card))
    if flags.strokes:
        reports = drawings.measure(
            {version.model: _load(flags, version) for version in versions},
            flags.strokes,
            flags.preprocessing,
            everywhere=flags.everywhere,
        )
        as_text = drawings.as_text
    else:
        examples = load_examples(flags, train=False)
        reports, as_text = [_measure(flags, each, examples) for each in versions], _as_text
    if flags.json:
        print(json.dumps(reports if flags.all else reports[0]))
    else:
        print("\n".join(as_text(report) for report in reports))


def _load(flags: argparse.Namespace, version: Version) -> TorchClassifier:
    classifier = load_torch(version.folder, version.card)
    classifier.model.to(pick_device(flags.device))
    return classifier


def _measure(flags: argparse.Namespace, version: Version, examples: Examples) -> dict[str, Any]:
    model, device = _load(flags, version).model, pick_device(flags.device)
    card = version.card
    started = perf_counter()
    logits = compute_logits(model, examples, device)
    seconds = perf_counter() - started
    evaluation = judge(logits, examples.labels.numpy(), card.calibration)
    is_refused = card.calibration.is_refused(logits)
    return {
        "model": card.model,
        "parameters": card.parameters,
        "test_accuracy": evaluation.accuracy,
        "test_loss": evaluation.loss,
        "images": len(evaluation.labels),
        "data": examples.name,
        "ece": evaluation.ece,
        "refused": float(is_refused.mean()) if can_refuse(logits) else None,
        "seconds": round(seconds, 3),
    }


def _as_text(report: dict[str, Any]) -> str:
    source = "" if report["data"] == NAME else f" of {report['data']}"
    return (
        f"{report['model']:15} {report['parameters']:>9,} parameters, {report['images']:,} test "
        f"images{source}: accuracy {report['test_accuracy']:.2%}, loss {report['test_loss']:.4f}, "
        f"calibration error {report['ece']:.2%}; {report['seconds']} s"
        + ("" if report["refused"] is None else f"; refused {report['refused']:.2%}")
    )
