import assert from "node:assert/strict";
import { test } from "node:test";

import { phrase, Speech } from "../../static/js/speech.js";

const READ_FOUR = { status: "digit", digit: 4, probabilities: [0, 0, 0, 0, 0.97, 0, 0, 0, 0, 0.03] };
const READ_NOUGHT = { status: "digit", digit: 0, probabilities: [0.88, 0, 0, 0, 0, 0, 0.12, 0, 0, 0] };

for (const [what, reading, words] of [
  ["a digit is its numeral", { status: "digit", digit: 7, unsure: null }, "7"],
  ["a doubt names both", { status: "digit", digit: 7, unsure: [7, 1] }, "7, unsure: 7 or 1"],
  ["a refusal says what can be done", { status: "not_a_digit", digit: null },
    "Not a digit; Read anyway is available"],
  ["a drawing of one's own is the reason",
    { status: "digit", digit: 7, unsure: [7, 1], because: { label: 7 } },
    "7, because of a drawing of yours, unsure: 7 or 1"],
  ["a refusal can have that reason, too",
    { status: "not_a_digit", digit: null, because: { label: "not_a_digit" } },
    "Not a digit, because of a drawing of yours; Read anyway is available"],
  ["a number is itself, then its digits, each with its probability",
    { status: "number", digits: [READ_FOUR, READ_NOUGHT] }, "Number 40: 4, 97.0%; 0, 88.0%"],
  ["a part that is no digit is said in its place",
    { status: "not_a_digit", digits: [READ_FOUR, { ...READ_NOUGHT, status: "not_a_digit" }] },
    "Not a number: 4, 97.0%; not a digit; Read anyway is available"],
  ["too little says what to do", { status: "blank", digit: null },
    "Too little to read; draw it larger"],
]) {
  test(what, () => assert.equal(phrase(reading), words));
}

/** What a screen reader announces of a region. */
class Region {
  heard = [];
  #text = "";

  get textContent() {
    return this.#text;
  }

  set textContent(text) {
    this.#text = text;
    if (text) this.heard.push(text);
  }
}

test("who reads is heard with the first words, and not again with the next", () => {
  const region = new Region();
  const speech = new Speech(region);
  speech.say("7", "read in this browser");
  speech.hush();
  speech.say("1", "read in this browser");
  assert.deepEqual(region.heard, ["7, read in this browser", "1"]);
});

test("when the server reads the same again, nothing is repeated", () => {
  const region = new Region();
  const speech = new Speech(region);
  speech.say("7", "read in this browser");
  speech.say("7", "");
  assert.deepEqual(region.heard, ["7, read in this browser"]);
});

test("when the server is away again, who reads is heard again", () => {
  const region = new Region();
  const speech = new Speech(region);
  speech.say("7", "read in this browser");
  speech.say("1", "");
  speech.say("The board is empty");
  speech.say("4", "read in this browser");
  assert.deepEqual(region.heard.at(-1), "4, read in this browser");
});
