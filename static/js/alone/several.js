import { PEN_WIDTH } from "../board.js";

const MOST_ACROSS = 1.5; // times its height: no single digit is so wide

/**
 * Whether a drawing is clearly more than one digit: there is paper from top to bottom between its
 * strokes, as wide as the pen, or it is much wider than high. What this misses is read as one digit.
 *
 * @param strokes each a list of points [x, y] in board pixels
 */
export function areSeveral(strokes) {
  if (!strokes.length) return false;
  const [xs, ys] = [0, 1].map((axis) => strokes.map((points) => span(points, axis)));
  return hasGap(xs) || extent(xs) > MOST_ACROSS * extent(ys);
}

/** From where to where the pen's ink reaches. */
function span(points, axis) {
  const places = points.map((point) => point[axis]);
  return [Math.min(...places) - PEN_WIDTH / 2, Math.max(...places) + PEN_WIDTH / 2];
}

function hasGap(spans) {
  const sorted = [...spans].sort(([one], [other]) => one - other);
  let reach = sorted[0][1];
  return sorted.some(([from, to]) => {
    const isBeyond = from - reach >= PEN_WIDTH;
    reach = Math.max(reach, to);
    return isBeyond;
  });
}

function extent(spans) {
  return Math.max(...spans.map(([, to]) => to)) - Math.min(...spans.map(([from]) => from));
}
