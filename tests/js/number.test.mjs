import assert from "node:assert/strict";
import { test } from "node:test";

import {
  describeNumber,
  insistOnNumber,
  listParts,
  phraseNumber,
  placePart,
  titleBars,
  writeNumber,
} from "../../static/js/number.js";

const read = (digit, more = {}) => ({
  status: "digit",
  digit,
  probabilities: Array.from({ length: 10 }, (_, each) => (each === digit ? 0.91 : 0.01)),
  ...more,
});
const REFUSED = { ...read(0), status: "not_a_digit", digit: null };
const MINUS = { ...REFUSED, mark: "-" };
const number = (...digits) => ({ status: "number", probability: 0.931, digits });

test("one digit has no parts, and neither has nothing", () => {
  for (const reading of [null, read(4), { ...read(4), digits: [read(4)] }, { status: "blank" }]) {
    assert.deepEqual(listParts(reading), []);
  }
});

test("a number is written with its marks, and with a question mark for what is no digit", () => {
  assert.equal(writeNumber(number(MINUS, read(3), { ...REFUSED, mark: "." }, read(5))), "-3.5");
  assert.equal(writeNumber(number(read(4), REFUSED, read(7))), "4?7");
});

test("a number says how probable it is, or which part is no digit", () => {
  assert.equal(describeNumber(number(read(4), read(0))), "probability 93.1%");
  assert.equal(describeNumber(number(read(4), REFUSED)), "Digit 2 of 2 is not a digit");
  assert.equal(describeNumber(number(REFUSED, read(4), REFUSED)), "2 of 3 parts are not digits");
  assert.equal(describeNumber({ ...number(read(4), read(0)), probability: null }), "");
});

test("parts are counted as digits as long as there is no mark among them", () => {
  assert.equal(placePart(1, [read(4), read(0)]), "Digit 2 of 2");
  assert.equal(placePart(1, [MINUS, read(4)]), "Part 2 of 2");
});

test("the bars of a part say whose they are", () => {
  const parts = [MINUS, read(4), REFUSED];
  assert.equal(titleBars(0, parts), "Part 1 of 3: a minus sign");
  assert.equal(titleBars(1, parts), "Part 2 of 3: probability of each digit");
  assert.equal(titleBars(2, parts), "Part 3 of 3, if it had to be a digit:");
});

test("a screen reader hears marks by their names", () => {
  assert.equal(phraseNumber(number(MINUS, read(4))), "Number -4: a minus sign; 4, 91.0%");
});

test("insisting makes a digit of each part, but of no mark and of nothing", () => {
  const insisted = insistOnNumber({ ...number(MINUS, REFUSED), status: "not_a_digit", text: null });
  assert.equal(insisted.status, "number");
  assert.equal(insisted.text, "-0");
  const blank = { status: "blank", digit: null, probabilities: null };
  const hopeless = { ...number(read(4), blank), status: "not_a_digit" };
  assert.equal(insistOnNumber(hopeless), hopeless);
});
