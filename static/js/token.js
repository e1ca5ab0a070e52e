import { StoredText } from "./storage.js";

const HEADER = "X-Board-Token";
const FRAGMENT = "#token=";

/**
 * The token for the drawings of this machine and of all hands. Where the board is used alone the
 * page carries it; else it comes with the address that the server printed, and the tab keeps it.
 */
export class Token {
  #stored = new StoredText("sessionStorage", "digit-board.token");
  #carried;
  #given;
  #isKept = findMeta(document, "board-kept") !== null; // a page that this browser had kept

  constructor() {
    this.#carried = findMeta(document, "board-token");
    this.#given = takeFromAddress();
    if (this.#given) this.#stored.write(this.#given);
    else this.#given = this.#stored.read() || null;
  }

  /** Whether it was given by address: then this server has other hands, too. */
  get isGiven() {
    return !this.#carried && this.#given !== null;
  }

  get isKnown() {
    return this.#value !== null;
  }

  /** What a request has to carry. */
  get headers() {
    return this.isKnown ? { [HEADER]: this.#value } : {};
  }

  /** The server knows another one by now: from here on, this browser's own hand draws. */
  forget() {
    this.#given = null;
    this.#stored.write("");
  }

  /** The server is there: a kept page, which has no token, takes that of the server's own page. */
  async renew() {
    if (!this.#isKept) return;
    this.#isKept = false;
    try {
      const response = await fetch("./");
      if (!response.ok) throw new TypeError("not the server's page");
      const page = await response.text();
      this.#carried = findMeta(new DOMParser().parseFromString(page, "text/html"), "board-token");
    } catch {
      this.#isKept = true; // it is gone again
    }
  }

  get #value() {
    return this.#carried ?? this.#given;
  }
}

function findMeta(page, name) {
  return page.querySelector(`meta[name="${name}"]`)?.content ?? null;
}

/** Takes the token out of the address, so that nobody copies it along with the address. */
function takeFromAddress() {
  if (!location.hash.startsWith(FRAGMENT)) return null;
  const token = location.hash.slice(FRAGMENT.length);
  history.replaceState(null, "", location.pathname + location.search);
  return /^[\w.~-]+$/.test(token) ? token : null;
}
