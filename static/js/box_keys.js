import { moveBox, sizeBox } from "./photo_box.js";

const STEPS = 20; // key presses that move a box by its own longer side
const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * Boxes by keys: arrows move the one that has the focus, Shift and arrows size it, Delete deletes
 * it, Escape leaves the photo, also where no box has the focus. Emits `delete` (detail: the id) and `leave`.
 */
export class BoxKeys extends EventTarget {
  #view;
  #boxes;

  constructor(view, boxes) {
    super();
    this.#view = view;
    this.#boxes = boxes;
    view.surface.addEventListener("keydown", (event) => this.#press(event));
  }

  #press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const id = this.#view.findId(event.target);
    const { key, shiftKey } = event;
    if (key === "Escape") this.dispatchEvent(new Event("leave"));
    else if (id === null) return;
    else if (WAYS[key]) this.#step(id, WAYS[key], shiftKey);
    else if (key === "Delete" || key === "Backspace") {
      this.dispatchEvent(new CustomEvent("delete", { detail: id }));
    } else return;
    event.preventDefault();
  }

  #step(id, [right, down], isSizing) {
    const { box } = this.#boxes.find(id);
    const length = Math.max(Math.round(Math.max(box[2], box[3]) / STEPS), 1);
    const way = [length * right, length * down];
    const stepped = isSizing ? sizeBox(box, way) : moveBox(box, way);
    this.#boxes.change(id, stepped, { step: isSizing ? "size" : "move" });
  }
}
