import { make } from "./markup.js";
import { joinBoxes } from "./photo_box.js";
import { listNumbers } from "./photo_lines.js";

const COLUMNS = ["line", "number", "digits", "probability", "x", "y", "width", "height"];

/** The lines of the photo as text: "407 12". @param write what a digit's box says */
export function writeLines(digits, write) {
  const lines = [];
  for (const { line, digits: parts } of listNumbers(digits)) {
    const text = parts.map(write).join("");
    if (text) lines[line] = lines[line] ? `${lines[line]} ${text}` : text;
  }
  return lines.filter(Boolean);
}

/**
 * A table of the photo's numbers (RFC 4180), one row for each; lines and numbers count from 1.
 * @param rate how probable a digit is
 */
export function writeTable(digits, write, rate) {
  const rows = listNumbers(digits).map(({ line, number, digits: parts }) => {
    const probability = parts.map(rate).reduce((product, share) => product * share, 1);
    const box = joinBoxes(parts.map((part) => part.box));
    return [line + 1, number + 1, parts.map(write).join(""), probability.toFixed(4), ...box];
  });
  return [COLUMNS, ...rows].map((row) => `${row.map(quote).join(",")}\r\n`).join("");
}

/** A field of a table: a number may hold a comma. */
function quote(field) {
  const text = String(field);
  return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
}

/** The text of the photo, with the chosen box's digit marked in it; it is copied and downloaded. */
export class PhotoText {
  #element;
  #text = "";

  constructor(element) {
    this.#element = element;
  }

  get isEmpty() {
    return this.#text === "";
  }

  /** @param chosen the id of the chosen box, or null */
  show(digits, write, chosen) {
    this.#text = writeLines(digits, write).join("\n");
    const places = [];
    let former = null;
    for (const number of listNumbers(digits)) {
      const parts = number.digits.filter((digit) => write(digit) !== "");
      if (!parts.length) continue;
      if (former !== null) places.push(former === number.line ? " " : "\n");
      former = number.line;
      for (const digit of parts) places.push(mark(write(digit), digit.id === chosen));
    }
    this.#element.replaceChildren(...places);
  }

  /** Promises whether the browser has copied it; else it is selected, to be copied by hand. */
  async copy() {
    try {
      await navigator.clipboard.writeText(this.#text); // there is none over plain HTTP
      return true;
    } catch {
      this.#select();
      return document.execCommand("copy");
    }
  }

  #select() {
    const range = document.createRange();
    range.selectNodeContents(this.#element);
    const selection = getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
  }
}

function mark(text, isChosen) {
  return isChosen ? make("mark", { class: "lines__chosen" }, text) : text;
}
