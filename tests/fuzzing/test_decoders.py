"""A few hundred damaged inputs for each decoder, always the same; `make fuzz` looks further."""

import random
import subprocess
import sys

import pytest

from tests.fuzzing.decoders import DECODERS

COUNT = 200
# werkzeug leaves the file of a form that ends early to be closed with its last reference.
pytestmark = pytest.mark.filterwarnings("ignore:Unclosed file:ResourceWarning")


def damage(seed, rng):
    """A seed with a few bytes changed, cut out, doubled, or made of another part of it."""
    data = bytearray(seed)
    for _ in range(rng.randint(1, 4)):
        start = rng.randrange(len(data) + 1)
        end = min(len(data), start + rng.randint(1, 8))
        choice = rng.randrange(5)
        if choice == 0:
            data[start:end] = rng.randbytes(end - start)
        elif choice == 1:
            del data[start:end]
        elif choice == 2:
            data[start:start] = data[start:end] * rng.randint(1, 3)
        elif choice == 3:
            data[start:end] = bytes([rng.choice((0, 1, 127, 128, 255))]) * (end - start)
        else:
            del data[start:]
    return bytes(data)


@pytest.mark.parametrize("decoder", DECODERS.values(), ids=DECODERS)
def test_a_seed_is_decoded(decoder):
    for seed in decoder.make_seeds():
        decoder.try_on(seed)


@pytest.mark.parametrize("decoder", DECODERS.values(), ids=DECODERS)
def test_no_damaged_input_fails_in_a_way_of_its_own(decoder):
    rng = random.Random(decoder.name)
    seeds = list(decoder.make_seeds())
    for _ in range(COUNT):
        decoder.try_on(damage(rng.choice(seeds), rng))
    for length in (0, 1, 7, 64):
        decoder.try_on(rng.randbytes(length))


@pytest.mark.slow
def test_a_fuzzer_runs_and_ends_in_time(tmp_path):
    pytest.importorskip("atheris")
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzzing.one", "box", "2", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert "stat::number_of_executed_units" in done.stderr
