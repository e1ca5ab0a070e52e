import assert from "node:assert/strict";
import { test } from "node:test";

import { listReadings } from "../../static/js/readings.js";

const SEVEN = {
  status: "digit",
  digit: 7,
  probabilities: [0, 0, 0, 0, 0, 0, 0, 1, 0, 0],
  model: "mlp",
  seen: Array(784).fill(0),
};
const BLANK = { status: "blank", digit: null, probabilities: null, model: "mlp", seen: null };

test("a reading alone is a list of one", () => {
  assert.deepEqual(listReadings(SEVEN), [SEVEN]);
});

test("readings of several models are listed in their order", () => {
  assert.deepEqual(listReadings({ readings: [BLANK, SEVEN] }), [BLANK, SEVEN]);
});

test("a reading may hold more than is known today", () => {
  const reading = { ...SEVEN, status: "not_a_digit", digit: null, no_digit: 0.9 };
  assert.deepEqual(listReadings(reading), [reading]);
});

for (const answer of [
  null,
  7,
  [],
  {},
  { status: "ok" },
  { readings: [] },
  { readings: "seven" },
  { readings: [SEVEN, null] },
  { ...SEVEN, digit: null },
  { ...SEVEN, probabilities: null },
  { ...SEVEN, probabilities: [1] },
  { ...SEVEN, probabilities: Array(10).fill("0.1") },
  { ...SEVEN, seen: null },
]) {
  test(`what is not a reading is an error: ${JSON.stringify(answer)?.slice(0, 90)}`, () => {
    assert.throws(() => listReadings(answer), TypeError);
  });
}
