"""What the bundler writes does the same as the modules: both are run by Node, side by side."""

import subprocess
from pathlib import Path

import pytest

from ml.commands.web.bundle import bundle
from ml.commands.web.export import make_script

SCRIPTS = Path(__file__).resolve().parents[2] / "static" / "js"
# Most of what the component shares with the app's page, asked a thousand things.
QUESTIONS = """
import { History } from "SCRIPTS/history.js";
import { KeyPath as Path } from "SCRIPTS/key_path.js";
import { Stroke, round } from "SCRIPTS/stroke.js";
import { clip, isPictureOf } from "SCRIPTS/picture.js";
import { describe, judge, phrase } from "SCRIPTS/element/words.js";
import { drawInk, takeInk } from "SCRIPTS/reader/ink.js";
import { fitInk, isBlank } from "SCRIPTS/reader/fit.js";

let seed = 7;
const random = (most) => (seed = (seed * 48271) % 2147483647) % most;
const answers = [];
const size = { width: 280, height: 280 };
for (let round_ = 0; round_ < 20; round_ += 1) {
  const path = new Path({ x: random(280), y: random(280) });
  const stroke = new Stroke({ x: 1, y: 2 }, size.width);
  const history = new History([]);
  for (let step = 0; step < 6; step += 1) {
    const places = path.moveTo({ x: random(320) - 20, y: random(280) });
    for (const place of places) stroke.add(place);
    history.push(places.length);
    if (random(3) === 0) history.undo();
  }
  const { points, reach } = Stroke.through(stroke.points, size.width);
  answers.push(points, reach, stroke.path, round(Math.PI), history.present, history.canRedo);
  const strokes = clip([points], size);
  const ink = drawInk(strokes);
  const data = new Uint8ClampedArray(4 * 280 * 280);
  ink.data.forEach((level, at) => (data[4 * at + 3] = level));
  const same = takeInk({ data, ...size });
  answers.push(isPictureOf(data, strokes, size, 18), isBlank(same), Array.from(fitInk(same)));
}
for (const status of ["digit", "blank", "not_a_digit"]) {
  for (let bits = 0; bits < 32; bits += 1) {
    const [isEmpty, isRequired, isCurrent, hasFailed, isUnfinished] = [1, 2, 4, 8, 16].map(
      (bit) => Boolean(bits & bit),
    );
    const reading = { status, digit: status === "digit" ? bits % 10 : null, unsure: null };
    if (bits % 5 === 0) reading.unsure = [4, 9];
    const state = { reading, isEmpty, isRequired, isCurrent, hasFailed, isUnfinished };
    answers.push(describe(state), judge(state), phrase(state));
  }
}
console.log(JSON.stringify(answers));
"""


@pytest.fixture
def run_module(node, tmp_path):
    """Runs a text as a module, and returns what it prints."""

    def run(text: str) -> str:
        path = tmp_path / "run.mjs"
        path.write_text(text)
        done = subprocess.run([node, path], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def test_a_bundle_answers_as_its_modules_do(run_module, tmp_path):
    entry = tmp_path / "questions.mjs"
    entry.write_text(QUESTIONS.replace("SCRIPTS", SCRIPTS.as_uri()))
    relative = Path(*[".."] * (len(tmp_path.parts) - 1), *SCRIPTS.parts[1:]).as_posix()
    apart = run_module(entry.read_text())
    entry.write_text(QUESTIONS.replace("SCRIPTS", relative))
    assert run_module(bundle(entry)) == apart
    assert len(apart) > 10_000


def test_the_component_is_read_by_node_and_does_nothing_without_a_page(run_module):
    listening = "globalThis.self = { addEventListener: (type) => console.log(type) };\n"
    assert run_module(f"{listening}{make_script()}") == "message\n"
