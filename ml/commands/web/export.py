"""--export web: the board as a web component, `<digit-board>`, for any static host."""

import argparse
import re
from pathlib import Path

from ml.commands.served import choose_served, find_served
from ml.commands.web.bundle import ScriptError, bundle, can_shorten
from ml.files import PROJECT_DIR, from_here, make_python_line, write_atomically
from ml.networks.exports.browser_weights import pack_weights
from ml.networks.tensors import read_weights
from ml.versions import Version

FOLDER = PROJECT_DIR / "exports" / "digit-board"
MODULES = PROJECT_DIR / "static" / "js" / "element"
EXAMPLE = Path(__file__).parent / "example"
GUIDE = PROJECT_DIR / "docs" / "digit-board.md"
LICENCE = PROJECT_DIR / "LICENSE"
UNSHORTENED = (
    "it does the same as one of 40 kB, which is written where tdewolff-minify is installed."
)
SHEET = re.compile(r"STYLE = `([^`$]*)`;")


def run(flags: argparse.Namespace) -> None:
    """Write the folder, --out or exports/digit-board; print its files, and how to open it."""
    version = find_served(flags, choose_served(flags))
    contents = make_folder(version)
    folder = flags.out or from_here(FOLDER)
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        write_file(folder / name, content)
        print(folder / name)
    if not can_shorten():
        print(f"digit-board.js is {len(contents['digit-board.js']) // 1000} kB: {UNSHORTENED}")
    serve = make_python_line("-m", "http.server", "--directory", folder)
    print(f"Browsers load no modules from file:. Open http://localhost:8000 after: {serve}")


def make_folder(version: Version) -> dict[str, bytes]:
    """Return the files of the folder by name, always the same bytes for the same version."""
    weights = pack_weights(version.card, read_weights(version.folder, version.card))
    example = {path.name: path.read_bytes() for path in sorted(EXAMPLE.iterdir())}
    return {
        "digit-board.js": make_script().encode(),
        "digit-board.css": read_styles().encode(),
        "digit-board.bin": weights,
        **example,
        "README.md": GUIDE.read_bytes(),
        "LICENSE": LICENCE.read_bytes(),
    }


def make_script() -> str:
    """Return the component as one ES module."""
    holder = next(line for line in LICENCE.read_text().splitlines() if line.startswith("Copyright"))
    banner = f"/*! Digit board. {holder}. MIT License, see LICENSE. */\n"
    return banner + bundle(MODULES / "start.js", styles=MODULES / "style.js")


def read_styles() -> str:
    """Return the style sheet that style.js holds."""
    if not (found := SHEET.search((MODULES / "style.js").read_text(encoding="utf-8"))):
        raise ScriptError("style.js holds no style sheet as STYLE")
    return found[1].lstrip("\n")


def write_file(path: Path, content: bytes) -> None:
    """Write a file at once or not at all."""
    write_atomically(path, lambda temporary: temporary.write_bytes(content))
