"""`make bench`: measure serving and training here, side by side, and print what was found."""

import argparse
import json
import os
import platform
from pathlib import Path

import torch

from ml.data.mnist import default_data_dir
from ml.networks.card import WEIGHTS_DIR
from ml.training.recipes import RECIPES
from tests.benchmarks import generating, reading, refusal, serving, steps, training


def main() -> None:
    """Run the chosen measurements."""
    parser = argparse.ArgumentParser(prog="tests.benchmarks", description=__doc__)
    parser.add_argument(
        "what",
        nargs="*",
        help="serving, reading, refusal, generating, steps, training, seeds (all but seeds)",
    )
    parser.add_argument("--model", action="append", choices=RECIPES, help="only these models")
    parser.add_argument("--epochs", type=int, help="epochs each way (default: the recipe's, ≤ 6)")
    parser.add_argument("--data", type=Path, default=default_data_dir(), help="where MNIST is")
    parser.add_argument("--weights", type=Path, default=WEIGHTS_DIR, help="for refusal")
    parser.add_argument("--seeds", type=int, default=5, help="how many, for seeds")
    flags = parser.parse_args()
    what = flags.what or ["serving", "reading", "refusal", "generating", "steps", "training"]
    varied = {name for name, recipe in RECIPES.items() if recipe.is_varied}
    if "training" in what and (refused := varied.intersection(flags.model or [])):
        parser.error(f"the tutorials' loop cannot generate what {', '.join(refused)} learns from")
    print(describe_machine())
    if "serving" in what:
        print("serving:", json.dumps(serving.measure()))
    if "reading" in what:
        print("reading:", json.dumps(reading.measure()))
    if "refusal" in what:
        print("refusal:", json.dumps(refusal.measure(flags.weights)))
    if "generating" in what:
        print("generating:", json.dumps(generating.measure()))
    if "steps" in what:
        print("steps:", json.dumps(steps.measure(flags.data)))
    if "seeds" in what:
        for name in flags.model or ["quick_cnn"]:
            print("seeds:", json.dumps(training.spread(name, flags.data, flags.seeds)), flush=True)
    if "training" in what:
        for name in flags.model or [name for name in RECIPES if name not in varied]:
            epochs = flags.epochs or min(RECIPES[name].epochs, 6)
            print("training:", json.dumps(training.compare(name, flags.data, epochs)), flush=True)


def describe_machine() -> str:
    """Return the processor, its cores and the versions that decide speed."""
    capabilities = torch.cpu.get_capabilities()
    flags = [name for name in ("amx_bf16", "avx512_bf16", "avx512_f") if capabilities.get(name)]
    name = capabilities.get("cpu_name", platform.machine())
    return f"{name}, {os.cpu_count()} cores, {' '.join(flags)}; torch {torch.__version__}"


if __name__ == "__main__":
    main()
