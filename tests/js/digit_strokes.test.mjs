import assert from "node:assert/strict";
import { test } from "node:test";

import { divideStrokes, findNewest, moveToBoard } from "../../static/js/digit_strokes.js";

const PEN = 18;
const ONE = [[40, 40], [40, 240]];
const OTHER = [[140, 40], [140, 240]];
const BAR = [[130, 140], [160, 140]];
const boxOf = (left, right) => [left - 9, 31, right - left + 18, 218];

test("strokes belong to the part that the server says", () => {
  const parts = [
    { box: boxOf(40, 160), strokes: [0, 2] },
    { box: boxOf(130, 160), strokes: [1] },
  ];
  assert.deepEqual(divideStrokes([ONE, OTHER, BAR], parts, PEN), [[ONE, BAR], [OTHER]]);
});

test("where it does not say, a stroke belongs to the smallest box that it lies in", () => {
  const parts = [{ box: boxOf(40, 160) }, { box: boxOf(130, 160) }];
  assert.deepEqual(divideStrokes([ONE, OTHER, BAR], parts, PEN), [[ONE], [OTHER, BAR]]);
});

test("a stroke that was cut is cut where it leaves a part's box", () => {
  const joined = [[20, 100], [120, 100], [220, 100]];
  const parts = [
    { box: [11, 91, 118, 18], strokes: null },
    { box: [111, 91, 118, 18], strokes: null },
  ];
  assert.deepEqual(divideStrokes([joined], parts, PEN), [
    [[[20, 100], [120, 100], [122, 100]]],
    [[[118, 100], [120, 100], [220, 100]]],
  ]);
});

test("a part that has its own strokes gets no pieces of others", () => {
  const line = [[0, 140], [280, 140]]; // through both, and of neither
  const parts = [{ box: boxOf(40, 40), strokes: [0] }, { box: boxOf(140, 140), strokes: [1] }];
  assert.deepEqual(divideStrokes([ONE, OTHER, line], parts, PEN), [[ONE], [OTHER]]);
});

test("a picture alone has no strokes to divide", () => {
  assert.deepEqual(divideStrokes([], [{ box: boxOf(40, 40) }, { box: boxOf(140, 140) }], PEN), [[], []]);
});

test("the pen is where the newest stroke is, also if that was added late", () => {
  assert.equal(findNewest([ONE, OTHER], [[ONE], [OTHER]]), 1);
  assert.equal(findNewest([OTHER, ONE], [[ONE], [OTHER]]), 0);
  assert.equal(findNewest([], [[], []]), 1);
});

test("a digit of the wide board is moved to the middle of the narrow one", () => {
  const strokes = [[[700, 40], [760, 240]]];
  assert.deepEqual(moveToBoard(strokes, 280, PEN), [[[110, 40], [170, 240]]]);
  assert.deepEqual(moveToBoard([], 280, PEN), []);
  assert.deepEqual(moveToBoard([[[700, 10]]], 280, PEN), [[[140, 140]]]);
});

test("what is wider than the narrow board is made smaller", () => {
  const [[from, to]] = moveToBoard([[[0, 140], [524, 140]]], 280, PEN);
  assert.deepEqual([from, to], [[9, 140], [271, 140]]);
});
