import { make, makeShape } from "./markup.js";
import { isRefused } from "./number.js";
import { isWithin } from "./picture.js";
import { Stroke } from "./stroke.js";

const MARGIN = 4; // board pixels between the ink and its box
const REST = 250; // ms over a box until its digit is shown: a pen on its way to a stroke is quicker
const LOW = 0.8; // of the board's height: below this, there is no room for words under a box

/**
 * A thin box around each digit of a number, in a picture over the board: the board's own pixels are
 * data. The ink of the one that is pointed at stands out. A part that is no digit is named.
 *
 * Emits `point` (detail: the number of the box under the mouse, or null). A press draws, as
 * everywhere on the board: the bar of a seven may come late.
 */
export class DigitBoxes extends EventTarget {
  #sheet;
  #board;
  #picture = makeShape("svg", { class: "board__digits", "aria-hidden": "true" });
  #ink = makeShape("path", { class: "board__digit" });
  #words = make("div", { class: "board__words", "aria-hidden": "true" });
  #parts = [];
  #division = [];
  #under = null; // the number of the box under the mouse
  #timer = null;

  /** @param sheet the paper @param surface what the pen writes on, which covers the paper */
  constructor(sheet, surface, board) {
    super();
    this.#sheet = sheet;
    this.#board = board;
    this.#picture.append(this.#ink);
    sheet.append(this.#picture, this.#words);
    surface.addEventListener("pointermove", (event) => this.#follow(event, surface));
    for (const type of ["pointerleave", "pointerdown"]) {
      surface.addEventListener(type, () => this.#point(null));
    }
  }

  /** @param division the strokes of each part */
  show(parts, division) {
    const { width, height } = this.#board.size;
    this.#picture.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.#parts = parts;
    this.#division = division;
    const boxes = parts.map((part) => makeBox(part, { width, height }));
    this.#picture.replaceChildren(this.#ink, ...boxes);
    this.#words.replaceChildren(
      ...parts.filter(isRefused).map(({ box }) => makeWords(box, { width, height })),
    );
  }

  clear() {
    clearTimeout(this.#timer);
    this.#under = null;
    this.show([], []);
    this.mark(0, false);
  }

  /** @param shown the number of the part that is shown @param isPointed whether for a moment */
  mark(shown, isPointed) {
    const own = isPointed ? (this.#division[shown] ?? []) : [];
    this.#sheet.toggleAttribute("data-pointed", own.length > 0);
    this.#ink.setAttribute("d", own.map((points) => Stroke.through(points).path).join(""));
    this.#picture.querySelectorAll("rect").forEach((box, index) => {
      box.toggleAttribute("data-shown", index === shown);
    });
  }

  #follow({ clientX, clientY, pointerType, buttons }, surface) {
    if (!this.#parts.length || buttons || pointerType === "touch") return;
    const { left, top, width, height } = surface.getBoundingClientRect();
    const { size } = this.#board;
    const place = [
      ((clientX - left) / width) * size.width,
      ((clientY - top) / height) * size.height,
    ];
    const index = this.#parts.findIndex(({ box }) => isWithin(place, areaOf(box)));
    this.#point(index < 0 ? null : index);
  }

  #point(index) {
    if (index === this.#under) return;
    this.#under = index;
    clearTimeout(this.#timer);
    if (index === null) this.#tell();
    else this.#timer = setTimeout(() => this.#tell(), REST);
  }

  #tell() {
    if (this.#parts.length) this.dispatchEvent(new CustomEvent("point", { detail: this.#under }));
  }
}

function areaOf([left, top, width, height]) {
  return { left, top, width, height };
}

/** A box a little larger than the ink, and no larger than the board. */
function makeBox(part, size) {
  const [x, y, width, height] = part.box;
  const [left, top] = [x, y].map((place) => Math.max(place - MARGIN, 1));
  const right = Math.min(x + width + MARGIN, size.width - 1);
  const bottom = Math.min(y + height + MARGIN, size.height - 1);
  const place = { x: left, y: top, width: right - left, height: bottom - top };
  const box = makeShape("rect", place);
  box.toggleAttribute("data-refused", isRefused(part));
  return box;
}

function makeWords([x, y, width, height], size) {
  const words = make("span", { class: "board__refused" });
  words.textContent = "not a digit";
  const isLow = y + height > LOW * size.height;
  words.toggleAttribute("data-above", isLow && y > (1 - LOW) * size.height);
  words.toggleAttribute("data-inside", isLow && y <= (1 - LOW) * size.height);
  words.style.setProperty("--across", `${(100 * (x + width / 2)) / size.width}%`);
  words.style.setProperty("--top", `${(100 * y) / size.height}%`);
  words.style.setProperty("--bottom", `${(100 * (y + height)) / size.height}%`);
  return words;
}
