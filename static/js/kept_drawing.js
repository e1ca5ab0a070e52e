import { Memory } from "./memory.js";

const PATH = /^M[-\d.L ]+(h0\.01)?$/; // as Stroke writes it

/**
 * The tab keeps the drawing, so that it is there again after a look at another page. Who opens or
 * reloads the board wants a new sheet.
 */
export class KeptDrawing {
  #board;
  #memory = new Memory("sessionStorage", "digit-board.drawing");

  constructor(board) {
    this.#board = board;
    const paths = isBack() ? this.#recall() : [];
    if (paths.length) board.restore(paths);
    this.#keep();
    board.addEventListener("change", () => this.#keep());
  }

  #keep() {
    if (!this.#board.isDrawing) this.#memory.keep(JSON.stringify(this.#board.paths));
  }

  #recall() {
    try {
      const paths = JSON.parse(this.#memory.recall());
      return Array.isArray(paths) ? paths.filter((path) => PATH.test(path)) : [];
    } catch {
      return []; // no JSON, so not ours
    }
  }
}

/** Whether this page was come back to: by the browser's button, or by a link of another of ours. */
function isBack() {
  const { type } = performance.getEntriesByType("navigation")[0];
  if (type !== "navigate") return type === "back_forward";
  const from = document.referrer && new URL(document.referrer);
  return from && from.origin === location.origin && from.pathname !== location.pathname;
}
