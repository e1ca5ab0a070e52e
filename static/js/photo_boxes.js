import { History } from "./history.js";
import { doBoxesOverlap, fitBox } from "./photo_box.js";
import { orderDigits, placeBox } from "./photo_lines.js";

const ONE_STEP = 1000; // ms in which further steps with the same box are undone together

/**
 * The boxes on the photo, each { id, box, line, number, expected }: found by the server, then moved,
 * sized, deleted and added by hand, all of which can be undone. Emits `change`.
 */
export class PhotoBoxes extends EventTarget {
  #history = new History([]);
  #size = [1, 1];
  #nextId = 0;
  #step = { id: null, until: 0 };

  /** In the order of reading. */
  get list() {
    return this.#history.present;
  }

  /** Width and height of the photo, px. */
  get size() {
    return this.#size;
  }

  get isEmpty() {
    return this.list.length === 0;
  }

  get canUndo() {
    return this.#history.canUndo;
  }

  get canRedo() {
    return this.#history.canRedo;
  }

  find(id) {
    return this.list.find((digit) => digit.id === id) ?? null;
  }

  /** Begins anew. @param digits as the server found them @param size of the photo, px */
  load(digits, size) {
    this.#size = size;
    const entries = digits.map(({ box, line, number, expected = null, mark = null }) => {
      return { id: this.#takeId(), box: fitBox(box, size), line, number, expected, mark };
    });
    this.#history = new History(orderDigits(entries));
    this.#tell();
  }

  /** Adds a box to the line in which it lies; returns its id. */
  add(box) {
    const id = this.#takeId();
    const fitted = fitBox(box, this.#size);
    const place = placeBox(this.list, fitted);
    const digit = { id, box: fitted, ...place, expected: null, mark: null };
    this.#push([...this.list, digit]);
    return id;
  }

  /**
   * Moves or sizes a box. One that leaves its place joins the line in which it comes to lie.
   * @param isStep whether it is one of several small steps, such as an arrow key's
   */
  change(id, box, { isStep = false } = {}) {
    const former = this.find(id);
    const fitted = fitBox(box, this.#size);
    if (!former || String(fitted) === String(former.box)) return;
    const others = this.list.filter((digit) => digit !== former);
    const hasLeft = !doBoxesOverlap(fitted, former.box);
    const place = hasLeft ? placeBox(others, fitted) : {};
    if (isStep && this.#step.id === id && performance.now() < this.#step.until) {
      this.#history.forget();
    }
    this.#push([...others, { ...former, box: fitted, ...place, mark: null }]);
    if (isStep) this.#step = { id, until: performance.now() + ONE_STEP };
  }

  remove(id) {
    if (this.find(id)) this.#push(this.list.filter((digit) => digit.id !== id));
  }

  undo() {
    this.#step.id = null;
    this.#history.undo();
    this.#tell();
  }

  redo() {
    this.#step.id = null;
    this.#history.redo();
    this.#tell();
  }

  #takeId() {
    this.#nextId += 1;
    return this.#nextId;
  }

  #push(digits) {
    this.#step = { id: null, until: 0 };
    this.#history.push(orderDigits(digits));
    this.#tell();
  }

  #tell() {
    this.dispatchEvent(new Event("change"));
  }
}
