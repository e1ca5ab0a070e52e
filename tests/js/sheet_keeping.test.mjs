import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { SheetKeeping } from "../../static/js/sheet_keeping.js";

const DIGITS = [4, 0, 7].map((expected) => ({ ink: `ink ${expected}`, expected }));
let kept, keeping, told, before;

/** Plays what keeps drawings: `before` is done before each is stored. */
const confirmed = {
  async keep(ink, drawing, label) {
    await before(label);
    kept.push(label);
  },
};

beforeEach(() => {
  [kept, told] = [[], []];
  before = () => {};
  keeping = new SheetKeeping(confirmed);
  keeping.addEventListener("step", ({ detail: { done, total } }) => told.push(`${done} of ${total}`));
  keeping.addEventListener("end", ({ detail }) => told.push(detail));
});

test("every digit is kept as what the sheet asks for", async () => {
  await keeping.start(DIGITS, "played");
  assert.deepEqual(kept, [4, 0, 7]);
  assert.deepEqual(told, ["0 of 3", "1 of 3", "2 of 3", "All 3 are kept in My drawings."]);
});

test("it stops after the digit that is being stored", async () => {
  before = () => keeping.stop();
  await keeping.start(DIGITS, "played");
  assert.deepEqual(told, ["0 of 3", "1 of 3 are kept in My drawings."]);
});

test("it stops at the first digit that is not stored, and says why", async () => {
  before = (label) => {
    if (label === 0) throw new Error("The disk is full.");
  };
  await keeping.start(DIGITS, "played");
  assert.deepEqual(told.pop(), "1 of 3 are kept in My drawings. The disk is full.");
});

test("of a sheet that was forgotten nothing more is told", async () => {
  before = () => keeping.forget();
  await keeping.start(DIGITS, "played");
  assert.deepEqual([kept, told], [[4], ["0 of 3"]]);
});

test("a sheet in which nothing is written is said to be empty", async () => {
  await keeping.start([], "played");
  assert.deepEqual(told, ["Nothing is written in the boxes, so nothing is kept."]);
});
