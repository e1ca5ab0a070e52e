import { StoredText } from "./storage.js";

const BEST = " (best)"; // behind the default's title in the list

/** The choice of the model that answers, which this browser remembers. Emits `change`. */
export class Picker extends EventTarget {
  #select;
  #stored = new StoredText("localStorage", "digit-board.model");

  constructor(select) {
    super();
    this.#select = select;
    const former = this.#stored.read();
    // The model may have been removed since it was chosen; the first one listed is the default.
    select.value = this.models.includes(former) ? former : this.models[0];
    select.addEventListener("change", () => this.#change());
  }

  get model() {
    return this.#select.value;
  }

  /** The model's name as people read it. */
  get title() {
    return this.#select.selectedOptions[0].text.replace(BEST, "");
  }

  get models() {
    return [...this.#select.options].map((option) => option.value);
  }

  /**
   * Offers these models from now on, the default first: [{ name, title }]. A chosen model that is
   * gone gives way to the default; the choice stays remembered, in case that it returns.
   */
  offer(models) {
    const chosen = this.model;
    const words = ({ title }, index) => (index ? title : title + BEST);
    const options = models.map((model, index) => new Option(words(model, index), model.name));
    this.#select.replaceChildren(...options);
    this.#select.value = this.models.includes(chosen) ? chosen : this.models[0];
    this.#select.closest(".choice").hidden = models.length < 2;
  }

  #change() {
    this.#stored.write(this.model);
    this.dispatchEvent(new Event("change"));
  }
}
