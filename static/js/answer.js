import { Because } from "./because.js";

const WORDS = "zero one two three four five six seven eight nine".split(" ");

/** What the page says about the drawing: a large numeral, or a short line that says what to do. */
export class Answer {
  #element;
  #said;
  #note;
  #ways;
  #because;

  constructor(element) {
    this.#element = element;
    this.#said = element.querySelector('[data-part="said"]');
    this.#note = element.querySelector('[data-part="note"]');
    this.#ways = element.querySelector('[data-part="ways"]');
    this.#because = new Because(element.querySelector('[data-part="because"]'));
  }

  /** What it says now. */
  get words() {
    return this.#said.textContent;
  }

  invite() {
    this.#show("empty", "Draw a digit", "The network guesses while you draw.");
  }

  get isInviting() {
    return this.#element.dataset.state === "empty";
  }

  /** Whether the buttons for a drawing that was refused are shown. */
  get isOffering() {
    return this.#element.dataset.state === "not-a-digit";
  }

  wait() {
    this.#show("reading", "Reading…");
  }

  /**
   * @param unsure two digits that are too close to choose between, or null
   * @param because the person's own drawing that made it this digit, or null
   */
  showDigit(digit, unsure = null, because = null) {
    const note = unsure ? `Unsure: ${unsure.join(" or ")}` : WORDS[digit];
    this.#show("answer", String(digit), note, because);
  }

  showBlank() {
    this.#show("blank", "Too little to read", "Draw the digit larger.");
  }

  showNotADigit(because = null) {
    this.#show("not-a-digit", "That does not look like a digit", "", because);
  }

  showRefusal(reason) {
    this.#show("trouble", reason);
  }

  showUnreachable() {
    const words = "The server cannot be reached. Your drawing is kept and will be sent again.";
    this.#show("trouble", words);
  }

  /** While the pen is down, what is said may still change. */
  set isBusy(isBusy) {
    this.#said.setAttribute("aria-busy", String(isBusy));
  }

  #show(state, said, note = "", because = null) {
    this.#element.dataset.state = state;
    if (this.#said.textContent !== said) this.#said.textContent = said;
    this.#note.textContent = note;
    this.#ways.hidden = state !== "not-a-digit";
    this.#element.toggleAttribute("data-because", Boolean(because));
    this.#because.show(because);
  }
}
