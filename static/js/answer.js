import { Because } from "./because.js";

const WORDS = "zero one two three four five six seven eight nine".split(" ");

/** What the page says about the drawing: a large numeral, or a short line that says what to do. */
export class Answer {
  #element;
  #said;
  #note;
  #reader;
  #ways;
  #because;

  constructor(element) {
    this.#element = element;
    this.#said = element.querySelector('[data-part="said"]');
    this.#note = element.querySelector('[data-part="note"]');
    this.#reader = element.querySelector('[data-part="reader"]');
    this.#ways = element.querySelector('[data-part="ways"]');
    this.#because = new Because(element.querySelector('[data-part="because"]'));
  }

  /** What it says now. */
  get words() {
    return this.#said.textContent;
  }

  /** @param isWide whether there is room for a number */
  invite(isWide = false) {
    const words = isWide ? "Draw a number" : "Draw a digit";
    this.#show("empty", words, "The network guesses while you draw.");
  }

  get isInviting() {
    return this.#element.dataset.state === "empty";
  }

  /** Whether the buttons for a drawing that was refused are shown. */
  get isOffering() {
    return !this.#ways.hidden;
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

  /**
   * The number's place, which its digits fill, and what is said of it.
   *
   * @param isRefused whether some part of it is no digit
   */
  showNumber(note, isRefused, because = null) {
    this.#show("number", null, note, because);
    this.#element.toggleAttribute("data-refused", isRefused);
    this.#ways.hidden = !isRefused;
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

  /** Who has read, in words, beside what was read; nothing where it is the server, as ever. */
  showReader(words) {
    this.#reader.textContent = words;
    this.#element.toggleAttribute("data-alone", words !== "");
  }

  /** While the pen is down, what is said may still change. */
  set isBusy(isBusy) {
    this.#said.setAttribute("aria-busy", String(isBusy));
  }

  #show(state, said, note = "", because = null) {
    this.#element.dataset.state = state;
    this.#element.removeAttribute("data-refused");
    if (said !== null && this.#said.textContent !== said) this.#said.textContent = said;
    this.#note.textContent = note;
    this.showReader("");
    this.#ways.hidden = state !== "not-a-digit";
    this.#element.toggleAttribute("data-because", Boolean(because));
    this.#because.show(because);
  }
}
