import assert from "node:assert/strict";
import { test } from "node:test";

import { Stroke } from "../../static/js/stroke.js";

function pathOf(first, ...others) {
  const stroke = new Stroke(first);
  for (const point of others) stroke.add(point);
  return stroke.path;
}

test("a stroke of several points is a line from each to the next", () => {
  const path = pathOf({ x: 1, y: 2 }, { x: 30, y: 2 }, { x: 30, y: 40 });
  assert.equal(path, "M1 2L30 2L30 40");
});

test("a stroke of one point is a very short line, which round caps turn into a dot", () => {
  assert.equal(pathOf({ x: 140, y: 70 }), "M140 70h0.01");
});

test("a point repeated at once adds nothing", () => {
  const point = { x: 5, y: 6 };
  assert.equal(pathOf(point, point), "M5 6h0.01");
  assert.equal(pathOf(point, { x: 7, y: 6 }, { x: 7, y: 6 }), "M5 6L7 6");
});

test("a point that shares only one coordinate with the last is added", () => {
  assert.equal(pathOf({ x: 5, y: 6 }, { x: 5, y: 7 }), "M5 6L5 7");
  assert.equal(pathOf({ x: 5, y: 6 }, { x: 6, y: 6 }), "M5 6L6 6");
});

test("a stroke may come back to a point it has left", () => {
  assert.equal(pathOf({ x: 5, y: 6 }, { x: 7, y: 6 }, { x: 5, y: 6 }), "M5 6L7 6L5 6");
});

test("coordinates are rounded to hundredths of a pixel", () => {
  assert.equal(pathOf({ x: 1 / 3, y: 200 / 3 }, { x: 9.996, y: -0.126 }), "M0.33 66.67L10 -0.13");
});

test("points that round to the same place are repetitions", () => {
  assert.equal(pathOf({ x: 1.001, y: 2 }, { x: 1.004, y: 2.002 }), "M1 2h0.01");
});

test("a stroke gives its points as pairs, rounded and without repetitions", () => {
  const stroke = new Stroke({ x: 1 / 3, y: 2 });
  for (const point of [{ x: 0.334, y: 2 }, { x: 30, y: -0.126 }]) stroke.add(point);
  assert.deepEqual(stroke.points, [[0.33, 2], [30, -0.13]]);
});

test("the points that were given stay when the stroke goes on", () => {
  const stroke = new Stroke({ x: 1, y: 2 });
  const { points } = stroke;
  stroke.add({ x: 3, y: 4 });
  assert.deepEqual(points, [[1, 2]]);
});

test("whoever was given the points may change them: the stroke stays as it is", () => {
  const stroke = new Stroke({ x: 1, y: 2 });
  stroke.points[0][0] = -999;
  assert.deepEqual(stroke.points, [[1, 2]]);
});

for (const points of [[[5, 6]], [[1, 2], [30.25, 2]]]) {
  test(`a stroke through the points of another is its equal: ${JSON.stringify(points)}`, () => {
    const [first, ...others] = points.map(([x, y]) => ({ x, y }));
    const copy = Stroke.through(points);
    assert.equal(copy.path, pathOf(first, ...others));
    assert.deepEqual(copy.points, points);
  });
}

test("a stroke reaches as far as it could be seen on the board that it was drawn on", () => {
  const points = [[250, 10], [400, 10]];
  assert.equal(Stroke.through(points, 280).reach, 280);
  assert.equal(Stroke.through(points, 840).reach, 400);
});
