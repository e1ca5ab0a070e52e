import { StoredText } from "./storage.js";

const PATH = /^M[-\d.L ]+(h0\.01)?$/; // as Stroke writes it

/**
 * The tab keeps the drawing while another page is looked at. Opening or reloading the board starts
 * with a new sheet.
 */
export class KeptDrawing {
  #board;
  #stored = new StoredText("sessionStorage", "digit-board.drawing");

  constructor(board) {
    this.#board = board;
    const paths = isBack() ? this.#recall() : [];
    if (paths.length) board.restore(paths);
    this.#keep();
    board.addEventListener("change", () => this.#keep());
  }

  #keep() {
    if (!this.#board.isDrawing) this.#stored.write(JSON.stringify(this.#board.paths));
  }

  #recall() {
    try {
      const paths = JSON.parse(this.#stored.read());
      return Array.isArray(paths) ? paths.filter((path) => PATH.test(path)) : [];
    } catch {
      return []; // not JSON, so not written here
    }
  }
}

/** Whether someone came back to this page: by Back or Forward, or by a link on another page. */
function isBack() {
  const { type } = performance.getEntriesByType("navigation")[0];
  if (type !== "navigate") return type === "back_forward";
  const from = document.referrer && new URL(document.referrer);
  return from && from.origin === location.origin && from.pathname !== location.pathname;
}
