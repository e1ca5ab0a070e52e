"""--sample: pictures of readings of test images, and of the most confident mistakes."""

import argparse

import torch

from ml.commands import plots
from ml.commands.data import load_examples
from ml.commands.served import choose_served, find_served
from ml.evaluation.metrics import evaluate
from ml.files import PROJECT_DIR, from_here
from ml.networks.weights import load_weights
from ml.training.devices import pick_device

SAMPLES_DIR = PROJECT_DIR / "samples"


def run(flags: argparse.Namespace) -> None:
    """Draw both pictures into the folder --out."""
    name = choose_served(flags)
    examples = load_examples(flags, train=False)
    version = find_served(flags, name)
    card = version.card
    device = pick_device(flags.device)
    model = load_weights(version.folder, card).to(device)
    evaluation = evaluate(model, examples, device, calibration=card.calibration)
    folder = flags.out or from_here(SAMPLES_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    generator = torch.Generator()
    generator.seed() if flags.seed is None else generator.manual_seed(flags.seed)
    random = torch.randperm(len(examples), generator=generator).tolist()
    for title, indices in (("readings", random), ("mistakes", evaluation.mistakes)):
        path = folder / f"{name}-{title}.png"
        plots.plot_readings(examples, evaluation, indices, path)
        print(path)
