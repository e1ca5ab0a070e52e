import assert from "node:assert/strict";
import { test } from "node:test";

import { areSeveral } from "../../static/js/alone/several.js";

const one = (x) => [[x, 60], [x, 220]];

for (const [what, strokes] of [
  ["one stroke", [one(100)]],
  ["a four of two strokes that cross", [[[100, 60], [90, 150], [190, 150]], one(160)]],
  ["a five with its bar beside", [[[100, 60], [95, 130], [150, 200], [90, 220]], [[112, 60], [170, 58]]]],
  ["two strokes closer than the pen is wide", [one(100), one(130)]],
  ["a wide seven", [[[60, 60], [220, 60], [120, 220]]]],
  ["a dot", [[[140, 140]]]],
  ["nothing", []],
]) {
  test(`${what} may be one digit`, () => assert.equal(areSeveral(strokes), false));
}

for (const [what, strokes] of [
  ["two strokes with paper between", [one(90), one(140)]],
  ["the same from right to left", [one(140), one(90)]],
  ["three, the first of which spans two", [[[20, 60], [90, 60]], one(50), one(150)]],
  ["a row of joined digits", [[[20, 100], [120, 180], [140, 100], [260, 180]]]],
]) {
  test(`${what} is more than one digit`, () => assert.equal(areSeveral(strokes), true));
}
