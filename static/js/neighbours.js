import { blank, mix, paintColours, readColours } from "./tint.js";
import { describeNeighbours } from "./why_words.js";

const COUNT = 5;

/**
 * The training images that are nearest to the drawing in what the network's last layer sees, and
 * the nearest one of the rival. The ink that they share with the drawing is tinted: without the
 * tint, examples make a wrong answer look right.
 */
export class Neighbours {
  #items;
  #said;
  #shown = []; // one for each item: { image, shared }, or null

  constructor(element) {
    this.#items = [...element.querySelectorAll("li.neighbour")];
    this.#said = element.querySelector('[data-part="neighbours-said"]');
  }

  /** @param nearest up to five, the nearest first @param rival the rival's nearest, or null */
  show(nearest, rival, answer) {
    const five = Array.from({ length: COUNT }, (_, index) => nearest[index] ?? null);
    this.#shown = [...five, rival];
    this.#items.forEach((item, index) => name(item, this.#shown[index], index));
    this.#said.textContent = describeNeighbours(nearest.map(({ label }) => label), answer);
    this.repaint();
  }

  clear() {
    this.show([], null, null);
  }

  /** In the colours of now: the scheme may have become dark. */
  repaint() {
    this.#items.forEach((item, index) => paint(item.querySelector("canvas"), this.#shown[index]));
  }
}

function name(item, neighbour, index) {
  const isRival = index === COUNT;
  const label = neighbour ? neighbour.label : "–";
  const spoken = isRival ? `the nearest ${label}` : `number ${index + 1}: ${label}`;
  item.querySelector("canvas").setAttribute("aria-label", neighbour ? spoken : "empty");
  item.querySelector("span").textContent = isRival && neighbour ? `nearest ${label}` : label;
}

function paint(canvas, neighbour) {
  if (!neighbour) return blank(canvas);
  const { image, shared } = neighbour;
  const colours = readColours(canvas, "sheet", "plain", "shared");
  paintColours(canvas, (index) => {
    const ink = mix(colours.plain, colours.shared, shared[index]);
    return mix(colours.sheet, ink, image[index] / 255);
  });
}
