import assert from "node:assert/strict";
import { test } from "node:test";

import { compareReadings, describeReading, NUMBERS } from "../../static/js/play_words.js";

function read(digit, share, others = {}) {
  const probabilities = Array(10).fill((1 - share) / 9);
  probabilities[digit] = share;
  return { status: "digit", digit, probabilities, unsure: null, ...others };
}

test("a digit is said with its probability", () => {
  assert.deepEqual(describeReading(read(7, 0.912)), { said: "7", note: "91.2%" });
});

test("an unsure reading names both digits", () => {
  const { note } = describeReading(read(4, 0.5, { unsure: [4, 9] }));
  assert.equal(note, "50.0%, unsure: 4 or 9");
});

test("a refused reading is no digit, and says which it would be", () => {
  const refused = read(5, 0.4, { status: "not_a_digit", digit: null });
  assert.deepEqual(describeReading(refused), { said: "Not a digit", note: "if it had to be: 5" });
});

test("too little ink is said so", () => {
  const blank = { status: "blank", digit: null, probabilities: null };
  assert.deepEqual(describeReading(blank), { said: "Too little to read", note: "" });
});

test("without a reading there is a dash", () => {
  assert.deepEqual(describeReading(null), { said: "–", note: "" });
});

test("both readings are said, the new one first", () => {
  assert.equal(
    compareReadings(read(7, 0.99), { status: "blank" }),
    "Now: Too little to read. As it was: 7, 99.0%.",
  );
});

test("the numbers beside the sliders have a sign and a unit", () => {
  assert.equal(NUMBERS.across.write(-8), "−8 px");
  assert.equal(NUMBERS.thickness.write(0.25), "+0.25 px");
  assert.equal(NUMBERS.turn.write(45), "+45°");
  assert.equal(NUMBERS.turn.write(0), "0°");
  assert.equal(NUMBERS.scale.write(75), "75%");
});

test("the numbers are read aloud in words", () => {
  assert.equal(NUMBERS.across.say(-1), "1 pixel left");
  assert.equal(NUMBERS.across.say(8), "8 pixels right");
  assert.equal(NUMBERS.down.say(2), "2 pixels down");
  assert.equal(NUMBERS.down.say(0), "not nudged");
  assert.equal(NUMBERS.turn.say(-45), "45 degrees to the left");
  assert.equal(NUMBERS.thickness.say(-0.5), "0.5 pixels thinner");
  assert.equal(NUMBERS.thickness.say(0), "as thick as it was");
});
