import { getContext } from "./context.js";

/** The 28 × 28 image that the network was given, pixel for pixel, and what it holds in words. */
export class Seen {
  #context;
  #size;
  #words;

  constructor(canvas, words) {
    this.#context = getContext(canvas);
    this.#size = canvas.width;
    this.#words = words;
  }

  show(levels) {
    this.#tell(levels);
    if (!this.#context) return;
    const image = this.#context.createImageData(this.#size, this.#size);
    levels.forEach((level, index) => image.data.set([level, level, level, 255], 4 * index));
    this.#context.putImageData(image, 0, 0);
  }

  clear() {
    this.#context?.clearRect(0, 0, this.#size, this.#size);
    this.#words.textContent = `${this.#grid}, empty until you draw.`;
  }

  get #grid() {
    return `${this.#size} by ${this.#size} pixels`;
  }

  #tell(levels) {
    const inked = [...levels.keys()].filter((index) => levels[index] > 0);
    const columns = inked.map((index) => index % this.#size);
    const rows = inked.map((index) => Math.floor(index / this.#size));
    const extent = `${span(columns)} wide and ${span(rows)} high, centred`;
    this.#words.textContent = `${this.#grid}, white ink on black; the ink is ${extent}.`;
  }
}

/** How many pixels numbers reach over, from the smallest to the largest. */
function span(numbers) {
  return numbers.length ? Math.max(...numbers) - Math.min(...numbers) + 1 : 0;
}
