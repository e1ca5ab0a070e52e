"""Stands in for `run.py`: writes what a training writes, without PyTorch, until it is told to end.

The seed says how it ends: 1 finishes at once, 2 diverges, 3 dies with a reason, 4 without one, and
with 0 it runs until it is asked to stop, or for a minute.
"""

import argparse
import os
import sys
from pathlib import Path
from time import monotonic, sleep

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from ml.runs import folders
from ml.runs.control import read_control, read_probe, write_weights
from ml.runs.events import EventWriter
from ml.runs.locks import keep_or_hold

PICTURE = b"\x89PNG\r\n\x1a\n"


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--run")
    parser.add_argument("--instance", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--resume", action="store_true")
    flags, _ = parser.parse_known_args()
    folder = folders.find_runs_dir(flags.instance) / flags.run
    with keep_or_hold(folder / ".lock", 1, TimeoutError()):
        return train(flags, folder)


def train(flags: argparse.Namespace, folder: Path) -> int:
    print("arguments:", *sys.argv[1:], flush=True)
    if flags.seed == 3:
        print("run.py: /secret/folder has no room", file=sys.stderr)
        return 1
    folders.update_settings(folder, pid=os.getpid())
    writer = EventWriter(folder)
    writer.write("start", model="linear", epochs=4, resumed=1 if flags.resume else 0)
    (folder / "checkpoint.pt").write_bytes(b"a checkpoint")
    return run(flags.seed, folder, writer)


def run(seed: int, folder: Path, writer: EventWriter) -> int:
    epoch = {"epoch": 1, "validation_accuracy": 0.5, "validation_loss": 1.0}
    writer.write("epoch", **epoch)
    if seed == 1:
        (folder / "history.png").write_bytes(PICTURE)
        result = {"accuracy": 0.75, "loss": 0.5, "version": 3, "judged": None}
        writer.write("finished", **result, pictures=["history.png"])
        return 0
    if seed == 2:
        writer.write("failed", reason="the loss became nan", diverged=True)
        return 1
    if seed == 4:
        return 1
    return learn(folder, writer)


def learn(folder: Path, writer: EventWriter) -> int:
    import numpy as np

    until, is_paused = monotonic() + 60, False
    while monotonic() < until:
        wanted = read_control(folder).wanted
        if wanted == "stop":
            writer.write("stopped", epoch=1)
            return 0
        if (wanted == "pause") != is_paused:
            is_paused = not is_paused
            writer.write("paused" if is_paused else "continued")
        if not is_paused:
            probe = read_probe(folder)
            write_weights(folder, writer.count, np.ones((10, 784)))
            writer.write("point", done=1.5, accuracy=0.6, probe=probe and {"id": probe.id})
        sleep(0.05)
    return 1


if __name__ == "__main__":
    sys.exit(main())
