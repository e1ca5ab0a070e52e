import { percent } from "./bars.js";
import { listParts, writeNumber } from "./number.js";

/** The same drawing read by every model, one row each, in place of the ten large bars. */
export class Comparison extends EventTarget {
  #views;
  #table;
  #button;
  #rows;

  /** @param views holds both the bars and the table; the button swaps the two */
  constructor(views, table, button) {
    super();
    this.#views = views;
    this.#table = table;
    this.#button = button;
    this.#rows = [...table.tBodies[0].rows].map((element) => new Row(element));
    button.addEventListener("click", () => this.#toggle());
  }

  get isOpen() {
    return this.#button.getAttribute("aria-expanded") === "true";
  }

  /** Has a row for each of these models from now on: [{ name, title }]. */
  list(models) {
    const [row] = this.#rows;
    this.#rows = models.map(({ name, title }) => row.copyFor(name, title));
    this.#table.tBodies[0].replaceChildren(...this.#rows.map(({ element }) => element));
    this.#button.textContent = `Compare all ${models.length}`;
    if (models.length < 2 && this.isOpen) this.#toggle(); // the button is about to go
  }

  open() {
    if (!this.isOpen) this.#toggle();
  }

  /** Marks the row of the model whose answer is the page's. */
  mark(model) {
    for (const row of this.#rows) row.isMarked = row.model === model;
  }

  /** @param index of the part whose bars are shown, where there are several digits */
  show(readings, index = 0) {
    const byModel = new Map(readings.map((reading) => [reading.model, reading]));
    const isNumber = readings.some((reading) => listParts(reading).length > 0);
    this.#table.toggleAttribute("data-number", isNumber);
    for (const row of this.#rows) row.show(describeRow(byModel.get(row.model), index));
  }

  clear() {
    for (const row of this.#rows) row.show();
  }

  fade() {
    for (const row of this.#rows) row.fade(true);
  }

  #toggle() {
    this.#button.setAttribute("aria-expanded", String(!this.isOpen));
    this.#views.toggleAttribute("data-comparing", this.isOpen);
    this.dispatchEvent(new Event("toggle"));
  }
}

/** One model's digit, its probability, ten small bars and the milliseconds that it took. */
class Row {
  #element;
  #picture;

  constructor(element) {
    this.#element = element;
    this.#picture = element.querySelector('[role="img"]');
  }

  get element() {
    return this.#element;
  }

  get model() {
    return this.#element.dataset.model;
  }

  /** A row like this one for another model, not read yet. */
  copyFor(name, title) {
    const copy = this.#element.cloneNode(true);
    copy.dataset.model = name;
    copy.querySelector(".comparison__name").textContent = title;
    const row = new Row(copy);
    row.show();
    return row;
  }

  set isMarked(isMarked) {
    this.#element.setAttribute("aria-current", String(isMarked));
  }

  show({ text, probability, isRefused = false, probabilities, milliseconds } = {}) {
    const most = probabilities ? probabilities.indexOf(Math.max(...probabilities)) : null;
    this.#write("digit", text ?? "–");
    const refused = isRefused ? "not a digit" : "–";
    this.#write("probability", Number.isFinite(probability) ? percent(probability) : refused);
    this.#write("time", Number.isFinite(milliseconds) ? time(milliseconds) : "–");
    this.#draw(probabilities ?? Array(10).fill(0), most);
    const spoken = probabilities ? list(probabilities) : "not read yet";
    this.#picture.setAttribute("aria-label", spoken);
    this.fade(text === undefined || isRefused);
  }

  fade(isFaded) {
    this.#element.toggleAttribute("data-faded", isFaded);
  }

  #write(part, text) {
    this.#element.querySelector(`[data-part="${part}"]`).textContent = text;
  }

  #draw(probabilities, most) {
    [...this.#picture.children].forEach((bar, digit) => {
      bar.style.setProperty("--share", probabilities[digit]);
      bar.toggleAttribute("data-most", digit === most);
    });
  }
}

/** What a row shows of a reading: one digit and its bars, or a number and the bars of one part. */
function describeRow(reading, index) {
  const { status, milliseconds, probabilities } = reading ?? {};
  const isRefused = status === "not_a_digit";
  const parts = listParts(reading);
  if (parts.length) {
    const { probability } = reading;
    const text = writeNumber(reading);
    return { text, probability, isRefused, milliseconds, probabilities: parts[index]?.probabilities };
  }
  if (status !== "digit") return { isRefused, milliseconds, probabilities };
  const probability = Math.max(...probabilities);
  const text = String(probabilities.indexOf(probability));
  return { text, probability, milliseconds, probabilities };
}

/** Two decimals for the smallest networks: they need a few hundredths of a millisecond. */
function time(milliseconds) {
  return `${milliseconds.toFixed(milliseconds < 0.1 ? 2 : 1)} ms`;
}

/** The digits that round to more than 0.0%, most probable first, for screen readers. */
function list(probabilities) {
  return [...probabilities.entries()]
    .filter(([, probability]) => probability >= 0.0005)
    .sort(([, one], [, other]) => other - one)
    .map(([digit, probability]) => `${digit}: ${percent(probability)}`)
    .join(", ");
}
