"""`--export web` writes one folder, and its README says all that is in it."""

import re

import pytest

import run
from ml.commands.web.bundle import shorten
from ml.commands.web.export import GUIDE, MODULES, read_styles
from ml.networks.card import WEIGHTS_DIR
from tests.one_line import assert_one_line

FILES = {
    *("digit-board.js", "digit-board.css", "digit-board.bin", "README.md", "LICENSE"),
    *("index.html", "index.css", "index.js"),
}


@pytest.fixture
def export(tmp_path, capsys):
    """Exports what ships to a folder, and returns its files by name."""

    def export_web(*flags):
        folder = tmp_path / "out"
        command = ["--export", "web", "--weights", str(WEIGHTS_DIR), "--out", str(folder), *flags]
        assert run.main(command) == 0
        *written, last = capsys.readouterr().out.splitlines()
        assert set(written) == {str(path) for path in folder.iterdir()}
        assert last.endswith(f"python -m http.server --directory {folder}")
        return {path.name: path.read_bytes() for path in folder.iterdir()}

    return export_web


def test_the_folder_holds_all_that_a_page_needs_and_is_small(export):
    files = export()
    assert files.keys() == FILES
    assert len(files["digit-board.js"]) <= 40_000
    assert len(files["digit-board.bin"]) <= 1_600_000
    assert b'"model":"board_cnn"' in files["digit-board.bin"][:200]


def test_the_same_version_is_exported_to_the_same_bytes(export):
    assert export("--model", "mlp") == export("--model", "mlp")


def test_the_styles_are_the_same_in_both_files(export):
    files = export("--model", "linear")
    assert files["digit-board.css"].decode() == read_styles()
    assert f"`{shorten(read_styles(), 'css')}`" in files["digit-board.js"].decode()


def test_the_guide_names_every_attribute_part_slot_and_property():
    guide = GUIDE.read_text(encoding="utf-8")
    element, face = ((MODULES / name).read_text() for name in ("digit_board.js", "face.js"))
    listed = re.search(r"observedAttributes = \[(.*?)\]", element)[1]
    names = set(re.findall(r'"([\w-]+)"', listed))
    names |= set(re.findall(r"--digit-board-\w+", read_styles()))
    names |= set(re.findall(r":host\(\[(no-\w+)\]\)", read_styles()))
    names |= set(re.findall(r'(?:part|slot", \{ name): "(\w+)"', face))
    names |= set(re.findall(r"^  (?:get |set )?([a-z]\w+)\(.*\) \{$", element, re.MULTILINE))
    private = {
        "constructor",
        "adoptedCallback",
        "connectedCallback",
        "disconnectedCallback",
        "attributeChangedCallback",
    }
    names -= private | set(re.findall(r"form\w+Callback", element))
    assert len(names) > 30
    assert {name for name in names if not re.search(rf"`{name}\b", guide)} == set()


@pytest.mark.parametrize("flags", [["--ship"], ["--model", "resnet"]])
def test_what_cannot_be_exported_is_bad_usage(tmp_path, capsys, flags):
    assert run.main(["--export", "web", "--out", str(tmp_path), *flags]) == 2
    assert_one_line(capsys.readouterr().err)
    assert list(tmp_path.iterdir()) == []
