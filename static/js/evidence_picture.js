import { blank, mix, paintColours, readColours } from "./tint.js";
import { describeEvidence, describePixel } from "./why_words.js";

const SIDE = 28;
const BIG_STEP = 4;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const HINT = "Point at a pixel for its strength.";

/**
 * The ink that the network was given, each pixel as blue as it speaks for the answer and as orange
 * as it speaks for the rival. A pixel that is pointed at, or reached by arrow keys, says its
 * strength as a number.
 */
export class EvidencePicture {
  #canvas;
  #cursor;
  #pixel;
  #said;
  #legend;
  #shown = null; // { answer, rival, map, levels }
  #at = null; // the pixel with the cursor: { row, column }

  constructor(element) {
    const part = (name) => element.querySelector(`[data-part="${name}"]`);
    this.#canvas = element.querySelector("canvas");
    this.#cursor = element.querySelector(".evidence__cursor");
    this.#pixel = part("evidence-pixel");
    this.#said = part("evidence-said");
    this.#legend = [part("legend-for"), part("legend-against")];
    this.#canvas.addEventListener("pointermove", (event) => this.#point(event));
    this.#canvas.addEventListener("pointerdown", (event) => this.#point(event));
    this.#canvas.addEventListener("pointerleave", () => this.#leave());
    this.#canvas.addEventListener("keydown", (event) => this.#press(event));
    this.#canvas.addEventListener("focus", () => this.#appear());
    this.#canvas.addEventListener("blur", () => this.#leave());
  }

  /** @param evidence as the server gives it @param levels the 784 pixels that the network saw */
  show(evidence, levels) {
    const { for: answer, against: rival, map } = evidence;
    this.#shown = { answer, rival, map, levels };
    this.#said.textContent = describeEvidence(evidence);
    this.#legend[0].textContent = answer;
    this.#legend[1].textContent = rival;
    this.repaint();
    this.#tell();
  }

  clear() {
    this.#shown = null;
    this.#said.textContent = "";
    this.#legend[0].textContent = "the answer";
    this.#legend[1].textContent = "the other digit";
    blank(this.#canvas);
    this.#leave();
  }

  /** In the colours of now: the scheme may have become dark. */
  repaint() {
    if (!this.#shown) return;
    const { map, levels } = this.#shown;
    const colours = readColours(this.#canvas, "sheet", "plain", "for", "against");
    paintColours(this.#canvas, (index) => {
      const ink = mix(colours.sheet, colours.plain, levels[index] / 255);
      return mix(ink, map[index] > 0 ? colours.for : colours.against, Math.abs(map[index]));
    });
  }

  /** Scrolls as little as it takes to see it. */
  reveal() {
    this.#pixel.scrollIntoView({ block: "nearest" });
  }

  #point({ clientX, clientY }) {
    const { left, top, width, height } = this.#canvas.getBoundingClientRect();
    const column = within(((clientX - left) / width) * SIDE);
    this.#move({ row: within(((clientY - top) / height) * SIDE), column });
  }

  #press(event) {
    const direction = ARROWS[event.key];
    if (!direction || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault(); // the page must not scroll while the cursor moves
    const step = event.shiftKey ? BIG_STEP : 1;
    const { row, column } = this.#at ?? this.#findStrongest();
    const place = { row: within(row + step * direction[1]) };
    this.#move({ ...place, column: within(column + step * direction[0]) });
  }

  #appear() {
    if (!this.#at) this.#move(this.#findStrongest());
  }

  #leave() {
    if (this.#canvas === document.activeElement && this.#shown) return;
    this.#at = null;
    this.#tell();
  }

  #move(place) {
    this.#at = place;
    this.#tell();
  }

  #tell() {
    const at = this.#shown && this.#at;
    this.#cursor.hidden = !at;
    this.#say(at ? this.#describe(at) : HINT);
    if (!at) return;
    this.#cursor.style.left = `${(100 * at.column) / SIDE}%`;
    this.#cursor.style.top = `${(100 * at.row) / SIDE}%`;
  }

  #describe({ row, column }) {
    const { answer, rival, map, levels } = this.#shown;
    const index = SIDE * row + column;
    const [strength, level] = [map[index], levels[index]];
    return describePixel({ row, column, strength, level, answer, rival });
  }

  #say(words) {
    if (this.#pixel.textContent !== words) this.#pixel.textContent = words;
  }

  /** Where a reader of pixels begins: at the strongest evidence for the answer. */
  #findStrongest() {
    const { map } = this.#shown ?? { map: [0] };
    const index = map.indexOf(Math.max(...map));
    return { row: Math.floor(index / SIDE), column: index % SIDE };
  }
}

function within(number) {
  return Math.min(Math.max(Math.floor(number), 0), SIDE - 1);
}
