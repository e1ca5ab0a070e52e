import { clip } from "./picture.js";

// As far as the server draws strokes; of a longer scribble it gets the picture alone.
const MOST_POINTS = 10_000;
const LONGEST = 100_000; // board pixels

/**
 * Promises what is sent of the drawing as it is now: the picture of the canvas and its strokes,
 * which say what belongs together where there are several digits; the strokes alone where a browser
 * hides its canvas.
 */
export async function takeDrawing(board, readOut) {
  const strokes = clip(board.strokes, board.size); // now: the pen may go on while the picture is read
  const drawing = await readOut.take();
  return strokes.length && isModest(strokes) ? { strokes, ...drawing } : drawing;
}

function isModest(strokes) {
  const count = strokes.reduce((sum, points) => sum + points.length, 0);
  return count <= MOST_POINTS && strokes.reduce((sum, points) => sum + measure(points), 0) <= LONGEST;
}

function measure(points) {
  return points.slice(1).reduce((sum, [x, y], index) => {
    const [fromX, fromY] = points[index];
    return sum + Math.hypot(x - fromX, y - fromY);
  }, 0);
}
