import { writeLoss, writeShare } from "./numbers.js";

const ROWS = 20; // at most about so many: a table is read, not scanned

/** The curves as numbers: a row for each twentieth of the way, made while the table is open. */
export class CurveTable {
  #fold;
  #table;
  #lines = [];
  #step = 1; // epochs to a row

  constructor(fold) {
    this.#fold = fold;
    this.#table = fold.querySelector("table");
    fold.addEventListener("toggle", () => this.#fill());
  }

  /** @param lines [{ words, run }] @param epochs where the curves end */
  show(lines, epochs) {
    this.#lines = lines;
    this.#step = epochs / ROWS;
    this.#fill();
  }

  #fill() {
    if (!this.#fold.open) return;
    const head = row("th", ["Epoch", ...this.#lines.flatMap(nameColumns)]);
    for (const cell of head.cells) cell.scope = "col";
    this.#table.tHead.replaceChildren(head);
    this.#table.tBodies[0].replaceChildren(...this.#listRows());
  }

  #listRows() {
    const sampled = this.#lines.map(({ run }) => sample(run.points, this.#step));
    const numbers = [...new Set(sampled.flatMap((points) => [...points.keys()]))];
    numbers.sort((one, other) => one - other);
    return numbers.map((number) => {
      const points = sampled.map((each) => each.get(number));
      const done = points.find(Boolean).done.toFixed(2);
      return row("td", [done, ...points.flatMap(writePoint)]);
    });
  }
}

function nameColumns({ words }, _index, lines) {
  const names = ["Accuracy", "Loss", "Drawing read as"];
  return lines.length === 1 ? names : names.map((name) => `${words}: ${name.toLowerCase()}`);
}

function writePoint(point) {
  if (!point) return ["–", "–", "–"];
  const { accuracy, loss, probe } = point;
  return [writeShare(accuracy), writeLoss(loss), probe ? String(probe.digit ?? "no digit") : "–"];
}

/** The last point of each part of the way, by the part's number. */
function sample(points, step) {
  return new Map(points.map((point) => [Math.ceil(point.done / step - 1e-9), point]));
}

function row(name, texts) {
  const element = document.createElement("tr");
  for (const text of texts) {
    const cell = element.appendChild(document.createElement(name));
    cell.textContent = text;
  }
  return element;
}
