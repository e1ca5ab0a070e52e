/** A drawing stretched towards a square, as the second half of the board's network sees it. */

import { IMAGE_SIDE } from "./fit.js";

const BOX_SIDE = 20;
const EDGE_PERCENT = 23; // of the darkest pixel: fainter ink is the fringe of antialiasing
const MOST = 2; // a side becomes at most this many times as long: a 1 stays a line

/**
 * Stretches the ink to fill 20 × 20 pixels in the middle (`stretch` of ml/networks/board_cnn.py).
 *
 * @param seen 784 levels @returns 784 levels, not rounded
 */
export function stretch(seen) {
  const rows = findSources(seen, IMAGE_SIDE, 1);
  const columns = findSources(seen, 1, IMAGE_SIDE);
  return Float64Array.from(seen, (_, at) => {
    const [y, x] = [rows[Math.floor(at / IMAGE_SIDE)], columns[at % IMAGE_SIDE]];
    return interpolate(y, (row) => interpolate(x, (column) => seen[row * IMAGE_SIDE + column]));
  });
}

/** Where in the drawing each line of the result comes from, between pixels. */
function findSources(seen, lineStep, pixelStep) {
  const darkest = Array.from({ length: IMAGE_SIDE }, (_, line) => {
    let level = 0;
    for (let pixel = 0; pixel < IMAGE_SIDE; pixel += 1) {
      level = Math.max(level, seen[line * lineStep + pixel * pixelStep]);
    }
    return level;
  });
  const faint = Math.max(...darkest) * EDGE_PERCENT;
  const inked = darkest.map((level) => level * 100 > faint);
  const [first, last] = [inked.indexOf(true), inked.lastIndexOf(true)];
  const step = Math.max((last + 1 - first) / BOX_SIDE, 1 / MOST);
  const middle = (first + last) / 2;
  return darkest.map((_, line) => middle + step * (line - (IMAGE_SIDE - 1) / 2));
}

/** The value between two pixels of a line; beyond the line lies paper. */
function interpolate(source, valueAt) {
  const before = Math.floor(source);
  const share = source - before;
  const safe = (pixel) => (pixel >= 0 && pixel < IMAGE_SIDE ? valueAt(pixel) : 0);
  return share ? (1 - share) * safe(before) + share * safe(before + 1) : safe(before);
}
