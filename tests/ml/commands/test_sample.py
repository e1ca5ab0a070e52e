"""`--sample`: pictures of readings and of the mistakes among them."""

from pathlib import Path

import pytest
import torch

import run
from ml.commands.plots import ACCENT
from ml.data.examples import Examples
from ml.networks.card import WEIGHTS_DIR
from tests.digits import write_mnist
from tests.pixels import count_colour, read_picture


@pytest.fixture
def sample(made_digits, tmp_path, capsys):
    """Draw a small model's readings of 100 digits, seven of them mislabelled, and its mistakes."""
    training, test = made_digits
    labels = (test.labels + (torch.arange(100) < 7)) % 10
    data = write_mnist(tmp_path / "data", training, Examples(test.images, labels))

    def call(name, *flags):
        flags = ["--data", str(data), "--out", str(tmp_path / name), *flags]
        flags += ["--weights", str(WEIGHTS_DIR)]
        assert run.main(["--sample", "--model", "linear", *flags]) == 0
        return [Path(line) for line in capsys.readouterr().out.splitlines()]

    return call


def test_readings_fill_four_rows_and_mistakes_as_many_as_there_are(sample):
    readings, mistakes = sample("a")
    assert (readings.name, mistakes.name) == ("linear-readings.png", "linear-mistakes.png")
    assert count_colour(mistakes, ACCENT) > 0
    assert read_picture(readings).shape[0] > 3 * read_picture(mistakes).shape[0]


def test_the_seed_decides_which_readings_are_shown(sample):
    ours, again, others = (
        sample(name, "--seed", name[1])[0].read_bytes() for name in ("a1", "b1", "c2")
    )
    assert ours == again != others
