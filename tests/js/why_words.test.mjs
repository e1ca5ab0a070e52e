import assert from "node:assert/strict";
import { test } from "node:test";

import { findShare } from "../../static/js/change_of_mind.js";
import { describeCounts } from "../../static/js/guess.js";
import { listRivals } from "../../static/js/rival.js";
import {
  describeChange,
  describeEvidence,
  describeLeftOut,
  describeNeighbours,
  describePixel,
  describeReading,
  nameReading,
} from "../../static/js/why_words.js";

const PROBABILITIES = [0, 0, 0, 0, 0.9, 0, 0, 0.02, 0, 0.08];
const FOUR = { status: "digit", digit: 4, probabilities: PROBABILITIES };

test("the strongest part of the ink is named with what the network would say without it", () => {
  const evidence = { for: 4, against: 9, place: "top left", without: 9 };
  const say = (changes) => describeEvidence({ ...evidence, ...changes });
  assert.equal(say({}), "The top left speaks most for 4: without it the network would say 9.");
  assert.match(say({ without: "not_a_digit" }), /would say that it is not a digit\.$/);
  assert.match(say({ without: 4 }), /, but without it the network would still say 4\.$/);
  assert.equal(say({ without: null }), "The top left speaks most for 4.");
  assert.match(say({ place: "left" }), /^The left side speaks/);
  assert.equal(say({ place: null }), "No part of the ink speaks for 4 rather than 9.");
});

test("how sure the network is stands in the sentence, and who taught it", () => {
  assert.equal(describeReading(FOUR), "The network says 4, with a probability of 90.0%.");
  assert.match(describeReading({ ...FOUR, unsure: [4, 9] }), /It is unsure: 4 or 9\.$/);
  const refused = { ...FOUR, status: "not_a_digit", digit: null };
  assert.match(describeReading(refused), /^The network says: not a digit\. If .*: 4, 90\.0%\.$/);
  assert.match(describeReading(FOUR, true), /you confirmed/);
  assert.match(describeReading({ status: "blank" }), /too little ink/);
});

test("a reading without a stroke is a digit with its probability, or none", () => {
  assert.equal(nameReading(FOUR), "4 (90.0%)");
  assert.equal(nameReading({ ...FOUR, status: "not_a_digit" }), "not a digit");
  assert.equal(nameReading({ status: "blank" }), "too little to read");
});

test("a pixel says its place, its strength, and for which digit", () => {
  const pixel = { row: 0, column: 27, level: 200, answer: 4, rival: 9 };
  assert.equal(describePixel({ ...pixel, strength: 0.5 }), "Row 1, column 28: 0.50 for 4");
  assert.equal(describePixel({ ...pixel, strength: -0.125 }), "Row 1, column 28: 0.13 for 9");
  assert.match(describePixel({ ...pixel, strength: 0.001 }), /ink, strength 0\.00$/);
  assert.match(describePixel({ ...pixel, strength: 0, level: 0 }), /no ink$/);
});

test("the nearest images are counted by their digits", () => {
  assert.equal(describeNeighbours([4, 4, 4, 4, 4], 4), "All five are 4s.");
  assert.equal(describeNeighbours([4, 9, 4, 9, 9], 4), "Two of the five are 4s; the others are 9s.");
  const one = "One of the five is an 8; the others are 3s and 9s.";
  assert.equal(describeNeighbours([8, 9, 9, 3, 9], 8), one);
  assert.equal(describeNeighbours([9, 9, 9, 9, 9], 4), "None of the five is a 4: they are 9s.");
});

test("a change of mind is counted in pixels, and none found is said", () => {
  assert.match(describeChange({ digit: 9, changed: 17 }, 9), /^With 17 pixels changed/);
  assert.match(describeChange({ digit: 9, changed: 1 }, 9), /^With 1 pixel changed/);
  assert.equal(describeChange(null, 8), "No small change was found that makes it an 8.");
});

test("the strokes that the answer needs are named", () => {
  const without = (...digits) => digits.map((digit, index) => ({ digit, left_out: index }));
  assert.equal(describeLeftOut(without(4, 1), 4, 2), "Stroke 2 is needed for 4.");
  assert.equal(describeLeftOut(without(1, 4, 1), 4, 3), "Strokes 1 and 3 are needed for 4.");
  assert.equal(describeLeftOut(without(4, 4), 4, 2), "It says 4 whichever stroke is left out.");
  assert.equal(describeLeftOut(without(1, 1), 4, 2), "Every stroke is needed for 4.");
  assert.match(describeLeftOut([], 4, 1), /one stroke/);
  assert.match(describeLeftOut([], 4, 13), /too many strokes/);
});

test("the runner-up is the first of the nine rivals", () => {
  const rivals = listRivals(4, PROBABILITIES);
  assert.deepEqual(rivals.slice(0, 2), [9, 7]);
  assert.equal(rivals.length, 9);
});

test("a fade goes there, rests, and comes back", () => {
  assert.equal(findShare(0), 0);
  assert.equal(findShare(2500), 1);
  assert.ok(findShare(1000) < findShare(1200));
  assert.ok(findShare(4500) < findShare(4200));
  assert.ok(findShare(6100) < 1e-9);
});

test("guesses are counted with how many agreed", () => {
  assert.equal(describeCounts({ guesses: 0, agreed: 0 }), "");
  assert.equal(describeCounts({ guesses: 1, agreed: 0 }), "1 guess, 0 like the network.");
  assert.equal(describeCounts({ guesses: 3, agreed: 2 }), "3 guesses, 2 like the network.");
});
