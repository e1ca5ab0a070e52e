/**
 * A text that the browser keeps, in `localStorage` for good or in `sessionStorage` for the tab.
 *
 * A browser that stores nothing for this page throws at every touch of its storage; then nothing
 * is kept, and all else goes on.
 */
export class Memory {
  #storage;
  #key;

  constructor(storage, key) {
    this.#storage = storage;
    this.#key = key;
  }

  recall() {
    try {
      return window[this.#storage].getItem(this.#key);
    } catch {
      return null;
    }
  }

  keep(text) {
    try {
      window[this.#storage].setItem(this.#key, text);
    } catch {
      // Kept as long as the page is open.
    }
  }
}
