"""One decoder under atheris: inputs that reach new lines are kept and changed on.

python -m tests.fuzzing.one NAME SECONDS FOLDER        what is found is written to FOLDER
python -m tests.fuzzing.one NAME FILE                  decodes a find again
"""

import hashlib
import sys
from functools import partial
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["ml", "webapp"]):
    from tests.fuzzing.decoders import DECODERS, Decoder

SLOWEST = 20  # seconds of one input
MOST_MEMORY = 2048  # MiB


def main(name: str, what: str, *rest: str) -> None:
    """Fuzz a decoder, or decode one file."""
    decoder = DECODERS[name]
    if not rest:
        decoder.try_on(Path(what).read_bytes())
        return
    folder = Path(rest[0])
    corpus, seeds = folder / "corpus" / name, folder / "seeds" / name
    for place in (corpus, seeds):
        place.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(decoder.make_seeds()):
        (seeds / str(number)).write_bytes(seed)
    options = {
        "max_total_time": what,
        "max_len": decoder.longest,
        "timeout": SLOWEST,
        "rss_limit_mb": MOST_MEMORY,
        "artifact_prefix": f"{folder}/{name}-",
        "print_final_stats": 1,
    }
    arguments = [f"-{key}={value}" for key, value in options.items()]
    keep = partial(try_and_keep, decoder, folder)
    atheris.Setup([sys.argv[0], *arguments, str(corpus), str(seeds)], keep)
    atheris.Fuzz()


def try_and_keep(decoder: Decoder, folder: Path, data: bytes) -> None:
    """Decode an input, and write it to a file if it fails; libFuzzer keeps slow ones."""
    try:
        decoder.try_on(data)
    except BaseException:
        name = f"{decoder.name}-{hashlib.sha256(data).hexdigest()[:12]}"
        (folder / name).write_bytes(data)
        raise


if __name__ == "__main__":
    main(*sys.argv[1:])
