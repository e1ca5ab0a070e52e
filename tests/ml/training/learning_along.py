"""What torchrun runs for test_distributed.py: trainings one after the other, in all processes.

Its argument is a JSON file {name: {"recipe": …, "resume": …, "stop": epochs}}, beside which each
training gets a folder of its name. Each process writes what it has seen of each.
"""

import hashlib
import json
import sys
from pathlib import Path

import torch

from ml.data.examples import split
from ml.data.mnist import Digits
from ml.training.distributed import join_group
from ml.training.events import EpochResult, SessionStarted, StepResult
from ml.training.recipes import find_recipe
from ml.training.sessions import train
from run import end_process
from tests.digits import make_examples

SEED = 5


def make_digits():
    return Digits(*split(make_examples(120, seed=1), 5_000), make_examples(40, seed=2))


def learn(group, digits, folder, recipe, resume=False, stop=None):
    """Train, and return what this process has seen of it."""
    seen = {"steps": [], "epochs": [], "threads": torch.get_num_threads()}
    options = {"seed": SEED, "device": torch.device("cpu"), "resume": resume, "group": group}
    for event in train(find_recipe(**recipe), digits, folder, **options):
        match event:
            case SessionStarted():
                model = event.model
            case StepResult():
                seen["steps"].append([event.loss, event.correct, event.images])
            case EpochResult():
                seen["epochs"].append([event.training_accuracy, event.validation_loss])
                if event.epoch == stop:
                    break
    seen["dropout_seed"] = torch.initial_seed()
    weights = b"".join(each.detach().numpy().tobytes() for each in model.parameters())
    return seen | {"weights": hashlib.sha256(weights).hexdigest()}


def main(path):
    digits = make_digits()
    with join_group() as group:
        for name, options in json.loads(path.read_text()).items():
            seen = learn(group, digits, path.parent / name, **options)
            (path.parent / f"{name}.{group.rank}.json").write_text(json.dumps(seen))
            group.gather(None)  # the first ends all others when it ends


if __name__ == "__main__":
    main(Path(sys.argv[1]))
    end_process(0)
