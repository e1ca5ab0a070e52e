/**
 * Canvas or strokes -> ink: `{ data, width, height }` with grey levels row by row, 0 = paper and
 * 255 = ink. The same ink that the server finds in the canvas's PNG (ml/ink.py) or draws from the
 * strokes itself (ml/strokes.py).
 */

export const BOARD_SIDE = 280;
export const PEN_WIDTH = 18;

const LARGEST = 1024; // px a side of a drawing that leaves the board
const ALIKE = 32; // levels by which two kinds of paper may differ
const FRAME_DEPTH = 0.1; // of the shorter side: a frame is thinner
const FRAME_SHARE = 0.9; // of a ring's pixels that have the paper's level inside a frame
const LINE_DEPTH = 0.04; // of the shorter side: a line along one edge alone
const LINE_SHARE = 0.98; // of an edge that a line covers
const FAINT = 0.23; // of the darkest pixel: less is the fringe of antialiasing

/**
 * The ink of our own canvas: strokes of one colour on transparency.
 *
 * @param pixels an ImageData, or the like: RGBA in `data`, `width` and `height`
 */
export function takeInk({ data, width, height }) {
  const alpha = new Uint8Array(width * height);
  for (let at = 0; at < alpha.length; at += 1) alpha[at] = data[4 * at + 3];
  const picture = { data: alpha, width, height };
  // Alpha is the ink, as long as most of the border is paper. Where most of it is inked, ink is
  // what differs from the border, for the server cannot know that the picture isn't inverted.
  return findPaper(picture) === 0 ? picture : differFromPaper(picture);
}

function differFromPaper(picture) {
  const depth = findFrame(picture);
  const inner = crop(picture, depth);
  const paper = findPaper(inner);
  const differing = { ...inner, data: inner.data.map((level) => Math.abs(level - paper)) };
  return pad(clearLines(differing), depth);
}

/** The median level of a picture's border. */
function findPaper(picture) {
  const border = takeRing(picture, 0).sort();
  return border[border.length >> 1];
}

/** The pixels at a distance from the edge. */
function takeRing({ data, width, height }, depth) {
  const ring = [];
  const [right, bottom] = [width - 1 - depth, height - 1 - depth];
  const take = (y, x) => ring.push(data[y * width + x]);
  for (let x = depth; x <= right; x += 1) [depth, bottom].forEach((y) => take(y, x));
  for (let y = depth + 1; y < bottom; y += 1) [depth, right].forEach((x) => take(y, x));
  return Uint8Array.from(ring);
}

/** How many pixels deep a frame around the picture is; 0 if there is none. */
function findFrame(picture) {
  const { data, width, height } = picture;
  const sample = data.filter((_, at) => (at % width) % 4 === 0 && Math.floor(at / width) % 4 === 0);
  const paper = findMedian(sample);
  if (Math.abs(findPaper(picture) - paper) <= ALIKE) return 0;
  const side = Math.min(width, height);
  const deepest = Math.min(Math.max(2, Math.floor(FRAME_DEPTH * side)) + 1, (side - 1) >> 1);
  for (let depth = 1; depth <= deepest; depth += 1) {
    const ring = takeRing(picture, depth);
    const alike = ring.reduce((sum, level) => sum + (Math.abs(level - paper) <= ALIKE ? 1 : 0), 0);
    if (alike / ring.length >= FRAME_SHARE) return depth;
  }
  return 0;
}

/** The middle level; of an even number the mean of the middle two, rounded down. */
function findMedian(levels) {
  const sorted = levels.sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) >> 1;
}

function crop({ data, width, height }, depth) {
  const rows = [];
  for (let y = depth; y < height - depth; y += 1) {
    rows.push(...data.subarray(y * width + depth, (y + 1) * width - depth));
  }
  return { data: Uint8Array.from(rows), width: width - 2 * depth, height: height - 2 * depth };
}

function pad({ data, width, height }, depth) {
  const wide = width + 2 * depth;
  const padded = new Uint8Array(wide * (height + 2 * depth));
  for (let y = 0; y < height; y += 1) {
    padded.set(data.subarray(y * width, (y + 1) * width), (y + depth) * wide + depth);
  }
  return { data: padded, width: wide, height: height + 2 * depth };
}

