import { getContext } from "./context.js";

/** The 28 × 28 image that the network was given, pixel for pixel. */
export class Seen {
  #context;
  #size;

  constructor(canvas) {
    this.#context = getContext(canvas);
    this.#size = canvas.width;
  }

  show(levels) {
    if (!this.#context) return;
    const image = this.#context.createImageData(this.#size, this.#size);
    levels.forEach((level, index) => image.data.set([level, level, level, 255], 4 * index));
    this.#context.putImageData(image, 0, 0);
  }

  clear() {
    this.#context?.clearRect(0, 0, this.#size, this.#size);
  }
}
