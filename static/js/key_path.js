const SMOOTHED = 8; // px: a shorter step is drawn straight, as its corners hide under the pen
const PIECES = 6; // straight pieces of a smoothed step
const MOMENTUM = 0.5; // how far a step keeps the former direction: more swings out at corners

/**
 * The path of a pen that keys move: it passes through every place that the keys name, and bends
 * from one step's direction into the next instead of turning sharply.
 *
 * Each step is a cubic Hermite curve. It leaves in the former step's direction and arrives in its
 * own, so a step can be drawn before the next one is known, and the ink ends where the cursor is.
 */
export class KeyPath {
  #point;
  #direction = null;

  constructor(point) {
    this.#point = point;
  }

  /** @returns the points to draw after the last ones */
  moveTo(end) {
    const start = this.#point;
    const step = { x: end.x - start.x, y: end.y - start.y };
    const length = Math.hypot(step.x, step.y);
    if (length === 0) return [];
    const leaving = scale(this.#direction ?? step, length);
    this.#point = end;
    this.#direction = step;
    if (length < SMOOTHED) return [end];
    return bend(start, end, leaving, step);
  }
}

function scale({ x, y }, length) {
  const factor = length / Math.hypot(x, y);
  return { x: x * factor, y: y * factor };
}

function bend(start, end, leaving, arriving) {
  const points = [];
  for (let piece = 1; piece <= PIECES; piece += 1) {
    const t = piece / PIECES;
    const rest = 1 - t;
    const [near, far] = [rest * rest * (1 + 2 * t), t * t * (3 - 2 * t)];
    const [out, into] = [MOMENTUM * t * rest * rest, -MOMENTUM * t * t * rest];
    const along = (axis) =>
      near * start[axis] + far * end[axis] + out * leaving[axis] + into * arriving[axis];
    points.push({ x: along("x"), y: along("y") });
  }
  return points;
}
