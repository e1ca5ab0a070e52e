import { round } from "./stroke.js";

/**
 * Whether a picture shows the strokes that were drawn, and nothing else, as a canvas draws them.
 *
 * Every point of the pen must be ink, and every pixel that no stroke comes near must be paper. What
 * lies between, the edges of the strokes, may differ from one browser to another, and so may the
 * faintest noise: the server takes neither for ink.
 */

const CELL = 10; // pixels: paper is looked for in squares of this side
const PAPER = 48; // of 255: fainter than this is still paper to the server
const INK = 192; // of 255: fainter than this is not the pen's black

/**
 * @param pixels RGBA, as ImageData has them
 * @param strokes each a list of points [x, y] in these pixels
 * @param size { width, height } of the picture
 */
export function isPictureOf(pixels, strokes, size, penWidth) {
  const levelAt = (x, y) => measureInk(pixels, 4 * (y * size.width + x));
  return isInk(levelAt, strokes, size) && isPaperElsewhere(levelAt, strokes, size, penWidth);
}

function isInk(levelAt, strokes, size) {
  const pixelOf = (number, side) => Math.min(Math.floor(number), side - 1);
  const isMarked = ([x, y]) =>
    !isWithin([x, y], size) || levelAt(pixelOf(x, size.width), pixelOf(y, size.height)) >= INK;
  return strokes.every((points) => points.every(isMarked));
}

function isPaperElsewhere(levelAt, strokes, size, penWidth) {
  const [across, down] = [size.width, size.height].map((side) => Math.ceil(side / CELL));
  const isNear = markNear(strokes, [across, down], penWidth / 2 + 1);
  for (let y = 0; y < size.height; y += 1) {
    for (let x = 0; x < size.width; x += 1) {
      const cell = Math.floor(y / CELL) * across + Math.floor(x / CELL);
      if (!isNear[cell] && levelAt(x, y) > PAPER) return false;
    }
  }
  return true;
}

/** Marks each cell that ink may reach: `reach` pixels around every place along the strokes. */
function markNear(strokes, [across, down], reach) {
  const isNear = new Uint8Array(across * down);
  const cellOf = (number, count) => Math.min(Math.max(Math.floor(number / CELL), 0), count - 1);
  const mark = (x, y) => {
    const [left, right] = [cellOf(x - reach, across), cellOf(x + reach, across)];
    for (let row = cellOf(y - reach, down); row <= cellOf(y + reach, down); row += 1) {
      isNear.fill(1, row * across + left, row * across + right + 1);
    }
  };
  for (const points of strokes) walk(points, CELL, mark);
  return isNear;
}

/** Calls `visit` with places along a stroke that are at most `step` apart. */
function walk(points, step, visit) {
  let [fromX, fromY] = points[0];
  for (const [x, y] of points) {
    const steps = Math.ceil(Math.hypot(x - fromX, y - fromY) / step) || 1;
    for (let index = 0; index <= steps; index += 1) {
      visit(fromX + ((x - fromX) * index) / steps, fromY + ((y - fromY) * index) / steps);
    }
    [fromX, fromY] = [x, y];
  }
}

/** The ink of one pixel, 0 to 255: dark on anything, or anything on nothing. */
function measureInk(pixels, at) {
  const brightness = (pixels[at] + pixels[at + 1] + pixels[at + 2]) / 3;
  return (pixels[at + 3] * (255 - brightness)) / 255;
}

/**
 * The strokes without what was drawn beside the board: a pen that is dragged off it goes on, but
 * the page shows none of that.
 *
 * @param area { width, height } of the board or, with `left` and `top`, any part of it
 */
export function clip(strokes, area) {
  return strokes.flatMap((points) => clipStroke(points, area));
}

function clipStroke(points, area) {
  if (points.length === 1) return isWithin(points[0], area) ? [points] : [];
  const parts = [];
  for (let index = 1; index < points.length; index += 1) {
    const inside = clipSegment(points[index - 1], points[index], area);
    if (!inside) continue;
    const [from, to] = inside;
    const part = parts[parts.length - 1];
    const isContinued = part && index > 1 && isSame(part[part.length - 1], from);
    if (isContinued) part.push(to);
    else parts.push([from, to]);
  }
  return parts;
}

/** The part of a segment that is on the board, or null (Liang and Barsky, 1984). */
function clipSegment([x, y], [endX, endY], { left = 0, top = 0, width, height }) {
  const [acrossX, acrossY] = [endX - x, endY - y];
  let [start, end] = [0, 1];
  for (const [step, room] of [
    [-acrossX, x - left],
    [acrossX, left + width - x],
    [-acrossY, y - top],
    [acrossY, top + height - y],
  ]) {
    if (step === 0 && room < 0) return null;
    if (step < 0) start = Math.max(start, room / step);
    if (step > 0) end = Math.min(end, room / step);
  }
  if (start > end) return null;
  const at = (share) => [round(x + share * acrossX), round(y + share * acrossY)];
  return [at(start), at(end)];
}

/** Whether a point lies in an area, edges included. */
export function isWithin([x, y], { left = 0, top = 0, width, height }) {
  return x >= left && y >= top && x <= left + width && y <= top + height;
}

function isSame([x, y], [otherX, otherY]) {
  return x === otherX && y === otherY;
}
