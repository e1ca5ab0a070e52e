"""Training in two processes beside one: the same seeds, the same threads in each, alternately."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from ml.files import PROJECT_DIR
from ml.networks.card import ModelCard, read_card

PROCESSES = (1, 2)
THREADS = max(1, (os.cpu_count() or 1) // 2)


def compare(name: str, data_dir: Path, epochs: int, seeds: int) -> dict[str, object]:
    """Train with each seed in one process and in two; return accuracies and images per second.

    Each process has half of the cores. Images per second are those of the fastest epoch: what else
    the machine does costs the others some.
    """
    accuracies = {count: [] for count in PROCESSES}
    fastest = dict.fromkeys(PROCESSES, 0.0)
    for seed in range(seeds):
        for count in PROCESSES:
            card = _train(name, data_dir, epochs, seed, count)
            accuracies[count].append(card.test_accuracy)
            speeds = [epoch["images_per_second"] for epoch in card.history]
            fastest[count] = max(fastest[count], *speeds)
    return {
        "model": name,
        "epochs": epochs,
        "seeds": seeds,
        "threads_each": THREADS,
        **{f"test_accuracies_by_{count}": accuracies[count] for count in PROCESSES},
        **{f"mean_by_{count}": statistics.mean(accuracies[count]) for count in PROCESSES},
        **{f"images_per_second_by_{count}": round(fastest[count]) for count in PROCESSES},
        "times_faster": round(fastest[2] / fastest[1], 2),
    }


def _train(name: str, data_dir: Path, epochs: int, seed: int, processes: int) -> ModelCard:
    """Run the command line as a person would, and return the model's card."""
    torchrun = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(processes)]
    with tempfile.TemporaryDirectory() as folder:
        own = ["--data", str(data_dir.resolve()), "--instance", folder, "--out", f"{folder}/run"]
        how = ["--model", name, "--epochs", str(epochs), "--seed", str(seed)]
        rest = ["--device", "cpu", "--no-refresh", "--no-pictures"]
        subprocess.run(
            [sys.executable, *torchrun, "run.py", "--train", *own, *how, *rest],
            cwd=PROJECT_DIR,
            env=os.environ | {"OMP_NUM_THREADS": str(THREADS)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=True,
        )
        card = read_card(Path(folder) / "run", name)
    print(f"  {json.dumps([name, seed, processes, card.test_accuracy])}", flush=True)
    return card
