import { describeLabel, NOT_A_DIGIT } from "./labels.js";
import { paint } from "./seen.js";

/** Says which drawing of the person's own made the answer what it is, and shows it. */
export class Because {
  #element;
  #picture;
  #words;

  constructor(element) {
    this.#element = element;
    this.#picture = element.querySelector("canvas");
    this.#words = element.querySelector("span");
  }

  /** @param drawing { label, seen } of the confirmed drawing, or null: the network alone answered */
  show(drawing) {
    this.#element.hidden = !drawing;
    if (!drawing) return;
    paint(this.#picture, drawing.seen);
    // That it was refused, the answer says above.
    const isRefused = drawing.label === NOT_A_DIGIT;
    const start = isRefused ? "Because" : `Read as ${describeLabel(drawing.label)} because`;
    this.#words.textContent = `${start} of a drawing of yours`;
  }
}
