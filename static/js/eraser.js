const SIDE = 28;
const STEP = 0.5; // pixels between two places that a fast pointer is led over
const BIG_STEP = 4; // pixels of a key with Shift
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * An eraser on a 28 × 28 picture: mouse, finger and stylus drag it, arrow keys move it and Space
 * puts it down once. Places are in pixels; { x: 0, y: 0 } is the middle of the first.
 *
 * Emits `begin` before each erasing, `erase` (detail: the places), and `undo` (Ctrl+Z).
 */
export class Eraser extends EventTarget {
  #surface;
  #cursor;
  #pointer = null; // the one that erases: { id, place }
  #place = { x: 14, y: 14 };

  /** @param surface the canvas @param cursor shown where the eraser is */
  constructor(surface, cursor) {
    super();
    this.#surface = surface;
    this.#cursor = cursor;
    surface.addEventListener("pointerdown", (event) => this.#press(event));
    surface.addEventListener("pointermove", (event) => this.#drag(event));
    surface.addEventListener("pointerleave", () => this.#leave());
    for (const type of ["pointerup", "pointercancel", "lostpointercapture"]) {
      surface.addEventListener(type, (event) => this.#lift(event));
    }
    surface.addEventListener("keydown", (event) => this.#type(event));
    surface.addEventListener("focus", () => this.#show());
    surface.addEventListener("blur", () => this.#leave());
  }

  #press(event) {
    if (event.button !== 0 || this.#pointer) return;
    try {
      this.#surface.setPointerCapture(event.pointerId);
    } catch (error) {
      if (error.name !== "NotFoundError") throw error; // the pointer may be gone by now
    }
    this.#pointer = { id: event.pointerId };
    this.#place = this.#findPlace(event);
    this.#show();
    this.#begin([this.#place]);
  }

  #drag(event) {
    const place = this.#findPlace(event);
    const isErasing = event.pointerId === this.#pointer?.id;
    if (isErasing) this.#erase(listPlaces(this.#place, place));
    if (isErasing || !this.#pointer) this.#place = place;
    this.#show();
  }

  #lift(event) {
    if (event.pointerId !== this.#pointer?.id) return;
    this.#pointer = null;
    if (event.pointerType === "touch") this.#leave();
  }

  #leave() {
    if (this.#pointer || this.#surface === document.activeElement) return;
    this.#cursor.hidden = true;
  }

  #type(event) {
    const hasCommand = event.ctrlKey || event.metaKey;
    if (event.altKey) return;
    if (hasCommand && event.key.toLowerCase() === "z" && !event.shiftKey) {
      event.preventDefault(); // the board's own strokes stay
      this.dispatchEvent(new Event("undo"));
    }
    const direction = ARROWS[event.key];
    if (hasCommand || (!direction && event.key !== " ")) return;
    event.preventDefault(); // the page must not scroll
    if (direction) this.#step(direction, event.shiftKey ? BIG_STEP : 1);
    else this.#begin([this.#place]);
  }

  #step([right, down], step) {
    const within = (number) => Math.min(Math.max(Math.round(number), 0), SIDE - 1);
    const { x, y } = this.#place;
    this.#place = { x: within(x + step * right), y: within(y + step * down) };
    this.#show();
  }

  #begin(places) {
    this.dispatchEvent(new Event("begin"));
    this.#erase(places);
  }

  #erase(places) {
    this.dispatchEvent(new CustomEvent("erase", { detail: places }));
  }

  #show() {
    this.#cursor.hidden = false;
    this.#cursor.style.left = `${(100 * (this.#place.x + 0.5)) / SIDE}%`;
    this.#cursor.style.top = `${(100 * (this.#place.y + 0.5)) / SIDE}%`;
  }

  #findPlace({ clientX, clientY }) {
    const { left, top, width, height } = this.#surface.getBoundingClientRect();
    const x = ((clientX - left) / width) * SIDE - 0.5;
    return { x, y: ((clientY - top) / height) * SIDE - 0.5 };
  }
}

/** Places from one to another, so near to each other that no ink is left between them. */
function listPlaces(from, to) {
  const count = Math.ceil(Math.hypot(to.x - from.x, to.y - from.y) / STEP) || 1;
  return Array.from({ length: count }, (_, index) => {
    const share = (index + 1) / count;
    return { x: from.x + share * (to.x - from.x), y: from.y + share * (to.y - from.y) };
  });
}
