/**
 * A text that the browser stores, in `localStorage` for good or in `sessionStorage` for the tab.
 *
 * A browser set to store nothing for this page throws whenever its storage is touched. The page
 * works all the same; it only forgets.
 */
export class StoredText {
  #area;
  #key;

  /** @param area the name of the storage: looking it up may throw, too */
  constructor(area, key) {
    this.#area = area;
    this.#key = key;
  }

  /** The text, or null if there is none. */
  read() {
    try {
      return globalThis[this.#area].getItem(this.#key);
    } catch {
      return null;
    }
  }

  write(text) {
    try {
      globalThis[this.#area].setItem(this.#key, text);
    } catch {
      // Nothing to mend: the storage is forbidden or full.
    }
  }
}
