import { PEN_WIDTH } from "../board.js";
import { clip, isPictureOf } from "../picture.js";
import { drawInk, takeInk } from "../reader/ink.js";

/**
 * The ink of a board, as the network is given it: of the canvas's pixels or, from the moment when a
 * browser is found to hide or falsify them, of the strokes.
 */
export class BoardInk {
  #board;
  #isHidden = false;

  constructor(board) {
    this.#board = board;
  }

  take() {
    const pixels = this.#isHidden ? null : this.#readPixels();
    if (pixels) return takeInk(pixels);
    this.#isHidden = true; // each try might make the browser ask its user
    return drawInk(clip(this.#board.strokes, this.#board.size));
  }

  /** The true pixels, or null. */
  #readPixels() {
    const { strokes, size } = this.#board;
    try {
      const pixels = this.#board.readPixels();
      return isPictureOf(pixels.data, strokes, size, PEN_WIDTH) ? pixels : null;
    } catch {
      return null;
    }
  }
}
