import assert from "node:assert/strict";
import { test } from "node:test";

import { percent } from "../../static/js/bars.js";

test("a probability is written as a percentage with one decimal", () => {
  assert.equal(percent(0.91234), "91.2%");
  assert.equal(percent(0.0006), "0.1%");
});

test("no network is certain: what would round to 100.0% or 0.0% stays on this side of it", () => {
  assert.equal(percent(1), "> 99.9%");
  assert.equal(percent(0.9995), "> 99.9%");
  assert.equal(percent(0.9994), "99.9%");
  assert.equal(percent(0.0005), "0.1%");
  assert.equal(percent(0.0004), "< 0.1%");
  assert.equal(percent(0), "< 0.1%");
});
