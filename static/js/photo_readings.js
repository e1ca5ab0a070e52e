import { NOT_A_DIGIT } from "./labels.js";

export const UNREAD = "…";
const UNKNOWN = "?"; // in the text, for what is in a box and is neither a digit nor a mark

/** What was read in each box, and what somebody said that it is. A box read once is not forgotten. */
export class PhotoReadings {
  #found = new Map(); // a box -> { reading, ink } or { failure }
  #labels = new Map(); // ink -> the label somebody gave it

  clear() {
    this.#found.clear();
    this.#labels.clear();
  }

  /** @param found { reading, ink }, or { failure: why it could not be read, in words } */
  put(box, found) {
    this.#found.set(String(box), found);
  }

  /** Undefined for a box that has not been read yet. */
  find(box) {
    return this.#found.get(String(box));
  }

  /** @param label null: nobody says anything of it any more */
  correct(ink, label) {
    if (label === null) this.#labels.delete(ink);
    else this.#labels.set(ink, label);
  }

  /** What somebody said that is in the box, or null. */
  labelOf({ box }) {
    return this.#labels.get(this.find(box)?.ink) ?? null;
  }

  /** The box as the text has it: "7", a mark such as ",", "?" for neither, "…" until it is read. */
  write(digit) {
    const found = this.find(digit.box);
    const label = this.labelOf(digit);
    if (label !== null) return label === NOT_A_DIGIT ? "" : String(label);
    if (!found) return UNREAD;
    if (found.reading?.mark) return found.reading.mark;
    return found.reading?.status === "digit" ? String(found.reading.digit) : UNKNOWN;
  }

  /** Whether what is written there is what a printed sheet asks for; null where it asks nothing. */
  isRight(digit) {
    return digit.expected === null ? null : this.write(digit) === String(digit.expected);
  }

  /** How probable its digit is, 0 to 1; 1 for a mark, and where somebody said what it is. */
  rate(digit) {
    if (this.labelOf(digit) !== null) return 1;
    const { reading } = this.find(digit.box) ?? {};
    if (reading?.mark) return 1;
    return reading?.status === "digit" ? reading.probabilities[reading.digit] : 0;
  }
}
