import assert from "node:assert/strict";
import { test } from "node:test";

import { Run } from "../../static/js/run.js";
import { describeState } from "../../static/js/run_view.js";

const SUMMARY = { id: "linear-1", model: "linear", state: "stopped", epochs: 3 };
const point = (epoch, done) => ({ type: "point", epoch, done, loss: 1, accuracy: 0.5 });
const epoch = (number) => ({ type: "epoch", epoch: number });

function tell(...events) {
  const run = new Run(SUMMARY);
  run.take({ events: events.map((event, n) => ({ n, ...event })), next: events.length });
  return describeState(run);
}

test("a run that is stopped says how far it came, never that it came to epoch 0", () => {
  assert.equal(tell(), "Stopped before its first step");
  assert.equal(tell(point(1, 0.4)), "Stopped in epoch 1");
  assert.equal(tell(point(1, 1)), "Stopped in epoch 1", "learned to its end, and not measured");
  assert.equal(tell(point(1, 1), epoch(1)), "Stopped after epoch 1");
  assert.equal(tell(point(1, 1), epoch(1), point(2, 1.1)), "Stopped in epoch 2");
});

test("a run that was resumed forgets the epoch in which it was stopped before", () => {
  const before = [point(1, 1), epoch(1), point(2, 1.7), { type: "stopped", epoch: 1 }];
  const resumed = { type: "start", epochs: 3, resumed: 1 };
  assert.equal(tell(...before, resumed, { type: "stopped", epoch: 1 }), "Stopped after epoch 1");
});
