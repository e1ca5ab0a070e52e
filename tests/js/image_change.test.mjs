import assert from "node:assert/strict";
import { test } from "node:test";

import {
  changeImage,
  erase,
  move,
  sample,
  thicken,
  thin,
} from "../../static/js/image_change.js";

const SIDE = 28;
const NOTHING = new Uint8Array(SIDE * SIDE);

/** An image with these pixels of ink, each [column, row] or [column, row, level]. */
function ink(...pixels) {
  const levels = new Uint8Array(SIDE * SIDE);
  for (const [column, row, level = 255] of pixels) levels[SIDE * row + column] = level;
  return levels;
}

/** An upright bar from row 5 to row 22, with its left column and its width in pixels. */
function bar(left, width) {
  const rows = Array.from({ length: 18 }, (_, index) => 5 + index);
  return ink(...rows.flatMap((row) => Array.from({ length: width }, (_, x) => [left + x, row])));
}

/** How much ink a row holds, in pixels of full ink: the width of an upright bar. */
function measure(levels, row = 14) {
  return levels.slice(SIDE * row, SIDE * (row + 1)).reduce((sum, level) => sum + level, 0) / 255;
}

const ANY = Uint8Array.from({ length: SIDE * SIDE }, (_, index) => (index * 37) % 256);

test("an image that nothing changes stays the same, level by level", () => {
  assert.deepEqual(changeImage(ANY, {}), ANY);
  assert.deepEqual(changeImage(ANY, { thickness: 0, scale: 100 }, NOTHING), ANY);
});

test("the image that is changed stays as it is itself", () => {
  const levels = bar(13, 2);
  changeImage(levels, { across: 3, turn: 20, scale: 80, thickness: 1 });
  assert.deepEqual(levels, bar(13, 2));
});

test("nudging takes every pixel along and loses what leaves the image", () => {
  const levels = ink([3, 4, 90], [26, 20]);
  assert.deepEqual(move(levels, { across: 2, down: -3 }), ink([5, 1, 90]));
});

test("a nudge of half a pixel divides the ink between two", () => {
  const levels = move(ink([10, 10, 200]), { across: 0.5 });
  assert.deepEqual(levels, ink([10, 10, 100], [11, 10, 100]));
});

test("a turn goes clockwise about pixel 14", () => {
  assert.deepEqual(move(ink([14, 4]), { turn: 90 }), ink([24, 14]));
  assert.deepEqual(move(ink([14, 4]), { turn: -90 }), ink([4, 14]));
  assert.deepEqual(move(ink([14, 4], [16, 14, 50]), { turn: 180 }), ink([14, 24], [12, 14, 50]));
});

test("scaling keeps pixel 14 where it is", () => {
  assert.equal(move(ink([14, 14]), { scale: 150 })[14 * SIDE + 14], 255);
  const small = move(bar(13, 3), { scale: 50 });
  const rows = Array.from({ length: SIDE }, (_, row) => measure(small, row) > 0.5);
  assert.equal(rows.filter(Boolean).length, 9);
});

test("the image is first turned and then nudged", () => {
  assert.deepEqual(move(ink([14, 4]), { turn: 90, down: 5 }), ink([24, 19]));
});

test("between pixels a level is the mean of the four, each by how near it is", () => {
  const levels = ink([4, 4, 100], [5, 4, 200], [4, 5, 0], [5, 5, 40]);
  assert.equal(sample(levels, 4, 4), 100);
  assert.equal(sample(levels, 4.5, 4), 150);
  assert.equal(sample(levels, 4.5, 4.5), 85);
  assert.equal(sample(levels, -0.5, 4), 0);
});

for (const pixels of [0.5, 1, 2]) {
  test(`a pen that is ${pixels} px thicker makes strokes so much wider`, () => {
    assert.ok(Math.abs(measure(thicken(bar(12, 4), pixels)) - (4 + pixels)) < 0.02);
  });

  test(`a pen that is ${pixels} px thinner makes strokes so much narrower`, () => {
    assert.ok(Math.abs(measure(thin(bar(12, 4), pixels)) - (4 - pixels)) < 0.02);
  });
}

test("a stroke that is no wider than what is taken from it is gone", () => {
  assert.deepEqual(thin(bar(13, 2), 2), NOTHING);
});

test("the eraser takes out a disc of three pixels where it is put", () => {
  const full = new Uint8Array(SIDE * SIDE).fill(255);
  const left = changeImage(full, {}, erase(NOTHING, { x: 10, y: 12 }, {}));
  assert.equal(left.filter((level) => level === 0).length, 9);
  assert.equal(left[12 * SIDE + 10], 0);
  assert.equal(left[12 * SIDE + 12], 255);
});

const MOVED = { across: 4, down: -3, turn: 35, scale: 60, thickness: 1 };

for (const changes of [MOVED, { ...MOVED, scale: 150 }, { turn: -180 }, { scale: 140 }]) {
  test(`under ${JSON.stringify(changes)} the eraser hits what lies under it`, () => {
    const full = new Uint8Array(SIDE * SIDE).fill(255);
    const erased = erase(NOTHING, { x: 15, y: 12 }, changes);
    assert.equal(changeImage(full, changes)[12 * SIDE + 15], 255);
    assert.equal(changeImage(full, changes, erased)[12 * SIDE + 15], 0);
  });
}

test("what was erased moves along with the ink", () => {
  const erased = erase(NOTHING, { x: 13, y: 10 }, {});
  const moved = changeImage(bar(13, 1), { across: 6 }, erased);
  assert.equal(moved[10 * SIDE + 19], 0);
  assert.equal(moved[15 * SIDE + 19], 255);
});

test("the eraser adds to what was erased before", () => {
  const once = erase(NOTHING, { x: 5, y: 5 }, {});
  const twice = erase(once, { x: 20, y: 20 }, {});
  assert.equal(once[20 * SIDE + 20], 0);
  assert.equal(twice[5 * SIDE + 5] + twice[20 * SIDE + 20], 2);
});
