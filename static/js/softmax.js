import { add, write } from "./arithmetic.js";
import { percent } from "./bars.js";
import { make } from "./markup.js";
import { makeBar, makeHead, makeRow } from "./scores.js";

const DIGITS = 10;
const HEADS = ["Digit", "Score", "÷ temperature", "less the highest", "e to that power", "÷ sum"];

/** Softmax as one computes it by hand, from ten scores and a temperature; all of its columns. */
export function computeSoftmax(scores, temperature) {
  const scaled = scores.map((score) => score / temperature);
  const highest = Math.max(...scaled);
  const lowered = scaled.map((value) => value - highest);
  const exponentials = lowered.map(Math.exp);
  const sum = add(exponentials);
  const probabilities = exponentials.map((each) => each / sum);
  return { scaled, lowered, exponentials, sum, probabilities };
}

/** The ten probabilities with their numbers, and a slider for the temperature to play with. */
export class Softmax {
  #parts;
  #scores = null;
  #own = 1; // the temperature of the network's card
  #played = null; // another one, while somebody plays with it

  /** @param parts slider, value, reset, words, table */
  constructor(parts) {
    this.#parts = parts;
    parts.slider.addEventListener("input", () => this.#play(10 ** Number(parts.slider.value)));
    parts.reset.addEventListener("click", () => {
      parts.slider.focus({ preventScroll: true }); // the button is about to be disabled
      this.reset();
    });
  }

  show({ logits, temperature }) {
    this.#scores = logits.slice(0, DIGITS);
    this.#own = temperature;
    this.#refresh();
  }

  reset() {
    this.#played = null;
    if (this.#scores) this.#refresh();
  }

  #play(temperature) {
    this.#played = temperature;
    if (this.#scores) this.#refresh();
  }

  #refresh() {
    const { slider, value, reset, words, table } = this.#parts;
    const temperature = this.#played ?? this.#own;
    if (this.#played === null) slider.value = String(Math.log10(this.#own));
    value.textContent = write(temperature, 4);
    slider.setAttribute("aria-valuetext", write(temperature, 2));
    reset.disabled = this.#played === null;
    words.textContent = this.#describe(temperature);
    this.#list(table, computeSoftmax(this.#scores, temperature));
  }

  #describe(temperature) {
    const own =
      `The network’s own is ${write(this.#own, 4)}, found on images that it did not learn from.`;
    if (this.#played === null) return `${own} Move the slider to see what it does.`;
    const effect =
      temperature > this.#own
        ? "Higher than that, the probabilities become more alike"
        : "Lower than that, they become more extreme";
    return `${own} ${effect}; which digit is first stays the same.`;
  }

  #list(table, { scaled, lowered, exponentials, sum, probabilities }) {
    const most = Math.max(...probabilities);
    const rows = this.#scores.map((score, digit) => {
      const numbers = [write(score, 4), write(scaled[digit], 4), write(lowered[digit], 3)];
      const cells = [...numbers, writeSmall(exponentials[digit]), percent(probabilities[digit])];
      const bar = makeBar(probabilities[digit], probabilities[digit] === most);
      return makeRow(digit, [...cells.map((words) => make("td", {}, words)), bar]);
    });
    const total = ["Sum", "", "", "", writeSmall(sum), "100%", ""];
    const foot = total.map((words, index) =>
      index ? make("td", {}, words) : make("th", { scope: "row" }, words),
    );
    table.replaceChildren(
      makeHead([...HEADS, ""]),
      make("tbody", {}, ...rows),
      make("tfoot", {}, make("tr", {}, ...foot)),
    );
  }
}

/** A number of 0 or more, with four decimals. */
function writeSmall(number) {
  return number < 0.0001 ? "< 0.0001" : write(number, 4);
}
