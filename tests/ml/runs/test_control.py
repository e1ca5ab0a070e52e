"""What a server asks of a training: read as it was written, and damage asks nothing."""

import base64

import numpy as np
import pytest

from ml.runs import control
from ml.runs.control import Control, Probe


def test_what_is_asked_is_read_as_it_was_written(tmp_path):
    assert control.read_control(tmp_path) == Control("run", 0)
    control.write_control(tmp_path, Control("pause", 0.25))
    assert control.read_control(tmp_path) == Control("pause", 0.25)
    probe = Probe(3, bytes(range(196)) * 4)
    assert control.read_probe(tmp_path) is None
    control.write_probe(tmp_path, probe)
    assert control.read_probe(tmp_path) == probe


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", '{"wanted": "fly", "rest": 5}', '{"wanted": 1, "rest": true}', "\x00"],
)
def test_a_damaged_file_asks_nothing(tmp_path, content):
    (tmp_path / "control.json").write_text(content)
    assert control.read_control(tmp_path) == Control("run", 0)


@pytest.mark.parametrize(
    "content",
    ['{"id": 1}', '{"id": 1, "seen": [1]}', f'{{"id": true, "seen": {[0] * 784}}}']
    + [f'{{"id": 1, "seen": {[value] * 784}}}' for value in (256, '"a"', 1.5)],
)
def test_a_damaged_probe_is_none(tmp_path, content):
    (tmp_path / "probe.json").write_text(content)
    assert control.read_probe(tmp_path) is None


def test_the_ten_weight_pictures_have_one_scale_and_zero_in_the_middle(tmp_path):
    weights = np.zeros((10, 784), np.float32)
    weights[3, 5], weights[4, 6] = 2.0, -1.0
    control.write_weights(tmp_path, 7, weights)
    written = control.read_json(tmp_path / "weights.json")
    pictures = [base64.b64decode(text) for text in written["pictures"]]
    assert (written["n"], len(pictures), len(pictures[0])) == (7, 10, 784)
    assert (pictures[3][5], pictures[4][6], pictures[0][0]) == (255, 64, 128)
