"""`--train` on data that is not MNIST: it is named as what it is, and served only when asked to."""

import shlex

import run
from ml.networks.card import read_card
from ml.predict import Reader
from tests.cards import names_of


def command_after(text, words):
    """The arguments of the command that is printed after these words."""
    return shlex.split(text.split(words)[1].split(". To let")[0].splitlines()[0])[2:]


def test_other_data_is_trained_and_named_but_not_served(train, tmp_path):
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
    assert not (tmp_path / "weights").exists()
    assert f"{card.model}.json" in names_of(tmp_path / "run")


def test_the_commands_that_serve_it_after_all_are_printed_and_work(train, tmp_path, capsys):
    text = train("--epochs", "1", serve=False)[1]
    flags = run.make_parser().parse_args(command_after(text, "To serve it from the run's folder:"))
    assert Reader(flags.weights).models == ["linear"]
    assert run.main([*command_after(text, "replace what is served:"), "--no-pictures"]) == 0
    assert "and what learns from them is not served" not in capsys.readouterr().err
    served = read_card(tmp_path / "weights", "linear")
    assert served == read_card(tmp_path / "run", "linear")
