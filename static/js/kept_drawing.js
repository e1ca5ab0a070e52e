import { Memory } from "./memory.js";

const PATH = /^M[-\d.L ]+(h0\.01)?$/; // as Stroke writes it

/** The tab keeps the drawing, so that it is there again after a look at another page. */
export class KeptDrawing {
  #memory = new Memory("sessionStorage", "digit-board.drawing");

  constructor(board) {
    const paths = this.#recall();
    if (paths.length) board.restore(paths);
    board.addEventListener("change", () => {
      if (!board.isDrawing) this.#memory.keep(JSON.stringify(board.paths));
    });
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
