import assert from "node:assert/strict";
import { test } from "node:test";

import { listNumbers, orderDigits, placeBox } from "../../static/js/photo_lines.js";

let next = 0;

/** A digit of 20 by 40 px. */
function make(line, number, x, y) {
  next += 1;
  return { id: next, line, number, box: [x, y, 20, 40] };
}

/** "40 12" above "7", tilted: the right end of a line lies 20 px lower. */
const LINES = [
  make(0, 0, 0, 0),
  make(0, 0, 25, 2),
  make(0, 1, 200, 16),
  make(0, 1, 225, 18),
  make(1, 0, 0, 100),
];

/** Adds a box, and tells what is then where: "0.1" is number 1 of line 0. */
function addBox(x, y, digits = LINES) {
  const box = [x, y, 20, 40];
  const added = { id: "new", box, ...placeBox(digits, box) };
  const ordered = orderDigits([...digits, added]);
  return {
    place: ordered.filter(({ id }) => id === "new").map(({ line, number }) => `${line}.${number}`)[0],
    all: listNumbers(ordered).map(({ line, number, digits: parts }) => `${line}.${number}x${parts.length}`),
  };
}

test("a box close to a number joins it", () => {
  assert.deepEqual(addBox(50, 4), { place: "0.0", all: ["0.0x3", "0.1x2", "1.0x1"] });
  assert.equal(addBox(175, 14).place, "0.1");
});

test("a box between two numbers of a line is a number of its own", () => {
  assert.deepEqual(addBox(115, 9), { place: "0.1", all: ["0.0x2", "0.1x1", "0.2x2", "1.0x1"] });
});

test("a box at either end of a line is a number before or after the others", () => {
  assert.equal(addBox(330, 26).place, "0.2");
  assert.equal(addBox(120, 100).place, "1.1");
  assert.equal(addBox(0, 100, [make(0, 0, 200, 104)]).place, "0.0");
});

test("a box between two digits of a number joins it, whatever the gap", () => {
  const wide = [make(0, 0, 0, 0), make(0, 0, 200, 0)];
  assert.deepEqual(addBox(100, 0, wide).all, ["0.0x3"]);
});

test("a box between two lines, above them or below them begins a line", () => {
  assert.deepEqual(addBox(0, 50), { place: "1.0", all: ["0.0x2", "0.1x2", "1.0x1", "2.0x1"] });
  assert.equal(addBox(0, -60).place, "0.0");
  assert.equal(addBox(225, 200).place, "2.0");
});

test("the line of a tilted photo is the one whose next digit is as high", () => {
  assert.equal(addBox(250, 20).place, "0.1");
  assert.equal(addBox(250, 110).place, "1.1");
});

test("on an empty photo the first box begins the first line", () => {
  assert.equal(addBox(5, 5, []).place, "0.0");
});

test("digits are ordered as one reads them, and counted without gaps", () => {
  const digits = [make(4, 2, 90, 0), make(4, 2, 60, 0), make(1, 7, 0, 0), make(4, 0, 200, 0)];
  assert.deepEqual(
    orderDigits(digits).map(({ line, number, box: [x] }) => [line, number, x]),
    [[0, 0, 0], [1, 0, 200], [1, 1, 60], [1, 1, 90]],
  );
});

test("a number's box holds all of its digits", () => {
  assert.deepEqual(listNumbers(LINES)[1].box, [200, 16, 45, 42]);
});
