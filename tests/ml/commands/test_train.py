"""`--train`: the run is kept, the weights that are served are replaced at the end or not at all."""

import json

import pytest
from PIL import Image
from torch.optim.optimizer import register_optimizer_step_post_hook

from ml.networks.card import read_card
from ml.networks.registry import MODELS
from tests.cards import names_of
from tests.network import unplugged
from tests.one_line import assert_one_line

PICTURES = {"labels.png", "history.png", "readings.png", "confusion.png", "reliability.png"}
RECORDED = {"run.json", "events.jsonl", "weights.json"}  # `linear` shows its weights


@pytest.mark.slow
@pytest.mark.parametrize("model", [name for name in MODELS if name != "board_cnn"])
def test_every_model_trains_by_one_line_with_any_part_of_its_recipe_changed(train, tmp_path, model):
    flags = ["--epochs", "1", "--lr", "0.02", "--batch-size", "30", "--no-refresh"]
    assert train("--model", model, *flags)[0] == 0
    card = read_card(tmp_path / "run", model)
    assert card.recipe["learning_rate"] == 0.02
    assert "--lr 0.02" in card.command
    assert len(card.layers) > 0
    assert len(card.confusion) == 10


def test_the_second_tutorials_recipe_is_one_line(train, tmp_path):
    flags = ["--optimizer", "sgd", "--lr", "0.01", "--momentum", "0.5", "--batch-size", "64"]
    assert train("--model", "small_cnn", "--epochs", "1", "--no-refresh", *flags)[0] == 0
    assert read_card(tmp_path / "run", "small_cnn").recipe["momentum"] == 0.5


@pytest.mark.parametrize(
    "flags",
    [
        ["--sessions", "3,x"],
        ["--epochs", "0"],
        ["--model", "resnet"],
        ["--optimizer", "magic"],
        ["--lr", "0"],
        ["--lr", "-1"],
        ["--lr", "nan"],
        ["--batch-size", "0"],
        ["--optimizer", "sgd", "--momentum", "1"],
        ["--optimizer", "adam", "--momentum", "0.5"],
        ["--model", "quick_cnn", "--batch-size", "1"],
    ],
)
def test_what_cannot_be_trained_is_bad_usage(train, flags):
    code, text = train(*flags)
    assert code == 2
    assert_one_line(text.split("\n", 1)[1])  # after the line that names the device


def test_a_rate_so_high_that_the_loss_is_lost_fails_at_its_step(train, tmp_path):
    code, text = train("--model", "mlp", "--lr", "1e30", "--epochs", "2")
    assert code == 1
    assert "step" in text.splitlines()[-1]
    assert not (tmp_path / "instance").exists()


def test_training_keeps_the_run_and_serves_it_as_a_version(train_and_draw, find_version, tmp_path):
    code, text = train_and_draw("--sessions", "1,1", "--seed", "3")
    assert code == 0, text
    folder = tmp_path / "run"
    kept, served = read_card(folder, "linear"), find_version()
    files = {"linear.json", kept.weights.name, kept.onnx.name}
    assert (served.number, served.folder) == (1, tmp_path / "instance" / "models" / "linear" / "1")
    assert names_of(served.folder) == files
    assert names_of(folder) == files | {"history.jsonl", "checkpoint.pt"} | RECORDED | PICTURES
    for name in PICTURES:
        Image.open(folder / name).verify()
        assert str(folder / name) in text
    assert served.card == kept
    assert served.card.command.endswith("--model linear --sessions 1,1 --seed 3")
    assert served.card.epochs == 2
    assert served.card.data["sha256"]
    assert str(tmp_path) not in json.dumps(served.card.to_dict())
    assert not (tmp_path / "weights").exists()


@pytest.mark.slow
def test_a_version_says_what_it_replaces_and_how_much_better_it_is(train, find_version, tmp_path):
    assert train("--epochs", "1")[0] == 0
    first = find_version()
    assert (first.card.parent, first.card.origin["before"]) == (None, None)
    assert train("--epochs", "2", out=tmp_path / "second")[0] == 0
    second = find_version()
    assert second.number == 2
    assert second.card.parent == {"version": 1, "weights": first.weights}
    origin = second.card.origin
    assert (origin["kind"], origin["run"]) == ("trained", None)
    assert origin["before"] == {"test_accuracy": first.card.test_accuracy}
    assert origin["after"] == {"test_accuracy": second.card.test_accuracy}


def test_a_run_in_the_instance_is_named_by_its_version(train, find_version, tmp_path):
    assert train("--epochs", "1", out=tmp_path / "instance" / "runs" / "linear-9")[0] == 0
    assert find_version().card.origin["run"] == "linear-9"


@pytest.mark.slow
def test_a_finished_run_that_is_resumed_is_the_same_version(
    train, copy_run, find_version, tmp_path
):
    copy_run(tmp_path / "run")
    assert train("--resume")[0] == 0
    code, text = train("--resume")
    assert (code, find_version().number) == (0, 1)
    assert "the same weights as before" in text


