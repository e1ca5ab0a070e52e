/**
 * Changes to a 28 × 28 image, 784 levels of 0 to 255, row by row: nothing here knows of the page.
 * Outside the image is paper. Each function returns new levels and leaves its own alone.
 */

const SIDE = 28;
const CENTRE = 14; // the pixel on which MNIST's makers put the centre of mass (ml/preprocess.py)
const DIRECTIONS = 16; // around a pixel, in which a thicker or thinner pen is looked for
const RUBBER = 1.5; // pixels: the eraser's radius
const NARROWEST = Math.SQRT2; // of the eraser: all four neighbours of a place between pixels

/** What changes nothing: pixels, degrees clockwise, per cent, and pixels of the pen's width. */
export const UNCHANGED = { across: 0, down: 0, turn: 0, scale: 100, thickness: 0 };

/**
 * The image with a thicker or thinner pen, without what was erased, and then moved: all movements
 * in one go, as each sampling between pixels blurs a little.
 *
 * @param erased 784 numbers, 1 where the eraser was, before the image was moved
 */
export function changeImage(levels, changes, erased = null) {
  const { thickness, ...movement } = { ...UNCHANGED, ...changes };
  const thick = thickness < 0 ? thin(levels, -thickness) : thicken(levels, thickness);
  return move(erased ? thick.map((level, index) => (erased[index] ? 0 : level)) : thick, movement);
}

/** Scales and turns the image about pixel 14, then nudges it across and down. */
export function move(levels, { across = 0, down = 0, turn = 0, scale = 100 }) {
  const movement = { across, down, turn, scale };
  return mapPixels((x, y) => {
    const from = findSource(x, y, movement);
    return sample(levels, from.x, from.y);
  });
}

/** Every stroke becomes wider by so many pixels: half at either side. */
export function thicken(levels, pixels) {
  return pixels ? compareAround(levels, pixels / 2, Math.max) : Uint8Array.from(levels);
}

/** Every stroke becomes narrower by so many pixels: half at either side. */
export function thin(levels, pixels) {
  return pixels ? compareAround(levels, pixels / 2, Math.min) : Uint8Array.from(levels);
}

/**
 * What is erased once the eraser was put on a place of the moved image: a disc where that place
 * was before, so that it moves along with the ink.
 */
export function erase(erased, { x, y }, changes) {
  const { scale, ...movement } = { ...UNCHANGED, ...changes };
  const from = findSource(x, y, { ...movement, scale });
  const radius = Math.max((100 * RUBBER) / scale, NARROWEST);
  return mapPixels((column, row) => {
    const isNear = Math.hypot(column - from.x, row - from.y) <= radius;
    return isNear ? 1 : erased[SIDE * row + column];
  });
}

/** The level at a place between pixels (bilinear: the four around it, each by how near it is). */
export function sample(levels, x, y) {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const [right, below] = [x - left, y - top];
  const upper = (1 - right) * levelAt(levels, left, top) + right * levelAt(levels, left + 1, top);
  const lower =
    (1 - right) * levelAt(levels, left, top + 1) + right * levelAt(levels, left + 1, top + 1);
  return (1 - below) * upper + below * lower;
}

/** Where a place of the moved image was before. */
function findSource(x, y, { across, down, turn, scale }) {
  const [right, below] = [x - CENTRE - across, y - CENTRE - down];
  const angle = (turn * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return {
    x: CENTRE + (100 * (cos * right + sin * below)) / scale,
    y: CENTRE + (100 * (cos * below - sin * right)) / scale,
  };
}

/** Each pixel's level, or the most extreme one on the circle of this radius around it. */
function compareAround(levels, radius, choose) {
  const around = Array.from({ length: DIRECTIONS }, (_, index) => {
    const angle = (2 * Math.PI * index) / DIRECTIONS;
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  });
  return mapPixels((x, y) => {
    const found = around.map(([right, below]) => sample(levels, x + right, y + below));
    return choose(levels[SIDE * y + x], ...found);
  });
}

function mapPixels(levelOf) {
  return Uint8Array.from({ length: SIDE * SIDE }, (_, index) =>
    Math.round(levelOf(index % SIDE, Math.floor(index / SIDE))),
  );
}

function levelAt(levels, x, y) {
  return x < 0 || y < 0 || x >= SIDE || y >= SIDE ? 0 : levels[SIDE * y + x];
}
