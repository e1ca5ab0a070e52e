import assert from "node:assert/strict";
import { test } from "node:test";

import {
  writeLoss,
  writeRate,
  writeSeconds,
  writeSetting,
  writeShare,
} from "../../static/js/numbers.js";

test("what is not known is a dash", () => {
  for (const write of [writeLoss, writeRate, writeSeconds, writeShare]) {
    for (const value of [null, undefined, NaN, Infinity]) assert.equal(write(value), "–");
  }
});

test("a share is a percentage", () => {
  assert.equal(writeShare(0.9876), "98.8%");
  assert.equal(writeShare(1), "100.0%");
});

test("a loss has three figures", () => {
  assert.deepEqual([2.3026, 0.01234, 4321].map(writeLoss), ["2.3", "0.0123", "4.3e+3"]);
});

test("a rate is rounded, so that it does not flicker", () => {
  assert.deepEqual([24_137, 97.46].map(writeRate), ["24,100", "97.5"]);
});

test("seconds are said as one says them", () => {
  const said = [7.2, 60, 65, 7800].map(writeSeconds);
  assert.deepEqual(said, ["8 s", "1 min 00 s", "1 min 05 s", "2 h 10 min"]);
});

test("a setting is written as one types it", () => {
  assert.deepEqual([0.00001, 0.5, 4096, "sgd"].map(writeSetting), ["0.00001", "0.5", "4096", "sgd"]);
});
