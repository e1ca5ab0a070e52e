"""One table of what serving and training reach on this machine, written into docs/results.md."""

import os
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from ml.data.mnist import Digits
from ml.files import PROJECT_DIR
from ml.mnist_files import has_mnist
from ml.training.recipes import RECIPES
from tests.benchmarks import browser_reading, crowds, training
from tests.benchmarks.serving import make_body, measure_steps
from tests.browser.chromium import NoBrowserError

RESULTS = PROJECT_DIR / "docs" / "results.md"
BEGIN, END = "<!-- make bench -->", "<!-- end of make bench -->"
DIFFERS = "A browser's reading differs from the server's by more than tests/reader_parity.py allows"


def measure(against: Path | None, data: Path, machine: str) -> tuple[str, list[str]]:
    """Return the table, in Markdown, after some minutes; and what should not have happened."""
    busy = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    found = crowds.measure(against)
    steps = measure_steps([make_body(digit) for digit in range(10)])
    steps["HTTP and threads"] = found.figures["here"][crowds.CPU] - sum(steps.values())
    failures = list(found.failures)
    browser = {}
    try:
        browser = browser_reading.measure()
    except NoBrowserError as error:
        print(error)
    except AssertionError:
        traceback.print_exc()
        failures.append(DIFFERS)
    parts = (
        _write_figures(found.figures),
        _write_answers(found.answers),
        _write_steps(steps),
        _write_browser(browser),
        _write_speeds(_measure_training(data)),
    )
    table = [_describe(machine, busy, against), *("\n".join(part) for part in parts)]
    return "\n\n".join(table), failures


def write(table: str, results: Path = RESULTS) -> None:
    """Replace what stands between the two marks of a page."""
    page = results.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    results.write_text(f"{before}{BEGIN}\n{table}\n{END}{after}", encoding="utf-8")


def _measure_training(data: Path) -> dict[str, float]:
    if not has_mnist(data):
        return {}
    digits = Digits.load(data, 5_000)
    return {name: training.measure_speed(recipe, digits) for name, recipe in RECIPES.items()}


def _describe(machine: str, busy: float, against: Path | None) -> str:
    day = datetime.now(UTC).date().isoformat()
    beside = f" Beside it, in turn: the checkout `{against.name}`." if against else ""
    return (
        f"`make bench`, {day}, version {_read_version()}: {machine}, onnxruntime "
        f"{metadata.version('onnxruntime')}. Load average when it began: {busy:.1f}.{beside}"
    )


def _read_version() -> str:
    lines = (PROJECT_DIR / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    found = next((line for line in lines if line.startswith("version")), 'version = "?"')
    return found.partition('"')[2].rstrip('"')


def _write_figures(figures: dict[str, dict[str, float]]) -> Iterator[str]:
    names = list(figures)
    is_compared = len(names) > 1
    yield f"| serving | {' | '.join(names)} |" + (" ratio |" if is_compared else "")
    yield "|---|" + "---|" * (len(names) + is_compared)
    for words, value in figures["here"].items():
        values = [figures[name][words] for name in names]
        cells = [f"{each:,.1f}" for each in values]
        cells += [f"{value / values[1]:.2f}"] if is_compared else []
        yield f"| {words} | {' | '.join(cells)} |"


def _write_answers(answers: dict[str, tuple[float, float, float, str]]) -> Iterator[str]:
    yield "| who asks here | readings per second | p50 in ms | p99 in ms | answers |"
    yield "|---|---|---|---|---|"
    for name, (rate, p50, p99, words) in answers.items():
        yield f"| {name} | {rate:.0f} | {p50:.0f} | {p99:.0f} | {words} |"


def _write_steps(steps: dict[str, float]) -> Iterator[str]:
    yield "| steps of a reading | processor time, ms | share |"
    yield "|---|---|---|"
    for name, milliseconds in steps.items():
        yield f"| {name} | {milliseconds:.2f} | {milliseconds / sum(steps.values()):.0%} |"


def _write_browser(found: dict[str, Any]) -> Iterator[str]:
    yield "| reading in Chromium | |"
    yield "|---|---|"
    if not found:
        yield "| no figures | |"
        return
    for where in ("on the page", "in a worker"):
        yield f"| p50 in ms, {where} | {found[where]['p50_ms']:.1f} |"
    yield f"| drawings that the server read as well | {found['drawings']:,} |"
    yield f"| probabilities within 0.001 of the server's | {found['within 1e-3']:.2%} |"
    yield f"| largest difference | {found['largest']:.4f} |"


def _write_speeds(speeds: dict[str, float]) -> Iterator[str]:
    yield "| recipe | images per second |"
    yield "|---|---|"
    for name, speed in speeds.items():
        yield f"| `{name}` | {speed:,.0f} |"
    if not speeds:
        yield "| MNIST is not here | |"
