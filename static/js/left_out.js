import { makeShape } from "./markup.js";
import { Stroke } from "./stroke.js";
import { describeLeftOut, nameReading } from "./why_words.js";

/**
 * What the network would read without each stroke. A stroke that is pointed at is marked on the
 * board, in a picture over it: the board's own pixels are data.
 *
 * Emits `preview` (detail: { reading, words }, or null when it is over).
 */
export class LeftOut extends EventTarget {
  #list;
  #said;
  #mark;
  #sheet;
  #board;
  #paths = [];
  #readings = [];
  #held = null; // the number of the stroke that was pressed
  #previewed = null; // the reading that is shown in place of the drawing's

  /** @param sheet the paper that the board lies on */
  constructor(element, sheet, board) {
    super();
    this.#list = element.querySelector("ol");
    this.#said = element.querySelector('[data-part="left-out-said"]');
    this.#board = board;
    this.#sheet = makePicture("board__left-out");
    this.#mark = this.#sheet.appendChild(makeShape("path", {}));
    sheet.append(this.#sheet);
    this.#listen();
  }

  /** @param strokes those that were asked about, each a list of points */
  show(readings, strokes, answer) {
    this.#paths = strokes.map((points) => Stroke.through(points).path);
    this.#readings = readings;
    this.#said.textContent = describeLeftOut(readings, answer, strokes.length);
    this.#fill(readings, answer, frame(strokes, this.#board.size));
    this.#held = null;
    this.#point(this.#findFocused());
  }

  clear() {
    this.#readings = [];
    this.#paths = [];
    this.#list.replaceChildren();
    this.#said.textContent = "";
    this.release();
  }

  /** The drawing goes on: nothing is left out of it. */
  release() {
    for (const button of this.#buttons) button.setAttribute("aria-pressed", "false");
    this.#held = null;
    this.#point(null);
  }

  get #buttons() {
    return [...this.#list.querySelectorAll("button")];
  }

  #listen() {
    const numberOf = ({ target }) => {
      const button = target.closest("button");
      return button ? this.#buttons.indexOf(button) : null;
    };
    this.#list.addEventListener("pointerover", (event) => this.#point(numberOf(event)));
    this.#list.addEventListener("pointerleave", () => this.#point(this.#findFocused()));
    this.#list.addEventListener("focusin", (event) => this.#point(numberOf(event)));
    this.#list.addEventListener("focusout", () => this.#point(null));
    this.#list.addEventListener("click", (event) => this.#hold(numberOf(event)));
  }

  #findFocused() {
    const index = this.#buttons.indexOf(document.activeElement);
    return index < 0 ? null : index;
  }

  /** A press keeps it left out until the next one, so that a finger can scroll to the board. */
  #hold(index) {
    if (index === null) return;
    this.#held = this.#held === index ? null : index;
    this.#buttons.forEach((button, number) => {
      button.setAttribute("aria-pressed", String(number === this.#held));
    });
    this.#preview(this.#held);
  }

  #point(index) {
    this.#preview(index ?? this.#held);
  }

  #preview(index) {
    const reading = this.#readings[index] ?? null;
    const { width, height } = this.#board.size;
    this.#sheet.setAttribute("viewBox", `0 0 ${width} ${height}`);
    if (reading) this.#mark.setAttribute("d", this.#paths[reading.left_out]);
    else this.#mark.removeAttribute("d");
    if (reading === this.#previewed) return;
    this.#previewed = reading;
    const detail = reading && { reading, words: `Without stroke ${reading.left_out + 1}:` };
    this.dispatchEvent(new CustomEvent("preview", { detail }));
  }

  /** The same buttons as long as there are as many: the keyboard's focus stays where it is. */
  #fill(readings, answer, viewBox) {
    const items = [...this.#list.children];
    items.slice(readings.length).forEach((item) => item.remove());
    readings.forEach((reading, index) => {
      const item = items[index] ?? this.#list.appendChild(this.#makeItem());
      const [picture, words] = item.firstElementChild.children;
      const [rest, left] = picture.children;
      picture.setAttribute("viewBox", viewBox);
      rest.setAttribute("d", this.#paths.filter((_, number) => number !== reading.left_out).join(""));
      left.setAttribute("d", this.#paths[reading.left_out]);
      words.textContent = `Without stroke ${reading.left_out + 1}: ${nameReading(reading)}`;
      item.firstElementChild.setAttribute("aria-pressed", "false");
      item.toggleAttribute("data-decides", reading.digit !== answer);
    });
  }

  #makeItem() {
    const item = document.createElement("li");
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "left-out__stroke" });
    const picture = makePicture("left-out__picture");
    picture.append(makeShape("path", {}), makeShape("path", { class: "left-out__gone" }));
    button.append(picture, document.createElement("span"));
    item.append(button);
    return item;
  }
}

/** What a small picture shows of the board: a square of it, or all where the strokes need more. */
function frame(strokes, { width, height }) {
  const places = strokes.flat().map(([x]) => x);
  const [low, high] = [Math.min(...places), Math.max(...places)];
  if (high - low > height) return `0 0 ${width} ${height}`;
  const left = Math.min(Math.max((low + high - height) / 2, 0), width - height);
  return `${left} 0 ${height} ${height}`;
}

function makePicture(name) {
  return makeShape("svg", { "aria-hidden": "true", class: name });
}
