import { History } from "./history.js";
import { doBoxesOverlap, fitBox, isSamePlace } from "./photo_box.js";
import { orderDigits, placeBox } from "./photo_lines.js";

const ONE_STEP = 1000; // ms in which further steps of the same kind are undone together
const NO_STEP = { name: "", until: 0 };

/**
 * The boxes on the photo, each { id, box, line, number, expected, home }: found by the server, then
 * moved, sized, deleted and added by hand, all of which can be undone. `home` is where the server
 * found the box; null for one that was added, or has left that place. Emits `change`.
 */
export class PhotoBoxes extends EventTarget {
  #history = new History([]);
  #size = [1, 1];
  #nextId = 0;
  #step = NO_STEP;

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
    this.#begin(digits);
    this.#tell();
  }

  /** Begins anew, with what was added meanwhile, unless the server has found that, too. */
  receive(digits) {
    const added = this.list;
    this.#begin(digits);
    const found = this.list;
    for (const { id, box } of added) {
      if (!found.some((digit) => isSamePlace(digit.box, box))) this.#add(id, box);
    }
    this.#tell();
  }

  /** Adds a box to the line in which it lies; returns its id. */
  add(box) {
    const id = this.#takeId();
    this.#add(id, fitBox(box, this.#size));
    this.#tell();
    return id;
  }

  /**
   * Moves or sizes a box. One that leaves its place joins the line in which it comes to lie.
   * @param step what a small step does, such as an arrow key's: those that do the same are one change
   */
  change(id, box, { step = null } = {}) {
    const former = this.find(id);
    const fitted = fitBox(box, this.#size);
    if (!former || String(fitted) === String(former.box)) return;
    const others = this.list.filter((digit) => digit !== former);
    const isHome = former.home !== null && doBoxesOverlap(fitted, former.home);
    const place = isHome ? {} : { ...placeBox(others, fitted), home: null };
    const name = `${step} ${id}`;
    const goesOn = step && this.#step.name === name && performance.now() < this.#step.until;
    if (goesOn) this.#history.forget();
    this.#push([...others, { ...former, box: fitted, ...place }]);
    this.#tell();
    if (step) this.#step = { name, until: performance.now() + ONE_STEP };
  }

  remove(id) {
    if (!this.find(id)) return;
    this.#push(this.list.filter((digit) => digit.id !== id));
    this.#tell();
  }

  undo() {
    this.#step = NO_STEP;
    this.#history.undo();
    this.#tell();
  }

  redo() {
    this.#step = NO_STEP;
    this.#history.redo();
    this.#tell();
  }

  #begin(digits) {
    const entries = digits.map(({ box, line, number, expected = null }) => {
      const home = fitBox(box, this.#size);
      return { id: this.#takeId(), box: home, line, number, expected, home };
    });
    this.#step = NO_STEP;
    this.#history = new History(orderDigits(entries));
  }

  #add(id, box) {
    const place = placeBox(this.list, box);
    this.#push([...this.list, { id, box, ...place, expected: null, home: null }]);
  }

  #takeId() {
    this.#nextId += 1;
    return this.#nextId;
  }

  #push(digits) {
    this.#step = NO_STEP;
    this.#history.push(orderDigits(digits));
  }

  #tell() {
    this.dispatchEvent(new Event("change"));
  }
}
