"""`make bench`: measure serving and training here, and write one table into docs/results.md.

It fails if a server answers anything but 200 and 503, or if a reading in the browser differs from
the server's. No time makes it fail. What else can be measured is named, and printed.
"""

import argparse
import json
import os
import platform
from collections.abc import Callable, Iterator
from pathlib import Path

import torch

from ml.data.mnist import load_mnist
from ml.files import PROJECT_DIR
from ml.mnist_files import default_data_dir, has_mnist
from ml.networks.card import WEIGHTS_DIR
from ml.training.recipes import RECIPES


def main() -> None:
    """Run the chosen measurements."""
    parser = argparse.ArgumentParser(prog="tests.benchmarks", description=__doc__)
    parser.add_argument(
        "what",
        nargs="*",
        metavar="WHAT",
        help="table (unless something is named), steps, pen-up, visits, watching, reading,"
        " browser_reading, refusal, counterfactual, generating, corrections, hand, numbers,"
        " number_pictures, explaining, explain_api, photo_api, sheets, photos, training,"
        " number-weights, seeds, recipe, distributed, hostile",
    )
    parser.add_argument("--model", action="append", choices=RECIPES, help="only these models")
    parser.add_argument("--epochs", type=int, help="epochs each way (default: the recipe's, ≤ 6)")
    parser.add_argument("--data", type=Path, default=default_data_dir(), help="where MNIST is")
    parser.add_argument(
        "--weights",
        type=Path,
        default=WEIGHTS_DIR,
        help="for refusal, counterfactual, corrections, hand, explaining and recipe",
    )
    parser.add_argument(
        "--strokes",
        type=Path,
        default=PROJECT_DIR.parent / "shared" / "strokes" / "digits.jsonl.gz",
        help="corrections, hand, numbers, number_pictures, sheets, photos: people's digits"
        " (../shared/strokes/digits.jsonl.gz)",
    )
    parser.add_argument(
        "--choosing",
        action="store_true",
        help="for corrections: the half of the writers that constants are chosen by",
    )
    parser.add_argument(
        "--against",
        type=Path,
        metavar="DIR",
        help="for table and visits: another checkout, with a .venv of its own, in turn",
    )
    parser.add_argument("--images", type=int, default=200, help="how many, for explaining")
    parser.add_argument(
        "--numbers", type=int, help="how many at most, for numbers and number_pictures"
    )
    parser.add_argument("--seeds", type=int, default=5, help="how many, for seeds and distributed")
    flags = parser.parse_args()
    what = flags.what or ["table"]
    varied = {name for name, recipe in RECIPES.items() if recipe.is_varied}
    if "training" in what and (refused := varied.intersection(flags.model or [])):
        parser.error(f"the tutorials' loop cannot generate what {', '.join(refused)} learns from")
    print(describe_machine())
    for name in what:
        for line in MEASUREMENTS[name](flags):
            print(f"{name}: {line}", flush=True)


# Each imports what it measures: training needs no server, and serving no data.
def _measure_table(flags: argparse.Namespace) -> Iterator[str]:
    from tests.benchmarks import table

    text, failures = table.measure(flags.against, flags.data, describe_machine())
    table.write(text)
    yield f"\n\n{text}\n"
    if failures:
        raise SystemExit("\n".join(failures))


def _measure_steps(_flags: argparse.Namespace) -> Iterator[str]:
    from tests.benchmarks import serving

    bodies = [serving.make_body(digit) for digit in range(10)]
    yield json.dumps(serving.measure_steps(bodies), indent=1)


def _measure_pen_up(_flags: argparse.Namespace) -> Iterator[str]:
    from tests.benchmarks import pen_up

    yield json.dumps(pen_up.measure())


def _measure_visits(flags: argparse.Namespace) -> Iterator[str]:
    from tests.benchmarks import visits

    yield from map(json.dumps, visits.measure(flags.against))


def _measure_watching(_flags: argparse.Namespace) -> Iterator[str]:
    from tests.benchmarks import watching

    yield json.dumps(watching.measure(), indent=1)


def _measure_explain_api(_flags: argparse.Namespace) -> Iterator[str]:
    from tests.benchmarks import explain_api

    yield json.dumps(explain_api.measure(), indent=1)


def _measure_photo_api(_flags: argparse.Namespace) -> Iterator[str]:
    from tests.benchmarks import photo_api

    yield json.dumps(photo_api.measure(), indent=1)


def _measure_reading(_flags: argparse.Namespace) -> Iterator[str]:
    from tests.benchmarks import reading

    yield json.dumps(reading.measure(), indent=1)


def _measure_browser_reading(flags: argparse.Namespace) -> Iterator[str]:
    from tests.benchmarks import browser_reading

    for model in flags.model or ["board_cnn"]:
        yield json.dumps(browser_reading.measure(model), indent=1)


def _measure_refusal(flags: argparse.Namespace) -> Iterator[str]:
    from tests.benchmarks import refusal

    yield json.dumps(refusal.measure(flags.weights))


def _measure_counterfactual(flags: argparse.Namespace) -> Iterator[str]:
    from tests.benchmarks import counterfactual

    for model in flags.model or RECIPES:
        yield json.dumps(counterfactual.measure(model, flags.weights))


