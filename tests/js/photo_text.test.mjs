import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { PhotoReadings } from "../../static/js/photo_readings.js";
import { writeLines, writeTable } from "../../static/js/photo_text.js";

const DIGITS = [
  { id: 1, line: 0, number: 0, box: [10, 10, 20, 40], expected: null },
  { id: 2, line: 0, number: 0, box: [40, 12, 20, 40], expected: null },
  { id: 3, line: 0, number: 1, box: [200, 10, 20, 40], expected: 3 },
  { id: 4, line: 1, number: 0, box: [10, 100, 20, 40], expected: null },
];
let readings;
const write = (digit) => readings.write(digit);
const rate = (digit) => readings.rate(digit);

function makeReading(digit, probability) {
  const probabilities = Array(10).fill((1 - probability) / 9);
  if (digit !== null) probabilities[digit] = probability;
  return { status: digit === null ? "not_a_digit" : "digit", digit, probabilities };
}

beforeEach(() => {
  readings = new PhotoReadings();
  [[4, 0.9], [0, 0.8], [7, 0.5], [null, 0]].forEach(([digit, probability], index) => {
    readings.put(DIGITS[index].box, { reading: makeReading(digit, probability), ink: `ink ${index}` });
  });
});

test("numbers of a line are separated by a space, and what is no digit is marked", () => {
  assert.deepEqual(writeLines(DIGITS, write), ["40 7", "?"]);
});

test("a corrected digit changes the text, and one that is none leaves it", () => {
  readings.correct("ink 2", 3);
  readings.correct("ink 3", "not_a_digit");
  assert.deepEqual(writeLines(DIGITS, write), ["40 3"]);
  readings.correct("ink 2", null);
  assert.deepEqual(writeLines(DIGITS, write), ["40 7"]);
});

test("a box that has moved is unread until its new place is read, and remembered at its old one", () => {
  const moved = { ...DIGITS[0], box: [11, 10, 20, 40] };
  assert.equal(write(moved), "…");
  assert.equal(write(DIGITS[0]), "4");
});

test("a table has a row for each number, counted from 1, with its probability and its box", () => {
  assert.deepEqual(writeTable(DIGITS, write, rate).split("\r\n"), [
    "line,number,digits,probability,x,y,width,height",
    "1,1,40,0.7200,10,10,50,42",
    "1,2,7,0.5000,200,10,20,40",
    "2,1,?,0.0000,10,100,20,40",
    "",
  ]);
});

test("a digit is right if it is what the sheet asks for, also after a correction", () => {
  assert.equal(readings.isRight(DIGITS[0]), null);
  assert.equal(readings.isRight(DIGITS[2]), false);
  readings.correct("ink 2", 3);
  assert.equal(readings.isRight(DIGITS[2]), true);
});

test("a comma stands in the text, in a quoted field of the table, and lowers no probability", () => {
  const reading = { ...makeReading(null, 0), mark: "," };
  readings.put(DIGITS[1].box, { reading, ink: "ink 1" });
  assert.deepEqual(writeLines(DIGITS, write), ["4, 7", "?"]);
  assert.equal(writeTable(DIGITS, write, rate).split("\r\n")[1], '1,1,"4,",0.9000,10,10,50,42');
  readings.correct("ink 1", 1);
  assert.deepEqual(writeLines(DIGITS, write), ["41 7", "?"]);
});
