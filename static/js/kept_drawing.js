import { PEN_WIDTH } from "./board.js";
import { moveToBoard } from "./digit_strokes.js";
import { StoredText } from "./storage.js";
import { NARROW, WIDE } from "./wide_board.js";

const FARTHEST = 1e5; // board pixels; nobody drags a pen so far off the board

/**
 * The tab keeps the drawing while another page is looked at. Opening or reloading the board starts
 * with a new sheet.
 *
 * A page that looks at one digit is given one: of a number, or of a drawing on the wide board, the
 * board's page keeps the digit that was chosen beside the drawing, as it would lie on the narrow one.
 */
export class KeptDrawing {
  #board;
  #stored = new StoredText("sessionStorage", "digit-board.drawing");
  #storedDigit = new StoredText("sessionStorage", "digit-board.digit");

  /** @param isForOne whether the page looks at one digit */
  constructor(board, { isForOne = false } = {}) {
    this.#board = board;
    const digit = isForOne && isBack() ? this.#findDigit() : [];
    if (digit.length) board.restore(digit); // the drawing that it is of is still kept
    else this.#recall();
    board.addEventListener("change", () => this.#keep());
  }

  /** The digit for a page that looks at one; without strokes, the whole drawing is one. */
  set digit(strokes) {
    this.#storedDigit.write(JSON.stringify(moveToBoard(strokes, NARROW, PEN_WIDTH)));
  }

  #findDigit() {
    const digit = readStrokes(this.#storedDigit);
    if (digit.length || !isWide(this.#stored)) return digit;
    return moveToBoard(readStrokes(this.#stored), NARROW, PEN_WIDTH);
  }

  #recall() {
    const strokes = isBack() ? readStrokes(this.#stored) : [];
    if (strokes.length && isWide(this.#stored)) this.#board.width = WIDE;
    if (strokes.length) this.#board.restore(strokes);
    this.#keep();
  }

  /** A list of strokes or, of the wide board, its width with them. */
  #keep() {
    if (this.#board.isDrawing) return;
    const { strokes, size } = this.#board;
    const drawing = size.width === WIDE ? { width: WIDE, strokes } : strokes;
    this.#stored.write(JSON.stringify(drawing));
    this.digit = []; // until the drawing has been read
  }
}

function readStrokes(stored) {
  const value = parse(stored);
  const strokes = Array.isArray(value) ? value : value?.strokes;
  return Array.isArray(strokes) ? strokes.filter(isStroke) : [];
}

/** Whether the drawing lies on the wide board. */
function isWide(stored) {
  return parse(stored)?.width === WIDE;
}

function parse(stored) {
  try {
    return JSON.parse(stored.read());
  } catch {
    return null; // not JSON, so not written here
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
