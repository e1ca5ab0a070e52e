import { write } from "./arithmetic.js";
import { paintLevels } from "./grey.js";
import { makeCanvas } from "./make_canvas.js";
import { make } from "./markup.js";
import { PlacePicker, setFrame } from "./place_picker.js";
import { UnitInk } from "./unit_ink.js";
import { listSteps, makeUnitSum } from "./unit_sum.js";

const SIDE = 28;
const ABOUT_MAP =
  "Look where it is bright: there the pattern was found. Point at a place, or choose it with the " +
  "arrow keys.";
const ABOUT_FAVOURITES =
  "Look for what the nine have in common: the frame is all that it sees of them.";
const SOURCE = "Images: MNIST, Y. LeCun and C. Cortes, CC BY-SA 3.0.";
// Where the glossary explains an operation.
const ANCHORS = {
  convolution: "convolution",
  linear: "linear-layer",
  bias: "weights-and-bias",
  pooling: "pooling",
  "batch normalization": "batch-normalization",
  "residual connection": "residual-connection",
  ReLU: "relu",
};

/**
 * One unit of a layer, large: its map, the patch and the kernel at one place of it, the arithmetic
 * from there to its value, and the training images that it answers most to.
 *
 * Emits `pick` (detail: row and column of another place) and `close`.
 */
export class UnitView extends EventTarget {
  #element;
  #title;
  #body;
  #trouble;
  #map = makeCanvas([1, 1]);
  #place;
  #picker;
  #value = make("p", { class: "unit__value", "aria-live": "polite", "data-part": "unit-value" });
  #sums = make("div", { class: "products", "data-part": "products" });
  #stepsTitle = make("h4", {}, "The arithmetic");
  #steps = make("ol", { class: "arithmetic", "data-part": "arithmetic" });
  #outgoing = make("p", { class: "inside__words", "data-part": "outgoing" });
  #favourites = make("ul", { class: "favourites", role: "list", "data-part": "favourites" });
  #mapFigure;
  #ink = null;
  #inkPlace = make("div");
  #key = "";
  #isNew = true;

