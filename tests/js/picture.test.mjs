import assert from "node:assert/strict";
import { test } from "node:test";

import { clip, isPictureOf } from "../../static/js/picture.js";

const SIDE = 280;
const SIZE = { width: SIDE, height: SIDE };
const PEN = 18;
const DRAWINGS = {
  "a dot": [[[140, 140]]],
  "a dot in a corner": [[[0, 280]]],
  "a line shorter than the pen is wide": [[[30, 30], [33, 34]]],
  "a long line": [[[20, 20], [260, 250]]],
  "two strokes that cross": [[[140, 30], [140, 250]], [[30, 140], [250, 140]]],
  "a line that leaves the board and returns": [[[200, 100], [900, 100], [200, 140]]],
  "a line along the edge": [[[0, 0], [280, 0]]],
};

/** Pixels as a canvas draws strokes: ink by distance, one pixel of antialiasing at the edge. */
function draw(strokes, paint = (ink) => [0, 0, 0, Math.round(255 * ink)]) {
  const pixels = new Uint8ClampedArray(4 * SIDE * SIDE);
  for (let y = 0; y < SIDE; y += 1) {
    for (let x = 0; x < SIDE; x += 1) {
      const far = Math.min(...strokes.map((points) => distance([x + 0.5, y + 0.5], points)));
      const ink = Math.min(Math.max(PEN / 2 + 0.5 - far, 0), 1);
      pixels.set(paint(ink, x, y), 4 * (y * SIDE + x));
    }
  }
  return pixels;
}

function distance([x, y], points) {
  const ends = points.length > 1 ? points.slice(1) : points;
  return Math.min(...ends.map((end, index) => toSegment(x, y, points[index], end)));
}

function toSegment(x, y, [fromX, fromY], [toX, toY]) {
  const [alongX, alongY] = [toX - fromX, toY - fromY];
  const length = alongX ** 2 + alongY ** 2 || 1;
  const share = Math.min(Math.max(((x - fromX) * alongX + (y - fromY) * alongY) / length, 0), 1);
  return Math.hypot(x - fromX - share * alongX, y - fromY - share * alongY);
}

/** The same sequence each time, 0 to 255. */
function makeNoise() {
  let state = 1;
  return () => {
    state = (1103515245 * state + 12345) % 2 ** 31;
    return (state >> 16) & 255;
  };
}

const isShown = (pixels, strokes) => isPictureOf(pixels, strokes, SIZE, PEN);

for (const [what, strokes] of Object.entries(DRAWINGS)) {
  test(`the picture of ${what} is known again`, () => {
    assert.equal(isShown(draw(strokes), strokes), true);
  });

  test(`the picture of ${what} is known with a white sheet behind it`, () => {
    const onWhite = (ink) => [255 - 255 * ink, 255 - 255 * ink, 255 - 255 * ink, 255];
    assert.equal(isShown(draw(strokes, onWhite), strokes), true);
  });

  test(`the picture of ${what} is known under the noise of the lowest bits`, () => {
    const noise = makeNoise();
    const faint = (ink) => [0, 0, 0, Math.round(255 * ink) ^ (noise() & 3)];
    assert.equal(isShown(draw(strokes, faint), strokes), true);
  });

  for (const [kind, pixel] of Object.entries({
    "a white sheet": [255, 255, 255, 255],
    nothing: [0, 0, 0, 0],
    "a black sheet": [0, 0, 0, 255],
  })) {
    test(`${kind} in place of ${what} is noticed`, () => {
      const pixels = new Uint8ClampedArray(4 * SIDE * SIDE).map((_, at) => pixel[at % 4]);
      assert.equal(isShown(pixels, strokes), false);
    });
  }

  test(`noise in place of ${what} is noticed`, () => {
    const pixels = new Uint8ClampedArray(4 * SIDE * SIDE).map(makeNoise());
    assert.equal(isShown(pixels, strokes), false);
  });
}

test("the picture of another drawing is noticed", () => {
  assert.equal(isShown(draw(DRAWINGS["a long line"]), DRAWINGS["two strokes that cross"]), false);
});

test("a drawing without one of its strokes is noticed", () => {
  const strokes = DRAWINGS["two strokes that cross"];
  assert.equal(isShown(draw(strokes.slice(1)), strokes), false);
});

test("strokes on the board are not changed by clipping", () => {
  const strokes = [[[0, 0], [280, 280], [10.25, 3]], [[5, 5]]];
  assert.deepEqual(clip(strokes, SIZE), strokes);
});

test("a stroke ends where it leaves the board and begins anew where it returns", () => {
  const strokes = [[[100, 100], [300, 100], [300, 200], [200, 200]]];
  assert.deepEqual(clip(strokes, SIZE), [
    [[100, 100], [280, 100]],
    [[280, 200], [200, 200]],
  ]);
});

test("a stroke that only crosses the board leaves the part on it", () => {
  assert.deepEqual(clip([[[-100, -50], [300, 150]]], SIZE), [[[0, 0], [280, 140]]]);
});

test("what lies beside the board is dropped", () => {
  const strokes = [[[300, 10]], [[-5, 0], [-5, 280]], [[290, -20], [400, 400]]];
  assert.deepEqual(clip(strokes, SIZE), []);
});

test("the picture of a wide board is known again, and ink at its right end is noticed", () => {
  const size = { width: 60, height: 20 };
  const pixels = new Uint8ClampedArray(4 * size.width * size.height);
  const strokes = [[[50, 10]]];
  for (let y = 6; y < 15; y += 1) {
    for (let x = 46; x < 55; x += 1) pixels[4 * (y * size.width + x) + 3] = 255;
  }
  assert.equal(isPictureOf(pixels, strokes, size, 10), true);
  assert.equal(isPictureOf(pixels, [[[10, 10]]], size, 10), false);
});

test("strokes can be clipped to any part of the board", () => {
  const area = { left: 100, top: 50, width: 80, height: 60 };
  assert.deepEqual(clip([[[0, 80], [280, 80]], [[120, 40]], [[120, 60]]], area), [
    [[100, 80], [180, 80]],
    [[120, 60]],
  ]);
});
