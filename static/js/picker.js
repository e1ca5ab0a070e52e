import { Memory } from "./memory.js";

/** The choice of the model that answers; this browser remembers it. Emits `change`. */
export class Picker extends EventTarget {
  #select;
  #memory = new Memory("localStorage", "digit-board.model");

  constructor(select) {
    super();
    this.#select = select;
    const former = this.#memory.recall();
    // A model may have left since it was chosen; the first one listed is the default.
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
    this.#memory.keep(this.model);
    this.dispatchEvent(new Event("change"));
  }
}
