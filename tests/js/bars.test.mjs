import assert from "node:assert/strict";
import { test } from "node:test";

import { percent } from "../../static/js/bars.js";

test("a probability is written as a percentage with one decimal", () => {
  assert.equal(percent(0.91234), "91.2%");
  assert.equal(percent(0.0006), "0.1%");
});

test("certain and impossible have their decimal, too", () => {
  assert.equal(percent(1), "100.0%");
  assert.equal(percent(0), "0.0%");
});
