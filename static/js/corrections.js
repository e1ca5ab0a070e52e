import { describeLabel, NOT_A_DIGIT } from "./labels.js";

/**
 * Under the answer: what the drawing is, if it was read wrongly, and "Right" if it was read
 * hesitantly. One press confirms; Undo takes it back. All of it has its place before it is shown.
 *
 * Emits `confirm` (detail: the label) and `undo`.
 */
export class Corrections extends EventTarget {
  #element;
  #ask;
  #said;
  #labels;
  #right;
  #undo;
  #digit = null; // what Right confirms

  /** @param right the button beside the answer's doubt */
  constructor(element, right) {
    super();
    this.#element = element;
    this.#ask = element.querySelector('[data-part="ask"]');
    this.#said = element.querySelector('[data-part="kept"]');
    this.#labels = [...element.querySelectorAll("[data-label]")];
    this.#right = right;
    this.#undo = element.querySelector('[data-action="undo-confirm"]');
    for (const button of [...this.#labels, this.#right, this.#undo]) {
      button.addEventListener("click", () => this.#press(button));
    }
  }

  /** Nothing is drawn: there is only the sentence on what is kept. */
  rest() {
    this.#element.removeAttribute("data-open");
    this.settle(null);
    this.forget();
  }

  /** The drawing can be confirmed. @param what of it, if not all: "Digit 2 of 3" */
  open(what = null) {
    this.#element.setAttribute("data-open", "");
    this.#ask.textContent = what ? `${what} wrong? It’s a` : "Wrong? It’s a";
  }

  /** @param digit what the drawing was read as, if that is unsure; null if there is no doubt */
  settle(digit) {
    this.#digit = digit;
    this.#showRight();
  }

  /** The server takes its time. */
  showWaiting() {
    this.#show("Keeping…", null);
  }

  /** This drawing is kept as this label. */
  showKept(label) {
    this.#show(`Kept as ${describeLabel(label)}.`, label);
  }

  showNotKept() {
    this.#show("Not kept.", null);
  }

  /** This drawing is not kept. */
  forget() {
    this.#show("", null);
  }

  #show(words, label) {
    const focused = document.activeElement;
    if (this.#said.textContent !== words) this.#said.textContent = words;
    this.#ask.hidden = words !== "";
    for (const button of this.#labels) {
      button.setAttribute("aria-pressed", String(button.dataset.label === String(label)));
    }
    this.#undo.hidden = label === null;
    this.#showRight();
    if (focused === this.#right || focused === this.#undo) this.#keepFocus(focused);
  }

  #showRight() {
    this.#right.hidden = this.#digit === null || !this.#undo.hidden;
  }

  /** A button that is hidden loses the keyboard's focus: the other one, or a label, takes it. */
  #keepFocus(focused) {
    const heir = [focused, this.#undo, this.#right, ...this.#labels].find(({ hidden }) => !hidden);
    heir.focus({ preventScroll: true });
  }

  #press(button) {
    if (button === this.#undo) this.dispatchEvent(new Event("undo"));
    else this.#confirm(button === this.#right ? this.#digit : readLabel(button.dataset.label));
  }

  #confirm(label) {
    this.dispatchEvent(new CustomEvent("confirm", { detail: label }));
  }
}

/** A button's label as the API takes it. */
function readLabel(text) {
  return text === NOT_A_DIGIT ? text : Number(text);
}
