/**
 * Ink -> the 28 × 28 pixels that a network is given: MNIST's own recipe, byte for byte what
 * ml/preprocess.py makes. All sums are whole numbers below 2^53, which a number holds exactly, so
 * that no tie is rounded one way here and the other way there.
 */

export const IMAGE_SIDE = 28;

const BOX_SIDE = 20;
const CENTRE = 14; // pixel that the centre of mass falls on, to the nearest whole pixel
const EDGE_PERCENT = 23; // of the darkest pixel: fainter ink is the fringe of antialiasing
const FAINTEST_PEAK = 24; // a drawing fainter than this has no ink that a person would see
const SMALLEST_PART = 8; // a drawing smaller than an eighth of the board is a tap or a slip

/** Whether a board holds too little ink to be a digit: nothing, or a tap. */
export function isBlank(ink) {
  const box = findBox(ink);
  if (!box) return true;
  const longest = Math.max(box.width, box.height);
  return longest * SMALLEST_PART < Math.min(ink.width, ink.height);
}

/** @returns Uint8Array(784): the longest side of the ink spans 20 px, the darkest pixel is 255 */
export function fitInk(ink) {
  const box = findBox(ink);
  if (!box) throw new Error("there is no ink to fit");
  return pasteCentred(stretchToFull(sumAreas(ink, box)));
}

/** The tight box of the ink; null if there is none. */
function findBox({ data, width, height }) {
  let peak = 0;
  for (let at = 0; at < data.length; at += 1) if (data[at] > peak) peak = data[at];
  if (peak < FAINTEST_PEAK) return null;
  const faint = divide(peak * EDGE_PERCENT, 100);
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      if (data[y * width + x] <= faint) continue;
      if (x < left) left = x;
      if (x >= right) right = x + 1;
      if (y < top) top = y;
      bottom = y + 1;
    }
  }
  return { left, top, width: right - left, height: bottom - top };
}

/**
 * Sums the ink over the 20 × 20 cells of a square of N × N pixels: the box, padded with paper on
 * the right or below. A pixel is 20 units long and a cell N, so that both begin and end at whole
 * units, and each pixel counts as many times as there are units of it in the cell.
 */
function sumAreas(ink, box) {
  const side = Math.max(box.width, box.height);
  const lines = new Float64Array(BOX_SIDE * box.width);
  forEachOverlap(side, box.height, (cell, y, units) => {
    const start = (box.top + y) * ink.width + box.left;
    for (let x = 0; x < box.width; x += 1) {
      lines[cell * box.width + x] += units * ink.data[start + x];
    }
  });
  const sums = new Float64Array(BOX_SIDE * BOX_SIDE);
  forEachOverlap(side, box.width, (cell, x, units) => {
    for (let row = 0; row < BOX_SIDE; row += 1) {
      sums[row * BOX_SIDE + cell] += units * lines[row * box.width + x];
    }
  });
  return sums;
}

/** Tells each cell and pixel of a line of `pixels` that overlap, and by how many units. */
function forEachOverlap(side, pixels, tell) {
  for (let cell = 0; cell < BOX_SIDE; cell += 1) {
    const [start, stop] = [cell * side, (cell + 1) * side];
    for (let pixel = divide(start, BOX_SIDE); pixel < pixels; pixel += 1) {
      const [first, last] = [pixel * BOX_SIDE, (pixel + 1) * BOX_SIDE];
      if (first >= stop) break;
      tell(cell, pixel, Math.min(stop, last) - Math.max(start, first));
    }
  }
}

/** Stretches sums so that the largest is 255, rounded to the nearest, a half upwards. */
function stretchToFull(sums) {
  const largest = sums.reduce((most, sum) => Math.max(most, sum), 0);
  return Uint8Array.from(sums, (sum) => divide(510 * sum + largest, 2 * largest));
}

/** Pastes 20 × 20 pixels into 28 × 28 by the whole-pixel shift that centres their mass. */
function pasteCentred(small) {
  const image = new Uint8Array(IMAGE_SIDE * IMAGE_SIDE);
  const [rows, columns] = [new Array(BOX_SIDE).fill(0), new Array(BOX_SIDE).fill(0)];
  small.forEach((level, at) => {
    rows[Math.floor(at / BOX_SIDE)] += level;
    columns[at % BOX_SIDE] += level;
  });
  const [down, right] = [findShift(rows), findShift(columns)];
  small.forEach((level, at) => {
    if (level === 0) return; // paper may fall off the edge
    const [y, x] = [Math.floor(at / BOX_SIDE) + down, (at % BOX_SIDE) + right];
    image[y * IMAGE_SIDE + x] = level;
  });
  return image;
}

/** The shift that takes the centre of mass to pixel 14, bounded so that no ink is lost. */
function findShift(masses) {
  const total = masses.reduce((sum, mass) => sum + mass, 0);
  const moment = masses.reduce((sum, mass, place) => sum + mass * place, 0);
  const shift = roundToEven(CENTRE * total - moment, total);
  const first = masses.findIndex((mass) => mass > 0);
  const last = BOX_SIDE - 1 - [...masses].reverse().findIndex((mass) => mass > 0);
  return Math.min(Math.max(shift, -first), IMAGE_SIDE - 1 - last);
}

/** A quotient of whole numbers, rounded to the nearest; a half goes to the even neighbour. */
function roundToEven(dividend, divisor) {
  const rounded = divide(2 * dividend + divisor, 2 * divisor);
  const isHalf = 2 * dividend + divisor === rounded * 2 * divisor;
  return isHalf && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

/** A quotient of whole numbers, rounded down. */
function divide(dividend, divisor) {
  const rest = dividend % divisor; // exact, as is what follows
  return (dividend - rest) / divisor - (rest < 0 ? 1 : 0);
}
