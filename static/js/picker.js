const KEY = "digit-board.model";

/** The choice of the model that answers; this browser remembers it. Emits `change`. */
export class Picker extends EventTarget {
  #select;

  constructor(select) {
    super();
    this.#select = select;
    const former = recall();
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
    remember(this.model);
    this.dispatchEvent(new Event("change"));
  }
}

// A browser that stores nothing for this page throws at every touch of its storage.

function recall() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

function remember(model) {
  try {
    localStorage.setItem(KEY, model);
  } catch {
    // The choice holds as long as the page is open.
  }
}
