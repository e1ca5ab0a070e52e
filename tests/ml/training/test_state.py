"""A checkpoint is read back as it was written, or refused."""

import pytest
import torch

from ml.errors import CheckpointError
from ml.training.state import load_checkpoint, save_checkpoint


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
