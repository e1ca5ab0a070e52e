import { listParts, phraseNumber } from "./number.js";

/**
 * What a screen reader hears: one short line when the pen has been lifted and the drawing is read,
 * and nothing while it is drawn. What the page shows meanwhile is not announced.
 */
export class Speech {
  #region;
  #words = "";
  #aside = "";

  constructor(region) {
    this.#region = region;
  }

  /** @param aside what is true from now on, and is heard once: "read in this browser" */
  say(words, aside = this.#aside) {
    const isNews = aside && aside !== this.#aside;
    this.#aside = aside;
    // Even the same words, written again, would be announced again.
    if (words === this.#words && !isNews) return;
    this.#words = words;
    this.#region.textContent = isNews ? `${words}, ${aside}` : words;
  }

  /** The next words are announced even if they are the last ones. */
  hush() {
    this.say("");
  }
}

/** A reading in a few words. */
export function phrase(reading) {
  if (listParts(reading).length) return phraseNumber(reading);
  const { status, digit, unsure, because } = reading;
  if (status === "blank") return "Too little to read; draw it larger";
  const reason = because ? ", because of a drawing of yours" : "";
  if (status === "not_a_digit") return `Not a digit${reason}; Read anyway is available`;
  return unsure ? `${digit}${reason}, unsure: ${unsure.join(" or ")}` : `${digit}${reason}`;
}
