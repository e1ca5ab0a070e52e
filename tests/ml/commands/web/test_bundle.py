"""Modules become one; what the bundler does not know is refused with words."""

import re
from pathlib import Path

import pytest

from ml.commands.web.bundle import ScriptError, bundle
from ml.commands.web.export import MODULES, make_script

LARGEST = 40_000  # bytes of digit-board.js


@pytest.fixture
def write(tmp_path):
    """Writes modules by their names, and returns the path of the first."""

    def write_modules(**texts: str) -> Path:
        for name, text in texts.items():
            (tmp_path / f"{name}.js").write_text(text)
        return tmp_path / f"{next(iter(texts))}.js"

    return write_modules


def test_the_component_is_small_enough():
    assert len(make_script().encode()) <= LARGEST


def test_the_component_is_the_same_each_time_and_imports_nothing():
    script = make_script()
    assert script == make_script()
    assert not re.search(r"^(import|export)\b|\bimport\s*\(", script, re.MULTILINE)


def test_the_component_makes_no_code_and_no_markup_from_text():
    words = set(re.findall(r"\w+", make_script()))
    assert {"customElements", "Worker", "adoptedStyleSheets"} <= words
    assert not words & {"eval", "Function", "WebAssembly", "innerHTML", "insertAdjacentHTML"}


def test_the_component_names_its_licence_first():
    assert re.match(r"/\*! .*Copyright \(c\) .*MIT License.*\*/\n", make_script())


def test_a_module_that_two_others_import_is_there_once(write):
    entry = write(
        start='import { a } from "./left.js";\nimport { b } from "./right.js";\nconsole.log(a, b);',
        left='import { shared } from "./shared.js";\nexport const a = shared;',
        right='import { shared } from "./shared.js";\nexport const b = shared;',
        shared="export const shared = 12345;",
    )
    assert bundle(entry).count("12345") == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('import a from "./other.js";', "only `import"),
        ('import * as a from "./other.js";', "only `import"),
        ('import { a } from "package";', "only `import"),
        ('import "./other.js";', "only `import"),
        ("export default 7;", "only `import"),
        ("export { a };", "only `import"),
        ("export let a = 7;", "only `import"),
        ('export * from "./other.js";', "only `import"),
        ('const a = await import("./other.js");', "imported later"),
        ("await 7;", "cannot wait"),
        ('import { b } from "./other.js";', "b is imported"),
        ('import { a } from "./missing.js";', "missing.js is imported and is not there"),
        ('import { a } from "./again.js";', "in a circle: start.js -> again.js -> start.js"),
        ("if (a) { b();", "no JavaScript"),
        ("a();\n}", "no JavaScript"),
        ("const a = `b", "no JavaScript"),
    ],
)
def test_what_the_bundler_does_not_know_is_refused(write, text, words):
    again = 'import { c } from "./start.js";\nexport const a = 8;'
    entry = write(start=text, other="export const a = 7;", again=again)
    with pytest.raises(ScriptError, match=re.escape(words)):
        bundle(entry)


def test_a_module_is_shortened_and_names_of_the_browser_stay(write):
    entry = write(
        start='import { tell } from "./tell.js";\ntell(location); // why',
        tell="""const heading = document.title;
export function tell(event) { self.post({ heading, event, status }); }""",
    )
    script = bundle(entry)
    for word in ("document.title", "self.post", "heading:", "event:", "status", "location"):
        assert word in script
    for word in ("why", "tell", "const heading", "\n  "):
        assert word not in script


def test_without_the_library_it_is_written_as_it_is(write, monkeypatch):
    monkeypatch.setattr("ml.commands.web.bundle.can_shorten", lambda: False)
    script = bundle(write(start="const heading = document.title;\nsend({ heading });"))
    assert "const heading = document.title;\nsend({ heading });" in script


def test_the_modules_of_the_component_are_all_taken():
    assert len(list(MODULES.glob("*.js"))) > 5
    assert make_script().count("=(()=>{") > 20
