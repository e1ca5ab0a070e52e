import assert from "node:assert/strict";
import { test } from "node:test";

import { chooseEpochs, chooseTicks, makeScale } from "../../static/js/axis.js";

test("ticks are round numbers within the range", () => {
  assert.deepEqual(chooseTicks(0, 1, 5), [0, 0.2, 0.4, 0.6, 0.8, 1]);
  assert.deepEqual(chooseTicks(0.9, 1, 5), [0.9, 0.92, 0.94, 0.96, 0.98, 1]);
  assert.deepEqual(chooseTicks(0, 2.5, 3), [0, 1, 2]);
});

test("epochs are whole, from 0, however many there are", () => {
  assert.deepEqual(chooseEpochs(3, 8), [0, 1, 2, 3]);
  assert.deepEqual(chooseEpochs(50, 6), [0, 10, 20, 30, 40, 50]);
});

test("a scale maps ends to ends", () => {
  const scale = makeScale([0, 2], [100, 0]);
  assert.deepEqual([0, 1, 2].map(scale), [100, 50, 0]);
});