def test_ship_replaces_what_ships_and_makes_no_version(train, copy_run, tmp_path):
    kept = read_card(copy_run(tmp_path / "run"), "linear")
    code, text = train("--resume", "--ship")
    assert code == 0, text
    shipped = read_card(tmp_path / "weights", "linear")
    assert names_of(tmp_path / "weights") == {"linear.json", kept.weights.name, kept.onnx.name}
    assert shipped.weights == kept.weights
    assert (shipped.parent, shipped.origin) == (None, None)
    assert not (tmp_path / "instance" / "models").exists()


@pytest.mark.slow
def test_ship_says_if_a_version_is_served_instead(train, copy_run, tmp_path, capsys):
    copy_run(tmp_path / "run")
    assert train("--resume")[0] == 0
    code, text = train("--resume", "--ship")
    assert code == 0
    (line,) = [line for line in text.splitlines() if "is served at present" in line]
    assert "--serve-version linear 0 --instance" in line


def test_training_says_what_it_does(train):
    _, text = train("--sessions", "1,1", "--no-refresh")
    lines = text.splitlines()
    assert lines[0].startswith("Training on cpu")
    assert "== Session 1 of 2: epochs 1 ==" in text
    assert "== Session 2 of 2: epochs 2 ==" in text
    expected = next(line for line in lines if line.startswith("expected test accuracy"))
    loaded = next(line for line in lines if line.startswith("loaded test accuracy"))
    assert expected.split()[-1] == loaded.split()[-1]
    assert "validation loss" in text


def test_no_refresh_serves_what_was_served_and_no_pictures_draws_none(
    train, find_version, tmp_path
):
    code, text = train("--sessions", "1", "--no-refresh")
    assert code == 0
    assert find_version(1).card == read_card(tmp_path / "run", "linear")
    assert "Not served. To serve it: " in text
    assert not (tmp_path / "instance" / "drawings.sqlite3").exists()
    assert not (tmp_path / "weights").exists()
    assert not PICTURES & names_of(tmp_path / "run")
    assert ".png" not in text


def test_a_run_is_not_overwritten_by_another(train, copy_run, tmp_path):
    card = read_card(copy_run(tmp_path / "run"), "linear")
    code, text = train("--sessions", "1")
    assert code == 1
    assert "--resume" in text.splitlines()[-1]
    assert read_card(tmp_path / "run", "linear") == card


@pytest.mark.slow
def test_training_says_when_what_it_replaces_was_more_accurate(train, find_version, tmp_path):
    assert "until now" not in train("--epochs", "3")[1]
    accuracy = find_version().card.test_accuracy
    _, text = train("--epochs", "1", "--lr", "1e-6", out=tmp_path / "worse")
    assert f"what was served until now was {accuracy:.2%}" in text
    assert "--no-refresh" in text
    assert "--serve-version linear 1 --instance" in text
    (find_version(2).folder / "linear.json").write_text("[]")
    code, text = train("--epochs", "1", out=tmp_path / "third")
    assert (code, "until now cannot be read" in text) == (0, True)
    assert find_version().number == 3


@pytest.mark.slow
def test_ship_says_when_what_it_replaces_was_more_accurate(train, tmp_path):
    assert "until now" not in train("--epochs", "3", "--ship")[1]
    accuracy = read_card(tmp_path / "weights", "linear").test_accuracy
    _, text = train("--epochs", "1", "--lr", "1e-6", "--ship", out=tmp_path / "worse")
    assert f"what shipped until now was {accuracy:.2%}" in text
    (tmp_path / "weights" / "linear.json").write_text("[]")
    code, text = train("--epochs", "1", "--ship", out=tmp_path / "third")
    assert (code, "until now" in text) == (0, False)


def test_no_data_fails_in_one_line_and_touches_no_weights(train, tmp_path):
    with unplugged():
        code, text = train(data=tmp_path / "nowhere")
    assert code == 1
    assert "put the four files" in text.splitlines()[-1]
    assert not (tmp_path / "instance").exists()
    assert not (tmp_path / "run").exists()


def test_an_unwritable_folder_fails_in_one_line(train, tmp_path):
    (tmp_path / "run").write_text("a file where the folder should be")
    code, text = train("--sessions", "1")
    assert code == 1
    assert text.splitlines()[-1].startswith(f"run.py: {tmp_path / 'run'}")
    assert "Traceback" not in text


def test_a_disk_that_takes_no_more_fails_in_one_line_and_touches_no_weights(train, tmp_path):
    resource = pytest.importorskip("resource", reason="only Unix limits the size of files")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, limits[1]))  # a checkpoint has 60,000 bytes
    try:
        code, text = train("--sessions", "1")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert code == 1
    assert text.splitlines()[-1].endswith("File too large")
    assert "Traceback" not in text
    assert not (tmp_path / "instance").exists()
    assert names_of(tmp_path / "run") == {"history.jsonl", "events.jsonl", "run.json"}


def test_a_run_that_is_interrupted_says_how_to_go_on(train, tmp_path):
    def interrupt(*_):
        raise KeyboardInterrupt

    hook = register_optimizer_step_post_hook(interrupt)
    try:
        code, text = train("--sessions", "1")
    finally:
        hook.remove()
    assert code == 1
    assert "--resume" in text.splitlines()[-1]
    assert not (tmp_path / "instance").exists()
