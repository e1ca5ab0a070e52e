"""`--sample`: pictures of readings and of the mistakes among them."""

from pathlib import Path

import pytest

import run
from ml.commands.plots import ACCENT
from tests.pixels import count_colour, read_picture


@pytest.fixture
def sample(made_mnist, tmp_path, capsys):
    """Draw a small model's readings and mistakes; return the paths of both pictures."""

    def call(name, *flags):
        flags = ["--data", str(made_mnist), "--out", str(tmp_path / name), *flags]
        assert run.main(["--sample", "--model", "linear", *flags]) == 0
        return [Path(line) for line in capsys.readouterr().out.splitlines()]

    return call


def test_mistakes_and_only_mistakes_are_captioned_in_the_accent_colour(sample):
    readings, mistakes = sample("a")
    assert (readings.name, mistakes.name) == ("linear-readings.png", "linear-mistakes.png")
    assert count_colour(mistakes, ACCENT) > 0
    assert read_picture(readings).shape[0] >= read_picture(mistakes).shape[0]


def test_the_seed_decides_which_readings_are_shown(sample):
    ours, again, others = (
        sample(name, "--seed", name[1])[0].read_bytes() for name in ("a1", "b1", "c2")
    )
    assert ours == again != others
