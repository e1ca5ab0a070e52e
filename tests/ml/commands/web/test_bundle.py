"""Modules become one; what the bundler does not know is refused with words."""

import re
from pathlib import Path

import pytest

from ml.commands.web.bundle import bundle
from ml.commands.web.export import MODULES, make_script
from ml.commands.web.shorten import shorten
from ml.commands.web.tokens import ScriptError, read_tokens

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
    words = {token.text for token in read_tokens(make_script()) if token.kind == "word"}
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
        ("if (a) { b();", "is opened and not closed"),
        ("a();\n}", "was not opened"),
        ("const a = `b", "does not end"),
    ],
)
def test_what_the_bundler_does_not_know_is_refused(write, text, words):
    again = 'import { c } from "./start.js";\nexport const a = 8;'
    entry = write(start=text, other="export const a = 7;", again=again)
    with pytest.raises(ScriptError, match=re.escape(words)):
        bundle(entry)


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("const long = 1; // why\nuse(long);", "let a=1;use(a);"),
        ("function add(one, other) { return one + other; }\nadd(1, 2);",
         "function a(c,b){return c+b}a(1,2);"),
        ("const { width, height: high } = find();\nuse(width, high);",
         "let{width:b,height:a}=find();use(b,a);"),
        ("class Pen { #ink = 1; draw() { return this.#ink; } rest() {} }\nnew Pen().draw();",
         "class a{#a=1;draw(){return this.#a}}new a().draw();"),
        ("const one = [1, 2,];\nconst other = (each) => each.one;\nuse(one, other);",
         "let b=[1,2],a=c=>c.one;use(b,a);"),
        ("for (const each of all()) each.end();", "for(let a of all())a.end();"),
        ("while (next());", "while(next());"),
        ("function unused() {}\nuse();", "use();"),
    ],
)  # fmt: skip
def test_a_module_is_shortened(text, short):
    names = re.findall(r"\b[a-z]\b", short)
    _, (shortened,) = shorten([text])
    assert sorted(re.findall(r"\b[a-z]\b", shortened)) == sorted(names)
    assert re.sub(r"\b[a-z]\b", "a", shortened) == re.sub(r"\b[a-z]\b", "a", short)


def test_names_of_the_browser_stay():
    text = "const name = document.title;\nfunction tell(event) { self.post({ name, event, "
    _, (shortened,) = shorten([f"{text}status }}); }}\ntell(location);"])
    for word in ("document.title", "self.post", "name:", "event:", "status", "location"):
        assert word in shortened


def test_the_modules_of_the_component_are_all_taken():
    assert len(list(MODULES.glob("*.js"))) > 5
    assert make_script().count("=(()=>{") > 20
