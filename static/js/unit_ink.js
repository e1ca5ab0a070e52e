import { add, bracket, chooseDecimals, write, writeSum } from "./arithmetic.js";
import { levelsOf, paintLevels } from "./grey.js";
import { makeCanvas } from "./make_canvas.js";
import { make } from "./markup.js";
import { PlacePicker } from "./place_picker.js";

const SIDE = 28;
const SIZE = [SIDE, SIDE];
const NAMES = ["Your ink", "Weights", "Ink × weights"];
const CAPTION =
  "Look where ink meets white: there it speaks for this answer; on black it speaks against it.";
const KEYS = ["ink", "weights", "products"];

/** For a unit that adds up all pixels: its weights, the ink, and their products pixel by pixel. */
export class UnitInk {
  #element;
  #pictures = NAMES.map((name) => makeCanvas(SIZE, name));
  #line = make("p", { class: "inside__words", "aria-live": "polite", "data-part": "pixel" });
  #sum = make("p", { class: "inside__words", "data-part": "ink-sum" });
  #pickers;
  #data = null;
  #place = null;

  constructor() {
    const holders = this.#pictures.map((picture, index) =>
      make("div", { class: "pickable", ...(index === 2 ? STOP : {}) }, picture),
    );
    const signs = ["×", "="].map((sign) =>
      make("span", { class: "product__sign", "aria-hidden": "true" }, sign),
    );
    const figures = holders.map((holder, index) =>
      make("div", { class: "grid" }, make("p", { class: "grid__title" }, NAMES[index]), holder),
    );
    const [ink, weights, products] = figures;
    this.#element = make(
      "figure",
      { class: "product product--ink" },
      ink,
      signs[0],
      weights,
      signs[1],
      products,
      make("figcaption", {}, CAPTION),
      this.#line,
      this.#sum,
    );
    this.#pickers = holders.map((holder) => new PlacePicker(holder));
    for (const picker of this.#pickers) {
      picker.addEventListener("pick", ({ detail }) => this.#look(detail));
    }
  }

  get element() {
    return this.#element;
  }

  show(data) {
    this.#data = data;
    const highest = Math.max(...data.weights.map(Math.abs));
    paintLevels(this.#pictures[0], data.ink.map((ink) => 255 * ink), SIZE);
    paintLevels(this.#pictures[1], levelsOf(data.weights, highest), SIZE);
    paintLevels(this.#pictures[2], levelsOf(data.products, highest), SIZE);
    if (!this.#place) this.#start(findStrongest(data.products));
    this.#look(this.#place);
    const terms = [data.sum, data.paper];
    const decimals = chooseDecimals(terms, add);
    this.#sum.textContent =
      `All products added up, and what a blank sheet gives: ${writeSum(terms, decimals)} = ` +
      `${write(data.sum + data.paper)}.`;
  }

  #start(place) {
    this.#place = place;
    for (const picker of this.#pickers) picker.start(SIZE, place);
  }

  #look(place) {
    this.#place = place;
    for (const picker of this.#pickers) picker.mark(place);
    const at = place.row * SIDE + place.column;
    const [ink, weight] = KEYS.map((key) => this.#data[key][at]);
    const decimals = chooseDecimals([ink, weight], ([a, b]) => a * b, 3);
    const [a, b] = [ink, weight].map((number) => write(number, decimals));
    this.#line.textContent =
      `Row ${place.row + 1}, column ${place.column + 1}: ink ${a} × weight ${bracket(b)} = ` +
      `${write(ink * weight, 3)}`;
  }
}

const STOP = {
  tabindex: "0",
  role: "application",
  "aria-label": "Ink × weights, 28 by 28 pixels. The arrow keys choose a pixel.",
};

function findStrongest(products) {
  const sizes = products.map(Math.abs);
  const at = sizes.indexOf(Math.max(...sizes));
  return { row: Math.floor(at / SIDE), column: at % SIDE };
}
