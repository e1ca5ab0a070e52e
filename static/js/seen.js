import { getContext } from "./context.js";
import { paintLevels } from "./grey.js";

const SIDE = 28;
const GRID = `${SIDE} by ${SIDE} pixels`;

/** Paints a 28 × 28 image, 784 levels of 0 to 255, pixel for pixel. */
export function paint(canvas, levels) {
  paintLevels(canvas, levels, [SIDE, SIDE]);
}

/** The 28 × 28 image that the network was given, pixel for pixel, and what it holds in words. */
export class Seen {
  #canvas;
  #words;
  #empty;

  /** @param words the element that says what the image holds; at first, that it is empty */
  constructor(canvas, words) {
    this.#canvas = canvas;
    this.#words = words;
    this.#empty = words.textContent.trim();
  }

  show(levels) {
    this.#tell(levels);
    paint(this.#canvas, levels);
  }

  clear() {
    getContext(this.#canvas)?.clearRect(0, 0, SIDE, SIDE);
    this.#words.textContent = this.#empty;
  }

  #tell(levels) {
    const inked = [...levels.keys()].filter((index) => levels[index] > 0);
    const columns = inked.map((index) => index % SIDE);
    const rows = inked.map((index) => Math.floor(index / SIDE));
    const extent = `${span(columns)} wide and ${span(rows)} high, centred`;
    this.#words.textContent = `${GRID}, white ink on black; the ink is ${extent}.`;
  }
}

/** How many pixels numbers reach over, from the smallest to the largest. */
function span(numbers) {
  return numbers.length ? Math.max(...numbers) - Math.min(...numbers) + 1 : 0;
}
