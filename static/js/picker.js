import { StoredText } from "./storage.js";

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

  get models() {
    return [...this.#select.options].map((option) => option.value);
  }

  #change() {
    this.#stored.write(this.model);
    this.dispatchEvent(new Event("change"));
  }
}
