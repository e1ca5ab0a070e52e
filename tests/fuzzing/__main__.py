"""`make fuzz`: every decoder, then the API by its own description, for so many seconds each.

python -m tests.fuzzing [--seconds 60] [NAME …]

Each input that fails is a file in tests/artefacts/fuzzing, named by its decoder; decode it again
with python -m tests.fuzzing.one NAME FILE. Requests that fail are printed as curl commands.
"""

import argparse
import itertools
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from time import monotonic

from tests.fuzzing.decoders import DECODERS

FOLDER = Path(__file__).resolve().parents[1] / "artefacts" / "fuzzing"
API = "api"
REQUESTS = 20  # of one route at a time
STATS = re.compile(r"stat::number_of_executed_units:\s*(\d+)")


def main() -> int:
    """Return 1 if anything was found."""
    parser = argparse.ArgumentParser(prog="tests.fuzzing", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{', '.join(DECODERS)}, {API}")
    parser.add_argument("--seconds", type=int, default=60, help="for each of them (default: 60)")
    flags = parser.parse_args()
    known = [*DECODERS, API]
    if unknown := set(flags.names) - set(known):
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    FOLDER.mkdir(parents=True, exist_ok=True)
    found = 0
    for name in flags.names or known:
        found += fuzz_api(flags.seconds) if name == API else fuzz_decoder(name, flags.seconds)
    return 1 if found else 0


def fuzz_decoder(name: str, seconds: int) -> int:
    """Fuzz one decoder in a process of its own; return how many finds there are."""
    before = set(FOLDER.glob(f"{name}-*"))
    command = [sys.executable, "-m", "tests.fuzzing.one", name, str(seconds), str(FOLDER)]
    log = FOLDER / f"{name}.log"
    with log.open("w") as file:
        code = subprocess.run(command, stdout=file, stderr=file, check=False).returncode
    count = STATS.search(log.read_text(errors="replace"))
    finds = sorted(set(FOLDER.glob(f"{name}-*")) - before)
    print(f"{name}: {int(count[1]) if count else 0:,} inputs, {len(finds)} finds", flush=True)
    for find in finds:
        print(f"  {find}; {log} says what failed", flush=True)
    return len(finds) or (1 if code else 0)


def fuzz_api(seconds: int) -> int:
    """Ask an app for what its description allows and forbids; return how many routes failed."""
    from schemathesis import GenerationMode

    from ml.predict import Reader
    from tests.fuzzing.described_api import ask, can_be_wrong, load, make_config
    from webapp import create_app

    with tempfile.TemporaryDirectory() as folder:
        app = create_app({"READER": Reader(), **make_config(Path(folder))})
        operations, end = load(app), monotonic() + seconds
        asked = (
            (number, operation, mode)
            for number in itertools.count()
            for operation in operations.values()
            for mode in GenerationMode
            if mode is GenerationMode.POSITIVE or can_be_wrong(operation)
        )
        failed, count = set(), 0
        for number, operation, mode in itertools.takewhile(lambda _: monotonic() < end, asked):
            count += REQUESTS
            try:
                ask(operation, mode, REQUESTS, start=number)
            except Exception as error:  # whatever is wrong with one, the others are asked
                if operation.label not in failed:
                    print(f"{operation.label}: {error}", flush=True)
                failed.add(operation.label)
        app.extensions["keeping"].close()
    print(f"{API}: up to {count:,} requests, {len(failed)} routes failed", flush=True)
    return len(failed)


if __name__ == "__main__":
    raise SystemExit(main())
