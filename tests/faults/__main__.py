"""Try every fault at every step of every write, and note in docs/reliability.md what was lost.

`python -m tests.faults` tries all; with names, such as `drawing model`, only those.
"""

import argparse
import importlib
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from tests.faults.disk import FAULTS
from tests.faults.enumeration import Result, Write

PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"
BEGIN, END = "<!-- written by python -m tests.faults -->", "<!-- end -->"
HEAD = """| name | what is written | steps | other faults | kills | old state | new state | lost |
|---|---|--:|--:|--:|--:|--:|---|"""
MODULES = ("files", "stored", "on_server", "over_http", "trained")  # the last one loads PyTorch
KILLS = [fault.name for fault in FAULTS if fault.kills]


def find_writes(module: str) -> dict[str, type[Write]]:
    """Return a module's kinds of write by their names."""
    found = importlib.import_module(f"tests.faults.{module}").WRITES
    return {write.name: write for write in found}


def main() -> int:
    """Try the chosen writes; return 1 if anything was lost."""
    parser = argparse.ArgumentParser(prog="tests.faults", description=__doc__)
    parser.add_argument("name", nargs="*")
    chosen, lost = set(parser.parse_args().name), 0
    for module in MODULES:
        for name, write in find_writes(module).items():
            if chosen and name not in chosen:
                continue
            started = perf_counter()
            with tempfile.TemporaryDirectory() as place:
                result = write().try_all(Path(place) / name)
            print(f"{write_row(result)} {perf_counter() - started:.0f} s", flush=True)
            print(*(f"    {words}" for words in result.lost), sep="\n", end="", flush=True)
            note(result)
            lost += len(result.lost)
    return 1 if lost else 0


def write_row(result: Result) -> str:
    """Return a result as a line of the table."""
    kills = sum(result.tries[name] for name in KILLS)
    counts = (result.steps, sum(result.tries.values()) - kills, kills)
    ends = (result.ends["old"], result.ends["new"])
    figures = " | ".join(f"{number:,}" for number in (*counts, *ends))
    lost = f"{len(result.lost)} failures" if result.lost else "nothing"
    return f"| `{result.name}` | {result.words} | {figures} | {lost} |"


def note(result: Result) -> None:
    """Put a result into the table, in the place of its former line."""
    before, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
    table, after = rest.split(END)
    lines = [line for line in table.splitlines() if line.startswith("| `")]
    rows = {line.split("`")[1]: line for line in lines} | {result.name: write_row(result)}
    order = [name for module in MODULES for name in find_writes(module)]
    kept = [rows[name] for name in sorted(rows, key=order.index)]
    table = "\n".join([HEAD, *kept])
    PAGE.write_text(f"{before}{BEGIN}\n{table}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
