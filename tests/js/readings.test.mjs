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

const PART = { ...SEVEN, box: [10, 20, 30, 40], strokes: [0] };
const NUMBER = { status: "number", text: "77", probability: 0.9, digits: [PART, PART], model: "mlp" };

test("a number is a list of readings with boxes, and may have a part that is no digit", () => {
  assert.deepEqual(listReadings(NUMBER), [NUMBER]);
  const refused = { ...PART, status: "not_a_digit", digit: null };
  const answer = { ...NUMBER, status: "not_a_digit", text: null, digits: [PART, refused] };
  assert.deepEqual(listReadings({ readings: [answer] }), [answer]);
});

for (const answer of [
  { ...NUMBER, digits: undefined },
  { ...NUMBER, digits: [PART] },
  { ...NUMBER, digits: [PART, { ...PART, box: [1, 2, 3] }] },
  { ...NUMBER, digits: [PART, { ...PART, mark: "<b>" }] },
  { ...NUMBER, status: "not_a_digit", digits: [PART, null] },
  { ...SEVEN, digits: 3 },
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
