/** A line at the lower edge of the window: what someone should know, but need not act on. */
export class Notice {
  #element;
  #words;
  #button;

  constructor(element) {
    this.#element = element;
    this.#words = element.querySelector('[data-part="notice-words"]');
    this.#button = element.querySelector("button");
    this.#button.addEventListener("click", () => this.hide());
  }

  say(words) {
    this.#show(words);
  }

  hide() {
    this.#show("");
  }

  /** The element stays: screen readers announce what changes in it, not what appears with it. */
  #show(words) {
    this.#words.textContent = words;
    this.#button.hidden = words === "";
    this.#element.toggleAttribute("data-said", words !== "");
  }
}
