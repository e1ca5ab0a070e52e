import { startWorker } from "../reader/worker.js";
import { DigitBoard } from "./digit_board.js";

/**
 * Where everything starts. In a page it defines the element; the element's worker, which reads, is
 * this same file, and there is no document in it.
 */
if (typeof document === "undefined") {
  startWorker(self);
} else if (!customElements.get("digit-board")) {
  DigitBoard.script = import.meta.url;
  customElements.define("digit-board", DigitBoard);
}
