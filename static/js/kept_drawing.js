import { StoredText } from "./storage.js";

const FARTHEST = 1e5; // board pixels; nobody drags a pen so far off the board

/**
 * The tab keeps the drawing while another page is looked at. Opening or reloading the board starts
 * with a new sheet.
 */
export class KeptDrawing {
  #board;
  #stored = new StoredText("sessionStorage", "digit-board.drawing");

  constructor(board) {
    this.#board = board;
    const strokes = isBack() ? this.#recall() : [];
    if (strokes.length) board.restore(strokes);
    this.#keep();
    board.addEventListener("change", () => this.#keep());
  }

  #keep() {
    if (!this.#board.isDrawing) this.#stored.write(JSON.stringify(this.#board.strokes));
  }

  #recall() {
    try {
      const strokes = JSON.parse(this.#stored.read());
      return Array.isArray(strokes) ? strokes.filter(isStroke) : [];
    } catch {
      return []; // not JSON, so not written here
    }
  }
}

/** Whether someone came back to this page: by Back or Forward, or by a link on another page. */
function isBack() {
  // A browser that protects its user may keep the entry to itself.
  const type = performance.getEntriesByType("navigation")[0]?.type ?? "navigate";
  if (type !== "navigate") return type === "back_forward";
  const from = document.referrer && new URL(document.referrer);
  return from && from.origin === location.origin && from.pathname !== location.pathname;
}

/** Whether a stored value is a stroke as the board gives it: one or more points [x, y]. */
function isStroke(points) {
  return Array.isArray(points) && points.length > 0 && points.every(isPoint);
}

function isPoint(point) {
  return (
    Array.isArray(point) &&
    point.length === 2 &&
    point.every((number) => Number.isFinite(number) && Math.abs(number) < FARTHEST)
  );
}
