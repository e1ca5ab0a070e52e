import { make } from "./markup.js";
import { describePart, isRefused, writePart } from "./number.js";

const KEYS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/**
 * The digits of a number, large in the answer: one of them is chosen, and the page shows its bars
 * and what the network saw of it. A press or an arrow key chooses; what is pointed at is shown in
 * its place as long as it is pointed at.
 *
 * Emits `choose` when another one is chosen, and `point` when one is pointed at, or no longer.
 */
export class DigitChoice extends EventTarget {
  #said;
  #group = make("span", { class: "number", role: "radiogroup", "aria-label": "Digits of the number" });
  #chosen = 0;
  #pointed = null;
  #isByHand = false; // chosen by somebody, not by the page

  /** @param said the element of the answer */
  constructor(said) {
    super();
    this.#said = said;
    const indexOf = ({ target }) => this.#buttons.indexOf(target.closest("button"));
    this.#group.addEventListener("click", (event) => this.#choose(indexOf(event)));
    this.#group.addEventListener("keydown", (event) => this.#press(event, indexOf(event)));
    this.#group.addEventListener("pointerover", (event) => {
      if (event.pointerType !== "touch") this.point(indexOf(event));
    });
    this.#group.addEventListener("pointerleave", () => this.point(null));
  }

  /** The number of the part that is chosen. */
  get chosen() {
    return this.#chosen;
  }

  /** The number of the part that is to be shown: the one that is pointed at, else the chosen one. */
  get shown() {
    return this.#pointed ?? this.#chosen;
  }

  /** Whether one is pointed at. */
  get isPointed() {
    return this.#pointed !== null;
  }

  /** @param likely the part that is looked for: it is chosen as long as nobody has chosen */
  show(parts, likely) {
    if (!this.#isByHand || this.#chosen >= parts.length) this.#chosen = likely;
    if (this.#pointed >= parts.length) this.#pointed = null;
    this.#fill(parts);
    this.#mark();
    if (this.#group.parentElement !== this.#said) this.#said.replaceChildren(this.#group);
  }

  /** The drawing has changed: nobody has chosen yet. */
  release() {
    this.#isByHand = false;
    this.#pointed = null;
  }

  /** @param index of the part that is pointed at, here or on the board; null, or -1, for none */
  point(index) {
    const pointed = index === null || index < 0 ? null : index;
    if (pointed === this.#pointed) return;
    this.#pointed = pointed;
    this.#mark();
    this.dispatchEvent(new Event("point"));
  }

  get #buttons() {
    return [...this.#group.children];
  }

  #choose(index) {
    if (index < 0) return;
    this.#isByHand = true;
    this.#chosen = index;
    this.#mark();
    this.dispatchEvent(new Event("choose"));
  }

  #press(event, index) {
    const step = KEYS[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault(); // the page must not scroll while one goes through the digits
    const buttons = this.#buttons;
    const next = (index + step + buttons.length) % buttons.length;
    this.point(null);
    this.#choose(next);
    buttons[next].focus({ preventScroll: true });
  }

  /** The same buttons as long as there are as many: the keyboard's focus stays where it is. */
  #fill(parts) {
    while (this.#buttons.length > parts.length) this.#group.lastElementChild.remove();
    while (this.#buttons.length < parts.length) {
      this.#group.append(make("button", { class: "number__digit", type: "button", role: "radio" }));
    }
    this.#group.style.setProperty("--count", parts.length);
    this.#buttons.forEach((button, index) => {
      const text = writePart(parts[index]);
      if (button.textContent !== text) button.textContent = text;
      button.setAttribute("aria-label", describePart(parts[index]));
      button.toggleAttribute("data-refused", isRefused(parts[index]));
    });
  }

  #mark() {
    this.#buttons.forEach((button, index) => {
      button.setAttribute("aria-checked", String(index === this.#chosen));
      button.tabIndex = index === this.#chosen ? 0 : -1;
      button.toggleAttribute("data-shown", index === this.shown);
    });
  }
}
