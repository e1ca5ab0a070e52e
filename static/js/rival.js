/**
 * The other digit in "Why 4 and not 9?": the runner-up until somebody chooses one. Emits `change`.
 */
export class Rival extends EventTarget {
  #element;
  #select;
  #chosen = null;

  /** @param element holds the choice and its words */
  constructor(element) {
    super();
    this.#element = element;
    this.#select = element.querySelector("select");
    this.#select.addEventListener("change", () => this.#choose());
  }

  /** The digit that somebody chose, null for the runner-up. */
  get chosen() {
    return this.#chosen;
  }

  /** Offers the nine others. @param against the one that the server explained */
  offer(answer, probabilities, against) {
    this.#element.hidden = false;
    this.#list(listRivals(answer, probabilities));
    this.#select.value = String(against);
    if (this.#chosen !== against) this.#chosen = null; // what was chosen has become the answer
  }

  /** The runner-up again. */
  forget() {
    this.#chosen = null;
  }

  clear() {
    this.#element.hidden = true;
    this.forget();
  }

  #choose() {
    this.#chosen = Number(this.#select.value);
    this.dispatchEvent(new Event("change"));
  }

  /** Whoever is choosing keeps the order that they see, as long as the digits are the same. */
  #list(digits) {
    const listed = [...this.#select.options].map(({ value }) => Number(value));
    const isSame = digits.every((digit) => listed.includes(digit));
    if (isSame && this.#select === document.activeElement) return;
    if (isSame && digits.every((digit, index) => digit === listed[index])) return;
    this.#select.replaceChildren(...digits.map((digit) => new Option(digit, digit)));
  }
}

/** The nine digits that are not the answer, the most probable first. */
export function listRivals(answer, probabilities) {
  return [...probabilities.keys()]
    .filter((digit) => digit !== answer)
    .sort((one, other) => probabilities[other] - probabilities[one]);
}
