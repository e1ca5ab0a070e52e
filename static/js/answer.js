const WORDS = "zero one two three four five six seven eight nine".split(" ");

/** What the page says about the drawing: a large numeral, or a short line that says what to do. */
export class Answer {
  #element;
  #said;
  #note;
  #anyway;

  constructor(element) {
    this.#element = element;
    this.#said = element.querySelector('[data-part="said"]');
    this.#note = element.querySelector('[data-part="note"]');
    this.#anyway = element.querySelector('[data-action="read-anyway"]');
  }

  invite() {
    this.#show("empty", "Draw a digit", "It is read while you draw.");
  }

  get isInviting() {
    return this.#element.dataset.state === "empty";
  }

  /** Whether the button that reads the last drawing anyway is shown. */
  get isOffering() {
    return this.#element.dataset.state === "not-a-digit";
  }

  wait() {
    this.#show("reading", "Reading…");
  }

  /** @param unsure two digits that are too close to choose between, or null */
  showDigit(digit, unsure = null) {
    const note = unsure ? `Unsure: ${unsure.join(" or ")}` : WORDS[digit];
    this.#show("answer", String(digit), note);
  }

  showBlank() {
    this.#show("blank", "Too little to read", "Draw the digit larger.");
  }

  showNotADigit() {
    const advice = "Clear the board and draw one digit, or"; // the button completes it
    this.#show("not-a-digit", "That does not look like a digit", advice);
  }

  showRefusal(reason) {
    this.#show("trouble", reason);
  }

  showUnreachable() {
    const words = "The server cannot be reached. Your drawing is kept and will be sent again.";
    this.#show("trouble", words);
  }

  /** While the pen is down, screen readers wait: only the final answer is announced. */
  set isBusy(isBusy) {
    this.#said.setAttribute("aria-busy", String(isBusy));
  }

  #show(state, said, note = "") {
    this.#element.dataset.state = state;
    // Even the same words, written again, would be announced again.
    if (this.#said.textContent !== said) this.#said.textContent = said;
    this.#note.textContent = note;
    this.#anyway.hidden = state !== "not-a-digit";
  }
}
