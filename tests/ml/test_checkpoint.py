"""Files are whole or not there; weights and card belong together."""

import errno
import json

import pytest
import torch

from ml.checkpoint import (
    find_weights,
    load_checkpoint,
    load_weights,
    save_checkpoint,
    save_weights,
    write_atomically,
)
from ml.errors import CheckpointError, WeightsError
from ml.models import build_model

NAME = "tutorial_cnn"


@pytest.fixture
def weights(tmp_path):
    torch.manual_seed(1)
    save_weights(tmp_path, build_model(NAME), {"model": NAME})
    return tmp_path


def test_weights_come_back_as_they_were(tmp_path):
    model = build_model(NAME)
    save_weights(tmp_path, model, {"model": NAME, "seed": 3})
    loaded, card = load_weights(tmp_path, NAME)
    assert card["seed"] == 3
    assert not loaded.training
    for name, tensor in model.state_dict().items():
        assert torch.equal(loaded.state_dict()[name], tensor)


def test_a_card_is_readable_json(weights):
    card = json.loads((weights / f"{NAME}.json").read_text())
    assert len(card["weights_sha256"]) == 64


def test_found_weights_are_named(weights, tmp_path_factory):
    assert find_weights(weights) == [NAME]
    assert find_weights(tmp_path_factory.mktemp("empty")) == []


def test_weights_of_another_run_than_the_card_are_refused(weights, tmp_path_factory):
    other = tmp_path_factory.mktemp("other")
    save_weights(other, build_model(NAME), {"model": NAME})
    (weights / f"{NAME}.safetensors").write_bytes((other / f"{NAME}.safetensors").read_bytes())
    with pytest.raises(WeightsError, match="do not match"):
        load_weights(weights, NAME)


@pytest.mark.parametrize("file", [f"{NAME}.safetensors", f"{NAME}.json"])
def test_a_missing_half_is_refused(weights, file):
    (weights / file).unlink()
    with pytest.raises(WeightsError, match="cannot be read"):
        load_weights(weights, NAME)


@pytest.mark.parametrize("text", ["", "{", "[]", "7", '{"model": "other"}', "\x00"])
def test_a_damaged_card_is_refused(weights, text):
    (weights / f"{NAME}.json").write_text(text)
    with pytest.raises(WeightsError):
        load_weights(weights, NAME)


def test_truncated_weights_are_refused(weights):
    path = weights / f"{NAME}.safetensors"
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(WeightsError):
        load_weights(weights, NAME)


def test_weights_that_do_not_fit_the_network_are_refused(tmp_path):
    save_weights(tmp_path, torch.nn.Linear(2, 2), {"model": NAME})
    with pytest.raises(WeightsError, match="does not fit"):
        load_weights(tmp_path, NAME)


def test_a_full_disk_leaves_the_former_weights_and_no_rubbish(weights, monkeypatch):
    before = {path.name: path.read_bytes() for path in weights.iterdir()}

    def fail(path, content):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_bytes", fail)
    with pytest.raises(OSError, match="No space left"):
        save_weights(weights, build_model(NAME), {"model": NAME})
    assert {path.name: path.read_bytes() for path in weights.iterdir()} == before


def test_a_failed_write_leaves_the_former_file_whole(tmp_path):
    path = tmp_path / "file"
    path.write_text("former")

    def fail(temporary):
        temporary.write_text("half")
        raise OSError("killed")

    with pytest.raises(OSError, match="killed"):
        write_atomically(path, fail)
    assert [p.name for p in tmp_path.iterdir()] == ["file"]
    assert path.read_text() == "former"


def test_a_checkpoint_comes_back_as_it_was(tmp_path):
    save_checkpoint(tmp_path / "c.pt", {"epoch": 3, "weights": {"w": torch.ones(2)}})
    state = load_checkpoint(tmp_path / "c.pt")
    assert state["epoch"] == 3
    assert torch.equal(state["weights"]["w"], torch.ones(2))


def test_a_missing_checkpoint_is_named(tmp_path):
    with pytest.raises(CheckpointError, match=r"no checkpoint .*c\.pt"):
        load_checkpoint(tmp_path / "c.pt")


@pytest.mark.parametrize("content", [b"", b"nothing", b"PK\x03\x04" + b"\0" * 99])
def test_a_damaged_checkpoint_is_refused(tmp_path, content):
    (tmp_path / "c.pt").write_bytes(content)
    with pytest.raises(CheckpointError, match="damaged"):
        load_checkpoint(tmp_path / "c.pt")


def test_a_truncated_checkpoint_is_refused(tmp_path):
    path = tmp_path / "c.pt"
    save_checkpoint(path, {"weights": torch.ones(5000)})
    path.write_bytes(path.read_bytes()[:-500])
    with pytest.raises(CheckpointError, match="damaged"):
        load_checkpoint(path)


def test_a_checkpoint_of_another_program_is_refused(tmp_path):
    torch.save({"epoch": 1}, tmp_path / "c.pt")
    with pytest.raises(CheckpointError, match="format"):
        load_checkpoint(tmp_path / "c.pt")


class Hostile:
    """Unpickled without care, this would run code."""

    def __reduce__(self):
        return print, ("code ran",)


def test_a_checkpoint_that_carries_code_is_refused_and_the_code_not_run(tmp_path, capsys):
    torch.save({"format": 1, "weights": Hostile()}, tmp_path / "c.pt")
    with pytest.raises(CheckpointError):
        load_checkpoint(tmp_path / "c.pt")
    assert "code ran" not in capsys.readouterr().out
