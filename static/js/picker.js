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
    return readTitle(this.#select.selectedOptions[0]);
  }

  /** The chosen model, and the board's own, which is the default: [{ name, title }]. */
  get chosenAndOwn() {
    const { selectedOptions, options } = this.#select;
    return [selectedOptions[0], options[0]].map((option) => ({
      name: option.value,
      title: readTitle(option),
    }));
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

  /** "Try it" on a model's card opens the board with that model: ./?model=its-name */
  takeFromAddress() {
    const model = new URLSearchParams(location.search).get("model");
    if (!model) return;
    history.replaceState(null, "", location.pathname); // a reload keeps what is chosen by then
    if (!this.models.includes(model)) return;
    this.#select.value = model;
    this.#change();
  }

  #change() {
    this.#stored.write(this.model);
    this.dispatchEvent(new Event("change"));
  }
}

function readTitle(option) {
  return option.text.replace(BEST, "");
}
