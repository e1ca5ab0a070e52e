import assert from "node:assert/strict";
import { test } from "node:test";

import { describe, listCurve, listValidation, Run } from "../../static/js/run.js";

const SUMMARY = {
  id: "linear-1",
  model: "linear",
  title: "Logistic regression",
  state: "running",
  recipe: { learning_rate: 0.01, batch_size: 64 },
  data: "mnist",
  started: "2026-11-29T09:00:00Z",
  epochs: 3,
};

const point = (n, done, { digit = null, id = 1, loss = 1 } = {}) => ({
  n,
  type: "point",
  done,
  loss,
  accuracy: done / 10,
  probe: digit === null ? null : { id, digit },
});

test("points add up, and one that came before is not added again", () => {
  const run = new Run(SUMMARY);
  run.take({ events: [point(0, 0.1), point(1, 0.2)], next: 2 });
  run.take({ events: [point(1, 0.2), point(2, 0.3)], next: 3 });
  assert.deepEqual(run.points.map(({ done }) => done), [0.1, 0.2, 0.3]);
  assert.equal(run.next, 3);
});

test("a run that was resumed goes on after its last finished epoch", () => {
  const run = new Run(SUMMARY);
  run.take({ events: [point(0, 1), point(1, 1.6), { n: 2, type: "stopped", epoch: 1 }], next: 3 });
  run.take({ events: [{ n: 3, type: "start", epochs: 3, resumed: 1 }, point(4, 1.1)], next: 5 });
  assert.deepEqual(run.points.map(({ done }) => done), [1, 1.1]);
});

test("the answer flips where it becomes another, for the drawing there is now", () => {
  const run = new Run(SUMMARY);
  const digits = [3, 3, 9, 7, 7];
  const old = point(0, 0.1, { digit: 5, id: 1 });
  const events = digits.map((digit, index) => point(index + 1, index + 1, { digit, id: 2 }));
  run.take({ events: [old, ...events], next: 6 });
  assert.deepEqual(run.flips.map(({ done, digit }) => [done, digit]), [[1, 3], [3, 9], [4, 7]]);
});

test("a drawing that the network has not read yet has no reading", () => {
  const run = new Run(SUMMARY);
  run.take({ events: [point(0, 0.1, { digit: 5, id: 1 })], next: 1, probe: { id: 2, seen: [] } });
  assert.equal(run.reading, null);
});

test("a drawing that is known comes without its picture and keeps it", () => {
  const run = new Run(SUMMARY);
  run.take({ probe: { id: 2, seen: [7] } });
  run.take({ probe: { id: 2 } });
  assert.deepEqual(run.probe.seen, [7]);
  run.take({ probe: null });
  assert.equal(run.probe, null);
});

test("a loss that is no number is not drawn", () => {
  const run = new Run(SUMMARY);
  run.take({ events: [point(0, 0.1), point(1, 0.2, { loss: null })], next: 2 });
  assert.deepEqual(listCurve(run, "loss"), [[0.1, 1]]);
  assert.deepEqual(listValidation(run, "loss"), []);
});

test("a run is diverged only if it failed so", () => {
  const run = new Run(SUMMARY);
  run.take({ state: "failed", events: [{ n: 0, type: "failed", reason: "nan", diverged: true }] });
  assert.equal(run.isDiverged, true);
  assert.equal(run.reason, "nan");
});

test("runs are named by what differs among them", () => {
  const one = new Run(SUMMARY);
  const other = new Run({ ...SUMMARY, id: "2", recipe: { learning_rate: 0.1, batch_size: 64 } });
  assert.equal(describe(one, [one]), "Logistic regression");
  assert.equal(describe(one, [one, other]), "learning rate 0.01");
  const twin = new Run({ ...SUMMARY, id: "3" });
  assert.match(describe(one, [one, twin]), /^Logistic regression, \d\d:00$/);
});
