import { StoredText } from "./storage.js";

export const NARROW = 280; // board pixels
export const WIDE = 840;
const NEEDED =
  "Your drawing needs the wide board. Clear it, or undo what lies beside the narrow one.";

/**
 * The button that makes the board three times as wide, for numbers, and back. The browser remembers
 * it. The strokes stay where they are, so the board stays wide, or becomes it again, while there
 * is ink that the narrow one would not show.
 *
 * Emits `refusal` (detail: why it stays wide, in words).
 */
export class WideBoard extends EventTarget {
  #board;
  #desk;
  #button;
  #stored = new StoredText("localStorage", "digit-board.wide");

  /** @param desk is marked while the board is wide */
  constructor(board, desk, button) {
    super();
    this.#board = board;
    this.#desk = desk;
    this.#button = button;
    button.addEventListener("click", () => this.#toggle());
    board.addEventListener("change", () => this.#follow());
    if (this.#stored.read() === "yes") board.width = WIDE;
    this.#show();
  }

  get isWide() {
    return this.#board.size.width > NARROW;
  }

  #toggle() {
    if (this.isWide && this.#board.reach > NARROW) {
      this.dispatchEvent(new CustomEvent("refusal", { detail: NEEDED }));
      return;
    }
    this.#set(!this.isWide);
  }

  /** What was undone, or lay on the board before, may have been drawn on the wide one. */
  #follow() {
    if (!this.isWide && this.#board.reach > NARROW) this.#set(true);
    else this.#show();
  }

  #set(isWide) {
    this.#stored.write(isWide ? "yes" : "no");
    this.#board.width = isWide ? WIDE : NARROW;
  }

  #show() {
    this.#button.setAttribute("aria-pressed", String(this.isWide));
    this.#desk.toggleAttribute("data-wide", this.isWide);
  }
}
