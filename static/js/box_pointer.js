import { fitBox, moveBox, pullCorner, spanBox } from "./photo_box.js";

const SLACK = 4; // CSS px a pointer may move and still only press

/**
 * Boxes by mouse, finger and pen: a press chooses a box, dragging moves it, its corners size it,
 * and dragging beside the boxes adds one. A finger moves the photo unless it is on the chosen box,
 * or a box is to be added.
 *
 * Emits `add` (detail: the box, which is empty after a mere press, and its place).
 */
export class BoxPointer extends EventTarget {
  #view;
  #boxes;
  #drag = null; // { pointer, id, corner, start, box, isMoved }
  isAdding = false;

  constructor(view, boxes) {
    super();
    this.#view = view;
    this.#boxes = boxes;
    const { surface } = view;
    surface.addEventListener("pointerdown", (event) => this.#press(event));
    surface.addEventListener("pointermove", (event) => this.#move(event));
    surface.addEventListener("pointerup", (event) => this.#lift(event));
    surface.addEventListener("pointercancel", (event) => this.#isOurs(event) && this.cancel());
  }

  /** Shows what is dragged where it is held: the boxes have been placed anew. */
  show() {
    const { id, box, isMoved } = this.#drag ?? {};
    if (isMoved) this.#view.place(id, box);
  }

  /** What is dragged goes back to its place. */
  cancel() {
    const { id, from } = this.#drag ?? {};
    this.#drag = null;
    this.#view.dropDraft();
    if (id) this.#view.place(id, from);
  }

  #press(event) {
    if (this.#drag || event.button !== 0) return;
    const id = this.isAdding ? null : this.#view.findId(event.target);
    const isFree = event.pointerType === "mouse" || (id === null ? this.isAdding : this.#isChosen(id));
    if (id === null && !isFree) return;
    event.preventDefault(); // no text is selected, no picture dragged
    if (id !== null) this.#view.focus(id);
    if (!isFree) return;
    const corner = id === null ? null : (event.target.dataset.corner ?? null);
    const start = this.#view.locate(event);
    const from = id === null ? [...start, 0, 0] : this.#boxes.find(id).box;
    this.#view.surface.setPointerCapture(event.pointerId); // throws if the pointer is gone already
    this.#drag = { pointer: event.pointerId, id, corner, start, from, box: from, isMoved: false };
  }

  #move(event) {
    if (!this.#isOurs(event)) return;
    if (isReleased(event)) return this.#lift(event);
    const drag = this.#drag;
    const point = this.#view.locate(event);
    const way = [point[0] - drag.start[0], point[1] - drag.start[1]];
    drag.isMoved ||= Math.hypot(...way) > SLACK * this.#view.scale;
    if (!drag.isMoved) return;
    drag.box = this.#follow(drag, point, way);
    this.#view.place(drag.id, drag.box);
  }

  #follow({ id, corner, start, from }, point, way) {
    const inside = this.#boxes.size.map((side, axis) => Math.min(Math.max(point[axis], 0), side));
    if (id === null) return spanBox(start, inside);
    if (corner) return pullCorner(from, corner, inside);
    return fitBox(moveBox(from, way), this.#boxes.size);
  }

  #lift(event) {
    if (!this.#isOurs(event)) return;
    const { id, box, isMoved } = this.#drag;
    this.#drag = null;
    this.#view.dropDraft();
    if (id === null) this.#add(box, isMoved);
    else if (isMoved) this.#boxes.change(id, box);
  }

  #add(box, isMoved) {
    if (!isMoved && !this.isAdding) return this.#view.choose(null);
    this.dispatchEvent(new CustomEvent("add", { detail: box }));
  }

  #isOurs({ pointerId }) {
    return this.#drag?.pointer === pointerId;
  }

  #isChosen(id) {
    return this.#view.chosen === id;
  }
}

/** Whether the mouse's button was released where the page could not see it. */
function isReleased({ pointerType, buttons }) {
  return pointerType === "mouse" && !(buttons & 1);
}
