import assert from "node:assert/strict";
import { test } from "node:test";

import { describeLabel, LABELS, nameLabel, NOT_A_DIGIT } from "../../static/js/labels.js";

test("there are eleven labels, the digits first", () => {
  assert.deepEqual(LABELS, [..."0123456789", NOT_A_DIGIT]);
});

test("a label is named as one says it", () => {
  assert.equal(nameLabel("7"), "7");
  assert.equal(nameLabel(NOT_A_DIGIT), "not a digit");
});

test("a label as a thing has its article", () => {
  assert.equal(describeLabel(7), "a 7");
  assert.equal(describeLabel("8"), "an 8");
  assert.equal(describeLabel(NOT_A_DIGIT), "not a digit");
});
