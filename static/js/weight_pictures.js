import { decode } from "./bytes.js";
import { paint } from "./seen.js";

/** For a network of ten sums over all pixels: what each of the ten weighs, as a picture. */
export class WeightPictures {
  #element;
  #canvases;
  #shown = null;

  constructor(element) {
    this.#element = element;
    this.#canvases = [...element.querySelectorAll("canvas")];
  }

  /** @param isExpected whether this network has such pictures: their place is there at once */
  show(pictures, isExpected) {
    this.#element.hidden = !isExpected;
    if (!isExpected || !pictures || pictures === this.#shown) return;
    this.#shown = pictures;
    pictures.forEach((picture, digit) => paint(this.#canvases[digit], decode(picture)));
  }
}
