import assert from "node:assert/strict";
import { test } from "node:test";

import { KeyPath } from "../../static/js/key_path.js";

const START = { x: 100, y: 100 };

function trace(...ends) {
  const path = new KeyPath(START);
  return [START, ...ends.flatMap((end) => path.moveTo(end))];
}

/** The sharpest turn of a line, in degrees. */
function sharpest(points) {
  const angles = points.slice(1).map(({ x, y }, index) =>
    Math.atan2(y - points[index].y, x - points[index].x));
  const turns = angles.slice(1).map((angle, index) => {
    const turn = Math.abs(angle - angles[index]);
    return Math.min(turn, 2 * Math.PI - turn);
  });
  return (Math.max(...turns) * 180) / Math.PI;
}

test("the ink ends where the cursor is, whatever the step", () => {
  for (const step of [4, 20]) {
    for (const [right, down] of [[1, 0], [1, 1], [0, -1], [-1, 1]]) {
      const end = { x: 120 + right * step, y: 100 + down * step };
      assert.deepEqual(trace({ x: 120, y: 100 }, end).at(-1), end);
    }
  }
});

test("steps in one direction are a straight line", () => {
  const points = trace({ x: 120, y: 100 }, { x: 140, y: 100 }, { x: 160, y: 100 });
  assert.ok(points.every(({ y }) => Math.abs(y - 100) < 1e-9));
  assert.ok(points.slice(1).every(({ x }, index) => x > points[index].x));
});

test("a turn is spread over the next step", () => {
  const points = trace({ x: 120, y: 100 }, { x: 140, y: 120 }, { x: 140, y: 140 });
  assert.ok(sharpest(points) < 25, `turned by ${sharpest(points)}° at once`);
});

test("a step that goes nowhere, at the board's edge, draws nothing", () => {
  const path = new KeyPath(START);
  assert.deepEqual(path.moveTo({ ...START }), []);
  assert.deepEqual(path.moveTo({ x: 104, y: 100 }), [{ x: 104, y: 100 }]);
});
