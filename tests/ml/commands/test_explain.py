"""`--explain DRAWING`: one picture that shows why a drawing is read as it is."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

import run
from ml.commands.explaining.picture import ACCENT, AGAINST, FOR
from ml.networks.card import WEIGHTS_DIR
from tests.blocking import write_block
from tests.digits import draw_ink
from tests.pixels import count_colour, read_picture
from tests.shapes import DIGITS

ROOT = Path(__file__).resolve().parents[3]
ZIGZAG = [[(0.1, 0.1), (0.9, 0.2), (0.1, 0.4), (0.9, 0.6), (0.1, 0.8), (0.9, 0.9)]]


@pytest.fixture
def drawing(tmp_path):
    return save(tmp_path / "four.png", DIGITS[4])


def save(path, strokes):
    """Write strokes as a picture, dark on light; return its path."""
    Image.fromarray(255 - draw_ink(strokes)).save(path)
    return path


@pytest.fixture
def explain(tmp_path, capsys):
    """Explain a drawing by what ships; return the exit code and what was printed, by lines."""

    def call(path, *flags):
        folders = ["--weights", str(WEIGHTS_DIR), "--out", str(tmp_path / "out")]
        code = run.main(["--explain", str(path), *folders, *flags])
        printed = capsys.readouterr()
        return code, (printed.out + printed.err).splitlines()

    return call


def test_a_picture_is_written_and_said_in_words(explain, drawing, tmp_path):
    code, lines = explain(drawing)
    path = tmp_path / "out" / "four-why.png"
    assert code == 0
    assert lines[0].startswith("board_cnn reads 4 (")
    assert lines[-1] == str(path)
    assert read_picture(path).shape == (800, 1180, 3)
    for colour in (FOR, AGAINST, ACCENT):  # the legend and the answer's bar at least
        assert count_colour(path, colour) > 100


def test_the_picture_may_be_named_and_is_replaced(explain, drawing, tmp_path):
    path = tmp_path / "here" / "why.png"
    for _ in range(2):
        code, lines = explain(drawing, "--out", str(path))
        assert (code, lines[-1]) == (0, str(path))
    assert [each.name for each in path.parent.iterdir()] == ["why.png"]


def test_the_model_and_the_rival_can_be_chosen(explain, drawing):
    _, lines = explain(drawing, "--model", "linear", "--rival", "0")
    assert lines[0].startswith("linear reads 4")
    assert lines[-2].endswith("make it a 0.") or lines[-2].endswith("makes it a 0.")


def test_a_rival_that_is_the_answer_is_bad_usage(explain, drawing):
    code, lines = explain(drawing, "--rival", "4")
    assert (code, len(lines)) == (2, 1)
    assert "--rival 4: the answer is 4 itself" in lines[0]


@pytest.mark.parametrize("rival", ["-1", "10", "4.0", "", "four", "٤"])
def test_a_rival_is_a_digit(rival, capsys):
    with pytest.raises(SystemExit) as left:
        run.main(["--explain", "four.png", f"--rival={rival}"])
    assert left.value.code == 2
    assert "a digit from 0 to 9" in capsys.readouterr().err


def test_a_rival_belongs_to_an_explanation(capsys):
    assert run.main(["--sample", "--rival", "4"]) == 2
    assert "--rival belongs to --explain" in capsys.readouterr().err


def test_an_unknown_model_is_named(explain, drawing):
    code, lines = explain(drawing, "--model", "gone")
    assert code == 2
    assert "the models are" in lines[0]


def test_a_refused_drawing_is_explained_too(explain, tmp_path):
    code, lines = explain(save(tmp_path / "zigzag.png", ZIGZAG))
    assert code == 0
    assert "not a digit" in lines[0]


@pytest.mark.parametrize("size", [(28, 28), (700, 90), (90, 700)])
def test_a_drawing_may_have_any_size(explain, tmp_path, size):
    ink = Image.fromarray(draw_ink(DIGITS[7])).resize(size)
    ink.save(tmp_path / "seven.png")
    assert explain(tmp_path / "seven.png", "--model", "linear")[0] == 0


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda path: None, "there is no file"),
        (lambda path: path.mkdir(), "cannot be read as a picture"),
        (lambda path: path.write_bytes(b""), "cannot be read as a picture"),
        (lambda path: path.write_bytes(b"\x89PNG\r\n\x1a\nand so on"), "cannot be read"),
        (lambda path: Image.new("L", (5000, 30)).save(path), "at most 4,096 px a side"),
        (lambda path: Image.new("L", (280, 280)).save(path), "too little ink"),
    ],
    ids=["missing", "a folder", "empty", "damaged", "huge", "blank"],
)
def test_what_cannot_be_read_is_one_clear_line(explain, tmp_path, make, reason):
    make(tmp_path / "drawing.png")
    code, lines = explain(tmp_path / "drawing.png")
    assert (code, len(lines)) == (1, 1)
    assert reason in lines[0]
    assert not (tmp_path / "out").exists()


BLOCK = write_block("torch", "torchvision", "matplotlib", "safetensors", "tqdm")
RUN = f"""{BLOCK}
import run
sys.exit(run.main(sys.argv[1:]))
"""


def test_it_needs_only_what_serving_needs(drawing, tmp_path):
    flags = ["--explain", str(drawing), "--out", str(tmp_path / "why.png")]
    done = subprocess.run(
        [sys.executable, "-c", RUN, *flags, "--model", "linear", "--weights", str(WEIGHTS_DIR)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "why.png").exists()
