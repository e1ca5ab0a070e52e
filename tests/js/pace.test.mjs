import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

import { Pace } from "../../static/js/pace.js";

const ANSWER = {};
const FAILURE = { isAgain: true };
const BUSY = { isAgain: true, retryAfter: 1000 };

let pace;

beforeEach(() => {
  mock.reset();
  mock.method(Math, "random", () => 0); // the least that chance adds
  pace = new Pace(70, [300, 600]);
});

function learn(...outcomes) {
  for (const outcome of outcomes) pace.learn(outcome);
  return pace.next();
}

test("after an answer there is a moment's pause, and none for an urgent question", () => {
  assert.deepEqual(learn(ANSWER), { least: 0, longest: 70 });
});

test("after failures the pause grows, and an urgent question waits for the first one's time", () => {
  assert.deepEqual(learn(FAILURE), { least: 300, longest: 300 });
  assert.deepEqual(learn(FAILURE), { least: 300, longest: 600 });
  assert.deepEqual(learn(FAILURE), { least: 300, longest: 600 });
});

test("a busy server gets the time that it asks for, whatever is urgent", () => {
  assert.deepEqual(learn(BUSY), { least: 1000, longest: 1000 });
});

test("a server that stays busy gets more and more time, up to a few seconds", () => {
  assert.equal(learn(BUSY, BUSY).longest, 2000);
  assert.equal(learn(BUSY, BUSY, BUSY).longest, 2500);
  assert.equal(learn({ isAgain: true, retryAfter: 3_600_000 }).longest, 2500);
});

test("the pause narrows again with each good answer", () => {
  const pauses = [learn(BUSY), learn(ANSWER), learn(ANSWER), learn(ANSWER), learn(ANSWER)];
  assert.deepEqual(
    pauses.map(({ longest }) => longest),
    [1000, 500, 250, 125, 70],
  );
  assert.equal(pace.next().least, 0);
});

test("a class that was sent away together does not come back together", () => {
  mock.method(Math, "random", () => 0.75);
  assert.equal(learn(BUSY).longest, 1750);
});

test("a failure after a busy server counts as the first one", () => {
  assert.equal(learn(FAILURE, FAILURE, BUSY, FAILURE).longest, 300);
});
