import { make } from "./markup.js";

const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

/**
 * A place in a picture of rows and columns, chosen by pointer or by arrow keys. What the pointer is
 * over is looked at as long as it stays; a press or a key keeps that place.
 *
 * Emits `pick` (detail: row and column, from 0).
 */
export class PlacePicker extends EventTarget {
  #element;
  #frame = make("span", { class: "frame" });
  #rows = 1;
  #columns = 1;
  #kept = { row: 0, column: 0 };
  #shown = { row: 0, column: 0 };

  /** @param element what holds the picture, which fills it */
  constructor(element) {
    super();
    this.#element = element;
    element.append(this.#frame);
    element.addEventListener("pointermove", (event) => this.#look(this.#find(event)));
    element.addEventListener("pointerdown", (event) => this.#keep(this.#find(event)));
    element.addEventListener("pointerleave", () => this.#look(this.#kept));
    element.addEventListener("keydown", (event) => this.#press(event));
  }

  /** The picture has so many places, and this one is chosen to begin with. */
  start([rows, columns], { row, column }) {
    [this.#rows, this.#columns] = [rows, columns];
    this.#kept = { row, column };
    this.mark(this.#kept);
  }

  /** Frames a place that was looked at elsewhere. */
  mark({ row, column }) {
    this.#shown = { row, column };
    setFrame(this.#frame, [row, column, 1, 1], [this.#rows, this.#columns]);
  }

  #find({ clientX, clientY }) {
    const box = this.#element.getBoundingClientRect();
    const at = (share, count) => Math.min(Math.max(Math.floor(share * count), 0), count - 1);
    return {
      row: at((clientY - box.top) / box.height, this.#rows),
      column: at((clientX - box.left) / box.width, this.#columns),
    };
  }

  #press(event) {
    const step = STEPS[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const bound = (value, count) => Math.min(Math.max(value, 0), count - 1);
    const row = bound(this.#kept.row + step[0], this.#rows);
    const column = bound(this.#kept.column + step[1], this.#columns);
    this.#keep({ row, column });
  }

  #keep(place) {
    this.#kept = place;
    this.#look(place);
  }

  #look(place) {
    if (place.row === this.#shown.row && place.column === this.#shown.column) return;
    this.mark(place);
    this.dispatchEvent(new CustomEvent("pick", { detail: place }));
  }
}

/** Lays a frame over a part of a picture. @param box top, left, height and width in its pixels */
export function setFrame(frame, [top, left, height, width], [rows, columns]) {
  const share = (part, whole) => `${(100 * part) / whole}%`;
  frame.style.insetBlockStart = share(top, rows);
  frame.style.insetInlineStart = share(left, columns);
  frame.style.blockSize = share(height, rows);
  frame.style.inlineSize = share(width, columns);
}
