"""`--train` on data that is not MNIST: it is named as what it is, and served only when asked to."""

import shlex

import pytest

import run
from ml.errors import UnknownVersionError
from ml.networks.card import read_card


def command_after(text, words):
    """The arguments of the command that is printed after these words."""
    return shlex.split(text.split(words)[1].splitlines()[0])[2:]


@pytest.mark.slow
def test_other_data_is_trained_and_named_but_not_served(train, find_version, tmp_path):
    code, text = train("--epochs", "1", serve=False)
    assert code == 0
    card = read_card(tmp_path / "run", "linear")
    name = f"other data (sha256 {card.data['sha256'][:12]})"
    assert card.data["name"] == name
    assert f"Result on the test set of {name}" in text
    (warning,) = [line for line in text.splitlines() if "warning" in line]
    assert "not MNIST's" in warning
    assert "train-labels-idx1-ubyte" in warning
    assert "is not served" in warning
    assert find_version(1).card == card
    with pytest.raises(UnknownVersionError):
        find_version()


def test_the_command_that_serves_it_after_all_is_printed_and_works(train, find_version, capsys):
    text = train("--epochs", "1", serve=False)[1]
    assert run.main(command_after(text, "To serve it: ")) == 0
    assert "linear" in capsys.readouterr().out
    assert find_version().number == 1


@pytest.mark.slow
def test_the_command_that_ships_it_after_all_is_printed_and_works(train, tmp_path, capsys):
    text = train("--epochs", "1", "--ship", serve=False)[1]
    assert not (tmp_path / "weights").exists()
    assert run.main([*command_after(text, "To ship it: "), "--no-pictures"]) == 0
    assert "and what learns from them is not served" not in capsys.readouterr().err
    kept = read_card(tmp_path / "run", "linear")
    assert read_card(tmp_path / "weights", "linear").weights == kept.weights
