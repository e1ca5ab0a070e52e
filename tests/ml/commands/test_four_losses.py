"""The lesson's experiment prints a row for each of the four losses."""

import pytest

import run


@pytest.mark.slow
def test_the_experiment_prints_all_four_losses(made_mnist, capsys):
    assert run.main(["--four-losses", "--data", str(made_mnist)]) == 0
    title, *lines = capsys.readouterr().out.splitlines()
    assert "test accuracy" in title
    assert [line[:15].strip() for line in lines] == [
        "mean, clamp",
        "mean, no clamp",
        "sum, clamp",
        "sum, no clamp",
    ]
    for line in lines:
        shares = [float(share) for share in line[15:].split()]
        assert len(shares) == 3
        assert all(0 < share <= 1 for share in shares)