/** The ink without lines that run along a whole edge, such as a cell's of a grid. */
function clearLines(ink) {
  const { width, height } = ink;
  const data = ink.data.slice();
  const faint = findPeak(data) * FAINT;
  const limit = Math.max(2, Math.floor(LINE_DEPTH * Math.min(width, height)));
  // Each edge as [lines, pixels of a line, where a pixel of a line lies].
  const edges = [
    [height, width, (line, at) => line * width + at],
    [height, width, (line, at) => (height - 1 - line) * width + at],
    [width, height, (line, at) => at * width + line],
    [width, height, (line, at) => at * width + width - 1 - line],
  ];
  for (const edge of edges) clearLine(data, faint, limit, edge);
  return data.some((level) => level > faint) ? { data, width, height } : ink;
}

function clearLine(data, faint, limit, [lines, length, place]) {
  const isFull = (line) => {
    let inked = 0;
    for (let at = 0; at < length; at += 1) inked += data[place(line, at)] > faint ? 1 : 0;
    return inked / length >= LINE_SHARE;
  };
  if (!isFull(0)) return;
  let thickness = 0;
  for (let line = 0; line < Math.min(limit + 2, lines); line += 1) {
    if (isFull(line)) thickness += 1;
  }
  if (thickness > limit) return;
  for (let line = 0; line <= Math.min(thickness, lines - 1); line += 1) { // and its fringe
    for (let at = 0; at < length; at += 1) data[place(line, at)] = 0;
  }
}

function findPeak(levels) {
  let peak = 0;
  for (const level of levels) if (level > peak) peak = level;
  return peak;
}

/**
 * Draws strokes `[[[x, y], …], …]` in board pixels with the page's pen, for browsers that hide
 * their canvas. The picture grows beyond the board where strokes leave it.
 */
export function drawInk(strokes) {
  const points = strokes.flat();
  const [left, width] = findExtent(points.map(([x]) => x));
  const [top, height] = findExtent(points.map(([, y]) => y));
  const scale = Math.min(1, LARGEST / Math.max(width, height));
  const picture = makePaper(Math.ceil(width * scale), Math.ceil(height * scale));
  for (const stroke of strokes) {
    const moved = stroke.map(([x, y]) => [(x - left) * scale, (y - top) * scale]);
    drawStroke(picture, moved, (PEN_WIDTH / 2) * scale);
  }
  const data = Uint8Array.from(picture.paper, (share) => Math.round(255 * (1 - share)));
  return { data, width: picture.width, height: picture.height };
}

/** Where the picture begins on one axis and how long it is: the board, or more. */
function findExtent(places) {
  const low = places.reduce((least, place) => Math.min(least, place), 0);
  const high = places.reduce((most, place) => Math.max(most, place), BOARD_SIDE);
  const start = low < 0 ? Math.floor(low - PEN_WIDTH) : 0;
  const end = high > BOARD_SIDE ? Math.ceil(high + PEN_WIDTH) : BOARD_SIDE;
  return [start, end - start];
}

/** A picture as the share of paper that still shows at each pixel. */
function makePaper(width, height) {
  const paper = new Float32Array(width * height).fill(1);
  return { paper, squared: new Float32Array(width * height), width, height };
}

/** Covers a pixel as far as the stroke's edge is off its middle: half where it lies on it. */
function drawStroke({ paper, squared, width, height }, points, radius) {
  squared.fill(Infinity); // px² to the nearest segment
  const ends = points.length > 1 ? points.slice(1) : points; // one point is a dot
  ends.forEach((end, index) => measureSegment(squared, width, height, points[index], end, radius));
  for (let at = 0; at < paper.length; at += 1) {
    const covered = Math.min(Math.max(radius + 0.5 - Math.sqrt(squared[at]), 0), 1);
    paper[at] *= 1 - covered;
  }
}

/** Notes at each pixel near a segment its squared distance, where that is the least so far. */
function measureSegment(squared, width, height, [x, y], [endX, endY], radius) {
  const [left, right] = findReach(x, endX, radius, width);
  const [top, bottom] = findReach(y, endY, radius, height);
  const length = Math.hypot(endX - x, endY - y);
  const [unitX, unitY] = length ? [(endX - x) / length, (endY - y) / length] : [1, 0];
  for (let row = top; row < bottom; row += 1) {
    for (let column = left; column < right; column += 1) {
      const [dx, dy] = [column + 0.5 - x, row + 0.5 - y];
      const along = dx * unitX + dy * unitY;
      const beyond = along - Math.min(Math.max(along, 0), length);
      const across = dy * unitX - dx * unitY;
      const at = row * width + column;
      squared[at] = Math.min(squared[at], beyond * beyond + across * across);
    }
  }
}

function findReach(start, end, radius, limit) {
  const clip = (place) => Math.min(Math.max(place, 0), limit);
  const [low, high] = [Math.min(start, end), Math.max(start, end)];
  return [clip(Math.floor(low - radius - 1)), clip(Math.ceil(high + radius + 1))];
}