def _measure_corrections(flags: argparse.Namespace) -> Iterator[str]:
    from tests.benchmarks import corrections, full_hand, new_habits

    models = flags.model or ["quick_cnn", "board_cnn"]
    yield from (full_hand.measure(model, flags.weights) for model in models)
    if not has_mnist(flags.data):
        yield f"skipped: MNIST is not in {flags.data} (--data DIR)"
        return
    mnist = load_mnist(flags.data, train=False)
    if flags.strokes.is_file():
        tables = corrections.measure(
            models, flags.strokes, mnist, flags.weights, choosing=flags.choosing
        )
        yield from (f"\n\n{table}\n" for table in tables)
    else:
        yield f"people's digits skipped: there are none in {flags.strokes} (--strokes FILE)"
    if "board_cnn" in models:
        yield from (f"\n\n{t}\n" for t in new_habits.measure("board_cnn", mnist, flags.weights))


def _measure_hand(flags: argparse.Namespace) -> Iterator[str]:
    from tests.benchmarks import hand

    for model in flags.model or ["quick_cnn", "board_cnn"]:
        yield from hand.measure(model, flags.weights, flags.data, flags.strokes)


def _measure_numbers(flags: argparse.Namespace) -> Iterator[str]:
    from tests.benchmarks import numbers

    yield from _measure_peoples_numbers(flags, numbers.measure)


def _measure_number_pictures(flags: argparse.Namespace) -> Iterator[str]:
    from tests.benchmarks import number_pictures

    yield from _measure_peoples_numbers(flags, number_pictures.measure)


def _measure_peoples_numbers(
    flags: argparse.Namespace, measure: Callable[[Path, Path, int], Iterator[object]]
) -> Iterator[str]:
    if not flags.strokes.is_file():
        yield f"skipped: there are no people's digits in {flags.strokes} (--strokes FILE)"
        return
    for figures in measure(flags.weights, flags.strokes, flags.numbers):
        yield json.dumps(figures, indent=1)


def _measure_number_weights(flags: argparse.Namespace) -> Iterator[str]:
    from tests.benchmarks import number_weights

    for figures in number_weights.measure(flags.weights):
        yield json.dumps(figures, indent=1)


def _measure_explaining(flags: argparse.Namespace) -> Iterator[str]:
    from tests.benchmarks import explaining

    for model in flags.model or RECIPES:
        tables = explaining.measure(model, flags.weights, flags.data, flags.images)
        yield from (f"\n\n{table}\n" for table in tables)


def _measure_photos(flags: argparse.Namespace) -> Iterator[str]:
    from tests.benchmarks import photos

    yield from photos.measure(flags.strokes, flags.weights)


def _measure_generating(_flags: argparse.Namespace) -> Iterator[str]:
    from tests.benchmarks import generating

    yield json.dumps(generating.measure())


def _measure_sheets(flags: argparse.Namespace) -> Iterator[str]:
    from tests.benchmarks import sheets

    yield from sheets.measure(flags.strokes, flags.weights)


def _measure_hostile(_flags: argparse.Namespace) -> Iterator[str]:
    from tests.benchmarks import hostile

    for figures in hostile.report():
        yield json.dumps(figures, indent=1)


def _measure_seeds(flags: argparse.Namespace) -> Iterator[str]:
    from tests.benchmarks import training

    for name in flags.model or ["quick_cnn"]:
        yield json.dumps(training.spread(name, flags.data, flags.seeds))


def _measure_distributed(flags: argparse.Namespace) -> Iterator[str]:
    from tests.benchmarks import distributed

    for name in flags.model or ["small_cnn"]:
        yield json.dumps(distributed.compare(name, flags.data, flags.epochs or 2, flags.seeds))


def _measure_training(flags: argparse.Namespace) -> Iterator[str]:
    from tests.benchmarks import training

    for name in flags.model or [name for name in RECIPES if not RECIPES[name].is_varied]:
        epochs = flags.epochs or min(RECIPES[name].epochs, 6)
        yield json.dumps(training.compare(name, flags.data, epochs))


def _measure_recipe(flags: argparse.Namespace) -> Iterator[str]:
    from tests.benchmarks import recipe

    for name in flags.model or ["board_cnn"]:
        yield json.dumps(recipe.compare(name, flags.data, flags.weights))


MEASUREMENTS = {
    "table": _measure_table,
    "steps": _measure_steps,
    "pen-up": _measure_pen_up,
    "visits": _measure_visits,
    "watching": _measure_watching,
    "explain_api": _measure_explain_api,
    "photo_api": _measure_photo_api,
    "reading": _measure_reading,
    "browser_reading": _measure_browser_reading,
    "refusal": _measure_refusal,
    "counterfactual": _measure_counterfactual,
    "generating": _measure_generating,
    "corrections": _measure_corrections,
    "hand": _measure_hand,
    "numbers": _measure_numbers,
    "number_pictures": _measure_number_pictures,
    "explaining": _measure_explaining,
    "sheets": _measure_sheets,
    "photos": _measure_photos,
    "training": _measure_training,
    "hostile": _measure_hostile,
    "number-weights": _measure_number_weights,
    "seeds": _measure_seeds,
    "recipe": _measure_recipe,
    "distributed": _measure_distributed,
}


def describe_machine() -> str:
    """Return the processor, its cores and the versions that decide speed."""
    capabilities = torch.cpu.get_capabilities()
    flags = [name for name in ("amx_bf16", "avx512_bf16", "avx512_f") if capabilities.get(name)]
    name = capabilities.get("cpu_name", platform.machine())
    machine = " ".join([f"{name}, {os.cpu_count()} cores", *flags])
    return f"{machine}; Python {platform.python_version()}, torch {torch.__version__}"


if __name__ == "__main__":
    main()
