"""`--show-styles`: a picture of what the program generates to learn from."""

import pytest

import run
from tests.pixels import read_picture


def show_styles(data, out):
    assert run.main(["--show-styles", "--data", str(data), "--out", str(out)]) == 0


@pytest.mark.slow
def test_mnist_written_again_is_left_out_where_mnist_is_not(made_mnist, tmp_path, capsys):
    show_styles(made_mnist, tmp_path / "new")
    assert "left out" not in capsys.readouterr().err
    show_styles(tmp_path, tmp_path / "new" / "mine.png")
    assert f"MNIST is not in {tmp_path}" in capsys.readouterr().err
    whole, fewer = (read_picture(tmp_path / "new" / name) for name in ("styles.png", "mine.png"))
    assert whole.shape[0] > fewer.shape[0]  # a row for each style
