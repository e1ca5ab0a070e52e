import assert from "node:assert/strict";
import { test } from "node:test";

import { describe, judge, phrase } from "../../static/js/element/words.js";

const DIGIT = { status: "digit", digit: 7, unsure: null };
const STATE = {
  reading: DIGIT,
  isEmpty: false,
  isRequired: true,
  isCurrent: true,
  isUnfinished: false,
  hasFailed: false,
};

test("a digit is shown as a numeral, with its name or with the two that it may be", () => {
  assert.deepEqual(describe(STATE), { digit: "7", note: "seven" });
  const unsure = { ...STATE, reading: { ...DIGIT, unsure: [7, 1] } };
  assert.deepEqual(describe(unsure), { digit: "7", note: "Unsure: 7 or 1" });
  assert.equal(phrase(STATE), "7");
  assert.equal(phrase(unsure), "7, unsure: 7 or 1");
});

test("what is half drawn is not called no digit yet", () => {
  const reading = { status: "not_a_digit", digit: null, unsure: null };
  assert.match(describe({ ...STATE, reading }).note, /does not look like a digit/);
  assert.equal(describe({ ...STATE, reading, isUnfinished: true }).note, "Reading…");
});

test("an empty board is nothing to say but that it is empty", () => {
  const empty = { ...STATE, reading: null, isEmpty: true };
  assert.deepEqual(describe(empty), { digit: "", note: "" });
  assert.equal(phrase(empty), "The board is empty");
});

test("a network that could not be loaded is said on an empty board, too", () => {
  const failed = { ...STATE, reading: null, isEmpty: true, hasFailed: true };
  assert.match(describe(failed).note, /could not be loaded/);
  assert.match(phrase(failed), /could not be loaded/);
  assert.doesNotMatch(describe(failed).note, /drawing/); // there is none to keep
  assert.match(describe({ ...failed, isEmpty: false }).note, /Your drawing is kept/);
  assert.equal(judge({ ...failed, isRequired: false }).message, "");
});

test("a form waits for a digit that is required, and for ink to become one", () => {
  const blank = { status: "blank", digit: null, unsure: null };
  const flagsOf = (change) => Object.keys(judge({ ...STATE, ...change }).flags);
  assert.deepEqual(flagsOf({}), []);
  assert.deepEqual(flagsOf({ reading: null, isEmpty: true }), ["valueMissing"]);
  assert.deepEqual(flagsOf({ reading: null, isEmpty: true, isRequired: false }), []);
  assert.deepEqual(flagsOf({ isCurrent: false }), ["badInput"]);
  assert.deepEqual(flagsOf({ reading: blank, isRequired: false }), ["badInput"]);
  assert.deepEqual(flagsOf({ reading: null, isCurrent: false, hasFailed: true }), ["badInput"]);
});

test("whatever holds a form up is said in words", () => {
  for (const change of [{ isCurrent: false }, { hasFailed: true }, { isEmpty: true }]) {
    assert.match(judge({ ...STATE, ...change }).message, /^[A-Z].*\.$/);
  }
});