  constructor(template) {
    super();
    this.#element = template.content.firstElementChild.cloneNode(true);
    const part = (name) => this.#element.querySelector(`[data-part="${name}"]`);
    this.#title = part("unit-title");
    this.#body = part("unit-body");
    this.#trouble = part("unit-trouble");
    this.#place = make("div", { class: "pickable", tabindex: "0", role: "application" }, this.#map);
    this.#picker = new PlacePicker(this.#place);
    this.#picker.addEventListener("pick", ({ detail }) => {
      this.dispatchEvent(new CustomEvent("pick", { detail }));
    });
    this.#mapFigure = makeFigure(ABOUT_MAP, this.#place);
    this.#build();
    this.#element
      .querySelector('[data-action="close-unit"]')
      .addEventListener("click", () => this.dispatchEvent(new Event("close")));
  }

  get element() {
    return this.#element;
  }

  /** A unit was chosen whose numbers are not there yet. */
  open(title) {
    this.#isNew = true;
    this.#title.textContent = title;
    this.#body.hidden = true;
    this.#trouble.hidden = true;
  }

  /**
   * @param unit as the server gives it @param map its own map, or null @param inputs what its layer
   *   is given: a name, levels and size for each channel
   */
  show(unit, map, inputs) {
    this.#body.hidden = false;
    this.#trouble.hidden = true;
    const [, rows = 1, columns = 1] = unit.shape;
    const isMap = map !== null && rows > 1;
    this.#mapFigure.hidden = !isMap;
    if (isMap) this.#showMap(map, [rows, columns], unit);
    const where = isMap ? `Row ${unit.row + 1}, column ${unit.column + 1}: ` : "Its value: ";
    this.#value.textContent = where + write(unit.value);
    this.#showSums(unit, inputs);
    this.#showSteps(unit);
    this.#showOutgoing(unit.outgoing);
    this.#showFavourites(unit);
  }

  /** What is shown belongs to an earlier drawing, and there is no newer one. */
  complain(words) {
    this.#trouble.textContent = words;
    this.#trouble.hidden = false;
  }

  #build() {
    this.#body.append(
      this.#mapFigure,
      this.#value,
      this.#inkPlace,
      this.#sums,
      this.#stepsTitle,
      this.#steps,
      this.#outgoing,
      make("h4", {}, "What it answers most to among the training images"),
      make("p", { class: "inside__about" }, ABOUT_FAVOURITES),
      this.#favourites,
      make("p", { class: "unit__source" }, SOURCE),
    );
  }

  #showMap(map, size, { row, column, channel }) {
    paintLevels(this.#map, map, size);
    if (this.#isNew) this.#picker.start(size, { row, column });
    this.#isNew = false; // from now on, the place is the one that is pointed at
    const words = `Map ${channel + 1}, ${size.join(" by ")}. The arrow keys choose a place.`;
    this.#place.setAttribute("aria-label", words);
  }

  #showSums(unit, inputs) {
    const key = `${unit.member} ${unit.layer} ${unit.channel}`;
    if (key !== this.#key) this.#ink = unit.ink ? new UnitInk() : null;
    this.#key = key;
    this.#inkPlace.replaceChildren(...(this.#ink ? [this.#ink.element] : []));
    this.#ink?.show(unit.ink);
    if (this.#ink) return this.#sums.replaceChildren();
    const { top, left } = unit.places[unit.chosen];
    const parts = unit.strongest.map((part) => {
      const box = [top, left, part.kernel.length, part.kernel[0].length];
      return makeUnitSum(part, inputs[part.channel], box);
    });
    this.#sums.replaceChildren(makeSumsAbout(unit), ...parts);
  }

  #showSteps(unit) {
    const lines = unit.ink ? listSteps(unit).slice(-1).filter(isReLU) : listSteps(unit);
    this.#stepsTitle.hidden = this.#steps.hidden = lines.length === 0;
    this.#steps.replaceChildren(
      ...lines.map(({ operation, words }) =>
        make("li", { "data-operation": operation }, makeTerm(operation), ": ", words),
      ),
    );
  }

  #showOutgoing(outgoing) {
    this.#outgoing.hidden = !outgoing;
    if (!outgoing) return;
    const products = outgoing.products.slice(0, 10);
    const most = products.indexOf(Math.max(...products));
    const least = products.indexOf(Math.min(...products));
    const gives = products[most] > 0 ? `adds most to ${most} (${write(products[most])})` : "";
    const takes = products[least] < 0 ? `takes most from ${least} (${write(products[least])})` : "";
    const words = [gives, takes].filter(Boolean).join(" and ");
    this.#outgoing.textContent = words
      ? `To the scores, it ${words}.`
      : "It is 0, so it says nothing about any digit.";
  }

  #showFavourites({ favourites }) {
    this.#favourites.replaceChildren(...favourites.map(makeFavourite));
  }
}

function makeFigure(words, ...parts) {
  return make("figure", { class: "unit__map" }, ...parts, make("figcaption", {}, words));
}

function makeSumsAbout({ partial_sums: sums, strongest, kernel }) {
  const words =
    sums.length > strongest.length
      ? `It looks at ${sums.length} input maps. These ${strongest.length} count most here:`
      : "What it looks at here, number by number. Grey is 0, white above it, black below.";
  return make("p", { class: "inside__about" }, words);
}

function makeTerm(operation) {
  const anchor = ANCHORS[operation];
  return make("a", { class: "term", href: `glossary#${anchor}` }, operation);
}

function isReLU({ operation }) {
  return operation === "ReLU";
}

function makeFavourite({ image, label, value, box }) {
  const picture = makeCanvas([SIDE, SIDE], `A ${label}`);
  paintLevels(picture, image, [SIDE, SIDE]);
  const frame = make("span", { class: "frame" });
  setFrame(frame, box, [SIDE, SIDE]);
  const holder = make("div", { class: "favourite__picture" }, picture, frame);
  const words = make("span", {}, `${label}: ${write(value, 1)}`);
  return make("li", { class: "favourite" }, holder, words);
}
