"""`--read`: what files say, printed in three ways, and one line for each that is broken."""

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

import run
from tests.blocking import write_block
from tests.one_line import assert_one_line
from tests.picture_files import BAD_FILES, JPEG, PNG, SIDES, draw_photo, save

ROOT = Path(run.__file__).parent


@pytest.fixture
def folder(tmp_path):
    """A folder of two pictures, one of them in a folder of its own, and of other things."""
    (tmp_path / "a seven.jpg").write_bytes(JPEG)
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "B.PNG").write_bytes(PNG)
    (tmp_path / "letter.txt").write_text("Dear")
    (tmp_path / ".hidden.png").write_bytes(b"")
    return tmp_path


def read(capsys, *flags):
    """Run the command; return its exit code and what it printed."""
    code = run.main(["--read", *map(str, flags)])
    return code, *capsys.readouterr()


def test_a_file_is_named_beside_what_it_says(folder, capsys):
    code, said, complaints = read(capsys, folder / "a seven.jpg")
    assert (code, complaints) == (0, "")
    assert said == f"{folder / 'a seven.jpg'}  7\n"


def test_a_folder_is_read_with_its_own_folders(folder, capsys):
    code, said, _ = read(capsys, folder)
    assert code == 0
    assert said.splitlines() == [f"{folder / 'a seven.jpg'}  7", f"{folder / 'more' / 'B.PNG'}  7"]


def test_json_has_all_but_the_pixels(folder, capsys):
    code, said, _ = read(capsys, folder, "--json", "--model", "quick_cnn")
    files = json.loads(said)
    assert code == 0
    assert [Path(each["file"]).name for each in files] == ["a seven.jpg", "B.PNG"]
    assert [(each["width"], each["height"]) for each in files] == [SIDES, SIDES]
    digit = files[0]["digits"][0]
    assert (digit["digit"], digit["model"], digit["line"], digit["number"]) == (
        7,
        "quick_cnn",
        0,
        0,
    )
    assert len(digit["box"]) == 4
    assert "seen" not in digit


def test_csv_has_a_row_for_each_number(folder, capsys):
    code, said, _ = read(capsys, folder, "--csv")
    rows = list(csv.DictReader(io.StringIO(said)))
    assert code == 0
    assert [(row["line"], row["number"], row["digits"]) for row in rows] == [("1", "1", "7")] * 2
    assert all(0.9 < float(row["probability"]) <= 1 for row in rows)
    x, y, width, height = (int(rows[0][side]) for side in ("x", "y", "width", "height"))
    assert 0 <= x < x + width <= SIDES[0]
    assert 0 <= y < y + height <= SIDES[1]


def test_paper_without_ink_says_so(tmp_path, capsys):
    path = tmp_path / "blank.png"
    path.write_bytes(save(Image.new("RGB", SIDES, "white"), "PNG"))
    assert read(capsys, path)[:2] == (0, f"{path}  no digits found\n")


NAMES = ["nothing", "text", "HEIC", "one pixel", "20,000 × 20,000 in some kilobytes"]
NAMES += ["more than 10 MB", "a JPEG cut off"]


@pytest.mark.parametrize("name", NAMES)
def test_a_broken_file_is_one_line_and_exit_code_1(tmp_path, capsys, name):
    data, _, words = BAD_FILES[name]
    path = tmp_path / "photo.jpg"
    path.write_bytes(data)
    code, said, complaints = read(capsys, path)
    assert (code, said) == (1, "")
    assert_one_line(complaints)
    assert words in complaints
    assert str(path) in complaints


def test_the_other_files_are_read_all_the_same(folder, capsys):
    (folder / "broken.webp").write_bytes(b"RIFF")
    code, said, complaints = read(capsys, folder)
    assert code == 1
    assert len(said.splitlines()) == 2
    assert complaints.splitlines()[0].startswith(f"run.py: {folder / 'broken.webp'} is no picture")
    assert complaints.splitlines()[-1] == "run.py: 1 of 3 files could not be read"
    assert json.loads(read(capsys, folder, "--json")[1])[1]["problem"].startswith("is no picture")


@pytest.mark.parametrize("named", ["gone.png", "empty"])
def test_what_is_not_there_is_one_line(tmp_path, capsys, named):
    (tmp_path / "empty").mkdir()
    code, said, complaints = read(capsys, tmp_path / named)
    assert (code, said) == (1, "")
    assert_one_line(complaints)
    assert named in complaints


def test_flags_that_contradict_each_other_are_bad_usage(folder, capsys):
    for flags in (["--json", "--csv"], ["--out", "x"], ["--model", "gone"]):
        code, _, complaints = read(capsys, folder, *flags)
        assert code == 2
        assert_one_line(complaints)
    assert run.main(["--csv"]) == 2


def test_pictures_are_read_without_what_only_training_needs(folder, tmp_path):
    (tmp_path / "sitecustomize.py").write_text(write_block("torch", "tqdm", "matplotlib"))
    done = subprocess.run(
        [sys.executable, "run.py", "--read", str(folder)],
        cwd=ROOT,
        env={"PYTHONPATH": str(tmp_path), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "1 of 2: " in done.stderr
    assert done.stdout.count("  7\n") == 2


def test_a_turned_photo_is_read_upright(tmp_path, capsys):
    turned = draw_photo().transpose(Image.Transpose.ROTATE_90)  # as a phone's sensor lies
    exif = Image.Exif()
    exif[0x0112] = 6
    path = tmp_path / "turned.jpg"
    path.write_bytes(save(turned, "JPEG", exif=exif))
    assert read(capsys, path)[1] == f"{path}  7\n"
