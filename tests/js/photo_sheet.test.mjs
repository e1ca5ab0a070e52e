import assert from "node:assert/strict";
import { test } from "node:test";

import { PhotoSheet } from "../../static/js/photo_sheet.js";

/** What a sheet of two digits says of the second, which asks for a 7. */
function say(written) {
  const parts = new Map();
  const querySelector = (selector) => {
    if (!parts.has(selector)) parts.set(selector, new EventTarget());
    return parts.get(selector);
  };
  const sheet = new PhotoSheet({ querySelector });
  sheet.begin({ of: 2 });
  sheet.show([
    { expected: 4, written: "4", isRight: true },
    { expected: 7, written, isRight: written === "7" },
  ]);
  const [score, wrong] = ["score", "wrong"].map((name) => parts.get(`[data-part="${name}"]`));
  return `${score.textContent}. ${wrong.textContent}`;
}

test("a sheet says what was read in place of the digit that it asks for", () => {
  assert.equal(say("7"), "2 of 2 right. ");
  assert.equal(say("1"), "1 of 2 right. Wrong: a 7 read as 1.");
});

test("a mark, and what is refused, is no digit", () => {
  for (const written of ["?", ",", ""]) {
    assert.equal(say(written), "1 of 2 right. Wrong: a 7 read as no digit.");
  }
});

test("a box that has not been read yet is not called wrong", () => {
  assert.equal(say("…"), "1 of 2 right. ");
});
